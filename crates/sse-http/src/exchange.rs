//! A state machine without I/O that reads the response of one exchange.
//!
//! **After each read, and after the end of the stream, call [`Exchange::poll_output`] until it
//! returns [`Output::Wait`], [`Output::End`] or an error.** Pass the bytes of the read to each of
//! these calls. The machine itself holds only the bytes of an incomplete head.

mod chunked;
mod error;
mod framing;
mod head;
mod invalid;

use core::ops::Range;

use http::{Method, StatusCode};

use framing::Framing;
pub(crate) use head::Head;
use head::HeadReader;

pub use error::ExchangeError;
pub use invalid::InvalidResponse;

/// How many responses of status 1xx may precede the final one. RFC 9110 (section 15.2) sets no
/// bound, but without one a server could keep a client busy forever.
const MAX_INFORMATIONAL: u8 = 100;

/// An output of an [`Exchange`].
#[derive(Debug)]
pub(crate) enum Output {
    /// The head of the final response. It comes once.
    Head(Head),
    /// These bytes of the read belong to the body.
    Data(Range<usize>),
    /// All bytes of the read are consumed.
    Wait,
    /// The response is complete. The rest of the read does not belong to it.
    End,
}

/// Reads the response to one request.
///
/// The outputs depend on the bytes alone, not on how reads divide them.
pub(crate) struct Exchange {
    request: RequestKind,
    informational: u8,
    state: State,
}

/// The kinds of requests whose responses are framed differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RequestKind {
    Head,
    Connect,
    Other,
}

enum State {
    Head(HeadReader),
    Body(Framing),
    End,
    Failed(InvalidResponse),
}

impl Exchange {
    pub(crate) fn new(method: &Method) -> Self {
        let request = match *method {
            Method::HEAD => RequestKind::Head,
            Method::CONNECT => RequestKind::Connect,
            _ => RequestKind::Other,
        };
        Self { request, informational: 0, state: State::Head(HeadReader::default()) }
    }

    /// Returns the next output. `at` counts the consumed bytes of the read; it starts at 0 with
    /// each read. An error is final: every further call returns it again.
    pub(crate) fn poll_output(&mut self, read: &[u8], at: &mut usize) -> Result<Output, InvalidResponse> {
        let output = match &mut self.state {
            State::Head(_) => self.read_head(read, at),
            State::Body(framing) => framing.poll_output(read, at),
            State::End => Ok(Output::End),
            State::Failed(error) => Err(error.clone()),
        };
        match &output {
            Ok(Output::End) => self.state = State::End,
            Err(error) => self.state = State::Failed(error.clone()),
            Ok(_) => {}
        }
        output
    }

    /// Handles the end of the connection. It ends a body that nothing else delimits; otherwise the
    /// response is incomplete, which is an error (RFC 9112, section 8).
    pub(crate) fn handle_eof(&mut self) {
        self.state = match &self.state {
            State::Body(Framing::Close) | State::End => State::End,
            State::Failed(error) => State::Failed(error.clone()),
            State::Head(_) | State::Body(_) => State::Failed(InvalidResponse::Incomplete),
        };
    }

    /// Skips informational responses (RFC 9110, section 15.2). A 101 is final: the request did not
    /// ask for another protocol, and what follows it is not HTTP.
    fn read_head(&mut self, read: &[u8], at: &mut usize) -> Result<Output, InvalidResponse> {
        let State::Head(reader) = &mut self.state else { return Ok(Output::Wait) };
        while let Some(head) = reader.read(read, at)? {
            if !head.status.is_informational() || head.status == StatusCode::SWITCHING_PROTOCOLS {
                self.state = State::Body(Framing::new(self.request, &head)?);
                return Ok(Output::Head(head));
            }
            self.informational += 1;
            if self.informational > MAX_INFORMATIONAL {
                return Err(InvalidResponse::TooManyInformational);
            }
        }
        Ok(Output::Wait)
    }
}

#[cfg(test)]
mod tests;
