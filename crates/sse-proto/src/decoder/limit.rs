//! The length of the event in progress, and its limit.

use crate::Limits;

/// Counts the lines of one event, each with one byte for its end, and checks them against the
/// limit.
#[derive(Clone)]
pub(crate) struct Counter {
    pub(crate) limits: Limits,
    /// The limit without the last event ID.
    room: usize,
    /// The lines of this event so far, without comments.
    pub(crate) used: usize,
    /// The comment in progress, which counts separately.
    comment: usize,
}

impl Counter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, room: limits.max_event_len, used: 0, comment: 0 }
    }

    pub(crate) fn set_last_event_id_len(&mut self, len: usize) {
        self.room = self.limits.max_event_len.saturating_sub(len);
    }

    /// Whether the event with `len` more bytes is within the limit.
    pub(crate) fn has_room(&self, len: usize) -> bool {
        len <= self.room.saturating_sub(self.used)
    }

    /// Counts a part of a line, if it is within the limit.
    #[inline(always)]
    pub(crate) fn add(&mut self, len: usize, is_comment: bool) -> bool {
        let fits = if is_comment {
            len <= self.limits.max_event_len.saturating_sub(self.comment)
        } else {
            self.has_room(len)
        };
        if fits {
            *(if is_comment { &mut self.comment } else { &mut self.used }) += len;
        }
        fits
    }

    /// Counts the rest of a line with its end, if it is within the limit.
    #[inline(always)]
    pub(crate) fn end_line(&mut self, len: usize, is_comment: bool) -> bool {
        let fits = self.add(len + 1, is_comment);
        if fits && is_comment {
            self.comment = 0;
        }
        fits
    }

    /// Counts dropped bytes: those of the event so far, and `len` more.
    pub(crate) fn drop_bytes(&mut self, len: usize) {
        self.used = self.used.saturating_add(core::mem::take(&mut self.comment)).saturating_add(len);
    }

    /// Starts the next event, and returns the length of this one.
    pub(crate) fn take(&mut self) -> usize {
        self.comment = 0;
        core::mem::take(&mut self.used)
    }
}
