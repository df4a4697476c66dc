//! Bytes to frames: one pull parser with two doors.

use alloc::string::String;

use bytes::{Buf, Bytes};
use bytestring::ByteString;

use crate::block::{Block, KEEP};
use crate::step::{At, EventType, Found, Whole};
use crate::{DecodeError, Event, Frame, Limits, text};

const MESSAGE: ByteString = ByteString::from_static("message");
const EMPTY: ByteString = ByteString::new();

/// Turns the bytes of an event stream into [`Frame`]s (WHATWG HTML 9.2.6), however the bytes are cut into chunks.
///
/// Both [`decode`](Self::decode) and [`decode_bytes`](Self::decode_bytes) pull: call them until they say `None`, which
/// means that the input is used up, then give them the next chunk. They may be mixed on one stream. What was cut off
/// by the end of a chunk is held here, at most [`Limits::max_event_len`] bytes of it; an event that lies whole in its
/// chunk is lent from there and copied nowhere.
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
    /// What is held was lent by the last call: the next one begins with a clean block.
    pub(crate) spent: bool,
    pub(crate) block: Block,
    pub(crate) last_event_id: String,
    /// The same text for [`Decoder::decode_bytes`], made when first asked for.
    pub(crate) shared_id: Option<ByteString>,
    /// A copy to lend: of a comment that was held, or of data that is not UTF-8.
    pub(crate) text: String,
    /// A copy to lend of an event type that is not UTF-8.
    pub(crate) type_text: String,
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
            spent: false,
            block: Block::default(),
            last_event_id: String::new(),
            shared_id: None,
            text: String::new(),
            type_text: String::new(),
        }
    }

    /// Begins with a last event ID from before: that of a stream to be resumed.
    #[must_use]
    pub fn with_last_event_id(mut self, id: &str) -> Self {
        self.last_event_id = String::from(id);
        self.shared_id = None;
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
        match self.whole(input) {
            Some(Whole::Event { event_type, data }) => Ok(Some(Frame::Event(Event {
                event_type: match event_type {
                    None => "message",
                    Some(value) => text::lend(value, &mut self.type_text),
                },
                data: text::lend(data, &mut self.text),
                last_event_id: &self.last_event_id,
            }))),
            Some(Whole::Comment(value)) => Ok(Some(Frame::Comment(text::lend(value, &mut self.text)))),
            Some(Whole::Retry(time)) => Ok(Some(Frame::Retry(time))),
            None if self.hold_all(input) => Ok(None),
            None => self.decode_in_steps(input),
        }
    }

    #[inline(never)]
    fn decode_in_steps<'d, 'i: 'd>(
        &'d mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Frame<&'d str>>, DecodeError> {
        let Some(found) = self.step(input)? else { return Ok(None) };
        Ok(Some(match found {
            Found::Event { event_type, data } => Frame::Event(Event {
                event_type: match event_type {
                    EventType::Message => "message",
                    EventType::Here(value) => text::lend(value, &mut self.type_text),
                    EventType::Held => self.block.event_type(),
                },
                data: text::lend(data.unwrap_or_else(|| self.block.data().into()), &mut self.text),
                last_event_id: &self.last_event_id,
            }),
            Found::Comment(Some(value)) => Frame::Comment(text::lend(value, &mut self.text)),
            Found::Comment(None) => Frame::Comment(&self.text),
            Found::Retry(time) => Frame::Retry(time),
            Found::Discarded { len } => Frame::Discarded { len },
        }))
    }

    /// Decodes up to the next frame, whose text is slices of the chunk, and moves `input` past what was read. `None`:
    /// the input is used up, and let go of.
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
        let mut rest: &[u8] = input;
        match self.whole(&mut rest) {
            Some(Whole::Event { event_type, data }) => {
                let event = Event {
                    event_type: match event_type {
                        None => MESSAGE,
                        Some(value) => text::slice(input, value),
                    },
                    data: text::slice(input, data),
                    last_event_id: self.share_id(),
                };
                let used = input.len() - rest.len();
                input.advance(used);
                Ok(Some(Frame::Event(event)))
            }
            Some(Whole::Comment(value)) => {
                let text = text::slice(input, value);
                let used = input.len() - rest.len();
                input.advance(used);
                Ok(Some(Frame::Comment(text)))
            }
            Some(Whole::Retry(time)) => {
                let used = input.len() - rest.len();
                input.advance(used);
                Ok(Some(Frame::Retry(time)))
            }
            None if self.hold_all(&mut rest) => {
                *input = Bytes::new();
                Ok(None)
            }
            None => self.decode_bytes_in_steps(input),
        }
    }

    #[inline(never)]
    fn decode_bytes_in_steps(&mut self, input: &mut Bytes) -> Result<Option<Frame>, DecodeError> {
        let mut rest: &[u8] = input;
        let Some(found) = self.step(&mut rest)? else {
            *input = Bytes::new();
            return Ok(None);
        };
        let frame = match found {
            Found::Event { event_type, data } => Frame::Event(Event {
                event_type: match event_type {
                    EventType::Message => MESSAGE,
                    EventType::Here(value) => text::slice(input, value),
                    EventType::Held => ByteString::from(self.block.event_type()),
                },
                data: match data {
                    Some(value) => text::slice(input, value),
                    None => text::own(self.block.take_data()),
                },
                last_event_id: self.share_id(),
            }),
            Found::Comment(Some(value)) => Frame::Comment(text::slice(input, value)),
            Found::Comment(None) => Frame::Comment(ByteString::from(self.text.as_str())),
            Found::Retry(time) => Frame::Retry(time),
            Found::Discarded { len } => Frame::Discarded { len },
        };
        let used = input.len() - rest.len();
        input.advance(used);
        Ok(Some(frame))
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

    /// The last event ID without a copy for each event that carries it.
    pub(crate) fn share_id(&mut self) -> ByteString {
        match self.last_event_id.len() {
            0 => return EMPTY,
            1..=KEEP => {}
            _ => return ByteString::from(self.last_event_id.as_str()),
        }
        self.shared_id.get_or_insert_with(|| ByteString::from(self.last_event_id.as_str())).clone()
    }
}
