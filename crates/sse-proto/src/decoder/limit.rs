//! How long the event in progress is, and how long it may be.

use crate::Limits;

/// Counts the lines of one event, each with one byte for its end, and whether they are within the limit.
#[derive(Clone)]
pub(crate) struct Counter {
    pub(crate) limits: Limits,
    /// The limit without the last event ID.
    room: usize,
    /// The complete lines of this event, comments left out.
    pub(crate) used: usize,
    /// The line in progress.
    line: usize,
}

impl Counter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, room: limits.max_event_len, used: 0, line: 0 }
    }

    pub(crate) fn limit(&self) -> usize {
        self.limits.max_event_len
    }

    pub(crate) fn set_last_event_id_len(&mut self, len: usize) {
        self.room = self.limit().saturating_sub(len);
    }

    /// Whether the event is within the limit with so many bytes more.
    pub(crate) fn has_room(&self, len: usize) -> bool {
        len <= self.room.saturating_sub(self.used).saturating_sub(self.line)
    }

    /// Counts a whole line of so many bytes, if that is within the limit.
    #[inline(always)]
    pub(crate) fn add_line(&mut self, len: usize, is_comment: bool) -> bool {
        if is_comment {
            return len < self.limit();
        }
        let fits = len < self.room.saturating_sub(self.used);
        if fits {
            self.used += len + 1;
        }
        fits
    }

    /// Counts more of the line in progress, if that is within the limit.
    pub(crate) fn add_part(&mut self, len: usize, is_comment: bool) -> bool {
        let line = self.line.saturating_add(len);
        let fits = if is_comment { line <= self.limit() } else { self.has_room(len) };
        if fits {
            self.line = line;
        }
        fits
    }

    /// Counts the line in progress, which ends after so many bytes more, if that is within the limit.
    pub(crate) fn end_line(&mut self, len: usize, is_comment: bool) -> bool {
        let fits = self.add_part(len.saturating_add(1), is_comment);
        if fits {
            let line = core::mem::take(&mut self.line);
            self.used += if is_comment { 0 } else { line };
        }
        fits
    }

    /// The event is dropped: what is held of the line in progress, so many bytes more, and all that comes.
    pub(crate) fn drop_bytes(&mut self, len: usize) {
        self.used = self.used.saturating_add(core::mem::take(&mut self.line)).saturating_add(len);
    }

    /// The next event begins. Returns how long this one was.
    pub(crate) fn take(&mut self) -> usize {
        self.line = 0;
        core::mem::take(&mut self.used)
    }
}
