//! Compares the event source with the model.

mod output;
mod received;

use std::time::Duration;

use bytes::Bytes;
use sse_proto::{
    CloseReason, Config, Disconnect, EventSource, Frame, Instant, Limits, Output, Oversize, ReadyState,
    ReconnectPolicy, Replay, ResponseHead, Retry, Verdict,
};

use self::output::Owned;
use self::received::Received;
use super::draw::{Draw, TIMES};
use crate::model::Model;

/// Checks that for any configuration and any inputs, in any order and at any times, the outputs of
/// an event source are those of the model, and its frames are those that the reference decodes from
/// each connection.
///
/// It also checks that there is a `Disconnected` between two `Connect`, that nothing follows
/// `Closed`, that a deadline is not in the past when `Wait` first returns it, and that the last
/// event ID changes while outputs are polled, never at an input.
///
/// The first 14 bytes are the configuration. Then each byte is an input in its lower four bits, and
/// the time that passes before it in its upper four bits.
///
/// ```
/// let config = [0; 14];
/// let inputs = b"\x00\x00\x00\x2e\x01\x04\x17\x00\x00\x00";
/// sse_harness::fuzz::source(&[&config[..], inputs].concat());
/// ```
///
/// # Panics
///
/// Panics if an output differs from that of the model.
pub fn source(input: &[u8]) {
    let mut draw = Draw(input);
    let config = config(&mut draw);
    let answers = config.seed;
    let mut comparison = Comparison {
        source: EventSource::new(config.clone(), Instant::ZERO),
        received: Received::new(""),
        has_idle_timeout: config.idle_timeout.is_some(),
        limits: config.limits,
        model: Model::new(config, Instant::ZERO),
        now: Duration::ZERO,
        connected: false,
        held: false,
        last_wait: None,
        events: 0,
        answers,
    };
    comparison.drain();
    while !draw.is_empty() {
        let choice = draw.byte();
        comparison.pass(TIMES[usize::from(choice >> 4)]);
        comparison.input(choice & 15, &mut draw);
    }
    comparison.drain();
}

fn config(draw: &mut Draw<'_>) -> Config {
    let flags = draw.byte();
    let limit = draw.byte();
    let mut config = Config::default();
    config.policy = policy(flags, draw);
    config.ask = flags & 32 != 0;
    config.replay =
        [Replay::Always, Replay::Never, Replay::Resuming, Replay::Always][usize::from(flags >> 6)];
    config.limits.max_event_len = if limit == 0 { usize::MAX } else { limit.into() };
    config.limits.oversize = if flags & 4 == 0 { Oversize::Fail } else { Oversize::Skip };
    config.response_timeout = draw.maybe_time();
    config.idle_timeout = draw.maybe_time();
    config.last_event_id = draw.one_of(&["", "7", " 7\t", "a\u{1}b", "é"]).into();
    config.show_comments = flags & 8 != 0;
    config.show_retries = flags & 16 != 0;
    config.seed = draw.byte().into();
    config
}

/// Draws a policy. The choice 0 is always the default.
fn policy(flags: u8, draw: &mut Draw<'_>) -> ReconnectPolicy {
    let usual = ReconnectPolicy::default();
    let mut or_usual = |usual: Duration| match draw.byte() {
        0 => usual,
        n => TIMES[usize::from(n) % TIMES.len()],
    };
    let mut policy = usual
        .clone()
        .reconnection_time(or_usual(usual.reconnection_time))
        .max_delay(or_usual(usual.max_delay))
        .min_delay(or_usual(usual.min_delay))
        .max_server_delay(or_usual(usual.max_server_delay))
        .reset_after(or_usual(usual.reset_after))
        .factor(draw.one_of(&[2, 1, 0, 3, 10, u32::MAX]))
        .jitter_percent(draw.one_of(&[20, 0, 1, 100, 1000, u32::MAX]))
        .retry_initial(flags & 1 == 0)
        .retry_status(flags & 2 == 0);
    let limits = usize::from(draw.byte());
    policy.max_attempts = [None, Some(0), Some(1), Some(2), Some(5)][limits % 5];
    policy.max_total_reconnections = [None, Some(0), Some(1), Some(3)][limits / 5 % 4];
    policy
}

struct Comparison {
    source: EventSource,
    model: Model,
    received: Received,
    has_idle_timeout: bool,
    limits: Limits,
    now: Duration,
    connected: bool,
    /// Whether the outputs of an input are not drained yet.
    held: bool,
    last_wait: Option<Instant>,
    events: u32,
    /// The answer to the next question.
    answers: u64,
}

impl Comparison {
    fn now(&self) -> Instant {
        Instant::ZERO + self.now
    }

    fn pass(&mut self, time: Duration) {
        self.now = self.now.saturating_add(time);
    }

    /// Handles one input. Two of them are whole events, which random bytes rarely contain. 11 to 13
    /// do not drain the outputs, so inputs pile up, unlike with a real driver.
    fn input(&mut self, choice: u8, draw: &mut Draw<'_>) {
        let id = self.source.last_event_id().to_owned();
        match choice {
            0 => self.respond(draw.byte(), draw.maybe_time()),
            1 | 11 => self.send(draw_chunk(draw)),
            2 => self.event(draw.byte()),
            3 => self.send(b"data: x\n\nid: 5"),
            4 | 12 => self.disconnect(Disconnect::Eof),
            5 => self.disconnect(Disconnect::Transport),
            6 => self.time_out(),
            7 => {
                self.now = self.last_wait.map_or(self.now, Instant::since_origin);
                self.time_out();
            }
            8 | 13 => self.reconnect(),
            9 => self.now = self.now.saturating_sub(draw.time()),
            10 => self.end(draw.byte()),
            14 => self.respond(0, None),
            _ => return self.poll_on(),
        }
        assert_eq!(self.source.last_event_id(), id, "no input changes the last event ID");
        self.held |= (11..=13).contains(&choice);
        if choice < 11 || choice == 14 {
            self.drain();
        }
    }

    fn respond(&mut self, choice: u8, retry_after: Option<Duration>) {
        const STATUSES: [u16; 16] =
            [200, 204, 503, 429, 500, 408, 425, 502, 504, 404, 301, 206, 521, 501, 511, 600];
        let (content_type, is_event_stream) = CONTENT_TYPES[usize::from(choice / 16) % CONTENT_TYPES.len()];
        let head = ResponseHead {
            status: STATUSES[usize::from(choice % 16)],
            content_type: content_type.map(str::as_bytes),
            retry_after,
            accept: (choice >= 128).then_some(choice & 16 == 0),
        };
        self.source.handle_response(self.now(), head);
        self.model.handle_response(self.now(), head, is_event_stream);
    }

    fn event(&mut self, size: u8) {
        self.events += 1;
        let data = "x".repeat(usize::from(size % 40));
        self.send(format!("id: {}\r\ndata: {data}\r\n\r\n", self.events).as_bytes());
    }

    fn send(&mut self, chunk: &[u8]) {
        let now = self.now();
        self.source.handle_data(self.has_idle_timeout.then_some(now), Bytes::copy_from_slice(chunk));
        if chunk.is_empty() || self.model.ready_state() != ReadyState::Open {
            return;
        }
        self.model.handle_bytes(now);
        let added = self.received.push(chunk, self.limits);
        added.frames.into_iter().for_each(|frame| self.model.handle_frame(frame));
        self.model.handle_last_event_id(added.last_event_id);
        if added.too_long {
            self.model.handle_too_long();
        }
    }

    fn disconnect(&mut self, how: Disconnect) {
        self.source.handle_disconnect(self.now(), how);
        self.model.handle_disconnect(self.now(), how.into());
    }

    fn time_out(&mut self) {
        self.source.handle_timeout(self.now());
        self.model.handle_timeout(self.now());
    }

    fn reconnect(&mut self) {
        self.source.reconnect(self.now());
        self.model.reconnect(self.now());
    }

    fn end(&mut self, choice: u8) {
        match choice % 4 {
            0 => {
                self.source.close();
                self.model.close(CloseReason::Requested);
            }
            1 => {
                self.source.finish();
                self.model.close(CloseReason::Finished);
            }
            2 => self.disconnect(Disconnect::Futile),
            _ => self.disconnect(Disconnect::HookFailed),
        }
    }

    /// Answers four of five questions.
    fn answer(&mut self) {
        self.answers = self.answers.wrapping_mul(5).wrapping_add(3);
        let retry = match self.answers / 8 % 5 {
            0 => return,
            1 => Retry::Default,
            2 => Retry::Backoff,
            3 => Retry::After(TIMES[(self.answers / 64 % 16) as usize]),
            _ => Retry::Stop,
        };
        self.source.decide(self.now(), retry);
        self.model.decide(self.now(), retry);
    }

    fn drain(&mut self) {
        loop {
            match self.poll() {
                Owned::Other(Output::Wait(deadline)) => {
                    let is_new = deadline != self.last_wait;
                    let late = deadline.is_some_and(|deadline| deadline < self.now());
                    assert!(self.held || !(is_new && late), "{deadline:?} is in the past at {:?}", self.now);
                    self.last_wait = deadline;
                    break;
                }
                Owned::Other(Output::Closed(_)) => break,
                _ => {}
            }
        }
        self.held = false;
    }

    /// Polls one output, after the frames that may hide a change of the last event ID.
    fn poll_on(&mut self) {
        while let Owned::Frame(Frame::Comment(_) | Frame::Retry(_) | Frame::Discarded { .. }) = self.poll() {}
    }

    fn poll(&mut self) -> Owned {
        let was_closed = self.source.close_reason().cloned();
        let output = Owned::from(self.source.poll_output());
        match &output {
            Owned::Other(Output::Connect(_)) => {
                assert!(!core::mem::replace(&mut self.connected, true), "two connections at once");
            }
            Owned::Other(Output::Disconnected { .. }) => {
                assert!(core::mem::replace(&mut self.connected, false), "no connection to lose");
            }
            _ => {}
        }
        if let Some(reason) = was_closed {
            assert_eq!(output, Owned::Other(Output::Closed(reason)), "closed is final");
        }
        self.check(&output);
        if matches!(output, Owned::Other(Output::Failed { .. })) {
            self.answer();
        }
        output
    }

    fn check(&mut self, output: &Owned) {
        let model = &mut self.model;
        match output {
            Owned::Frame(frame) => assert_eq!(*frame, model.next_frame()),
            Owned::Other(Output::Connect(attempt)) => {
                let (number, failures, resume) = model.next_attempt();
                assert_eq!((attempt.number, attempt.failures, &attempt.resume), (number, failures, &resume));
                self.received = Received::new(model.last_event_id());
            }
            Owned::Other(Output::Opened) => model.check_opened(),
            Owned::Other(Output::Failed { cause, verdict: Verdict::Retry(delay) }) => {
                model.check_failed(*cause, Some(*delay));
            }
            Owned::Other(Output::Failed { cause, verdict: Verdict::Close }) => {
                model.check_failed(*cause, None)
            }
            Owned::Other(Output::Disconnected { cause, retry_at }) => {
                let expected = model.check_disconnected(*cause);
                assert!(expected.contains(retry_at), "{retry_at:?} not in {expected:?}");
                model.set_retry_at(*retry_at);
            }
            Owned::Other(Output::Wait(deadline)) => model.check_wait(*deadline),
            Owned::Other(Output::Closed(reason)) => model.check_closed(reason),
            Owned::Other(output @ Output::Frame(_)) => unreachable!("{output:?} is not owned"),
        }
        assert_eq!(self.source.ready_state(), model.ready_state());
        assert_eq!(self.source.reconnection_time(), model.reconnection_time());
        if !matches!(output, Owned::Frame(Frame::Comment(_) | Frame::Retry(_) | Frame::Discarded { .. })) {
            assert_eq!(self.source.last_event_id(), model.last_event_id(), "after {output:?}");
        }
    }
}

fn draw_chunk<'a>(draw: &mut Draw<'a>) -> &'a [u8] {
    let len = draw.byte();
    draw.bytes(len.into())
}

const CONTENT_TYPES: [(Option<&str>, bool); 8] = [
    (Some("text/event-stream"), true),
    (Some("Text/Event-Stream; charset=utf-8"), true),
    (Some("text/html, text/event-stream"), true),
    (Some("text/html"), false),
    (Some("text/event-stream, text/html"), false),
    (Some("text/event-streams"), false),
    (Some(""), false),
    (None, false),
];
