//! What a connection answers: a head, then steps, then an end.

use core::time::Duration;

use super::Gate;

/// The answer to one request. Without a word about its end the body ends as HTTP says that it ends.
///
/// ```
/// use std::time::Duration;
/// use sse_harness::Reply;
///
/// let drops_in_mid_event = Reply::events().send("data: a\n\ndata: b\n").reset();
/// let slow = Reply::events().pause(Duration::from_millis(50)).send_each_byte("data: a\n\n").stall();
/// let busy = Reply::status(503).header("retry-after", "2").send("try again");
/// let moved = Reply::status(307).header("location", "/elsewhere");
/// let never_answers = Reply::raw().stall();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Reply {
    /// `None` when the steps write the head themselves.
    status: Option<u16>,
    headers: Vec<(String, Vec<u8>)>,
    framing: Framing,
    pub(super) steps: Vec<Step>,
    pub(super) end: End,
}

/// How the peer knows where the body ends (RFC 9112, section 6).
#[derive(Clone, Copy, Debug)]
enum Framing {
    Chunked,
    UntilClose,
    /// As long as what the steps send.
    Sized,
    ContentLength(u64),
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Send(Vec<u8>),
    SendEachByte(Vec<u8>),
    SendForEver(Vec<u8>),
    Pause(Duration),
    Wait(Gate),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    Close,
    Cut,
    Reset,
    Stall,
}

impl Reply {
    /// 200 with `content-type: text/event-stream`, chunked.
    pub fn events() -> Self {
        Self::status(200).header("content-type", "text/event-stream").chunked()
    }

    /// A status and no header but those that HTTP needs. The body is what the steps send, with a `content-length`.
    pub fn status(status: u16) -> Self {
        Self { status: Some(status), framing: Framing::Sized, ..Self::raw() }
    }

    /// Nothing but what the steps send, the head included: for a broken head, a late one, one in pieces, or none.
    /// Headers and framing have no effect on it.
    pub fn raw() -> Self {
        Self { status: None, headers: vec![], framing: Framing::UntilClose, steps: vec![], end: End::Close }
    }

    /// Adds a header, also when there is one of this name already.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.into(), value.as_ref().into()));
        self
    }

    /// The body comes in chunks, one for each [`send`](Self::send), with `transfer-encoding: chunked`.
    pub fn chunked(self) -> Self {
        Self { framing: Framing::Chunked, ..self }
    }

    /// The body ends with the connection.
    pub fn until_close(self) -> Self {
        Self { framing: Framing::UntilClose, ..self }
    }

    /// The head says that the body has `len` bytes, whatever the steps send.
    pub fn content_length(self, len: u64) -> Self {
        Self { framing: Framing::ContentLength(len), ..self }
    }

    /// Sends bytes in one write, as one chunk. No bytes are no chunk: an empty one would end the body.
    pub fn send(self, bytes: impl AsRef<[u8]>) -> Self {
        self.step(Step::Send(bytes.as_ref().into()))
    }

    /// Sends each byte in a write and a chunk of its own, with a pause of 200 µs before the next, so that the peer
    /// most likely reads it alone.
    pub fn send_each_byte(self, bytes: impl AsRef<[u8]>) -> Self {
        self.step(Step::SendEachByte(bytes.as_ref().into()))
    }

    /// Sends bytes over and over, each time as one chunk, until the peer closes the connection or the server is dropped.
    /// What comes after it never does. [`Server::sent`](crate::Server::sent) says how far it got.
    ///
    /// # Panics
    ///
    /// When there are no bytes: they would never be sent, and never end.
    pub fn send_for_ever(self, bytes: impl AsRef<[u8]>) -> Self {
        assert!(!bytes.as_ref().is_empty(), "no bytes can be sent for ever");
        self.step(Step::SendForEver(bytes.as_ref().into()))
    }

    /// Does nothing for at least `time`.
    pub fn pause(self, time: Duration) -> Self {
        self.step(Step::Pause(time))
    }

    /// Does nothing until `gate` is open.
    pub fn wait(self, gate: &Gate) -> Self {
        self.step(Step::Wait(gate.clone()))
    }

    /// Ends cleanly: a chunked body with its last chunk, then the connection. This is how a reply ends by itself.
    pub fn close(self) -> Self {
        Self { end: End::Close, ..self }
    }

    /// Ends the connection, without the last chunk of a chunked body.
    pub fn cut(self) -> Self {
        Self { end: End::Cut, ..self }
    }

    /// Ends the connection with a TCP reset. What the peer has not read by then may be lost to it.
    pub fn reset(self) -> Self {
        Self { end: End::Reset, ..self }
    }

    /// Keeps the connection open and silent until the peer closes it or the server is dropped.
    pub fn stall(self) -> Self {
        Self { end: End::Stall, ..self }
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

/// The bytes on the wire.
impl Reply {
    pub(super) fn head(&self) -> Vec<u8> {
        let Some(status) = self.status else { return vec![] };
        // RFC 9112, section 4: a reason phrase may be empty; the space before it must be there.
        let mut head = format!("HTTP/1.1 {status} \r\n").into_bytes();
        for (name, value) in &self.headers {
            head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        head.extend(self.framing_header(status).as_bytes());
        head.extend(b"connection: close\r\n\r\n");
        head
    }

    /// One `send` as it goes out.
    pub(super) fn frame(&self, bytes: &[u8]) -> Vec<u8> {
        match self.framing {
            Framing::Chunked if bytes.is_empty() => vec![],
            Framing::Chunked => [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat(),
            _ => bytes.into(),
        }
    }

    pub(super) fn last_chunk(&self) -> &'static [u8] {
        if matches!(self.framing, Framing::Chunked) { b"0\r\n\r\n" } else { b"" }
    }

    fn framing_header(&self, status: u16) -> String {
        match self.framing {
            Framing::Chunked => "transfer-encoding: chunked\r\n".into(),
            Framing::ContentLength(len) => format!("content-length: {len}\r\n"),
            // RFC 9110, section 8.6: these have no body, and no length of it.
            Framing::Sized if matches!(status, 100..=199 | 204 | 304) => String::new(),
            Framing::Sized => {
                format!("content-length: {}\r\n", self.steps.iter().map(Step::len).sum::<usize>())
            }
            Framing::UntilClose => String::new(),
        }
    }
}

impl Step {
    fn len(&self) -> usize {
        match self {
            Self::Send(bytes) | Self::SendEachByte(bytes) => bytes.len(),
            Self::SendForEver(_) | Self::Pause(_) | Self::Wait(_) => 0,
        }
    }
}
