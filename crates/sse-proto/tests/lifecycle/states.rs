//! The effect of each input in each state, or that it has none.

use sse_proto::{Config, Disconnect, EventSource, ReadyState, Retry};

use crate::life::{Life, at, config, head, seconds};

/// Every timeout is 20 s here, and the inputs arrive at 1 s.
fn config_with_timeouts() -> Config {
    config().response_timeout(seconds(20)).idle_timeout(seconds(20))
}

/// The attempt is due, but not polled yet.
fn due() -> Life {
    Life::new(config_with_timeouts())
}

fn connecting() -> Life {
    let mut life = due();
    life.drain();
    life
}

/// The connection is open, and half an event has arrived.
fn open() -> Life {
    let mut life = connecting();
    life.response(200);
    life.data("id: 1\ndata: a\n");
    life
}

/// The connection is lost, but not polled yet.
fn lost() -> Life {
    let mut life = open();
    life.source.handle_data(at(0), "\n".into());
    life.source.handle_disconnect(at(0), Disconnect::Eof);
    life
}

/// The connection is lost, and the driver may decide what follows.
fn asked() -> Life {
    let mut life = Life::open(config_with_timeouts().ask(true));
    life.source.handle_disconnect(at(0), Disconnect::Transport);
    assert_eq!(life.poll(), "failed Transport retry 3s");
    life
}

fn waiting() -> Life {
    let mut life = open();
    life.eof();
    life
}

fn closed() -> Life {
    let mut life = open();
    life.finish();
    life
}

type Input = (&'static str, fn(&mut EventSource));

const INPUTS: [Input; 16] = [
    ("a 200", |source| source.handle_response(at(1), head(200))),
    ("a 204", |source| source.handle_response(at(1), head(204))),
    ("a 503", |source| source.handle_response(at(1), head(503))),
    ("a 404", |source| source.handle_response(at(1), head(404))),
    ("data", |source| source.handle_data(at(1), "\nid: 2\ndata: b\n\n".into())),
    ("no data", |source| source.handle_data(at(1), "".into())),
    ("the end", |source| source.handle_disconnect(at(1), Disconnect::Eof)),
    ("a failure", |source| source.handle_disconnect(at(1), Disconnect::Transport)),
    ("a futile failure", |source| source.handle_disconnect(at(1), Disconnect::Futile)),
    ("an answer", |source| source.decide(at(1), Retry::After(seconds(7)))),
    ("a timeout at the same time", |source| source.handle_timeout(at(0))),
    ("an early timeout", |source| source.handle_timeout(at(1))),
    ("a timeout", |source| source.handle_timeout(at(20))),
    ("reconnect", |source| source.reconnect(at(1))),
    ("finish", EventSource::finish),
    ("close", EventSource::close),
];

/// A state, and the outputs after some inputs. Any other input leaves the outputs as they are
/// without an input.
type Row = (&'static str, fn() -> Life, ReadyState, &'static str, &'static [(&'static str, &'static str)]);

const ROWS: [Row; 7] = [
    (
        "due",
        due,
        ReadyState::Connecting,
        "connect, wait until 20s",
        &[
            ("reconnect", "connect, wait until 21s"),
            ("finish", "closed Finished"),
            ("close", "closed Requested"),
        ],
    ),
    (
        "connecting",
        connecting,
        ReadyState::Connecting,
        "wait until 20s",
        &[
            ("a 200", "opened, wait until 21s"),
            ("a 204", "closed NoContent"),
            ("a 503", "closed Failed(Status(503))"),
            ("a 404", "closed Status(404)"),
            ("the end", "closed Failed(Eof)"),
            ("a failure", "closed Failed(Transport)"),
            ("a futile failure", "closed Failed(Futile)"),
            ("a timeout", "closed Failed(ResponseTimeout)"),
            ("reconnect", "lost Reconnect until 1s, connect, wait until 21s"),
            ("finish", "closed Finished"),
            ("close", "closed Requested"),
        ],
    ),
    (
        "open",
        open,
        ReadyState::Open,
        "wait until 20s",
        &[
            ("data", "message \"a\" #1, message \"b\" #2, wait until 21s"),
            ("the end", "lost Eof until 4s, wait until 4s"),
            ("a failure", "lost Transport until 4s, wait until 4s"),
            ("a futile failure", "closed Failed(Futile)"),
            ("a timeout", "lost IdleTimeout until 23s, wait until 23s"),
            ("reconnect", "lost Reconnect until 1s, connect, wait until 21s"),
            ("finish", "closed Finished"),
            ("close", "closed Requested"),
        ],
    ),
    (
        "lost",
        lost,
        ReadyState::Connecting,
        "message \"a\" #1, lost Eof until 3s, wait until 3s",
        &[
            ("reconnect", "message \"a\" #1, lost Reconnect until 1s, connect from 1, wait until 21s"),
            ("finish", "closed Finished"),
            ("close", "closed Requested"),
        ],
    ),
    (
        "asked",
        asked,
        ReadyState::Connecting,
        "lost Transport until 3s, wait until 3s",
        &[
            ("an answer", "lost Transport until 8s, wait until 8s"),
            ("reconnect", "lost Reconnect until 1s, connect, wait until 21s"),
            ("finish", "closed Finished"),
            ("close", "closed Requested"),
        ],
    ),
    (
        "waiting",
        waiting,
        ReadyState::Connecting,
        "wait until 3s",
        &[
            ("a timeout", "connect, wait until 40s"),
            ("reconnect", "connect, wait until 21s"),
            ("finish", "closed Finished"),
            ("close", "closed Requested"),
        ],
    ),
    ("closed", closed, ReadyState::Closed, "closed Finished", &[]),
];

#[test]
fn each_input_has_its_effect_in_each_state() {
    for (state, make, ready_state, unchanged, effects) in ROWS {
        assert_eq!(make().source.ready_state(), ready_state, "{state}");
        assert_eq!(make().drain(), unchanged, "{state}, without an input");
        for (input, _) in effects {
            assert!(INPUTS.iter().any(|(name, _)| name == input), "{state}: unknown input {input:?}");
        }
        for (name, input) in INPUTS {
            let effect = effects.iter().find(|(input, _)| *input == name);
            let expected = effect.map_or(unchanged, |(_, outputs)| outputs);
            let mut life = make();
            input(&mut life.source);
            assert_eq!(life.drain(), expected, "{state}, then {name}");
        }
    }
}

/// No two inputs, drained or not, make the event source panic, hang or leave the closed state.
#[test]
fn any_two_inputs_are_handled_in_each_state() {
    for (state, make, ..) in ROWS {
        for ((one, first), (other, second)) in
            INPUTS.iter().flat_map(|first| INPUTS.iter().map(move |second| (first, second)))
        {
            for drained in [true, false] {
                let mut life = make();
                first(&mut life.source);
                let outputs = if drained { life.drain() } else { String::new() };
                second(&mut life.source);
                let (then, after) = (life.drain(), life.drain());
                let what = format!("{state}, {one}, {other}, drained: {drained}: {outputs}; {then}; {after}");
                assert!(!outputs.starts_with("closed") || then == outputs, "{what}");
                assert!(
                    then.ends_with(&after) && !after.contains(','),
                    "without an input the last output repeats: {what}"
                );
            }
        }
    }
}

#[test]
fn unfinished_is_the_event_without_its_blank_line() {
    let mut life = connecting();
    life.response(200);
    assert_eq!(life.source.unfinished(), None);
    life.data("data: a\ndata: b\n");
    assert_eq!(life.source.unfinished().map(|event| event.data).as_deref(), Some("a\nb"));
    life.data("\n");
    assert_eq!(life.source.unfinished(), None);
}

#[test]
fn debug_shows_lengths_but_no_content() {
    let mut life = connecting();
    life.response(200);
    life.source.handle_data(at(1), "data: secret\n\ndata: other secret\n\n".into());
    for undecoded in ["undecoded: 34", "undecoded: 20", "undecoded: 0"] {
        let debug = format!("{:?}", life.source);
        assert!(debug.contains(undecoded) && debug.contains("Open") && !debug.contains("secret"), "{debug}");
        let _ = life.source.poll_output();
    }
}

#[test]
fn failures_include_the_one_that_the_driver_is_asked_about() {
    for (life, failures) in [(due(), 0), (open(), 0), (asked(), 1), (waiting(), 1)] {
        assert_eq!(life.source.failures(), failures, "{:?}", life.source);
    }
}
