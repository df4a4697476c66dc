//! A response of reqwest as a stream of events.

use http::StatusCode;
use http::header::CONTENT_TYPE;
use sse_driver::Events;
use sse_driver::proto::is_event_stream;

use crate::Body;

/// A response of reqwest, read as events. There is no reconnection; every setting of [`Events`] is there.
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
    /// The events of the response, whatever its status and its content type are.
    fn events(self) -> Events<Body>;

    /// The events of the response, if it is an event stream.
    ///
    /// # Errors
    ///
    /// The response, untouched, if its status is not 200 or its content type not `text/event-stream`: its body may say
    /// what went wrong.
    fn into_events(self) -> Result<Events<Body>, Self>;
}

impl SseResponse for reqwest::Response {
    fn events(self) -> Events<Body> {
        Events::from_stream(self.into())
    }

    fn into_events(self) -> Result<Events<Body>, Self> {
        let content_type = self.headers().get(CONTENT_TYPE);
        let is_stream = content_type.is_some_and(|value| is_event_stream(value.as_bytes()));
        if self.status() == StatusCode::OK && is_stream { Ok(self.events()) } else { Err(self) }
    }
}
