//! Bugs in the delivery of events.

use super::Bug;

const MACHINE: &str = "crates/sse-proto/src/decoder/machine.rs";
const DRIVE: &str = "crates/sse-driver/src/drive.rs";
const ARRIVING: &str = "crates/sse-driver/src/drive/arriving.rs";
const ENDING: &str = "crates/sse-driver/src/drive/ending.rs";
const EVENTS: &str = "crates/sse-driver/src/events.rs";
const HANDLE: &str = "crates/sse-driver/src/handle.rs";
const PREDICATES: &str = "crates/sse-driver/src/predicates.rs";
const READ: &str = "crates/sse-driver/src/read.rs";
const TYPED: &str = "crates/sse-driver/src/typed.rs";
const UPDATES: &str = "crates/sse-driver/src/updates.rs";

#[rustfmt::skip]
pub(crate) const BUGS: &[Bug] = &[
    Bug {
        name: "reading: fail_when is not asked", file: PREDICATES,
        from: "if let Some(error) = self.fail_when.as_ref().and_then(|fails| fails(event)) {",
        to: "if let Some(error) = self.fail_when.as_ref().and_then(|fails| fails(event)).filter(|_| false) {",
    },
    Bug {
        name: "reading: finish_before is not asked", file: PREDICATES,
        from: "} else if says(&self.finish_before) {", to: "} else if false && says(&self.finish_before) {",
    },
    Bug {
        name: "reading: skip_when is not asked", file: PREDICATES,
        from: "} else if says(&self.skip_when) {", to: "} else if false && says(&self.skip_when) {",
    },
    Bug {
        name: "reading: finish_after is not asked", file: PREDICATES,
        from: "} else if says(&self.finish_after) {", to: "} else if false && says(&self.finish_after) {",
    },
    Bug {
        name: "reading: finish_before is asked before fail_when", file: PREDICATES,
        from: "if let Some(error) = self.fail_when.as_ref().and_then(|fails| fails(event)) {",
        to: "if says(&self.finish_before) {
            Judgement::Finish
        } else if let Some(error) = self.fail_when.as_ref().and_then(|fails| fails(event)) {",
    },
    Bug {
        name: "reading: skip_when is asked before finish_before", file: PREDICATES,
        from: "} else if says(&self.finish_before) {",
        to: "} else if says(&self.skip_when) {
            Judgement::Skip
        } else if says(&self.finish_before) {",
    },
    Bug {
        name: "reading: finish_after is asked before skip_when", file: PREDICATES,
        from: "} else if says(&self.skip_when) {",
        to: "} else if says(&self.finish_after) {
            Judgement::Last
        } else if says(&self.skip_when) {",
    },
    Bug {
        name: "reading: finish_before delivers its event", file: PREDICATES,
        from: "Judgement::Finish => return Judged::Finish,", to: "Judgement::Finish => return Judged::Last(visit(frame)),",
    },
    Bug {
        name: "reading: finish_after does not finish", file: PREDICATES,
        from: "Judgement::Deliver | Judgement::Last => {}", to: "Judgement::Deliver => {}\n            Judgement::Last => return Judged::Passed(visit(frame)),",
    },
    Bug {
        name: "reading: skip_when delivers its event", file: PREDICATES,
        from: "Judgement::Skip => return Judged::Skipped,", to: "Judgement::Skip => {}",
    },
    Bug {
        name: "reading: an event that was skipped counts as delivered", file: DRIVE,
        from: "is_event && !matches!(judged, Judged::Skipped)", to: "is_event",
    },
    Bug {
        name: "reading: finish_before does not expect an end", file: PREDICATES,
        from: "self.finish_before.is_some() || self.finish_after.is_some()", to: "self.finish_after.is_some()",
    },
    Bug {
        name: "reading: a truncated stream ends without an error", file: ENDING,
        from: "self.options.predicates.expect_an_end().then_some(Error::Truncated)", to: "None",
    },
    Bug {
        name: "reading: a failure does not say that the stream is truncated", file: ENDING,
        from: "Cause::Eof if self.options.predicates.expect_an_end() => Error::Truncated,\n", to: "",
    },
    Bug {
        name: "reading: a failed connection completes its last event", file: ARRIVING,
        from: "how == Disconnect::Eof && self.completes_unfinished()", to: "self.completes_unfinished()",
    },
    Bug {
        name: "reading: deliver_unfinished delivers nothing", file: ARRIVING,
        from: "self.options.deliver_unfinished\n            ||", to: "",
    },
    Bug {
        name: "reading: the predicates do not see the unfinished event", file: ARRIVING,
        from: "predicates.expect_an_end() && self.source.unfinished().is_some_and(ends)",
        to: "(false && self.source.unfinished().is_some_and(ends))",
    },
    Bug {
        name: "reading: every unfinished event is delivered if an end is expected", file: ARRIVING,
        from: "predicates.expect_an_end() && self.source.unfinished().is_some_and(ends)",
        to: "predicates.expect_an_end() && self.source.unfinished().is_some_and(|event| ends(event) || true)",
    },
    Bug {
        name: "reading: an unfinished block without data moves the last event ID", file: MACHINE,
        from: "        self.buffer.has_id &= !self.buffer.data.is_empty();\n",
        to: "",
    },
    Bug {
        name: "reading: Item ends the stream", file: READ,
        from: "Some(Ok(Read::Item(item))) => (Some(Ok(item)), true)", to: "Some(Ok(Read::Item(item))) => (Some(Ok(item)), false)",
    },
    Bug {
        name: "reading: Error ends the stream", file: READ,
        from: "Some(Ok(Read::Error(error))) => (Some(Err(error)), true)", to: "Some(Ok(Read::Error(error))) => (Some(Err(error)), false)",
    },
    Bug {
        name: "reading: Last does not end the stream", file: READ,
        from: "Some(Ok(Read::Last(item))) => (Some(Ok(item)), false)", to: "Some(Ok(Read::Last(item))) => (Some(Ok(item)), true)",
    },
    Bug {
        name: "reading: Fail does not end the stream", file: READ,
        from: "Some(Ok(Read::Fail(error))) => (Some(Err(error)), false)", to: "Some(Ok(Read::Fail(error))) => (Some(Err(error)), true)",
    },
    Bug {
        name: "reading: Skip ends the stream", file: READ,
        from: ".filter(|read| !matches!(read, Read::Skip))", to: "",
    },
    Bug {
        name: "reading: Finish does not close the session", file: READ,
        from: "            self.is_over = true;\n            self.source.end();\n", to: "            self.is_over = true;\n",
    },
    Bug {
        name: "reading: a reader does not report the error at its end", file: READ,
        from: "            None => self.poll_end(cx),\n        }\n    }\n", to: "            None => Poll::Ready(None),\n        }\n    }\n",
    },
    Bug {
        name: "reading: updates end without their error", file: UPDATES,
        from: "return Poll::Ready(Some(Err(error)));", to: "drop(error);",
    },
    Bug {
        name: "opening: the response timeout of a started session runs from its start", file: DRIVE,
        from: "phase: Phase::Reconnecting,\n            overdue", to: "phase: Phase::Running,\n            overdue",
    },
    Bug {
        name: "opening: a handle does not close", file: DRIVE,
        from: "Some(Command::Close) => self.close(),", to: "Some(Command::Close) => {}",
    },
    Bug {
        name: "opening: a handle does not reconnect", file: DRIVE,
        from: "Some(Command::Reconnect) => self.reconnect(),", to: "Some(Command::Reconnect) => {}",
    },
    Bug {
        name: "opening: a handle does not wake its session", file: HANDLE,
        from: "session.into_iter().for_each(Waker::wake);", to: "drop(session);",
    },
    Bug {
        name: "opening: a handle closes at the next output, not at once", file: DRIVE,
        from: "        if self.handles.is_some() {\n            self.obey_handles(cx);\n        }\n        loop {\n            ready!(self.budget.poll(cx));\n",
        to: "        loop {\n            ready!(self.budget.poll(cx));\n            if matches!(self.connection, Connection::Down) { self.obey_handles(cx); }\n",
    },
    Bug {
        name: "reading: the events of a body pass no predicates", file: EVENTS,
        from: "Some(self.predicates.pass(frame, visit))", to: "Some(Judged::Passed(visit(frame)))",
    },
    Bug {
        name: "reading: a truncated body ends without an error", file: EVENTS,
        from: "None if self.predicates.expect_an_end() => Judged::Fail(Error::Truncated),\n", to: "",
    },
    Bug {
        name: "reading: a body goes on after its last event", file: EVENTS,
        from: "            Judged::Last(flow) => {\n                self.end();\n", to: "            Judged::Last(flow) => {\n",
    },
    Bug {
        name: "reading: a body delivers every unfinished event if an end is expected", file: EVENTS,
        from: "unfinished().is_some_and(ends)", to: "unfinished().is_some_and(|event| ends(event) || true)",
    },
];

#[rustfmt::skip]
pub(crate) const TESTED: &[Bug] = &[
    Bug {
        name: "reading: a unit variant reads the data of its event", file: TYPED,
        from: "Tagged { event_type: event.event_type, data: None }",
        to: "Tagged { event_type: event.event_type, data: Some(event.data) }",
    },
    Bug {
        name: "reading: the second pass over an event replaces the error of the first", file: TYPED,
        from: "Err(_) => Read::Error(cannot_read(event, first_error)),",
        to: "Err(error) => { drop(first_error); Read::Error(cannot_read(event, error)) }",
    },
    Bug {
        name: "reading: what follows the JSON of an event is ignored", file: TYPED,
        from: "data.end().map(|()| value)", to: "Ok(value)",
    },
    Bug {
        name: "opening: a reconnect replaces the close of a handle", file: HANDLE,
        from: "if state.command != Some(Command::Close) {", to: "if state.command != Some(Command::Close) || true {",
    },
];
