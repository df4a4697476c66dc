//! An event source with a clock, whose methods pass an input and return the outputs as text.

use std::time::Duration;

use bytes::Bytes;
use sse_proto::{
    Config, Disconnect, EventSource, FrameRef, Instant, Output, ReconnectPolicy, ResponseHead, Resume, Retry,
    Verdict,
};

pub(crate) const EVENT_STREAM: Option<&[u8]> = Some(b"text/event-stream");

pub(crate) fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

pub(crate) fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

pub(crate) fn at(n: u64) -> Instant {
    Instant::ZERO + seconds(n)
}

/// A policy without jitter, so that times are predictable.
pub(crate) fn policy() -> ReconnectPolicy {
    ReconnectPolicy::default().jitter_percent(0)
}

/// A policy whose times all are the longest possible.
pub(crate) fn longest_policy() -> ReconnectPolicy {
    let max = Duration::MAX;
    policy().reconnection_time(max).factor(u32::MAX).max_delay(max).min_delay(max).max_server_delay(max)
}

pub(crate) fn config() -> Config {
    with(policy())
}

pub(crate) fn with(policy: ReconnectPolicy) -> Config {
    Config::default().policy(policy)
}

pub(crate) fn head(status: u16) -> ResponseHead<'static> {
    ResponseHead { content_type: EVENT_STREAM, ..ResponseHead::new(status) }
}

pub(crate) struct Life {
    pub(crate) source: EventSource,
    pub(crate) now: Instant,
}

/// Constructors for some states.
impl Life {
    /// An event source that is not polled yet.
    pub(crate) fn new(config: Config) -> Self {
        Self { source: EventSource::new(config, at(0)), now: at(0) }
    }

    pub(crate) fn connecting(config: Config) -> Self {
        let mut life = Self::new(config);
        let outputs = life.drain();
        assert!(outputs.starts_with("connect") && outputs.contains(", wait"), "{outputs}");
        life
    }

    pub(crate) fn open(config: Config) -> Self {
        let mut life = Self::connecting(config);
        let outputs = life.response(200);
        assert!(outputs.starts_with("opened, wait"), "{outputs}");
        life
    }

    pub(crate) fn waiting(config: Config) -> Self {
        let mut life = Self::open(config);
        assert_eq!(life.eof(), "lost Eof until 3s, wait until 3s");
        life
    }
}

/// Inputs, which return all outputs that follow.
impl Life {
    pub(crate) fn at(&mut self, seconds: u64) -> &mut Self {
        self.now = at(seconds);
        self
    }

    pub(crate) fn response(&mut self, status: u16) -> String {
        self.head(head(status))
    }

    pub(crate) fn head(&mut self, head: ResponseHead<'_>) -> String {
        self.source.handle_response(self.now, head);
        self.drain()
    }

    pub(crate) fn data(&mut self, data: impl Into<Bytes>) -> String {
        self.source.handle_data(self.now, data.into());
        self.drain()
    }

    pub(crate) fn eof(&mut self) -> String {
        self.source.handle_disconnect(self.now, Disconnect::Eof);
        self.drain()
    }

    pub(crate) fn break_off(&mut self) -> String {
        self.source.handle_disconnect(self.now, Disconnect::Transport);
        self.drain()
    }

    pub(crate) fn futile(&mut self) -> String {
        self.source.handle_disconnect(self.now, Disconnect::Futile);
        self.drain()
    }

    pub(crate) fn decide(&mut self, retry: Retry) -> String {
        self.source.decide(self.now, retry);
        self.drain()
    }

    /// Polls one output.
    pub(crate) fn poll(&mut self) -> String {
        describe(&self.source.poll_output())
    }

    pub(crate) fn timeout(&mut self) -> String {
        self.source.handle_timeout(self.now);
        self.drain()
    }

    pub(crate) fn reconnect(&mut self) -> String {
        self.source.reconnect(self.now);
        self.drain()
    }

    pub(crate) fn finish(&mut self) -> String {
        self.source.finish();
        self.drain()
    }

    pub(crate) fn close(&mut self) -> String {
        self.source.close();
        self.drain()
    }

    pub(crate) fn drain(&mut self) -> String {
        let mut outputs = Vec::new();
        loop {
            let output = self.source.poll_output();
            let is_last = matches!(output, Output::Wait(_) | Output::Closed(_));
            outputs.push(describe(&output));
            if is_last {
                return outputs.join(", ");
            }
        }
    }

    /// Waits for the next attempt, answers it with a 200, and returns its time.
    pub(crate) fn reopen(&mut self) -> Instant {
        let Output::Wait(Some(next)) = self.source.poll_output() else { panic!("it does not wait") };
        self.now = next;
        let outputs = self.timeout() + ", " + &self.response(200);
        assert!(outputs.starts_with("connect") && outputs.contains("opened"), "{outputs}");
        next
    }
}

fn describe(output: &Output<'_>) -> String {
    match output {
        Output::Connect(attempt) => match &attempt.resume {
            Resume::Fresh => "connect".to_owned(),
            Resume::From(id) => format!("connect from {id}"),
            Resume::Unsendable(id) => format!("connect without {id:?}"),
        },
        Output::Opened => "opened".to_owned(),
        Output::Frame(FrameRef::Event(event)) => {
            format!("{} {:?} #{}", event.event_type, event.data, event.last_event_id)
        }
        Output::Frame(frame) => format!("{frame:?}"),
        Output::Failed { cause, verdict: Verdict::Retry(delay) } => {
            format!("failed {cause:?} retry {delay:?}")
        }
        Output::Failed { cause, verdict: Verdict::Close } => format!("failed {cause:?} close"),
        Output::Disconnected { cause, retry_at } => {
            format!("lost {cause:?} until {:?}", retry_at.since_origin())
        }
        Output::Wait(None) => "wait".to_owned(),
        Output::Wait(Some(deadline)) => format!("wait until {:?}", deadline.since_origin()),
        Output::Closed(reason) => format!("closed {reason:?}"),
    }
}
