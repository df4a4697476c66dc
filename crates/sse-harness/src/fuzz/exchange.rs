//! Compares the HTTP transport with hyper on the same bytes of a server.

mod grammar;
mod hyper;
mod ours;
mod wire;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Version, header};

use self::wire::Script;
use super::draw::Draw;

/// The outcome of a client.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    head: Option<Head>,
    body: Vec<u8>,
    end: End,
    /// The message of the error, which is not compared.
    error: Message,
}

#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: StatusCode,
    version: Version,
    headers: HeaderMap,
}

/// The end of a response. Without a head, `Broken` means that the request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Complete,
    Broken,
    /// The client waits for more, but the server is silent.
    Waiting,
}

/// A message that equals any other one.
#[derive(Debug, Default)]
struct Message(String);

impl PartialEq for Message {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Message {}

/// Checks that `sse-http` and hyper read the same head, the same body and the same kind of end from
/// the bytes of a server, however they are split.
///
/// hyper is configured to accept folded header lines and spaces before a colon too. These
/// differences are intended:
///
/// | bytes | hyper | `sse-http` | why |
/// |---|---|---|---|
/// | `Transfer-Encoding` other than exactly `chunked` | ignores other codings, and reads to the end if `chunked` is not the last one | an error | RFC 9112, 6.1 and 7: the coding was not asked for with `TE` and cannot be undone, and `chunked` may not be applied twice |
/// | `Content-Length` of 2^64 - 1 or one less | an error: it uses these two values itself | a length | RFC 9110, 8.6 has no bound |
/// | a lone LF at the end of a trailer line | is part of the line | an error | RFC 9112, 7.1 requires CR LF: a body that ends elsewhere for another reader is ambiguous |
/// | a trailer line that is not a valid header line | an error | is dropped with the others | RFC 9112, 7.1.2: trailers may be discarded |
/// | an invalid head without its blank line, and then silence | an error or not, depending on the chunks | an error if it is not HTTP/1; otherwise it waits for the blank line, so that it can show the invalid line | RFC 9112, 2.2 requires neither |
/// | more than 16 KiB of chunk extensions in a whole body (longer than the inputs here) | an error | the bound applies to each chunk, so that a stream may last | RFC 9112, 7.1.1 requires a bound |
/// | more than 100 responses 1xx | reads on | an error | RFC 9110, 15.2 has no bound, but without one the response may never come |
///
/// The first three bytes choose the method, the end of the connection, and whether the rest is the
/// server's bytes or the choices of a grammar for almost valid responses. A number follows (up to
/// 8), and then as many bytes, which define the chunks.
///
/// ```
/// sse_harness::fuzz::exchange(b"\0\0\x01\x01\x05HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi");
/// ```
///
/// # Panics
///
/// Panics at any other difference.
pub fn exchange(input: &[u8]) {
    let mut draw = Draw(input);
    let method = draw.one_of(&[Method::GET, Method::POST, Method::HEAD]);
    let end = draw.one_of(&[wire::End::Close, wire::End::Reset, wire::End::Silence]);
    let is_raw = draw.byte() & 1 != 0;
    let cuts = usize::from(draw.byte() % 9);
    let cuts = draw.bytes(cuts).iter().map(|cut| if *cut < 224 { cut % 16 } else { *cut }).collect();
    let bytes: Bytes = if is_raw { draw.0.to_vec() } else { grammar::response(&mut draw) }.into();
    let script = Script { bytes, cuts, end };
    let theirs = hyper::outcome(&method, &script);
    if theirs.head.as_ref().is_some_and(is_not_compared) {
        return;
    }
    let ours = ours::outcome(&method, &script);
    assert!(
        ours == theirs || is_intended(&ours, &theirs, end),
        "{:?}, then {end:?}, in chunks of {:?}\nsse-http: {ours:?}\nhyper:    {theirs:?}",
        script.bytes,
        script.cuts
    );
}

/// Whether the transport handles a response above the level of hyper: it follows redirects and
/// rejects compression.
fn is_not_compared(head: &Head) -> bool {
    matches!(head.status.as_u16(), 301 | 302 | 303 | 307 | 308)
        || head.headers.contains_key(header::CONTENT_ENCODING)
}

/// Whether a difference is in the table of [`exchange`].
fn is_intended(ours: &Outcome, theirs: &Outcome, end: wire::End) -> bool {
    let is_ours = |text| ours.end == End::Broken && ours.head.is_none() && ours.error.0.contains(text);
    let is_theirs = |text| theirs.end == End::Broken && theirs.error.0.contains(text);
    let same_so_far = ours.head == theirs.head && ours.body == theirs.body;
    let codings = is_ours("invalid transfer-encoding") && theirs.head.is_some();
    let largest = theirs.head.is_none() && ours.head.as_ref().is_some_and(has_largest_length);
    let is_trailer = ["HeaderName", "HeaderValue", "NewLine", "Token", "TooManyHeaders", "Partial header"]
        .into_iter()
        .any(is_theirs);
    let trailers = same_so_far && ours.end == End::Complete && is_trailer;
    let lone_lf = same_so_far && ours.end == End::Broken && ours.error.0.contains("end of the trailers");
    let no_head = end == wire::End::Silence && ours.head.is_none() && theirs.head.is_none();
    codings || largest || trailers || lone_lf || no_head || is_ours("more than 100 informational responses")
}

fn has_largest_length(head: &Head) -> bool {
    let length = head.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    length.is_some_and(|length| length.contains("1844674407370955161"))
}

/// Polls a future to its end. Returns `None` if it waits and the server is silent.
fn run<F: Future>(future: F, is_silent: impl Fn() -> bool) -> Option<F::Output> {
    let (mut future, cx) = (pin!(future), &mut Context::from_waker(Waker::noop()));
    for _ in 0..100_000 {
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => return Some(output),
            Poll::Pending if is_silent() => return None,
            Poll::Pending => {}
        }
    }
    panic!("the future does not end");
}
