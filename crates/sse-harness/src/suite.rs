//! Test cases that every adapter must pass. They use real sockets and run in the tests of each
//! adapter.
//!
//! The test of an adapter implements [`Adapter`] and invokes a macro for each list of cases:
//!
//! ```
//! # use std::{future::{Ready, ready, Future}, time::Duration};
//! # use sse_driver::{ClientBuilder, Instant, Timer};
//! # use sse_harness::{MockTimer, MockTransport};
//! # type MyTransport = MockTransport;
//! # type MyTimer = MockTimer;
//! # fn my_client() -> ClientBuilder<MyTransport, MyTimer> { panic!("never called") }
//! # fn my_block_on<F: Future>(_: F) -> F::Output { panic!("never called") }
//! use sse_harness::suite::Adapter;
//!
//! struct Mine;
//!
//! impl Adapter for Mine {
//!     type Transport = MyTransport;
//!     type Timer = MyTimer;
//!
//!     fn builder() -> ClientBuilder<MyTransport, MyTimer> {
//!         my_client()
//!     }
//!
//!     fn block_on<F: Future>(future: F) -> F::Output {
//!         my_block_on(future)
//!     }
//! }
//!
//! sse_harness::adapter_suite!(Mine);
//! sse_harness::redirect_suite!(Mine);
//! ```
//!
//! Each case is a test of its own. It fails after 30 seconds, even if a session blocks its thread.
//! The whole suite takes a few seconds. Cases wait for a gate, a request or a closed connection;
//! time comes from the adapter's [`Timer`]. One case opens a thousand connections, and raises the
//! limit of open files of its process for them.

mod before_each;
mod cancelling;
pub(crate) mod case;
mod closing;
mod deciding;
mod ending;
mod giving_up;
mod load;
mod methods;
mod opening;
mod reading;
mod redirects;
mod refusals;
mod resuming;
mod silence;
mod steering;

use core::future::Future;

use sse_driver::{ClientBuilder, Timer, Transport};

/// A runtime and its client. The documentation of [`suite`](self) has an example.
pub trait Adapter: 'static {
    /// The transport of the client.
    type Transport: Transport + 'static;
    /// The timer of the runtime.
    type Timer: Timer + Default + 'static;

    /// Creates a client builder with default settings. It is called inside
    /// [`block_on`](Self::block_on).
    fn builder() -> ClientBuilder<Self::Transport, Self::Timer>;

    /// Runs a future and the runtime on the calling thread.
    fn block_on<F: Future>(future: F) -> F::Output;
}

/// Defines the list of cases in the module `$home`. The compiler reports a case that is missing as
/// dead code.
macro_rules! suites {
    ($d:tt $home:ident $($(#[$doc:meta])* $suite:ident { $($group:ident: $($case:ident)*;)* })*) => { $(
        $( $(pub use $group::$case;)* )*

        $(#[$doc])*
        #[macro_export]
        macro_rules! $suite {
            ($d adapter:ty) => {
                $($(
                    #[test]
                    fn $case() {
                        $d crate::$home::$case::<$d adapter>();
                    }
                )*)*
            };
        }
    )* };
}
pub(crate) use suites;

suites! { $ suite
    /// Defines a test for each case of the [`suite`](mod@crate::suite), for an
    /// [`Adapter`](crate::suite::Adapter).
    adapter_suite {
        opening:
            a_session_returns_its_response
            a_request_has_the_headers_of_an_event_stream
            a_request_overrides_its_client
            a_first_204_opens_a_closed_session;
        reading:
            events_have_all_fields_in_any_chunks
            comments_are_shown_if_configured
            retries_are_shown_if_configured
            an_event_that_is_too_long_ends_the_session
            an_event_that_is_too_long_can_be_skipped
            for_each_frame_stops_when_the_visitor_breaks
            a_reader_turns_events_into_values
            updates_are_states_and_frames_in_order;
        refusals:
            a_404_is_an_error_with_its_body
            the_body_of_an_error_is_cut_at_64_kib
            a_500_is_final_before_the_first_stream
            a_500_is_retried_with_retry_initial
            a_500_is_retried_after_a_stream
            another_content_type_is_refused
            retry_after_delays_the_next_attempt
            a_refused_connection_is_an_error
            a_refused_connection_is_retried_until_the_server_listens
            a_refused_connection_is_retried_until_the_attempts_are_used_up;
        resuming:
            a_truncated_stream_resumes_after_its_last_event
            a_reset_stream_resumes_after_its_last_event
            a_later_204_ends_the_session
            states_come_in_order
            reconnect_ends_the_wait
            reconnect_drops_an_open_connection;
        silence:
            a_silent_stream_is_reconnected
            comments_keep_a_stream_alive
            a_missing_response_times_out
            a_missing_response_is_retried_after_a_stream;
        methods:
            a_post_is_sent_once
            a_post_is_replayed_if_allowed
            other_methods_carry_their_body;
        before_each:
            a_stale_token_is_renewed
            an_attempt_can_become_another_request
            an_error_of_the_hook_ends_the_first_attempt
            an_error_of_the_hook_ends_a_reconnection;
        deciding:
            a_post_is_retried_until_it_is_open
            total_reconnections_are_limited
            every_5xx_but_501_505_and_511_is_retried
            a_new_last_event_id_is_progress
            retry_after_is_the_next_delay
            a_retried_status_has_its_body
            the_application_decides_what_is_retried
            an_expired_token_is_renewed
            the_application_decides_what_opens_a_stream
            a_body_that_is_not_compressed_is_read
            a_compressed_body_is_not_retried
            an_unsupported_scheme_is_not_retried
            an_id_with_tabs_and_spaces_is_sent
            every_response_is_an_answer
            a_post_is_resumed_by_get;
        ending:
            the_terminal_event_finishes_the_session
            a_stream_without_its_terminal_event_is_truncated
            an_error_event_fails_the_session
            finish_before_does_not_deliver_its_event
            deliver_unfinished_delivers_the_last_event
            a_broken_connection_drops_the_unfinished_event;
        giving_up:
            without_reconnection_the_session_ends_with_the_stream
            without_reconnection_a_broken_stream_is_an_error
            a_session_gives_up_when_its_attempts_are_used_up;
        closing:
            close_delivers_nothing_more
            close_closes_the_connection
            finish_closes_the_connection
            a_dropped_session_closes_its_connection
            run_closes_its_connection
            a_dropped_run_closes_its_connection;
        cancelling:
            a_dropped_open_closes_its_connection
            a_dropped_next_loses_nothing
            a_dropped_next_of_a_reconnection_loses_nothing
            a_session_dropped_while_it_reconnects_closes_its_connection
            a_session_dropped_while_it_waits_sends_no_request
            a_session_dropped_before_an_attempt_sends_no_request;
        steering:
            a_started_session_opens_when_it_is_read
            a_started_session_that_is_dropped_closes_its_connection
            a_handle_closes_a_connecting_session
            a_handle_reconnects_a_connecting_session
            a_handle_closes_an_open_session;
        load:
            a_thousand_sessions_run_on_one_thread
            a_session_that_is_not_read_stops_its_server
            an_endless_stream_of_events_yields
            an_endless_stream_of_comments_yields;
    }

    /// Defines a test for each case about redirects, for an [`Adapter`](crate::suite::Adapter)
    /// whose transport is `sse-http`. The tests of a transport with its own rules for redirects
    /// call those functions of [`suite`](mod@crate::suite) that apply to it.
    redirect_suite {
        redirects:
            redirect_to_the_same_origin_keeps_everything
            a_reconnection_requests_the_original_url
            redirect_to_another_origin_drops_credentials
            a_body_never_goes_to_another_origin
            a_303_turns_a_post_into_a_get
            a_307_keeps_a_post_and_its_body
            a_redirect_loop_is_an_error
            a_redirect_without_a_location_is_an_error;
    }
}
