//! A recorded stream, taken to pieces at its events.

use bytes::Bytes;
use sse_tokio::proto::{DecodeError, Decoder, Limits};
use sse_tokio::{Event, Frame};

/// The bytes of a stream, as they were recorded.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) pieces: Vec<Piece>,
    /// What comes after the last event.
    pub(crate) tail: Bytes,
}

/// An event, with the comments and other lines before it.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) wire: Bytes,
    pub(crate) event: Event,
}

impl Recording {
    /// # Errors
    ///
    /// When an event is over the decoder's usual limit: no client with that limit could read it.
    pub(crate) fn new(stream: impl Into<Bytes>) -> Result<Self, DecodeError> {
        let mut stream = stream.into();
        // A byte order mark counts at the start of a connection only, and here something may be sent before it.
        if stream.starts_with("\u{feff}".as_bytes()) {
            stream = stream.slice("\u{feff}".len()..);
        }
        let mut decoder = Decoder::new(Limits::default());
        let mut pieces = Vec::new();
        let mut input = stream.clone();
        let mut start = 0;
        while let Some(frame) = decoder.decode_bytes(&mut input)? {
            if let Frame::Event(event) = frame {
                let end = stream.len() - input.len();
                pieces.push(Piece { wire: stream.slice(start..end), event });
                start = end;
            }
        }
        Ok(Self { pieces, tail: stream.slice(start..) })
    }

    /// The number of the first piece after the last event that carries `id`: 0 when none does, since a server that does
    /// not know an id can only begin again.
    pub(crate) fn after(&self, id: &str) -> usize {
        self.pieces.iter().rposition(|piece| piece.event.last_event_id == id).map_or(0, |found| found + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_byte() {
        let stream = "\u{feff}: hello\r\nid: 1\r\ndata: a\r\n\r\nunknown: x\nid: 2\n\ndata: b\n\n: bye\ndata: cut o";
        let recording = Recording::new(stream).expect("short events");
        let pieces: Vec<&[u8]> = recording.pieces.iter().map(|piece| &piece.wire[..]).collect();
        let whole = [&pieces.concat()[..], &recording.tail].concat();
        assert_eq!(pieces.len(), 2);
        assert_eq!(whole, stream.trim_start_matches('\u{feff}').as_bytes());
    }

    #[test]
    fn resumes_after_an_id() {
        let recording = Recording::new("data: 0\n\nid: a\ndata: 1\n\ndata: 2\n\nid: b\ndata: 3\n\n").expect("short");
        for (id, expected) in [("", 1), ("a", 3), ("b", 4), ("c", 0)] {
            assert_eq!(recording.after(id), expected, "{id}");
        }
    }

    #[test]
    fn an_event_over_the_limit_is_an_error() {
        let stream = format!("data: {}\n\n", "x".repeat(17 << 20));
        assert!(Recording::new(stream).is_err());
    }
}
