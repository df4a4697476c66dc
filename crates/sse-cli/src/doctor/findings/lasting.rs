//! Checks whether the connection lasts: how the stream ends, and the silences after which proxies
//! close it.

use std::time::Duration;

use super::remedies::IDLE;
use super::{Check, Finding};
use crate::doctor::observation::{End, Observation, Stream};
use crate::doctor::plural::plural;

/// The usual idle limit of nginx, Apache and AWS ALB.
const USUAL_LIMIT: Duration = Duration::from_secs(60);
/// The longest silence that leaves room for a late heartbeat.
const NEAR_LIMIT: Duration = Duration::from_secs(45);
/// The idle limits in seconds of Google Cloud, Heroku, nginx and similar proxies, and Cloudflare.
const KNOWN_LIMITS: [u64; 4] = [30, 55, 60, 100];
/// The largest difference between a silence and a limit that it is attributed to.
const TOLERANCE: Duration = Duration::from_millis(1500);

/// Checks how the stream ended.
pub(super) fn ending(stream: &Stream) -> Finding {
    let events = stream.events().count();
    let seen = format!(
        "after {:.1} s and {}; the last {:.1} s were silent",
        stream.ended_at.as_secs_f64(),
        plural(events, "event"),
        silence_at_end(stream).as_secs_f64()
    );
    match &stream.end {
        End::Broken(_) | End::Eof if is_known_limit(silence_at_end(stream)) => {
            Finding::note(Check::Ending, "The stream is cut off", format!("It ended {seen}."))
        }
        End::Watched => Finding::ok(Check::Ending, "The stream was still open at the end."),
        End::Broken(error) => {
            Finding::error(Check::Ending, "The connection is lost", format!("The connection was lost {seen}: {error}"))
                .fix("Check the server's log for a crash or a time limit. A stream that is over must end its response properly.")
        }
        End::Eof if events == 0 => {
            Finding::error(Check::Ending, "The stream ends without an event", format!("It ended {seen}. Clients reconnect again and again."))
                .fix("Keep the connection open. Answer 204 if clients should stop.")
        }
        End::Eof => Finding::note(Check::Ending, "The stream ends, and clients reconnect", format!("It ended {seen}."))
            .fix("Keep the connection open if there are more events to come. If not, answer the next request with 204, so that clients stop."),
    }
}

/// Checks whether the stream is silent for too long.
pub(super) fn heartbeat(observation: &Observation, stream: &Stream) -> Finding {
    let silence = longest_silence(observation, stream);
    let beats = stream.comments().count();
    if stream.end != End::Watched && is_known_limit(silence_at_end(stream)) {
        let seen = format!(
            "The stream ended after {:.0} s of silence, which is the idle limit of common proxies.",
            silence_at_end(stream).as_secs_f64()
        );
        return Finding::error(Check::Heartbeat, "An idle limit closes the stream", seen).fix_at(IDLE);
    }
    let seen = format!(
        "The longest silence was {:.1} s, with {} in all.",
        silence.as_secs_f64(),
        plural(beats, "comment")
    );
    if silence >= USUAL_LIMIT {
        let seen = format!("{seen} Most proxies close a connection after 60 s without a byte.");
        return Finding::error(Check::Heartbeat, "Silent for longer than proxies allow", seen).fix_at(IDLE);
    }
    if silence >= NEAR_LIMIT {
        let seen = format!("{seen} Most proxies close a connection after 60 s without a byte.");
        return Finding::warning(Check::Heartbeat, "Silent for nearly as long as proxies allow", seen)
            .fix_at(IDLE);
    }
    if stream.bytes() == 0 && stream.end == End::Watched {
        let seen = format!("Nothing arrived in {:.1} s, not even a comment.", silence.as_secs_f64());
        return Finding::warning(Check::Heartbeat, "No heartbeat", seen).fix_at(IDLE);
    }
    if beats >= 2 || stream.end == End::Eof {
        return Finding::ok(Check::Heartbeat, seen);
    }
    let seen = format!("{seen} If the stream is ever silent for 60 s, proxies will close it.");
    Finding::note(Check::Heartbeat, "No heartbeat seen", seen).fix(IDLE[0].1)
}

fn is_known_limit(silence: Duration) -> bool {
    KNOWN_LIMITS.iter().any(|limit| silence.abs_diff(Duration::from_secs(*limit)) <= TOLERANCE)
}

fn silence_at_end(stream: &Stream) -> Duration {
    let last = stream.arrivals.last().map_or(Duration::ZERO, |arrival| arrival.at);
    stream.ended_at.saturating_sub(last)
}

fn longest_silence(observation: &Observation, stream: &Stream) -> Duration {
    let opened = observation.answer().map_or(Duration::ZERO, |answer| answer.at);
    let times = core::iter::once(opened).chain(stream.arrivals.iter().map(|arrival| arrival.at));
    let later = stream.arrivals.iter().map(|arrival| arrival.at).chain([stream.ended_at]);
    times.zip(later).map(|(from, to)| to.saturating_sub(from)).max().unwrap_or_default()
}
