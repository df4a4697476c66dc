//! Reading a response: its head, its body, and each way in which either can end too early.

mod common;

use core::future::poll_fn;

use common::{Memory, Piece, chain, direct, empty, get, read};
use futures_util::StreamExt;
use http::Method;
use sse_driver::Transport;
use sse_http::Error;

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/// Reads a body, and checks that its connection closes at the end though the body is not dropped.
async fn body_of(network: Memory) -> (String, Option<Error>) {
    let mut response = direct(network.clone()).connect(empty(get("http://a/"))).await.unwrap();
    let outcome = read(response.body_mut()).await;
    assert_eq!(network.record().open, 0);
    outcome
}

async fn failure_of(network: Memory) -> Error {
    direct(network).connect(empty(get("http://a/"))).await.unwrap_err()
}

#[tokio::test]
async fn bodies_are_read_to_their_end_or_error() {
    #[rustfmt::skip]
    let cases = [
        ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello and more", "hello", true),
        ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell", "hell", false),
        ("HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end", true),
        ("HTTP/1.0 200 OK\r\n\r\nuntil the end", "until the end", true),
        ("HTTP/1.1 204 No Content\r\n\r\n", "", true),
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno", "no", true),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n", "hello world", true),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx-trailer: 1\r\n\r\n", "hi", true),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n", "hello", false),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel", "hel", false),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", "hello", false),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n", "", false),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\nzz\r\n", "hello!", false),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello!", "hello", false),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffffff\r\nhello\r\n", "", false),
    ];
    for (reply, body, complete) in cases {
        let bytes: Vec<String> = reply.chars().map(String::from).collect();
        for pieces in [vec![reply.to_owned()], bytes] {
            let (got, end) = body_of(Memory::replying(pieces.iter().map(String::as_str))).await;
            assert_eq!(got, body, "{reply}");
            assert_eq!(end.is_none(), complete, "{reply}: {end:?}");
            assert!(end.is_none_or(|end| matches!(end, Error::Body(_))), "{reply}");
        }
    }
}

/// A chunk occupies no more memory than its bytes, however large the read was.
#[tokio::test]
async fn chunks_of_one_read_are_joined_and_use_no_spare_memory() {
    let framing = ["2\r\nab\r\n", "3\r\ncde\r\n", "1\r\nf\r\n"].concat();
    let network = Memory::replying([CHUNKED, &framing, "1\r\ng\r\n0\r\n\r\n"]);
    let body = direct(network).connect(empty(get("http://a/"))).await.unwrap().into_body();
    let chunks: Vec<_> = body.map(|chunk| chunk.unwrap()).collect().await;
    assert_eq!(chunks, ["abcdef", "g"]);
    for chunk in chunks {
        let len = chunk.len();
        assert_eq!(chunk.try_into_mut().unwrap().capacity(), len);
    }
}

#[tokio::test]
async fn a_body_that_ended_does_not_wait_for_the_server_to_close() {
    let replies = [
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz",
    ];
    for reply in replies {
        body_of(Memory::replying([reply.into(), Piece::Silence])).await;
    }
}

#[tokio::test]
async fn a_reset_in_the_body_is_an_error_after_the_data() {
    let network = Memory::replying([CHUNKED.into(), "2\r\nhi\r\n".into(), Piece::Reset]);
    let (got, end) = body_of(network).await;
    assert_eq!(got, "hi");
    assert_eq!(chain(&end.unwrap()), "the response body broke off: the connection failed: connection reset");
}

#[tokio::test]
async fn chunks_are_delivered_without_delay() {
    let network = Memory::replying([CHUNKED.into(), "5\r\nfirst\r\n".into(), Piece::Silence]);
    let response = direct(network.clone()).connect(empty(get("http://a/"))).await.unwrap();
    let mut body = response.into_body();
    assert_eq!(body.next().await.unwrap().unwrap(), "first");
    assert_eq!(network.record().open, 1);
    drop(body);
    assert_eq!(network.record().open, 0);
}

#[tokio::test]
async fn the_head_comes_before_any_byte_of_the_body() {
    let network = Memory::replying([CHUNKED.into(), Piece::Silence]);
    direct(network).connect(empty(get("http://a/"))).await.unwrap();
}

#[tokio::test]
async fn informational_responses_are_skipped() {
    let early = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";
    let network = Memory::replying([early, "HTTP/1.1 200 OK\r\nx: y\r\n\r\n", "hello"]);
    let mut response = direct(network).connect(empty(get("http://a/"))).await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers().len()), (200, 1));
    assert_eq!(read(response.body_mut()).await.0, "hello");
}

#[tokio::test]
async fn a_flood_of_informational_responses_is_an_error() {
    let early = "HTTP/1.1 103 Early Hints\r\n\r\n";
    let last = "HTTP/1.1 204 No Content\r\n\r\n".to_owned();
    for (count, is_error) in [(100, false), (101, true)] {
        let network = Memory::replying([(early.repeat(count) + &last).as_str()]);
        let outcome = direct(network.clone()).connect(empty(get("http://a/"))).await;
        assert_eq!(outcome.is_err(), is_error, "{count}");
        let Err(error) = outcome else { continue };
        let message = "the server sent more than 100 informational responses (1xx) and no final one";
        assert_eq!(chain(&error), format!("the server sent no valid response head: {message}"));
        assert_eq!(network.record().open, 0);
    }
}

#[tokio::test]
async fn endless_framing_yields_to_other_tasks() {
    let zeros: Vec<_> = [CHUNKED.to_owned()].into_iter().chain(vec!["0".repeat(400); 400]).collect();
    let response =
        direct(Memory::replying(zeros.iter().map(String::as_str))).connect(empty(get("http://a/")));
    let mut body = response.await.unwrap().into_body();
    let mut polls = 0;
    let outcome = poll_fn(|cx| {
        polls += 1;
        body.poll_next_unpin(cx)
    });
    assert!(outcome.await.unwrap().is_err());
    assert!((5..50).contains(&polls), "{polls} polls");
}

#[tokio::test]
async fn a_response_to_head_has_no_body() {
    let network = Memory::replying(["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"]);
    let mut response = direct(network).connect(empty(get("http://a/").method(Method::HEAD))).await.unwrap();
    assert!(read(response.body_mut()).await.1.is_none());
}

#[tokio::test]
async fn invalid_heads_are_errors() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(10_000));
    let long = format!("HTTP/1.1 200 OK\r\na: {}\r\n\r\n", "x".repeat(65 * 1024));
    let endless = format!("HTTP/1.1 200 OK\r\n{}", "x".repeat(1 << 20));
    let cases = [
        (many.as_str(), "the message head is too large: over 64 KiB or 256 header lines"),
        (&long, "the message head is too large: over 64 KiB or 256 header lines"),
        (&endless, "the message head is too large: over 64 KiB or 256 header lines"),
        ("", "the connection was closed before the response was complete"),
        ("HTTP/1.1 200", "the connection was closed before the response was complete"),
        ("SSH-2.0-x\r\n\r\n", "invalid HTTP version in `SSH-2.0-x`"),
        ("HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n", "invalid content-length `x`"),
    ];
    for (reply, cause) in cases {
        let network = Memory::replying(Some(reply).filter(|reply| !reply.is_empty()));
        let error = failure_of(network.clone()).await;
        let start = &reply[..reply.len().min(40)];
        assert_eq!(chain(&error), format!("the server sent no valid response head: {cause}"), "{start}");
        assert_eq!(network.record().open, 0, "{start}");
    }
}

#[tokio::test]
async fn a_reset_before_the_head_is_an_error() {
    let error = failure_of(Memory::replying([Piece::Reset])).await;
    assert_eq!(
        chain(&error),
        "the server sent no valid response head: the connection failed: connection reset"
    );
}
