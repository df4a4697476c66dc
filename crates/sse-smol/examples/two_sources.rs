//! Two sources in one loop on smol, until the application has seen enough.
//!
//! ```sh
//! cargo run -p sse-smol --example two_sources -- http://localhost:8080/a http://localhost:8080/b
//! ```
//!
//! Without URLs it follows two servers of its own.

use smol::stream::{StreamExt, or};
use sse_smol::{Client, Error};
use sse_testkit::{MockServer, Reply};

fn main() -> Result<(), Error> {
    let mut args = std::env::args().skip(1);
    let servers = [server_of("a"), server_of("b")];
    let urls = servers.map(|server| (args.next().unwrap_or_else(|| server.url("/events")), server));
    let client = Client::new();
    let [(first, _first), (second, _second)] = urls;
    smol::block_on(async {
        let mut events = or(client.get(first).start(), client.get(second).start()).take(4);
        while let Some(event) = events.next().await {
            println!("{}", event?.data);
        }
        Ok(())
    })
}

fn server_of(name: &str) -> MockServer {
    let event = |id: u32| format!("retry: 50\nid: {id}\ndata: {name}{id}\n\n");
    MockServer::new()
        .reply(Reply::events().send(event(1)).drop_connection())
        .reply(Reply::events().send(event(2)).stall())
}
