//! A proxy that reads a stream, changes it, and sends it on: comments and reconnection times go
//! through as they came.
//!
//! ```sh
//! cargo run -p sse-tokio --example proxy -- http://localhost:8080/events
//! ```
//!
//! It serves the stream to one client, which is itself. Without a URL it reads a server of its own.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::get};
use futures_util::StreamExt;
use sse_testkit::{MockServer, Reply};
use sse_tokio::{BoxError, Client, Frame};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let (url, _server) = match std::env::args().nth(1) {
        Some(url) => (url, None),
        None => {
            let server = server_with_comments();
            (server.url("/events"), Some(server))
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let proxied = format!("http://{}/events", listener.local_addr()?);
    let router = Router::new().route("/events", get(move |headers| forward(url.clone(), headers)));
    tokio::spawn(async move { axum::serve(listener, router).await });

    let mut session = Client::new().get(proxied).show_comments(true).show_retries(true).open().await?;
    let mut frames = session.frames();
    while let Some(frame) = frames.next().await {
        println!("{:?}", frame?);
    }
    Ok(())
}

/// The stream behind `url` in capitals, or the status with which it does not open.
async fn forward(url: String, headers: HeaderMap) -> Response {
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let request = Client::new().get(url).show_comments(true).show_retries(true).last_event_id(seen);
    let session = match request.open().await {
        Ok(session) if session.close_reason().is_some() => return StatusCode::NO_CONTENT.into_response(),
        Ok(session) => session,
        Err(error) => return error.status().unwrap_or(StatusCode::BAD_GATEWAY).into_response(),
    };
    let bytes = session.into_frames().map(|frame| {
        let mut frame = frame?;
        if let Frame::Event(event) = &mut frame {
            event.data = event.data.to_uppercase();
        }
        let mut bytes = Vec::new();
        frame.encode(&mut bytes)?;
        Ok::<_, BoxError>(Bytes::from(bytes))
    });
    ([("content-type", "text/event-stream")], Body::from_stream(bytes)).into_response()
}

fn server_with_comments() -> MockServer {
    MockServer::new()
        .reply(Reply::events().send(": hello\nretry: 50\nid: 1\nevent: add\ndata: one\n\n"))
        .reply(Reply::events().send("id: 2\nevent: add\ndata: two\n\n"))
}
