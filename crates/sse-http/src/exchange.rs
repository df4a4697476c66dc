//! One exchange on one connection: the bytes of a response, as a machine without I/O.
//!
//! **After each read, and after the end of the stream, call [`Exchange::poll_output`] until it says
//! [`Output::Wait`] or [`Output::End`], or fails.** The read's bytes are an argument of each of
//! these calls; the machine holds none of them but those of a head that is not complete.

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

/// How many responses of status 1xx may come before the final one. RFC 9110 sets no bound (section
/// 15.2); without one a server could keep a client busy for ever.
const MAX_INFORMATIONAL: u8 = 100;

/// What a response is made of.
#[derive(Debug)]
pub(crate) enum Output {
    /// The head of the final response, once.
    Head(Head),
    /// These bytes of the read belong to the body.
    Data(Range<usize>),
    /// Everything that was read is used up.
    Wait,
    /// The response is complete. What else was read does not belong to it.
    End,
}

/// Reads the response to one request.
///
/// The result depends on the bytes alone, never on how reads cut them.
pub(crate) struct Exchange {
    asked: Asked,
    informational: u8,
    state: State,
}

/// What the request was, as far as it decides how its response is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
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
        let asked = match *method {
            Method::HEAD => Asked::Head,
            Method::CONNECT => Asked::Connect,
            _ => Asked::Other,
        };
        Self { asked, informational: 0, state: State::Head(HeadReader::default()) }
    }

    /// The next output. `at` is how much of the read it has used; it starts at 0 with each read. An
    /// error is final, and every further call returns it again.
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

    /// The peer has closed the connection: the end of a body that nothing else delimits, and
    /// otherwise an error (RFC 9112, section 8).
    pub(crate) fn handle_eof(&mut self) {
        self.state = match &self.state {
            State::Body(Framing::Close) | State::End => State::End,
            State::Failed(error) => State::Failed(error.clone()),
            State::Head(_) | State::Body(_) => State::Failed(InvalidResponse::Incomplete),
        };
    }

    /// Skips informational responses (RFC 9110, section 15.2). 101 is final: nobody asked for
    /// another protocol, and what follows is not HTTP.
    fn read_head(&mut self, read: &[u8], at: &mut usize) -> Result<Output, InvalidResponse> {
        let State::Head(reader) = &mut self.state else { return Ok(Output::Wait) };
        while let Some(head) = reader.read(read, at)? {
            if !head.status.is_informational() || head.status == StatusCode::SWITCHING_PROTOCOLS {
                self.state = State::Body(Framing::of(self.asked, &head)?);
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
