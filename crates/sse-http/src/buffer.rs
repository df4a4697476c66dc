//! The read buffer that all connections of a thread share.

use std::cell::Cell;

use bytes::{Bytes, BytesMut};

/// The maximum length of one read in bytes. Smaller reads wake a fast server so often that they
/// cost more than they save.
const LEN: usize = 32 * 1024;

/// Data from this length on is handed out in the buffer itself, which is not copied. It wastes at
/// most as much memory again.
const LONG: usize = LEN / 2;

thread_local! {
    /// The buffer, also while the data of a read occupies it. It can be used again once that data
    /// is dropped.
    static SHARED: Cell<Bytes> = const { Cell::new(Bytes::new()) };
}

/// Lends the thread's buffer to `read`, so that no connection owns one. `read` also returns how
/// many bytes at the front of the buffer are data, and this returns them.
///
/// While it is lent, or its data is in use, a read allocates a new buffer. So does a read while the
/// thread is being destroyed.
pub(crate) fn with<T>(read: impl FnOnce(&mut [u8]) -> (T, usize)) -> (T, Bytes) {
    let shared = SHARED.try_with(Cell::take).unwrap_or_default();
    let mut buffer = shared.try_into_mut().unwrap_or_default();
    buffer.resize(LEN, 0);
    let (result, len) = read(&mut buffer);
    let (data, shared) = hand_out(buffer, len);
    let _ = SHARED.try_with(|cell| cell.set(shared));
    (result, data)
}

/// Returns the first `len` bytes, and the buffer.
fn hand_out(buffer: BytesMut, len: usize) -> (Bytes, Bytes) {
    if len < LONG {
        return (Bytes::copy_from_slice(&buffer[..len]), buffer.freeze());
    }
    let shared = buffer.freeze();
    (shared.slice(..len), shared)
}

#[cfg(test)]
mod tests {
    use super::{Bytes, LEN, LONG, with};

    /// Reads this many bytes of this value.
    fn read(byte: u8, len: usize) -> Bytes {
        let fill = |buffer: &mut [u8]| {
            assert_eq!(buffer.len(), LEN);
            buffer[..len].fill(byte);
            ((), len)
        };
        let ((), data) = with(fill);
        assert!(data.len() == len && data.iter().all(|got| *got == byte));
        data
    }

    /// Returns the address of the thread's buffer, to compare it.
    fn address() -> usize {
        with(|buffer| (buffer.as_ptr().addr(), 0)).0
    }

    #[test]
    fn reads_of_a_thread_share_one_buffer() {
        let shared = address();
        for len in [0, 1, LONG - 1, LONG, LEN] {
            drop(read(7, len));
            assert_eq!(address(), shared, "{len}");
        }
    }

    #[test]
    fn short_data_is_copied_and_long_data_is_not() {
        let shared = address();
        for len in [1, LONG - 1, LONG, LONG + 1, LEN] {
            assert_eq!(read(7, len).as_ptr().addr() == shared, len >= LONG, "{len}");
        }
    }

    #[test]
    fn data_in_use_is_not_overwritten() {
        for len in [1, LONG - 1, LONG, LEN] {
            let (first, second) = (read(1, len), read(2, len));
            drop(read(3, LEN));
            assert!(first.iter().all(|byte| *byte == 1) && second.iter().all(|byte| *byte == 2), "{len}");
        }
    }

    #[test]
    fn a_read_within_a_read_gets_its_own_buffer() {
        let ((), outer) = with(|outer| {
            outer.fill(1);
            drop(read(2, LEN));
            ((), LEN)
        });
        assert!(outer.iter().all(|byte| *byte == 1));
    }

    #[test]
    fn a_read_during_thread_destruction_gets_a_buffer() {
        struct ReadsLast;
        impl Drop for ReadsLast {
            fn drop(&mut self) {
                read(1, LEN);
                read(2, 1);
            }
        }
        thread_local! {
            static LAST: ReadsLast = const { ReadsLast };
        }
        let thread = std::thread::spawn(|| {
            LAST.with(|_| {});
            read(3, 1);
        });
        thread.join().expect("a panic in drop aborts or is seen here");
    }
}
