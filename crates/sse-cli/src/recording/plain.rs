//! Reads plain event streams as recordings of one response.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use sse_tokio::FrameRef;
use sse_tokio::proto::Decoder;

use super::{Chunk, Recording, Response, event_stream_headers};

/// Splits a stream into its events. Bytes after the last event are not played.
pub(super) fn parse(stream: &[u8]) -> Result<Recording, String> {
    let stream = Bytes::copy_from_slice(stream);
    let mut response = Response::new(StatusCode::OK, event_stream_headers(), Duration::ZERO);
    let mut decoder = Decoder::default();
    let (mut rest, mut start) = (&stream[..], 0);
    while let Some(frame) = decoder.decode(&mut rest).map_err(|error| error.to_string())? {
        if let FrameRef::Event(event) = frame {
            let id = event.last_event_id.to_owned();
            let end = stream.len() - rest.len();
            response.chunks.push(Chunk { at: Duration::ZERO, bytes: stream.slice(start..end) });
            response.events.push((end, id));
            start = end;
        }
    }
    Ok(Recording::new(vec![response]))
}
