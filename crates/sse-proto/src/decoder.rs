//! Bytes to frames: one pull parser with two doors.

use alloc::string::String;

use bytes::Bytes;
use bytestring::ByteString;

use crate::block::Block;
use crate::share::SharedId;
use crate::step::{At, EASY_PART};
use crate::way_on::More;
use crate::{DecodeError, Frame, Limits};

/// Turns the bytes of an event stream into [`Frame`]s (WHATWG HTML 9.2.6), however the bytes are cut into chunks.
///
/// Both [`decode`](Self::decode) and [`decode_bytes`](Self::decode_bytes) pull: call them until they say `None`, which
/// means that the input is used up, then give them the next chunk. They may be mixed on one stream. What was cut off
/// by the end of a chunk is held here, at most [`Limits::max_event_len`] bytes of it; an event that lies whole in its
/// chunk is lent from there, and copied only where it has to be joined or repaired.
///
/// ```
/// use sse_proto::{Decoder, Event, Frame};
///
/// let mut decoder = Decoder::default();
/// for mut chunk in [&b"id: 1\nda"[..], b"ta: hello\r", b"\n\r\n"] {
///     while let Some(frame) = decoder.decode(&mut chunk)? {
///         assert_eq!(frame, Frame::Event(Event { event_type: "message", data: "hello", last_event_id: "1" }));
///     }
/// }
/// assert_eq!(decoder.last_event_id(), "1");
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    pub(crate) limits: Limits,
    pub(crate) at: At,
    /// The most that the buffer may hold of the data line in progress and those before.
    pub(crate) most_data: usize,
    /// An event shorter than this is far from the limit, when there is nothing held.
    pub(crate) easy_event: usize,
    /// What is held was lent by the last call: the next one begins with a clean block.
    pub(crate) spent: bool,
    pub(crate) block: Block,
    pub(crate) last_event_id: String,
    /// The same text for [`Decoder::decode_bytes`], kept from the second time on that it is asked for.
    pub(crate) shared_id: SharedId,
    /// The last event type that was held and shared, unless it is long.
    pub(crate) shared_type: ByteString,
    /// A copy to lend: of a comment that was held, or of data or a comment that is not UTF-8.
    pub(crate) text: String,
    /// A copy to lend of an event type that is not UTF-8.
    pub(crate) type_text: String,
}

/// What to make of a chunk.
enum Way {
    /// It may begin with a usual event.
    Usual,
    /// Anything else: it goes on with something held, is but a few bytes, or is not usual.
    On,
    /// It has the rest of a data line, up to here.
    End(usize),
    /// All of it is held already.
    Held,
    /// It is used up.
    Nothing,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Decoder {
    /// A decoder at the beginning of a stream, with an empty last event ID.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            at: At::Start(0),
            most_data: 0,
            easy_event: limits.max_event_len / EASY_PART,
            spent: false,
            block: Block::default(),
            last_event_id: String::new(),
            shared_id: SharedId::Unasked,
            shared_type: ByteString::new(),
            text: String::new(),
            type_text: String::new(),
        }
    }

    /// Begins with a last event ID from before: that of a stream to be resumed.
    #[must_use]
    pub fn with_last_event_id(mut self, id: &str) -> Self {
        self.last_event_id = String::from(id);
        self.id_changed();
        if self.at == At::InData {
            // It counts towards the limit of the data line in progress.
            self.enter_data();
        }
        self
    }

    /// Decodes up to the next frame, lending its text, and moves `input` past what was read. `None`: the input is used
    /// up.
    ///
    /// # Errors
    ///
    /// [`DecodeError::TooLong`] past [`Limits::max_event_len`], from then on until [`reset`](Self::reset).
    pub fn decode<'d, 'i: 'd>(
        &'d mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Frame<&'d str>>, DecodeError> {
        match self.way(input) {
            Way::Usual => self.lend_usual(input),
            Way::On => self.lend_on(input),
            Way::End(end) => self.lend_on_from(input, Some(end)),
            Way::Held => {
                *input = &[];
                Ok(None)
            }
            Way::Nothing => self.decode_nothing(),
        }
    }

    /// Decodes up to the next frame, whose text is slices of the chunk, and moves `input` past what was read. `None`:
    /// the input is used up, and let go of. Data that begins outside ASCII is mostly a copy, which is quicker than a slice whose
    /// text has to be checked the slow way; an event type that many servers have is neither.
    ///
    /// # Errors
    ///
    /// [`DecodeError::TooLong`] past [`Limits::max_event_len`], from then on until [`reset`](Self::reset).
    ///
    /// ```
    /// use bytes::Bytes;
    /// use sse_proto::{Decoder, Frame};
    ///
    /// let mut decoder = Decoder::default();
    /// let mut chunk = Bytes::from_static(b"event: add\ndata: 7\n\n");
    /// let Some(Frame::Event(event)) = decoder.decode_bytes(&mut chunk)? else { panic!("a whole event") };
    /// assert_eq!((&*event.event_type, &*event.data), ("add", "7"));
    /// assert_eq!(decoder.decode_bytes(&mut chunk)?, None);
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    pub fn decode_bytes(&mut self, input: &mut Bytes) -> Result<Option<Frame>, DecodeError> {
        match self.way(input) {
            Way::Usual => self.share_usual(input),
            Way::On => self.share_on(input),
            Way::End(end) => self.share_on_from(input, Some(end)),
            Way::Held => {
                *input = Bytes::new();
                Ok(None)
            }
            Way::Nothing => {
                *input = Bytes::new();
                self.decode_nothing()
            }
        }
    }

    /// The last event ID: that of the last event whose blank line was read, or the one set before; empty when there is
    /// none. It outlives [`reset`](Self::reset).
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// A new connection: the event in progress is dropped, the last event ID stays.
    pub fn reset(&mut self) {
        self.block = Block::default();
        self.release_texts();
        self.spent = false;
        self.at = At::Start(0);
    }

    /// How both doors begin. What the last call lent is needed no longer.
    #[inline(always)]
    fn way(&mut self, input: &[u8]) -> Way {
        if let [byte] = input {
            if self.hold_byte(*byte) {
                return Way::Held;
            }
        }
        if self.at == At::InData {
            return match self.hold_more(input) {
                More::All => Way::Held,
                More::End(end) => Way::End(end),
                More::Other => Way::On,
            };
        }
        if self.spent {
            self.forget();
        }
        if self.is_usual(input) {
            Way::Usual
        } else if input.is_empty() {
            Way::Nothing
        } else {
            Way::On
        }
    }

    /// The end of a chunk, which is mostly told apart from its last frame.
    #[inline(never)]
    pub(crate) fn decode_nothing<S>(&mut self) -> Result<Option<Frame<S>>, DecodeError> {
        if self.at == At::Failed {
            return Err(self.too_long());
        }
        self.rest();
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Past the limit nothing is heard again, not even of nothing, until it is reset.
    #[test]
    fn a_failure_stays() {
        let mut decoder = Decoder::new(Limits { max_event_len: 4, ..Limits::default() });
        for mut input in [&b"data: too long\n"[..], b"", b"x", b"\n\n", b"data: a\n\n", b""] {
            assert!(decoder.decode(&mut input).is_err(), "{input:?}");
            assert!(decoder.decode_bytes(&mut Bytes::copy_from_slice(input)).is_err(), "{input:?}");
        }
        decoder.reset();
        assert_eq!(decoder.decode(&mut &b""[..]), Ok(None));
        assert!(decoder.decode(&mut &b":a\n"[..]).is_ok_and(|frame| frame.is_some()));
    }

    /// An ID that is set within a data line leaves that much less room for the line.
    #[test]
    fn an_id_that_is_set_late_counts() {
        let mut decoder = Decoder::new(Limits { max_event_len: 20, ..Limits::default() });
        assert_eq!(decoder.decode(&mut &b"data: x"[..]), Ok(None));
        let mut decoder = decoder.with_last_event_id("0123456789ab");
        assert_eq!(decoder.decode(&mut &b"y"[..]), Ok(None));
        assert!(decoder.decode(&mut &b"y"[..]).is_err());
    }
}
