//! The fast path: decodes an event within one chunk, as a pure function of the bytes.

use super::field::{is_id, without_space};
use super::scan::{after_line_end, line_len};

/// An event with one data line, at the start of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WholeEvent<'i> {
    /// The value of the data line, and the bytes after it.
    pub(crate) data: Span<'i>,
    pub(crate) event_type: Option<&'i [u8]>,
    pub(crate) id: Option<&'i [u8]>,
    /// The bytes after the event.
    pub(crate) rest: &'i [u8],
    /// Whether the event ends with a CR at the end of the input, which an LF may follow.
    pub(crate) ends_in_cr: bool,
}

/// The first `len` bytes of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span<'i> {
    pub(crate) bytes: &'i [u8],
    pub(crate) len: usize,
}

impl<'i> Span<'i> {
    #[inline(always)]
    pub(crate) fn get(self) -> &'i [u8] {
        &self.bytes[..self.len]
    }
}

/// Decodes the event at the start of `input`.
///
/// `Err` leaves everything to the machine: the event continues after the input, does not have
/// exactly one data line, or has a line other than `data:`, `event:` and `id:`. The error is the
/// number of bytes at the end of the input that are known to contain no line end, so they need not
/// be scanned again.
///
/// The function must agree with [`Field::parse`](super::field::Field::parse) on every line that it
/// accepts. A test compares them.
#[inline(always)]
pub(crate) fn whole_event(input: &[u8]) -> Result<WholeEvent<'_>, usize> {
    let (mut data, mut event_type, mut id, mut rest) = (None, None, None, input);
    loop {
        match rest.first().ok_or(0usize)? {
            b'd' if data.is_none() => {
                let span = value(rest, b"data:")?;
                rest = &span.bytes[span.len..];
                if let Some(rest) = rest.strip_prefix(b"\n\n") {
                    return Ok(WholeEvent { data: span, event_type, id, rest, ends_in_cr: false });
                }
                data = Some(span);
            }
            b'e' => {
                let span = value(rest, b"event:")?;
                event_type = Some(span.get());
                rest = &span.bytes[span.len..];
            }
            b'i' => {
                let span = value(rest, b"id:")?;
                id = Some(span.get()).filter(|id| is_id(id));
                id.ok_or(0usize)?;
                rest = &span.bytes[span.len..];
            }
            b'\n' | b'\r' => {
                let ends_in_cr = rest == b"\r";
                let rest = if ends_in_cr { &[] } else { after_line_end(rest).ok_or(0usize)? };
                let data = data.ok_or(0usize)?;
                return Ok(WholeEvent { data, event_type, id, rest, ends_in_cr });
            }
            _ => return Err(0),
        }
        rest = after_line_end(rest).ok_or(0usize)?;
    }
}

/// Returns the value of the field with this name and colon.
#[inline(always)]
fn value<'i, const N: usize>(line: &'i [u8], name: &[u8; N]) -> Result<Span<'i>, usize> {
    let bytes = without_space(line.strip_prefix(name).ok_or(0usize)?);
    line_len(bytes).map(|len| Span { bytes, len }).ok_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decoder::field::Field;
    use alloc::vec::Vec;

    const LINES: [&[u8]; 20] = [
        b"data: a",
        b"data:b",
        b"data:",
        b"data",
        b"data :c",
        b"dat",
        b"Data: d",
        b"data:  e",
        b"event: t",
        b"event:",
        b"event",
        b"events: u",
        b"id: 7",
        b"id:",
        b"id",
        b"id: 8\0",
        b": comment",
        b"retry: 5",
        b"foo: bar",
        b"",
    ];

    type Span = &'static [u8];

    /// Decodes the lines with `Field::parse`. Returns `None` if the fast path may reject the event.
    fn by_field(lines: &[Span]) -> Option<(Span, Option<Span>, Option<Span>)> {
        let (mut data, mut event_type, mut id) = (None, None, None);
        for line in lines {
            match Field::parse(line) {
                Field::Data(value) if data.is_none() => data = Some(value),
                Field::EventType(value) => event_type = Some(value),
                Field::Id(value) => id = Some(value),
                Field::Blank => return Some((data?, event_type, id)),
                _ => return None,
            }
        }
        None
    }

    #[test]
    fn the_fast_path_agrees_with_the_parser_of_fields() {
        let mut taken = 0;
        for first in LINES {
            for second in LINES {
                for third in LINES {
                    for end in [&b"\n"[..], b"\r", b"\r\n"] {
                        let lines = [first, second, third, b""];
                        let input: Vec<u8> = lines.iter().flat_map(|line| [*line, end].concat()).collect();
                        let Ok(event) = whole_event(&input) else { continue };
                        let fields = (event.data.get(), event.event_type, event.id);
                        assert_eq!(Some(fields), by_field(&lines), "{:?}", input.escape_ascii());
                        taken += 1;
                    }
                }
            }
        }
        assert!(taken > 100, "{taken}");
    }

    #[test]
    fn the_fast_path_accepts_the_events_that_most_servers_send() {
        for (input, rest, ends_in_cr) in [
            (&b"data: a\n\nx"[..], &b"x"[..], false),
            (b"data:a\n\n", b"", false),
            (b"data: a\r\n\r\nx", b"x", false),
            (b"data: a\r\n\r", b"", true),
            (b"data: a\r\rx", b"x", false),
            (b"id: 1\nevent: t\ndata: a\n\n", b"", false),
            (b"event: t\nid: 1\ndata: a\n\n", b"", false),
            (b"data: a\nid: 1\nevent: t\n\n", b"", false),
        ] {
            let event = whole_event(input).expect("a whole event");
            assert_eq!((event.data.get(), event.rest, event.ends_in_cr), (&b"a"[..], rest, ends_in_cr));
        }
    }

    #[test]
    fn the_fast_path_rejects_all_other_events() {
        for input in [
            &b""[..],
            b"data: a",
            b"data: a\n",
            b"data: a\r",
            b"data: a\r\n",
            b"data: a\ndata: b\n\n",
            b"event: t\n\n",
            b"\n",
            b": a\n",
            b"retry: 1\n",
            b"data: a\nretry: 1\n\n",
            b"id: \0\ndata: a\n\n",
            b"\xEF\xBB\xBFdata: a\n\n",
        ] {
            assert!(whole_event(input).is_err(), "{:?}", input.escape_ascii());
        }
    }
}
