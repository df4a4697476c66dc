//! Answers the requests of clients.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ALLOW, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, StreamBody};
use hyper::body::Frame;

use super::Server;
use crate::print::Stderr;
use crate::recording::Playback;

pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, OPTIONS");

/// Answers a request. GET, HEAD and POST get the rest of the recording.
pub(crate) async fn respond<B>(request: &Request<B>, server: &Server, client: SocketAddr) -> Response<Body> {
    let log = Log { stderr: server.log.clone(), client };
    let mut response = match *request.method() {
        Method::GET | Method::POST | Method::HEAD => play(request, server, log).await,
        Method::OPTIONS => {
            log.answered(request, StatusCode::NO_CONTENT);
            preflight(request.headers())
        }
        _ => {
            log.answered(request, StatusCode::METHOD_NOT_ALLOWED);
            let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(ALLOW, METHODS);
            response
        }
    };
    allow_origin(request.headers(), response.headers_mut());
    response
}

async fn play<B>(request: &Request<B>, server: &Server, log: Log) -> Response<Body> {
    let id = request.headers().get("last-event-id").map(HeaderValue::as_bytes);
    let is_head = request.method() == Method::HEAD;
    let Some(position) = server.recording.position(id, is_head) else {
        log.answered(request, StatusCode::NO_CONTENT);
        return empty(StatusCode::NO_CONTENT);
    };
    let status = server.recording.status(position);
    log.answered(request, status);
    let body = if is_head {
        empty(status).into_body()
    } else {
        let (recording, settings) = (Arc::clone(&server.recording), Arc::clone(&server.settings));
        let mut playback = Playback::new(recording, settings, position);
        playback.wait_for_response().await;
        stream_of(playback, log)
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().clone_from(server.recording.headers(position));
    response
}

fn stream_of(playback: Playback, log: Log) -> Body {
    let preface = playback.preface().map(|bytes| Ok(Frame::data(bytes)));
    let logged = LoggedPlayback { playback, log, start: Instant::now() };
    let chunks = stream::unfold(logged, |mut logged| async move {
        let chunk = logged.playback.next().await?;
        Some((chunk.map(Frame::data), logged))
    });
    StreamBody::new(stream::iter(preface).chain(chunks)).boxed_unsync()
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}

/// Answers the preflight request of a browser (Fetch, section 3.2.2).
fn preflight(request: &HeaderMap) -> Response<Body> {
    let mut response = empty(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    headers.insert(ALLOW, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    if let Some(names) = request.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    response
}

/// Allows pages of any origin to read the response.
fn allow_origin(request: &HeaderMap, response: &mut HeaderMap) {
    if let Some(origin) = request.get(ORIGIN) {
        response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        response.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        response.append(VARY, HeaderValue::from_static("origin"));
    }
}

/// A playback that logs its end when it is dropped.
struct LoggedPlayback {
    playback: Playback,
    log: Log,
    start: Instant,
}

impl Drop for LoggedPlayback {
    fn drop(&mut self) {
        let end = match self.playback.end() {
            Some(false) => "ended",
            Some(true) => "dropped",
            None => "the client left",
        };
        let seconds = self.start.elapsed().as_secs_f64();
        self.log.write(&format!("{end} after {} bytes and {seconds:.1} s", self.playback.bytes()));
    }
}

/// Logs a request on stderr.
struct Log {
    stderr: Option<Stderr>,
    client: SocketAddr,
}

impl Log {
    /// Logs the status that a request gets.
    fn answered<B>(&self, request: &Request<B>, status: StatusCode) {
        let id = request.headers().get("last-event-id");
        let id = id.map(|id| format!(" (last ID {})", String::from_utf8_lossy(id.as_bytes())));
        let (method, uri) = (request.method(), request.uri());
        self.write(&format!("{method} {uri}{} -> {status}", id.unwrap_or_default()));
    }

    fn write(&self, message: &str) {
        if let Some(stderr) = &self.stderr {
            stderr.say(&format!("{} {message}", self.client));
        }
    }
}
