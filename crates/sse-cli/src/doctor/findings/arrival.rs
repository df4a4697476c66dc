//! Whether something on the way holds events back.
//!
//! A server writes an event when it has it. So events that it made over some seconds and that come
//! at once were held back; where they have no times of their own, heartbeats that come several at
//! once, or lumps that end in the middle of an event, say the same.

use std::time::Duration;

use super::remedies::BUFFERING;
use super::{Check, Finding};
use crate::doctor::lumps::{Lump, lumps};
use crate::doctor::observation::{Observation, Stream};
use crate::doctor::plural::plural;

/// A delay below this is that of a network.
const NOTICEABLE: Duration = Duration::from_millis(400);
/// Between lumps, where times of their own are not there to compare.
const PAUSE: Duration = Duration::from_millis(300);

pub(super) fn buffering(observation: &Observation, stream: &Stream) -> Finding {
    let lumps = lumps(stream);
    if lumps.is_empty() {
        let seen = format!(
            "Nothing came in {:.0?}, which a proxy that holds everything back looks like too.",
            observation.watch
        );
        return cannot_be_told(seen);
    }
    let held = late_by_own_times(&lumps)
        .or_else(|| late_since_opening(observation, &lumps))
        .or_else(|| heartbeats_at_once(&lumps))
        .or_else(|| cut_lumps(&lumps));
    if let Some(seen) = held {
        return Finding::error(Check::Buffering, "Events are held back on the way", seen).fix_at(BUFFERING);
    }
    if let [lump] = &lumps[..] {
        return cannot_be_told(format!(
            "Everything came at once, {:.1} s after the start.",
            lump.at.as_secs_f64()
        ));
    }
    let seen = rhythm(&lumps);
    if several_at_once(&lumps) {
        return Finding::warning(Check::Buffering, "Events come several at once", seen)
            .fix("If the server does not send them so, something holds them back. Put the time into each event, and run it again.")
            .fix_at(&BUFFERING[1..]);
    }
    Finding::ok(Check::Buffering, seen)
}

fn cannot_be_told(seen: String) -> Finding {
    Finding::note(Check::Buffering, "Cannot be told", seen)
        .fix("Run it again for longer (--watch 5m), while the server sends events with the time in them.")
}

/// Lumps of events that the server made between this lump and the one before it, as their own times
/// say. Those of the first lump may be a replay of the past.
fn late_by_own_times(lumps: &[Lump<'_>]) -> Option<String> {
    let mut found = Vec::new();
    for pair in lumps.windows(2) {
        let (before, lump) = (&pair[0], &pair[1]);
        let (Some(last_before), Some(first), Some(last)) =
            (before.own_times().next_back(), lump.own_times().next(), lump.own_times().next_back())
        else {
            continue;
        };
        let (made, advance) = (last - first, last - last_before);
        let waited = millis(lump.at - before.at);
        let is_live = (advance - waited).abs() <= (waited / 4).max(500);
        if is_live && made >= millis(NOTICEABLE) && lump.own_times().count() >= 2 {
            found.push((made, lump));
        }
    }
    let (late, lump) = found.iter().max_by_key(|(late, _)| *late)?;
    let is_certain = found.len() >= 2 || lump.own_times().count() >= 3;
    is_certain.then(|| {
        format!(
            "{} events and comments that the server made over {:.1} s came at once, {:.1} s after the start. In all this happened {}.",
            lump.own_times().count(),
            seconds(*late),
            lump.at.as_secs_f64(),
            plural(found.len(), "time"),
        )
    })
}

/// Events of the first lump that were made after the request, by the clock of the `Date` header,
/// and came much later.
fn late_since_opening(observation: &Observation, lumps: &[Lump<'_>]) -> Option<String> {
    let visit = observation.visits.first()?;
    let date = httpdate::parse_http_date(&observation.answer()?.header("date")?).ok()?;
    let date = millis(date.duration_since(std::time::UNIX_EPOCH).ok()?);
    let lump = lumps.first()?;
    let waited = millis(lump.at.checked_sub(visit.asked_at)?);
    // `Date` is whole seconds.
    let made: Vec<_> = lump.own_times().filter(|time| (date..date + waited + 2000).contains(time)).collect();
    let over = made.last()? - made.first()?;
    (made.len() >= 3 && over >= 1000 && over <= waited).then(|| {
        format!(
            "Nothing came for {:.1} s, and then at once {} events and comments that the server had made over {:.1} s.",
            seconds(waited),
            made.len(),
            seconds(over),
        )
    })
}

/// No server sends two heartbeats at once.
fn heartbeats_at_once(lumps: &[Lump<'_>]) -> Option<String> {
    let later: Vec<_> =
        lumps.iter().skip(1).filter(|lump| lump.events() == 0 && lump.comments() >= 2).collect();
    let most = later.iter().map(|lump| lump.comments()).max()?;
    (later.len() >= 2).then(|| {
        format!("{} times several heartbeats (comments) came at once, up to {most} of them.", later.len())
    })
}

/// A server writes whole events; a buffer that is full ends anywhere.
fn cut_lumps(lumps: &[Lump<'_>]) -> Option<String> {
    let apart: Vec<_> =
        lumps.windows(2).filter(|pair| pair[1].at - pair[0].at >= PAUSE).map(|pair| &pair[1]).collect();
    let cut: Vec<_> = apart.iter().filter(|lump| lump.cuts && lump.items.len() >= 2).collect();
    let (smallest, largest) =
        (cut.iter().map(|lump| lump.bytes).min()?, cut.iter().map(|lump| lump.bytes).max()?);
    (cut.len() >= 3 && cut.len() * 3 >= apart.len() * 2).then(|| {
        format!(
            "{} of {} lumps ended in the middle of an event, as full buffers do. They had {smallest} to {largest} bytes.",
            cut.len(),
            apart.len(),
        )
    })
}

/// Whole events, many at a time, with long pauses between.
fn several_at_once(lumps: &[Lump<'_>]) -> bool {
    let apart: Vec<_> =
        lumps.windows(2).filter(|pair| pair[1].at - pair[0].at >= 3 * PAUSE).map(|pair| &pair[1]).collect();
    apart.len() >= 3 && apart.iter().filter(|lump| lump.events() >= 3).count() * 3 >= apart.len() * 2
}

fn rhythm(lumps: &[Lump<'_>]) -> String {
    let most = lumps.iter().map(|lump| lump.items.len()).max().unwrap_or(0);
    let gap = lumps.windows(2).map(|pair| pair[1].at - pair[0].at).max().unwrap_or_default();
    format!(
        "Bytes came {} times, up to {} at once, up to {:.1} s apart.",
        lumps.len(),
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
