//! Decodes the chunked transfer coding (RFC 9112, section 7.1), and skips chunk extensions and
//! trailers.

use super::{InvalidResponse, Output};

/// The maximum length in bytes of the extensions of one chunk, and of all trailers.
pub(super) const MAX_EXTRA: u16 = 16 * 1024;

/// Removes the framing. It holds no bytes: each state is a position between two of them.
#[derive(Debug, Default)]
pub(super) struct Chunked {
    state: State,
    /// The size of the chunk, then how much of it is still to come.
    left: u64,
    /// How many bytes of extensions or trailers have arrived.
    extra: u16,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Before the first digit of a size.
    #[default]
    Start,
    Size,
    /// In whitespace after the size.
    SizeSpace,
    Extension,
    /// Between the CR and the LF of a size's line.
    SizeLf,
    Data,
    DataCr,
    DataLf,
    /// At the start of a trailer line, or of the blank line that ends the body.
    Trailers,
    Trailer,
    TrailerLf,
    EndLf,
    End,
}

impl Chunked {
    pub(super) fn poll_output(&mut self, read: &[u8], at: &mut usize) -> Result<Output, InvalidResponse> {
        loop {
            match (self.state, read.get(*at)) {
                (State::End, _) => return Ok(Output::End),
                (_, None) => return Ok(Output::Wait),
                (State::Data, Some(_)) => return Ok(self.take_data(read.len(), at)),
                (_, Some(byte)) => {
                    self.step(*byte)?;
                    *at += 1;
                }
            }
        }
    }

    fn take_data(&mut self, end: usize, at: &mut usize) -> Output {
        let start = *at;
        let taken = usize::try_from(self.left).map_or(end - start, |left| left.min(end - start));
        self.left -= taken as u64;
        *at += taken;
        if self.left == 0 {
            self.state = State::DataCr;
        }
        Output::Data(start..*at)
    }

    /// Requires CR LF at the end of each line. Section 2.2 allows a lone LF for header lines only,
    /// and peers that disagree about the end of a chunk's line disagree about the body.
    fn step(&mut self, byte: u8) -> Result<(), InvalidResponse> {
        self.state = match (self.state, byte) {
            (State::Start | State::Size, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => self.digit(byte)?,
            (State::Size | State::SizeSpace, b' ' | b'\t') => State::SizeSpace,
            (State::Size | State::SizeSpace, b';') => State::Extension,
            (State::Size | State::SizeSpace | State::Extension, b'\r') => State::SizeLf,
            (State::Extension, b'\n') => return Err(InvalidResponse::ChunkSize),
            (State::Extension, _) => self.extra(State::Extension)?,
            (State::SizeLf, b'\n') => self.begin(),
            (State::DataCr, b'\r') => State::DataLf,
            (State::DataLf, b'\n') => State::Start,
            (State::Trailers, b'\r') => State::EndLf,
            (State::Trailer, b'\r') => State::TrailerLf,
            (State::Trailers | State::Trailer, b'\n') => return Err(InvalidResponse::Trailer),
            (State::Trailers | State::Trailer, _) => self.extra(State::Trailer)?,
            (State::TrailerLf, b'\n') => State::Trailers,
            (State::EndLf, b'\n') => State::End,
            (State::DataCr | State::DataLf, _) => return Err(InvalidResponse::ChunkEnd),
            (State::TrailerLf | State::EndLf, _) => return Err(InvalidResponse::Trailer),
            (State::Start | State::Size | State::SizeSpace | State::SizeLf, _) => {
                return Err(InvalidResponse::ChunkSize);
            }
            (State::Data | State::End, _) => self.state,
        };
        Ok(())
    }

    /// Adds a digit to the size. Any number of leading zeros is allowed, since none is stored.
    fn digit(&mut self, byte: u8) -> Result<State, InvalidResponse> {
        let digit = char::from(byte).to_digit(16).ok_or(InvalidResponse::ChunkSize)?;
        let size = self.left.checked_mul(16).ok_or(InvalidResponse::ChunkSize)?;
        self.left = size + u64::from(digit);
        Ok(State::Size)
    }

    fn begin(&mut self) -> State {
        self.extra = 0;
        if self.left == 0 { State::Trailers } else { State::Data }
    }

    fn extra(&mut self, state: State) -> Result<State, InvalidResponse> {
        self.extra += 1;
        if self.extra > MAX_EXTRA { Err(InvalidResponse::ExtraTooLarge) } else { Ok(state) }
    }
}
