//! What a line says: WHATWG HTML 9.2.6, "process the field".

use core::time::Duration;

/// One line, without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field<'l> {
    /// An empty line: the event is complete.
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

/// Whether a line that begins so is a comment, however it goes on.
pub(crate) fn is_comment(line: &[u8]) -> bool {
    line.first() == Some(&b':')
}

/// The length of the name, the colon and the space before a data line's value, once enough of the line is there to
/// tell.
pub(crate) fn data_prefix(line: &[u8]) -> Option<usize> {
    let value = line.strip_prefix(b"data:")?;
    Some(b"data:".len() + usize::from(*value.first()? == b' '))
}

/// "If value starts with a U+0020 SPACE character, remove it from value."
pub(crate) fn without_space(value: &[u8]) -> &[u8] {
    value.strip_prefix(b" ").unwrap_or(value)
}

/// An ID with a NUL is ignored.
pub(crate) fn is_id(value: &[u8]) -> bool {
    !value.contains(&0)
}

/// The value of the field with this name. `None`: the line has another name.
fn value<'l, const N: usize>(line: &'l [u8], name: &[u8; N]) -> Option<&'l [u8]> {
    match line.strip_prefix(name)? {
        [b':', value @ ..] => Some(without_space(value)),
        [] => Some(&[]),
        _ => None,
    }
}

/// A reconnection time is ASCII digits alone. One that is too large for the type is the largest that is not.
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
    fn what_a_line_says() {
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
    fn a_data_line_is_known_once_the_byte_behind_its_colon_is_there() {
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
