//! The clients of other crates, used as their documentation shows.

use std::sync::Arc;

use eventsource_client_hyper::{Client as _, ClientBuilder, SSE};
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use reqwest_eventsource::Event;
use sse_reqwest_client::{RequestBuilderExt, SseEvent};

use crate::client::Client;
use crate::runtime::Tokio;
use crate::tally::Tally;

#[derive(Clone)]
pub(crate) struct EventsourceStream(reqwest::Client);

impl Client for EventsourceStream {
    type Runtime = Tokio;

    fn new() -> Self {
        Self(reqwest::Client::new())
    }

    async fn follow(self, url: String, tally: Arc<Tally>) {
        let response = self.0.get(url).send().await.expect("the server answers");
        tally.open();
        let mut events = response.bytes_stream().eventsource();
        while let Some(event) = events.next().await {
            tally.event(&event.expect("the stream does not fail").data);
        }
        panic!("the stream ended");
    }
}

#[derive(Clone)]
pub(crate) struct ReqwestEventsource(reqwest_of_eventsource::Client);

impl Client for ReqwestEventsource {
    type Runtime = Tokio;

    fn new() -> Self {
        Self(reqwest_of_eventsource::Client::new())
    }

    async fn follow(self, url: String, tally: Arc<Tally>) {
        let mut events =
            reqwest_eventsource::EventSource::new(self.0.get(url)).expect("the request can be cloned");
        while let Some(event) = events.next().await {
            match event.expect("the stream does not fail") {
                Event::Open => tally.open(),
                Event::Message(message) => tally.event(&message.data),
            }
        }
        panic!("the stream ended");
    }
}

#[derive(Clone)]
pub(crate) struct SseReqwestClient(reqwest::Client);

impl Client for SseReqwestClient {
    type Runtime = Tokio;

    fn new() -> Self {
        Self(reqwest::Client::new())
    }

    async fn follow(self, url: String, tally: Arc<Tally>) {
        let mut events = self.0.get(url).into_event_source();
        while let Some(event) = events.next().await {
            match event.expect("the stream does not fail") {
                SseEvent::Open => tally.open(),
                SseEvent::Message(message) => tally.event(&message.data),
                other => panic!("{other:?}"),
            }
        }
        panic!("the stream ended");
    }
}

/// A client belongs to one URL, so `follow` creates it.
#[derive(Clone)]
pub(crate) struct EventsourceClient;

impl Client for EventsourceClient {
    type Runtime = Tokio;

    fn new() -> Self {
        Self
    }

    async fn follow(self, url: String, tally: Arc<Tally>) {
        let client = ClientBuilder::for_url(&url).expect("the URL is valid").build_http();
        let mut events = client.stream();
        while let Some(event) = events.next().await {
            match event.expect("the stream does not fail") {
                SSE::Connected(_) => tally.open(),
                SSE::Event(event) => tally.event(&event.data),
                SSE::Comment(_) => {}
            }
        }
        panic!("the stream ended");
    }
}
