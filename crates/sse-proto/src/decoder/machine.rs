//! Everything that the fast path leaves: one state, one loop, line by line as the standard has it.

use alloc::string::String;
use core::time::Duration;

use super::buffer::{Buffer, release_text};
use super::field::{Field, data_prefix, is_comment};
use super::scan::{after_line_end, line_len, short_line_len};
use super::utf8;
use crate::{Limits, Oversize};

/// The state of the parser between two bytes of the stream.
#[derive(Clone)]
pub(crate) struct Machine {
    state: State,
    pub(crate) buffer: Buffer,
    pub(crate) last_event_id: String,
    pub(crate) show_comments: bool,
    pub(crate) show_retries: bool,
    limits: Limits,
    /// How long the lines of one event may be: the limit without the last event ID.
    room: usize,
    /// How long the complete lines of this event are, each with one byte for its end.
    used: usize,
    /// How long the line in progress is.
    line_len: usize,
    lent: Lent,
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
    /// Inside an event over the limit, of which so many bytes were dropped.
    Skipping { len: u64, at: SkippingAt },
    /// Past the limit, until a reset.
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SkippingAt {
    LineStart,
    AfterCr,
    InLine,
}

/// What the buffer lends until the next call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lent {
    Nothing,
    Event,
    Comment,
}

/// Where the machine stopped. It borrows nothing, so that the machine and the input are free again.
#[derive(Clone, Copy, Debug)]
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
#[derive(Debug)]
pub(crate) struct Cursor<'i> {
    pub(crate) bytes: &'i [u8],
    pub(crate) read: usize,
    /// From here on there is no line end, as far as is known.
    pub(crate) unended: usize,
}

impl<'i> Cursor<'i> {
    #[inline]
    pub(crate) fn rest(&self) -> &'i [u8] {
        &self.bytes[self.read..]
    }

    fn take_rest(&mut self) -> &'i [u8] {
        let rest = self.rest();
        self.read = self.bytes.len();
        rest
    }
}

impl Machine {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            state: State::Start { bom: 0 },
            buffer: Buffer::default(),
            last_event_id: String::new(),
            show_comments: true,
            show_retries: true,
            limits,
            room: limits.max_event_len,
            used: 0,
            line_len: 0,
            lent: Lent::Nothing,
        }
    }

    #[inline]
    pub(crate) fn is_at_event_start(&self) -> bool {
        self.state == State::LineStart && self.used == 0
    }

    #[inline]
    pub(crate) fn lends_nothing(&self) -> bool {
        self.lent == Lent::Nothing
    }

    pub(crate) fn held_len(&self) -> usize {
        self.buffer.len()
    }

    pub(crate) fn state(&self) -> State {
        self.state
    }

    /// Takes an event that the fast path read, if it is within the limit however its line ends are counted.
    #[inline]
    pub(crate) fn take_whole(&mut self, len: usize, ends_in_cr: bool) -> bool {
        let fits = len <= self.room;
        if fits && ends_in_cr {
            self.state = State::AfterCr;
        }
        fits
    }

    /// Most servers that send an ID send another one each time; the same one is not copied again.
    #[inline]
    pub(crate) fn set_last_event_id(&mut self, id: &[u8]) {
        if self.last_event_id.as_bytes() != id {
            utf8::set(&mut self.last_event_id, id);
            self.last_event_id_changed();
        }
    }

    pub(crate) fn last_event_id_changed(&mut self) {
        self.room = self.limits.max_event_len.saturating_sub(self.last_event_id.len());
    }

    /// Forgets what the last call lent.
    #[inline]
    pub(crate) fn release(&mut self) {
        match self.lent {
            Lent::Nothing => return,
            Lent::Event => self.buffer.clear(),
            Lent::Comment => self.buffer.drop_line(),
        }
        self.lent = Lent::Nothing;
    }

    pub(crate) fn reset(&mut self) {
        self.buffer = Buffer::default();
        self.state = State::Start { bom: 0 };
        self.used = 0;
        self.lent = Lent::Nothing;
    }

    /// Reads on to the next step. A reconnection time takes effect in `retry`, also where it is not shown.
    #[inline(always)]
    pub(crate) fn advance(&mut self, input: &mut Cursor<'_>, retry: &mut Option<Duration>) -> Step {
        loop {
            let step = match self.state {
                State::InData => self.read_rest_of_data(input),
                State::LineStart => self.read_lines(input, retry),
                State::InLine => self.read_rest_of_line(input, retry),
                State::AfterCr => self.skip_lf(input),
                State::Start { bom } => self.skip_bom(input, bom),
                State::Skipping { len, at } => self.skip_line(input, len, at),
                State::Failed => Step::TooLong,
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
        let (prefix, before) = match self.state {
            State::InData if !input.is_empty() && line_len(input).is_none() => (0, self.line_len),
            State::LineStart if unended > 0 => match data_prefix(input) {
                Some(prefix) if prefix + unended == input.len() => (prefix, 0),
                _ => return false,
            },
            _ => return false,
        };
        let len = before.saturating_add(input.len());
        if self.used.saturating_add(len) > self.room {
            return false;
        }
        self.release();
        self.buffer.push(&input[prefix..], self.limits.max_event_len);
        self.line_len = len;
        self.state = State::InData;
        true
    }

    /// Takes the end of the stream for the end of the line and of the event.
    pub(crate) fn end_stream(&mut self) -> Step {
        match self.state {
            State::InData => self.buffer.end_data(),
            State::InLine => {
                self.buffer.end_line();
            }
            State::Start { .. } | State::LineStart | State::AfterCr => {}
            State::Skipping { .. } | State::Failed => return Step::NeedInput,
        }
        self.state = State::LineStart;
        self.dispatch()
    }

    #[cold]
    fn skip_bom(&mut self, input: &mut Cursor<'_>, bom: usize) -> Step {
        const BOM: &[u8] = b"\xEF\xBB\xBF";
        let rest = input.rest();
        let same = BOM[bom..].iter().zip(rest).take_while(|(one, other)| one == other).count();
        if bom + same == BOM.len() {
            input.read += same;
            self.state = State::LineStart;
            return Step::EventStart;
        }
        if same == rest.len() {
            input.read += same;
            self.state = State::Start { bom: bom + same };
            return Step::NeedInput;
        }
        if bom == 0 {
            self.state = State::LineStart;
            return Step::EventStart;
        }
        // It was none: what was seen of it begins a line.
        self.buffer.push(&BOM[..bom], self.limits.max_event_len);
        self.line_len = bom;
        self.state = State::InLine;
        Step::Continue
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
        loop {
            if data_prefix(input.rest()).is_some() && !self.read_data_lines(input) {
                return self.hold_line(input);
            }
            let len = if input.read < input.unended { short_line_len(input.rest()) } else { None };
            let Some(len) = len else { return self.hold_line(input) };
            let end = input.read + len;
            let most = self.limits.max_event_len;
            let line = &input.bytes[input.read..end];
            self.pass_line_end(input, end);
            match Field::parse(line) {
                Field::Blank => return self.dispatch(),
                Field::Comment(_) if line.len() >= most => return self.overflow(line.len() + 1),
                Field::Comment(text) if self.show_comments => {
                    return Step::Comment { start: end - text.len(), len: text.len() };
                }
                Field::Comment(_) if self.used == 0 => return Step::EventStart,
                Field::Comment(_) => {}
                field => {
                    if !self.count(line.len()) {
                        return self.overflow(line.len() + 1);
                    }
                    match field {
                        Field::Data(value) => self.buffer.push_data(value, most),
                        Field::EventType(value) => self.buffer.set_event_type(value),
                        Field::Id(value) => self.buffer.set_id(value),
                        Field::Retry(time) => {
                            *retry = Some(time);
                            if self.show_retries {
                                return Step::Retry(time);
                            }
                        }
                        _ => {}
                    }
                }
            }
            if self.state == State::AfterCr {
                return Step::NeedInput;
            }
        }
    }

    /// Reads data lines, which mostly come one after the other. `false`: the next line is one, and has no end here.
    #[inline(never)]
    fn read_data_lines(&mut self, input: &mut Cursor<'_>) -> bool {
        let mut rest = input.rest();
        let unended = input.bytes.len() - input.unended;
        let ends = loop {
            let Some(prefix) = data_prefix(rest) else { break true };
            let value = &rest[prefix..];
            let len = if value.len() > unended { short_line_len(value) } else { None };
            let Some(len) = len else { break false };
            // The end of the input, and the limit, are for others to look at.
            let Some(after) = after_line_end(&value[len..]) else { break true };
            if !self.count(prefix + len) {
                break true;
            }
            self.buffer.push_data(&value[..len], self.limits.max_event_len);
            rest = after;
        };
        input.read = input.bytes.len() - rest.len();
        ends
    }

    fn hold_line(&mut self, input: &mut Cursor<'_>) -> Step {
        self.line_len = 0;
        self.hold(input)
    }

    /// Reads on in the value of a data line whose beginning the buffer holds.
    #[inline(always)]
    fn read_rest_of_data(&mut self, input: &mut Cursor<'_>) -> Step {
        let part = input.rest();
        let Some(len) = line_len(part) else { return self.hold(input) };
        let line_len = self.line_len.saturating_add(len);
        self.pass_line_end(input, input.read + len);
        if !self.count(line_len) {
            return self.overflow(line_len.saturating_add(1));
        }
        self.buffer.push_data(&part[..len], self.limits.max_event_len);
        Step::Continue
    }

    /// Reads on in another line whose beginning the buffer holds.
    fn read_rest_of_line(&mut self, input: &mut Cursor<'_>, retry: &mut Option<Duration>) -> Step {
        let Some(len) = line_len(input.rest()) else { return self.hold(input) };
        let part = &input.rest()[..len];
        let line_len = self.line_len.saturating_add(len);
        let is_comment = is_comment(self.buffer.line());
        let fits = if is_comment { line_len < self.limits.max_event_len } else { self.count(line_len) };
        self.pass_line_end(input, input.read + len);
        if !fits {
            return self.overflow(line_len.saturating_add(1));
        }
        self.buffer.push(part, self.limits.max_event_len);
        if is_comment && self.show_comments {
            self.lent = Lent::Comment;
            return Step::HeldComment;
        }
        if let Some(time) = self.buffer.end_line() {
            *retry = Some(time);
            if self.show_retries {
                return Step::Retry(time);
            }
        }
        self.line_read()
    }

    /// After a line that said nothing to return.
    fn line_read(&self) -> Step {
        if self.is_at_event_start() { Step::EventStart } else { Step::Continue }
    }

    /// Holds the rest of the input, in which the line does not end.
    #[inline(always)]
    fn hold(&mut self, input: &mut Cursor<'_>) -> Step {
        let part = input.take_rest();
        if part.is_empty() {
            return Step::NeedInput;
        }
        let is_comment = match self.state {
            State::LineStart => is_comment(part),
            State::InLine => is_comment(self.buffer.line()),
            _ => false,
        };
        self.line_len = self.line_len.saturating_add(part.len());
        let (used, most) = if is_comment { (0, self.limits.max_event_len) } else { (self.used, self.room) };
        if used.saturating_add(self.line_len) > most {
            self.state = State::InLine;
            return self.overflow(self.line_len);
        }
        let prefix = if self.state == State::LineStart { data_prefix(part) } else { None };
        self.buffer.push(&part[prefix.unwrap_or(0)..], self.limits.max_event_len);
        if self.state != State::InData {
            let is_data = prefix.is_some() || self.buffer.strip_data_prefix();
            self.state = if is_data { State::InData } else { State::InLine };
        }
        Step::NeedInput
    }

    /// WHATWG HTML 9.2.6, "dispatch the event". Without data there is no event, but the ID counts.
    #[inline(always)]
    fn dispatch(&mut self) -> Step {
        self.used = 0;
        if self.buffer.has_id() {
            self.buffer.swap_id(&mut self.last_event_id);
            release_text(&mut self.last_event_id);
            self.last_event_id_changed();
        }
        if !self.buffer.has_data() {
            self.buffer.clear();
            return Step::EventStart;
        }
        self.buffer.pad_data();
        self.lent = Lent::Event;
        Step::Event
    }

    /// Counts a complete line of the event, unless it is over the limit.
    #[inline(always)]
    fn count(&mut self, len: usize) -> bool {
        let used = self.used.saturating_add(len.saturating_add(1));
        let fits = used <= self.room;
        if fits {
            self.used = used;
        }
        fits
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

    /// The event with a line of this length so far is over the limit.
    #[cold]
    fn overflow(&mut self, line_len: usize) -> Step {
        self.buffer.clear();
        let len = self.used.saturating_add(line_len) as u64;
        self.used = 0;
        if self.limits.oversize == Oversize::Fail {
            self.state = State::Failed;
            return Step::TooLong;
        }
        let at = match self.state {
            State::LineStart => SkippingAt::LineStart,
            State::AfterCr => SkippingAt::AfterCr,
            _ => SkippingAt::InLine,
        };
        self.state = State::Skipping { len, at };
        Step::Continue
    }

    /// Drops a line of an event over the limit, or what there is of it.
    fn skip_line(&mut self, input: &mut Cursor<'_>, len: u64, at: SkippingAt) -> Step {
        let at = match at {
            SkippingAt::AfterCr if input.rest().starts_with(b"\n") => {
                input.read += 1;
                SkippingAt::LineStart
            }
            at => at,
        };
        if input.rest().is_empty() {
            self.state = State::Skipping { len, at };
            return Step::NeedInput;
        }
        let Some(line_len) = line_len(input.rest()) else {
            let len = len.saturating_add(input.take_rest().len() as u64);
            self.state = State::Skipping { len, at: SkippingAt::InLine };
            return Step::NeedInput;
        };
        self.pass_line_end(input, input.read + line_len);
        if line_len == 0 && at != SkippingAt::InLine {
            return Step::Discarded { len };
        }
        let len = len.saturating_add(line_len as u64).saturating_add(1);
        let at = if self.state == State::AfterCr { SkippingAt::AfterCr } else { SkippingAt::LineStart };
        self.state = State::Skipping { len, at };
        Step::Continue
    }

    pub(crate) fn limit(&self) -> usize {
        self.limits.max_event_len
    }
}
