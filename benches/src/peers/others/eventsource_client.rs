//! `eventsource-client`. Its parser is private, so this runs a client on a transport with a fixed
//! response.

use std::future::ready;

use ::eventsource_client::{Client, ClientBuilder, Error, ReconnectOptions, SSE};
use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};
use launchdarkly_sdk_transport::{ByteStream, HttpTransport, ResponseFuture};

use crate::decode::{Decode, drain};
use crate::pieces::Pieces;
use crate::sink::Sink;

/// `Client::stream`.
#[derive(Debug)]
pub(super) struct EventsourceClient;

impl Decode for EventsourceClient {
    const NAME: &'static str = "eventsource-client";
    const SHARES: bool = true;

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        let once = ReconnectOptions::reconnect(false).build();
        let builder = ClientBuilder::for_url("http://localhost/").map_err(|error| error.to_string())?;
        let client = builder.reconnect(once).build_with_transport(Answer(pieces.clone()));
        drain(client.stream(), |item| match item {
            Ok(SSE::Event(event)) => {
                sink.event(&event.event_type, event.data.as_bytes(), event.id.as_deref().unwrap_or_default());
                Ok(())
            }
            Ok(_) | Err(Error::Eof) => Ok(()),
            Err(error) => Err(error.to_string()),
        })
    }
}

#[derive(Clone)]
struct Answer(Pieces);

impl HttpTransport for Answer {
    fn request(&self, _: Request<Option<Bytes>>) -> ResponseFuture {
        let body: ByteStream = Box::pin(stream::iter(self.0.chunks().map(Ok)));
        Box::pin(ready(Ok(Response::new(body))))
    }
}
