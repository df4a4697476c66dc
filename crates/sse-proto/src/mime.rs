//! Recognizes the content type of event streams.

/// Returns whether a value of `Content-Type` is that of an event stream: `text/event-stream` in any
/// case and with any parameters.
///
/// If several values are joined with commas, the last valid one counts (Fetch, "extract a MIME
/// type").
///
/// ```
/// use sse_proto::is_event_stream;
///
/// assert!(is_event_stream(b"text/event-stream; charset=utf-8"));
/// assert!(!is_event_stream(b"application/json"));
/// ```
#[must_use]
pub fn is_event_stream(content_type: &[u8]) -> bool {
    let essence = values(content_type).filter_map(essence).filter(|essence| *essence != b"*/*").last();
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case(b"text/event-stream"))
}

/// Splits a list at each comma outside a quoted string (Fetch, "get, decode, and split").
fn values(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    list.split(move |byte| {
        let escape = quoted && !escaped && *byte == b'\\';
        if *byte == b'"' && !escaped {
            quoted = !quoted;
        }
        escaped = escape;
        *byte == b',' && !quoted
    })
}

/// Returns the essence of a MIME type, without its parameters (MIME Sniffing, "parse a MIME type"),
/// or `None` if the value is not a MIME type.
fn essence(value: &[u8]) -> Option<&[u8]> {
    let essence = value.split(|byte| *byte == b';').next().unwrap_or(value).trim_ascii();
    let slash = essence.iter().position(|byte| *byte == b'/')?;
    (is_token(&essence[..slash]) && is_token(&essence[slash + 1..])).then_some(essence)
}

/// Whether bytes are a token (RFC 9110, section 5.6.2).
fn is_token(bytes: &[u8]) -> bool {
    let is_token_char = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !bytes.is_empty() && bytes.iter().all(is_token_char)
}

#[cfg(test)]
mod tests {
    use super::is_event_stream;

    #[test]
    fn the_last_valid_content_type_counts() {
        for (content_type, expected) in [
            ("text/event-stream", true),
            ("Text/Event-STREAM", true),
            (" text/event-stream ;charset=utf-8", true),
            ("text/event-stream;charset=\"a,b\"", true),
            // A comma in a quoted string does not start another value.
            ("text/event-stream; x=\",text/html;\"", true),
            ("text/event-stream; x=\"\\\",text/html;\"", true),
            ("text/event-stream; x=\\\",text/html;\"", true),
            ("text/event-stream; x=\"\",text/html", false),
            ("text/event-stream; x=\"a\",text/html", false),
            ("text/event-stream; x=\"\\a\",text/html", false),
            ("text/event-stream; x=\"\\\\\",text/html", false),
            ("text/event-stream; x=\",text/html", true),
            ("text/html, text/event-stream", true),
            ("text/event-stream, */*", true),
            ("text/event-stream,", true),
            ("text/event-stream, nonsense", true),
            // Invalid MIME types do not count: both parts must be tokens, which are not empty.
            ("text/event-stream, /html", true),
            ("text/event-stream, text/", true),
            ("text/event-stream, te xt/html", true),
            ("text/event-stream, text/ht ml", true),
            ("text/event-stream, text/html/x", true),
            ("text/event-stream, text/html\u{e9}", true),
            ("text/event-stream, text/html", false),
            ("text/event-stream, x-1/!#$%&'*+-.^_`|~", false),
            ("text/event-streams", false),
            ("text/event-stream/x", false),
            ("text /event-stream", false),
            ("application/json", false),
            ("*/*", false),
            ("", false),
            ("text/event-stream\u{e9}", false),
        ] {
            assert_eq!(is_event_stream(content_type.as_bytes()), expected, "{content_type}");
        }
    }
}
