//! `sse serve`, and the server that the demonstration has inside.

use std::convert::Infallible;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::body::{Frame as BodyFrame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use sse_tokio::FrameRef;
use sse_tokio::proto::{DecodeError, Decoder};
use tokio::net::TcpListener;

use crate::args::ServeArgs;
use crate::failure;

pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// A recorded stream, and how it is played.
pub(crate) struct Recording {
    events: Vec<Recorded>,
    pub(crate) interval: Duration,
    /// The connection is dropped after so many events, in the middle of the next one.
    pub(crate) drop_after: Option<usize>,
    /// How many connections are still to be dropped.
    pub(crate) drops: AtomicUsize,
    pub(crate) retry: Option<u64>,
}

/// An event with what stands before it, as it was recorded.
struct Recorded {
    wire: Bytes,
    id: String,
}

impl Recording {
    /// Takes a stream apart into its events.
    pub(crate) fn new(mut stream: &[u8]) -> Result<Self, DecodeError> {
        let mut decoder = Decoder::default();
        let (mut events, mut rest) = (Vec::new(), stream);
        while let Some(frame) = decoder.decode(&mut stream)? {
            if let FrameRef::Event(event) = frame {
                let (wire, after) = rest.split_at(rest.len() - stream.len());
                let id = event.last_event_id.to_owned();
                events.push(Recorded { wire: Bytes::copy_from_slice(wire), id });
                rest = after;
            }
        }
        let (interval, drops) = (Duration::ZERO, AtomicUsize::new(usize::MAX));
        Ok(Self { events, interval, drop_after: None, drops, retry: None })
    }

    /// The IDs of the events, in order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.events.iter().map(|event| event.id.as_str())
    }

    /// Where a client goes on that has this last event ID; at the beginning if no event has it.
    fn after(&self, id: &[u8]) -> usize {
        let last = self.events.iter().rposition(|event| !event.id.is_empty() && event.id.as_bytes() == id);
        last.map_or(0, |at| at + 1)
    }

    fn takes_a_drop(&self) -> bool {
        let fewer = |left: usize| left.checked_sub(1);
        self.drop_after.is_some()
            && self.drops.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer).is_ok()
    }
}

pub(crate) async fn serve(args: ServeArgs) -> ExitCode {
    let file = match std::fs::read(&args.file) {
        Ok(file) => file,
        Err(error) => return failure(format_args!("cannot read {}: {error}", args.file.display())),
    };
    let mut recording = match Recording::new(&file) {
        Ok(recording) => recording,
        Err(error) => return failure(format_args!("{} cannot be served: {error}", args.file.display())),
    };
    recording.interval = args.interval;
    recording.drop_after = args.drop_after.map(NonZeroUsize::get);
    recording.retry = args.retry;
    let listener = match TcpListener::bind(args.listen).await {
        Ok(listener) => listener,
        Err(error) => return failure(format_args!("cannot listen on {}: {error}", args.listen)),
    };
    if let Ok(address) = listener.local_addr() {
        // Whoever started it may have closed its stdout; it serves all the same.
        let _ = writeln!(io::stdout(), "http://{address}/");
    }
    let recording = Arc::new(recording);
    play(listener, move |request| respond(request, &recording)).await
}

/// Accepts connections for ever, and answers their requests.
pub(crate) async fn play(
    listener: TcpListener,
    answer: impl Fn(&Request<Incoming>) -> Response<Body> + Clone + Send + Sync + 'static,
) -> ! {
    loop {
        // What one client does wrong is no reason to stop serving the others.
        let Ok((socket, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let answer = answer.clone();
        tokio::spawn(async move {
            let answer = service_fn(|request| {
                let response = answer(&request);
                async move { Ok::<_, Infallible>(response) }
            });
            let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), answer).await;
        });
    }
}

pub(crate) fn respond<B>(request: &Request<B>, recording: &Arc<Recording>) -> Response<Body> {
    let next = request.headers().get("last-event-id").map_or(0, |id| recording.after(id.as_bytes()));
    if next > 0 && next == recording.events.len() {
        let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
        *response.status_mut() = StatusCode::NO_CONTENT;
        return response;
    }
    let mut response = Response::new(body(Arc::clone(recording), next));
    let headers = response.headers_mut();
    headers.insert("content-type", http::HeaderValue::from_static("text/event-stream"));
    headers.insert("cache-control", http::HeaderValue::from_static("no-cache"));
    response
}

/// One connection's way through the recording.
struct Playing {
    recording: Arc<Recording>,
    next: usize,
    sent: usize,
    dropping: bool,
}

fn body(recording: Arc<Recording>, next: usize) -> Body {
    let retry = recording.retry.map(|ms| Ok(BodyFrame::data(Bytes::from(format!("retry: {ms}\n")))));
    let playing = Playing { recording, next, sent: 0, dropping: false };
    let events = stream::unfold(playing, |mut playing| async move { Some((playing.step().await?, playing)) });
    StreamBody::new(futures_util::StreamExt::chain(stream::iter(retry), events)).boxed_unsync()
}

impl Playing {
    async fn step(&mut self) -> Option<io::Result<BodyFrame<Bytes>>> {
        if self.dropping {
            // What was sent before it has to leave first.
            tokio::time::sleep(Duration::from_millis(20)).await;
            return Some(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let event = self.recording.events.get(self.next)?;
        if self.sent > 0 {
            tokio::time::sleep(self.recording.interval).await;
        }
        if self.recording.drop_after == Some(self.sent) && self.recording.takes_a_drop() {
            self.dropping = true;
            let half = event.wire.len() / 2;
            return Some(Ok(BodyFrame::data(event.wire.slice(..half))));
        }
        self.next += 1;
        self.sent += 1;
        Some(Ok(BodyFrame::data(event.wire.clone())))
    }
}
