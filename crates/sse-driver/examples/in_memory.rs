//! Tests code that reads events without network and clock: the transport is a closure, and time
//! passes at once.
//!
//! ```sh
//! cargo run -p sse-driver --example in_memory
//! ```

use std::future::{Ready, ready};
use std::io;
use std::sync::Mutex;

use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};
use sse_driver::{Client, Error, Instant, Read, RequestBody, Timer, Transport};

/// The code under test: adds up the events until the server has no more.
async fn total<T: Transport, M: Timer>(client: &Client<T, M>) -> Result<u32, Error> {
    let mut session = client.get("https://prices.example/stream").open().await?;
    let mut numbers = session.read(|event| match event.data.parse::<u32>() {
        Ok(number) => Read::<_, Error>::Item(number),
        Err(_) => Read::Skip,
    });
    let mut total = 0;
    while let Some(number) = numbers.next().await {
        total += number?;
    }
    Ok(total)
}

fn main() -> Result<(), Error> {
    let replies = ["id: 1\ndata: 20\n\ndata: cut o", "data: 22\n\n"];
    let asked = Mutex::new(Vec::new());
    let transport = |request: Request<RequestBody>| {
        let mut asked = asked.lock().expect("no panic holds it");
        let reply = replies.get(asked.len());
        asked.push(request.headers().get("last-event-id").cloned());
        let response = Response::builder()
            .status(if reply.is_some() { 200 } else { 204 })
            .header("content-type", "text/event-stream")
            .body(stream::iter(reply.map(|text| Ok::<_, io::Error>(Bytes::from(*text)))));
        ready(response.map_err(io::Error::other))
    };
    let client = Client::builder_with(transport, Hurried::default()).build();
    assert_eq!(futures_executor::block_on(total(&client))?, 42);
    let asked = asked.lock().expect("no panic holds it");
    assert_eq!(*asked, [None, Some("1".parse().expect("text")), Some("1".parse().expect("text"))]);
    println!("42, in {} requests", asked.len());
    Ok(())
}

/// A clock that jumps to each deadline.
#[derive(Default)]
struct Hurried(Mutex<Instant>);

impl Timer for Hurried {
    type Sleep = Ready<()>;

    fn now(&self) -> Instant {
        *self.0.lock().expect("no panic holds it")
    }

    fn sleep_until(&self, deadline: Instant) -> Ready<()> {
        let mut now = self.0.lock().expect("no panic holds it");
        *now = deadline.max(*now);
        ready(())
    }
}
