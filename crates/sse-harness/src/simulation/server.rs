//! The server, and what the network makes of its answers.

use std::collections::VecDeque;
use std::time::Duration;

use http::{HeaderMap, Method, Request};
use sse_driver::{Instant, RequestBody};

use super::log::{Kind, Mark};
use super::world::World;

pub(super) const URL: &str = "http://test/events";
pub(super) const MOVED: &str = "http://elsewhere/events";

/// What becomes of a request.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) after: Duration,
    pub(super) outcome: Outcome,
}

#[derive(Debug)]
pub(super) enum Outcome {
    /// Refused, or broken off before the response head was whole.
    Failure,
    /// Nothing ever comes.
    Silence,
    Response {
        status: u16,
        content_type: Option<&'static str>,
        retry_after: Option<u64>,
        moved: bool,
        body: Script,
    },
}

/// What comes over a connection, and when.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) bytes: Vec<u8>,
    /// What the client has once it has so many bytes.
    pub(super) marks: VecDeque<(usize, Mark)>,
    /// What happens once so many bytes are out.
    pub(super) turns: VecDeque<(usize, Turn)>,
    /// The longest chunk.
    pub(super) chunk: usize,
    /// Between two chunks.
    pub(super) drip: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Turn {
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
    let after = match world.trouble(world.settings.faults / 4) {
        true => world.dice.pick(&[10, 1500, 2000, 2500, 25_000]),
        false => 0,
    };
    let outcome = match world.trouble(world.settings.faults) {
        true => fault(world, from),
        false => fair(world, from),
    };
    Answer { after: Duration::from_millis(after), outcome }
}

/// Where in the log the client says that it is.
fn check(world: &World, request: &Request<RequestBody>) -> usize {
    assert_eq!((request.method(), request.uri()), (&Method::GET, &URL.parse().expect("a URL of ours")));
    assert_eq!(request.headers()["accept"], "text/event-stream");
    assert_eq!(request.headers()["cache-control"], "no-cache");
    let id = last_event_id(request.headers());
    assert_eq!(id, world.life.last_event_id(), "the last event ID that is sent");
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

/// The rest of the log, or that there is none.
fn fair(world: &mut World, from: usize) -> Outcome {
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

/// A response that is no stream. Its body would be one event, were it read as a stream.
fn refusal(world: &mut World, status: u16, retry_after: Option<u64>) -> Outcome {
    let mut body =
        Script { bytes: b"id: 999\ndata: no event\n\n".to_vec(), chunk: 4096, ..Script::default() };
    let end = world.dice.pick(&[Turn::End, Turn::Failure, Turn::Silence]);
    body.turns.push_back((body.bytes.len(), end));
    Outcome::Response { status, content_type: Some("text/event-stream"), retry_after, moved: false, body }
}

/// The log after `from`, broken off in the entry at `cut`.
fn script(world: &mut World, from: usize, cut: Option<usize>) -> Script {
    let mut script = Script { chunk: world.dice.pick(&[1, 3, 40, 1000, 100_000]), ..Script::default() };
    if world.trouble(world.settings.faults / 3) {
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
        script.turns.push_back((at, Turn::Until(entry.at)));
        if entry.kind == Kind::Oversize {
            (script.drip, script.chunk) = (None, script.chunk.max(1000));
        }
        script.bytes.extend_from_slice(&entry.wire);
        script.marks.extend(entry.marks.iter().map(|(offset, mark)| (at + offset, mark.clone())));
        if cut == Some(index) {
            break_off(world, &mut script, at);
            return script;
        }
    }
    let end = match world.settings.rules.expect_an_end() && world.settings.idle_timeout.is_some() {
        true => world.dice.pick(&[Turn::Silence, Turn::End, Turn::Failure]),
        false => world.dice.pick(&[Turn::End, Turn::Failure]),
    };
    script.turns.push_back((script.bytes.len(), end));
    script
}

/// What comes between two entries: nothing, silence, or a comment that keeps the connection.
fn between(world: &mut World, script: &mut Script) {
    for _ in 0..world.dice.pick(&[0, 0, 1, 3]) {
        if world.trouble(world.settings.faults / 2) {
            script.turns.push_back((script.bytes.len(), Turn::Pause(pause(world))));
        }
        if world.trouble(2) {
            let by = world.dice.pick(&[1000, 31_000, 4_000_000]);
            script.turns.push_back((script.bytes.len(), Turn::Jump(Duration::from_millis(by))));
        }
        script.bytes.extend_from_slice(b": still here\n");
        script.marks.push_back((script.bytes.len(), Mark::Comment("still here".to_owned())));
    }
}

/// Some are longer than an idle timeout, and more are not quite so long.
fn pause(world: &mut World) -> Duration {
    Duration::from_millis(world.dice.pick(&[1, 700, 4000, 4000, 4999, 5001, 29_000, 31_000]))
}

/// Anywhere in the entry that begins at `from`: in the middle of a line, or of a character.
fn break_off(world: &mut World, script: &mut Script, from: usize) {
    let len = from + world.dice.index(script.bytes.len() - from + 1);
    let whole = script.bytes.len();
    script.bytes.truncate(len);
    if std::str::from_utf8(&script.bytes[from..]).is_err() {
        world.count("cut in a character");
    } else if (from + 1..whole).contains(&len) {
        world.count("cut in an event");
    }
    script.marks.retain(|(at, _)| *at <= len);
    script.turns.retain(|(at, _)| *at <= len);
    let mut end = match world.settings.idle_timeout {
        Some(_) => world.dice.pick(&[Turn::End, Turn::Failure, Turn::Silence]),
        None => world.dice.pick(&[Turn::End, Turn::Failure]),
    };
    // Half an ID would be another one, if a clean end completes the event.
    let is_in_first_line = !script.bytes[from..].iter().any(|byte| matches!(byte, b'\r' | b'\n'));
    if matches!(end, Turn::End) && is_in_first_line && world.settings.completes_events() {
        end = Turn::Failure;
    }
    script.turns.push_back((len, end));
}
