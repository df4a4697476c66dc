//! Simulates [`Events`]: one body, read once, without a session. The reference decoder and the way
//! the body ends determine the expected frames and the expected error.

use std::cell::RefCell;
use std::io;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use sse_driver::{Error, Event, EventRef, Events, Frame, FrameRef, Instant, Read, Timer};

use super::application::poll_for;
use super::log;
use super::report::Report;
use super::rules::Verdict;
use super::settings::{ReadMethod, Settings};
use super::world::Dice;
use crate::{MockSleep, MockTimer};

/// Runs one simulation of [`Events`]. With `trace`, it prints the body and the received frames.
///
/// ```
/// let report = sse_harness::simulation::run_body(3, false);
/// assert_eq!(report.happenings.values().sum::<u64>(), 1);
/// ```
///
/// # Panics
///
/// Panics if [`Events`] loses, repeats or changes a frame, or ends in another way than the body
/// does.
pub fn run_body(seed: u64, trace: bool) -> Report {
    let mut dice = Dice::new(seed);
    let case = Rc::new(Case::draw(&mut dice));
    if trace {
        println!("{:?}, {:?}: {:?}", case.settings, case.end, String::from_utf8_lossy(&case.bytes));
    }
    let clock = MockTimer::with_seed(seed);
    let seen = Rc::new(RefCell::new(Seen { sent: 0, last_byte: clock.now(), frames: Vec::new() }));
    let body = Body::new(&case, &seen, &clock, &mut dice);
    let reader = Reader { case: &case, seen: &seen, clock: clock.clone(), trace, dice: RefCell::new(dice) };
    let end = clock.clone().run(reader.read_all(body));
    let events = seen.borrow().frames.iter().filter(|frame| matches!(frame, Frame::Event(_))).count();
    Report { events: events as u64, happenings: [(end.name(), 1)].into() }
}

/// A body and the options with which it is read.
struct Case {
    settings: Settings,
    idle_timeout: Duration,
    bytes: Vec<u8>,
    end: BodyEnd,
    /// The length of the longest chunk, in bytes.
    chunk: usize,
    /// The pause before some chunks. It is shorter than the idle timeout.
    pause: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
enum BodyEnd {
    Clean,
    Failure,
    Silence,
}

/// The expected end of the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    None,
    Stopped,
    Failure,
    IdleTimeout,
    TooLong,
    Truncated,
    Rejected,
}

impl End {
    fn name(self) -> &'static str {
        match self {
            Self::None => "body: end",
            Self::Stopped => "body: stopped by the reader",
            Self::Failure => "body: failure",
            Self::IdleTimeout => "body: idle timeout",
            Self::TooLong => "body: too long",
            Self::Truncated => "body: truncated",
            Self::Rejected => "body: rejected",
        }
    }

    fn of(error: Option<&Error>) -> Self {
        match error {
            None => Self::None,
            Some(Error::Stream(_)) => Self::Failure,
            Some(Error::IdleTimeout(_)) => Self::IdleTimeout,
            Some(Error::TooLong { .. }) => Self::TooLong,
            Some(Error::Truncated) => Self::Truncated,
            Some(Error::Rejected(_)) => Self::Rejected,
            Some(error) => panic!("a body cannot end with {error:?}"),
        }
    }
}

impl Case {
    fn draw(dice: &mut Dice) -> Self {
        let settings = Settings::draw(dice);
        let log = log::draw(dice, &settings);
        let mut bytes = log.into_iter().flat_map(|entry| entry.wire).collect::<Vec<u8>>();
        if dice.percent(50) {
            bytes.truncate(dice.index(bytes.len() + 1));
        }
        let idle_timeout = settings.idle_timeout.unwrap_or(Duration::from_secs(3600));
        let pause = dice.percent(30).then_some(idle_timeout - Duration::from_millis(1));
        let end = dice.pick(&[BodyEnd::Clean, BodyEnd::Clean, BodyEnd::Failure, BodyEnd::Silence]);
        Self { settings, idle_timeout, bytes, end, chunk: dice.pick(&[1, 3, 40, 1000, 100_000]), pause }
    }

    /// Returns the frames that the application receives, and the end.
    fn expected(&self) -> (Vec<Frame>, End) {
        let outcome = self.settings.decode(&self.bytes);
        let completes =
            |event: &Event| self.settings.delivers_unfinished || self.settings.rules.end_with(event);
        let unfinished = match self.end {
            BodyEnd::Clean if !outcome.too_long => outcome.unfinished.filter(completes),
            _ => None,
        };
        let (frames, end) = self.judge(outcome.frames.into_iter().chain(unfinished.map(Frame::Event)));
        let end = end.unwrap_or(match self.end {
            _ if outcome.too_long => End::TooLong,
            BodyEnd::Failure => End::Failure,
            BodyEnd::Silence => End::IdleTimeout,
            BodyEnd::Clean if self.settings.rules.expect_an_end() => End::Truncated,
            BodyEnd::Clean => End::None,
        });
        (frames, end)
    }

    /// Returns the number of frames that the application can receive after this many bytes.
    fn decodable(&self, len: usize) -> usize {
        self.judge(self.settings.decode(&self.bytes[..len]).frames.into_iter()).0.len()
    }

    /// Returns the frames that pass the predicates, and the end if a predicate ends the events.
    fn judge(&self, frames: impl Iterator<Item = Frame>) -> (Vec<Frame>, Option<End>) {
        let mut visible = Vec::new();
        for frame in frames {
            let verdict = match &frame {
                Frame::Event(event) => self.settings.rules.verdict(event),
                _ if self.settings.shows_all() => Verdict::Deliver,
                _ => Verdict::Skip,
            };
            if matches!(verdict, Verdict::Deliver | Verdict::Last) {
                visible.push(frame);
            }
            match verdict {
                Verdict::Deliver | Verdict::Skip => {}
                Verdict::Last | Verdict::Finish => return (visible, Some(End::None)),
                Verdict::Fail => return (visible, Some(End::Rejected)),
            }
        }
        (visible, None)
    }
}

/// The number of bytes that the body has sent, and the frames that the application has received.
struct Seen {
    sent: usize,
    last_byte: Instant,
    frames: Vec<Frame>,
}

struct Body {
    case: Rc<Case>,
    seen: Rc<RefCell<Seen>>,
    clock: MockTimer,
    dice: Dice,
    sleep: Option<MockSleep>,
}

impl Body {
    fn new(case: &Rc<Case>, seen: &Rc<RefCell<Seen>>, clock: &MockTimer, dice: &mut Dice) -> Self {
        let dice = Dice::new(dice.below(u64::MAX));
        Self { case: case.clone(), seen: seen.clone(), clock: clock.clone(), dice, sleep: None }
    }

    /// Checks that the application has received all that it could, unless that takes too long.
    fn check_nothing_is_held_back(&self) {
        let seen = self.seen.borrow();
        if self.case.chunk >= 40 {
            assert_eq!(seen.frames.len(), self.case.decodable(seen.sent), "after {} bytes", seen.sent);
        }
    }
}

impl Stream for Body {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.check_nothing_is_held_back();
        if let Some(sleep) = &mut self.sleep {
            ready!(Pin::new(sleep).poll(cx));
            self.sleep = None;
        } else if let Some(pause) = self.case.pause.filter(|_| self.dice.percent(30)) {
            let mut sleep = self.clock.sleep_until(self.seen.borrow().last_byte + pause);
            if Pin::new(&mut sleep).poll(cx).is_pending() {
                self.sleep = Some(sleep);
                return Poll::Pending;
            }
        }
        let longest = self.case.chunk;
        let len = 1 + self.dice.index(longest);
        let mut seen = self.seen.borrow_mut();
        let rest = &self.case.bytes[seen.sent..];
        if rest.is_empty() {
            return match self.case.end {
                BodyEnd::Clean => Poll::Ready(None),
                BodyEnd::Failure => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
                BodyEnd::Silence => Poll::Pending,
            };
        }
        let chunk = Bytes::copy_from_slice(&rest[..len.min(rest.len())]);
        seen.sent += chunk.len();
        seen.last_byte = self.clock.now();
        Poll::Ready(Some(Ok(chunk)))
    }
}

/// The application.
struct Reader<'a> {
    case: &'a Case,
    seen: &'a RefCell<Seen>,
    clock: MockTimer,
    trace: bool,
    dice: RefCell<Dice>,
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
    async fn read_all(&self, body: Body) -> End {
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
