//! Streams in pieces, as a network delivers them.

use std::fmt;
use std::slice;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// The way in which a stream is cut into pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Pieces of this many bytes.
    Bytes(usize),
    /// One event per piece.
    Events,
}

impl Cut {
    /// The measured cuts: a large read, a TLS record, a packet, small writes, one event per write,
    /// and the worst case.
    pub const ALL: [Self; 6] = [
        Self::Bytes(65536),
        Self::Bytes(16384),
        Self::Bytes(1460),
        Self::Bytes(64),
        Self::Events,
        Self::Bytes(1),
    ];
}

/// Shows the cut as the command line names it.
impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(len) => write!(f, "{len}"),
            Self::Events => f.write_str("event"),
        }
    }
}

/// A stream and its cut.
#[derive(Clone, Debug)]
pub struct Pieces {
    stream: Bytes,
    ends: Ends,
    stock: Stock,
}

/// Lists of chunks that are made before the clock starts. A network delivers a chunk with its
/// reference already counted, which costs as much as decoding a small event.
#[derive(Clone, Debug, Default)]
struct Stock {
    lists: Arc<Mutex<Vec<Vec<Bytes>>>>,
    is_wanted: Arc<AtomicBool>,
}

#[derive(Clone, Debug)]
enum Ends {
    Every(usize),
    At(Arc<[usize]>),
}

impl Pieces {
    pub(crate) fn every(stream: Bytes, len: usize) -> Self {
        Self { stream, ends: Ends::Every(len), stock: Stock::default() }
    }

    pub(crate) fn at(stream: Bytes, ends: Arc<[usize]>) -> Self {
        Self { stream, ends: Ends::At(ends), stock: Stock::default() }
    }

    /// Returns the whole stream.
    #[must_use]
    pub fn stream(&self) -> &[u8] {
        &self.stream
    }

    /// Returns the pieces as slices, for decoders that read a slice.
    pub fn slices(&self) -> impl Iterator<Item = &[u8]> {
        match &self.ends {
            Ends::Every(len) => Slices::Every(self.stream.chunks(*len)),
            Ends::At(ends) => Slices::At { rest: &self.stream, start: 0, ends: ends.iter() },
        }
    }

    /// Returns the pieces as [`Bytes`], for decoders that share the chunk. They are ready if
    /// [`prepare`](Self::prepare) was called before.
    pub fn chunks(&self) -> impl Iterator<Item = Bytes> + use<> {
        self.stock.is_wanted.store(true, Ordering::Relaxed);
        let list = self.lists().pop();
        list.unwrap_or_else(|| self.list()).into_iter()
    }

    /// Prepares the chunks for this many passes, if an earlier pass used chunks.
    pub fn prepare(&self, passes: usize) {
        if self.stock.is_wanted.load(Ordering::Relaxed) {
            self.lists().extend((0..passes).map(|_| self.list()));
        }
    }

    fn lists(&self) -> MutexGuard<'_, Vec<Vec<Bytes>>> {
        self.stock.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn list(&self) -> Vec<Bytes> {
        self.slices().map(|slice| self.stream.slice_ref(slice)).collect()
    }
}

/// The iterator over slices. Its `next` is part of what is measured.
enum Slices<'p> {
    Every(slice::Chunks<'p, u8>),
    At { rest: &'p [u8], start: usize, ends: slice::Iter<'p, usize> },
}

impl<'p> Iterator for Slices<'p> {
    type Item = &'p [u8];

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Every(chunks) => chunks.next(),
            Self::At { rest, start, ends } => {
                let end = *ends.next()?;
                let (slice, after) = rest.split_at(end - *start);
                (*rest, *start) = (after, end);
                Some(slice)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_add_up_to_the_stream() {
        let stream = Bytes::from_static(b"abcdefg");
        let every = Pieces::every(stream.clone(), 3);
        let at = Pieces::at(stream, [2, 7].into());
        assert_eq!(every.slices().collect::<Vec<_>>(), [&b"abc"[..], b"def", b"g"]);
        assert_eq!(at.chunks().collect::<Vec<_>>(), [&b"ab"[..], b"cdefg"]);
    }
}
