//! The application: it reads a session and steers it at random.

mod reading;

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::{Either, select};
use sse_driver::proto::{CloseReason, ReadyState};
use sse_driver::{Client, Error, Failure, RequestBuilder, Retry, Session, Timer};

use self::reading::ReadOutcome;
use super::ends::{end_name, fits, name};
use super::log::Kind;
use super::network::Network;
use super::server::URL;
use super::session::SessionModel;
use super::world::{Shared, World};
use crate::MockTimer;

pub(super) struct Application<'a> {
    shared: &'a Shared,
    client: &'a Client<Network, MockTimer>,
    clock: MockTimer,
}

type Open = Session<Network, MockTimer>;

impl<'a> Application<'a> {
    pub(super) fn new(shared: &'a Shared, client: &'a Client<Network, MockTimer>) -> Self {
        let clock = shared.world().clock.clone();
        Self { shared, client, clock }
    }

    /// Opens sessions until the whole log is read. Each resumes where the one before it stopped.
    pub(super) async fn follow(self) {
        while !self.shared.world().is_done() {
            let id = {
                let mut world = self.shared.world();
                assert_eq!(world.open, 0, "a dropped session left its connection open");
                world.count("session");
                world.session = SessionModel::new(&world.settings, world.done, world.now());
                world.done
            };
            let request = self.request(id);
            let starts = self.shared.world().settings.starts;
            match starts {
                true => self.read(request.start()).await,
                false => self.open(request).await,
            }
            self.clock.sleep_until(self.clock.now() + Duration::from_secs(1)).await;
        }
    }

    async fn open(&self, request: RequestBuilder<Network, MockTimer>) {
        let opened = match self.rolls(1) {
            true => self.for_a_while(request.open()).await,
            false => Some(request.open().await),
        };
        match opened {
            Some(Ok(session)) => self.read(session).await,
            Some(Err(error)) => self.check_end(None, Some(&error)),
            None => self.shared.world().count("opening dropped"),
        }
    }

    fn request(&self, id: usize) -> RequestBuilder<Network, MockTimer> {
        let world = self.shared.world();
        let settings = world.settings.clone();
        let shared = self.shared.clone();
        let mut request = self
            .client
            .get(URL)
            .reconnect_policy(settings.policy.clone())
            .limits(settings.limits)
            .idle_timeout(settings.idle_timeout)
            .response_timeout(settings.response_timeout)
            .show_comments(settings.shows_all())
            .show_retries(settings.shows_all())
            .deliver_unfinished(settings.delivers_unfinished)
            .on_state(move |state| {
                let mut world = shared.world();
                world.last_state = format!("{state:?}");
                world.trace_line("client", || format!("{state:?}"));
                world.count(name(state));
                let now = world.now();
                world.session.handle_state(now, state);
            });
        if settings.decides {
            let shared = self.shared.clone();
            request = request.retry_when(move |failure| decide(&mut shared.world(), failure));
        }
        request = settings.rules.set(request);
        if id > 0 { request.last_event_id(id.to_string()) } else { request }
    }

    async fn read(&self, mut session: Open) {
        loop {
            while self.rolls(1) {
                match self.act(&mut session).await {
                    Action::ReadOn => {}
                    Action::Leave => return self.leave(session),
                    Action::End(reason) => {
                        self.shared.world().session.handle_close(reason);
                        assert_eq!(self.shared.world().open, 0, "close drops the connection at once");
                    }
                }
            }
            let got = if self.rolls(4) {
                self.for_a_while(self.next(&mut session)).await
            } else if self.rolls(2) {
                Some(self.next_while_steered(&mut session).await)
            } else {
                Some(self.next(&mut session).await)
            };
            match got {
                Some(ReadOutcome::Item) => {}
                Some(ReadOutcome::End) => return self.end(session, None).await,
                Some(ReadOutcome::Failure(error)) => return self.end(session, Some(error)).await,
                None => self.record("next dropped"),
            }
        }
    }

    /// Does something other than reading, at random.
    async fn act(&self, session: &mut Open) -> Action {
        let action = self.shared.world().dice.below(12);
        match action {
            0..4 => self.pause().await,
            4..6 => {
                let mut world = self.shared.world();
                let by = world.dice.pick(&[100, 6000, 100_000]);
                world.jump(Duration::from_millis(by));
            }
            6..9 => {
                self.record("reconnect");
                session.reconnect();
                let mut world = self.shared.world();
                let now = world.now();
                world.session.handle_reconnect(now);
                assert_eq!(world.open, 0, "reconnect drops the connection at once");
            }
            9 => {
                self.record("close");
                session.close();
                return Action::End(CloseReason::Requested);
            }
            10 => {
                self.record("finish");
                session.finish();
                return Action::End(CloseReason::Finished);
            }
            _ => return Action::Leave,
        }
        Action::ReadOn
    }

    async fn pause(&self) {
        self.record("pause");
        let time = self.shared.world().dice.pick(&[1, 1000, 5000, 40_000, 5_000_000]);
        self.clock.sleep_until(self.clock.now() + Duration::from_millis(time)).await;
        self.shared.world().session.back_at = self.clock.now();
    }

    /// Draws what another task does to the session. Returns `true` if it closes the session, and
    /// `false` if it reconnects it.
    fn draws_close(&self) -> bool {
        let mut world = self.shared.world();
        let now = world.now();
        let closes = world.dice.percent(30);
        if closes {
            world.record("closed by a handle");
            world.session.handle_close(CloseReason::Requested);
        } else {
            world.record("reconnected by a handle");
            world.session.handle_reconnect(now);
        }
        closes
    }

    /// Reads while another task closes or reconnects the session.
    async fn next_while_steered(&self, session: &mut Open) -> ReadOutcome {
        let handle = session.handle();
        let steer = async {
            let time = self.shared.world().dice.pick(&[0, 0, 1, 2000, 40_000]);
            self.clock.sleep_until(self.clock.now() + Duration::from_millis(time)).await;
            if self.draws_close() {
                handle.close()
            } else {
                handle.reconnect()
            }
            std::future::pending::<()>().await;
        };
        match select(pin!(self.next(session)), pin!(steer)).await {
            Either::Left((got, _)) => got,
            Either::Right(_) => unreachable!("steering never returns"),
        }
    }

    /// Drops the future after a time that is drawn, which may be zero.
    async fn for_a_while<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let time = Duration::from_millis(self.shared.world().dice.pick(&[0, 0, 1, 2000]));
        poll_for(&self.clock, time, future).await
    }

    /// Keeps the last event ID and drops the session.
    fn leave(&self, session: Open) {
        self.record("leave");
        self.shared.world().move_to(last_event_id(&session), false);
    }

    async fn end(&self, mut session: Open, error: Option<Error>) {
        assert!(self.shared.world().session.reason.is_some(), "the client reports the state before the end");
        assert!(matches!(self.next(&mut session).await, ReadOutcome::End), "nothing follows the end");
        assert_eq!(session.ready_state(), ReadyState::Closed);
        self.shared.world().move_to(last_event_id(&session), false);
        self.check_end(session.close_reason(), error.as_ref());
        if matches!(session.close_reason(), Some(CloseReason::TooLong { .. })) {
            self.skip_too_long();
        }
    }

    fn check_end(&self, reason: Option<&CloseReason>, error: Option<&Error>) {
        let mut world = self.shared.world();
        let reported = world.session.reason.clone().expect("the client reported its end");
        let expects_an_end = world.settings.rules.expect_an_end();
        let is_right = match error {
            _ if world.session.is_ended => error.is_none(),
            Some(Error::Rejected(_)) => world.session.is_rejected(),
            _ => !world.session.is_rejected() && fits(&reported, error, expects_an_end),
        };
        assert!(is_right, "{reported:?} and {error:?}");
        assert!(reason.is_none_or(|reason| *reason == reported));
        assert_eq!(world.open, 0);
        world.count(end_name(&reported));
    }

    /// Continues after the event that was too long.
    fn skip_too_long(&self) {
        let mut world = self.shared.world();
        let next = world.log[world.done..].iter().position(|entry| entry.kind == Kind::Oversize);
        world.done += next.expect("an event is too long") + 1;
    }

    /// Returns whether the application does one of the things that its restlessness makes likely.
    /// `times` multiplies the probability.
    fn rolls(&self, times: u64) -> bool {
        let mut world = self.shared.world();
        let percent = (world.settings.restlessness * times).min(90);
        world.fault_chance(percent)
    }

    fn record(&self, what: &'static str) {
        self.shared.world().record(what);
    }
}

/// Polls a future until this time has passed, once if it is zero, and then drops it.
pub(super) async fn poll_for<T>(
    clock: &MockTimer,
    time: Duration,
    future: impl Future<Output = T>,
) -> Option<T> {
    let mut future = pin!(future);
    if time.is_zero() {
        return poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => Poll::Ready(None),
        })
        .await;
    }
    match select(future, clock.sleep_until(clock.now() + time)).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}

fn last_event_id(session: &Open) -> usize {
    session.last_event_id().parse().unwrap_or(0)
}

/// Decides about a failure at random.
fn decide(world: &mut World, failure: &Failure) -> Retry {
    let retry = match world.fault_chance(40) {
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
    world.trace_line("app", || format!("decides on {retry:?} after {failure:?}"));
    let now = world.now();
    world.session.handle_retry_decision(now, failure, retry);
    retry
}

enum Action {
    ReadOn,
    Leave,
    End(CloseReason),
}
