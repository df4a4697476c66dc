//! Uses sse-proto without std. If the crate or one of its dependencies uses `std`, this binary
//! fails to build (E0152, a second panic handler).
#![no_std]
#![no_main]

extern crate alloc;

use core::alloc::{GlobalAlloc, Layout};

use bytes::Bytes;
use sse_proto::{Config, Disconnect, EventSource, FrameRef, Instant, Output, ResponseHead};

struct Malloc;

// SAFETY: `aligned_alloc` and `free` fulfil the contract of `GlobalAlloc`. The size is rounded up
// to the alignment, as C11 requires.
unsafe impl GlobalAlloc for Malloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let align = layout.align().max(16);
        let size = layout.size().next_multiple_of(align);
        unsafe { libc::aligned_alloc(align, size).cast() }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, _: Layout) {
        unsafe { libc::free(pointer.cast()) }
    }
}

#[global_allocator]
static MALLOC: Malloc = Malloc;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unsafe { libc::abort() }
}

/// `alloc` and `core` are built for unwinding and refer to these functions. With `panic = "abort"`
/// nothing calls them.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    unsafe { libc::abort() }
}

/// Returns 0 if the event was received.
#[unsafe(no_mangle)]
extern "C" fn main() -> i32 {
    let now = Instant::ZERO;
    let mut source = EventSource::new(Config::default(), now);
    let Output::Connect(_) = source.poll_output() else { return 1 };
    let content_type = Some(&b"text/event-stream"[..]);
    source.handle_response(now, ResponseHead { content_type, ..ResponseHead::new(200) });
    let Output::Opened = source.poll_output() else { return 2 };
    source.handle_data(now, Bytes::from_static("data: ünïcödé\ndata: \u{1F600}\n\n".as_bytes()));
    let Output::Frame(FrameRef::Event(event)) = source.poll_output() else { return 3 };
    if event.data != "ünïcödé\n\u{1F600}" {
        return 4;
    }
    source.handle_disconnect(now, Disconnect::Eof);
    let Output::Disconnected { .. } = source.poll_output() else { return 5 };
    0
}
