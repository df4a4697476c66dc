//! The four predicates that an application can set on events. Sessions and the events of one body
//! share them.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use sse_proto::{EventRef, FrameRef};

use crate::maybe_send::dyn_hook;
use crate::{BoxError, Error};

type Predicate = dyn_hook!(Fn(EventRef<'_>) -> bool);
type FailWhen = dyn_hook!(Fn(EventRef<'_>) -> Option<BoxError>);

#[derive(Clone, Default)]
pub(crate) struct Predicates {
    pub(crate) fail_when: Option<Arc<FailWhen>>,
    pub(crate) finish_before: Option<Arc<Predicate>>,
    pub(crate) skip_when: Option<Arc<Predicate>>,
    pub(crate) finish_after: Option<Arc<Predicate>>,
}

/// What the predicates decide about an event.
#[derive(Debug)]
enum Judgement {
    Deliver,
    /// Drop the event and continue.
    Skip,
    /// Deliver the event and end the stream.
    Last,
    /// Drop the event and end the stream.
    Finish,
    /// End the stream with this error.
    Fail(BoxError),
}

/// The result of [`Predicates::pass`].
pub(crate) enum Judged {
    /// `visit` got the frame and returned this.
    Passed(ControlFlow<()>),
    /// The frame was dropped, and the stream continues.
    Skipped,
    /// `visit` got the frame and returned this. The stream is over.
    Last(ControlFlow<()>),
    /// The frame was dropped, and the stream is over.
    Finish,
    /// The stream is over, with this error.
    Fail(Error),
}

impl Predicates {
    /// Passes a frame to `visit`, unless it is an event that a predicate holds back.
    #[inline]
    pub(crate) fn pass(
        &self,
        frame: FrameRef<'_>,
        visit: &mut impl FnMut(FrameRef<'_>) -> ControlFlow<()>,
    ) -> Judged {
        let judgement = match frame {
            FrameRef::Event(event) if self.has_any() => self.judge(event),
            _ => Judgement::Deliver,
        };
        match judgement {
            Judgement::Deliver | Judgement::Last => {}
            Judgement::Skip => return Judged::Skipped,
            Judgement::Finish => return Judged::Finish,
            Judgement::Fail(error) => return Judged::Fail(Error::Rejected(error.into())),
        }
        // The only call of `visit`, so that the compiler inlines it.
        let flow = visit(frame);
        if matches!(judgement, Judgement::Last) { Judged::Last(flow) } else { Judged::Passed(flow) }
    }

    #[inline]
    fn has_any(&self) -> bool {
        self.fail_when.is_some() || self.skip_when.is_some() || self.expect_an_end()
    }

    /// Calls `fail_when`, `finish_before`, `skip_when` and `finish_after`, in this order. The first
    /// one that matches decides.
    fn judge(&self, event: EventRef<'_>) -> Judgement {
        let says = |predicate: &Option<Arc<Predicate>>| predicate.as_ref().is_some_and(|says| says(event));
        if let Some(error) = self.fail_when.as_ref().and_then(|fails| fails(event)) {
            Judgement::Fail(error)
        } else if says(&self.finish_before) {
            Judgement::Finish
        } else if says(&self.skip_when) {
            Judgement::Skip
        } else if says(&self.finish_after) {
            Judgement::Last
        } else {
            Judgement::Deliver
        }
    }

    /// Returns whether the stream must end with an event that `finish_before` or `finish_after`
    /// matches. An end without such an event is an error.
    #[inline]
    pub(crate) fn expect_an_end(&self) -> bool {
        self.finish_before.is_some() || self.finish_after.is_some()
    }

    /// Returns whether this event, which lacks its blank line, is one that ends the stream.
    pub(crate) fn end_with(&self, unfinished: EventRef<'_>) -> bool {
        matches!(self.judge(unfinished), Judgement::Finish | Judgement::Last)
    }
}

impl fmt::Debug for Predicates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Predicates")
            .field("fail_when", &self.fail_when.is_some())
            .field("finish_before", &self.finish_before.is_some())
            .field("skip_when", &self.skip_when.is_some())
            .field("finish_after", &self.finish_after.is_some())
            .finish()
    }
}

/// Defines the setters for a type whose field `$($at).+` holds the predicates.
macro_rules! predicate_setters {
    ($($at:ident).+) => {
        /// Sets a function that returns an error for an event that reports a failure. The stream
        /// ends with [`Error::Rejected`](crate::Error::Rejected) in place of that event.
        ///
        /// This function is called before the other three predicates.
        pub fn fail_when<Err: Into<$crate::BoxError>>(
            mut self,
            error: impl Fn($crate::EventRef<'_>) -> Option<Err> + $crate::MaybeSend + $crate::MaybeSync + 'static,
        ) -> Self {
            self.$($at).+.fail_when = Some(::std::sync::Arc::new(move |event| error(event).map(Into::into)));
            self
        }

        /// Sets which event ends the stream without being delivered, as in
        /// `.finish_before(|event| event.data == "[DONE]")`.
        ///
        /// If the server ends the stream before such an event and no reconnection follows, the
        /// stream fails with [`Error::Truncated`](crate::Error::Truncated). At a clean end, an
        /// event that lacks its blank line counts, too. The predicates may be called twice for it.
        pub fn finish_before(
            mut self,
            is_end: impl Fn($crate::EventRef<'_>) -> bool + $crate::MaybeSend + $crate::MaybeSync + 'static,
        ) -> Self {
            self.$($at).+.finish_before = Some(::std::sync::Arc::new(is_end));
            self
        }

        /// Sets which events are skipped, such as keep-alive events. `finish_before` is called
        /// first.
        pub fn skip_when(
            mut self,
            skips: impl Fn($crate::EventRef<'_>) -> bool + $crate::MaybeSend + $crate::MaybeSync + 'static,
        ) -> Self {
            self.$($at).+.skip_when = Some(::std::sync::Arc::new(skips));
            self
        }

        /// Sets which event is the last one. The stream delivers it and ends. If the server ends
        /// the stream earlier, that is an error, as with [`finish_before`](Self::finish_before).
        pub fn finish_after(
            mut self,
            is_last: impl Fn($crate::EventRef<'_>) -> bool + $crate::MaybeSend + $crate::MaybeSync + 'static,
        ) -> Self {
            self.$($at).+.finish_after = Some(::std::sync::Arc::new(is_last));
            self
        }
    };
}
pub(crate) use predicate_setters;

#[cfg(test)]
mod tests {
    use super::*;

    /// Each predicate matches data that contains its letter.
    fn predicates() -> Predicates {
        let has = |letter: &'static str| -> Option<Arc<Predicate>> {
            Some(Arc::new(move |event: EventRef<'_>| event.data.contains(letter)))
        };
        Predicates {
            fail_when: Some(Arc::new(|event| event.data.contains('f').then(|| "failed".into()))),
            finish_before: has("b"),
            skip_when: has("s"),
            finish_after: has("a"),
        }
    }

    #[test]
    fn the_first_predicate_that_matches_decides() {
        for (data, judgement) in [
            ("", "Deliver"),
            ("a", "Last"),
            ("s", "Skip"),
            ("sa", "Skip"),
            ("b", "Finish"),
            ("bsa", "Finish"),
            ("f", "Fail(\"failed\")"),
            ("fbsa", "Fail(\"failed\")"),
        ] {
            let event = EventRef::new("message", data);
            assert_eq!(format!("{:?}", predicates().judge(event)), judgement, "{data}");
            let ends = ["Last", "Finish"].contains(&judgement);
            assert_eq!(predicates().end_with(event), ends, "{data}");
        }
    }

    #[test]
    fn only_finish_before_and_finish_after_expect_an_end() {
        let mut predicates = predicates();
        assert!(predicates.expect_an_end());
        predicates.finish_before = None;
        assert!(predicates.expect_an_end());
        predicates.finish_after = None;
        assert!(!predicates.expect_an_end());
    }
}
