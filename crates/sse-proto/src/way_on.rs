//! The usual way on: from where a chunk cut an event off, to the end of the next chunk or of the event.

use crate::Decoder;
use crate::chunk::Chunk;
use crate::line;
use crate::step::{At, FEW};

/// What of a chunk is held now.
pub(crate) enum Held {
    /// All of it.
    All,
    /// A whole event.
    Event,
    /// Not all of it; or all, and it has to be seen what that means.
    Other,
}

/// What more of a data line came to.
pub(crate) enum More {
    /// All of it is held.
    All,
    /// It ends here.
    End(usize),
    Other,
}

impl Decoder {
    /// One more byte of a line, where that is easy.
    #[inline(never)]
    pub(crate) fn hold_byte(&mut self, byte: u8) -> bool {
        let has_room = match self.at {
            At::InData => self.block.buf_len() < self.most_data,
            At::InLine => self.has_easy_room(1),
            _ => false,
        };
        if !has_room || line::is_end(byte) || !self.block.push_byte(byte) {
            return false;
        }
        if self.at == At::InLine {
            self.tell_data_line();
        }
        true
    }

    /// More of a data line, as far as the limit allows.
    #[inline(never)]
    pub(crate) fn hold_more(&mut self, input: &[u8]) -> More {
        if input.is_empty() || self.block.buf_len() + input.len() > self.most_data {
            return More::Other;
        }
        match line::end_in_piece(input) {
            None => {
                self.block.push_line(input, self.most_data);
                More::All
            }
            Some(end) if self.has_easy_room(input.len()) => More::End(end),
            Some(_) => More::Other,
        }
    }

    /// The end of a data line, and what comes behind it.
    pub(crate) fn hold_end(&mut self, chunk: &mut Chunk<'_>, end: usize) -> Held {
        let (value, rest) = chunk.bytes.split_at(end);
        self.block.end_data_with(value);
        match line::after_end(rest) {
            Some(rest) => {
                self.at = At::Line;
                self.easy_data(chunk, rest)
            }
            None => {
                self.at = At::AfterCr;
                chunk.read_all();
                Held::Other
            }
        }
    }

    /// On from the beginning of a line, or from within one that is no data line.
    #[inline(never)]
    pub(crate) fn way_on(&mut self, chunk: &mut Chunk<'_>) -> Held {
        match self.at {
            At::Line if self.block.has_data() => self.more_data(chunk),
            At::InLine => self.rest_of_line(chunk),
            _ => Held::Other,
        }
    }

    /// What mostly comes behind a data line: more of them, and the blank line.
    #[inline]
    pub(crate) fn more_data(&mut self, chunk: &mut Chunk<'_>) -> Held {
        if !self.has_easy_room(chunk.rest_len()) {
            return Held::Other;
        }
        self.easy_data(chunk, chunk.rest())
    }

    /// The same where the limit is far, of what is left of the chunk. By force inline: a short piece comes to little more
    /// than this.
    #[inline(always)]
    fn easy_data<'i>(&mut self, chunk: &mut Chunk<'i>, mut rest: &'i [u8]) -> Held {
        while let Some(value) = rest.strip_prefix(b"data:") {
            let Some((data, after)) = line::value_and_rest(value) else {
                chunk.read = chunk.bytes.len() - rest.len();
                return self.last_data(chunk, value);
            };
            self.block.push_data(data);
            rest = after;
        }
        chunk.read = chunk.bytes.len() - rest.len();
        if rest.is_empty() {
            self.release_texts();
            return Held::All;
        }
        let Some(rest) = line::after_end(rest) else { return Held::Other };
        self.commit_held(true);
        chunk.read = chunk.bytes.len() - rest.len();
        Held::Event
    }

    /// The rest of the chunk is a data line, or the beginning of one.
    fn last_data(&mut self, chunk: &mut Chunk<'_>, value: &[u8]) -> Held {
        if value.is_empty() || value.ends_with(b"\r") {
            return Held::Other;
        }
        self.begin_data(value);
        chunk.read_all();
        Held::All
    }

    /// Holds the beginning of a data line's value, of which there is a byte at least.
    #[inline]
    pub(crate) fn begin_data(&mut self, after_colon: &[u8]) {
        self.release_texts();
        let value = line::without_space(after_colon);
        self.block.begin_data(b"data:".len() + after_colon.len() - value.len(), value);
        self.enter_data();
    }

    /// More of a line that is no data line, or the end of one that is a field.
    fn rest_of_line(&mut self, chunk: &mut Chunk<'_>) -> Held {
        let bytes = chunk.rest();
        if bytes.is_empty() || !self.has_easy_room(bytes.len()) {
            return Held::Other;
        }
        let Some(end) = line::end(bytes) else {
            self.begin_part(bytes);
            chunk.read_all();
            return Held::All;
        };
        if matches!(self.block.line(), [b'e' | b'i', ..]) {
            self.block.extend_line(&bytes[..end]);
            // A field or nothing that is known: neither is over a limit that is far.
            let _ = self.block.end_line(&mut self.text, usize::MAX);
            self.pass(chunk, chunk.read + end + line::end_len(bytes, end));
        }
        Held::Other
    }

    /// A few bytes that are but a part of a line.
    #[inline]
    pub(crate) fn hold_few(&mut self, input: &[u8]) -> bool {
        let in_line = matches!(self.at, At::Event | At::Line | At::InLine);
        if !in_line || input.len() >= FEW || !self.has_easy_room(input.len()) || line::has_end(input) {
            return false;
        }
        self.begin_part(input);
        true
    }

    /// Holds a part of a line, far from the limit.
    #[inline]
    pub(crate) fn begin_part(&mut self, part: &[u8]) {
        if self.at != At::InLine {
            self.release_texts();
            self.at = At::InLine;
        }
        self.block.extend_line(part);
        self.tell_data_line();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the usual path begins, and where a few bytes are held as they are: never for the other's number of bytes.
    #[test]
    fn what_is_made_of_a_chunk() {
        for (before, usual, few) in [
            ("", false, false),
            ("\n", true, true),
            ("data: a\n\n", true, true),
            ("event: t\n", true, true),
            ("id: 1\n", true, true),
            ("data: a\n", false, true),
            ("data: a\r", false, false),
            ("event: t", false, true),
            ("data: a", false, false),
            // Held and lent by the last call: forgotten by the next one.
            ("data: a\ndata: b\n\n", true, true),
        ] {
            let mut decoder = Decoder::default();
            let mut input = before.as_bytes();
            while !input.is_empty() {
                decoder.decode(&mut input).expect("it is short");
            }
            if decoder.spent {
                decoder.forget();
            }
            for len in 1..2 * FEW {
                let chunk = &[b'x'; 2 * FEW][..len];
                assert_eq!(decoder.is_usual(chunk), usual && len >= FEW, "{len} behind {before:?}");
                assert_eq!(decoder.clone().hold_few(chunk), few && len < FEW, "{len} behind {before:?}");
            }
            assert!(!decoder.hold_few(b"x\n"), "a line that ends, behind {before:?}");
        }
    }
}
