//! A chat over an API like OpenAI's: chunks of JSON up to `[DONE]`, errors in the stream and outside it.
//!
//! ```sh
//! cargo run -p sse-tokio --example openai_chat -- http://localhost:8080/v1/chat/completions
//! ```
//!
//! Without a URL it asks a server of its own, once for each way in which an answer can go.

use serde::Deserialize;
use sse_testkit::{MockServer, Reply};
use sse_tokio::{Client, Error};

#[derive(Deserialize)]
#[serde(untagged)]
enum Chunk {
    Error { error: ApiError },
    Delta { choices: Vec<Choice> },
}

#[derive(Deserialize)]
struct ApiError {
    message: String,
}

#[derive(Deserialize)]
struct Choice {
    delta: Delta,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(default)]
    content: String,
}

#[tokio::main]
async fn main() {
    // A busy server is asked again until it answers; once it has answered, the request is never repeated.
    let client = Client::builder().retry_initial(true).max_reconnection_attempts(5).build();
    let (url, answers, _server) = match std::env::args().nth(1) {
        Some(url) => (url, 1, None),
        None => {
            let server = server_of_every_answer();
            (server.url("/v1/chat/completions"), 4, Some(server))
        }
    };
    for _ in 0..answers {
        match chat(&client, &url).await {
            Ok(text) => println!("answer: {text}"),
            Err(error) => println!("{}", explain(&error)),
        }
    }
}

async fn chat(client: &Client, url: &str) -> Result<String, Error> {
    let request = client
        .post(url)
        .bearer_auth("token")
        .header("content-type", "application/json")
        .body(r#"{"model":"m","stream":true,"messages":[{"role":"user","content":"Hello"}]}"#)
        .finish_before(|event| event.data == "[DONE]");
    let mut session = request.open().await?;
    let mut chunks = session.json::<Chunk>();
    let mut text = String::new();
    while let Some(chunk) = chunks.next().await {
        match chunk?.data {
            Chunk::Delta { choices } => text.extend(choices.into_iter().map(|choice| choice.delta.content)),
            Chunk::Error { error } => return Ok(format!("{text} (broken off: {})", error.message)),
        }
    }
    Ok(text)
}

/// What the API says in the body of a refusal, or else the error itself.
fn explain(error: &Error) -> String {
    let refusal = error.response().and_then(|response| serde_json::from_slice(response.body()).ok());
    match refusal {
        Some(Chunk::Error { error: refusal }) => format!("refused: {}", refusal.message),
        _ => format!("failed: {error}"),
    }
}

fn server_of_every_answer() -> MockServer {
    let chunk = |text: &str| format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n");
    let error = |text: &str| format!("{{\"error\":{{\"message\":\"{text}\"}}}}");
    MockServer::new()
        .reply(Reply::status(429).header("retry-after", "1").send(error("slow down")))
        .reply(Reply::events().send(chunk("Good ")).send(chunk("day")).send("data: [DONE]\n\n").stall())
        .reply(Reply::events().send(chunk("Good")).send(format!("data: {}\n\n", error("overloaded"))).stall())
        .reply(Reply::events().send(chunk("Good")))
        .reply(
            Reply::status(401).header("content-type", "application/json").send(error("the key is not valid")),
        )
}
