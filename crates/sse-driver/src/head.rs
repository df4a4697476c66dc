//! Response heads, for the application and for the event source.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use url::Url;

use crate::packed::PackedHeaders;
use crate::redact::Redacted;

/// The head of a response: its status, its headers and its URL. It is cheap to clone.
///
/// ```no_run
/// # fn show(head: sse_driver::ResponseHead) {
/// println!("{} from {}, served by {:?}", head.status(), head.url(), head.headers().get("server"));
/// # }
/// ```
#[derive(Clone)]
pub struct ResponseHead(Arc<Inner>);

struct Inner {
    status: StatusCode,
    headers: PackedHeaders,
    url: Arc<Url>,
}

impl ResponseHead {
    pub(crate) fn new(status: StatusCode, headers: &HeaderMap, url: Arc<Url>) -> Self {
        Self(Arc::new(Inner { status, headers: PackedHeaders::new(headers), url }))
    }

    /// Returns the status, which may be any, also a refused one.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Returns the headers as the server sent them. The first call builds the map.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.0.headers.map()
    }

    /// Returns the URL that answered, after redirects.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0.url
    }
}

/// Joins all values of `Content-Type` to one list.
pub(crate) fn content_type(headers: &HeaderMap) -> Option<Vec<u8>> {
    let values: Vec<_> = headers.get_all(CONTENT_TYPE).iter().map(|value| value.as_bytes()).collect();
    (!values.is_empty()).then(|| values.join(&b", "[..]))
}

/// Displays a status with its standard reason phrase, if it has one.
pub(crate) struct WithReason(pub(crate) StatusCode);

impl fmt::Display for WithReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())?;
        self.0.canonical_reason().map_or(Ok(()), |reason| write!(f, " {reason}"))
    }
}

/// Returns whether the headers of a response say that its body is compressed (RFC 9110, section
/// 8.4), so that it cannot be read as events. Other codings (`none`, `identity`, `utf-8`) count as
/// no compression: servers use them to switch it off, and browsers accept them.
///
/// ```
/// use http::{HeaderMap, header::CONTENT_ENCODING};
/// use sse_driver::is_compressed;
///
/// let headers = |coding: &'static str| HeaderMap::from_iter([(CONTENT_ENCODING, coding.parse().expect("a value"))]);
/// assert!(is_compressed(&headers("gzip")));
/// assert!(!is_compressed(&headers("identity")));
/// ```
pub fn is_compressed(headers: &HeaderMap) -> bool {
    const COMPRESSIONS: [&str; 7] = ["gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd"];
    let values = headers.get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes);
    let mut codings = values.flat_map(|value| value.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    codings.any(|coding| COMPRESSIONS.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(coding)))
}

/// Returns the time from now that `Retry-After` asks for (RFC 9110, section 10.2.3). A date is
/// compared with the response's own `Date`, so that a wrong local clock does no harm.
pub(crate) fn retry_after(headers: &HeaderMap, wall_clock: impl FnOnce() -> SystemTime) -> Option<Duration> {
    let value = text(headers, RETRY_AFTER)?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let then = httpdate::parse_http_date(value).ok()?;
    let now =
        text(headers, DATE).and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or_else(wall_clock);
    Some(then.duration_since(now).unwrap_or_default())
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

impl fmt::Debug for ResponseHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseHead")
            .field("status", &self.status())
            .field("url", &Redacted(self.url()))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_bodies_are_recognized() {
        for (values, expected) in [
            (&[][..], false),
            (&["gzip"], true),
            (&["X-GZip"], true),
            (&["deflate"], true),
            (&["compress"], true),
            (&["br"], true),
            (&["zstd"], true),
            (&["identity, gzip"], true),
            (&["none", " br "], true),
            (&["none"], false),
            (&["identity"], false),
            (&["utf-8"], false),
            (&["binary"], false),
            (&["chunked"], false),
            (&[""], false),
            (&["gzipped"], false),
        ] {
            let mut headers = HeaderMap::new();
            values.iter().for_each(|value| {
                headers.append(CONTENT_ENCODING, value.parse().unwrap());
            });
            assert_eq!(is_compressed(&headers), expected, "{values:?}");
        }
    }

    #[test]
    fn a_status_is_displayed_with_its_reason() {
        for (status, shown) in [(200, "200 OK"), (404, "404 Not Found"), (521, "521"), (999, "999")] {
            assert_eq!(WithReason(StatusCode::from_u16(status).unwrap()).to_string(), shown);
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        const NOON: &str = "Sun, 06 Nov 1994 12:00:00 GMT";
        let wall_clock = || httpdate::parse_http_date("Sun, 06 Nov 1994 11:59:00 GMT").unwrap();
        for (retry_after, date, seconds) in [
            ("120", None, Some(120)),
            (" 7 ", None, Some(7)),
            ("99999999999999999999999", None, Some(u64::MAX)),
            (NOON, None, Some(60)),
            (NOON, Some("Sun, 06 Nov 1994 11:59:30 GMT"), Some(30)),
            (NOON, Some("garbage"), Some(60)),
            (NOON, Some("Sun, 06 Nov 1994 12:00:01 GMT"), Some(0)),
            ("Sunday, 06-Nov-94 12:00:00 GMT", None, Some(60)),
            ("-1", None, None),
            ("1.5", None, None),
            ("", None, None),
            ("soon", None, None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, retry_after.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            assert_eq!(
                super::retry_after(&headers, wall_clock),
                seconds.map(Duration::from_secs),
                "{retry_after} {date:?}"
            );
        }
    }
}
