//! Everything that the fast path leaves: one state, one loop, line by line as the standard has it.

use alloc::string::String;
use core::time::Duration;

use super::buffer::{Buffer, release_text};
use super::field::{Field, data_prefix, is_comment};
use super::limit::Counter;
use super::scan::{line_len, short_line_len};
use super::utf8;
use crate::{Limits, Oversize};

/// The parser, between two bytes of the stream.
#[derive(Clone)]
pub(crate) struct Machine {
    pub(crate) state: State,
    /// The event is over the limit: its lines are dropped, up to a blank one.
    skipping: bool,
    pub(crate) counter: Counter,
    pub(crate) buffer: Buffer,
    pub(crate) last_event_id: String,
    pub(crate) show_comments: bool,
    pub(crate) show_retries: bool,
    pub(crate) lent: Lent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// At the start of the stream, where so many bytes of a BOM were seen.
    Start { bom: usize },
    /// At the start of a line.
    LineStart,
    /// The same, behind a CR: an LF that comes next belongs to it.
    AfterCr,
    /// Inside a line, which the buffer holds.
    InLine,
    /// Inside the value of a data line, which the buffer holds without what stands before the value.
    InData,
    /// Past the limit, until a reset.
    Failed,
}

/// What the buffer lends until the next call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lent {
    Nothing,
    Event,
    Comment,
}

/// Where the machine stopped. It borrows nothing, so that the machine and the input are free again.
pub(crate) enum Step {
    /// It did not stop: there is more to read.
    Continue,
    /// The input is used up.
    NeedInput,
    /// An event may begin here; nothing is held.
    EventStart,
    /// The buffer holds an event.
    Event,
    /// The text of a comment, in the input.
    Comment {
        start: usize,
        len: usize,
    },
    /// The buffer holds a comment.
    HeldComment,
    Retry(Duration),
    Discarded {
        len: u64,
    },
    /// An event is over the limit.
    TooLong,
}

/// A chunk, and how much of it has been read.
pub(crate) struct Cursor<'i> {
    pub(crate) bytes: &'i [u8],
    pub(crate) read: usize,
    /// From here on there is no line end, as far as is known.
    pub(crate) unended: usize,
}

impl<'i> Cursor<'i> {
    pub(crate) fn rest(&self) -> &'i [u8] {
        &self.bytes[self.read..]
    }
}

impl Machine {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            state: State::Start { bom: 0 },
            skipping: false,
            counter: Counter::new(limits),
            buffer: Buffer::default(),
            last_event_id: String::new(),
            show_comments: true,
            show_retries: true,
            lent: Lent::Nothing,
        }
    }

    /// Begins a new stream with the same last event ID.
    pub(crate) fn reset(&mut self) {
        self.buffer = Buffer::default();
        self.state = State::Start { bom: 0 };
        self.skipping = false;
        self.counter.take();
        self.lent = Lent::Nothing;
    }

    pub(crate) fn is_at_event_start(&self) -> bool {
        self.state == State::LineStart && self.counter.used == 0
    }

    /// Most servers that send an ID send another one each time; the same one is not copied again.
    pub(crate) fn set_last_event_id(&mut self, id: &[u8]) {
        if self.last_event_id.as_bytes() != id {
            utf8::set(&mut self.last_event_id, id);
            self.counter.set_last_event_id_len(self.last_event_id.len());
        }
    }

    /// Forgets what the last call lent.
    pub(crate) fn release(&mut self) {
        match self.lent {
            Lent::Nothing => return,
            Lent::Event => self.buffer.clear(),
            Lent::Comment => self.buffer.drop_line(),
        }
        self.lent = Lent::Nothing;
    }

    /// Reads on to the next step. A reconnection time takes effect in `retry`, also where it is not shown.
    #[inline(always)]
    pub(crate) fn advance(&mut self, input: &mut Cursor<'_>, retry: &mut Option<Duration>) -> Step {
        loop {
            let step = match self.state {
                State::AfterCr => self.skip_lf(input),
                State::Start { bom } => self.skip_bom(input, bom),
                State::Failed => Step::TooLong,
                _ if self.skipping => self.skip_line(input),
                State::LineStart => self.read_lines(input, retry),
                State::InLine | State::InData => self.read_rest_of_line(input, retry),
            };
            if !matches!(step, Step::Continue) {
                return step;
            }
        }
    }

    /// Holds all of the input, where it is but a piece of a data line: the beginning of one, at the start of an event, or
    /// more of one. At the end of the input, `unended` bytes are known to have no line end.
    #[inline(always)]
    pub(crate) fn hold_data(&mut self, input: &[u8], unended: usize) -> bool {
        let prefix = match self.state {
            State::InData if !input.is_empty() && line_len(input).is_none() => 0,
            State::LineStart if unended > 0 => match data_prefix(input) {
                Some(prefix) if prefix + unended == input.len() => prefix,
                _ => return false,
            },
            _ => return false,
        };
        let fits = self.counter.has_room(input.len());
        if fits {
            self.release();
            self.counter.add_part(input.len(), false);
            self.buffer.push(&input[prefix..], self.counter.limit());
            self.state = State::InData;
        }
        fits
    }

    /// Takes the end of the stream for the end of the line and of the event.
    pub(crate) fn end_stream(&mut self) -> Step {
        if self.skipping || self.state == State::Failed {
            return Step::NeedInput;
        }
        match self.state {
            State::InData => self.buffer.end_data(),
            State::InLine => drop(self.buffer.end_line()),
            _ => {}
        }
        self.state = State::LineStart;
        // The data of a block that has none so far may have been cut off: its ID must not stand for an event that nobody
        // has seen.
        if self.buffer.data_len == 0 {
            self.buffer.clear();
            return Step::NeedInput;
        }
        self.dispatch()
    }

    #[cold]
    fn skip_bom(&mut self, input: &mut Cursor<'_>, bom: usize) -> Step {
        const BOM: &[u8] = b"\xEF\xBB\xBF";
        let rest = input.rest();
        let same = BOM[bom..].iter().zip(rest).take_while(|(one, other)| one == other).count();
        let seen = bom + same;
        if seen < BOM.len() && same == rest.len() {
            input.read += same;
            self.state = State::Start { bom: seen };
            return Step::NeedInput;
        }
        self.state = State::LineStart;
        if seen == BOM.len() {
            input.read += same;
        } else if bom > 0 {
            // It was none, and what an earlier chunk had of it begins a line. The limit is looked at again with the rest.
            self.hold_part(&BOM[..bom]);
            return Step::Continue;
        }
        Step::EventStart
    }

    fn skip_lf(&mut self, input: &mut Cursor<'_>) -> Step {
        match input.rest() {
            [] => return Step::NeedInput,
            [b'\n', ..] => input.read += 1,
            _ => {}
        }
        self.state = State::LineStart;
        self.line_read()
    }

    /// Reads whole lines, up to the first that makes a step.
    #[inline(always)]
    fn read_lines(&mut self, input: &mut Cursor<'_>, retry: &mut Option<Duration>) -> Step {
        while self.state == State::LineStart {
            // No line ends within the name of a data line.
            let value = input.read + data_prefix(input.rest()).unwrap_or(0);
            let len = if value < input.unended { short_line_len(&input.bytes[value..]) } else { None };
            let Some(len) = len else { return self.hold(input) };
            let end = value + len;
            let line = &input.bytes[input.read..end];
            self.pass_line_end(input, end);
            if value > end - line.len() && self.counter.end_line(line.len(), false) {
                self.buffer.push_data(&input.bytes[value..end], self.counter.limit());
                continue;
            }
            let field = Field::parse(line);
            if let Field::Comment(text) = field {
                if !self.counter.end_line(line.len(), true) {
                    return self.overflow(line.len() + 1);
                } else if self.show_comments {
                    return Step::Comment { start: end - text.len(), len: text.len() };
                } else if self.counter.used == 0 {
                    return Step::EventStart;
                }
            } else if line.is_empty() {
                return self.dispatch();
            } else if !self.counter.end_line(line.len(), false) {
                return self.overflow(line.len() + 1);
            }
            match field {
                Field::Data(value) => self.buffer.push_data(value, self.counter.limit()),
                Field::EventType(value) => self.buffer.set_event_type(value),
                Field::Id(value) => self.buffer.set_id(value),
                Field::Retry(time) => match self.set_retry(time, retry) {
                    Step::Continue => {}
                    step => return step,
                },
                Field::Comment(_) | Field::Blank | Field::Ignored => {}
            }
        }
        Step::NeedInput
    }

    /// Reads on in a line whose beginning the buffer holds.
    #[inline(always)]
    fn read_rest_of_line(&mut self, input: &mut Cursor<'_>, retry: &mut Option<Duration>) -> Step {
        let part = input.rest();
        let Some(len) = line_len(part) else { return self.hold(input) };
        let in_data = self.state == State::InData;
        let is_comment = !in_data && is_comment(self.buffer.line());
        self.pass_line_end(input, input.read + len);
        if !self.counter.end_line(len, is_comment) {
            return self.overflow(len + 1);
        }
        self.buffer.push(&part[..len], self.counter.limit());
        if in_data {
            self.buffer.end_data();
            return Step::Continue;
        }
        if is_comment && self.show_comments {
            self.lent = Lent::Comment;
            return Step::HeldComment;
        }
        match self.buffer.end_line() {
            Some(time) => self.set_retry(time, retry),
            None => self.line_read(),
        }
    }

    fn set_retry(&self, time: Duration, retry: &mut Option<Duration>) -> Step {
        *retry = Some(time);
        if self.show_retries { Step::Retry(time) } else { Step::Continue }
    }

    /// After a line that said nothing to return.
    fn line_read(&self) -> Step {
        if self.is_at_event_start() { Step::EventStart } else { Step::Continue }
    }

    /// Holds the rest of the input, in which the line does not end.
    #[inline(always)]
    fn hold(&mut self, input: &mut Cursor<'_>) -> Step {
        let part = input.rest();
        input.read = input.bytes.len();
        if part.is_empty() { Step::NeedInput } else { self.hold_part(part) }
    }

    /// Holds a part of a line.
    fn hold_part(&mut self, part: &[u8]) -> Step {
        let is_comment = match self.state {
            State::LineStart => is_comment(part),
            State::InLine => is_comment(self.buffer.line()),
            _ => false,
        };
        if !self.counter.add_part(part.len(), is_comment) {
            self.state = State::InLine;
            return self.overflow(part.len());
        }
        self.buffer.push(part, self.counter.limit());
        if self.state != State::InData {
            let is_data = self.buffer.strip_data_prefix();
            self.state = if is_data { State::InData } else { State::InLine };
        }
        Step::NeedInput
    }

    /// WHATWG HTML 9.2.6, "dispatch the event". Without data there is no event, but the ID counts.
    #[inline(always)]
    fn dispatch(&mut self) -> Step {
        self.counter.take();
        if self.buffer.has_id {
            core::mem::swap(&mut self.buffer.id, &mut self.last_event_id);
            release_text(&mut self.last_event_id);
            self.counter.set_last_event_id_len(self.last_event_id.len());
        }
        if self.buffer.data_len == 0 {
            self.buffer.clear();
            return Step::EventStart;
        }
        self.buffer.pad_data();
        self.lent = Lent::Event;
        Step::Event
    }

    /// Moves past the line end at `end`.
    #[inline(always)]
    fn pass_line_end(&mut self, input: &mut Cursor<'_>, end: usize) {
        self.state = State::LineStart;
        input.read = end + 1;
        if input.bytes[end] == b'\r' {
            match input.rest().first() {
                None => self.state = State::AfterCr,
                Some(b'\n') => input.read += 1,
                Some(_) => {}
            }
        }
    }

    /// So many bytes more take the event over the limit.
    #[cold]
    fn overflow(&mut self, len: usize) -> Step {
        self.buffer.clear();
        self.counter.drop_bytes(len);
        self.skipping = self.counter.limits.oversize == Oversize::Skip;
        if self.skipping {
            return Step::Continue;
        }
        self.counter.take();
        self.state = State::Failed;
        Step::TooLong
    }

    /// Drops a line of an event over the limit, or what there is of it.
    fn skip_line(&mut self, input: &mut Cursor<'_>) -> Step {
        let Some(len) = line_len(input.rest()) else {
            if !input.rest().is_empty() {
                self.counter.drop_bytes(input.rest().len());
                self.state = State::InLine;
            }
            input.read = input.bytes.len();
            return Step::NeedInput;
        };
        let is_blank = len == 0 && self.state == State::LineStart;
        self.pass_line_end(input, input.read + len);
        if is_blank {
            self.skipping = false;
            return Step::Discarded { len: self.counter.take() as u64 };
        }
        self.counter.drop_bytes(len.saturating_add(1));
        Step::Continue
    }
}
