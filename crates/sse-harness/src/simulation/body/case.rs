//! A body, the options with which it is read, and what the application must receive.

use std::time::Duration;

use sse_driver::{Error, Event, Frame};

use crate::simulation::log;
use crate::simulation::rules::Verdict;
use crate::simulation::settings::Settings;
use crate::simulation::world::Dice;

/// A body and the options with which it is read.
pub(super) struct Case {
    pub(super) settings: Settings,
    pub(super) idle_timeout: Duration,
    pub(super) bytes: Vec<u8>,
    pub(super) end: BodyEnd,
    /// The length of the longest chunk, in bytes.
    pub(super) chunk: usize,
    /// The pause before some chunks. It is shorter than the idle timeout.
    pub(super) pause: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum BodyEnd {
    Clean,
    Failure,
    Silence,
}

/// The expected end of the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    None,
    Stopped,
    Failure,
    IdleTimeout,
    TooLong,
    Truncated,
    Rejected,
}

impl End {
    pub(super) fn name(self) -> &'static str {
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

    pub(super) fn of(error: Option<&Error>) -> Self {
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
    pub(super) fn draw(dice: &mut Dice) -> Self {
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
    pub(super) fn expected(&self) -> (Vec<Frame>, End) {
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
    pub(super) fn decodable(&self, len: usize) -> usize {
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
