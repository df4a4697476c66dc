//! What an application says about events: four predicates, the same for sessions and for the events of one response.

use std::fmt;
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

/// What becomes of an event.
#[derive(Debug)]
enum Judgement {
    Deliver,
    /// It is not delivered, and the stream goes on.
    Skip,
    /// It is delivered, and is the last one.
    Last,
    /// It is not delivered, and the stream is over.
    Finish,
    Fail(BoxError),
}

/// What became of a frame.
pub(crate) enum Judged<R> {
    /// It was handed over.
    Passed(Option<R>),
    /// It was not handed over, and the stream goes on.
    Skipped,
    /// It was handed over, and is the last one.
    Last(Option<R>),
    /// It was not handed over, and the stream is over.
    Finish,
    Fail(Error),
}

impl Predicates {
    /// Hands a frame to `take`, unless it is an event and the predicates say otherwise.
    #[inline]
    pub(crate) fn pass<R>(
        &self,
        frame: FrameRef<'_>,
        take: &mut impl FnMut(FrameRef<'_>) -> Option<R>,
    ) -> Judged<R> {
        let judgement = match frame {
            FrameRef::Event(event) if self.has_any() => self.judge(event),
            _ => Judgement::Deliver,
        };
        match judgement {
            Judgement::Deliver => Judged::Passed(take(frame)),
            Judgement::Skip => Judged::Skipped,
            Judgement::Last => Judged::Last(take(frame)),
            Judgement::Finish => Judged::Finish,
            Judgement::Fail(error) => Judged::Fail(Error::Rejected(error.into())),
        }
    }

    #[inline]
    fn has_any(&self) -> bool {
        self.fail_when.is_some() || self.skip_when.is_some() || self.expect_an_end()
    }

    /// Asks `fail_when`, `finish_before`, `skip_when` and `finish_after`, in this order. The first that answers decides.
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

    /// Whether the stream has to end with an event that one of them knows, so that an end without it is an error.
    #[inline]
    pub(crate) fn expect_an_end(&self) -> bool {
        self.finish_before.is_some() || self.finish_after.is_some()
    }

    /// Whether this event, which lacks its blank line, ends the stream as it should.
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

/// The setters, for a type that holds predicates behind `$($at).+`.
macro_rules! predicate_setters {
    ($($at:ident).+) => {
        /// Says which event is an error, and which one. In place of that event comes
        /// [`Error::Rejected`](crate::Error::Rejected), which is the last item.
        ///
        /// It is asked before the other three predicates.
        pub fn fail_when<Err: Into<$crate::BoxError>>(
            mut self,
            error: impl Fn($crate::EventRef<'_>) -> Option<Err> + $crate::MaybeSend + $crate::MaybeSync + 'static,
        ) -> Self {
            self.$($at).+.fail_when = Some(::std::sync::Arc::new(move |event| error(event).map(Into::into)));
            self
        }

        /// Says which event ends the stream without being delivered: `.finish_before(|event| event.data == "[DONE]")`.
        ///
        /// If the server ends the stream before such an event came, and there is no reconnection, the error is
        /// [`Error::Truncated`](crate::Error::Truncated). An event that lacks its blank line counts here, too, where the
        /// stream ends cleanly.
        pub fn finish_before(
            mut self,
            is_end: impl Fn($crate::EventRef<'_>) -> bool + $crate::MaybeSend + $crate::MaybeSync + 'static,
        ) -> Self {
            self.$($at).+.finish_before = Some(::std::sync::Arc::new(is_end));
            self
        }

        /// Says which events are passed over: keep-alive events, say. It is asked after `finish_before`.
        pub fn skip_when(
            mut self,
            skips: impl Fn($crate::EventRef<'_>) -> bool + $crate::MaybeSend + $crate::MaybeSync + 'static,
        ) -> Self {
            self.$($at).+.skip_when = Some(::std::sync::Arc::new(skips));
            self
        }

        /// Says which event is the last one. It is delivered, then the stream ends. An end of the stream before it is an
        /// error, as with [`finish_before`](Self::finish_before).
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

    /// Each predicate looks for its own letter.
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
    fn the_first_predicate_that_answers_decides() {
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
    fn only_the_two_that_finish_expect_an_end() {
        let mut predicates = predicates();
        assert!(predicates.expect_an_end());
        predicates.finish_before = None;
        assert!(predicates.expect_an_end());
        predicates.finish_after = None;
        assert!(!predicates.expect_an_end());
    }
}
