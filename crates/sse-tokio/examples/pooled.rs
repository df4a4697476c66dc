//! A transport that is one closure: hyper-util's pooled client, HTTP/1.1 or HTTP/2 as it is built,
//! on Tokio's clock.
//!
//! ```sh
//! cargo run -p sse-tokio --example pooled -- http://localhost:8080/events
//! ```
//!
//! Without a URL it follows a server of its own, which drops the connection twice.

use futures_util::TryStreamExt;
use http::Request;
use http_body_util::{BodyDataStream, BodyExt, StreamBody};
use hyper::body::Frame;
use hyper_util::client::legacy::Client as Pool;
use hyper_util::rt::TokioExecutor;
use sse_testkit::{MockServer, Reply};
use sse_tokio::{BoxError, RequestBody, TokioTimer, sse_driver::Client};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let (url, _server) = match std::env::args().nth(1) {
        Some(url) => (url, None),
        None => {
            let server = server_that_drops();
            (server.url("/events"), Some(server))
        }
    };
    let pool = Pool::builder(TokioExecutor::new()).build_http();
    let transport = move |request: Request<RequestBody>| {
        let parts = |body: RequestBody| StreamBody::new(body.to_stream().map_ok(Frame::data)).boxed_unsync();
        let response = pool.request(request.map(parts));
        async move {
            Ok::<_, BoxError>(response.await?.map(|body| BodyDataStream::new(body).map_err(BoxError::from)))
        }
    };
    let client = Client::builder_with(transport, TokioTimer::default()).build();

    let mut session = client.get(url).open().await?;
    while let Some(event) = session.next().await {
        let event = event?;
        println!("{}: {}", event.last_event_id, event.data);
    }
    println!("closed: {:?}", session.close_reason());
    Ok(())
}

fn server_that_drops() -> MockServer {
    MockServer::new()
        .reply(Reply::events().send("retry: 100\nid: 1\ndata: one\n\nid: 2\ndata: cut o").drop_connection())
        .reply(Reply::events().send("id: 2\ndata: two\n\n").reset())
}
