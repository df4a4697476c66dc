//! Generates responses that are valid or almost valid.

use super::super::draw::Draw;

/// Generates a response from choices, and sometimes changes some of its bytes. Most are valid.
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
    let is_chunked = framing(draw, &mut response);
    for _ in 0..draw.byte() % 2 {
        field(draw, &mut response);
    }
    end_line(draw, &mut response);
    if is_chunked {
        chunks(draw, &mut response)
    } else {
        data(draw, &mut response)
    }
    change(draw, &mut response);
    response
}

/// Valid and invalid choices.
struct Choices {
    good: &'static [&'static str],
    bad: &'static [&'static str],
}

impl Choices {
    /// Draws an invalid choice in `bad` of 256 cases.
    fn draw(&self, draw: &mut Draw<'_>, bad: u8) -> &'static str {
        let choices = if draw.byte() >= 255 - bad { self.bad } else { self.good };
        draw.one_of(choices)
    }
}

const VERSIONS: Choices = Choices {
    good: &["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "\r\nHTTP/1.1", "\nHTTP/1.1"],
    bad: &["HTTP/1.2", "HTTP/2.0", "http/1.1", "\rHTTP/1.1", " HTTP/1.1", "ICY", "HTTP/1.", ""],
};

const SPACES: Choices = Choices { good: &[" "], bad: &["  ", "\t", ""] };

const INFORMATIONAL: Choices = Choices {
    good: &["100 Continue", "102", "103 Early Hints", "199 \t x"],
    bad: &["101 Switching", "10 Few", "1000 Many"],
};

#[rustfmt::skip]
const STATUSES: Choices = Choices {
    good: &["200 OK", "200 OK", "200 OK", "200", "200 ", "200  OK", "200 \u{e9}", "204 No Content", "304 Not Modified", "404 Not Found",
        "503 Busy", "101 Switching", "206 Part", "999 High", "600 x"],
    bad: &["099 Low", "20 OK", "2000 OK", "two OK", "-20 x", "200\tOK", "200 O\rK", "200 O\0K", "+20 OK", "2 0 OK"],
};

#[rustfmt::skip]
const FIELDS: Choices = Choices {
    good: &["content-type: text/event-stream", "Content-Type:text/html", "x: y", "x:", "x: ", "x :y", "x \t: y", "x: y\r\n z", "x: y\n\tz \r\n  w",
        "x:\r\n \r\n y", "x: \r\n ", "x: \u{fc}", "connection: close", "connection: keep-alive", "upgrade: h2c", "trailer: x", "x: y \t", "x: y\tz"],
    bad: &[" x: y", "\tx", "x", ": y", "x: a\x01", "x: a\0b", "x: a\rb", "x(: y", "\u{fc}: y", "x: a\x7f", "x: \x0b", "x\x0c: y", "x: y\r\n \x0cz",
        "x: y\r\n\x0b z", "x: y\r", "x\r\n : y", "x y: z"],
};

#[rustfmt::skip]
const LENGTHS: Choices = Choices {
    good: &["content-length: 5", "content-length: 0", "Content-Length:3", "content-length: 5, 5", "content-length: 5\r\ncontent-length: 5",
        "content-length: 05", "content-length: 18446744073709551613", "content-length: 5\t", "content-length : 5", "content-length:\r\n 5"],
    bad: &["content-length: 5,6", "content-length: 5\r\ncontent-length: 6", "content-length: +5", "content-length: -5", "content-length: 0x5",
        "content-length: 5 5", "content-length:", "content-length: ,5", "content-length: 5,", "content-length: 18446744073709551615",
        "content-length: 18446744073709551616", "content-length: five", "content-length: \u{fc}", "content-length: 5\x0b", "content-length: 5;q=1"],
};

#[rustfmt::skip]
const CODINGS: Choices = Choices {
    good: &["transfer-encoding: chunked", "transfer-encoding: chunked", "Transfer-Encoding: Chunked", "transfer-encoding: chunked\r\ncontent-length: 5",
        "content-length: 5\r\ntransfer-encoding: chunked", "content-length: x\r\ntransfer-encoding: chunked", "transfer-encoding : chunked",
        "transfer-encoding: chunked \r\n ", "transfer-encoding:\r\n\tchunked"],
    bad: &["transfer-encoding: gzip, chunked", "transfer-encoding: chunked, gzip", "transfer-encoding: chunked, chunked",
        "transfer-encoding: chunked\r\ntransfer-encoding: chunked", "transfer-encoding: identity", "transfer-encoding:", "transfer-encoding: xchunked",
        "transfer-encoding: chunked;q=1", "transfer-encoding: ,chunked", "transfer-encoding: identity\r\ntransfer-encoding: chunked",
        "transfer-encoding: \"chunked\""],
};

const SIZES: Choices = Choices {
    good: &["5", "5", "3", "1", "a", "A", "05", "00000005", "5 ", "5 \t", "5;x", "5;x=\"y\"", "5 ;x=y", "5;"],
    bad: &[
        "5;\r",
        "+5",
        "-5",
        "0x5",
        "",
        "5 5",
        "g",
        "ffffffffffffffff",
        "10000000000000000",
        " 5",
        "5,",
        "5;\n",
    ],
};

const LAST: Choices =
    Choices { good: &["0\r\n", "000;x\r\n", "0 \r\n"], bad: &["0\n", "0", "", "0;\n", "0\r"] };

const ENDS: Choices = Choices {
    good: &["\r\n", "\r\n", "\r\nmore", "\r\nHTTP/1.1 200 OK\r\n\r\n"],
    bad: &["\n", "\r", "", "\r\r\n", "x"],
};

fn status_line(draw: &mut Draw<'_>, statuses: &Choices, out: &mut Vec<u8>) {
    text(VERSIONS.draw(draw, 4), out);
    text(SPACES.draw(draw, 4), out);
    text(statuses.draw(draw, 6), out);
    end_line(draw, out);
}

/// Adds the framing headers and returns whether the body is chunked.
fn framing(draw: &mut Draw<'_>, out: &mut Vec<u8>) -> bool {
    let (choices, is_chunked) = match draw.byte() % 8 {
        0 => return false,
        1 | 2 => (LENGTHS, false),
        _ => (CODINGS, true),
    };
    text(choices.draw(draw, 32), out);
    end_line(draw, out);
    is_chunked
}

fn field(draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    text(FIELDS.draw(draw, 8), out);
    end_line(draw, out);
}

/// Appends one byte per character, as a server sends Latin-1.
fn text(text: &str, out: &mut Vec<u8>) {
    out.extend(text.chars().map(|char| u8::try_from(char).unwrap_or(b'?')));
}

fn end_line(draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    const LINE_ENDS: Choices = Choices { good: &["\r\n", "\r\n", "\r\n", "\n"], bad: &["\r", "\r\r\n", ""] };
    text(LINE_ENDS.draw(draw, 2), out);
}

fn data(draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    let count = usize::from(draw.byte() % 12);
    out.extend_from_slice(&b"hello\r\n0\r\n\r\n"[..count]);
}

fn chunks(draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    for _ in 0..draw.byte() % 4 {
        let size = SIZES.draw(draw, 8);
        text(size, out);
        chunk_line(draw, out);
        let digits = size.split([' ', ';']).next().unwrap_or_default();
        let size = usize::from_str_radix(digits, 16).unwrap_or(5).min(12);
        let count = if draw.byte() < 248 { size } else { usize::from(draw.byte() % 12) };
        out.extend_from_slice(&b"data: x\r\n0\r\n"[..count]);
        chunk_line(draw, out);
    }
    text(LAST.draw(draw, 24), out);
    for _ in 0..draw.one_of(&[0, 0, 0, 1, 2]) {
        field(draw, out);
    }
    text(ENDS.draw(draw, 24), out);
}

fn chunk_line(draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    const LINE_ENDS: Choices = Choices { good: &["\r\n"], bad: &["\n", "\r", "", " \r\n", "\r\r\n"] };
    text(LINE_ENDS.draw(draw, 4), out);
}

/// Usually does nothing; otherwise changes, removes or inserts a byte, or truncates the response.
fn change(draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    for _ in 0..draw.one_of(&[0, 0, 0, 0, 0, 0, 1, 2]) {
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
