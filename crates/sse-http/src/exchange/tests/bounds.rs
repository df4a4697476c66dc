//! The limits of everything in a response but its body.

use core::time::Duration;
use std::time::Instant;

use http::Method;

use super::super::InvalidResponse;
use super::super::head::{MAX_LEN, MAX_LINES};
use super::{CHUNKED, OK, Outcome, run};

/// Runs bytes in one read, and in reads of 1 and of 1,000 bytes with the same outcome.
fn in_some_pieces(bytes: &str) -> Outcome {
    let whole = run(&Method::GET, [bytes.as_bytes()]);
    for size in [1, 1000] {
        assert_eq!(run(&Method::GET, bytes.as_bytes().chunks(size)), whole, "in pieces of {size}");
    }
    whole
}

#[test]
fn heads_are_limited_in_length_and_lines() {
    let lines = |count| format!("{OK}{}\r\nbody", "a: b\r\n".repeat(count));
    let folds = |count| format!("{OK}a: b\r\n{}\r\nbody", " c\r\n".repeat(count));
    let long = |len: usize| format!("{OK}a: {}\r\n\r\nbody", "x".repeat(len - OK.len() - 7));
    let empty = |len: usize| "\r\n".repeat(len / 2 - 12) + "HTTP/1.1 200 x\r\na: b\r\n\r\nbody";
    for (good, bad) in [
        (lines(MAX_LINES), lines(MAX_LINES + 1)),
        (folds(MAX_LINES - 1), folds(MAX_LINES)),
        (long(MAX_LEN), long(MAX_LEN + 1)),
        (empty(MAX_LEN), empty(MAX_LEN + 2)),
    ] {
        assert_eq!(in_some_pieces(&good).2, b"body");
        assert_eq!(in_some_pieces(&bad).3, Err(InvalidResponse::HeadTooLarge));
    }
    let endless = format!("{OK}{}", "x".repeat(2 * MAX_LEN));
    assert_eq!(in_some_pieces(&endless).3, Err(InvalidResponse::HeadTooLarge), "without an end");
}

/// Each head would take minutes if each read looked at all earlier bytes again.
#[test]
fn reading_heads_byte_by_byte_takes_linear_time() {
    let start = Instant::now();
    let (blank, early) = ("\r\n".repeat(MAX_LEN / 2 - 10), "HTTP/1.1 100 x\r\n\r\n");
    let long = format!("HTTP/1.1 100 x\r\na: {}\r\n\r\n", "x".repeat(MAX_LEN - 30));
    let folded = format!("HTTP/1.1 100 x\r\na: b\r\n{}\r\n", format!(" {}\r\n", "x".repeat(230)).repeat(255));
    for head in [blank + early, long, folded] {
        let bytes = head.repeat(30) + OK + "\r\nbody";
        assert_eq!(run(&Method::GET, bytes.as_bytes().chunks(1)).2, b"body");
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn chunk_extensions_and_trailers_are_limited() {
    let max = 16 * 1024;
    let extension =
        |len| format!("{CHUNKED}{}0\r\n\r\n", format!("1;{}\r\nx\r\n", "y".repeat(len)).repeat(3));
    let trailers =
        |len| format!("{CHUNKED}3\r\nxxx\r\n0;z\r\n{}\r\n{}\r\n\r\n", "y".repeat(10), "y".repeat(len - 10));
    for (make, body) in [(&extension as &dyn Fn(usize) -> String, &b"xxx"[..]), (&trailers, b"xxx")] {
        let good = in_some_pieces(&make(max));
        assert_eq!((&*good.2, good.3), (body, Ok(())), "the limit holds for each chunk");
        assert_eq!(in_some_pieces(&make(max + 1)).3, Err(InvalidResponse::ExtraTooLarge));
    }
    let endless = format!("{CHUNKED}0\r\n{}", "x".repeat(2 * max));
    assert_eq!(in_some_pieces(&endless).3, Err(InvalidResponse::ExtraTooLarge), "without an end");
}
