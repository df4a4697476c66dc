//! One line of a recording.

use std::fmt;
use std::time::Duration;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Chunk(Vec<u8>),
    End,
    Drop,
}

/// The time and the content of a line; `None` for an empty line and for a comment. An error says what was expected.
pub(super) fn parse(line: &str) -> Result<Option<(Duration, Line)>, &'static str> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (time, what) = line.split_once(' ').ok_or("a time and what came then")?;
    let at = parse_time(time).ok_or("a time in seconds")?;
    let what = what.trim_start();
    let (line, rest) = match what.strip_prefix('"') {
        Some(quoted) => {
            let (bytes, rest) = parse_quoted(quoted)?;
            (Line::Chunk(bytes), rest)
        }
        None => match split_word(what) {
            ("end", rest) => (Line::End, rest),
            ("drop", rest) => (Line::Drop, rest),
            _ => return Err("a chunk in quotes, end or drop"),
        },
    };
    let rest = rest.trim_start();
    if rest.is_empty() || rest.starts_with('#') {
        Ok(Some((at, line)))
    } else {
        Err("nothing more in this line")
    }
}

fn split_word(text: &str) -> (&str, &str) {
    text.split_at(text.find([' ', '#']).unwrap_or(text.len()))
}

/// Seconds with up to nine decimals.
fn parse_time(text: &str) -> Option<Duration> {
    let (seconds, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(seconds) || !digits(decimals) {
        return None;
    }
    let nanos = format!("{decimals:0<9}").parse().ok()?;
    Some(Duration::new(seconds.parse().ok()?, nanos))
}

/// The bytes up to the closing quote, and what is after it.
fn parse_quoted(text: &str) -> Result<(Vec<u8>, &str), &'static str> {
    const ESCAPE: &str = "one of \\n, \\r, \\t, \\\", \\\\ and \\xNN";
    let mut bytes = Vec::new();
    let mut rest = text;
    loop {
        let special = rest.find(['"', '\\']).ok_or("a closing quote")?;
        bytes.extend(&rest.as_bytes()[..special]);
        let escape = &rest[special + 1..];
        if rest[special..].starts_with('"') {
            return Ok((bytes, escape));
        }
        let (byte, len) = match escape.bytes().next() {
            Some(b'n') => (b'\n', 1),
            Some(b'r') => (b'\r', 1),
            Some(b't') => (b'\t', 1),
            Some(byte @ (b'"' | b'\\')) => (byte, 1),
            Some(b'x') => {
                let hex = escape.get(1..3).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
                (hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).ok_or(ESCAPE)?, 3)
            }
            _ => return Err(ESCAPE),
        };
        bytes.push(byte);
        rest = &escape[len..];
    }
}

/// Writes the line of a chunk.
pub(super) fn write_chunk(to: &mut impl fmt::Write, at: Duration, bytes: &[u8]) -> fmt::Result {
    write_time(to, at)?;
    to.write_char('"')?;
    for piece in bytes.utf8_chunks() {
        for c in piece.valid().chars() {
            write_char(to, c)?;
        }
        for byte in piece.invalid() {
            write!(to, "\\x{byte:02x}")?;
        }
    }
    to.write_str("\"\n")
}

/// Writes the last line.
pub(super) fn write_end(to: &mut impl fmt::Write, at: Duration, word: &str) -> fmt::Result {
    write_time(to, at)?;
    writeln!(to, "{word}")
}

/// In whole milliseconds.
fn write_time(to: &mut impl fmt::Write, at: Duration) -> fmt::Result {
    write!(to, "{}.{:03} ", at.as_secs(), at.subsec_millis())
}

/// A byte order mark is not seen by a reader unless it is escaped.
fn write_char(to: &mut impl fmt::Write, c: char) -> fmt::Result {
    match c {
        '\n' => to.write_str("\\n"),
        '\r' => to.write_str("\\r"),
        '\t' => to.write_str("\\t"),
        '"' => to.write_str("\\\""),
        '\\' => to.write_str("\\\\"),
        '\u{feff}' => to.write_str("\\xef\\xbb\\xbf"),
        c if c.is_ascii_control() => write!(to, "\\x{:02x}", u32::from(c)),
        c => to.write_char(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_parsed() {
        let chunk = |bytes: &[u8]| Line::Chunk(bytes.into());
        for (text, millis, line) in [
            ("0.000 \"\"", 0, chunk(b"")),
            ("1.5 \"data: a\\n\\n\"  # a comment", 1500, chunk(b"data: a\n\n")),
            ("12 \"\\r\\t\\\"\\\\\\x00\\xff \u{20ac}#\"", 12_000, chunk(b"\r\t\"\\\x00\xff \xe2\x82\xac#")),
            (" 0.001 end ", 1, Line::End),
            ("0.001 drop# the server died", 1, Line::Drop),
        ] {
            assert_eq!(parse(text), Ok(Some((Duration::from_millis(millis), line))), "{text}");
        }
        for text in ["", "  ", "# 0.000 end"] {
            assert_eq!(parse(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn an_error_says_what_was_expected() {
        for (text, expected) in [
            ("end", "a time and what came then"),
            ("x end", "a time in seconds"),
            ("-1 end", "a time in seconds"),
            ("1. end", "a time in seconds"),
            ("1.0000000001 end", "a time in seconds"),
            ("9999999999 end", "a time in seconds"),
            ("0 ended", "a chunk in quotes, end or drop"),
            ("0 \"a", "a closing quote"),
            ("0 \"a\\\"", "a closing quote"),
            ("0 \"\\", "one of \\n, \\r, \\t, \\\", \\\\ and \\xNN"),
            ("0 \"\\q\"", "one of \\n, \\r, \\t, \\\", \\\\ and \\xNN"),
            ("0 \"\\x\u{20ac}\"", "one of \\n, \\r, \\t, \\\", \\\\ and \\xNN"),
            ("0 \"\\x+1\"", "one of \\n, \\r, \\t, \\\", \\\\ and \\xNN"),
            ("0 \"a\" b", "nothing more in this line"),
            ("0 end end", "nothing more in this line"),
        ] {
            assert_eq!(parse(text), Err(expected), "{text}");
        }
    }
}
