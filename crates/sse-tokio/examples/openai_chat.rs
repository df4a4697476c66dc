//! A chat over an API like OpenAI's: chunks of JSON up to `[DONE]`, errors in the stream and
//! outside it.
//!
//! ```sh
//! cargo run -p sse-tokio --example openai_chat -- http://localhost:8080/v1/chat/completions
//! ```
//!
//! Without a URL it asks a server of its own, once for each way in which an answer can go.

use serde_json::Value;
use sse_testkit::{MockServer, Reply};
use sse_tokio::{Client, Error};

#[tokio::main]
async fn main() {
    let server = server_of_every_answer();
    let url = std::env::args().nth(1).unwrap_or_else(|| server.url("/v1/chat/completions"));
    // A busy server is asked again until it answers; once it has answered, the request is never
    // repeated.
    let client = Client::builder().retry_initial(true).max_reconnection_attempts(5).build();
    for question in ["Hello", "Are you busy?", "Are you there?", "Do I have a key?"] {
        match chat(&client, &url, question).await {
            Ok(text) => println!("answer: {text}"),
            Err(error) => println!("{}", explain(&error)),
        }
    }
}

async fn chat(client: &Client, url: &str, question: &str) -> Result<String, Error> {
    let message = serde_json::json!({ "role": "user", "content": question });
    let request = client
        .post(url)
        .bearer_auth("token")
        .json(&serde_json::json!({ "model": "m", "stream": true, "messages": [message] }))
        .fail_when(|event| event.data.starts_with("{\"error\"").then(|| event.data.to_owned()))
        .finish_before(|event| event.data == "[DONE]");
    let mut session = request.open().await?;
    let mut chunks = session.json::<Value>();
    let mut text = String::new();
    while let Some(chunk) = chunks.next().await {
        text.push_str(chunk?.data["choices"][0]["delta"]["content"].as_str().unwrap_or_default());
    }
    Ok(text)
}

/// What the API says in the body of a refusal, or else the error itself with all its sources.
fn explain(error: &Error) -> String {
    let refusal = error.response().and_then(|response| serde_json::from_slice::<Value>(response.body()).ok());
    refusal
        .map_or_else(|| format!("failed: {error:#}"), |body| format!("refused: {}", body["error"]["message"]))
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
