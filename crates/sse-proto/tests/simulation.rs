//! Simulates 10,000 runs of an event source. A server with a log of numbered events drops
//! connections, stalls, sends partial events and refuses requests. For every seed, the event source
//! must deliver each event exactly once and in order.
//!
//! The panic names the failing seed. `SEED=n cargo test -p sse-proto --test simulation --
//! --nocapture` replays it with a trace.
#![allow(missing_docs)]

use std::time::Duration;

use bytes::Bytes;
use sse_harness::SplitMix64;
use sse_proto::{
    Cause, CloseReason, Config, Disconnect, EventSource, FrameRef, Instant, Output, ReconnectPolicy,
    ResponseHead, Retry, Verdict,
};

const SEEDS: u64 = 10_000;
const IDLE: Duration = Duration::from_secs(30);

#[test]
fn every_event_is_delivered_once_and_in_order() {
    if let Some(seed) = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()) {
        return World::new(seed, true).run();
    }
    let mut events = 0;
    for seed in 0..SEEDS {
        let mut world = World::new(seed, false);
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.run()));
        events += world.received.len();
        assert!(ran.is_ok(), "seed {seed} failed; replay it with SEED={seed}");
    }
    assert!(events > 50_000, "the simulation delivered only {events} events");
}

struct World {
    random: SplitMix64,
    trace: bool,
    asks: bool,
    now: Instant,
    source: EventSource,
    /// The number of events that the server has. Event n has the ID n and the data "event n\n✓".
    log: u64,
    received: Vec<u64>,
    /// The next event of the open connection, if there is one.
    next_event: Option<u64>,
    connects: u64,
    disconnects: u64,
    reconnection_time: Duration,
    /// The delay that the last response asked for.
    retry_after: Option<Duration>,
    /// The delay that the application decided on.
    decided: Option<Duration>,
}

impl World {
    fn new(seed: u64, trace: bool) -> Self {
        let mut random = SplitMix64::new(seed);
        let policy = ReconnectPolicy::default().retry_initial(true);
        let asks = random.next_u64() % 2 == 0;
        let config = Config::default().policy(policy).idle_timeout(IDLE).seed(seed).ask(asks);
        Self {
            log: 1 + random.next_u64() % 20,
            random,
            trace,
            asks,
            now: Instant::ZERO,
            source: EventSource::new(config, Instant::ZERO),
            received: Vec::new(),
            next_event: None,
            connects: 0,
            disconnects: 0,
            reconnection_time: Duration::from_secs(3),
            retry_after: None,
            decided: None,
        }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.random.next_u64() % bound
    }

    fn run(&mut self) {
        for _ in 0..10_000 {
            match self.drain() {
                Ok(deadline) => self.step(deadline),
                Err(reason) => {
                    assert_eq!(reason, CloseReason::NoContent);
                    assert_eq!(self.received, (1..=self.log).collect::<Vec<_>>());
                    return;
                }
            }
        }
        panic!("the simulation does not end");
    }

    fn drain(&mut self) -> Result<Option<Instant>, CloseReason> {
        loop {
            let output = self.source.poll_output();
            if self.trace {
                println!("{:>9.3} s  {output:?}", self.now.since_origin().as_secs_f64());
            }
            match output {
                Output::Connect(attempt) => {
                    assert_eq!(self.connects, self.disconnects, "two connections at once");
                    self.connects += 1;
                    assert_eq!(attempt.number, self.connects);
                    let id = attempt.last_event_id().parse().unwrap_or(0);
                    assert_eq!(
                        id,
                        self.received.last().copied().unwrap_or(0),
                        "resumes after the last delivered event"
                    );
                    self.next_event = None;
                    self.respond(id);
                }
                Output::Opened => assert!(self.next_event.is_some(), "open without a response"),
                Output::Frame(FrameRef::Event(event)) => {
                    let number: u64 = event.last_event_id.parse().expect("every event has a number");
                    assert_eq!(event.data, format!("event {number}\n✓"));
                    assert_eq!(number, self.received.last().copied().unwrap_or(0) + 1, "lost or duplicated");
                    self.received.push(number);
                }
                Output::Frame(frame) => panic!("unexpected frame: {frame:?}"),
                Output::Failed { cause, verdict } => self.answer(cause, verdict),
                Output::Disconnected { cause, retry_at } => {
                    self.disconnects += 1;
                    self.next_event = None;
                    self.check_delay(cause, retry_at.saturating_duration_since(self.now));
                }
                Output::Wait(deadline) => return Ok(deadline),
                Output::Closed(reason) => {
                    assert_eq!(self.source.poll_output(), Output::Closed(reason.clone()));
                    return Err(reason);
                }
            }
        }
    }

    fn answer(&mut self, cause: Cause, verdict: Verdict) {
        assert_eq!(verdict == Verdict::Close, cause == Cause::Status(404), "{verdict:?} for {cause:?}");
        let retry = match self.below(3) {
            0 if verdict != Verdict::Close => return,
            1 => {
                let time = Duration::from_millis(self.below(100_000));
                self.decided = Some(time.max(Duration::from_millis(100)));
                Retry::After(time)
            }
            _ => Retry::Backoff,
        };
        self.source.decide(self.now, retry);
    }

    fn check_delay(&mut self, cause: Cause, delay: Duration) {
        let retry_after = self.retry_after.take();
        let (min, max) = match (cause, self.decided.take(), retry_after) {
            (Cause::Reconnect, ..) => (Duration::ZERO, Duration::ZERO),
            (_, Some(time), _) => (time, time),
            (_, None, Some(time)) => {
                let time = time.max(Duration::from_millis(100));
                (time, time * 6 / 5)
            }
            (_, None, None) => {
                let max = Duration::from_secs(72).max(self.reconnection_time * 6 / 5);
                (self.reconnection_time, max)
            }
        };
        assert!((min..=max).contains(&delay), "{delay:?} is not between {min:?} and {max:?}");
    }

    /// Answers an attempt, or drops its connection.
    fn respond(&mut self, after: u64) {
        let (status, retry_after) = match self.below(10) {
            0 => return self.source.handle_disconnect(self.now, Disconnect::Transport),
            1 => (if self.below(2) == 0 { 503 } else { 521 }, None),
            2 => (429, Some(Duration::from_secs(self.below(40)))),
            // This closes an event source that does not ask.
            3 if self.asks => (404, None),
            _ if after == self.log => (204, None),
            _ => (200, None),
        };
        self.retry_after = retry_after;
        self.next_event = (status == 200).then_some(after + 1);
        let content_type = Some(&b"text/event-stream"[..]);
        self.source.handle_response(
            self.now,
            ResponseHead { content_type, retry_after, ..ResponseHead::new(status) },
        );
    }

    /// Lets the server act, or time pass.
    fn step(&mut self, deadline: Option<Instant>) {
        let Some(next) = self.next_event else {
            self.now = deadline.expect("without a connection the event source waits for an attempt");
            return self.source.handle_timeout(self.now);
        };
        self.now = self.now + Duration::from_millis(self.below(2000));
        match self.below(12) {
            0 => self.source.handle_disconnect(self.now, Disconnect::Eof),
            1 => self.source.handle_disconnect(self.now, Disconnect::Transport),
            2 => self.source.reconnect(self.now),
            3 => {
                self.now = self.now + IDLE;
                self.source.handle_timeout(self.now);
            }
            4 => self.source.handle_timeout(self.now),
            5 => self.send(b": still here\n\n"),
            6 => {
                let millis = 200 + self.below(9000);
                self.reconnection_time = Duration::from_millis(millis);
                self.send(format!("retry: {millis}\n").as_bytes());
            }
            7 => self.send_partially(next),
            _ if next > self.log => self.source.handle_disconnect(self.now, Disconnect::Eof),
            _ => {
                self.next_event = Some(next + 1);
                self.send(&wire_form(next));
            }
        }
    }

    /// Sends a part of an event, which may end within a character, and drops the connection.
    fn send_partially(&mut self, next: u64) {
        let wire = wire_form(next);
        // The CR of the last CRLF would already complete the event.
        let len = self.below(wire.len() as u64 - 1) as usize;
        self.send(&wire[..len]);
        self.source.handle_disconnect(self.now, Disconnect::Transport);
    }

    fn send(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let len = (1 + self.below(40) as usize).min(bytes.len());
            let (chunk, rest) = bytes.split_at(len);
            self.source.handle_data(self.now, Bytes::copy_from_slice(chunk));
            bytes = rest;
        }
    }
}

fn wire_form(number: u64) -> Vec<u8> {
    format!("id: {number}\r\ndata: event {number}\r\ndata: ✓\r\n\r\n").into_bytes()
}
