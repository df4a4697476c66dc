//! The slow path: decodes everything that the fast path rejects, line by line as the standard
//! specifies.

use alloc::string::String;
use core::time::Duration;

use super::buffer::{Buffer, release_text};
use super::field::{Field, data_prefix, is_comment};
use super::limit::Counter;
use super::scan::{line_len, short_line_len, value_len};
use super::utf8;
use crate::{Limits, Oversize};

/// The state of the decoder between two bytes of the stream.
#[derive(Clone)]
pub(crate) struct Machine {
    pub(crate) state: State,
    /// Whether the event is over the limit, so that its lines are dropped up to a blank one.
    skipping: bool,
    pub(crate) counter: Counter,
    pub(crate) buffer: Buffer,
    pub(crate) last_event_id: String,
    pub(crate) show_comments: bool,
    pub(crate) show_retries: bool,
    /// How many bytes at the end of the chunk are known to contain no line end.
    pub(crate) unended: usize,
    /// Whether the last call returned an event or a line that borrows from the buffer.
    pub(crate) is_lent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// At the start of the stream, after `bom` bytes of a possible BOM.
    Start { bom: usize },
    /// At the start of the first line of an event.
    EventStart,
    /// At the start of another line, also after a comment or a reconnection time.
    LineStart,
    /// At the start of a line after a CR, to which a following LF belongs.
    AfterCr,
    /// Inside a line, which the buffer holds.
    InLine,
    /// Inside the value of a data line, which the buffer holds.
    InData,
    /// After an error, until a reset.
    Failed,
}

/// The step at which the machine stopped. It borrows neither from the machine nor from the input.
pub(crate) enum Step {
    /// The machine did not stop, and there is more to read.
    Continue,
    /// The input is consumed.
    NeedInput,
    /// An event may start here, and the buffer is empty.
    EventStart,
    /// The buffer holds an event.
    Event,
    /// The text of a comment: the first `len` of the last `end` bytes of the input.
    Comment {
        end: usize,
        len: usize,
    },
    /// The buffer holds a comment.
    HeldComment,
    Retry(Duration),
    Discarded(u64),
    /// An event is over the limit.
    TooLong,
}

impl Machine {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            state: State::Start { bom: 0 },
            skipping: false,
            counter: Counter::new(limits),
            buffer: Buffer::new(limits.max_event_len),
            last_event_id: String::new(),
            show_comments: true,
            show_retries: true,
            unended: 0,
            is_lent: false,
        }
    }

    /// Prepares for a new stream, and keeps the last event ID.
    pub(crate) fn reset(&mut self) {
        self.buffer = Buffer::new(self.counter.limits.max_event_len);
        self.state = State::Start { bom: 0 };
        self.skipping = false;
        self.counter.take();
        self.is_lent = false;
    }

    /// Sets the last event ID, unless it is the same as before.
    pub(crate) fn set_last_event_id(&mut self, id: &[u8]) {
        if self.last_event_id.as_bytes() != id {
            utf8::set(&mut self.last_event_id, id);
            self.counter.set_last_event_id_len(self.last_event_id.len());
        }
    }

    /// Releases what the frame of the last call borrowed.
    pub(crate) fn release(&mut self) {
        if core::mem::take(&mut self.is_lent) {
            if self.buffer.line.is_empty() { self.buffer.clear() } else { self.buffer.drop_line() }
        }
    }

    /// Reads to the next step. Stores a reconnection time in `retry`, even if it is not shown.
    #[inline(always)]
    pub(crate) fn advance(&mut self, input: &mut &[u8], retry: &mut Option<Duration>) -> Step {
        loop {
            let step = match self.state {
                State::AfterCr => self.skip_lf(input),
                State::Start { bom } => self.skip_bom(input, bom),
                State::Failed => Step::TooLong,
                _ if self.skipping => self.skip_line(input),
                State::EventStart | State::LineStart => self.read_lines(input, retry),
                State::InLine => self.read_rest_of_line(input, retry),
                // The value of a data line has been read, so this is its end.
                State::InData => Step::NeedInput,
            };
            if !matches!(step, Step::Continue) {
                return step;
            }
        }
    }

    /// Buffers the whole input if it is the start of a data line, and returns the rest of it.
    #[inline(always)]
    pub(crate) fn begin_value<'i>(&mut self, input: &'i [u8]) -> &'i [u8] {
        match data_prefix(input) {
            Some(prefix) if prefix + self.unended == input.len() => {
                self.release();
                self.hold_value(input, prefix);
                &[]
            }
            _ => input,
        }
    }

    /// Reads more of the value of a data line, and returns the rest of the input.
    #[inline(always)]
    pub(crate) fn read_value<'i>(&mut self, input: &'i [u8]) -> &'i [u8] {
        self.unended = 0;
        let Some(len) = value_len(input) else {
            self.hold_value(input, 0);
            return &[];
        };
        let rest = self.pass_line_end(&input[len..]);
        if self.counter.end_line(len, false) {
            self.buffer.end_value(&input[..=len]);
        } else {
            self.overflow(len + 1);
        }
        rest
    }

    /// Completes the line and the event at the end of the stream.
    pub(crate) fn end_stream(&mut self) -> Step {
        if self.skipping || self.state == State::Failed {
            return Step::NeedInput;
        }
        match self.state {
            State::InData => self.buffer.end_value(b"\n"),
            State::InLine => drop(self.end_line(&mut None)),
            _ => {}
        }
        self.state = State::LineStart;
        // A block without data may have lost it. Its ID would then name an event that was not
        // delivered.
        self.buffer.has_id &= !self.buffer.data.is_empty();
        self.dispatch()
    }

    #[cold]
    fn skip_bom(&mut self, input: &mut &[u8], bom: usize) -> Step {
        const BOM: &[u8] = b"\xEF\xBB\xBF";
        let same = BOM[bom..].iter().zip(*input).take_while(|(one, other)| one == other).count();
        let seen = bom + same;
        if seen < BOM.len() && same == input.len() {
            *input = &[];
            self.state = State::Start { bom: seen };
            return Step::NeedInput;
        }
        self.state = State::EventStart;
        if seen == BOM.len() {
            *input = &input[same..];
        } else if bom > 0 {
            // This is not a BOM, so the bytes of an earlier chunk start a line. The rest checks the
            // limit again.
            self.hold_part(&BOM[..bom]);
            return Step::Continue;
        }
        Step::EventStart
    }

    fn skip_lf(&mut self, input: &mut &[u8]) -> Step {
        let Some(first) = input.first() else { return Step::NeedInput };
        *input = &input[usize::from(*first == b'\n')..];
        let is_inside = self.counter.used > 0;
        self.state = if is_inside { State::LineStart } else { State::EventStart };
        if is_inside { Step::Continue } else { Step::EventStart }
    }

    /// Reads whole lines up to the first one that is a step.
    #[inline(always)]
    fn read_lines(&mut self, input: &mut &[u8], retry: &mut Option<Duration>) -> Step {
        loop {
            let bytes = *input;
            // No line ends within the name of a data line.
            let prefix = data_prefix(bytes).unwrap_or(0);
            let value = &bytes[prefix..];
            let len = match value.len() > self.unended {
                true if prefix > 0 => value_len(value),
                true => short_line_len(value),
                false => None,
            };
            let Some(len) = len else { return self.hold(input, prefix) };
            let (line, end) = bytes.split_at(prefix + len);
            *input = self.pass_line_end(end);
            if prefix > 0 && self.counter.end_line(line.len(), false) {
                self.buffer.end_value(&value[..=len]);
                continue;
            }
            if line.is_empty() {
                return self.dispatch();
            }
            if !self.counter.end_line(line.len(), is_comment(line)) {
                return self.overflow(line.len() + 1);
            }
            let step = match Field::parse(line) {
                Field::Comment(text) if self.show_comments => {
                    Step::Comment { end: text.len() + end.len(), len: text.len() }
                }
                field => self.take_field(field, retry),
            };
            if !matches!(step, Step::Continue) {
                return step;
            }
        }
    }

    /// Reads more of a line whose start is in the buffer.
    fn read_rest_of_line(&mut self, input: &mut &[u8], retry: &mut Option<Duration>) -> Step {
        let bytes = *input;
        let Some(len) = line_len(bytes) else { return self.hold(input, 0) };
        let is_comment = is_comment(&self.buffer.line);
        *input = self.pass_line_end(&bytes[len..]);
        if !self.counter.end_line(len, is_comment) {
            return self.overflow(len + 1);
        }
        if self.buffer.push_line(&bytes[..len]) {
            self.buffer.end_value(b"\n");
            Step::Continue
        } else if is_comment && self.show_comments {
            self.is_lent = true;
            Step::HeldComment
        } else {
            self.end_line(retry)
        }
    }

    /// Handles the field of the line in the buffer.
    fn end_line(&mut self, retry: &mut Option<Duration>) -> Step {
        let line = core::mem::take(&mut self.buffer.line);
        let step = self.take_field(Field::parse(&line), retry);
        self.buffer.line = line;
        self.buffer.drop_line();
        step
    }

    #[inline(always)]
    fn take_field(&mut self, field: Field<'_>, retry: &mut Option<Duration>) -> Step {
        match field {
            // The value is empty. Any other data line is recognized earlier.
            Field::Data(_) => self.buffer.end_value(b"\n"),
            Field::EventType(value) => self.buffer.set_event_type(value),
            Field::Id(value) => self.buffer.set_id(value),
            Field::Retry(time) => {
                *retry = Some(time);
                if self.show_retries {
                    return Step::Retry(time);
                }
            }
            Field::Comment(_) | Field::Blank | Field::Ignored => {}
        }
        Step::Continue
    }

    /// Buffers the rest of the input, in which the line does not end. `prefix` is the length of the
    /// name, colon and space of a data line, and 0 for any other line.
    #[inline(always)]
    fn hold(&mut self, input: &mut &[u8], prefix: usize) -> Step {
        let part = core::mem::take(input);
        if prefix > 0 {
            self.hold_value(part, prefix)
        } else if part.is_empty() {
            Step::NeedInput
        } else {
            self.hold_part(part)
        }
    }

    /// Buffers a part of a data line's value.
    #[inline(always)]
    fn hold_value(&mut self, part: &[u8], prefix: usize) -> Step {
        if !self.counter.add(part.len(), false) {
            self.state = State::InLine;
            return self.overflow(part.len());
        }
        self.buffer.push_value(&part[prefix..]);
        self.state = State::InData;
        Step::NeedInput
    }

    /// Buffers a part of any other line.
    fn hold_part(&mut self, part: &[u8]) -> Step {
        let is_comment = is_comment(if self.state == State::InLine { &self.buffer.line } else { part });
        let fits = self.counter.add(part.len(), is_comment);
        self.state = State::InLine;
        if !fits {
            return self.overflow(part.len());
        }
        if self.buffer.push_line(part) {
            self.state = State::InData;
        }
        Step::NeedInput
    }

    /// Dispatches the event (WHATWG HTML 9.2.6, "dispatch the event"). Without data there is no
    /// event, but the ID takes effect.
    #[inline(always)]
    fn dispatch(&mut self) -> Step {
        self.counter.take();
        if self.state == State::LineStart {
            self.state = State::EventStart;
        }
        if self.buffer.has_id {
            core::mem::swap(&mut self.buffer.id, &mut self.last_event_id);
            release_text(&mut self.last_event_id);
            self.counter.set_last_event_id_len(self.last_event_id.len());
        }
        if self.buffer.data.is_empty() {
            self.buffer.clear();
            return Step::EventStart;
        }
        self.buffer.complete();
        self.is_lent = true;
        Step::Event
    }

    /// Skips the line end at the start of `bytes`, and returns the rest.
    #[inline(always)]
    fn pass_line_end<'i>(&mut self, bytes: &'i [u8]) -> &'i [u8] {
        self.state = if bytes == b"\r" { State::AfterCr } else { State::LineStart };
        match bytes {
            [b'\r', b'\n', rest @ ..] | [_, rest @ ..] => rest,
            [] => bytes,
        }
    }

    /// Handles an event that exceeds the limit with `len` more bytes.
    #[cold]
    fn overflow(&mut self, len: usize) -> Step {
        self.buffer.clear();
        self.buffer.drop_line();
        self.counter.drop_bytes(len);
        self.skipping = self.counter.limits.oversize == Oversize::Skip;
        if self.skipping {
            return Step::Continue;
        }
        self.counter.take();
        self.state = State::Failed;
        Step::TooLong
    }

    /// Drops a line, or a part of one, of an event over the limit.
    fn skip_line(&mut self, input: &mut &[u8]) -> Step {
        let bytes = *input;
        let Some(len) = line_len(bytes) else {
            if !bytes.is_empty() {
                self.counter.drop_bytes(bytes.len());
                self.state = State::InLine;
            }
            *input = &[];
            return Step::NeedInput;
        };
        let is_blank = len == 0 && self.state == State::LineStart;
        *input = self.pass_line_end(&bytes[len..]);
        if is_blank {
            self.skipping = false;
            return Step::Discarded(self.counter.take() as u64);
        }
        self.counter.drop_bytes(len.saturating_add(1));
        Step::Continue
    }
}
