//! Parsers for the values of options.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use jiff::SignedDuration;
use sse_proto::Resume;

/// Parses a time such as `500ms`, `3s` or `2m`.
pub(crate) fn time(text: &str) -> Result<Duration, String> {
    let wrong = |problem| format!("expected a time like 500ms, 3s or 2m: {problem}");
    let time: SignedDuration = text.parse().map_err(|error: jiff::Error| wrong(error.to_string()))?;
    time.try_into().map_err(|_| wrong("it is negative".to_owned()))
}

/// Parses a time longer than zero.
pub(crate) fn nonzero_time(text: &str) -> Result<Duration, String> {
    match time(text)? {
        Duration::ZERO => Err("expected a time longer than zero".to_owned()),
        time => Ok(time),
    }
}

/// Parses a size such as `64KiB` into bytes.
pub(crate) fn size(text: &str) -> Result<usize, String> {
    let size: bytesize::ByteSize =
        text.parse().map_err(|error| format!("expected a size like 64KiB or 16MiB: {error}"))?;
    usize::try_from(size.as_u64()).map_err(|_| "expected a size that fits in memory".to_owned())
}

/// Parses `Name: value`.
pub(crate) fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("expected `Name: value`, got no colon")?;
    let name = name.trim().parse().map_err(|_| "expected a header name before the colon")?;
    let value = HeaderValue::from_bytes(value.trim().as_bytes())
        .map_err(|_| "expected a header value after the colon")?;
    Ok((name, value))
}

/// Checks that a last event ID can be sent in a header.
pub(crate) fn event_id(text: &str) -> Result<String, &'static str> {
    match Resume::new(text.into()) {
        Resume::Unsendable(_) => {
            Err("expected an ID of at most 4 KiB, without control characters other than TAB")
        }
        _ => Ok(text.to_owned()),
    }
}

/// Completes a URL: the default scheme is `http://`, and the default host is `localhost`.
pub(crate) fn url(text: &str) -> Result<String, &'static str> {
    if text.is_empty() {
        return Err("expected a URL, got an empty string");
    }
    let has_scheme = text.find("://").is_some_and(|at| !text[..at].contains(['/', '?', '#']));
    Ok(match text {
        _ if has_scheme => text.to_owned(),
        _ if text.starts_with([':', '/']) => format!("http://localhost{text}"),
        _ => format!("http://{text}"),
    })
}

/// Parses `USER:PASSWORD`.
pub(crate) fn credentials(text: &str) -> Result<(String, String), &'static str> {
    let (user, password) = text.split_once(':').ok_or("expected USER:PASSWORD, got no colon")?;
    Ok((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn a_url_may_lack_its_scheme_and_its_host() {
        for (text, expected) in [
            ("https://a/b", "https://a/b"),
            ("a.example/b", "http://a.example/b"),
            ("a:8080", "http://a:8080"),
            (":8080/b", "http://localhost:8080/b"),
            ("/b", "http://localhost/b"),
            ("a:8080/b?to=http://c", "http://a:8080/b?to=http://c"),
            ("a?to=http://c", "http://a?to=http://c"),
            (":8080/b?to=http://c", "http://localhost:8080/b?to=http://c"),
            ("http://a/?to=http://c", "http://a/?to=http://c"),
        ] {
            assert_eq!(url(text).as_deref(), Ok(expected));
        }
        assert!(url("").is_err());
    }
}
