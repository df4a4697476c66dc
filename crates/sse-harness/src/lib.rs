//! Shared code for the tests of this workspace.
//!
//!  - [`wire`]: the wire table, with streams and the frames to decode from them, written by hand.
//!  - [`reference`](mod@reference): a simple, slow decoder written from the standard, for other
//!    inputs.
//!  - [`chunking`]: ways to split an input into chunks.
//!  - [`suite`](mod@suite): test cases that every adapter must pass.
//!  - [`fault_suite`](mod@fault_suite): test cases about faults of networks and servers.
//!  - `TlsServer`: a scripted server behind TLS, with valid and invalid certificates (feature
//!    `tls`).
//!  - [`ProxyServer`]: an HTTP proxy in front of a server.
//!  - `tls_suite`: test cases about https for the client of every runtime (feature `tls`).
//!  - [`BufferingProxy`] and `UnixFront`: a reverse proxy and a Unix socket in front of a server.
//!  - [`simulation`](mod@simulation): whole clients in random worlds, with each step compared to a
//!    model.
//!  - [`fuzz`](mod@fuzz): the bodies of the fuzz targets.
//!  - [`SplitMix64`]: reproducible random numbers.
//!
//! The crate also re-exports `sse-testkit`: the scripted server, the in-memory transport and the
//! clock. [`serve`] is a short way to start the server, and [`ReservedPort`] a port that refuses
//! connections before or after its server runs.
//!
//! Nothing here needs a runtime. Only the suites, the simulation and the fuzz targets use the
//! decoder and the client that they test.
//!
//! A test of a decoder looks like this:
//!
//! ```
//! use sse_harness::{chunking, wire};
//! # use sse_harness::{reference, wire::Case};
//! # fn decode(case: &Case, chunks: &[&[u8]]) -> reference::Outcome {
//! #     reference::decode(&chunks.concat(), case.limit, case.skip, case.resumed_from.into())
//! # }
//!
//! for case in wire::cases() {
//!     for chunks in chunking::every_split(&case.input) {
//!         assert_eq!(decode(&case, &chunks), case.expected, "{}: {chunks:?}", case.name);
//!     }
//! }
//! ```
//!
//! A test of a client looks like this:
//!
//! ```
//! use std::time::Duration;
//! use sse_harness::{Reply, serve};
//!
//! let server = serve([
//!     Reply::events().send("id: 1\ndata: a\n\ndata: cut o").reset(),
//!     Reply::events().send("data: b\n\n").stall(),
//! ]);
//! # use std::{io::Write, net::TcpStream};
//! # fn follow(url: String) -> TcpStream {
//! #     let addr = url.trim_start_matches("http://").split('/').next().expect("a host");
//! #     let mut client = TcpStream::connect(addr).expect("the server listens");
//! #     client.write_all(b"GET /events HTTP/1.1\r\nLast-Event-ID: 1\r\n\r\n").expect("the server reads");
//! #     client
//! # }
//! # let first = follow(server.url("/events"));
//! # assert!(server.wait_for_request(0, Duration::from_secs(5)).is_some());
//! let client = follow(server.url("/events"));
//! let again = server.wait_for_request(1, Duration::from_secs(5)).expect("the client comes back");
//! assert_eq!(again.last_event_id(), Some("1"));
//! drop(client);
//! assert!(server.wait_for_close(1, Duration::from_secs(5)).is_some());
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod buffering;
#[cfg(feature = "tls")]
mod certificate;
pub mod chunking;
#[cfg(feature = "client")]
pub mod fault_suite;
mod front;
pub mod fuzz;
#[cfg(feature = "client")]
mod model;
mod port;
mod proxy;
mod rand;
pub mod reference;
mod serve;
#[cfg(feature = "client")]
pub mod simulation;
#[cfg(feature = "client")]
pub mod suite;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "tls")]
pub mod tls_suite;
#[cfg(unix)]
mod unix;
pub mod wire;

pub use buffering::BufferingProxy;
pub use port::ReservedPort;
pub use proxy::{ProxyMood, ProxyServer};
pub use rand::SplitMix64;
pub use serve::serve;
use serve::serve_on;
pub use sse_testkit::{self, *};
#[cfg(feature = "tls")]
pub use tls::{Certificate, Handshake, TlsServer, TlsSettings, root_pem};
#[cfg(unix)]
pub use unix::UnixFront;
