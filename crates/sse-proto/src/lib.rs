//! The Server-Sent Events protocol without I/O: a decoder, an encoder, and the state machine of a
//! client.
//!
//! This crate uses no socket, no clock and no source of randomness. Bytes, points in time and a
//! seed are arguments. So it runs in any async runtime or in none, on bare metal and in a fuzzer,
//! and tests can choose the time. It is `no_std` and needs `alloc`.
//!
//!  - [`Decoder`] decodes bytes, in chunks of any size and in bounded memory, as WHATWG HTML
//!    [9.2.5] and [9.2.6] specify. It returns [`FrameRef`]s, which borrow their text. [`Frame`]s
//!    own it.
//!  - [`FrameRef::encode`] encodes a frame, and rejects text that would inject another field.
//!  - [`ReconnectPolicy`] configures when to reconnect, and [`Backoff`] computes the delays.
//!  - [`EventSource`] combines them into the state machine of one event source ([9.2.2] and
//!    [9.2.3]).
//!
//! # Driving an event source
//!
//! A driver passes inputs to the [`EventSource`] and acts on its outputs: **after each `handle_*`
//! call, poll [`poll_output`](EventSource::poll_output) until it returns [`Output::Wait`] or
//! [`Output::Closed`].** Then wait for data from the connection or for the time in `Wait`,
//! whichever comes first.
//!
//! ```text
//!                       handle_response: an event stream
//!   new ──► connecting ───────────────────────────────────► open
//!             ▲    │                                          │
//!             │    │ handle_disconnect, handle_timeout,       │ handle_disconnect, handle_timeout,
//!             │    │ a temporary error status, reconnect      │ reconnect
//!             │    ▼                                          │
//!             └─ waiting ◄────────────────────────────────────┘
//!     handle_timeout,
//!     reconnect
//!
//!   any ──► closed: a 204, any other response, a failure before the first open, a futile one,
//!                   no attempt left, an event over the limit, finish, close
//! ```
//!
//! If [`Config::ask`] is set, the event source first reports each failure as [`Output::Failed`].
//! The driver can answer with [`EventSource::decide`]: retry although the policy would not, retry
//! at another time, or stop.
//!
//! `reconnect` connects at once, without waiting. While the event source is `waiting`, its ready
//! state is [`ReadyState::Connecting`], as in the standard.
//!
//! This is the whole loop, with a scripted peer. A real driver awaits data and timers where this
//! one takes the next step of the script:
//!
//! ```
//! use core::time::Duration;
//! use bytes::Bytes;
//! use sse_proto::{CloseReason, Config, Disconnect, EventSource, FrameRef, Instant, Output, ResponseHead};
//!
//! enum Peer {
//!     Answers(u16),
//!     Sends(&'static str),
//!     HangsUp,
//! }
//! use Peer::*;
//! // The peer drops the connection within an event, sends that event again when the client resumes,
//! // and then has no more.
//! let mut script = [
//!     Answers(200), Sends("id: 1\ndata: one\n\nid: 2\nda"), HangsUp,
//!     Answers(200), Sends("id: 2\ndata: two\n\n"), HangsUp,
//!     Answers(204),
//! ]
//! .into_iter();
//!
//! let mut now = Instant::ZERO;
//! let mut source = EventSource::new(Config::default(), now);
//! let mut resumed_from = Vec::new();
//! let mut events = Vec::new();
//! let reason = 'life: loop {
//!     let deadline = loop {
//!         match source.poll_output() {
//!             Output::Connect(attempt) => resumed_from.push(attempt.last_event_id().to_owned()),
//!             Output::Frame(FrameRef::Event(event)) => events.push(event.data.to_owned()),
//!             Output::Opened | Output::Frame(_) | Output::Failed { .. } | Output::Disconnected { .. } => {}
//!             Output::Wait(deadline) => break deadline,
//!             Output::Closed(reason) => break 'life reason,
//!         }
//!     };
//!     if let Some(deadline) = deadline {
//!         now = deadline; // sleep until then
//!         source.handle_timeout(now);
//!         continue;
//!     }
//!     match script.next().expect("the script ends with a 204") {
//!         Answers(status) => {
//!             let content_type = Some(&b"text/event-stream"[..]);
//!             source.handle_response(now, ResponseHead { content_type, ..ResponseHead::new(status) });
//!         }
//!         Sends(text) => source.handle_data(now, Bytes::from(text)),
//!         HangsUp => source.handle_disconnect(now, Disconnect::Eof),
//!     }
//! };
//! assert_eq!(reason, CloseReason::NoContent);
//! assert_eq!(events, ["one", "two"]);
//! assert_eq!(resumed_from, ["", "1", "2"]);
//! assert!(now >= Instant::ZERO + Duration::from_secs(6)); // two reconnections, 3 s before each
//! ```
//!
//! # Features
//!
//!  - `std` (default) lets `memchr` and `simdutf8` detect the CPU's instructions at run time. It
//!    adds no items.
//!  - `simd` (enabled by `std`) validates UTF-8 with `simdutf8`.
//!  - `serde` implements `Serialize` for events and frames, and `Deserialize` for those that own
//!    their text.
//!
//! [9.2.2]: https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface
//! [9.2.3]: https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
//! [9.2.5]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
//! [9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod config;
mod decoder;
mod encode;
mod event_source;
mod event_type;
mod frame;
mod instant;
mod limits;
mod mime;
mod output;
mod reconnect;

pub use config::Config;
pub use decoder::Decoder;
pub use encode::EncodeError;
pub use event_source::EventSource;
pub use event_type::EventType;
pub use frame::{Event, EventRef, Frame, FrameRef};
pub use instant::Instant;
pub use limits::{DecodeError, Limits, Oversize};
pub use mime::is_event_stream;
pub use output::{
    Attempt, Cause, CloseReason, Disconnect, Output, ReadyState, Replay, ResponseHead, Resume, Retry, Verdict,
};
pub use reconnect::{Backoff, ReconnectPolicy};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
