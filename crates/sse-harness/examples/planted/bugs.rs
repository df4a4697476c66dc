//! The bugs. This client or another one has had each of them.

mod deciding;
mod reading;

pub(crate) struct Bug {
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
    /// The sound code, which the file must contain exactly once.
    pub(crate) from: &'static str,
    /// The code with the bug.
    pub(crate) to: &'static str,
}

const SOURCE: &str = "crates/sse-proto/src/event_source.rs";
const LIFE: &str = "crates/sse-proto/src/event_source/life.rs";
const LOSS: &str = "crates/sse-proto/src/event_source/life/loss.rs";
const RECONNECT: &str = "crates/sse-proto/src/reconnect.rs";
const OUTPUT: &str = "crates/sse-proto/src/output.rs";
const DECODER: &str = "crates/sse-proto/src/decoder.rs";
const MACHINE: &str = "crates/sse-proto/src/decoder/machine.rs";
const CONNECTING: &str = "crates/sse-driver/src/drive/connecting.rs";
const DRIVE: &str = "crates/sse-driver/src/drive.rs";
const FRAMES: &str = "crates/sse-driver/src/frames.rs";
const TEMPLATE: &str = "crates/sse-driver/src/template.rs";

/// The tests that must find a bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finder {
    /// The simulations of whole clients and of bodies.
    Simulation,
    /// The other tests of the driver, for code that the simulation does not cover.
    Tests,
}

/// Returns all bugs.
pub(crate) fn all() -> impl Iterator<Item = (&'static Bug, Finder)> {
    let simulated = BUGS.iter().chain(deciding::BUGS).chain(reading::BUGS);
    simulated
        .map(|bug| (bug, Finder::Simulation))
        .chain(reading::TESTED.iter().map(|bug| (bug, Finder::Tests)))
}

#[rustfmt::skip]
const BUGS: &[Bug] = &[
    Bug {
        name: "the id is committed at its line, not at the blank line", file: MACHINE,
        from: "Field::Id(value) => self.buffer.set_id(value),",
        to: "Field::Id(value) => { self.buffer.set_id(value); self.set_last_event_id(value); }",
    },
    Bug {
        name: "a truncated event commits its id", file: DECODER,
        from: "        self.machine.reset();\n",
        to: "        let _ = self.machine.end_stream();\n        self.machine.reset();\n",
    },
    Bug {
        name: "a partial event is kept across a reconnection", file: MACHINE,
        from: "        self.buffer = Buffer::new(self.counter.limits.max_event_len);\n        self.state = State::Start { bom: 0 };\n",
        to: "        self.state = State::LineStart;\n",
    },
    Bug {
        name: "the decoder is not reset for a new connection", file: LOSS,
        from: "        self.reset = true;\n        let Loss {",
        to: "        let Loss {",
    },
    Bug {
        name: "`retry` is ignored", file: SOURCE,
        from: "self.life.handle_retry(time);",
        to: "let _ = time;",
    },
    Bug {
        name: "`retry` is not clamped", file: RECONNECT,
        from: "time.min(self.policy.max_server_delay).max(self.policy.min_delay)", to: "time",
    },
    Bug {
        name: "Retry-After is ignored", file: RECONNECT,
        from: "self.retry_after = Some(self.clamp(time));", to: "let _ = time;",
    },
    Bug {
        name: "Retry-After applies to all later delays", file: RECONNECT,
        from: "self.retry_after.take().unwrap_or_else(", to: "self.retry_after.unwrap_or_else(",
    },
    Bug {
        name: "jitter is subtracted", file: RECONNECT,
        from: "delay.saturating_add(self.jitter(delay))", to: "delay.saturating_sub(self.jitter(delay))",
    },
    Bug {
        name: "the delay does not grow", file: RECONNECT,
        from: ".saturating_pow(self.failures)", to: ".saturating_pow(0)",
    },
    Bug {
        name: "backoff is not reset after progress", file: RECONNECT,
        from: "self.failures = 0;", to: "",
    },
    Bug {
        name: "backoff is reset by a 200 alone", file: LIFE,
        from: "self.delivered = false;", to: "self.delivered = true;",
    },
    Bug {
        name: "a connection that stayed open for long is no progress", file: LOSS,
        from: "|| moved || stayed", to: "|| moved",
    },
    Bug {
        name: "one attempt too many", file: RECONNECT,
        from: "failed_attempts >= *max", to: "failed_attempts > *max",
    },
    Bug {
        name: "Last-Event-ID is not sent", file: OUTPUT,
        from: "Resume::From(id) => Some((\"Last-Event-ID\", id.as_bytes())),", to: "Resume::From(_) => None,",
    },
    Bug {
        name: "Last-Event-ID is sent twice", file: TEMPLATE,
        from: "request.headers_mut().insert(name, value);",
        to: "request.headers_mut().append(name.clone(), value.clone()); request.headers_mut().append(name, value);",
    },
    Bug {
        name: "a reconnection requests the URL that a redirect led to", file: CONNECTING,
        from: "let request = self.template.request(&self.options, &attempt, token, was_open);",
        to: "let mut request = self.template.request(&self.options, &attempt, token, was_open);
        *request.uri_mut() = self.url().as_str().parse().expect(\"a URL\");",
    },
    Bug {
        name: "a skipped event over the limit clears the last event ID", file: MACHINE,
        from: "            return Step::Discarded(self",
        to: "            self.last_event_id.clear();\n            return Step::Discarded(self",
    },
    Bug {
        name: "204 is retried", file: LIFE,
        from: "return self.end(CloseReason::NoContent);",
        to: "return self.lose(now, Cause::Status(204));",
    },
    Bug {
        name: "every content type is accepted as an event stream", file: LIFE,
        from: "head.content_type.is_some_and(is_event_stream)",
        to: "(head.content_type.is_some() || head.content_type.is_some_and(is_event_stream))",
    },
    Bug {
        name: "a comment does not count against the idle timeout", file: SOURCE,
        from: "if data.is_empty() || !self.life.handle_data(now.into()) {",
        to: "if data.is_empty() || !(data.starts_with(b\":\") || self.life.handle_data(now.into())) {",
    },
    Bug {
        name: "events are delivered after close()", file: SOURCE,
        from: "        self.life.end(reason);\n        self.reset();\n",
        to: "        self.life.end(reason);\n",
    },
    Bug {
        name: "dropping the future of next() loses an event", file: FRAMES,
        from: "            ::std::future::poll_fn(|cx| self.poll_event(cx)).await\n",
        to: "            let mut held = None;
            ::std::future::poll_fn(|cx| match held.take() {
                Some(event) => ::std::task::Poll::Ready(event),
                None => {
                    held = Some(::std::task::ready!(self.poll_event(cx)));
                    cx.waker().wake_by_ref();
                    ::std::task::Poll::Pending
                }
            })
            .await\n",
    },
    Bug {
        name: "reconnect() keeps the old connection until the next one", file: DRIVE,
        from: "            self.phase = Phase::Reconnecting;\n        }\n        self.connection = Connection::Down;\n",
        to: "            self.phase = Phase::Reconnecting;\n        }\n",
    },
    Bug {
        name: "the response timeout runs from reconnect(), not from the attempt", file: DRIVE,
        from: "Phase::Reconnecting => self.source.reconnect(self.timer.now()),", to: "Phase::Reconnecting => {}",
    },
];
