//! What every adapter has to make of a network and of servers that are broken, as the [`suite`](mod@crate::suite) has what
//! it has to make of those that work: one list of cases over real sockets, run by the tests of each adapter.
//!
//! Whatever is done to it, a client comes to the outcome that is documented for it, and after that goes on where it was:
//! no event is lost and none comes twice. Each wait of a case is bounded by ten seconds, the case by thirty. And what the
//! client and its runtime hold is bounded by [`FaultAdapter::MOST_MEMORY`] in each case, whatever the server sends.
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
//!     const MOST_MEMORY: u64 = 256 << 10;
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

/// What these cases need of an adapter, besides what the [`suite`](mod@crate::suite) needs. The example is in the
/// documentation of [`fault_suite`](self).
pub trait FaultAdapter: Adapter {
    /// The most bytes that one case may have a client and its runtime hold at once, with a limit of 64 KiB for an event.
    const MOST_MEMORY: u64;

    /// Runs it, and says how many bytes the calling thread had allocated meanwhile and not freed, at the most.
    fn memory_of(run: impl FnOnce()) -> u64;
}

/// What the case about Unix sockets needs of an adapter.
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
    /// How the client sends requests to a Unix socket.
    type Unix: Transport + 'static;

    /// A client of the server at this socket. It is called inside [`block_on`](Adapter::block_on).
    fn unix(path: &Path) -> ClientBuilder<Self::Unix, Self::Timer>;
}

suites! { $ fault_suite
    /// A test for each case of the [`fault_suite`](mod@crate::fault_suite), of a
    /// [`FaultAdapter`](crate::fault_suite::FaultAdapter).
    fault_suite {
        outages:
            a_killed_server_is_found_again_on_its_port
            a_name_that_nobody_has_is_an_error
            a_name_that_nobody_has_uses_the_attempts_up;
        vanishing:
            a_peer_that_vanishes_in_mid_event_is_found_by_the_idle_timeout
            a_peer_that_takes_no_bytes_is_found_by_the_response_timeout
            a_head_that_drips_is_found_by_the_response_timeout;
        queues:
            a_full_accept_queue_is_found_by_the_response_timeout
            a_server_that_accepts_nobody_is_found_by_the_response_timeout;
        heads:
            a_response_that_is_none_is_an_error
            a_response_that_is_none_is_retried_after_a_stream;
        bodies:
            a_broken_body_goes_on_after_its_last_event
            an_unusual_body_is_read_as_it_is_meant;
        endless:
            a_line_without_end_is_too_long
            a_line_without_end_is_skipped_in_bounded_memory
            an_event_without_end_is_too_long;
        buffers:
            a_proxy_that_buffers_delivers_all_of_it_late
            a_proxy_that_buffers_for_too_long_is_found_by_the_idle_timeout;
        early:
            a_response_before_the_request_is_settled
            a_response_before_the_body_of_the_request_is_taken;
    }

    /// A test for each case that needs `sse-http`, of a [`FaultAdapter`](crate::fault_suite::FaultAdapter) with such a
    /// transport: it has a connect timeout, it reads little at a time and holds little, and it reads a response that came
    /// before the request was written. (hyper fills a buffer of 408 KiB and looks at all of it before anything else has a turn, which
    /// without optimization takes seconds; and an error in writing hides what can be read.)
    http_fault_suite {
        queues:
            a_full_accept_queue_is_found_by_the_connect_timeout;
        vanishing:
            a_chunk_size_without_end_is_found_by_the_idle_timeout;
        heads:
            informational_responses_without_end_are_an_error;
        early:
            a_refusal_before_the_request_is_read_is_the_response;
        idle:
            an_idle_session_holds_little;
    }
}

#[cfg(unix)]
suites! { $ fault_suite
    /// A test for each case about Unix sockets, of a [`UnixAdapter`](crate::fault_suite::UnixAdapter).
    unix_suite {
        unix:
            a_unix_socket_is_followed_across_connections
            a_unix_socket_that_is_not_there_is_an_error;
    }
}
