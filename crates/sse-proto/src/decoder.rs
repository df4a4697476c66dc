//! Bytes to frames: one pull parser with two doors.

use alloc::string::String;

use bytes::{Buf, Bytes};
use bytestring::ByteString;

use crate::block::{Block, KEEP};
use crate::chunk::Chunk;
use crate::step::{At, EASY_PART, EventType, Found};
use crate::usual::{Held, Miss, More, Usual};
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
    /// The most that the buffer may hold of the data line in progress and those before.
    pub(crate) most_data: usize,
    /// An event shorter than this is far from the limit, when there is nothing held.
    pub(crate) easy_event: usize,
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
            most_data: 0,
            easy_event: limits.max_event_len / EASY_PART,
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
        self.id_changed();
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
        if self.is_usual(input) {
            return self.decode_usual(input);
        }
        if self.at != At::InData {
            return self.decode_on(input);
        }
        match self.hold_more(input) {
            More::All => {
                *input = &[];
                Ok(None)
            }
            More::End(end) => self.decode_held(input, Some(end)),
            More::Other => self.decode_on(input),
        }
    }

    #[inline(never)]
    fn decode_usual<'d, 'i: 'd>(
        &'d mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Frame<&'d str>>, DecodeError> {
        let mut miss = Miss::default();
        match self.usual_event(input, &mut miss) {
            Some(whole) => {
                *input = whole.rest;
                Ok(Some(Frame::Event(Event {
                    event_type: match whole.event_type {
                        EventType::Message => "message",
                        EventType::Here(value) => text::lend(value, &mut self.type_text),
                        EventType::Held => self.block.event_type(),
                    },
                    data: text::lend(whole.data, &mut self.text),
                    last_event_id: &self.last_event_id,
                })))
            }
            None if miss.is_held => {
                *input = &[];
                Ok(None)
            }
            None => self.decode_other(input, &miss),
        }
    }

    #[inline(never)]
    fn decode_other<'d, 'i: 'd>(
        &'d mut self,
        input: &mut &'i [u8],
        miss: &Miss,
    ) -> Result<Option<Frame<&'d str>>, DecodeError> {
        let (bytes, mut chunk) = (*input, Chunk::new(input));
        let frame = match self.usual_other(&mut chunk, miss) {
            Usual::Comment(at) => Some(Frame::Comment(text::lend(at.value(bytes), &mut self.text))),
            Usual::Retry(time) => Some(Frame::Retry(time)),
            Usual::Held => None,
            Usual::Other => return self.decode_in_steps(input, miss),
        };
        *input = chunk.rest();
        Ok(frame)
    }

    #[inline(never)]
    fn decode_on<'d, 'i: 'd>(
        &'d mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Frame<&'d str>>, DecodeError> {
        if input.is_empty() {
            return self.decode_nothing();
        }
        if self.hold_few(input) {
            *input = &[];
            return Ok(None);
        }
        self.decode_held(input, None)
    }

    #[inline(never)]
    fn decode_held<'d, 'i: 'd>(
        &'d mut self,
        input: &mut &'i [u8],
        end: Option<usize>,
    ) -> Result<Option<Frame<&'d str>>, DecodeError> {
        let mut chunk = Chunk::new(input);
        let held = match end {
            Some(end) => self.hold_end(&mut chunk, end),
            None => self.usual_way_on(&mut chunk),
        };
        *input = chunk.rest();
        match held {
            Held::All => Ok(None),
            Held::Event => Ok(Some(Frame::Event(self.lend_held()))),
            Held::Other if self.is_usual(input) => self.decode_usual(input),
            Held::Other => self.decode_in_steps(input, &Miss::default()),
        }
    }

    #[inline(never)]
    fn decode_in_steps<'d, 'i: 'd>(
        &'d mut self,
        input: &mut &'i [u8],
        miss: &Miss,
    ) -> Result<Option<Frame<&'d str>>, DecodeError> {
        let bytes = *input;
        let mut chunk = Chunk { bytes, read: miss.read };
        let found = self.step(&mut chunk, miss.here)?;
        *input = chunk.rest();
        Ok(found.map(|found| match found {
            Found::Event { event_type: EventType::Held, data: None } => Frame::Event(self.lend_held()),
            Found::Event { event_type, data } => Frame::Event(Event {
                event_type: match event_type {
                    EventType::Message => "message",
                    EventType::Here(at) => text::lend(at.value(bytes), &mut self.type_text),
                    EventType::Held => self.block.event_type(),
                },
                data: match data {
                    Some(at) => text::lend(at.value(bytes), &mut self.text),
                    None => text::lend_bytes(self.block.data(), &mut self.text),
                },
                last_event_id: &self.last_event_id,
            }),
            Found::Comment(Some(at)) => Frame::Comment(text::lend(at.value(bytes), &mut self.text)),
            Found::Comment(None) => Frame::Comment(self.text.as_str()),
            Found::Retry(time) => Frame::Retry(time),
            Found::Discarded { len } => Frame::Discarded { len },
        }))
    }

    /// An event all of which is held.
    #[inline]
    fn lend_held(&mut self) -> Event<&str> {
        Event {
            event_type: self.block.event_type(),
            data: text::lend_bytes(self.block.data(), &mut self.text),
            last_event_id: &self.last_event_id,
        }
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
        if self.is_usual(input) {
            return self.decode_bytes_usual(input);
        }
        if self.at != At::InData {
            return self.decode_bytes_on(input);
        }
        match self.hold_more(input) {
            More::All => {
                *input = Bytes::new();
                Ok(None)
            }
            More::End(end) => self.decode_bytes_held(input, Some(end)),
            More::Other => self.decode_bytes_on(input),
        }
    }

    #[inline(never)]
    fn decode_bytes_usual(&mut self, input: &mut Bytes) -> Result<Option<Frame>, DecodeError> {
        let chunk: &Bytes = input;
        let mut miss = Miss::default();
        let Some(whole) = self.usual_event(chunk, &mut miss) else {
            if miss.is_held {
                *input = Bytes::new();
                return Ok(None);
            }
            return self.decode_bytes_other(input, &miss);
        };
        let event_type = match whole.event_type {
            EventType::Message => MESSAGE,
            EventType::Here(value) => text::event_type(chunk, value.span(chunk)),
            EventType::Held => ByteString::from(self.block.event_type()),
        };
        let last_event_id = match whole.id {
            Some(value) => text::slice(chunk, value.span(chunk)),
            None => self.share_id(),
        };
        let (data, read) = (whole.data.span(chunk), chunk.len() - whole.rest.len());
        let data = if whole.rest.is_empty() {
            text::take(input, data)
        } else {
            let data = text::slice(chunk, data);
            input.advance(read);
            data
        };
        Ok(Some(Frame::Event(Event { event_type, data, last_event_id })))
    }

    #[inline(never)]
    fn decode_bytes_other(&mut self, input: &mut Bytes, miss: &Miss) -> Result<Option<Frame>, DecodeError> {
        let mut chunk = Chunk::new(input);
        let usual = self.usual_other(&mut chunk, miss);
        let read = chunk.read;
        let frame = match usual {
            Usual::Comment(at) => Frame::Comment(text::slice(input, at)),
            Usual::Retry(time) => Frame::Retry(time),
            Usual::Held => {
                *input = Bytes::new();
                return Ok(None);
            }
            Usual::Other => return self.decode_bytes_in_steps(input, miss),
        };
        input.advance(read);
        Ok(Some(frame))
    }

    #[inline(never)]
    fn decode_bytes_on(&mut self, input: &mut Bytes) -> Result<Option<Frame>, DecodeError> {
        if input.is_empty() {
            *input = Bytes::new();
            return self.decode_nothing();
        }
        if self.hold_few(input) {
            *input = Bytes::new();
            return Ok(None);
        }
        self.decode_bytes_held(input, None)
    }

    #[inline(never)]
    fn decode_bytes_held(&mut self, input: &mut Bytes, end: Option<usize>) -> Result<Option<Frame>, DecodeError> {
        let mut chunk = Chunk::new(input);
        let held = match end {
            Some(end) => self.hold_end(&mut chunk, end),
            None => self.usual_way_on(&mut chunk),
        };
        let read = chunk.read;
        match held {
            Held::All => {
                *input = Bytes::new();
                Ok(None)
            }
            Held::Event => {
                input.advance(read);
                Ok(Some(Frame::Event(self.share_held())))
            }
            Held::Other => {
                input.advance(read);
                if self.is_usual(input) {
                    return self.decode_bytes_usual(input);
                }
                self.decode_bytes_in_steps(input, &Miss::default())
            }
        }
    }

    #[inline(never)]
    fn decode_bytes_in_steps(&mut self, input: &mut Bytes, miss: &Miss) -> Result<Option<Frame>, DecodeError> {
        let mut chunk = Chunk { bytes: input, read: miss.read };
        let found = self.step(&mut chunk, miss.here)?;
        let read = chunk.read;
        let Some(found) = found else {
            *input = Bytes::new();
            return Ok(None);
        };
        let frame = match found {
            Found::Event { event_type: EventType::Held, data: None } => Frame::Event(self.share_held()),
            Found::Event { event_type, data } => Frame::Event(Event {
                event_type: match event_type {
                    EventType::Message => MESSAGE,
                    EventType::Here(value) => text::slice(input, value),
                    EventType::Held => ByteString::from(self.block.event_type()),
                },
                data: match data {
                    Some(value) => text::slice(input, value),
                    None => self.block.take_data(),
                },
                last_event_id: self.share_id(),
            }),
            Found::Comment(Some(value)) => Frame::Comment(text::slice(input, value)),
            Found::Comment(None) => Frame::Comment(ByteString::from(self.text.as_str())),
            Found::Retry(time) => Frame::Retry(time),
            Found::Discarded { len } => Frame::Discarded { len },
        };
        input.advance(read);
        Ok(Some(frame))
    }

    /// The end of a chunk, which is mostly told apart from its last frame.
    fn decode_nothing<S>(&mut self) -> Result<Option<Frame<S>>, DecodeError> {
        if self.at == At::Failed {
            return Err(self.too_long());
        }
        self.begin_anew(&mut Chunk::new(&[]));
        self.rest();
        Ok(None)
    }

    /// An event all of which is held.
    fn share_held(&mut self) -> Event {
        Event {
            event_type: match self.block.event_type_len() {
                0 => MESSAGE,
                _ => ByteString::from(self.block.event_type()),
            },
            data: self.block.take_data(),
            last_event_id: self.share_id(),
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
