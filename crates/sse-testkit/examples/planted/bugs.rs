//! The bugs. Each is what somebody once got wrong, in this client or another one.

pub(crate) struct Bug {
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
    /// Must be there exactly once.
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
}

const SOURCE: &str = "crates/sse-proto/src/source.rs";
const POLICY: &str = "crates/sse-proto/src/policy.rs";
const OUTPUT: &str = "crates/sse-proto/src/output.rs";
const DECODER: &str = "crates/sse-proto/src/decoder.rs";
const USUAL: &str = "crates/sse-proto/src/usual.rs";
const DRIVE: &str = "crates/sse-driver/src/drive.rs";
const SESSION: &str = "crates/sse-driver/src/session.rs";
const TEMPLATE: &str = "crates/sse-driver/src/template.rs";

#[rustfmt::skip]
pub(crate) const BUGS: &[Bug] = &[
    Bug {
        name: "the id is committed at its line, not at the blank line", file: USUAL,
        from: "self.block.set_id(id.get());", to: "self.block.set_id(id.get()); self.commit_id(id.get());",
    },
    Bug {
        name: "an event that the connection cut off commits its id", file: SOURCE,
        from: "        self.decoder.reset();\n        let open_for",
        to: "        let _ = self.decoder.decode_bytes(&mut Bytes::from_static(b\"\\n\\n\"));
        self.decoder.reset();\n        let open_for",
    },
    Bug {
        name: "a partial event is kept across a reconnection", file: DECODER,
        from: "        self.block = Block::default();\n        self.release_texts();\n        self.spent = false;\n",
        to: "        self.spent = false;\n",
    },
    Bug {
        name: "the decoder is not reset for a new connection", file: SOURCE,
        from: "        self.decoder.reset();\n        let open_for", to: "        let open_for",
    },
    Bug {
        name: "`retry` is ignored", file: SOURCE,
        from: "Frame::Retry(time) => self.backoff.handle_retry(*time),", to: "Frame::Retry(_) => {}",
    },
    Bug {
        name: "`retry` is not clamped", file: POLICY,
        from: "time.min(self.policy.max_server_delay).max(self.policy.min_delay)", to: "time",
    },
    Bug {
        name: "Retry-After is ignored", file: POLICY,
        from: "self.floor = time.min(self.policy.max_server_delay);", to: "let _ = time;",
    },
    Bug {
        name: "Retry-After holds for all later delays", file: POLICY,
        from: "core::mem::take(&mut self.floor)", to: "self.floor",
    },
    Bug {
        name: "jitter is taken off", file: POLICY,
        from: "delay.saturating_add(self.jitter(delay))", to: "delay.saturating_sub(self.jitter(delay))",
    },
    Bug {
        name: "the delay does not grow", file: POLICY,
        from: ".saturating_pow(self.failures)", to: ".saturating_pow(0)",
    },
    Bug {
        name: "backoff is not reset after progress", file: POLICY,
        from: "self.failures = 0;", to: "",
    },
    Bug {
        name: "backoff is reset by a mere 200", file: SOURCE,
        from: "self.delivered = false;", to: "self.delivered = true;",
    },
    Bug {
        name: "a connection that stayed open for long is no progress", file: SOURCE,
        from: "core::mem::take(&mut self.delivered) || stayed", to: "core::mem::take(&mut self.delivered)",
    },
    Bug {
        name: "one attempt too many", file: POLICY,
        from: "self.failures >= max", to: "self.failures > max",
    },
    Bug {
        name: "Last-Event-ID is not sent", file: OUTPUT,
        from: "Resume::From(id) => Some((\"Last-Event-ID\", id.as_bytes().as_ref())),", to: "Resume::From(_) => None,",
    },
    Bug {
        name: "Last-Event-ID is sent twice", file: TEMPLATE,
        from: "request.headers_mut().insert(name, value);",
        to: "request.headers_mut().append(name.clone(), value.clone()); request.headers_mut().append(name, value);",
    },
    Bug {
        name: "a reconnection asks the URL that a redirect led to", file: DRIVE,
        from: "let request = self.template.request(&self.options, &attempt);",
        to: "let mut request = self.template.request(&self.options, &attempt);
        *request.uri_mut() = self.url().as_str().parse().expect(\"a URL\");",
    },
    Bug {
        name: "an event over the limit that is skipped moves the last event ID back to nothing", file: SOURCE,
        from: "Frame::Comment(_) | Frame::Discarded { .. } => {}",
        to: "Frame::Discarded { .. } => self.decoder = Decoder::new(Limits::default().max_event_len(2048).oversize(crate::Oversize::Skip)),
                Frame::Comment(_) => {}",
    },
    Bug {
        name: "204 is retried", file: SOURCE,
        from: "204 => self.end(CloseReason::NoContent),", to: "204 => self.lose(now, Cause::Status(204)),",
    },
    Bug {
        name: "every content type is taken for an event stream", file: SOURCE,
        from: "head.content_type.is_some_and(is_event_stream)",
        to: "(head.content_type.is_some() || head.content_type.is_some_and(is_event_stream))",
    },
    Bug {
        name: "a comment does not keep the connection from being idle", file: SOURCE,
        from: "*last_byte = now;", to: "if !data.starts_with(b\":\") { *last_byte = now; }",
    },
    Bug {
        name: "events are delivered after close()", file: SOURCE,
        from: "            self.input = VecDeque::new();\n            self.decoder.reset();\n", to: "",
    },
    Bug {
        name: "dropping the future of next() loses an event", file: SESSION,
        from: "        poll_fn(|cx| self.poll_event(cx)).await\n",
        to: "        let mut held = None;
        poll_fn(|cx| match held.take() {
            Some(event) => Poll::Ready(event),
            None => {
                held = Some(ready!(self.poll_event(cx)));
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        })
        .await\n",
    },
    Bug {
        name: "reconnect() keeps the old connection until the next one", file: DRIVE,
        from: "        self.restarting = true;\n        self.link = Link::Down;\n", to: "        self.restarting = true;\n",
    },
    Bug {
        name: "the response timeout runs from reconnect(), not from the attempt", file: DRIVE,
        from: "if self.restarting {", to: "if false {",
    },
];
