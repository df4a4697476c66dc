//! Whether a body is compressed (RFC 9110, section 8.4).

use http::{HeaderMap, header};

/// The content codings that compress (RFC 9110, section 8.4.1, and the registry that it made).
const COMPRESSIONS: [&str; 7] = ["gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd"];

/// The first coding that compresses the body, of all `Content-Encoding` header lines.
///
/// Servers send `none`, `utf-8`, `binary` or `chunked` to switch compression off. The body is then
/// what it would be without them, and browsers read it.
pub(crate) fn compression(headers: &HeaderMap) -> Option<&'static str> {
    let values = headers.get_all(header::CONTENT_ENCODING).iter().map(|value| value.as_bytes());
    let mut codings = values.flat_map(|value| value.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    codings
        .find_map(|coding| COMPRESSIONS.into_iter().find(|name| coding.eq_ignore_ascii_case(name.as_bytes())))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header};

    #[test]
    fn only_a_coding_that_compresses_counts_and_it_counts_wherever_it_is() {
        #[rustfmt::skip]
        let cases: [(&[&str], Option<&str>); 20] = [
            (&[], None),
            (&[""], None),
            (&["identity"], None),
            (&["none"], None),
            (&["utf-8"], None),
            (&["binary"], None),
            (&["chunked"], None),
            (&["gzipped"], None),
            (&[" , identity"], None),
            (&["gzip"], Some("gzip")),
            (&["GZip"], Some("gzip")),
            (&["x-gzip"], Some("x-gzip")),
            (&["deflate"], Some("deflate")),
            (&["compress"], Some("compress")),
            (&["x-compress"], Some("x-compress")),
            (&["BR"], Some("br")),
            (&["identity, zstd"], Some("zstd")),
            (&["identity", "gzip"], Some("gzip")),
            (&["none, utf-8", "", "binary,\tbr "], Some("br")),
            (&["deflate", "identity"], Some("deflate")),
        ];
        for (values, expected) in cases {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::CONTENT_ENCODING, HeaderValue::from_static(value));
            }
            assert_eq!(super::compression(&headers), expected, "{values:?}");
        }
    }
}
