//! The end of the stream, kept for error reports.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use sse_proto::{Event, EventRef, FrameRef};

/// Sets how much of the end of the stream a session keeps for error reports. By default it keeps
/// nothing, since that takes a copy, and the stream may contain data that must not be logged.
///
/// Read it with [`Session::diagnostics_text`](crate::Session::diagnostics_text), or from
/// [`State::Disconnected`](crate::State::Disconnected) and [`State::Closed`](crate::State::Closed).
///
/// ```no_run
/// # use sse_driver::{Client, Error, Timer, Transport};
/// # async fn follow<T: Transport, M: Timer>(client: Client<T, M>) -> Result<(), Error> {
/// use sse_driver::Diagnostics;
///
/// let request = client.get("http://localhost:8080/events").diagnostics(Diagnostics::LastLines(20));
/// let mut session = request.open().await?;
/// while let Some(event) = session.next().await {
///     if let Err(error) = event {
///         eprintln!("{error}; the stream ended in:\n{}", session.diagnostics_text());
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Diagnostics {
    /// Keeps nothing.
    #[default]
    Off,
    /// Keeps this many lines as received, including comments and a partial last line, up to 64 KiB.
    LastLines(usize),
    /// Keeps this many events, including one that [`fail_when`](crate::RequestBuilder::fail_when)
    /// turned into an error, up to 64 KiB of their types, data and IDs. A longer event is kept with
    /// the start of its data.
    LastEvents(usize),
}

/// The end of a stream, as far as [`Diagnostics`] keep it. `Display` shows the lines, or the events
/// as a server sends them, at most 64 KiB.
///
/// A clone is cheap, and the text is only created when it is shown.
///
/// ```
/// use sse_driver::State;
///
/// fn log(state: &State) {
///     if let State::Closed { reason, diagnostics: Some(tail), .. } = state {
///         eprintln!("{reason}; the stream ended in:\n{tail}");
///     }
/// }
/// # let _ = log;
/// ```
#[derive(Clone)]
pub struct StreamTail(Kept);

#[derive(Clone)]
enum Kept {
    Lines { max: usize, bytes: Arc<[u8]> },
    Events(VecDeque<Arc<Event>>),
}

/// The maximum length of what is kept, in bytes.
const MAX_LEN: usize = 64 * 1024;

impl fmt::Display for StreamTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kept::Lines { max, bytes } => f.write_str(&last_lines(*max, bytes)),
            Kept::Events(events) => events.iter().try_for_each(|event| event.fmt(f)),
        }
    }
}

impl fmt::Debug for StreamTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamTail").finish_non_exhaustive()
    }
}

/// The end of the stream so far.
#[derive(Debug)]
pub(crate) enum TailBuffer {
    Off,
    /// The lines, with all line ends converted to LF. `after_cr` means that a following LF belongs
    /// to a CR.
    Lines {
        max: usize,
        bytes: VecDeque<u8>,
        after_cr: bool,
    },
    Events {
        max: usize,
        events: VecDeque<Arc<Event>>,
        len: usize,
    },
}

impl TailBuffer {
    pub(crate) fn new(what: Diagnostics) -> Self {
        match what {
            Diagnostics::Off => Self::Off,
            Diagnostics::LastLines(max) => Self::Lines { max, bytes: VecDeque::new(), after_cr: false },
            Diagnostics::LastEvents(max) => Self::Events { max, events: VecDeque::new(), len: 0 },
        }
    }

    pub(crate) fn handle_data(&mut self, chunk: &[u8]) {
        let Self::Lines { bytes, after_cr, .. } = self else { return };
        // If this splits a CRLF, the LF may count as a line of its own. That is the oldest line,
        // which is dropped anyway.
        let chunk = &chunk[chunk.len().saturating_sub(MAX_LEN)..];
        for &byte in chunk {
            let is_end_of_crlf = byte == b'\n' && *after_cr;
            *after_cr = byte == b'\r';
            if !is_end_of_crlf {
                bytes.push_back(if byte == b'\r' { b'\n' } else { byte });
            }
        }
        bytes.drain(..bytes.len().saturating_sub(MAX_LEN));
        bytes.shrink_to(2 * MAX_LEN);
    }

    #[inline]
    pub(crate) fn handle_frame(&mut self, frame: FrameRef<'_>) {
        if let (Self::Events { .. }, FrameRef::Event(event)) = (&self, frame) {
            self.keep(event);
        }
    }

    fn keep(&mut self, event: EventRef<'_>) {
        let Self::Events { max, events, len } = self else { return };
        let event = beginning(event).to_owned();
        *len += size(&event);
        events.push_back(Arc::new(event));
        while events.len() > *max || *len > MAX_LEN {
            let Some(oldest) = events.pop_front() else { break };
            *len -= size(&oldest);
        }
    }

    /// Ends a partial line, since the next connection does not continue it.
    pub(crate) fn handle_disconnect(&mut self) {
        let Self::Lines { bytes, after_cr, .. } = self else { return };
        *after_cr = false;
        if !matches!(bytes.back(), None | Some(b'\n')) {
            bytes.push_back(b'\n');
        }
    }

    /// Returns the end of the stream, or `None` if diagnostics are off.
    pub(crate) fn snapshot(&self) -> Option<StreamTail> {
        Some(StreamTail(match self {
            Self::Off => return None,
            Self::Lines { max, bytes, .. } => {
                Kept::Lines { max: *max, bytes: bytes.iter().copied().collect() }
            }
            Self::Events { events, .. } => Kept::Events(events.clone()),
        }))
    }
}

fn size(event: &Event) -> usize {
    event.event_type.len() + event.data.len() + event.last_event_id.len()
}

/// Cuts the data of an event to the length that can be kept. If the type or the ID is too long
/// already, nothing of the data is kept.
fn beginning(mut event: EventRef<'_>) -> EventRef<'_> {
    let rest = MAX_LEN.saturating_sub(event.event_type.len() + event.last_event_id.len());
    let len = (0..=rest.min(event.data.len())).rev().find(|len| event.data.is_char_boundary(*len));
    event.data = &event.data[..len.unwrap_or(0)];
    event
}

fn last_lines(max: usize, bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    // U+FFFD is longer than the byte that it replaces.
    let from = text.len().saturating_sub(MAX_LEN);
    let from = (from..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let text = &text[from..];
    let whole = text.strip_suffix('\n').unwrap_or(text);
    let from = whole.rmatch_indices('\n').nth(max.saturating_sub(1)).map_or(0, |(at, _)| at + 1);
    if max == 0 { String::new() } else { text[from..].to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(max: usize, chunks: &[&[u8]]) -> String {
        let mut tail = TailBuffer::new(Diagnostics::LastLines(max));
        chunks.iter().for_each(|chunk| tail.handle_data(chunk));
        tail.snapshot().expect("diagnostics are on").to_string()
    }

    #[test]
    fn the_last_lines_are_kept_with_any_line_end() {
        for (max, chunks, expected) in [
            (2, &[&b"a\nb\nc\n"[..]][..], "b\nc\n"),
            (2, &[b"a\nb\nc"], "b\nc"),
            (2, &[b"a\r", b"\nb\r\nc\rd"], "c\nd"),
            (9, &[b"a\r", b"\n", b"\r", b"b\r"], "a\n\nb\n"),
            (1, &[b"data: a\n\n"], "\n"),
            (2, &[b"data: a\n\n"], "data: a\n\n"),
            (9, &[b"a\n"], "a\n"),
            (9, &[], ""),
            (0, &[b"a\n"], ""),
        ] {
            assert_eq!(lines(max, chunks), expected, "{max} {chunks:?}");
        }
    }

    #[test]
    fn a_partial_line_ends_with_its_connection() {
        for (cut, expected) in [
            ("data: cut o", "data: cut o\ndata: b\n"),
            ("data: a\n", "data: a\ndata: b\n"),
            ("data: a\r", "data: a\ndata: b\n"),
            ("data: a\r\n", "data: a\ndata: b\n"),
        ] {
            let mut tail = TailBuffer::new(Diagnostics::LastLines(9));
            tail.handle_data(cut.as_bytes());
            tail.handle_disconnect();
            tail.handle_data(b"data: b\n");
            tail.handle_disconnect();
            assert_eq!(tail.snapshot().expect("lines").to_string(), expected, "{cut:?}");
        }
    }

    #[test]
    fn lines_are_limited_in_bytes_even_if_invalid_utf8() {
        for byte in [b'x', 0xFF, b'\n'] {
            let mut tail = TailBuffer::new(Diagnostics::LastLines(usize::MAX));
            for len in [1, 1000, MAX_LEN, 1, 3 * MAX_LEN, 77] {
                for _ in 0..20 {
                    tail.handle_data(&vec![byte; len]);
                    let TailBuffer::Lines { bytes, .. } = &tail else {
                        unreachable!("the kind is chosen above")
                    };
                    assert!(bytes.len() <= MAX_LEN && bytes.capacity() <= 4 * MAX_LEN);
                }
            }
            let text = tail.snapshot().expect("lines").to_string();
            // The documented limit is 64 KiB.
            assert!((65_534..=65_536).contains(&text.len()), "{byte}: {}", text.len());
        }
    }

    fn events(max: usize, data: &[&str]) -> String {
        let mut tail = TailBuffer::new(Diagnostics::LastEvents(max));
        data.iter().for_each(|data| tail.handle_frame(FrameRef::Event(EventRef::new("message", data))));
        tail.snapshot().expect("diagnostics are on").to_string()
    }

    #[test]
    fn the_last_events_are_kept() {
        assert_eq!(events(2, &["a", "b", "c\nd"]), "data: b\n\ndata: c\ndata: d\n\n");
        assert_eq!(events(0, &["a"]), "");
        assert_eq!(events(2, &[]), "");
    }

    #[test]
    fn events_are_limited_in_bytes() {
        let half = "x".repeat(MAX_LEN / 2);
        assert_eq!(events(9, &["a", &half, &half]).len(), half.len() + "data: \n\n".len());
        let long = "é".repeat(MAX_LEN);
        let kept = events(9, &["a", &long]);
        assert!(kept.len() < MAX_LEN + 20 && kept.contains(&"é".repeat(MAX_LEN / 2 - 8)), "{}", kept.len());
        let tail = |max| events(max, &[&long, "b"]);
        assert_eq!((tail(1), tail(9)), ("data: b\n\n".to_owned(), "data: b\n\n".to_owned()));
    }

    #[test]
    fn all_fields_of_an_event_count() {
        // The number of `x` in the data and the ID of each event, and in the data that is kept.
        for (events, kept) in [
            (&[(65_520, 9)][..], &[65_520][..]),
            (&[(65_521, 9)], &[65_520]),
            (&[(9, 65_520)], &[9]),
            (&[(9, 65_529)], &[0]),
            (&[(9, 70_000)], &[]),
            (&[(100, 9), (65_404, 9)], &[100, 65_404]),
            (&[(100, 9), (65_405, 9)], &[65_405]),
        ] {
            let mut tail = TailBuffer::new(Diagnostics::LastEvents(9));
            for (data, id) in events {
                let (data, id) = ("x".repeat(*data), "x".repeat(*id));
                tail.handle_frame(FrameRef::Event(EventRef::new("message", &data).with_id(&id)));
            }
            let TailBuffer::Events { events: got, .. } = &tail else {
                unreachable!("the kind is chosen above")
            };
            assert_eq!(got.iter().map(|event| event.data.len()).collect::<Vec<_>>(), kept, "{events:?}");
        }
    }

    #[test]
    fn debug_shows_no_content() {
        let mut tail = TailBuffer::new(Diagnostics::LastLines(1));
        tail.handle_data(b"data: secret\n");
        assert_eq!(format!("{:?}", tail.snapshot().expect("lines")), "StreamTail { .. }");
    }

    #[test]
    fn a_tail_shares_its_events() {
        let mut tail = TailBuffer::new(Diagnostics::LastEvents(1));
        tail.handle_frame(FrameRef::Event(EventRef::new("message", "a")));
        let Some(StreamTail(Kept::Events(kept))) = tail.snapshot() else {
            unreachable!("the kind is chosen above")
        };
        let TailBuffer::Events { events, .. } = &tail else { unreachable!("the kind is chosen above") };
        assert!(Arc::ptr_eq(&kept[0], &events[0]));
    }
}
