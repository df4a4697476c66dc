//! Responses that are nearly right.

use super::super::draw::Draw;

/// A response of choices, with a few of its bytes changed.
pub(super) fn response(draw: &mut Draw<'_>) -> Vec<u8> {
    let mut response = Vec::new();
    for _ in 0..draw.one_of(&[0, 0, 0, 0, 1, 2]) {
        status_line(draw, &INFORMATIONAL, &mut response);
        field(draw, &mut response);
        end_line(draw, &mut response);
    }
    status_line(draw, &STATUSES, &mut response);
    for _ in 0..draw.byte() % 4 {
        field(draw, &mut response);
    }
    let framing = framing(draw, &mut response);
    for _ in 0..draw.byte() % 2 {
        field(draw, &mut response);
    }
    end_line(draw, &mut response);
    match framing {
        Framing::Chunked => chunks(draw, &mut response),
        Framing::Other => data(draw, &mut response),
    }
    change(draw, &mut response);
    response
}

const INFORMATIONAL: [&str; 5] = ["100 Continue", "102", "103 Early Hints", "199 \t x", "101 Switching"];

const STATUSES: [&str; 24] = [
    "200 OK",
    "200 OK",
    "200 OK",
    "200 OK",
    "200",
    "200 ",
    "200  OK",
    "200 \u{e9}",
    "204 No Content",
    "304 Not Modified",
    "404 Not Found",
    "503 Busy",
    "101 Switching",
    "206 Part",
    "099 Low",
    "999 High",
    "600 x",
    "20 OK",
    "2000 OK",
    "two OK",
    "-20 x",
    "200\tOK",
    "200 O\rK",
    "200 O\0K",
];

const VERSIONS: [&str; 12] = [
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/1.2",
    "HTTP/2.0",
    "http/1.1",
    "\r\nHTTP/1.1",
    "\nHTTP/1.1",
];

const FIELDS: [&str; 32] = [
    "content-type: text/event-stream",
    "Content-Type:text/html",
    "x: y",
    "x:",
    "x: ",
    "x :y",
    "x \t: y",
    " x: y",
    "\tx",
    "x",
    ": y",
    "x: y\r\n z",
    "x: y\n\tz \r\n  w",
    "x:\r\n \r\n y",
    "x: \r\n ",
    "x: a\x01",
    "x: a\0b",
    "x: a\rb",
    "x: \u{fc}",
    "x(: y",
    "\u{fc}: y",
    "x: a\x7f",
    "x: \x0b",
    "x\x0c: y",
    "connection: close",
    "connection: keep-alive",
    "upgrade: h2c",
    "trailer: x",
    "x: y\r\n \x0cz",
    "x: y \t",
    "x: y\r\n\x0b z",
    "x: y\r",
];

const LENGTHS: [&str; 24] = [
    "content-length: 5",
    "content-length: 5",
    "content-length: 0",
    "Content-Length:3",
    "content-length: 5, 5",
    "content-length: 5,6",
    "content-length: 5\r\ncontent-length: 5",
    "content-length: 5\r\ncontent-length: 6",
    "content-length: +5",
    "content-length: -5",
    "content-length: 0x5",
    "content-length: 5 5",
    "content-length:",
    "content-length: ,5",
    "content-length: 5,",
    "content-length: 05",
    "content-length: 18446744073709551615",
    "content-length: 18446744073709551616",
    "content-length: 18446744073709551613",
    "content-length: five",
    "content-length: 5\t",
    "content-length: \u{fc}",
    "content-length : 5",
    "content-length:\r\n 5",
];

const CODINGS: [&str; 20] = [
    "transfer-encoding: chunked",
    "transfer-encoding: chunked",
    "transfer-encoding: chunked",
    "Transfer-Encoding: Chunked",
    "transfer-encoding: chunked\r\ncontent-length: 5",
    "content-length: 5\r\ntransfer-encoding: chunked",
    "content-length: x\r\ntransfer-encoding: chunked",
    "transfer-encoding: gzip, chunked",
    "transfer-encoding: chunked, gzip",
    "transfer-encoding: chunked, chunked",
    "transfer-encoding: chunked\r\ntransfer-encoding: chunked",
    "transfer-encoding: identity",
    "transfer-encoding:",
    "transfer-encoding: xchunked",
    "transfer-encoding: chunked;q=1",
    "transfer-encoding: ,chunked",
    "transfer-encoding: identity\r\ntransfer-encoding: chunked",
    "transfer-encoding : chunked",
    "transfer-encoding: \"chunked\"",
    "transfer-encoding: chunked \r\n ",
];

enum Framing {
    Chunked,
    Other,
}

fn status_line(draw: &mut Draw<'_>, statuses: &[&str], out: &mut Vec<u8>) {
    out.extend_from_slice(draw.one_of(&VERSIONS).as_bytes());
    out.extend_from_slice(draw.one_of(&[" ", " ", " ", " ", " ", " ", "  ", "\t", ""]).as_bytes());
    text(draw.one_of(statuses), out);
    end_line(draw, out);
}

fn framing(draw: &mut Draw<'_>, out: &mut Vec<u8>) -> Framing {
    let (choices, framing): (&[&str], _) = match draw.byte() % 8 {
        0 => return Framing::Other,
        1..=3 => (&LENGTHS, Framing::Other),
        _ => (&CODINGS, Framing::Chunked),
    };
    text(draw.one_of(choices), out);
    end_line(draw, out);
    framing
}

/// Mostly valid ones.
fn field(draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    let byte = usize::from(draw.byte());
    text(FIELDS[if byte < 192 { byte % 4 } else { byte % FIELDS.len() }], out);
    end_line(draw, out);
}

/// One byte for each character, as a server would send Latin-1.
fn text(text: &str, out: &mut Vec<u8>) {
    out.extend(text.chars().map(|char| u8::try_from(char).unwrap_or(b'?')));
}

fn end_line(draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    let byte = usize::from(draw.byte());
    let end: &[u8] = if byte < 224 { b"\r\n" } else { [&b"\n"[..], b"\r", b"\r\r\n", b"\n"][byte % 4] };
    out.extend_from_slice(end);
}

fn data(draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    let count = usize::from(draw.byte() % 12);
    out.extend((0..count).map(|n| b"hello\r\n0\r\n\r\n"[n % 12]));
}

const SIZES: [&str; 24] = [
    "5",
    "5",
    "5",
    "3",
    "1",
    "a",
    "A",
    "05",
    "00000005",
    "5 ",
    "5 \t",
    "5;x",
    "5;x=\"y\"",
    "5 ;x=y",
    "5;",
    "5;\r",
    "+5",
    "-5",
    "0x5",
    "",
    "5 5",
    "g",
    "ffffffffffffffff",
    "10000000000000000",
];

fn chunks(draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    for _ in 0..draw.byte() % 4 {
        let size = draw.one_of(&SIZES);
        out.extend_from_slice(size.as_bytes());
        chunk_line(draw, out);
        let digits = size.trim_end_matches(|char: char| !char.is_ascii_hexdigit());
        let size = usize::from_str_radix(digits.split(';').next().unwrap_or(""), 16).unwrap_or(5).min(12);
        let off = draw.byte();
        let count = if off < 240 { size } else { usize::from(off % 8) };
        out.extend((0..count).map(|n| b"data: x\r\n0\r\n"[n]));
        chunk_line(draw, out);
    }
    let last = draw.one_of(&["0\r\n", "0\r\n", "0\r\n", "000;x\r\n", "0\n", "0", "0 \r\n", ""]);
    out.extend_from_slice(last.as_bytes());
    for _ in 0..draw.one_of(&[0, 0, 0, 1, 2]) {
        field(draw, out);
    }
    let end =
        draw.one_of(&["\r\n", "\r\n", "\r\n", "\n", "\r", "", "\r\nmore", "\r\nHTTP/1.1 200 OK\r\n\r\n"]);
    out.extend_from_slice(end.as_bytes());
}

fn chunk_line(draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    let byte = usize::from(draw.byte());
    let end: &[u8] = if byte < 240 { b"\r\n" } else { [&b"\n"[..], b"\r", b"", b" \r\n"][byte % 4] };
    out.extend_from_slice(end);
}

/// Changes a byte, takes one out, puts one in, or cuts the rest off; most often none of these.
fn change(draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    for _ in 0..draw.one_of(&[0, 0, 0, 0, 1, 2]) {
        if out.is_empty() {
            return;
        }
        let at = (usize::from(draw.byte()) | usize::from(draw.byte()) << 8) % out.len();
        let byte = draw.one_of(b"\r\n \t:;,0159af\0\x7f\xffzH/.-+\"");
        match draw.byte() % 4 {
            0 => out[at] = byte,
            1 => drop(out.remove(at)),
            2 => out.insert(at, byte),
            _ => out.truncate(at),
        }
    }
}
