//! The events of a response that the application already has: one request, no reconnection.
//!
//! ```sh
//! cargo run -p sse-reqwest --example own_response -- http://localhost:8080/v1/chat/completions
//! ```
//!
//! Without a URL it asks a server of its own.

use std::time::Duration;

use serde::Deserialize;
use sse_reqwest::{BoxError, ReqwestTimer, SseResponse};
use sse_testkit::{MockServer, Reply};

#[derive(Deserialize)]
struct Word {
    text: String,
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let (url, _server) = match std::env::args().nth(1) {
        Some(url) => (url, None),
        None => {
            let server = server_that_answers();
            (server.url("/chat"), Some(server))
        }
    };
    let response = reqwest::Client::new().post(url).body("question").send().await?.error_for_status()?;
    let mut events = response
        .events()
        .finish_before(|event| event.data == "[DONE]")
        .idle_timeout(Duration::from_secs(60), ReqwestTimer::default());
    let mut words = events.json::<Word>();
    while let Some(word) = words.next().await {
        println!("{}", word?.data.text);
    }
    Ok(())
}

fn server_that_answers() -> MockServer {
    let words = "data: {\"text\":\"Good\"}\n\ndata: {\"text\":\"day\"}\n\ndata: [DONE]\n\n";
    MockServer::new().reply(Reply::events().send(words).stall())
}
