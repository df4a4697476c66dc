//! How many bytes the decoder looks at or copies: counted in its own tests, and nowhere else.

#[cfg(test)]
use core::cell::Cell;

#[cfg(test)]
std::thread_local! {
    static WORK: Cell<usize> = const { Cell::new(0) };
}

/// The decoder looked at so many bytes, or copied them.
#[inline(always)]
pub(crate) fn count(_bytes: usize) {
    #[cfg(test)]
    WORK.set(WORK.get() + _bytes);
}

/// The count since the last call.
#[cfg(test)]
pub(crate) fn take() -> usize {
    WORK.take()
}
