//! Server-Sent Events without I/O: everything of a client that is the protocol, and nothing else.
//!
//! This crate reads no socket, no clock and no random number. Bytes, points in time and a seed are arguments, so it runs
//! in any runtime or in none, on bare metal and in a fuzzer, and its tests write times down as they please. It is
//! `no_std` and needs `alloc`.
//!
//!  - [`Decoder`] turns bytes into [`FrameRef`]s, which lend their text, and [`Frame`]s own it: WHATWG HTML [9.2.5] and [9.2.6], for any chunking, in bounded memory.
//!  - [`FrameRef::encode`] turns them back, and refuses what would inject a field.
//!  - [`ReconnectPolicy`] says when to connect again, and [`Backoff`] counts.
//!  - [`EventSource`] is the life of one event source ([9.2.2] and [9.2.3]): it puts the three together.
//!
//! # Driving an event source
//!
//! A driver tells the [`EventSource`] what has happened and does what it is asked to do:
//! **after each `handle_*` call, drain [`poll_output`](EventSource::poll_output) until it says [`Output::Wait`] or
//! [`Output::Closed`].** Then wait for the first of: something from the connection, or the time that `Wait` named.
//!
//! ```text
//!                       handle_response: an event stream
//!   new ──► connecting ───────────────────────────────────► open
//!             ▲    │                                          │
//!             │    │ handle_disconnect, handle_timeout,       │ handle_disconnect, handle_timeout,
//!             │    │ a status that says "later", reconnect      │ reconnect
//!             │    ▼                                          │
//!             └─ waiting ◄────────────────────────────────────┘
//!     handle_timeout,
//!     reconnect
//!
//!   any ──► closed: a 204, any other response, a failure before the first open, a futile one,
//!                   no attempt left, an event over the limit, finish, close
//! ```
//!
//! Where [`Config::ask`] is set, each failure comes out as [`Output::Failed`] first, and the driver can answer it with
//! [`EventSource::decide`]: retry what the policy would not, at another time, or not at all.
//!
//! A call of `reconnect` does not wait: it passes `waiting` at once. While it is `waiting`, the ready state is
//! [`ReadyState::Connecting`], as in the standard.
//!
//! The whole loop, over a peer that has its lines from a script. A real driver awaits where this one takes the next
//! line, and that is all the difference:
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
//! // It drops the connection in the middle of an event, sends it again when asked to resume, and has no more after.
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
//! `std` (default) adds no item: it lets `memchr` and `simdutf8` find the CPU's instructions at run time. `simd`
//! (part of `std`) validates UTF-8 with `simdutf8`. `serde` implements `Serialize` for events and frames, and
//! `Deserialize` for those that own their text.
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
