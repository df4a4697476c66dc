//! The read buffer that all connections of a thread share.

use std::cell::Cell;

/// The maximum length of one read in bytes. Smaller reads wake a fast server so often that they
/// cost more than they save.
const LEN: usize = 32 * 1024;

thread_local! {
    static SHARED: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Lends the thread's buffer to `read`, so that no connection owns one.
///
/// While it is lent, a read within the read (of a stream over another body) allocates a buffer of
/// its own. So does a read while the thread is being destroyed.
pub(crate) fn with<T>(read: impl FnOnce(&mut [u8]) -> T) -> T {
    let mut buffer = SHARED.try_with(Cell::take).unwrap_or_default();
    buffer.resize(LEN, 0);
    let result = read(&mut buffer);
    let _ = SHARED.try_with(|shared| shared.set(buffer));
    result
}

#[cfg(test)]
mod tests {
    use super::{LEN, with};

    #[test]
    fn reads_of_a_thread_share_one_buffer() {
        with(|buffer| buffer.fill(7));
        with(|buffer| assert!(buffer.len() == LEN && buffer.iter().all(|byte| *byte == 7)));
    }

    #[test]
    fn a_read_within_a_read_gets_its_own_buffer() {
        with(|outer| {
            outer.fill(1);
            with(|inner| {
                assert_eq!(inner.len(), LEN);
                inner.fill(2);
            });
            assert!(outer.iter().all(|byte| *byte == 1));
        });
    }

    #[test]
    fn a_read_during_thread_destruction_gets_a_buffer() {
        struct ReadsLast;
        impl Drop for ReadsLast {
            fn drop(&mut self) {
                assert_eq!(with(|buffer| buffer.len()), LEN);
            }
        }
        thread_local! {
            static LAST: ReadsLast = const { ReadsLast };
        }
        let thread = std::thread::spawn(|| {
            LAST.with(|_| {});
            with(|_| {});
        });
        thread.join().expect("a panic in drop aborts or is seen here");
    }
}
