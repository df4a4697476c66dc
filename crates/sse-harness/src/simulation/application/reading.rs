//! The ways to read a session, each of which tells the model what the application was given.

use std::cell::Cell;
use std::ops::ControlFlow;

use sse_driver::proto::CloseReason;
use sse_driver::{Error, Event, EventRef, Frame, FrameRef, Read, Update};

use super::{Application, Open};
use crate::simulation::settings::Way;
use crate::simulation::world::Shared;

/// What reading came to.
#[derive(Debug)]
pub(super) enum Got {
    Something,
    End,
    Failure(Error),
}

/// An error of the application's own: about the event of this ID, or of the session.
#[derive(Debug)]
enum Own {
    Event(usize),
    Session(Error),
}

impl From<Error> for Own {
    fn from(error: Error) -> Self {
        Self::Session(error)
    }
}

impl Application<'_> {
    /// Reads on, in the way that was drawn.
    pub(super) async fn next(&self, session: &mut Open) -> Got {
        let way = self.shared.world().settings.way;
        match way {
            Way::Events => {
                let event = session.next().await;
                self.got(session, event.map(|event| event.map(Frame::Event)))
            }
            Way::Frames => {
                let frame = session.next_frame().await;
                self.got(session, frame)
            }
            Way::Lent => self.next_lent(session).await,
            Way::Reading => self.next_item(session).await,
            Way::Updates => self.next_update(session).await,
        }
    }

    fn got(&self, session: &Open, item: Option<Result<Frame, Error>>) -> Got {
        let frame = match item {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => return Got::Failure(error),
            None => return Got::End,
        };
        take(self.shared, &frame);
        if let Frame::Event(event) = &frame {
            assert_eq!(session.last_event_id(), event.last_event_id);
        }
        Got::Something
    }

    /// One frame or several.
    async fn next_lent(&self, session: &mut Open) -> Got {
        let shared = self.shared;
        let visit = |frame: FrameRef<'_>| {
            take(shared, &frame.to_owned());
            match shared.world().dice.percent(50) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        match session.for_each_frame(visit).await {
            Ok(Some(())) => Got::Something,
            Ok(None) => Got::End,
            Err(error) => Got::Failure(error),
        }
    }

    async fn next_item(&self, session: &mut Open) -> Got {
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
            Some(Err(Own::Event(id))) => [format!("Error(Event({id}))"), format!("Fail(Event({id}))")],
            Some(Err(Own::Session(_))) | None => ["Skip".to_owned(), "Finish".to_owned()],
        };
        let fits = answered.take().is_none_or(|answered| expected.contains(&answered));
        assert!(fits, "{item:?} is not what the reader said");
        match item {
            Some(Err(Own::Session(error))) => Got::Failure(error),
            Some(_) => Got::Something,
            None => Got::End,
        }
    }

    async fn next_update(&self, session: &mut Open) -> Got {
        match session.updates().next().await {
            Some(Ok(Update::Frame(frame))) => take(self.shared, &frame),
            Some(Ok(Update::State(state))) => {
                assert_eq!(format!("{state:?}"), self.shared.world().last_state);
            }
            Some(Ok(update)) => panic!("an update that the application does not know: {update:?}"),
            Some(Err(error)) => return Got::Failure(error),
            None => return Got::End,
        }
        Got::Something
    }
}

/// What the application makes of an event, by chance.
fn answer(shared: &Shared, id: usize) -> Read<usize, Own> {
    let mut world = shared.world();
    let (name, read) = match world.trouble(30) {
        false => ("read: item", Read::Item(id)),
        true => match world.dice.below(9) {
            0..3 => ("read: skip", Read::Skip),
            3..6 => ("read: error", Read::Error(Own::Event(id))),
            6 => ("read: last", Read::Last(id)),
            7 => ("read: finish", Read::Finish),
            _ => ("read: fail", Read::Fail(Own::Event(id))),
        },
    };
    world.count(name);
    world.say("app", || name.to_owned());
    if matches!(read, Read::Last(_) | Read::Finish | Read::Fail(_)) {
        world.life.handle_close(CloseReason::Finished);
    }
    read
}

/// The application has a frame.
fn take(shared: &Shared, frame: &Frame) {
    let mut world = shared.world();
    world.say("app", || format!("{frame:?}"));
    world.life.handle_frame(frame);
    if let Frame::Event(event) = frame {
        world.events += 1;
        world.move_to(id(event), true);
    }
}

fn id(event: &Event) -> usize {
    event.last_event_id.parse().expect("the ids are numbers")
}
