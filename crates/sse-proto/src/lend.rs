//! The door that lends: frames as text in the chunk, or in what is held.

use crate::chunk::Chunk;
use crate::step::{At, EventType, Found};
use crate::usual::{Before, Miss, Usual, before_data};
use crate::way_on::Held;
use crate::{DecodeError, Decoder, Event, Frame, text};

pub(crate) type Lent<'d> = Result<Option<Frame<&'d str>>, DecodeError>;

impl Decoder {
    /// What begins with an event, and mostly is one.
    #[inline]
    pub(crate) fn lend_usual<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8]) -> Lent<'d> {
        match input.strip_prefix(b"data:") {
            Some(value) => self.lend_data(input, value),
            None => self.lend_fields(input),
        }
    }

    #[inline(never)]
    fn lend_data<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8], value: &'i [u8]) -> Lent<'d> {
        self.lend_event(input, Before::none(value))
    }

    #[inline(never)]
    fn lend_fields<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8]) -> Lent<'d> {
        match before_data(input) {
            Ok(before) => self.lend_event(input, before),
            Err(miss) => self.lend_other(input, &miss),
        }
    }

    /// By force inline: where nothing comes before the data, half of it goes.
    #[inline(always)]
    fn lend_event<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8], before: Before<'i>) -> Lent<'d> {
        let bytes = *input;
        match self.usual_event(bytes, before) {
            Ok(whole) => {
                *input = whole.rest;
                Ok(Some(Frame::Event(Event {
                    event_type: match whole.event_type {
                        EventType::Message => "message",
                        EventType::Here(at) => text::lend(at.value(bytes), &mut self.type_text),
                        EventType::Held => self.block.event_type(),
                    },
                    data: text::lend(whole.data, &mut self.text),
                    last_event_id: &self.last_event_id,
                })))
            }
            Err(Miss { is_held: true, .. }) => {
                *input = &[];
                Ok(None)
            }
            Err(miss) => self.lend_other(input, &miss),
        }
    }

    #[inline(never)]
    fn lend_other<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8], miss: &Miss) -> Lent<'d> {
        let (bytes, mut chunk) = (*input, Chunk::new(input));
        let frame = match self.usual_other(&mut chunk, miss) {
            Usual::Comment(at) => Some(Frame::Comment(text::lend(at.value(bytes), &mut self.text))),
            Usual::Retry(time) => Some(Frame::Retry(time)),
            Usual::Held => None,
            Usual::Other => return self.lend_in_steps(input, miss),
        };
        *input = chunk.rest();
        Ok(frame)
    }

    /// What goes on with something held, or is but a few bytes.
    #[inline(never)]
    pub(crate) fn lend_on<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8]) -> Lent<'d> {
        if self.at == At::AfterCr && !input.is_empty() {
            *input = &input[self.after_cr(input)..];
            if self.is_usual(input) {
                return self.lend_usual(input);
            }
        }
        if input.is_empty() {
            return self.decode_nothing();
        }
        if self.hold_few(input) {
            *input = &[];
            return Ok(None);
        }
        self.lend_on_from(input, None)
    }

    /// The same, from the end of a data line if that was seen.
    #[inline(never)]
    pub(crate) fn lend_on_from<'d, 'i: 'd>(
        &'d mut self,
        input: &mut &'i [u8],
        end: Option<usize>,
    ) -> Lent<'d> {
        let mut chunk = Chunk::new(input);
        let held = match end {
            Some(end) => self.hold_end(&mut chunk, end),
            None => self.way_on(&mut chunk),
        };
        *input = chunk.rest();
        match held {
            Held::All => Ok(None),
            Held::Event => Ok(Some(Frame::Event(self.lend_held()))),
            Held::Other => self.lend_rest(input),
        }
    }

    #[inline(never)]
    fn lend_rest<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8]) -> Lent<'d> {
        if input.is_empty() {
            self.decode_nothing()
        } else if self.is_usual(input) {
            self.lend_usual(input)
        } else {
            self.lend_in_steps(input, &Miss::default())
        }
    }

    #[inline(never)]
    fn lend_in_steps<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8], miss: &Miss) -> Lent<'d> {
        let bytes = *input;
        let mut chunk = Chunk { bytes, read: miss.read };
        let found = self.step(&mut chunk, miss.here)?;
        *input = chunk.rest();
        if matches!(found, Some(Found::Event { data: None, .. })) {
            self.block.pad_data();
        }
        Ok(found.map(|found| match found {
            Found::Event { event_type, data } => Frame::Event(Event {
                event_type: match event_type {
                    EventType::Message => "message",
                    EventType::Here(at) => text::lend(at.value(bytes), &mut self.type_text),
                    EventType::Held => self.block.event_type(),
                },
                data: match data {
                    Some(at) => text::lend(at.value(bytes), &mut self.text),
                    None => text::lend(self.block.padded_data(), &mut self.text),
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
        self.block.pad_data();
        Event {
            event_type: self.block.event_type(),
            data: text::lend(self.block.padded_data(), &mut self.text),
            last_event_id: &self.last_event_id,
        }
    }
}
