//! Runs hyper.

use std::error::Error as StdError;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use ::hyper::body::Body;
use ::hyper::client::conn::http1;
use ::hyper::rt::{Read, ReadBufCursor, Write};
use http::{Method, Request};

use super::wire::{Script, Wire};
use super::{End, Head, Message, Outcome, run};

struct Io(Wire);

impl Read for Io {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let bytes = ready!(self.0.poll_give(buffer.remaining()))?;
        buffer.put_slice(&bytes);
        Poll::Ready(Ok(()))
    }
}

impl Write for Io {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(self.0.take(bytes)))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

pub(super) fn outcome(method: &Method, script: &Script) -> Outcome {
    let silent = Arc::new(AtomicBool::new(false));
    let io = Io(Wire::new(script, &silent));
    let mut outcome = Outcome { head: None, body: vec![], end: End::Waiting, error: Message::default() };
    let end = run(exchange(io, method, &mut outcome), || silent.load(Ordering::Relaxed));
    outcome.end = match end {
        None => End::Waiting,
        Some(Ok(())) => End::Complete,
        Some(Err(error)) => {
            let causes = std::iter::successors(Some(&error as &dyn StdError), |&error| error.source());
            outcome.error = Message(causes.map(|error| format!("{error:?}")).collect::<Vec<_>>().join(": "));
            End::Broken
        }
    };
    outcome
}

/// Drives the connection together with the request, and then with the body.
async fn exchange(io: Io, method: &Method, outcome: &mut Outcome) -> ::hyper::Result<()> {
    let (mut sender, connection) = http1::Builder::new()
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .max_headers(256)
        .handshake(io)
        .await?;
    let mut request = Request::new(String::new());
    *request.method_mut() = method.clone();
    let (mut connection, mut done) = (pin!(connection), false);
    let mut drive = |cx: &mut Context<'_>| done = done || connection.as_mut().poll(cx).is_ready();
    let mut response = pin!(sender.send_request(request));
    let response = poll_fn(|cx| {
        drive(cx);
        response.as_mut().poll(cx)
    });
    let (head, body) = response.await?.into_parts();
    outcome.head = Some(Head { status: head.status, version: head.version, headers: head.headers });
    let mut body = pin!(body);
    let mut next = |cx: &mut Context<'_>| {
        drive(cx);
        body.as_mut().poll_frame(cx)
    };
    while let Some(frame) = poll_fn(&mut next).await {
        if let Ok(data) = frame?.into_data() {
            outcome.body.extend_from_slice(&data);
        }
    }
    Ok(())
}
