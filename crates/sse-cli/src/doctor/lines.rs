//! Collects facts about the lines of a stream that the decoder does not report: their line ends,
//! and the lines that clients ignore.

/// The number of bytes to keep of a line.
const KEPT: usize = 64;
/// The number of different unknown lines to keep.
const NAMES: usize = 8;
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Facts about the lines read so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    pub(crate) lf: usize,
    pub(crate) crlf: usize,
    pub(crate) cr: usize,
    pub(crate) bom_at_start: bool,
    /// Byte order marks at the beginning of later lines, where they are part of the field's name.
    pub(crate) later_boms: usize,
    pub(crate) nuls: usize,
    /// The number of IDs that clients ignore because they contain a NUL.
    pub(crate) ids_with_nul: usize,
    /// The beginnings of some lines with an unknown field, which clients ignore.
    pub(crate) unknown: Vec<String>,
    /// The number of all lines with an unknown field.
    pub(crate) unknown_count: usize,
    /// Some values of `retry` that are not a number.
    pub(crate) invalid_retries: Vec<String>,
    /// The number of blocks with an event type but no data, which clients do not deliver.
    pub(crate) without_data: usize,
    state: State,
}

#[derive(Clone, Debug, Default)]
struct State {
    read: usize,
    /// The beginning of the line in progress.
    line: Vec<u8>,
    line_len: usize,
    nul_in_line: bool,
    after_cr: bool,
    in_block: bool,
    has_type: bool,
    has_data: bool,
}

impl Lines {
    /// Adds the bytes of one read.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.state.read += 1;
            let ends_crlf = std::mem::take(&mut self.state.after_cr) && byte == b'\n';
            match byte {
                b'\n' if ends_crlf => {
                    self.cr -= 1;
                    self.crlf += 1;
                }
                b'\n' => {
                    self.lf += 1;
                    self.end_line();
                }
                b'\r' => {
                    self.cr += 1;
                    self.state.after_cr = true;
                    self.end_line();
                }
                byte => self.content(byte),
            }
        }
    }

    /// Returns whether the stream is in the middle of an event or a line.
    pub(crate) fn is_within_block(&self) -> bool {
        self.state.in_block || self.state.line_len > 0
    }

    fn content(&mut self, byte: u8) {
        if byte == 0 {
            self.nuls += 1;
            self.state.nul_in_line = true;
        }
        if self.state.line.len() < KEPT {
            self.state.line.push(byte);
        }
        self.state.line_len += 1;
        if self.state.read == BOM.len() && self.state.line == BOM {
            self.bom_at_start = true;
            self.state.line.clear();
            self.state.line_len = 0;
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.state.line);
        let has_nul = std::mem::take(&mut self.state.nul_in_line);
        if std::mem::take(&mut self.state.line_len) == 0 {
            self.end_block();
            return;
        }
        let (name, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (&line[..], &b""[..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"" => return,
            b"data" => self.state.has_data = true,
            b"event" => self.state.has_type |= !value.is_empty(),
            b"id" => self.ids_with_nul += usize::from(has_nul),
            b"retry" if value.is_empty() || !value.iter().all(u8::is_ascii_digit) => {
                keep(&mut self.invalid_retries, value);
            }
            b"retry" => {}
            _ => {
                self.unknown_count += 1;
                self.later_boms += usize::from(name.starts_with(BOM));
                keep(&mut self.unknown, &line);
            }
        }
        self.state.in_block = true;
    }

    fn end_block(&mut self) {
        self.without_data += usize::from(self.state.has_type && !self.state.has_data);
        (self.state.in_block, self.state.has_type, self.state.has_data) = (false, false, false);
    }
}

/// Adds a text, unless it is already there or there are enough.
fn keep(texts: &mut Vec<String>, text: &[u8]) {
    let text = String::from_utf8_lossy(text).into_owned();
    if texts.len() < NAMES && !texts.contains(&text) {
        texts.push(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a stream at once and byte by byte, and checks that the results agree.
    fn read(stream: &[u8]) -> Lines {
        let (mut whole, mut pieces) = (Lines::default(), Lines::default());
        whole.push(stream);
        stream.chunks(1).for_each(|piece| pieces.push(piece));
        assert_eq!(format!("{whole:?}"), format!("{pieces:?}"));
        whole
    }

    #[test]
    fn line_ends_are_counted() {
        let lines = read(b"data: a\r\n\r\ndata: b\n\ndata: c\r\rdata: d\r\n\n");
        assert_eq!((lines.lf, lines.crlf, lines.cr), (3, 3, 2));
    }

    #[test]
    fn a_bom_is_skipped_only_at_the_beginning() {
        let lines = read(b"\xEF\xBB\xBFdata: a\n\n\xEF\xBB\xBFdata: b\n\n");
        assert!(lines.bom_at_start);
        assert_eq!((lines.later_boms, lines.unknown_count), (1, 1));
        assert!(!read(b"data: a\n\n").bom_at_start);
    }

    #[test]
    fn ignored_lines_are_kept() {
        let lines =
            read(b"Data: a\n{\"x\": 1}\nretry: soon\nretry:\nretry: 5\nid: a\0b\n: c\n\nevent: x\n\n");
        assert_eq!(lines.unknown, ["Data: a", "{\"x\": 1}"]);
        assert_eq!(lines.invalid_retries, ["soon", ""]);
        assert_eq!((lines.nuls, lines.ids_with_nul, lines.without_data), (1, 1, 1));
    }

    #[test]
    fn a_block_is_open_until_its_blank_line() {
        for (stream, open) in [
            ("", false),
            ("da", true),
            ("data: a\n", true),
            ("data: a\n\n", false),
            (": comment\n", false),
            (": comm", true),
            ("data: a\r\n\r", false),
        ] {
            assert_eq!(read(stream.as_bytes()).is_within_block(), open, "{stream:?}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut lines = Lines::default();
        for number in 0..1000 {
            lines.push(format!("field{number}: {}\n", "x".repeat(1000)).as_bytes());
        }
        assert_eq!((lines.unknown.len(), lines.unknown_count), (NAMES, 1000));
        assert!(lines.unknown.iter().all(|line| line.len() <= KEPT));
    }
}
