//! Sessions over real sockets: a server that others wrote, and a task of Tokio's. What every
//! adapter does is in the suite.
#![allow(missing_docs)]

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use axum::routing::get;
use futures_util::stream;
use sse_harness::{Reply, serve};
use sse_tokio::{Client, Frame};

/// Two events for each connection, after the one that the client has.
async fn two_more(headers: HeaderMap) -> Sse<impl futures_util::Stream<Item = Result<Event, Infallible>>> {
    let id = |headers: &HeaderMap| headers.get("last-event-id")?.to_str().ok()?.parse().ok();
    let last: u32 = id(&headers).unwrap_or(0);
    let events = stream::unfold(last, move |sent| async move {
        if sent == last + 2 {
            return None;
        }
        // Long enough for a comment to keep the connection alive.
        tokio::time::sleep(Duration::from_millis(60)).await;
        let event =
            Event::default().id((sent + 1).to_string()).event("tick").data(format!("event\n{}", sent + 1));
        Some((Ok(event), sent + 1))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_millis(20)).text("still here"))
}

#[tokio::test]
async fn a_session_resumes_a_stream_of_axum() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/events", listener.local_addr().expect("it is bound"));
    let app = Router::new().route("/events", get(two_more));
    tokio::spawn(async { axum::serve(listener, app).await });

    let client = Client::builder().reconnection_time(Duration::from_millis(10)).show_comments(true).build();
    let mut session = client.get(url).open().await.expect("axum answers");
    let (mut events, mut comments) = (Vec::new(), 0);
    let mut incoming = session.frames();
    while events.len() < 6 {
        match incoming.next().await.expect("it goes on").expect("no error") {
            Frame::Event(event) => {
                assert_eq!(
                    (&*event.event_type, &*event.data),
                    ("tick", &*format!("event\n{}", event.last_event_id))
                );
                events.push(event.last_event_id.to_string());
            }
            Frame::Comment(text) => {
                assert_eq!(text, "still here");
                comments += 1;
            }
            frame => panic!("axum sent {frame:?}"),
        }
    }
    assert_eq!(events, ["1", "2", "3", "4", "5", "6"]);
    assert!(comments > 0, "there was time for a comment");
}

#[tokio::test]
async fn a_session_can_be_spawned() {
    let server = serve([Reply::events().send("data: a\n\n").stall()]);
    let request = Client::new().get(server.url("/"));
    let task = tokio::spawn(request.run(async |session| Ok(session.next().await.is_some())));
    assert!(task.await.expect("no panic").expect("it answers"));
}
