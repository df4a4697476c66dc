//! One trait for all decoders, so that they are called, checked and timed in the same way.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;

use crate::check::{Check, Verdict, judge};
use crate::pieces::Pieces;
use crate::sink::{Sink, Tally};

/// A decoder, driven in the fastest way that its interface offers.
pub trait Decode {
    /// The name of the crate, or of the way in which the decoder of this workspace is used.
    const NAME: &'static str;

    /// Whether it takes chunks as reference-counted [`Bytes`](bytes::Bytes), and so pays for
    /// dropping them.
    const SHARES: bool = false;

    /// Decodes the pieces one after another.
    ///
    /// # Errors
    ///
    /// Returns the message of the decoder's error.
    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String>;
}

/// A decoder as a value, for lists of decoders.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// [`Decode::NAME`].
    pub name: &'static str,
    /// [`Decode::SHARES`].
    pub shares: bool,
    /// Decodes all pieces and returns the total length of the events. Panics if the decoder fails.
    pub pass: fn(&Pieces) -> usize,
    /// Decodes all pieces and compares the events with the expected ones.
    pub check: fn(&Pieces, &[sse_proto::Event]) -> Verdict,
}

impl Subject {
    /// Creates the value for a decoder type.
    #[must_use]
    pub const fn of<D: Decode>() -> Self {
        Self { name: D::NAME, shares: D::SHARES, pass: pass::<D>, check: check::<D> }
    }
}

fn pass<D: Decode>(pieces: &Pieces) -> usize {
    let mut tally = Tally::default();
    D::decode(pieces, &mut tally).expect("the decoder was checked before");
    tally.len
}

fn check<D: Decode>(pieces: &Pieces, expected: &[sse_proto::Event]) -> Verdict {
    judge(|| {
        let mut check = Check::new(expected);
        D::decode(pieces, &mut check).map(|()| check.difference())
    })
}

/// Polls a stream to its end. Its source is always ready, so `Pending` only means that it yields.
pub(crate) fn drain<S: Stream>(
    stream: S,
    mut take: impl FnMut(S::Item) -> Result<(), String>,
) -> Result<(), String> {
    let mut stream = pin!(stream);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        match stream.as_mut().poll_next(&mut cx) {
            Poll::Ready(Some(item)) => take(item)?,
            Poll::Ready(None) => return Ok(()),
            Poll::Pending => {}
        }
    }
}
