//! The application: it reads the events of a body in one of several ways.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::time::Duration;

use sse_driver::{Error, EventRef, Events, Frame, FrameRef, Read, Timer};

use super::case::{Case, End};
use super::stream::{Body, Seen};
use crate::MockTimer;
use crate::simulation::application::poll_for;
use crate::simulation::settings::ReadMethod;
use crate::simulation::world::Dice;

/// The application.
pub(super) struct Reader<'a> {
    pub(super) case: &'a Case,
    pub(super) seen: &'a RefCell<Seen>,
    pub(super) clock: MockTimer,
    pub(super) trace: bool,
    pub(super) dice: RefCell<Dice>,
}

/// The error type of the application: its own, or that of the events.
enum ItemError {
    Own,
    Events(Error),
}

impl From<Error> for ItemError {
    fn from(error: Error) -> Self {
        Self::Events(error)
    }
}

impl Reader<'_> {
    /// Reads to the end, and checks the end and the frames.
    pub(super) async fn read_all(&self, body: Body) -> End {
        let settings = &self.case.settings;
        let events = Events::from_stream(body)
            .limits(settings.limits)
            .show_comments(settings.shows_all())
            .show_retries(settings.shows_all())
            .deliver_unfinished(settings.delivers_unfinished)
            .idle_timeout(self.case.idle_timeout, self.clock.clone());
        let mut events = settings.rules.set_on_events(events);
        let end = loop {
            let drops = self.dice.borrow_mut().percent(10);
            let polled = match drops {
                true => poll_for(&self.clock, Duration::ZERO, self.next(&mut events)).await,
                false => Some(self.next(&mut events).await),
            };
            match polled {
                Some(ControlFlow::Break(end)) => break end,
                Some(ControlFlow::Continue(())) | None => {}
            }
        };
        assert!(events.next().await.is_none(), "nothing follows the end");
        self.check(end);
        end
    }

    fn check(&self, end: End) {
        let (frames, expected) = self.case.expected();
        let seen = self.seen.borrow();
        if end == End::Stopped {
            assert!(frames.starts_with(&seen.frames), "{:?} is not the start of {frames:?}", seen.frames);
            return;
        }
        assert_eq!(seen.frames, frames);
        assert_eq!(end, expected);
        if end == End::IdleTimeout {
            assert_eq!(self.clock.now(), seen.last_byte + self.case.idle_timeout);
        }
    }

    /// Reads with the method that the settings drew.
    async fn next(&self, events: &mut Events<Body, MockTimer>) -> ControlFlow<End> {
        match self.case.settings.read_method {
            ReadMethod::Events => {
                let event = events.next().await;
                self.accept(event.map(|event| event.map(Frame::Event)))
            }
            ReadMethod::Frames | ReadMethod::Updates => self.accept(events.next_frame().await),
            ReadMethod::Lent => self.next_lent(events).await,
            ReadMethod::Reading => self.next_item(events).await,
        }
    }

    fn accept(&self, item: Option<Result<Frame, Error>>) -> ControlFlow<End> {
        match item {
            Some(Ok(frame)) => {
                self.take(frame);
                ControlFlow::Continue(())
            }
            Some(Err(error)) => ControlFlow::Break(End::of(Some(&error))),
            None => ControlFlow::Break(End::None),
        }
    }

    /// Reads one or more borrowed frames.
    async fn next_lent(&self, events: &mut Events<Body, MockTimer>) -> ControlFlow<End> {
        let visit = |frame: FrameRef<'_>| {
            self.take(frame.to_owned());
            match self.dice.borrow_mut().percent(50) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        match events.for_each_frame(visit).await {
            Ok(Some(())) => ControlFlow::Continue(()),
            Ok(None) => ControlFlow::Break(End::None),
            Err(error) => ControlFlow::Break(End::of(Some(&error))),
        }
    }

    async fn next_item(&self, events: &mut Events<Body, MockTimer>) -> ControlFlow<End> {
        let mut stopped = false;
        let read = |event: EventRef<'_>| {
            self.take(Frame::Event(event.to_owned()));
            let read = match self.dice.borrow_mut().below(40) {
                0..4 => Read::Skip,
                4..8 => Read::Error(ItemError::Own),
                8 => Read::Last(()),
                9 => Read::Finish,
                10 => Read::Fail(ItemError::Own),
                _ => Read::Item(()),
            };
            stopped |= matches!(read, Read::Last(()) | Read::Finish | Read::Fail(_));
            read
        };
        let item = events.read(read).next().await;
        match item {
            _ if stopped => ControlFlow::Break(End::Stopped),
            Some(Ok(()) | Err(ItemError::Own)) => ControlFlow::Continue(()),
            Some(Err(ItemError::Events(error))) => ControlFlow::Break(End::of(Some(&error))),
            None => ControlFlow::Break(End::None),
        }
    }

    fn take(&self, frame: Frame) {
        if self.trace {
            println!("{frame:?}");
        }
        self.seen.borrow_mut().frames.push(frame);
    }
}
