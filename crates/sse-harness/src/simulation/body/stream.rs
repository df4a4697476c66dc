//! The body as the client polls it.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use sse_driver::{Frame, Instant, Timer};

use super::case::{BodyEnd, Case};
use crate::simulation::world::Dice;
use crate::{MockSleep, MockTimer};

/// The number of bytes that the body has sent, and the frames that the application has received.
pub(super) struct Seen {
    pub(super) sent: usize,
    pub(super) last_byte: Instant,
    pub(super) frames: Vec<Frame>,
}

pub(super) struct Body {
    case: Rc<Case>,
    seen: Rc<RefCell<Seen>>,
    clock: MockTimer,
    dice: Dice,
    sleep: Option<MockSleep>,
}

impl Body {
    pub(super) fn new(case: &Rc<Case>, seen: &Rc<RefCell<Seen>>, clock: &MockTimer, dice: &mut Dice) -> Self {
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
