//! Tables of responses and their outcomes. Each row runs whole, byte by byte, and split at every
//! position.

mod bounds;

use http::Method;

use super::{Exchange, InvalidResponse, Output};

/// Status, headers, body, and the end after the connection closes behind the bytes.
type Outcome = (Option<u16>, Vec<(String, String)>, Vec<u8>, Result<(), InvalidResponse>);

/// Runs the exchange in the same way as `Connection`.
fn run<'p>(method: &Method, pieces: impl IntoIterator<Item = &'p [u8]>) -> Outcome {
    let mut exchange = Exchange::new(method);
    let mut outcome: Outcome = (None, vec![], vec![], Ok(()));
    for piece in pieces {
        // Later calls return an error again.
        let _ = drain(&mut exchange, piece, &mut outcome);
    }
    exchange.handle_eof();
    let end = drain(&mut exchange, b"", &mut outcome);
    assert_eq!(drain(&mut exchange, b"more", &mut outcome), end, "the end is final");
    outcome.3 = end.map(|is_end| assert!(is_end, "it waits after the connection closed"));
    outcome
}

/// Drains the exchange and returns whether the response is complete.
fn drain(exchange: &mut Exchange, read: &[u8], outcome: &mut Outcome) -> Result<bool, InvalidResponse> {
    let mut at = 0;
    loop {
        match exchange.poll_output(read, &mut at)? {
            Output::Head(head) => {
                assert!(outcome.0.is_none(), "one head");
                let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
                let field = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
                    (name.to_string(), text(value.as_bytes()))
                };
                outcome.0 = Some(head.status.as_u16());
                outcome.1 = head.headers.iter().map(field).collect();
            }
            Output::Data(range) => {
                assert!(!range.is_empty() && range.end == at, "{range:?}");
                outcome.2.extend_from_slice(&read[range]);
            }
            Output::Wait => {
                assert_eq!(at, read.len(), "the whole read is consumed");
                return Ok(false);
            }
            Output::End => return Ok(true),
        }
    }
}

fn in_all_splits(method: &Method, bytes: &[u8], check: impl Fn(Outcome, &str)) {
    check(run(method, [bytes]), "whole");
    check(run(method, bytes.chunks(1)), "byte by byte");
    for at in 1..bytes.len() {
        check(run(method, [&bytes[..at], &bytes[at..]]), &format!("split at {at}"));
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const INCOMPLETE: &str = "the connection was closed before the response was complete";

/// RFC section, bytes, status (0 for none), headers without those of the framing, body, and error
/// (empty for none).
type Row<'r> = (&'r str, String, u16, &'r [(&'r str, &'r str)], &'r str, &'r str);

fn check((section, bytes, status, headers, body, error): Row<'_>) {
    let bytes: Vec<u8> = bytes.chars().map(|char| u8::try_from(char).unwrap()).collect();
    let shown = bytes[..bytes.len().min(200)].escape_ascii();
    in_all_splits(&Method::GET, &bytes, |outcome, split| {
        let what = format!("RFC {section}: {shown}, {split}");
        assert_eq!(outcome.0.unwrap_or(0), status, "{what}: {:?}", outcome.3);
        let framing = ["transfer-encoding", "content-length"];
        let others = outcome.1.iter().filter(|(name, _)| !framing.contains(&&**name));
        let others: Vec<_> = others.map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(others, headers, "{what}");
        assert_eq!(
            outcome.2.escape_ascii().to_string(),
            body.as_bytes().escape_ascii().to_string(),
            "{what}"
        );
        let found = outcome.3.map_or_else(|error| error.to_string(), |()| String::new());
        // Another protocol is an error at its first bytes, so the message may show only a part of
        // its first line.
        let is_start =
            found.starts_with("invalid HTTP version") && error.starts_with(found.trim_end_matches('`'));
        assert!(found == error || is_start, "{what}: {found}");
    });
}

#[test]
fn heads_are_parsed_as_rfc_9112_says() {
    let ok = |rest: &str| format!("{OK}{rest}");
    #[rustfmt::skip]
    let rows: [Row<'_>; 45] = [
        ("9112, 4", "HTTP/1.1 204 No Content\r\n\r\n".into(), 204, &[], "", ""),
        ("9112, 4: no reason", "HTTP/1.1 204 \r\n\r\n".into(), 204, &[], "", ""),
        ("9112, 4: no space either", "HTTP/1.1 204\r\n\r\n".into(), 204, &[], "", ""),
        ("9112, 4: obs-text in the reason", "HTTP/1.1 204 \u{e9}\r\n\r\n".into(), 204, &[], "", ""),
        ("9110, 15: unknown statuses", "HTTP/1.1 299 x\r\ncontent-length: 0\r\n\r\n".into(), 299, &[], "", ""),
        ("9110, 15: a status without a class", "HTTP/1.1 999 x\r\ncontent-length: 0\r\n\r\n".into(), 999, &[], "", ""),
        ("9112, 2.3", "HTTP/1.0 204 No Content\r\n\r\n".into(), 204, &[], "", ""),
        ("9112, 2.3", "HTTP/1.2 204 x\r\n\r\n".into(), 0, &[], "", "invalid HTTP version in `HTTP/1.2 204 x`"),
        ("9112, 2.3", "HTTP/2.0 204 x\r\n\r\n".into(), 0, &[], "", "invalid HTTP version in `HTTP/2.0 204 x`"),
        ("9112, 2.3: case-sensitive", "http/1.1 204 x\r\n\r\n".into(), 0, &[], "", "invalid HTTP version in `http/1.1 204 x`"),
        ("9112, 4", "ICY 200 OK\r\n\r\n".into(), 0, &[], "", "invalid HTTP version in `ICY 200 OK`"),
        ("9112, 4", "HTTP/1.1 20 OK\r\n\r\n".into(), 0, &[], "", "invalid HTTP status in `HTTP/1.1 20 OK`"),
        ("9112, 4", "HTTP/1.1 2000 OK\r\n\r\n".into(), 0, &[], "", "invalid HTTP status in `HTTP/1.1 2000 OK`"),
        ("9112, 4", "HTTP/1.1 two OK\r\n\r\n".into(), 0, &[], "", "invalid HTTP status in `HTTP/1.1 two OK`"),
        ("9110, 15: a status below 100", "HTTP/1.1 099 x\r\n\r\n".into(), 0, &[], "", "invalid HTTP status in `HTTP/1.1 099 x`"),
        ("9112, 2.2: empty lines before", "\r\n\n\r\nHTTP/1.1 204 x\r\n\r\n".into(), 204, &[], "", ""),
        ("9112, 2.2: a lone CR is no line end", "\rHTTP/1.1 204 x\r\n\r\n".into(), 0, &[], "", "invalid HTTP version in `\\rHTTP/1.1 204 x`"),
        ("9112, 2.2: lone LFs", "HTTP/1.1 204 x\na: b\nc: d\n\n".into(), 204, &[("a", "b"), ("c", "d")], "", ""),
        ("9112, 2.2: lone LFs and CR LFs", "HTTP/1.1 204 x\na: b\r\n\n".into(), 204, &[("a", "b")], "", ""),
        ("9112, 2.2: CR alone", ok("a: b\rc: d\r\n\r\n"), 0, &[], "", "invalid HTTP header line `a: b\\rc: d`"),
        ("9112, 2.2: CR CR LF", ok("a: b\r\r\n\r\n"), 0, &[], "", "invalid HTTP header line `a: b\\r`"),
        ("9112, 2.2: space first", ok(" a: b\r\n\r\n"), 0, &[], "", "invalid HTTP header line ` a: b`"),
        ("9112, 5: optional spaces", ok("a:b \t\r\nc: \t d\r\ncontent-length: 0\r\n\r\n"), 200, &[("a", "b"), ("c", "d")], "", ""),
        ("9112, 5: empty values", ok("a:\r\nb: \r\ncontent-length: 0\r\n\r\n"), 200, &[("a", ""), ("b", "")], "", ""),
        ("9112, 5.1: spaces before the colon", ok("a : b\r\nc \t: d\r\ncontent-length : 0\r\n\r\n"), 200, &[("a", "b"), ("c", "d")], "", ""),
        ("9112, 5.1: within a name", ok("a b: c\r\n\r\n"), 0, &[], "", "invalid HTTP header line `a b: c`"),
        ("9112, 5: no colon", ok("a: b\r\nno colon\r\n\r\n"), 0, &[], "", "invalid HTTP header line `no colon`"),
        ("9112, 5: no name", ok(": b\r\n\r\n"), 0, &[], "", "invalid HTTP header line `: b`"),
        ("9110, 5.1: not a token", ok("a(): b\r\n\r\n"), 0, &[], "", "invalid HTTP header line `a(): b`"),
        ("9110, 5.5: NUL", ok("a: \0b\r\n\r\n"), 0, &[], "", "invalid HTTP header line `a: \\x00b`"),
        ("9110, 5.5: a control character", ok("a: b\x01\r\n\r\n"), 0, &[], "", "invalid HTTP header line `a: b\\x01`"),
        ("9110, 5.5: DEL", ok("a: b\x7f\r\n\r\n"), 0, &[], "", "invalid HTTP header line `a: b\\x7f`"),
        ("9110, 5.5: obs-text", ok("a: \u{fc}\r\ncontent-length: 0\r\n\r\n"), 200, &[("a", "\\xfc")], "", ""),
        ("9110, 5.5: TAB inside", ok("a: b\tc\r\ncontent-length: 0\r\n\r\n"), 200, &[("a", "b\\tc")], "", ""),
        ("9110, 5.1: case-insensitive names", ok("Content-LENGTH: 2\r\n\r\nhi"), 200, &[], "hi", ""),
        ("9110, 5.2: repeated", ok("a: 1\r\nb: 2\r\na: 3\r\ncontent-length: 0\r\n\r\n"), 200, &[("a", "1"), ("a", "3"), ("b", "2")], "", ""),
        ("9112, 5.2: obs-fold", ok("a: b \r\n \t c\n\td\r\ncontent-length:\r\n 2\r\n\r\nhi"), 200, &[("a", "b c d")], "hi", ""),
        ("9112, 5.2: empty folds", ok("a: b\r\n \r\n c\r\nd:\r\n\t\r\ncontent-length: 0\r\n\r\n"), 200, &[("a", "b  c"), ("d", "")], "", ""),
        ("9112, 5.2: a fold in a name", ok("a\r\n : b\r\n\r\n"), 0, &[], "", "invalid HTTP header line `a`"),
        ("9112, 5.2: other whitespace", ok("a: b\r\n \x0bc\r\n\r\n"), 0, &[], "", "invalid HTTP header line `a: b \\x0bc`"),
        ("9112, 8", "".into(), 0, &[], "", INCOMPLETE),
        ("9112, 8", "HTTP/1.1 200".into(), 0, &[], "", INCOMPLETE),
        ("9112, 8: no blank line", ok("a: b\r\n"), 0, &[], "", INCOMPLETE),
        ("another protocol without a blank line", "SSH-2.0-x\r\n".into(), 0, &[], "", "invalid HTTP version in `SSH-2.0-x`"),
        ("a long line", ok(&format!("{}\r\n\r\n", "x".repeat(100))), 0, &[], "",
            &format!("invalid HTTP header line `{}...`", "x".repeat(80))),
    ];
    rows.into_iter().for_each(check);
}

#[test]
fn informational_responses_are_skipped() {
    let early = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 102\n\n";
    #[rustfmt::skip]
    let rows: [Row<'_>; 6] = [
        ("9110, 15.2", format!("{early}{OK}a: b\r\n\r\nhi"), 200, &[("a", "b")], "hi", ""),
        ("9110, 15.2: no final response", early.into(), 0, &[], "", INCOMPLETE),
        ("9110, 15.2: their headers are dropped", format!("HTTP/1.1 100 x\r\ncontent-length: 9\r\n\r\n{OK}\r\nhi"), 200, &[], "hi", ""),
        ("9110, 15.2.2: 101 is final", "HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\nbytes".into(), 101, &[("upgrade", "x")], "", ""),
        ("9110, 15.2: as many as allowed", "HTTP/1.1 103 x\r\n\r\n".repeat(100) + OK + "\r\nhi", 200, &[], "hi", ""),
        ("9110, 15.2: one too many", "HTTP/1.1 103 x\r\n\r\n".repeat(101) + OK + "\r\nhi", 0, &[], "",
            "the server sent more than 100 informational responses (1xx) and no final one"),
    ];
    rows.into_iter().for_each(check);
}

#[test]
fn bodies_end_by_length_or_with_the_connection() {
    let ok = |rest: &str| format!("{OK}{rest}");
    #[rustfmt::skip]
    let rows: [Row<'_>; 25] = [
        ("9112, 6.3, rule 8", ok("\r\nuntil the end"), 200, &[], "until the end", ""),
        ("9112, 6.3, rule 8", ok("\r\n"), 200, &[], "", ""),
        ("9112, 6.3, rule 1", "HTTP/1.1 204 x\r\ncontent-length: 5\r\n\r\nhello".into(), 204, &[], "", ""),
        ("9112, 6.3, rule 1", "HTTP/1.1 304 x\r\ntransfer-encoding: chunked\r\n\r\n5\r\n".into(), 304, &[], "", ""),
        ("9112, 6.3, rule 6", ok("content-length: 5\r\n\r\nhello and more"), 200, &[], "hello", ""),
        ("9112, 6.3, rule 6", ok("content-length: 0\r\n\r\nmore"), 200, &[], "", ""),
        ("9112, 8: too short", ok("content-length: 5\r\n\r\nhell"), 200, &[], "hell", INCOMPLETE),
        ("9112, 8: no body at all", ok("content-length: 5\r\n\r\n"), 200, &[], "", INCOMPLETE),
        ("9110, 8.6: leading zeros", ok("content-length: 0005\r\n\r\nhello"), 200, &[], "hello", ""),
        ("9112, 6.3, rule 5: the same in a list", ok("content-length: 5, 5\r\n\r\nhello!"), 200, &[], "hello", ""),
        ("9112, 6.3, rule 5: the same twice", ok("content-length: 5\r\ncontent-length: 5\r\n\r\nhello!"), 200, &[], "hello", ""),
        ("9112, 6.3, rule 5: different", ok("content-length: 5\r\ncontent-length: 6\r\n\r\nhello!"), 0, &[], "", "invalid content-length `6`"),
        ("9112, 6.3, rule 5: different", ok("content-length: 5,6\r\n\r\nhello!"), 0, &[], "", "invalid content-length `5,6`"),
        ("9112, 6.3, rule 5: half a list", ok("content-length: 5,\r\n\r\nhello"), 0, &[], "", "invalid content-length `5,`"),
        ("9110, 8.6", ok("content-length:\r\n\r\nhello"), 0, &[], "", "invalid content-length ``"),
        ("9110, 8.6: a sign", ok("content-length: +5\r\n\r\nhello"), 0, &[], "", "invalid content-length `+5`"),
        ("9110, 8.6: a sign", ok("content-length: -5\r\n\r\nhello"), 0, &[], "", "invalid content-length `-5`"),
        ("9110, 8.6: not decimal", ok("content-length: 0x5\r\n\r\nhello"), 0, &[], "", "invalid content-length `0x5`"),
        ("9110, 8.6: two numbers", ok("content-length: 5 5\r\n\r\nhello"), 0, &[], "", "invalid content-length `5 5`"),
        ("9110, 8.6: overflow", ok("content-length: 18446744073709551616\r\n\r\nx"), 0, &[], "", "invalid content-length `18446744073709551616`"),
        ("9110, 8.6: the largest", ok("content-length: 18446744073709551615\r\n\r\nx"), 200, &[], "x", INCOMPLETE),
        ("9112, 6.3, rule 4", ok("transfer-encoding: gzip\r\n\r\nx"), 0, &[], "", "invalid transfer-encoding `gzip`"),
        ("9112, 6.1: chunked not last", ok("transfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n"), 0, &[], "", "invalid transfer-encoding `chunked, gzip`"),
        ("9112, 6.1: chunked twice", ok("transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"), 0, &[], "", "invalid transfer-encoding `chunked, chunked`"),
        ("9112, 6.1: with HTTP/1.0", "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".into(), 0, &[], "", "invalid transfer-encoding `chunked`"),
    ];
    rows.into_iter().for_each(check);
}

#[test]
fn chunked_bodies_are_decoded_as_rfc_9112_says() {
    let chunked = |rest: &str| format!("{CHUNKED}{rest}");
    #[rustfmt::skip]
    let rows: [Row<'_>; 36] = [
        ("9112, 7.1", chunked("5\r\nhello\r\n0\r\n\r\nmore"), 200, &[], "hello", ""),
        ("9112, 7.1", chunked("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), 200, &[], "hello world", ""),
        ("9112, 7.1: an empty body", chunked("0\r\n\r\n"), 200, &[], "", ""),
        ("9112, 7.1: both cases of digits", chunked("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"), 200, &[], "01234567890123456789", ""),
        ("9112, 7.1: leading zeros", chunked(&format!("{}2\r\nhi\r\n000\r\n\r\n", "0".repeat(50))), 200, &[], "hi", ""),
        ("9112, 7.1: data that looks like framing", chunked("7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n"), 200, &[], "\r\n0\r\n\r\n", ""),
        ("9112, 6.3, rule 3: it overrides a length", format!("{OK}content-length: 1\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"), 200, &[], "hi", ""),
        ("9112, 7.1.1", chunked("2;a=b;c=\"d;\\\"e\"\r\nhi\r\n0;x\r\n\r\n"), 200, &[], "hi", ""),
        ("9112, 7.1.1: spaces before", chunked("2 \t;a\r\nhi\r\n0 \r\n\r\n"), 200, &[], "hi", ""),
        ("9112, 7.1.1: an empty extension", chunked("2;\r\nhi\r\n0\r\n\r\n"), 200, &[], "hi", ""),
        ("9112, 7.1.2", chunked("2\r\nhi\r\n0\r\nid: 9\r\ndata: never\r\n\r\nmore"), 200, &[], "hi", ""),
        ("9112, 7.1.2: trailers are not parsed", chunked("0\r\nno trailer\r\n\r\n"), 200, &[], "", ""),
        ("9112, 8: no last chunk", chunked("2\r\nhi\r\n"), 200, &[], "hi", INCOMPLETE),
        ("9112, 8: in data", chunked("5\r\nhel"), 200, &[], "hel", INCOMPLETE),
        ("9112, 8: in a size", chunked("2\r\nhi\r\n5"), 200, &[], "hi", INCOMPLETE),
        ("9112, 8: in the end", chunked("2\r\nhi\r\n0\r\n"), 200, &[], "hi", INCOMPLETE),
        ("9112, 8: in the end", chunked("2\r\nhi\r\n0\r\n\r"), 200, &[], "hi", INCOMPLETE),
        ("9112, 8: in a trailer", chunked("0\r\nx: y\r\n"), 200, &[], "", INCOMPLETE),
        ("9112, 7.1: no size", chunked("\r\nhi\r\n"), 200, &[], "", "invalid chunk size"),
        ("9112, 7.1: no digit", chunked("2\r\nhi\r\ng\r\n"), 200, &[], "hi", "invalid chunk size"),
        ("9112, 7.1: a sign", chunked("+2\r\nhi\r\n"), 200, &[], "", "invalid chunk size"),
        ("9112, 7.1: a sign", chunked("-2\r\nhi\r\n"), 200, &[], "", "invalid chunk size"),
        ("9112, 7.1: a prefix", chunked("0x2\r\nhi\r\n"), 200, &[], "", "invalid chunk size"),
        ("9112, 7.1: a space before", chunked(" 2\r\nhi\r\n"), 200, &[], "", "invalid chunk size"),
        ("9112, 7.1: two sizes", chunked("2 2\r\nhi\r\n"), 200, &[], "", "invalid chunk size"),
        ("9112, 7.1: garbage after it", chunked("2,\r\nhi\r\n"), 200, &[], "", "invalid chunk size"),
        ("9112, 7.1: overflow", chunked("10000000000000000\r\nhi"), 200, &[], "", "invalid chunk size"),
        ("9112, 7.1: the largest", chunked("ffffffffffffffff\r\nhi"), 200, &[], "hi", INCOMPLETE),
        ("9112, 2.2: a lone LF after a size", chunked("2\nhi\r\n0\r\n\r\n"), 200, &[], "", "invalid chunk size"),
        ("9112, 2.2: a lone LF in an extension", chunked("2;a\nhi\r\n0\r\n\r\n"), 200, &[], "", "invalid chunk size"),
        ("9112, 7.1: CR alone", chunked("2\rhi\r\n"), 200, &[], "", "invalid chunk size"),
        ("9112, 7.1: longer than its size", chunked("2\r\nhim\r\n0\r\n\r\n"), 200, &[], "hi", "a chunk is longer than its size"),
        ("9112, 7.1: a lone LF after data", chunked("2\r\nhi\n0\r\n\r\n"), 200, &[], "hi", "a chunk is longer than its size"),
        ("9112, 7.1: a lone LF at the end", chunked("2\r\nhi\r\n0\r\n\n"), 200, &[], "hi", "invalid end of the trailers"),
        ("9112, 7.1: a lone LF after a trailer", chunked("0\r\nx: y\n\r\n"), 200, &[], "", "invalid end of the trailers"),
        ("9112, 7.1: CR alone at the end", chunked("0\r\n\rx"), 200, &[], "", "invalid end of the trailers"),
    ];
    rows.into_iter().for_each(check);
}

#[test]
fn a_response_to_head_has_no_body_and_one_to_connect_is_a_tunnel() {
    #[rustfmt::skip]
    let cases: [(Method, &[u8], &[u8]); 6] = [
        (Method::HEAD, b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", b""),
        (Method::HEAD, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b""),
        // RFC 9110, section 9.3.6: a client ignores the framing of such a response.
        (Method::CONNECT, b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nbytes", b"bytes"),
        (Method::CONNECT, b"HTTP/1.1 299 OK\r\ntransfer-encoding: chunked\r\n\r\nbytes", b"bytes"),
        (Method::CONNECT, b"HTTP/1.1 204 OK\r\n\r\nbytes", b"bytes"),
        (Method::CONNECT, b"HTTP/1.1 407 No\r\ncontent-length: 2\r\n\r\nno, no", b"no"),
    ];
    for (method, bytes, body) in cases {
        in_all_splits(&method, bytes, |outcome, split| {
            assert_eq!(
                (&*outcome.2, outcome.3),
                (body, Ok(())),
                "{method} {}: {split}",
                bytes.escape_ascii()
            );
        });
    }
}
