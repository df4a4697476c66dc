//! How many bytes the decoder looks at or copies: counted in its own tests, and nowhere else.

/// The decoder looked at so many bytes, or copied them.
#[cfg(not(test))]
#[inline(always)]
pub(crate) fn count(_bytes: usize) {}

#[cfg(test)]
pub(crate) use counted::count;

#[cfg(test)]
mod counted {
    use core::cell::Cell;
    use std::thread_local;
    use std::vec::Vec;

    use crate::{Decoder, Limits};

    thread_local! {
        static WORK: Cell<usize> = const { Cell::new(0) };
    }

    pub(crate) fn count(bytes: usize) {
        WORK.set(WORK.get() + bytes);
    }

    const MIB: usize = 1024 * 1024;

    /// The bytes looked at or copied for each byte of the stream.
    fn work(stream: &[u8], piece: usize, limit: usize) -> f64 {
        WORK.set(0);
        let mut decoder = Decoder::new(Limits { max_event_len: limit, ..Limits::default() });
        for mut chunk in stream.chunks(piece) {
            while decoder.decode(&mut chunk).expect("it is within the limit").is_some() {}
        }
        WORK.get() as f64 / stream.len() as f64
    }

    fn of_length(len: usize, begin: &[u8], again: &[u8]) -> Vec<u8> {
        let mut stream = begin.to_vec();
        while stream.len() < len {
            stream.extend_from_slice(again);
        }
        stream.extend_from_slice(b"\n\n");
        stream
    }

    #[test]
    fn work_grows_with_the_bytes_and_with_nothing_else() {
        for (name, begin, again) in [
            ("one line", &b"data: "[..], &b"xxxxxxxxxxxxxxx"[..]),
            ("one line of no known name", b"unknown: ", b"xxxxxxxxxxxxxxx"),
            ("one comment", b":", b"xxxxxxxxxxxxxxx"),
            ("one event type", b"event:", b"xxxxxxxxxxxxxxx"),
            ("one id", b"id:", b"xxxxxxxxxxxxxxx"),
            ("a name that never ends", b"dat", b"a"),
            ("data lines", b"", b"data: a line\n"),
            ("empty data lines", b"", b"data:\r"),
            ("events", b"", b"id: 1\nevent: a\ndata: b\r\n\r\n"),
            ("data and event types", b"", b"data: line\nevent: some type\n"),
            ("data and comments", b"", b"data: line\n: comment\n"),
            ("blank lines", b"", b"\n"),
        ] {
            for piece in [1, 3, 64, 1460, 65536] {
                let work_at = |len| work(&of_length(len, begin, again), piece, 4 * MIB);
                let (short, long) = (work_at(MIB / 8), work_at(2 * MIB));
                assert!(long <= 8.0, "{name} in pieces of {piece}: {long:.2} for each byte");
                // A buffer that doubles, and the measuring of long events, make for the difference.
                assert!(long <= short + 4.0, "{name} in pieces of {piece}: {short:.2}, then {long:.2}");
            }
        }
    }

    /// Near the limit every line is measured and held.
    #[test]
    fn work_near_the_limit_is_no_more_than_a_constant() {
        for (begin, again) in [
            (&b""[..], &b"data: line\nevent: some type\nid: 7\n: comment\n"[..]),
            (b"data: ", b"xxxxxxxxxxx"),
            (b"", b"data\n"),
            // Next to all of it is held, so that the buffer has to grow as far as it may.
            (b"", b"data: of a line that is longer than what the others of these lines are\n"),
        ] {
            for piece in [1, 64, 1460, 65536] {
                let stream = of_length(MIB, begin, again);
                let work = work(&stream, piece, stream.len());
                assert!(work <= 10.0, "{work:.2} for each byte in pieces of {piece}");
            }
        }
    }

    #[test]
    fn sixteen_mib_in_one_line() {
        for piece in [1, 64, 1460] {
            let [short, long] =
                [MIB, 16 * MIB].map(|len| work(&of_length(len, b"data: ", b"x"), piece, 32 * MIB));
            assert!(long <= short + 1.5, "pieces of {piece}: {short:.2}, then {long:.2}");
        }
    }
}
