//! The application: it reads, and does all that it may do besides.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::{Either, select};
use sse_driver::proto::{CloseReason, ReadyState};
use sse_driver::{Client, Error, Failure, Frame, RequestBuilder, Retry, Session, Timer};

use super::ends::{end_name, fits, name};
use super::life::Life;
use super::log::Kind;
use super::network::Network;
use super::server::URL;
use super::world::{Shared, World};
use crate::MockTimer;

pub(super) struct Application<'a> {
    shared: &'a Shared,
    client: &'a Client<Network, MockTimer>,
    clock: MockTimer,
    /// The entries of the log up to here are done with.
    done: usize,
    /// It has closed its session, and wants to hear no more of it.
    has_closed: bool,
}

type Open = Session<Network, MockTimer>;
type Item = Option<Result<Frame, Error>>;

impl<'a> Application<'a> {
    pub(super) fn new(shared: &'a Shared, client: &'a Client<Network, MockTimer>) -> Self {
        let clock = shared.world().clock.clone();
        Self { shared, client, clock, done: 0, has_closed: false }
    }

    /// Opens sessions until all is told, each where the one before it stopped.
    pub(super) async fn follow(mut self) {
        while !self.is_done() {
            let id = {
                let mut world = self.shared.world();
                assert_eq!(world.open, 0, "the connection of a session that is no more");
                world.count("session");
                world.life = Life::new(&world.settings, self.done, world.now());
                self.done
            };
            self.has_closed = false;
            let opening = self.request(id).open();
            let opened = match self.rolls(1) {
                true => self.for_a_while(opening).await,
                false => Some(opening.await),
            };
            match opened {
                Some(Ok(session)) => self.read(session).await,
                Some(Err(error)) => self.check_end(None, Some(&error)),
                None => self.shared.world().count("opening dropped"),
            }
            self.clock.sleep_until(self.clock.now() + Duration::from_secs(1)).await;
        }
    }

    fn request(&self, id: usize) -> RequestBuilder<Network, MockTimer> {
        let world = self.shared.world();
        let settings = world.settings.clone();
        let shared = self.shared.clone();
        let mut request = self
            .client
            .get(URL)
            .reconnect_policy(settings.policy)
            .limits(settings.limits)
            .idle_timeout(settings.idle_timeout)
            .response_timeout(settings.response_timeout)
            .show_comments(settings.shows_all)
            .show_retries(settings.shows_all)
            .on_state(move |state| {
                let mut world = shared.world();
                world.say("client", || format!("{state:?}"));
                world.count(name(state));
                let now = world.now();
                world.life.handle_state(now, state);
            });
        if settings.decides {
            let shared = self.shared.clone();
            request = request.retry_when(move |failure| decide(&mut shared.world(), failure));
        }
        if settings.finishes {
            request = request.finish_after(|event| event.data == super::log::DONE);
        }
        if id > 0 { request.last_event_id(id.to_string()) } else { request }
    }

    async fn read(&mut self, mut session: Open) {
        loop {
            while self.rolls(1) {
                match self.whim(&mut session).await {
                    Whim::ReadOn => {}
                    Whim::Leave => return self.leave(session),
                    Whim::End(reason) => {
                        self.has_closed = true;
                        self.shared.world().life.handle_close(reason);
                        assert_eq!(self.shared.world().open, 0, "it is closed at once");
                    }
                }
            }
            let item = match self.rolls(4) {
                true => self.for_a_while(self.next(&mut session)).await,
                false => Some(self.next(&mut session).await),
            };
            let Some(item) = item else {
                self.told("next dropped");
                continue;
            };
            self.shared.world().say("app", || format!("{item:?}"));
            match item {
                Some(Ok(frame)) => self.take(&session, &frame),
                end => return self.end(session, end).await,
            }
        }
    }

    /// What the application has in mind instead of reading.
    async fn whim(&self, session: &mut Open) -> Whim {
        let whim = self.shared.world().dice.below(12);
        match whim {
            0..4 => self.pause().await,
            4..6 => {
                let mut world = self.shared.world();
                let by = world.dice.pick(&[100, 6000, 100_000]);
                world.jump(Duration::from_millis(by));
            }
            6..9 => {
                self.told("reconnect");
                session.reconnect();
                let mut world = self.shared.world();
                let now = world.now();
                world.life.handle_reconnect(now);
                assert_eq!(world.open, 0, "it is dropped at once");
            }
            9 => {
                self.told("close");
                session.close();
                return Whim::End(CloseReason::Requested);
            }
            10 => {
                self.told("finish");
                session.finish();
                return Whim::End(CloseReason::Finished);
            }
            _ => return Whim::Leave,
        }
        Whim::ReadOn
    }

    async fn pause(&self) {
        self.told("pause");
        let time = self.shared.world().dice.pick(&[1, 1000, 5000, 40_000, 5_000_000]);
        self.clock.sleep_until(self.clock.now() + Duration::from_millis(time)).await;
        self.shared.world().life.back_at = self.clock.now();
    }

    async fn next(&self, session: &mut Open) -> Item {
        let shows_all = self.shared.world().settings.shows_all;
        if shows_all {
            return session.frames().next().await;
        }
        session.next().await.map(|event| event.map(Frame::Event))
    }

    /// Drops the future when it has had so much time, which may be none.
    async fn for_a_while<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let time = Duration::from_millis(self.shared.world().dice.pick(&[0, 0, 1, 2000]));
        let mut future = pin!(future);
        if time.is_zero() {
            return poll_fn(|cx| match future.as_mut().poll(cx) {
                Poll::Ready(output) => Poll::Ready(Some(output)),
                Poll::Pending => Poll::Ready(None),
            })
            .await;
        }
        match select(future, self.clock.sleep_until(self.clock.now() + time)).await {
            Either::Left((output, _)) => Some(output),
            Either::Right(_) => None,
        }
    }

    fn take(&mut self, session: &Open, frame: &Frame) {
        let mut world = self.shared.world();
        world.life.handle_frame(frame);
        let Frame::Event(event) = frame else { return };
        world.events += 1;
        assert_eq!(session.last_event_id(), &*event.last_event_id);
        drop(world);
        self.move_to(event.last_event_id.parse().expect("the ids are numbers"), true);
    }

    /// The entries up to `id` are done with, the last of them as an event: those between must be no events.
    fn move_to(&mut self, id: usize, is_event: bool) {
        let world = self.shared.world();
        assert!(id >= self.done && (id > self.done || !is_event), "{id} again, after {}", self.done);
        let passed = &world.log[self.done..if is_event { id - 1 } else { id }];
        assert!(passed.iter().all(|entry| entry.kind != Kind::Event), "events before {id} are lost");
        self.done = id;
    }

    /// The application drops its session, having kept the last event ID.
    fn leave(&mut self, session: Open) {
        self.told("leave");
        let id = session.last_event_id().parse().unwrap_or(0);
        self.move_to(id, false);
    }

    async fn end(&mut self, mut session: Open, end: Item) {
        assert!(self.next(&mut session).await.is_none(), "the end is the end");
        assert_eq!(session.ready_state(), ReadyState::Closed);
        let id = session.last_event_id().parse().unwrap_or(0);
        self.move_to(id, false);
        self.check_end(session.close_reason(), end.and_then(Result::err).as_ref());
        if matches!(session.close_reason(), Some(CloseReason::TooLong { .. })) {
            self.skip_too_long();
        }
    }

    fn check_end(&self, reason: Option<&CloseReason>, error: Option<&Error>) {
        let mut world = self.shared.world();
        let told = world.life.reason.clone().expect("it does not end without a word");
        let is_told = if self.has_closed { error.is_none() } else { fits(&told, error) };
        assert!(is_told, "{told:?} and {error:?}");
        assert!(reason.is_none_or(|reason| *reason == told));
        assert_eq!(world.open, 0);
        world.count(end_name(&told));
    }

    /// The application asks for what comes after the event that it could not take.
    fn skip_too_long(&mut self) {
        let world = self.shared.world();
        let next = world.log[self.done..].iter().position(|entry| entry.kind == Kind::Oversize);
        self.done += next.expect("one was too long") + 1;
    }

    fn is_done(&self) -> bool {
        self.done == self.shared.world().log.len()
    }

    /// Whether one of those things happens that a restless application does, so many times as often as others.
    fn rolls(&self, times: u64) -> bool {
        let mut world = self.shared.world();
        let percent = (world.settings.restlessness * times).min(90);
        world.trouble(percent)
    }

    fn told(&self, what: &'static str) {
        let mut world = self.shared.world();
        world.count(what);
        world.say("app", || what.to_owned());
    }
}

/// What the application decides, by chance.
fn decide(world: &mut World, failure: &Failure) -> Retry {
    let retry = match world.trouble(40) {
        true => match world.dice.below(4) {
            0 => Retry::Backoff,
            1 => Retry::After(world.dice.millis(100_000)),
            2 => Retry::Stop,
            _ => Retry::Default,
        },
        false => Retry::Default,
    };
    world.count(match retry {
        Retry::Default => "decided: default",
        Retry::Backoff => "decided: backoff",
        Retry::After(_) => "decided: after",
        Retry::Stop => "decided: stop",
    });
    world.say("app", || format!("decides on {retry:?} after {failure:?}"));
    let now = world.now();
    world.life.handle_question(now, failure, retry);
    retry
}

enum Whim {
    ReadOn,
    Leave,
    End(CloseReason),
}
