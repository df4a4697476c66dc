//! The server, and the faults that the network adds to its answers.

use std::collections::VecDeque;
use std::time::Duration;

use http::{HeaderMap, Method, Request};
use sse_driver::{Instant, RequestBody};

use super::log::{Kind, Mark};
use super::world::World;

pub(super) const URL: &str = "http://test/events";
pub(super) const MOVED: &str = "http://elsewhere/events";

/// The answer to a request.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) after: Duration,
    pub(super) outcome: Outcome,
}

#[derive(Debug)]
pub(super) enum Outcome {
    /// The connection is refused, or fails before the response head is complete.
    Failure,
    /// The client never receives a response.
    Silence,
    Response {
        status: u16,
        content_type: Option<&'static str>,
        retry_after: Option<u64>,
        moved: bool,
        body: Script,
    },
}

/// The bytes of a response body, and their timing.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) bytes: Vec<u8>,
    /// The marks, each with the number of bytes after which it applies.
    pub(super) marks: VecDeque<(usize, Mark)>,
    /// The steps, each with the number of bytes after which it happens.
    pub(super) steps: VecDeque<(usize, Step)>,
    /// The length of the longest chunk, in bytes.
    pub(super) chunk: usize,
    /// The pause after each chunk.
    pub(super) drip: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Until(Instant),
    Pause(Duration),
    Jump(Duration),
    End,
    Failure,
    Silence,
}

/// Checks a request and answers it.
pub(super) fn answer(world: &mut World, request: &Request<RequestBody>) -> Answer {
    let from = check(world, request);
    let after = match world.fault_chance(world.settings.faults / 4) {
        true => world.dice.pick(&[10, 1500, 2000, 2500, 25_000]),
        false => 0,
    };
    let outcome = match world.fault_chance(world.settings.faults) {
        true => fault(world, from),
        false => healthy(world, from),
    };
    Answer { after: Duration::from_millis(after), outcome }
}

/// Checks a request and returns the last event ID that it sends.
fn check(world: &World, request: &Request<RequestBody>) -> usize {
    assert_eq!((request.method(), request.uri()), (&Method::GET, &URL.parse().expect("a valid URL")));
    assert_eq!(request.headers()["accept"], "text/event-stream");
    assert_eq!(request.headers()["cache-control"], "no-cache");
    let id = last_event_id(request.headers());
    assert_eq!(id, world.session.last_event_id(), "the request sends the wrong last event ID");
    id
}

fn last_event_id(headers: &HeaderMap) -> usize {
    let ids: Vec<_> = headers.get_all("last-event-id").iter().map(|id| id.to_str().expect("ASCII")).collect();
    match ids[..] {
        [] => 0,
        [id] => id.parse().expect("the ids are numbers"),
        _ => panic!("several last event IDs: {ids:?}"),
    }
}

/// Answers with the rest of the log, or with status 204 if there is no rest.
fn healthy(world: &mut World, from: usize) -> Outcome {
    if from == world.log.len() {
        return refusal(world, 204, None);
    }
    let cut = None;
    Outcome::Response {
        status: 200,
        content_type: Some(content_type(world)),
        retry_after: None,
        moved: world.dice.percent(10),
        body: script(world, from, cut),
    }
}

fn content_type(world: &mut World) -> &'static str {
    world.dice.pick(&["text/event-stream", "text/event-stream; charset=utf-8", "Text/Event-Stream"])
}

fn fault(world: &mut World, from: usize) -> Outcome {
    let may_be_silent = world.settings.response_timeout.is_some();
    match world.dice.below(20) {
        0..3 => Outcome::Failure,
        3 if may_be_silent => Outcome::Silence,
        4..6 => {
            let status = world.dice.pick(&[408, 425, 429, 500, 502, 503, 504, 521, 529, 599]);
            refusal(world, status, None)
        }
        6..8 => {
            let seconds = world.dice.pick(&[0, 1, 7, 100, 1000, 100_000, u64::MAX]);
            let status = world.dice.pick(&[429, 503]);
            refusal(world, status, Some(seconds))
        }
        8 => {
            let status = world.dice.pick(&[204, 400, 401, 403, 404, 410, 501, 511, 302]);
            refusal(world, status, None)
        }
        9 => {
            let content_type = world.dice.pick(&[None, Some("text/html"), Some("application/json")]);
            Outcome::Response {
                status: 200,
                content_type,
                retry_after: None,
                moved: false,
                body: script(world, from, None),
            }
        }
        _ if from == world.log.len() => Outcome::Failure,
        _ => {
            let entry = from + world.dice.index(world.log.len() - from);
            Outcome::Response {
                status: 200,
                content_type: Some(content_type(world)),
                retry_after: None,
                moved: world.dice.percent(10),
                body: script(world, from, Some(entry)),
            }
        }
    }
}

/// Returns a response that does not open a stream. Its body would decode to an event if the client
/// read it.
fn refusal(world: &mut World, status: u16, retry_after: Option<u64>) -> Outcome {
    let mut body =
        Script { bytes: b"id: 999\ndata: no event\n\n".to_vec(), chunk: 4096, ..Script::default() };
    let end = world.dice.pick(&[Step::End, Step::Failure, Step::Silence]);
    body.steps.push_back((body.bytes.len(), end));
    Outcome::Response { status, content_type: Some("text/event-stream"), retry_after, moved: false, body }
}

/// Returns the log after `from`. If `cut` is set, the stream ends within that entry.
fn script(world: &mut World, from: usize, cut: Option<usize>) -> Script {
    let mut script = Script { chunk: world.dice.pick(&[1, 3, 40, 1000, 100_000]), ..Script::default() };
    if world.fault_chance(world.settings.faults / 3) {
        world.count("drip");
        script.drip = Some(pause(world));
    }
    if world.dice.percent(20) {
        script.bytes.extend_from_slice("\u{feff}".as_bytes());
    }
    for index in from..world.log.len() {
        between(world, &mut script);
        let entry = &world.log[index];
        let at = script.bytes.len();
        script.steps.push_back((at, Step::Until(entry.at)));
        if entry.kind == Kind::Oversize {
            (script.drip, script.chunk) = (None, script.chunk.max(1000));
        }
        script.bytes.extend_from_slice(&entry.wire);
        script.marks.extend(entry.marks.iter().map(|(offset, mark)| (at + offset, mark.clone())));
        if cut == Some(index) {
            cut_off(world, &mut script, at);
            return script;
        }
    }
    let end = match world.settings.rules.expect_an_end() && world.settings.idle_timeout.is_some() {
        true => world.dice.pick(&[Step::Silence, Step::End, Step::Failure]),
        false => world.dice.pick(&[Step::End, Step::Failure]),
    };
    script.steps.push_back((script.bytes.len(), end));
    script
}

/// Adds what comes between two entries: nothing, or comments, pauses and clock jumps.
fn between(world: &mut World, script: &mut Script) {
    for _ in 0..world.dice.pick(&[0, 0, 1, 3]) {
        if world.fault_chance(world.settings.faults / 2) {
            script.steps.push_back((script.bytes.len(), Step::Pause(pause(world))));
        }
        if world.fault_chance(2) {
            let by = world.dice.pick(&[1000, 31_000, 4_000_000]);
            script.steps.push_back((script.bytes.len(), Step::Jump(Duration::from_millis(by))));
        }
        script.bytes.extend_from_slice(b": still here\n");
        script.marks.push_back((script.bytes.len(), Mark::Comment("still here".to_owned())));
    }
}

/// Draws a pause. Some are longer than an idle timeout, and more are a little shorter.
fn pause(world: &mut World) -> Duration {
    Duration::from_millis(world.dice.pick(&[1, 700, 4000, 4000, 4999, 5001, 29_000, 31_000]))
}

/// Cuts the entry that begins at `from` anywhere, even within a line or a character.
fn cut_off(world: &mut World, script: &mut Script, from: usize) {
    let len = from + world.dice.index(script.bytes.len() - from + 1);
    let whole = script.bytes.len();
    script.bytes.truncate(len);
    if std::str::from_utf8(&script.bytes[from..]).is_err() {
        world.count("cut in a character");
    } else if (from + 1..whole).contains(&len) {
        world.count("cut in an event");
    }
    script.marks.retain(|(at, _)| *at <= len);
    script.steps.retain(|(at, _)| *at <= len);
    let mut end = match world.settings.idle_timeout {
        Some(_) => world.dice.pick(&[Step::End, Step::Failure, Step::Silence]),
        None => world.dice.pick(&[Step::End, Step::Failure]),
    };
    // If a clean end completes the event, half of an ID would be a wrong ID.
    let is_in_first_line = !script.bytes[from..].iter().any(|byte| matches!(byte, b'\r' | b'\n'));
    if matches!(end, Step::End) && is_in_first_line && world.settings.completes_events() {
        end = Step::Failure;
    }
    script.steps.push_back((len, end));
}
