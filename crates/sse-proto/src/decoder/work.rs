//! Counts the bytes that the decoder reads or copies, in its own tests only.

#[cfg(test)]
use core::cell::Cell;

#[cfg(test)]
std::thread_local! {
    static WORK: Cell<usize> = const { Cell::new(0) };
}

/// Counts bytes that the decoder reads or copies.
#[inline(always)]
pub(crate) fn count(_bytes: usize) {
    #[cfg(test)]
    WORK.set(WORK.get() + _bytes);
}

/// Returns the count since the last call.
#[cfg(test)]
pub(crate) fn take() -> usize {
    WORK.take()
}
