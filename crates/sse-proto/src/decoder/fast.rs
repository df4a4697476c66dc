//! The fast path: an event that lies whole in its chunk, as a pure function of the bytes.

use super::field::{is_id, without_space};
use super::scan::{after_line_end, line_len};

/// An event of one data line, in the bytes that begin with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WholeEvent<'i> {
    /// The value of the data line, and what comes behind it.
    pub(crate) data: Span<'i>,
    pub(crate) event_type: Option<&'i [u8]>,
    pub(crate) id: Option<&'i [u8]>,
    /// What comes behind the event.
    pub(crate) rest: &'i [u8],
    /// The event ends with a CR and nothing comes behind it, so that an LF may still belong to it.
    pub(crate) ends_in_cr: bool,
}

/// The first `len` of these bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span<'i> {
    pub(crate) bytes: &'i [u8],
    pub(crate) len: usize,
}

impl<'i> Span<'i> {
    pub(crate) fn get(self) -> &'i [u8] {
        &self.bytes[..self.len]
    }
}

/// The event that `input` begins with.
///
/// `Err` leaves everything to the machine: the event is cut off by the end of the input, has more than one data line or
/// none, or has a line other than `data:`, `event:` and `id:`. It says how many bytes at the end of the input are known to
/// have no line end among them, so that they need not be scanned again.
///
/// It must agree with [`Field::parse`](super::field::Field::parse) on every line that it accepts; a test compares them.
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

/// The value of the field with this name and colon.
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

    /// The event that the lines make up by `Field::parse`, and whether the fast path may leave it alone.
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
    fn it_agrees_with_the_parser_of_fields() {
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
    fn it_takes_the_events_that_most_servers_send() {
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
            let event = whole_event(input).expect("it is whole");
            assert_eq!((event.data.get(), event.rest, event.ends_in_cr), (&b"a"[..], rest, ends_in_cr));
        }
    }

    #[test]
    fn it_leaves_the_rest_to_the_machine() {
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
