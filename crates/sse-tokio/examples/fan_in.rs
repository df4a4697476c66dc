//! Many sources in one loop: each session reconnects by itself, and one that ends for good does not
//! end the others.
//!
//! ```sh
//! cargo run -p sse-tokio --example fan_in -- http://localhost:8080/a http://localhost:8080/b
//! ```
//!
//! Without URLs it follows three servers of its own.

use futures_util::StreamExt;
use futures_util::stream::select_all;
use sse_testkit::{MockServer, Reply};
use sse_tokio::Client;

#[tokio::main]
async fn main() {
    let mut urls: Vec<String> = std::env::args().skip(1).collect();
    let servers: Vec<MockServer> = if urls.is_empty() { (0..3).map(server_of).collect() } else { Vec::new() };
    urls.extend(servers.iter().map(|server| server.url("/events")));

    let client = Client::new();
    let sources = urls
        .into_iter()
        .enumerate()
        .map(|(number, url)| client.get(url).start().map(move |event| (number, event)));
    let mut events = select_all(sources);
    while let Some((source, event)) = events.next().await {
        match event {
            Ok(event) => println!("{source}: {}", event.data),
            Err(error) => println!("{source} is over: {error}"),
        }
    }
}

fn server_of(number: usize) -> MockServer {
    let event =
        |id: u32| Reply::events().send(format!("retry: 50\nid: {id}\ndata: event {id} of {number}\n\n"));
    match number {
        0 => MockServer::new().reply(Reply::status(403)),
        _ => MockServer::new().reply(event(1)).reply(event(2).drop_connection()).reply(event(3)),
    }
}
