//! Test cases about faults of networks and servers that every adapter must handle. Like the
//! [`suite`](mod@crate::suite), which is about working ones, they use real sockets and run in the
//! tests of each adapter.
//!
//! After each fault a client must have the documented outcome and then resume: no event is lost and
//! none arrives twice. A wait takes at most ten seconds and a case at most thirty. The client and
//! its runtime use at most [`FaultAdapter::MAX_MEMORY`] in each case, whatever the server sends.
//!
//! ```
//! # use std::{future::Future, time::Duration};
//! # use sse_driver::ClientBuilder;
//! # use sse_harness::{MockTimer, MockTransport};
//! use sse_harness::fault_suite::FaultAdapter;
//! use sse_harness::suite::Adapter;
//!
//! # struct Mine;
//! # impl Adapter for Mine {
//! #     type Transport = MockTransport;
//! #     type Timer = MockTimer;
//! #     fn builder() -> ClientBuilder<MockTransport, MockTimer> { panic!("never called") }
//! #     fn block_on<F: Future>(_: F) -> F::Output { panic!("never called") }
//! # }
//! # mod allocation_counter {
//! #     pub struct Info { pub bytes_max: u64 }
//! #     pub fn measure(run: impl FnOnce()) -> Info { run(); Info { bytes_max: 0 } }
//! # }
//! impl FaultAdapter for Mine {
//!     const MAX_MEMORY: u64 = 256 << 10;
//!
//!     fn memory_of(run: impl FnOnce()) -> u64 {
//!         allocation_counter::measure(run).bytes_max
//!     }
//! }
//!
//! sse_harness::fault_suite!(Mine);
//! sse_harness::http_fault_suite!(Mine);
//! ```

mod bodies;
mod buffers;
mod case;
mod early;
mod endless;
mod heads;
mod idle;
mod outages;
mod queues;
#[cfg(unix)]
mod unix;
mod vanishing;

#[cfg(unix)]
use std::path::Path;

#[cfg(unix)]
use sse_driver::{ClientBuilder, Transport};

use crate::suite::{Adapter, suites};

/// An [`Adapter`] whose memory can be measured. The documentation of [`fault_suite`](self) has an
/// example.
pub trait FaultAdapter: Adapter {
    /// The maximum memory in bytes that a client and its runtime may use in a case, with a limit of
    /// 64 KiB for an event.
    const MAX_MEMORY: u64;

    /// Runs a function and returns the maximum number of bytes that the calling thread had
    /// allocated.
    fn memory_of(run: impl FnOnce()) -> u64;
}

/// An [`Adapter`] that supports Unix sockets.
///
/// ```
/// use std::path::Path;
/// use sse_driver::{Client, ClientBuilder};
/// use sse_harness::fault_suite::UnixAdapter;
/// use sse_harness::suite::Adapter;
///
/// struct Same<A>(A);
///
/// impl<A: UnixAdapter> Adapter for Same<A> {
///     type Transport = A::Transport;
///     type Timer = A::Timer;
///     fn builder() -> ClientBuilder<A::Transport, A::Timer> {
///         A::builder()
///     }
///     fn block_on<F: Future>(future: F) -> F::Output {
///         A::block_on(future)
///     }
/// }
///
/// impl<A: UnixAdapter> UnixAdapter for Same<A> {
///     type Unix = A::Unix;
///     fn unix(path: &Path) -> ClientBuilder<A::Unix, A::Timer> {
///         A::unix(path)
///     }
/// }
/// ```
#[cfg(unix)]
pub trait UnixAdapter: Adapter {
    /// The transport over a Unix socket.
    type Unix: Transport + 'static;

    /// Creates a client of the server at this socket. It is called inside
    /// [`block_on`](Adapter::block_on).
    fn unix(path: &Path) -> ClientBuilder<Self::Unix, Self::Timer>;
}

suites! { $ fault_suite
    /// Defines a test for each case of the [`fault_suite`](mod@crate::fault_suite), for a
    /// [`FaultAdapter`](crate::fault_suite::FaultAdapter).
    fault_suite {
        outages:
            a_session_resumes_when_a_killed_server_restarts
            an_unknown_host_is_an_error
            an_unknown_host_uses_up_the_attempts;
        vanishing:
            a_peer_that_vanishes_within_an_event_is_found_by_the_idle_timeout
            a_peer_that_does_not_read_is_found_by_the_response_timeout
            a_head_that_drips_is_found_by_the_response_timeout;
        queues:
            a_full_accept_queue_is_found_by_the_response_timeout
            a_server_that_does_not_accept_is_found_by_the_response_timeout;
        heads:
            an_invalid_response_is_an_error
            an_invalid_response_is_retried_after_a_stream;
        bodies:
            a_stream_with_a_broken_body_resumes_after_its_last_event
            an_unusual_body_is_read_as_its_framing_says;
        endless:
            an_endless_line_is_too_long
            an_endless_line_is_skipped_in_bounded_memory
            an_endless_event_is_too_long;
        buffers:
            a_buffering_proxy_delivers_everything_late
            a_buffering_proxy_is_found_by_the_idle_timeout;
        early:
            a_response_before_the_request_is_read_whole_or_fails
            a_response_before_the_end_of_the_request_is_read;
    }

    /// Defines a test for each case that needs `sse-http`, for a
    /// [`FaultAdapter`](crate::fault_suite::FaultAdapter) with that transport. It has a connect
    /// timeout, uses small reads and little memory, and reads a response that arrives before the
    /// request is written. (hyper fills a buffer of 408 KiB and processes all of it before it
    /// yields, which takes seconds without optimization, and an error in writing hides the
    /// response.)
    http_fault_suite {
        queues:
            a_full_accept_queue_is_found_by_the_connect_timeout;
        vanishing:
            an_endless_chunk_size_is_found_by_the_idle_timeout;
        heads:
            endless_informational_responses_are_an_error;
        early:
            a_refusal_before_the_request_is_read_is_reported;
        idle:
            an_idle_session_uses_little_memory;
    }
}

#[cfg(unix)]
suites! { $ fault_suite
    /// Defines a test for each case about Unix sockets, for a
    /// [`UnixAdapter`](crate::fault_suite::UnixAdapter).
    unix_suite {
        unix:
            a_session_over_a_unix_socket_resumes
            a_missing_unix_socket_is_an_error;
    }
}
