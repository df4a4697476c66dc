//! The ways to read a session. Each reports to the model what the application received.

use std::cell::Cell;
use std::ops::ControlFlow;

use sse_driver::proto::CloseReason;
use sse_driver::{Error, Event, EventRef, Frame, FrameRef, Read, Update};

use super::{Application, Open};
use crate::simulation::settings::ReadMethod;
use crate::simulation::world::Shared;

/// The result of one read.
#[derive(Debug)]
pub(super) enum ReadOutcome {
    Item,
    End,
    Failure(Error),
}

/// The error type of the application: its own error about the event with this ID, or an error of
/// the session.
#[derive(Debug)]
enum ItemError {
    Event(usize),
    Session(Error),
}

impl From<Error> for ItemError {
    fn from(error: Error) -> Self {
        Self::Session(error)
    }
}

impl Application<'_> {
    /// Reads with the method that the settings drew.
    pub(super) async fn next(&self, session: &mut Open) -> ReadOutcome {
        let read_method = self.shared.world().settings.read_method;
        match read_method {
            ReadMethod::Events => {
                let event = session.next().await;
                self.accept(session, event.map(|event| event.map(Frame::Event)))
            }
            ReadMethod::Frames => {
                let frame = session.next_frame().await;
                self.accept(session, frame)
            }
            ReadMethod::Lent => self.next_lent(session).await,
            ReadMethod::Reading => self.next_item(session).await,
            ReadMethod::Updates => self.next_update(session).await,
        }
    }

    fn accept(&self, session: &Open, item: Option<Result<Frame, Error>>) -> ReadOutcome {
        let frame = match item {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => return ReadOutcome::Failure(error),
            None => return ReadOutcome::End,
        };
        take(self.shared, &frame);
        if let Frame::Event(event) = &frame {
            assert_eq!(session.last_event_id(), event.last_event_id);
        }
        ReadOutcome::Item
    }

    /// Reads one or more borrowed frames.
    async fn next_lent(&self, session: &mut Open) -> ReadOutcome {
        let shared = self.shared;
        let visit = |frame: FrameRef<'_>| {
            take(shared, &frame.to_owned());
            match shared.world().dice.percent(50) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        match session.for_each_frame(visit).await {
            Ok(Some(())) => ReadOutcome::Item,
            Ok(None) => ReadOutcome::End,
            Err(error) => ReadOutcome::Failure(error),
        }
    }

    async fn next_item(&self, session: &mut Open) -> ReadOutcome {
        let shared = self.shared;
        let answered = Cell::new(None);
        let read = |event: EventRef<'_>| {
            let event = event.to_owned();
            take(shared, &Frame::Event(event.clone()));
            let read = answer(shared, id(&event));
            answered.set(Some(format!("{read:?}")));
            read
        };
        let item = session.read(read).next().await;
        let expected = match &item {
            Some(Ok(id)) => [format!("Item({id})"), format!("Last({id})")],
            Some(Err(ItemError::Event(id))) => [format!("Error(Event({id}))"), format!("Fail(Event({id}))")],
            Some(Err(ItemError::Session(_))) | None => ["Skip".to_owned(), "Finish".to_owned()],
        };
        let fits = answered.take().is_none_or(|answered| expected.contains(&answered));
        assert!(fits, "{item:?} is not what the reader returned");
        match item {
            Some(Err(ItemError::Session(error))) => ReadOutcome::Failure(error),
            Some(_) => ReadOutcome::Item,
            None => ReadOutcome::End,
        }
    }

    async fn next_update(&self, session: &mut Open) -> ReadOutcome {
        match session.updates().next().await {
            Some(Ok(Update::Frame(frame))) => take(self.shared, &frame),
            Some(Ok(Update::State(state))) => {
                assert_eq!(format!("{state:?}"), self.shared.world().last_state);
            }
            Some(Ok(update)) => panic!("an unknown update: {update:?}"),
            Some(Err(error)) => return ReadOutcome::Failure(error),
            None => return ReadOutcome::End,
        }
        ReadOutcome::Item
    }
}

/// Draws what the reader returns for an event.
fn answer(shared: &Shared, id: usize) -> Read<usize, ItemError> {
    let mut world = shared.world();
    let (name, read) = match world.fault_chance(30) {
        false => ("read: item", Read::Item(id)),
        true => match world.dice.below(9) {
            0..3 => ("read: skip", Read::Skip),
            3..6 => ("read: error", Read::Error(ItemError::Event(id))),
            6 => ("read: last", Read::Last(id)),
            7 => ("read: finish", Read::Finish),
            _ => ("read: fail", Read::Fail(ItemError::Event(id))),
        },
    };
    world.count(name);
    world.trace_line("app", || name.to_owned());
    if matches!(read, Read::Last(_) | Read::Finish | Read::Fail(_)) {
        world.session.handle_close(CloseReason::Finished);
    }
    read
}

/// Reports a frame to the model.
fn take(shared: &Shared, frame: &Frame) {
    let mut world = shared.world();
    world.trace_line("app", || format!("{frame:?}"));
    world.session.handle_frame(frame);
    if let Frame::Event(event) = frame {
        world.events += 1;
        world.move_to(id(event), true);
    }
}

fn id(event: &Event) -> usize {
    event.last_event_id.parse().expect("the ids are numbers")
}
