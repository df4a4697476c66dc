//! The door that shares: frames as slices of the chunk, or copies of what is held.

use bytes::{Buf, Bytes};
use bytestring::ByteString;

use crate::block::KEEP;
use crate::chunk::Chunk;
use crate::step::{At, EventType, Found};
use crate::usual::{Before, Miss, Usual, before_data};
use crate::way_on::Held;
use crate::{DecodeError, Decoder, Event, Frame, text};

const MESSAGE: ByteString = ByteString::from_static("message");
const EMPTY: ByteString = ByteString::new();

/// The longest event type whose shared copy is kept for the next event, in bytes.
const KEEP_TYPE: usize = 128;

pub(crate) type Shared = Result<Option<Frame>, DecodeError>;

impl Decoder {
    /// What begins with an event, and mostly is one.
    ///
    /// The slices are made before the chunk moves on and the event comes last of all: a `Bytes` that was written just now
    /// and is moved at once costs as much as its counter does.
    #[inline(never)]
    pub(crate) fn share_usual(&mut self, input: &mut Bytes) -> Shared {
        let chunk: &Bytes = input;
        let before = match chunk.strip_prefix(b"data:") {
            Some(value) => Ok(Before::none(value)),
            None => before_data(chunk),
        };
        let whole = match before.and_then(|before| self.usual_event(chunk, before)) {
            Ok(whole) => whole,
            Err(Miss { is_held: true, .. }) => {
                *input = Bytes::new();
                return Ok(None);
            }
            Err(miss) => return self.share_other(input, &miss),
        };
        let event_type = match whole.event_type {
            EventType::Message => MESSAGE,
            EventType::Here(at) => text::event_type(chunk, at),
            EventType::Held => self.share_type(),
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
    fn share_other(&mut self, input: &mut Bytes, miss: &Miss) -> Shared {
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
            Usual::Other => return self.share_in_steps(input, miss),
        };
        input.advance(read);
        Ok(Some(frame))
    }

    /// What goes on with something held, or is but a few bytes.
    #[inline(never)]
    pub(crate) fn share_on(&mut self, input: &mut Bytes) -> Shared {
        if self.at == At::AfterCr && !input.is_empty() {
            input.advance(self.after_cr(input));
            if self.is_usual(input) {
                return self.share_usual(input);
            }
        }
        if input.is_empty() {
            *input = Bytes::new();
            return self.decode_nothing();
        }
        if self.hold_few(input) {
            *input = Bytes::new();
            return Ok(None);
        }
        self.share_on_from(input, None)
    }

    /// The same, from the end of a data line if that was seen.
    #[inline(never)]
    pub(crate) fn share_on_from(&mut self, input: &mut Bytes, end: Option<usize>) -> Shared {
        let mut chunk = Chunk::new(input);
        let held = match end {
            Some(end) => self.hold_end(&mut chunk, end),
            None => self.way_on(&mut chunk),
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
                self.share_rest(input)
            }
        }
    }

    #[inline(never)]
    fn share_rest(&mut self, input: &mut Bytes) -> Shared {
        if input.is_empty() {
            *input = Bytes::new();
            self.decode_nothing()
        } else if self.is_usual(input) {
            self.share_usual(input)
        } else {
            self.share_in_steps(input, &Miss::default())
        }
    }

    #[inline(never)]
    fn share_in_steps(&mut self, input: &mut Bytes, miss: &Miss) -> Shared {
        let mut chunk = Chunk { bytes: input, read: miss.read };
        let found = self.step(&mut chunk, miss.here)?;
        let read = chunk.read;
        let Some(found) = found else {
            *input = Bytes::new();
            return Ok(None);
        };
        let frame = match found {
            Found::Event { event_type, data } => Frame::Event(Event {
                event_type: match event_type {
                    EventType::Message => MESSAGE,
                    EventType::Here(at) => text::event_type(input, at),
                    EventType::Held => self.share_type(),
                },
                data: match data {
                    Some(at) => text::slice(input, at),
                    None => self.block.take_data(),
                },
                last_event_id: self.share_id(),
            }),
            Found::Comment(Some(at)) => Frame::Comment(text::slice(input, at)),
            Found::Comment(None) => Frame::Comment(core::mem::take(&mut self.text).into()),
            Found::Retry(time) => Frame::Retry(time),
            Found::Discarded { len } => Frame::Discarded { len },
        };
        input.advance(read);
        Ok(Some(frame))
    }

    /// An event all of which is held.
    fn share_held(&mut self) -> Event {
        Event {
            event_type: match self.block.event_type_len() {
                0 => MESSAGE,
                _ => self.share_type(),
            },
            data: self.block.take_data(),
            last_event_id: self.share_id(),
        }
    }

    /// The event type that is held. A stream has but a few of them, so that the last one is kept.
    fn share_type(&mut self) -> ByteString {
        let held = self.block.event_type();
        if self.shared_type != held {
            let shared = text::known_type(held.as_bytes()).unwrap_or_else(|| ByteString::from(held));
            if held.len() > KEEP_TYPE {
                return shared;
            }
            self.shared_type = shared;
        }
        self.shared_type.clone()
    }

    /// The last event ID, which is mostly asked for once, since the next event has another one. So it is a copy at first,
    /// and shared from the second time on.
    pub(crate) fn share_id(&mut self) -> ByteString {
        let id = &self.last_event_id;
        let copy = || ByteString::from(id.as_str());
        match &self.shared_id {
            _ if id.is_empty() => EMPTY,
            SharedId::Kept(id) => id.clone(),
            SharedId::Unasked => {
                self.shared_id = SharedId::Asked;
                copy()
            }
            SharedId::Asked if id.len() > KEEP => copy(),
            SharedId::Asked => {
                let id = copy();
                self.shared_id = SharedId::Kept(id.clone());
                id
            }
        }
    }
}

/// The text of the last event ID, made when asked for.
#[derive(Clone, Debug)]
pub(crate) enum SharedId {
    Unasked,
    Asked,
    Kept(ByteString),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The type of the event before is not copied again, and one that many servers have is not at all.
    #[test]
    fn how_often_a_type_is_copied() {
        let longer = "t".repeat(KEEP_TYPE + 1);
        for (event_type, is_kept) in
            [("update", true), ("my-type", true), (&longer[1..], true), (&longer, false)]
        {
            let mut decoder = Decoder::default();
            decoder.block.set_event_type(event_type.as_bytes());
            let types = [(); 2].map(|()| decoder.share_type());
            assert_eq!(types, [event_type; 2]);
            let [first, second] = types.each_ref().map(|text| text.as_bytes().as_ptr());
            assert_eq!(first == second, is_kept, "{event_type}");
            decoder.block.set_event_type(b"another");
            assert_eq!(decoder.share_type(), "another");
        }
    }

    /// The first time it is a copy. The second one is kept for those that follow, unless it is large.
    #[test]
    fn how_often_an_id_is_copied() {
        for (len, is_kept) in
            [(1, true), (KEEP - 1, true), (KEEP, true), (KEEP + 1, false), (2 * KEEP, false)]
        {
            let mut decoder = Decoder::default().with_last_event_id(&"7".repeat(len));
            let ids = [(); 4].map(|()| decoder.share_id());
            let [first, second, third, fourth] = ids.each_ref().map(|id| id.as_bytes().as_ptr());
            assert!(ids.iter().all(|id| *id == decoder.last_event_id));
            assert!(first != second, "{len}");
            assert_eq!((second == third, third == fourth), (is_kept, is_kept), "{len}");
        }
    }
}
