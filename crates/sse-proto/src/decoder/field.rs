//! Parses a line (WHATWG HTML 9.2.6, "process the field").

use core::time::Duration;

/// The meaning of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field<'l> {
    /// An empty line, which completes the event.
    Blank,
    Comment(&'l [u8]),
    Data(&'l [u8]),
    EventType(&'l [u8]),
    Id(&'l [u8]),
    Retry(Duration),
    /// A name that the standard does not know, or a value that it ignores.
    Ignored,
}

impl<'l> Field<'l> {
    #[inline]
    pub(crate) fn parse(line: &'l [u8]) -> Self {
        let field = match line.first() {
            None => Some(Self::Blank),
            Some(b':') => Some(Self::Comment(without_space(&line[1..]))),
            Some(b'd') => value(line, b"data").map(Self::Data),
            Some(b'e') => value(line, b"event").map(Self::EventType),
            Some(b'i') => value(line, b"id").filter(|id| is_id(id)).map(Self::Id),
            Some(b'r') => value(line, b"retry").and_then(reconnection_time).map(Self::Retry),
            Some(_) => None,
        };
        field.unwrap_or(Self::Ignored)
    }
}

/// Whether a line that starts with these bytes is a comment.
pub(crate) fn is_comment(line: &[u8]) -> bool {
    line.first() == Some(&b':')
}

/// Returns the length of the name, the colon and the space before a data line's value, once enough
/// of the line is known.
pub(crate) fn data_prefix(line: &[u8]) -> Option<usize> {
    let value = line.strip_prefix(b"data:")?;
    Some(b"data:".len() + usize::from(*value.first()? == b' '))
}

/// "If value starts with a U+0020 SPACE character, remove it from value."
#[inline(always)]
pub(crate) fn without_space(value: &[u8]) -> &[u8] {
    value.strip_prefix(b" ").unwrap_or(value)
}

/// Whether an ID is valid. One with a NUL is ignored.
pub(crate) fn is_id(value: &[u8]) -> bool {
    !value.contains(&0)
}

/// Returns the value of the field with this name, or `None` if the line has another name.
fn value<'l, const N: usize>(line: &'l [u8], name: &[u8; N]) -> Option<&'l [u8]> {
    match line.strip_prefix(name)? {
        [b':', value @ ..] => Some(without_space(value)),
        [] => Some(&[]),
        _ => None,
    }
}

/// Parses a reconnection time, which consists of ASCII digits only, and saturates at the largest
/// number.
fn reconnection_time(value: &[u8]) -> Option<Duration> {
    if value.is_empty() {
        return None;
    }
    let millis = value.iter().try_fold(0u64, |millis, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        Some(millis.saturating_mul(10).saturating_add(digit))
    });
    millis.map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_parsed_as_fields() {
        let retry = |millis| Field::Retry(Duration::from_millis(millis));
        for (line, field) in [
            (&b""[..], Field::Blank),
            (b":", Field::Comment(b"")),
            (b": a", Field::Comment(b"a")),
            (b":  a", Field::Comment(b" a")),
            (b"data", Field::Data(b"")),
            (b"data:", Field::Data(b"")),
            (b"data: ", Field::Data(b"")),
            (b"data:a: b", Field::Data(b"a: b")),
            (b"data :a", Field::Ignored),
            (b"Data: a", Field::Ignored),
            (b"datas", Field::Ignored),
            (b"dat", Field::Ignored),
            (b"event: t", Field::EventType(b"t")),
            (b"event", Field::EventType(b"")),
            (b"events: t", Field::Ignored),
            (b"id: 7", Field::Id(b"7")),
            (b"id", Field::Id(b"")),
            (b"id: a\0", Field::Ignored),
            (b"identity", Field::Ignored),
            (b"retry: 10", retry(10)),
            (b"retry:18446744073709551616", retry(u64::MAX)),
            (b"retry", Field::Ignored),
            (b"retry: ", Field::Ignored),
            (b"retry: -1", Field::Ignored),
            (b"retry: 1.5", Field::Ignored),
            (b"retry:  1", Field::Ignored),
            (b" data: a", Field::Ignored),
            (b"foo: bar", Field::Ignored),
        ] {
            assert_eq!(Field::parse(line), field, "{:?}", line.escape_ascii());
        }
    }

    #[test]
    fn a_data_line_is_known_with_the_byte_after_its_colon() {
        for (line, prefix) in [
            (&b"data:"[..], None),
            (b"data: ", Some(6)),
            (b"data:  ", Some(6)),
            (b"data:a", Some(5)),
            (b"date:a", None),
            (b"data", None),
        ] {
            assert_eq!(data_prefix(line), prefix, "{:?}", line.escape_ascii());
            if let Some(prefix) = prefix {
                assert_eq!(Field::parse(line), Field::Data(&line[prefix..]));
            }
        }
    }
}
