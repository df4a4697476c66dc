//! The client of an API like OpenAI's: its stream of chunks, in types of its own, natively and on
//! wasm32. There is no task and no channel, so a reader that is dropped closes the connection.
//!
//! ```sh
//! cargo run -p sse-reqwest --example chunks -- http://localhost:8080/v1/chat/completions
//! ```
//!
//! Without a URL it asks a server of its own.

use futures_core::Stream;
use serde::Deserialize;
use sse_reqwest::{Error, Read, SseResponse};

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Answer<T> {
    Error { error: serde_json::Value },
    Chunk(T),
}

#[derive(Debug)]
enum ApiError {
    /// What the server said in place of a chunk.
    Api(serde_json::Value),
    Json(serde_json::Error),
    Stream(Error),
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self::Stream(error)
    }
}

/// The chunks of a response, up to `[DONE]`. One that is not valid is an error, and the stream goes
/// on.
fn chunks<T>(response: reqwest::Response) -> impl Stream<Item = Result<T, ApiError>> + Unpin
where
    T: for<'de> Deserialize<'de>,
{
    let events = response.events().finish_before(|event| event.data == "[DONE]");
    events.into_read(|event| match serde_json::from_str(event.data) {
        Ok(Answer::Chunk(chunk)) => Read::Item(chunk),
        Ok(Answer::Error { error }) => Read::Fail(ApiError::Api(error)),
        Err(error) => Read::Error(ApiError::Json(error)),
    })
}

#[cfg(not(target_arch = "wasm32"))]
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    use core::future::poll_fn;
    use core::pin::Pin;

    let server = server_that_answers();
    let url = std::env::args().nth(1).unwrap_or_else(|| server.url("/v1/chat/completions"));
    let response = reqwest::Client::new().post(url).body(r#"{"stream":true}"#).send().await?;
    let mut chunks = chunks::<serde_json::Value>(response.error_for_status()?);
    while let Some(chunk) = poll_fn(|cx| Pin::new(&mut chunks).poll_next(cx)).await {
        match chunk {
            Ok(chunk) => println!("chunk: {chunk}"),
            Err(ApiError::Api(error)) => println!("the server says: {error}"),
            Err(ApiError::Json(error)) => println!("not a chunk: {error}"),
            Err(ApiError::Stream(error)) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(not(target_arch = "wasm32"))]
fn server_that_answers() -> sse_testkit::MockServer {
    let body = "data: {\"text\":\"Good\"}\n\ndata: {oops\n\ndata: {\"text\":\"day\"}\n\ndata: [DONE]\n\n";
    sse_testkit::MockServer::new().reply(sse_testkit::Reply::events().send(body).stall())
}

/// It is a library's function there.
#[cfg(target_arch = "wasm32")]
fn main() {
    let _ = chunks::<serde_json::Value>;
}
