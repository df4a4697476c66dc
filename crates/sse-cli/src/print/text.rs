//! Formats frames as text for people.

use sse_tokio::{Event, Frame};

use super::colour::{self, DIM, paint};
use super::escape::{escape, word};

/// The start of a further line of an event. The first line of an event never starts like this.
const CONTINUATION: &str = "\n  ";

/// Formats a frame. Further lines are indented, so that data cannot look like another event.
pub(crate) fn text(frame: &Frame, colours: bool) -> String {
    let dim = |text: String| if colours { paint(DIM, &text) } else { text };
    match frame {
        Frame::Event(event) => {
            let data = colours.then(|| colour::json(&event.data)).flatten();
            let data = data.unwrap_or_else(|| escape(&event.data).into_owned());
            format!("{} {}", dim(head(event)), data.replace('\n', CONTINUATION))
        }
        Frame::Comment(text) => dim(format!("({})", escape(text))),
        Frame::Retry(time) => dim(format!("(reconnection time {time:?})")),
        Frame::Discarded { len } => dim(format!("(discarded an event of {len} bytes)")),
        _ => String::new(),
    }
}

/// Formats the ID and the type of an event.
fn head(event: &Event) -> String {
    let event_type = word(&event.event_type, &['#', '(']);
    match &*event.last_event_id {
        "" => format!("{event_type}:"),
        id => format!("#{} {event_type}:", word(id, &[])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(event_type: &str, id: &str, data: &str) -> Frame {
        let mut event = Event::new(event_type, data);
        event.last_event_id = id.to_owned();
        Frame::Event(event)
    }

    #[test]
    fn each_frame_has_its_text() {
        for (frame, line) in [
            (event("message", "", "a"), "message: a"),
            (event("add", "7", "a"), "#7 add: a"),
            (event("add", "7", "a\nb\n\nc"), "#7 add: a\n  b\n  \n  c"),
            (event("add", "7 b: x", "a"), "#\"7 b: x\" add: a"),
            (event("#8 add", "7", "a"), "#7 \"#8 add\": a"),
            (event("(x", "", "a"), "\"(x\": a"),
            (event(" x", "", "a"), "\" x\": a"),
            (event("x", "", "\u{1b}[2J"), "x: \\u{1b}[2J"),
            (Frame::Comment("\u{202e}x".into()), "(\\u{202e}x)"),
        ] {
            assert_eq!(text(&frame, false), line);
        }
    }

    #[test]
    fn data_of_several_lines_cannot_look_like_another_event() {
        for data in ["x\n#2 add: false", "x\nmessage: false", "\n#2 add: false", "{\n\"a\": 1\n}"] {
            for colours in [false, true] {
                let text = text(&event("add", "1", data), colours);
                assert!(text.lines().skip(1).all(|line| line.starts_with("  ")), "{text:?}");
            }
        }
    }
}
