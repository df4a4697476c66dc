//! Finds the time that a server wrote into an event or a comment.

use jiff::Timestamp;

/// The number of bytes of a text to search.
const SEARCHED: usize = 4096;
/// The years 2015 to 2100 in milliseconds since 1970. Other numbers are not taken as times.
const PLAUSIBLE: core::ops::Range<i64> = 1_420_070_400_000..4_102_444_800_000;

/// Returns the first time in the text, in milliseconds since 1970. A time is in the format of
/// RFC 3339, or it is a number of 10, 13, 16 or 19 digits: the seconds, milliseconds, microseconds
/// or nanoseconds since 1970.
pub(crate) fn own_time(text: &str) -> Option<i64> {
    let mut end = text.len().min(SEARCHED);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    let mut at = 0;
    while let Some(digit) = text[at..].find(|c: char| c.is_ascii_digit()) {
        at += digit;
        let digits = text[at..].find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len() - at);
        let time = date_time(&text[at..]).or_else(|| unix_time(&text[at..], digits));
        if let Some(time) = time.filter(|time| PLAUSIBLE.contains(time)) {
            return Some(time);
        }
        at += digits;
    }
    None
}

/// Parses a date and a time with a `T` or a space between them. A time without an offset is taken
/// as UTC, because only differences matter.
fn date_time(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.get(4) != Some(&b'-') || !matches!(bytes.get(10), Some(b'T' | b't' | b' ')) {
        return None;
    }
    let len = text.find(|c: char| !(c.is_ascii_digit() || "-:.Tt ".contains(c))).unwrap_or(text.len());
    // The offset is a Z, or starts with a + or a -. A - is already included.
    let len = match bytes.get(len) {
        Some(b'Z' | b'z') => len + 1,
        Some(b'+') => {
            len + 1
                + text[len + 1..]
                    .find(|c: char| !(c.is_ascii_digit() || c == ':'))
                    .unwrap_or(text.len() - len - 1)
        }
        _ => len,
    };
    let time = text[..len].trim_end_matches([' ', '.', '-', ':']);
    let parsed = time.parse::<Timestamp>().or_else(|_| format!("{time}Z").parse());
    Some(parsed.ok()?.as_millisecond())
}

/// Parses a number of seconds, milliseconds, microseconds or nanoseconds since 1970.
fn unix_time(text: &str, digits: usize) -> Option<i64> {
    let number: i64 = text[..digits].parse().ok()?;
    match digits {
        10 => {
            let fraction = text[digits..].strip_prefix('.').unwrap_or("");
            let millis: String =
                fraction.chars().take_while(char::is_ascii_digit).chain("000".chars()).take(3).collect();
            Some(number * 1000 + millis.parse::<i64>().ok()?)
        }
        13 => Some(number),
        16 => Some(number / 1000),
        19 => Some(number / 1_000_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::own_time;

    #[test]
    fn times_in_common_formats_are_found() {
        const TIME: i64 = 1_764_122_489_250;
        for (text, time) in [
            ("2025-11-26T02:01:29.250Z", Some(TIME)),
            ("ping - 2025-11-26 02:01:29.250000+00:00", Some(TIME)),
            (r#"{"at":"2025-11-26T03:01:29.25+01:00","n":1}"#, Some(TIME)),
            (r#"{"at":"2025-11-26T00:01:29.250-02:00"}"#, Some(TIME)),
            ("2025-11-26T02:01:29.250 and more", Some(TIME)),
            (r#"{"ts":1764122489.25}"#, Some(TIME)),
            ("1764122489.250736", Some(TIME)),
            ("1764122489250-0", Some(TIME)),
            ("5 1764122489250736", Some(TIME)),
            ("1764122489250736123", Some(TIME)),
            ("1764122489", Some(TIME - 250)),
            ("2025-11-26", None),
            ("0123456789", None),
            ("12345", None),
            ("9999999999999", None),
            ("2025-99-99T99:99:99Z", None),
            ("2025-11-26T", None),
            ("", None),
        ] {
            assert_eq!(own_time(text), time, "{text}");
        }
    }

    #[test]
    fn only_the_beginning_is_searched() {
        assert_eq!(own_time(&format!("{}1764122489250", "é".repeat(3000))), None);
    }
}
