//! What a server answers.

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
use crate::recording::Playing;

pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, OPTIONS");

/// The answer to a request: what is left of the recording, for the most part.
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
        let mut playing = Playing::new(recording, settings, position);
        playing.respond().await;
        stream_of(playing, log)
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().clone_from(server.recording.headers(position));
    response
}

fn stream_of(playing: Playing, log: Log) -> Body {
    let preface = playing.preface().map(|bytes| Ok(Frame::data(bytes)));
    let played = Played { playing, log, start: Instant::now() };
    let chunks = stream::unfold(played, |mut played| async move {
        let chunk = played.playing.next().await?;
        Some((chunk.map(Frame::data), played))
    });
    StreamBody::new(stream::iter(preface).chain(chunks)).boxed_unsync()
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}

/// The answer to a browser that asks whether it may send a request (Fetch, 3.2.2).
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

/// Lets pages of any origin read the response.
fn allow_origin(request: &HeaderMap, response: &mut HeaderMap) {
    if let Some(origin) = request.get(ORIGIN) {
        response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        response.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        response.append(VARY, HeaderValue::from_static("origin"));
    }
}

/// What is played on one connection. Dropping it tells how far it came.
struct Played {
    playing: Playing,
    log: Log,
    start: Instant,
}

impl Drop for Played {
    fn drop(&mut self) {
        let end = match self.playing.end() {
            Some(false) => "ended",
            Some(true) => "dropped",
            None => "the client left",
        };
        let seconds = self.start.elapsed().as_secs_f64();
        self.log.write(&format!("{end} after {} bytes and {seconds:.1} s", self.playing.bytes()));
    }
}

/// Tells on stderr of one request.
struct Log {
    stderr: Option<Stderr>,
    client: SocketAddr,
}

impl Log {
    fn answered<B>(&self, request: &Request<B>, status: StatusCode) {
        let id = request.headers().get("last-event-id");
        let id = id.map(|id| format!(" (last ID {})", String::from_utf8_lossy(id.as_bytes())));
        let (method, uri) = (request.method(), request.uri());
        self.write(&format!("{method} {uri}{} -> {status}", id.unwrap_or_default()));
    }

    fn write(&self, what: &str) {
        if let Some(stderr) = &self.stderr {
            stderr.say(&format!("{} {what}", self.client));
        }
    }
}
