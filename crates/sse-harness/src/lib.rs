//! What the tests of this workspace stand on.
//!
//!  - [`wire`]: the table of wire cases, bytes and the frames that they come to, written by hand.
//!  - [`reference`](mod@reference): a slow decoder written line by line from the standard, for inputs that are in no table.
//!  - [`chunking`]: ways to cut an input into chunks. What a decoder says must not depend on them.
//!  - [`suite`](mod@suite): what every adapter has to do, as tests to be run by the tests of each.
//!  - [`fault_suite`](mod@fault_suite): what every adapter has to make of a network and of servers that are broken.
//!  - `TlsServer`: the same behind TLS, with good and bad certificates (feature `tls`).
//!  - [`ProxyServer`]: an HTTP proxy in front of it.
//!  - `tls_suite`: what every runtime's client has to do with https (feature `tls`).
//!  - [`BufferingProxy`] and `UnixFront`: what else can stand in front of it.
//!  - [`simulation`](mod@simulation): whole clients in worlds drawn from seeds, each step held against a model.
//!  - [`fuzz`](mod@fuzz): what the fuzz targets do with their bytes.
//!  - [`SplitMix64`]: chance that can be replayed.
//!
//! It stands on `sse-testkit` and re-exports it: the scripted server, the transport in memory and the clock. [`serve`] is the
//! server in short, [`ReservedPort`] a port before and after its server.
//!
//! Nothing here needs a runtime. Nothing but the suites, the simulation and the fuzz targets uses the decoder or the client
//! that it is there to test.
//!
//! A decoder is tested like this:
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
//! And a client like this:
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
