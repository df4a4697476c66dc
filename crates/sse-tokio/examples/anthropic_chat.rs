//! A chat over an API like Anthropic's: each event names its type, and `message_stop` is the last.
//!
//! ```sh
//! cargo run -p sse-tokio --example anthropic_chat -- http://localhost:8080/v1/messages
//! ```
//!
//! Without a URL it asks a server of its own, once for an answer and once for an error.

use serde::Deserialize;
use sse_testkit::{MockServer, Reply};
use sse_tokio::{Client, Error};

#[derive(Deserialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
enum Message {
    #[serde(rename = "content_block_delta")]
    Delta { delta: Delta },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(default)]
    text: String,
}

#[tokio::main]
async fn main() {
    let server = server_that_answers_once();
    let url = std::env::args().nth(1).unwrap_or_else(|| server.url("/v1/messages"));
    let client = Client::new();
    for _ in 0..2 {
        if let Err(error) = chat(&client, &url).await {
            println!("{error:#}");
        }
    }
}

async fn chat(client: &Client, url: &str) -> Result<(), Error> {
    let request = client
        .post(url)
        .header("x-api-key", "key")
        .header("content-type", "application/json")
        .body(r#"{"model":"m","stream":true,"max_tokens":99,"messages":[{"role":"user","content":"Hello"}]}"#)
        .fail_when(|event| (event.event_type == "error").then(|| event.data.to_owned()))
        .finish_before(|event| event.event_type == "message_stop");
    let mut session = request.open().await?;
    let mut messages = session.json_by_type::<Message>();
    while let Some(message) = messages.next().await {
        match message? {
            Message::Delta { delta } => println!("text: {}", delta.text),
            Message::Other => {}
        }
    }
    Ok(())
}

fn server_that_answers_once() -> MockServer {
    let start = "event: message_start\ndata: {\"type\":\"message_start\"}\n\nevent: ping\ndata: {}\n\n";
    let delta =
        "event: content_block_delta\ndata: {\"delta\":{\"type\":\"text_delta\",\"text\":\"Good day\"}}\n\n";
    let error =
        "event: error\ndata: {\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
    MockServer::new()
        .reply(Reply::events().send(start).send(delta).send("event: message_stop\ndata: {}\n\n").stall())
        .reply(Reply::events().send(start).send(error).stall())
}
