//! The last part of what a server sent, for error reports.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use sse_proto::{Event, EventRef, FrameRef};

/// What a session keeps of the stream, to be shown with a failure. Nothing unless asked for: it is copied, and it may
/// hold what should not be in a log.
///
/// It is read by [`Session::diagnostics_text`](crate::Session::diagnostics_text), and
/// [`State::Disconnected`](crate::State::Disconnected) and [`State::Closed`](crate::State::Closed) carry it.
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
    /// Nothing.
    #[default]
    Off,
    /// So many lines as they came, comments and the beginning of the next line included; at most 64 KiB of them.
    LastLines(usize),
    /// So many events, also one that [`fail_when`](crate::RequestBuilder::fail_when) took; at most 64 KiB of their types,
    /// data and IDs. Of an event that is longer by itself the beginning of its data is kept.
    LastEvents(usize),
}

/// The last part of a stream, as far as [`Diagnostics`] were asked for. `Display` shows it: lines or events in their wire
/// form, at most 64 KiB.
///
/// A clone is cheap, and the text is made only when it is shown.
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
    Lines { most: usize, bytes: Arc<[u8]> },
    Events(VecDeque<Arc<Event>>),
}

/// The most that is kept, in bytes.
const MOST: usize = 64 * 1024;

impl fmt::Display for StreamTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kept::Lines { most, bytes } => f.write_str(&last_lines(*most, bytes)),
            Kept::Events(events) => events.iter().try_for_each(|event| event.fmt(f)),
        }
    }
}

impl fmt::Debug for StreamTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamTail").finish_non_exhaustive()
    }
}

/// What is kept while the stream goes on.
#[derive(Debug)]
pub(crate) enum TailBuffer {
    Off,
    /// The lines, each of whose ends is an LF by now. Behind a CR, an LF belongs to it.
    Lines {
        most: usize,
        bytes: VecDeque<u8>,
        after_cr: bool,
    },
    Events {
        most: usize,
        events: VecDeque<Arc<Event>>,
        len: usize,
    },
}

impl TailBuffer {
    pub(crate) fn new(what: Diagnostics) -> Self {
        match what {
            Diagnostics::Off => Self::Off,
            Diagnostics::LastLines(most) => Self::Lines { most, bytes: VecDeque::new(), after_cr: false },
            Diagnostics::LastEvents(most) => Self::Events { most, events: VecDeque::new(), len: 0 },
        }
    }

    pub(crate) fn handle_data(&mut self, chunk: &[u8]) {
        let Self::Lines { bytes, after_cr, .. } = self else { return };
        // Of a CRLF that is cut here, the LF may count as a line of its own: the oldest one, which is cut off anyway.
        let chunk = &chunk[chunk.len().saturating_sub(MOST)..];
        for &byte in chunk {
            let is_end_of_crlf = byte == b'\n' && *after_cr;
            *after_cr = byte == b'\r';
            if !is_end_of_crlf {
                bytes.push_back(if byte == b'\r' { b'\n' } else { byte });
            }
        }
        bytes.drain(..bytes.len().saturating_sub(MOST));
        bytes.shrink_to(2 * MOST);
    }

    #[inline]
    pub(crate) fn handle_frame(&mut self, frame: FrameRef<'_>) {
        if let (Self::Events { .. }, FrameRef::Event(event)) = (&self, frame) {
            self.keep(event);
        }
    }

    fn keep(&mut self, event: EventRef<'_>) {
        let Self::Events { most, events, len } = self else { return };
        let event = beginning(event).to_owned();
        *len += size(&event);
        events.push_back(Arc::new(event));
        while events.len() > *most || *len > MOST {
            let Some(oldest) = events.pop_front() else { break };
            *len -= size(&oldest);
        }
    }

    /// A line that the connection cut off is not continued by the next one.
    pub(crate) fn handle_disconnect(&mut self) {
        let Self::Lines { bytes, after_cr, .. } = self else { return };
        *after_cr = false;
        if !matches!(bytes.back(), None | Some(b'\n')) {
            bytes.push_back(b'\n');
        }
    }

    /// `None` when nothing was asked for.
    pub(crate) fn snapshot(&self) -> Option<StreamTail> {
        Some(StreamTail(match self {
            Self::Off => return None,
            Self::Lines { most, bytes, .. } => {
                Kept::Lines { most: *most, bytes: bytes.iter().copied().collect() }
            }
            Self::Events { events, .. } => Kept::Events(events.clone()),
        }))
    }
}

fn size(event: &Event) -> usize {
    event.event_type.len() + event.data.len() + event.last_event_id.len()
}

/// As much of an event as can be kept: an event whose type or ID alone is too long is kept without its data.
fn beginning(mut event: EventRef<'_>) -> EventRef<'_> {
    let rest = MOST.saturating_sub(event.event_type.len() + event.last_event_id.len());
    let len = (0..=rest.min(event.data.len())).rev().find(|len| event.data.is_char_boundary(*len));
    event.data = &event.data[..len.unwrap_or(0)];
    event
}

fn last_lines(most: usize, bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    // U+FFFD is longer than the byte that it stands for.
    let from = text.len().saturating_sub(MOST);
    let from = (from..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let text = &text[from..];
    let whole = text.strip_suffix('\n').unwrap_or(text);
    let from = whole.rmatch_indices('\n').nth(most.saturating_sub(1)).map_or(0, |(at, _)| at + 1);
    if most == 0 { String::new() } else { text[from..].to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(most: usize, chunks: &[&[u8]]) -> String {
        let mut tail = TailBuffer::new(Diagnostics::LastLines(most));
        chunks.iter().for_each(|chunk| tail.handle_data(chunk));
        tail.snapshot().expect("it was asked for").to_string()
    }

    #[test]
    fn the_last_lines_are_kept_whatever_ends_them() {
        for (most, chunks, expected) in [
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
            assert_eq!(lines(most, chunks), expected, "{most} {chunks:?}");
        }
    }

    #[test]
    fn a_line_that_a_connection_cut_off_ends_there() {
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
    fn lines_are_bounded_in_bytes_also_where_they_are_not_utf8() {
        for byte in [b'x', 0xFF, b'\n'] {
            let mut tail = TailBuffer::new(Diagnostics::LastLines(usize::MAX));
            for len in [1, 1000, MOST, 1, 3 * MOST, 77] {
                for _ in 0..20 {
                    tail.handle_data(&vec![byte; len]);
                    let TailBuffer::Lines { bytes, .. } = &tail else { unreachable!("it was made so") };
                    assert!(bytes.len() <= MOST && bytes.capacity() <= 4 * MOST);
                }
            }
            let text = tail.snapshot().expect("lines").to_string();
            assert!(text.len() <= MOST && text.len() > MOST - 3, "{byte}: {}", text.len());
        }
    }

    fn events(most: usize, data: &[&str]) -> String {
        let mut tail = TailBuffer::new(Diagnostics::LastEvents(most));
        data.iter().for_each(|data| tail.handle_frame(FrameRef::Event(EventRef::new("message", data))));
        tail.snapshot().expect("it was asked for").to_string()
    }

    #[test]
    fn the_last_events_are_kept() {
        assert_eq!(events(2, &["a", "b", "c\nd"]), "data: b\n\ndata: c\ndata: d\n\n");
        assert_eq!(events(0, &["a"]), "");
        assert_eq!(events(2, &[]), "");
    }

    #[test]
    fn events_are_bounded_in_bytes() {
        let half = "x".repeat(MOST / 2);
        assert_eq!(events(9, &["a", &half, &half]).len(), half.len() + "data: \n\n".len());
        let long = "é".repeat(MOST);
        let kept = events(9, &["a", &long]);
        assert!(kept.len() < MOST + 20 && kept.contains(&"é".repeat(MOST / 2 - 8)), "{}", kept.len());
        let tail = |most| events(most, &[&long, "b"]);
        assert_eq!((tail(1), tail(9)), ("data: b\n\n".to_owned(), "data: b\n\n".to_owned()));
    }

    #[test]
    fn a_tail_is_shared_and_not_copied() {
        let mut tail = TailBuffer::new(Diagnostics::LastEvents(1));
        tail.handle_frame(FrameRef::Event(EventRef::new("message", "a")));
        let Some(StreamTail(Kept::Events(kept))) = tail.snapshot() else { unreachable!("it was made so") };
        let TailBuffer::Events { events, .. } = &tail else { unreachable!("it was made so") };
        assert!(Arc::ptr_eq(&kept[0], &events[0]));
    }
}
