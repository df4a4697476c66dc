//! One trait for all decoders, so that they are called, checked and timed alike.

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;

use crate::check::{Check, Verdict, judge};
use crate::pieces::Pieces;

/// A decoder, driven in the fastest way that its interface has.
pub trait Decode {
    /// Its crate, or the way in which this workspace's decoder is used.
    const NAME: &'static str;

    /// Whether it gets chunks as the network hands them over, counted references, and so has to let go of them.
    const SHARES: bool = false;

    /// Decodes the pieces one after the other.
    ///
    /// # Errors
    ///
    /// What the decoder said of a stream that it would not decode.
    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String>;
}

/// Where the events go. Decoders differ in what they hand over, and agree on this.
pub trait Sink {
    /// One event. Where the decoder tells of no id, it is empty.
    fn event(&mut self, event_type: &str, data: &[u8], id: &str);
}

/// Looks at every event without reading it: what is timed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// The length of all that came.
    pub len: usize,
}

impl Sink for Tally {
    fn event(&mut self, event_type: &str, data: &[u8], id: &str) {
        self.len += event_type.len() + data.len() + id.len();
        // A decoder that wrote the data somewhere has to have written it.
        black_box(data.as_ptr());
    }
}

/// A decoder as a value, for lists of them.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// [`Decode::NAME`].
    pub name: &'static str,
    /// [`Decode::SHARES`].
    pub shares: bool,
    /// Decodes all of it, and says how much there was. Panics where the decoder fails.
    pub pass: fn(&Pieces) -> usize,
    /// Decodes all of it, and compares.
    pub check: fn(&Pieces, &[sse_proto::Event]) -> Verdict,
}

impl Subject {
    /// The value for a type.
    #[must_use]
    pub const fn of<D: Decode>() -> Self {
        Self { name: D::NAME, shares: D::SHARES, pass: pass::<D>, check: check::<D> }
    }
}

fn pass<D: Decode>(pieces: &Pieces) -> usize {
    let mut tally = Tally::default();
    D::decode(pieces, &mut tally).expect("it was checked before");
    tally.len
}

fn check<D: Decode>(pieces: &Pieces, expected: &[sse_proto::Event]) -> Verdict {
    judge(|| {
        let mut check = Check::new(expected);
        D::decode(pieces, &mut check).map(|()| check.difference())
    })
}

/// Polls a stream whose source is always ready, and so whatever is pending is only giving way.
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
