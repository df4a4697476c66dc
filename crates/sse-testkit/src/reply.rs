//! A scripted response: a head, then steps, then an end.

use std::time::Duration;

use sse_proto::{EventRef, FrameRef};

use crate::Gate;

/// The scripted response to one request: a head, the steps of its body, and an end.
///
/// A [`MockServer`](crate::MockServer) plays it over a socket, and a
/// [`MockTransport`](crate::MockTransport) plays it in memory. By default the body ends cleanly:
/// see [`close`](Self::close).
///
/// ```
/// use std::time::Duration;
/// use sse_testkit::Reply;
///
/// let stream = Reply::events().event("1", "one").event("2", "two");
/// let drops_in_the_middle = Reply::events().event("1", "one").send("data: tw").drop_connection();
/// let slow = Reply::events().pause(Duration::from_secs(5)).message("late").stall();
/// let busy = Reply::status(503).header("retry-after", "2").send("try again");
/// let moved = Reply::status(307).header("location", "/elsewhere");
/// let unreachable = Reply::refuse();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Reply {
    pub(crate) start: Start,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    framing: Framing,
    pub(crate) early: bool,
    pub(crate) delay: Option<Duration>,
    pub(crate) steps: Vec<Step>,
    pub(crate) end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Status(u16),
    /// The steps write the head themselves.
    Raw,
    Refuse,
}

/// The framing, which marks the end of the body (RFC 9112, section 6).
#[derive(Clone, Copy, Debug)]
enum Framing {
    Chunked,
    UntilClose,
    /// A `content-length` that is the total length of the steps, or one more than that if the body
    /// does not end cleanly. A body that never ends has none.
    Sized,
    ContentLength(u64),
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Send(Vec<u8>),
    SendEachByte(Vec<u8>),
    SendForever(Vec<u8>),
    Pause(Duration),
    Wait(Gate),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Close,
    Drop,
    Reset,
    Stall,
}

/// Methods that create a reply and set its head.
impl Reply {
    /// Creates an event stream: status 200, `content-type: text/event-stream` and a chunked body.
    pub fn events() -> Self {
        Self::status(200).header("content-type", "text/event-stream").chunked()
    }

    /// Creates a response with this status and only the headers that HTTP requires. Its body
    /// consists of the bytes that the steps send, and has a `content-length`.
    ///
    /// # Panics
    ///
    /// Panics if `status` is not between 100 and 999.
    pub fn status(status: u16) -> Self {
        assert!((100..1000).contains(&status), "{status} is not an HTTP status");
        Self { framing: Framing::Sized, ..Self::starting(Start::Status(status)) }
    }

    /// Creates a reply that consists only of the bytes that the steps send, without a response head
    /// of its own. Use it for a head that is malformed, late or missing. Headers and framing have
    /// no effect on it. A [`MockTransport`](crate::MockTransport) has no wire to send raw bytes
    /// over, so the request fails.
    pub fn raw() -> Self {
        Self::starting(Start::Raw)
    }

    /// Creates a reply that sends no response. A [`MockTransport`](crate::MockTransport) refuses
    /// the connection. A [`MockServer`](crate::MockServer) has already accepted it, and resets it.
    pub fn refuse() -> Self {
        Self { end: End::Reset, ..Self::starting(Start::Refuse) }
    }

    fn starting(start: Start) -> Self {
        let (framing, end) = (Framing::UntilClose, End::Close);
        Self { start, headers: vec![], framing, early: false, delay: None, steps: vec![], end }
    }

    /// Adds a header. Earlier headers with the same name are kept.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.into(), value.as_ref().into()));
        self
    }

    /// Waits for this long before the response head is sent.
    pub fn delay(self, time: Duration) -> Self {
        Self { delay: Some(time), ..self }
    }

    /// Makes a [`MockServer`](crate::MockServer) send this reply as soon as it accepts the
    /// connection, without reading the request. The request is recorded without its content.
    pub fn before_request(self) -> Self {
        Self { early: true, ..self }
    }

    /// Sends the body with `transfer-encoding: chunked`, one chunk for each [`send`](Self::send).
    pub fn chunked(self) -> Self {
        Self { framing: Framing::Chunked, ..self }
    }

    /// Sends the body without framing, so that it ends when the connection is closed.
    pub fn until_close(self) -> Self {
        Self { framing: Framing::UntilClose, ..self }
    }

    /// Announces a body of `len` bytes, even if the steps send more or fewer.
    pub fn content_length(self, len: u64) -> Self {
        Self { framing: Framing::ContentLength(len), ..self }
    }
}

/// Methods that append a step to the body.
impl Reply {
    /// Sends an event with this ID and data and the type `message`. Each line of the data is sent
    /// in a `data` field of its own.
    ///
    /// # Panics
    ///
    /// Panics if the ID contains a line end or U+0000, and so cannot be sent.
    pub fn event(self, id: &str, data: &str) -> Self {
        self.frame(FrameRef::Event(EventRef::new("message", data).with_id(id)))
    }

    /// Sends an event with this data and the type `message`, without an ID.
    pub fn message(self, data: &str) -> Self {
        self.frame(FrameRef::Event(EventRef::new("message", data)))
    }

    /// Sends a frame, such as an event of another type, a comment or a reconnection time.
    ///
    /// ```
    /// use std::time::Duration;
    /// use sse_testkit::{EventRef, FrameRef, Reply};
    ///
    /// let reply = Reply::events()
    ///     .frame(FrameRef::Retry(Duration::from_secs(1)))
    ///     .frame(FrameRef::Comment("keep-alive"))
    ///     .frame(FrameRef::Event(EventRef::new("price", "42").with_id("7")));
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the frame cannot be encoded: see [`FrameRef::encode`].
    pub fn frame(self, frame: FrameRef<'_>) -> Self {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes).unwrap_or_else(|error| panic!("{frame:?} cannot be sent: {error}"));
        self.step(Step::Send(bytes))
    }

    /// Sends bytes in one write, as one chunk. Empty `bytes` send nothing, since an empty chunk
    /// would end the body.
    pub fn send(self, bytes: impl AsRef<[u8]>) -> Self {
        self.step(Step::Send(bytes.as_ref().into()))
    }

    /// Sends each byte in a chunk of its own. A [`MockServer`](crate::MockServer) pauses for 200 µs
    /// after each, so that the client most likely reads it alone.
    pub fn send_each_byte(self, bytes: impl AsRef<[u8]>) -> Self {
        self.step(Step::SendEachByte(bytes.as_ref().into()))
    }

    /// Sends the same chunk repeatedly until the client closes the connection or the server is
    /// dropped. Steps after this one are never reached.
    ///
    /// # Panics
    ///
    /// Panics if `bytes` is empty.
    pub fn send_forever(self, bytes: impl AsRef<[u8]>) -> Self {
        assert!(!bytes.as_ref().is_empty(), "an empty chunk cannot be sent forever");
        self.step(Step::SendForever(bytes.as_ref().into()))
    }

    /// Sends nothing for this long.
    pub fn pause(self, time: Duration) -> Self {
        self.step(Step::Pause(time))
    }

    /// Sends nothing until `gate` is open.
    pub fn wait(self, gate: &Gate) -> Self {
        self.step(Step::Wait(gate.clone()))
    }

    pub(crate) fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

/// Methods that set the end of the body.
impl Reply {
    /// Ends the body cleanly, a chunked one with its last chunk, and closes the connection. This is
    /// the default.
    pub fn close(self) -> Self {
        Self { end: End::Close, ..self }
    }

    /// Closes the connection before the end of the body: without the last chunk of a chunked one,
    /// or before the last byte that the length announces. The client sees a truncated body, unless
    /// the body is one [until the connection closes](Self::until_close).
    pub fn drop_connection(self) -> Self {
        Self { end: End::Drop, ..self }
    }

    /// Ends the connection with a TCP reset. The client may lose data that it has not read yet.
    pub fn reset(self) -> Self {
        Self { end: End::Reset, ..self }
    }

    /// Keeps the connection open and silent until the client closes it or the server is dropped.
    pub fn stall(self) -> Self {
        Self { end: End::Stall, ..self }
    }
}

/// Encodes the reply.
impl Reply {
    pub(crate) fn head(&self) -> Vec<u8> {
        let Start::Status(status) = self.start else { return vec![] };
        // RFC 9112, section 4: the reason phrase may be empty, but not the space before it.
        let mut head = format!("HTTP/1.1 {status} \r\n").into_bytes();
        for (name, value) in &self.headers {
            head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        head.extend(self.framing_header(status).as_bytes());
        head.extend(b"connection: close\r\n\r\n");
        head
    }

    /// Returns the bytes of one `send` with their framing.
    pub(crate) fn chunk(&self, bytes: &[u8]) -> Vec<u8> {
        match self.framing {
            Framing::Chunked if bytes.is_empty() => vec![],
            Framing::Chunked => [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat(),
            _ => bytes.into(),
        }
    }

    pub(crate) fn last_chunk(&self) -> &'static [u8] {
        if matches!(self.framing, Framing::Chunked) { b"0\r\n\r\n" } else { b"" }
    }

    #[cfg(feature = "client")]
    pub(crate) fn is_chunked(&self) -> bool {
        matches!(self.framing, Framing::Chunked)
    }

    /// Returns the length that the head announces.
    pub(crate) fn length(&self) -> Option<u64> {
        let is_endless = self.steps.iter().any(|step| matches!(step, Step::SendForever(_)));
        match self.framing {
            Framing::ContentLength(len) => Some(len),
            Framing::Sized if !is_endless => {
                let sent: usize = self.steps.iter().map(Step::len).sum();
                Some(sent as u64 + u64::from(!matches!(self.end, End::Close)))
            }
            Framing::Sized | Framing::Chunked | Framing::UntilClose => None,
        }
    }

    fn framing_header(&self, status: u16) -> String {
        match (self.framing, self.length()) {
            (Framing::Chunked, _) => "transfer-encoding: chunked\r\n".into(),
            (Framing::Sized, _) if has_no_body(status) => String::new(),
            (_, Some(len)) => format!("content-length: {len}\r\n"),
            (_, None) => String::new(),
        }
    }
}

/// Whether a response with this status has no body (RFC 9110, sections 15.2, 15.3.5 and 15.4.5).
pub(crate) fn has_no_body(status: u16) -> bool {
    matches!(status, 100..=199 | 204 | 304)
}

impl Step {
    fn len(&self) -> usize {
        match self {
            Self::Send(bytes) | Self::SendEachByte(bytes) => bytes.len(),
            Self::SendForever(_) | Self::Pause(_) | Self::Wait(_) => 0,
        }
    }
}
