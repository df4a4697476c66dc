//! A whole event source without async: ureq blocks, and this loop drives the state machine.
//!
//! ```sh
//! cargo run -p sse-proto --example blocking -- http://localhost:8080/events
//! ```
//!
//! Without a URL it starts its own server, which drops the connection twice.

use std::io::{self, Read};
use std::time::Duration;

use bytes::Bytes;
use sse_proto::{
    Attempt, CloseReason, Config, Disconnect, EventSource, FrameRef, Instant, Output, ResponseHead,
};
use sse_testkit::{MockServer, Reply};
use ureq::http::{Response, header};

fn main() {
    let (url, _server) = match std::env::args().nth(1) {
        Some(url) => (url, None),
        None => {
            let server = server_that_drops();
            (server.url("/events"), Some(server))
        }
    };
    let reason = follow(&url, |frame| {
        if let FrameRef::Event(event) = frame {
            println!("{}: {}", event.last_event_id, event.data);
        }
    });
    println!("closed: {reason}");
}

/// Calls `see` with each frame until the event source closes.
fn follow(url: &str, mut see: impl FnMut(FrameRef<'_>)) -> CloseReason {
    let start = std::time::Instant::now();
    let now = || Instant::ZERO + start.elapsed();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    // Reads block, so there is no idle timeout here. The seed spreads the reconnections of many
    // clients.
    let mut source = EventSource::new(Config::default().seed(u64::from(std::process::id())), now());
    let mut body = None;
    loop {
        match source.poll_output() {
            Output::Connect(attempt) => match connect(&agent, url, &attempt) {
                Ok(response) => {
                    source.handle_response(now(), head(&response));
                    body = Some(response.into_body().into_reader());
                }
                Err(error) => {
                    eprintln!("attempt {}: {error}", attempt.number);
                    source.handle_disconnect(now(), Disconnect::Transport);
                }
            },
            Output::Opened | Output::Failed { .. } => {}
            Output::Frame(frame) => see(frame),
            Output::Disconnected { cause, .. } => {
                eprintln!("disconnected: {cause}");
                body = None;
            }
            Output::Wait(deadline) => match (&mut body, deadline) {
                (Some(body), _) => match read(body) {
                    Ok(Some(chunk)) => source.handle_data(now(), chunk),
                    Ok(None) => source.handle_disconnect(now(), Disconnect::Eof),
                    Err(_) => source.handle_disconnect(now(), Disconnect::Transport),
                },
                (None, deadline) => {
                    let deadline = deadline.expect("without a connection the core waits for a time");
                    std::thread::sleep(deadline.saturating_duration_since(now()));
                    source.handle_timeout(now());
                }
            },
            Output::Closed(reason) => return reason,
        }
    }
}

fn connect(agent: &ureq::Agent, url: &str, attempt: &Attempt) -> Result<Response<ureq::Body>, ureq::Error> {
    attempt.headers().fold(agent.get(url), |request, (name, value)| request.header(name, value)).call()
}

fn head(response: &Response<ureq::Body>) -> ResponseHead<'_> {
    let value = |name| response.headers().get(name);
    let seconds = value(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    ResponseHead {
        status: response.status().as_u16(),
        content_type: value(header::CONTENT_TYPE).map(|value| value.as_bytes()),
        retry_after: seconds.map(Duration::from_secs),
        accept: None,
    }
}

fn read(body: &mut impl Read) -> io::Result<Option<Bytes>> {
    let mut buffer = [0; 8 * 1024];
    let len = body.read(&mut buffer)?;
    Ok((len > 0).then(|| Bytes::copy_from_slice(&buffer[..len])))
}

fn server_that_drops() -> MockServer {
    MockServer::new()
        .reply(Reply::events().send("retry: 100\nid: 1\ndata: one\n\nid: 2\ndata: cut o").drop_connection())
        .reply(Reply::events().send("id: 2\ndata: two\n\n").reset())
}
