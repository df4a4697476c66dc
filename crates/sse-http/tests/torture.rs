//! Lets each operation on the byte stream fail in turn: each dial, read, write and flush. A whole
//! client on top must not panic, must receive each event once, must end in the right way, and must
//! leave no connection open.
#![allow(missing_docs)]

mod common;

use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use common::direct;
use futures_util::io::{AsyncRead, AsyncWrite};
use sse_driver::proto::{CloseReason, ReconnectPolicy};
use sse_http::Dial;
use sse_tokio::TokioTimer;
use tokio::time;

/// The ways in which an operation can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Failure,
    /// The operation never completes.
    Silence,
    /// A read finds the end of the stream; a write accepts nothing.
    End,
    /// A read returns one byte, or a write accepts one.
    OneByte,
    /// The operation is pending once.
    Later,
}

const FAULTS: [Fault; 5] = [Fault::Failure, Fault::Silence, Fault::End, Fault::OneByte, Fault::Later];
const EVENTS: u64 = 5;

#[tokio::test(start_paused = true)]
async fn a_fault_of_any_one_operation_loses_no_event() {
    let (received, operations) = run(|_| None).await;
    assert_eq!(received, all_events());
    assert!(operations > 30, "only {operations} operations");
    for k in 0..operations {
        for fault in FAULTS {
            let (received, _) = run(move |now| (now == k).then_some(fault)).await;
            assert_eq!(received, all_events(), "operation {k}: {fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn failures_of_any_two_operations_lose_no_event() {
    let (_, operations) = run(|_| None).await;
    for first in 0..operations {
        for second in first + 1..operations + 4 {
            let (received, _) =
                run(move |now| (now == first || now == second).then_some(Fault::Failure)).await;
            assert_eq!(received, all_events(), "operations {first} and {second}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn small_or_delayed_operations_lose_no_event() {
    for fault in [Fault::OneByte, Fault::Later] {
        let every_other = move |now: usize| (fault == Fault::OneByte || now % 2 == 0).then_some(fault);
        assert_eq!(run(every_other).await.0, all_events(), "{fault:?}");
    }
}

fn all_events() -> Vec<u64> {
    (1..=EVENTS).collect()
}

type Plan = dyn Fn(usize) -> Option<Fault> + Send + Sync;

/// Runs a session to its end with the faults that `fault` plans. Returns the received events and
/// the number of operations.
async fn run(fault: impl Fn(usize) -> Option<Fault> + Send + Sync + 'static) -> (Vec<u64>, usize) {
    let network = Network { fault: Arc::new(fault), tally: Arc::default() };
    let policy = ReconnectPolicy::default().retry_initial(true);
    let seconds = Duration::from_secs;
    let client = sse_driver::Client::builder_with(direct(network.clone()), TokioTimer::default())
        .reconnect_policy(policy)
        .response_timeout(seconds(20))
        .idle_timeout(seconds(20))
        .build();
    let since = time::Instant::now();
    let mut received = Vec::new();
    let mut session = client.get("http://test/").open().await.expect("opening is retried until it succeeds");
    while let Some(event) = session.next().await {
        let event = event.expect("each failure is retried");
        assert_eq!(event.data, format!("event {}", &*event.last_event_id));
        received.push(event.last_event_id.parse().expect("a number"));
    }
    assert_eq!(session.close_reason(), Some(&CloseReason::NoContent));
    assert!(since.elapsed() < seconds(3600), "it took {:?}", since.elapsed());
    let tally = network.tally();
    assert_eq!(tally.open, 0, "a connection is left open");
    (received, tally.operations)
}

/// A server with a log of [`EVENTS`] events that counts the operations on its connections.
#[derive(Clone)]
struct Network {
    fault: Arc<Plan>,
    tally: Arc<Mutex<Tally>>,
}

#[derive(Default)]
struct Tally {
    operations: usize,
    connections: usize,
    open: usize,
}

impl Network {
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn operate(&self) -> Option<Fault> {
        let mut tally = self.tally();
        tally.operations += 1;
        assert!(tally.operations < 10_000, "it does not end");
        (self.fault)(tally.operations - 1)
    }
}

impl Dial for Network {
    type Stream = Connection;

    async fn dial(&self, _: &str, _: u16) -> io::Result<Connection> {
        match self.operate() {
            Some(Fault::Failure | Fault::End) => return Err(io::ErrorKind::ConnectionRefused.into()),
            Some(Fault::Silence) => core::future::pending().await,
            _ => {}
        }
        let mut tally = self.tally();
        tally.connections += 1;
        tally.open += 1;
        Ok(Connection {
            network: self.clone(),
            number: tally.connections,
            request: String::new(),
            reply: None,
            reader: Waker::noop().clone(),
            read: Operation::default(),
            write: Operation::default(),
            flush: Operation::default(),
        })
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        time::sleep(time)
    }
}

struct Connection {
    network: Network,
    number: usize,
    request: String,
    /// The rest of the reply, once the request has arrived.
    reply: Option<Vec<u8>>,
    reader: Waker,
    read: Operation,
    write: Operation,
    flush: Operation,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.network.tally().open -= 1;
    }
}

/// Returns two events per connection, in chunks or delimited by the end of the connection, a 503 on
/// every fourth connection, and a 204 after the last event.
fn reply(request: &str, number: usize) -> String {
    let id = request.lines().find_map(|line| line.strip_prefix("last-event-id: "));
    let from: u64 = id.map_or(0, |id| id.parse().expect("a number"));
    let events = (from + 1..=EVENTS).take(2).map(|id| format!("id: {id}\ndata: event {id}\n\n"));
    let stream = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";
    match number % 4 {
        _ if from == EVENTS => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        2 => "HTTP/1.1 503 Later\r\ncontent-length: 5\r\n\r\nlater".to_owned(),
        1 => {
            let chunks: String = events.map(|event| format!("{:x}\r\n{event}\r\n", event.len())).collect();
            format!("{stream}transfer-encoding: chunked\r\n\r\n{chunks}0\r\n\r\n")
        }
        _ => format!("{stream}\r\n{}", events.collect::<String>()),
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let Some(reply) = &mut this.reply else {
            this.reader = cx.waker().clone();
            return Poll::Pending;
        };
        let Poll::Ready(max) = this.read.poll(&this.network, cx)? else { return Poll::Pending };
        let length = max.min(24).min(buffer.len()).min(reply.len());
        buffer[..length].copy_from_slice(&reply[..length]);
        reply.drain(..length);
        Poll::Ready(Ok(length))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let Poll::Ready(max) = this.write.poll(&this.network, cx)? else { return Poll::Pending };
        let length = max.min(bytes.len());
        this.request += core::str::from_utf8(&bytes[..length]).expect("ASCII");
        if this.request.ends_with("\r\n\r\n") {
            this.reply = Some(reply(&this.request, this.number).into_bytes());
            this.reader.wake_by_ref();
        }
        Poll::Ready(Ok(length))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        this.flush.poll(&this.network, cx).map_ok(|_| ())
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

/// An operation that may be polled several times.
#[derive(Default)]
struct Operation(Option<Option<Fault>>);

impl Operation {
    /// Returns the maximum number of bytes to move.
    fn poll(&mut self, network: &Network, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let fault = self.0.get_or_insert_with(|| network.operate());
        let max = match fault {
            Some(Fault::Silence) => return Poll::Pending,
            Some(Fault::Later) => {
                *fault = None;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Some(Fault::Failure) => Err(io::ErrorKind::ConnectionReset.into()),
            Some(Fault::End) => Ok(0),
            Some(Fault::OneByte) => Ok(1),
            None => Ok(usize::MAX),
        };
        self.0 = None;
        Poll::Ready(max)
    }
}
