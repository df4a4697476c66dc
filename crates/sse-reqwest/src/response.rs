//! Responses of reqwest, read as events.

use http::StatusCode;
use http::header::CONTENT_TYPE;
use sse_driver::proto::is_event_stream;
use sse_driver::{Events, is_compressed};

use crate::Body;

/// Reads a response of reqwest as events, with every setting of [`Events`] and without
/// reconnection.
///
/// ```no_run
/// use sse_reqwest::SseResponse;
///
/// # async fn read() -> Result<(), Box<dyn std::error::Error>> {
/// let response = reqwest::get("http://localhost:8080/events").await?.error_for_status()?;
/// let mut events = response.events().finish_before(|event| event.data == "[DONE]");
/// while let Some(event) = events.next().await {
///     println!("{}", event?.data);
/// }
/// # Ok(())
/// # }
/// ```
pub trait SseResponse: Sized {
    /// Reads the response as events, whatever its status and content type are.
    fn events(self) -> Events<Body>;

    /// Reads the response as events if it is an event stream: status 200, `text/event-stream`, and
    /// not compressed. (A client with the features `gzip` and the like has decompressed it already.)
    ///
    /// # Errors
    ///
    /// Returns the response, unread, if it is none. Its body may say what went wrong.
    fn into_events(self) -> Result<Events<Body>, Self>;
}

impl SseResponse for reqwest::Response {
    fn events(self) -> Events<Body> {
        Events::from_stream(self.into())
    }

    fn into_events(self) -> Result<Events<Body>, Self> {
        let content_type = self.headers().get(CONTENT_TYPE);
        let is_stream = content_type.is_some_and(|value| is_event_stream(value.as_bytes()));
        let is_readable = is_stream && !is_compressed(self.headers());
        if self.status() == StatusCode::OK && is_readable { Ok(self.events()) } else { Err(self) }
    }
}
