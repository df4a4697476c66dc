//! Checks whether something between server and client buffers events.
//!
//! A server writes an event as soon as it has it. If events arrive in one burst, but contain times
//! that are seconds apart, something held them back. Without such times, there are two other signs:
//! several heartbeats in one burst, and bursts that end in the middle of an event.

use std::time::Duration;

use super::remedies::BUFFERING;
use super::{Check, Finding};
use crate::doctor::bursts::{Burst, bursts};
use crate::doctor::observation::{Observation, Stream};
use crate::doctor::plural::plural;

/// The shortest delay that a network does not explain.
const NOTICEABLE: Duration = Duration::from_millis(400);
/// The shortest pause that separates bursts, if events contain no times to compare.
const PAUSE: Duration = Duration::from_millis(300);

/// Checks whether events are buffered on the way.
pub(super) fn buffering(observation: &Observation, stream: &Stream) -> Finding {
    let bursts = bursts(stream);
    if bursts.is_empty() {
        let seen = format!(
            "Nothing arrived in {:.0?}. A proxy that buffers everything would look the same.",
            observation.watch
        );
        return undecided(seen);
    }
    let held = late_by_own_times(&bursts)
        .or_else(|| late_since_opening(observation, &bursts))
        .or_else(|| heartbeats_at_once(&bursts))
        .or_else(|| cut_bursts(&bursts));
    if let Some(seen) = held {
        return Finding::error(Check::Buffering, "Events are buffered on the way", seen).fix_at(BUFFERING);
    }
    if let [burst] = &bursts[..] {
        return undecided(format!(
            "Everything arrived at once, {:.1} s after the start.",
            burst.at.as_secs_f64()
        ));
    }
    let seen = rhythm(&bursts);
    if several_at_once(&bursts) {
        return Finding::warning(Check::Buffering, "Several events arrive at once", seen)
            .fix("If the server sends each event on its own, something buffers them. Write the time into each event, and run sse doctor again.")
            .fix_at(&BUFFERING[1..]);
    }
    Finding::ok(Check::Buffering, seen)
}

fn undecided(seen: String) -> Finding {
    Finding::note(Check::Buffering, "Not enough data", seen)
        .fix("Watch for longer (--watch 5m), while the server sends events that contain the time.")
}

/// Finds bursts of events that the server made since the previous burst, according to the times in
/// the events. The first burst is left out, because it may replay older events.
fn late_by_own_times(bursts: &[Burst<'_>]) -> Option<String> {
    let mut found = Vec::new();
    for pair in bursts.windows(2) {
        let (before, burst) = (&pair[0], &pair[1]);
        let (Some(last_before), Some(first), Some(last)) =
            (before.own_times().next_back(), burst.own_times().next(), burst.own_times().next_back())
        else {
            continue;
        };
        let (made, advance) = (last - first, last - last_before);
        let waited = millis(burst.at - before.at);
        let is_live = (advance - waited).abs() <= (waited / 4).max(500);
        if is_live && made >= millis(NOTICEABLE) && burst.own_times().count() >= 2 {
            found.push((made, burst));
        }
    }
    let (late, burst) = found.iter().max_by_key(|(late, _)| *late)?;
    let is_certain = found.len() >= 2 || burst.own_times().count() >= 3;
    is_certain.then(|| {
        format!(
            "{} events and comments that the server made over {:.1} s arrived at once, {:.1} s after the start. This happened {}.",
            burst.own_times().count(),
            seconds(*late),
            burst.at.as_secs_f64(),
            plural(found.len(), "time"),
        )
    })
}

/// Finds events of the first burst that were made after the request, by the clock of the `Date`
/// header, but arrived much later.
fn late_since_opening(observation: &Observation, bursts: &[Burst<'_>]) -> Option<String> {
    let visit = observation.visits.first()?;
    let date = httpdate::parse_http_date(&observation.answer()?.header("date")?).ok()?;
    let date = millis(date.duration_since(std::time::UNIX_EPOCH).ok()?);
    let burst = bursts.first()?;
    let waited = millis(burst.at.checked_sub(visit.asked_at)?);
    // `Date` has a resolution of one second.
    let made: Vec<_> = burst.own_times().filter(|time| (date..date + waited + 2000).contains(time)).collect();
    let over = made.last()? - made.first()?;
    (made.len() >= 3 && over >= 1000 && over <= waited).then(|| {
        format!(
            "Nothing arrived for {:.1} s, and then {} events and comments at once that the server had made over {:.1} s.",
            seconds(waited),
            made.len(),
            seconds(over),
        )
    })
}

/// Finds bursts of heartbeats, because no server sends two of them at once.
fn heartbeats_at_once(bursts: &[Burst<'_>]) -> Option<String> {
    let later: Vec<_> =
        bursts.iter().skip(1).filter(|burst| burst.events() == 0 && burst.comments() >= 2).collect();
    let most = later.iter().map(|burst| burst.comments()).max()?;
    (later.len() >= 2).then(|| {
        format!(
            "Several heartbeats (comments) arrived at once {}, up to {most} of them.",
            plural(later.len(), "time")
        )
    })
}

/// Finds bursts that end in the middle of an event. A server writes whole events, but a full buffer
/// can end anywhere.
fn cut_bursts(bursts: &[Burst<'_>]) -> Option<String> {
    let apart: Vec<_> =
        bursts.windows(2).filter(|pair| pair[1].at - pair[0].at >= PAUSE).map(|pair| &pair[1]).collect();
    let cut: Vec<_> = apart.iter().filter(|burst| burst.cuts && burst.items.len() >= 2).collect();
    let (smallest, largest) =
        (cut.iter().map(|burst| burst.bytes).min()?, cut.iter().map(|burst| burst.bytes).max()?);
    (cut.len() >= 3 && cut.len() * 3 >= apart.len() * 2).then(|| {
        format!(
            "{} of {} bursts ended in the middle of an event, as when a full buffer is sent. They had {smallest} to {largest} bytes.",
            cut.len(),
            apart.len(),
        )
    })
}

/// Returns whether most bursts have several whole events, with long pauses in between.
fn several_at_once(bursts: &[Burst<'_>]) -> bool {
    let apart: Vec<_> =
        bursts.windows(2).filter(|pair| pair[1].at - pair[0].at >= 3 * PAUSE).map(|pair| &pair[1]).collect();
    apart.len() >= 3 && apart.iter().filter(|burst| burst.events() >= 3).count() * 3 >= apart.len() * 2
}

/// Describes the bursts of a stream without problems.
fn rhythm(bursts: &[Burst<'_>]) -> String {
    let most = bursts.iter().map(|burst| burst.items.len()).max().unwrap_or(0);
    let gap = bursts.windows(2).map(|pair| pair[1].at - pair[0].at).max().unwrap_or_default();
    format!(
        "Bytes arrived {} times, with up to {} at once and up to {:.1} s in between.",
        bursts.len(),
        plural(most, "frame"),
        gap.as_secs_f64(),
    )
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 4)
}

fn seconds(millis: i64) -> f64 {
    Duration::from_millis(millis.max(0).unsigned_abs()).as_secs_f64()
}
