//! The memory that all reads of a thread go through.

use std::cell::Cell;

/// The most that one read takes, in bytes. Smaller reads wake a fast server more often than they
/// save.
const LEN: usize = 32 * 1024;

thread_local! {
    static SHARED: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Lends the thread's buffer, so that no connection owns one.
///
/// It is taken out meanwhile: a read within a read (a stream over another body) makes one of its
/// own. At the end of a thread there is none to take, and the same happens.
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
    fn a_thread_has_one_buffer_for_all_its_reads() {
        with(|buffer| buffer.fill(7));
        with(|buffer| assert!(buffer.len() == LEN && buffer.iter().all(|byte| *byte == 7)));
    }

    #[test]
    fn a_read_within_a_read_has_a_buffer_of_its_own() {
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
    fn a_read_at_the_end_of_a_thread_has_a_buffer() {
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
