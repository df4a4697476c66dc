//! The last of what a server sent, kept for the case that it all ends badly.

use std::collections::VecDeque;
use std::fmt::Write;

use sse_proto::{Event, FrameRef};

/// What a session keeps of the stream, to be shown with a failure. Nothing unless asked for: it is copied, and it may
/// hold what should not be in a log.
///
/// It is read by [`Session::diagnostics`](crate::Session::diagnostics), and
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
///         eprintln!("{error}; the stream ended in:\n{}", session.diagnostics());
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
    /// So many lines as they came, comments and the beginning of the next one included; at most 64 KiB.
    LastLines(usize),
    /// So many events that were delivered, each within the limit for one event.
    LastEvents(usize),
}

/// The ring that holds them.
#[derive(Debug)]
pub(crate) enum Recent {
    Off,
    Lines { most: usize, bytes: Vec<u8> },
    Events { most: usize, events: VecDeque<Event> },
}

/// The most that is shown of the lines, in bytes. Twice as much is held, so that each byte is moved once at most.
const MOST_OF_LINES: usize = 64 * 1024;

impl Recent {
    pub(crate) fn new(what: Diagnostics) -> Self {
        match what {
            Diagnostics::Off => Self::Off,
            Diagnostics::LastLines(most) => Self::Lines { most, bytes: Vec::new() },
            Diagnostics::LastEvents(most) => Self::Events { most, events: VecDeque::new() },
        }
    }

    pub(crate) fn handle_data(&mut self, chunk: &[u8]) {
        let Self::Lines { bytes, .. } = self else { return };
        let chunk = &chunk[chunk.len().saturating_sub(MOST_OF_LINES)..];
        if bytes.len() + chunk.len() > 2 * MOST_OF_LINES {
            bytes.drain(..bytes.len().saturating_sub(MOST_OF_LINES));
        }
        bytes.extend_from_slice(chunk);
    }

    pub(crate) fn handle_frame(&mut self, frame: FrameRef<'_>) {
        let (Self::Events { most, events }, FrameRef::Event(event)) = (self, frame) else { return };
        events.push_back(event.to_owned());
        while events.len() > *most {
            events.pop_front();
        }
    }

    /// A line that the connection cut off is not continued by the next one.
    pub(crate) fn handle_disconnect(&mut self) {
        let Self::Lines { bytes, .. } = self else { return };
        if !matches!(bytes.last(), None | Some(b'\n' | b'\r')) {
            bytes.push(b'\n');
        }
    }

    /// `None` when nothing was asked for.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::Off => None,
            Self::Lines { most, bytes } => Some(last_lines(*most, bytes)),
            Self::Events { events, .. } => Some(events.iter().fold(String::new(), |mut text, event| {
                // Writing to a string cannot fail.
                let _ = write!(text, "{event}");
                text
            })),
        }
    }
}

fn last_lines(most: usize, bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(MOST_OF_LINES)..]);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let whole = text.strip_suffix('\n').unwrap_or(&text);
    let from = whole.rmatch_indices('\n').nth(most.saturating_sub(1)).map_or(0, |(at, _)| at + 1);
    if most == 0 { String::new() } else { text[from..].to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    use sse_proto::EventRef;

    #[test]
    fn the_last_lines() {
        for (most, chunks, expected) in [
            (2, &["a\nb\nc\n"][..], "b\nc\n"),
            (2, &["a\nb\nc"], "b\nc"),
            (2, &["a\r", "\nb\r\nc\rd"], "c\nd"),
            (1, &["data: a\n\n"], "\n"),
            (2, &["data: a\n\n"], "data: a\n\n"),
            (9, &["a\n"], "a\n"),
            (9, &[], ""),
            (0, &["a\n"], ""),
        ] {
            let mut recent = Recent::new(Diagnostics::LastLines(most));
            chunks.iter().for_each(|chunk| recent.handle_data(chunk.as_bytes()));
            assert_eq!(recent.text().as_deref(), Some(expected), "{most} {chunks:?}");
        }
    }

    #[test]
    fn lines_without_end_are_bounded() {
        let mut recent = Recent::new(Diagnostics::LastLines(usize::MAX));
        for len in [1, 1000, MOST_OF_LINES, 1, 3 * MOST_OF_LINES, 77] {
            for _ in 0..500 {
                recent.handle_data(&vec![b'x'; len]);
                let Recent::Lines { bytes, .. } = &recent else { unreachable!("it was made so") };
                assert!(bytes.len() <= 2 * MOST_OF_LINES && bytes.capacity() <= 4 * MOST_OF_LINES);
            }
        }
        assert_eq!(recent.text().map(|text| text.len()), Some(MOST_OF_LINES));
    }

    /// Nothing is moved before twice as much is held as is shown, and then what is not shown is let go.
    #[test]
    fn each_byte_is_moved_once_at_most() {
        const SHOWN: usize = 64 * 1024;
        const HALF: usize = SHOWN / 2;
        let mut recent = Recent::new(Diagnostics::LastLines(usize::MAX));
        for (len, held) in [
            (SHOWN, SHOWN),
            (HALF, SHOWN + HALF),
            (HALF, 2 * SHOWN),
            (1, SHOWN + 1),
            (HALF, SHOWN + HALF + 1),
            (HALF, SHOWN + HALF),
        ] {
            recent.handle_data(&vec![b'x'; len]);
            let Recent::Lines { bytes, .. } = &recent else { unreachable!("it was made so") };
            assert_eq!(bytes.len(), held);
            assert_eq!(recent.text().map(|text| text.len()), Some(SHOWN));
        }
    }

    #[test]
    fn no_events_are_kept_where_none_are_asked_for() {
        let mut recent = Recent::new(Diagnostics::LastEvents(0));
        recent.handle_frame(FrameRef::Event(EventRef::new("message", "a")));
        assert_eq!(recent.text().as_deref(), Some(""));
    }

    #[test]
    fn a_cut_line_ends_there() {
        let mut recent = Recent::new(Diagnostics::LastLines(2));
        recent.handle_data(b"data: cut o");
        recent.handle_disconnect();
        recent.handle_data(b"data: b\n");
        recent.handle_disconnect();
        assert_eq!(recent.text().as_deref(), Some("data: cut o\ndata: b\n"));
    }

    #[test]
    fn the_last_events() {
        let mut recent = Recent::new(Diagnostics::LastEvents(2));
        for data in ["a", "b", "c\nd"] {
            recent.handle_frame(FrameRef::Event(EventRef::new("message", data)));
        }
        assert_eq!(recent.text().as_deref(), Some("data: b\n\ndata: c\ndata: d\n\n"));
    }
}
