//! The ways to use the decoder of this workspace.

use std::convert::Infallible;
use std::future::ready;
use std::ops::ControlFlow;

use futures_util::{FutureExt as _, stream};
use http::{Request, Response};
use sse_driver::{Client, NoTimer, ReconnectPolicy, RequestBody, Session, Transport};
use sse_proto::{Decoder, FrameRef};

use crate::decode::{Decode, Subject, drain};
use crate::pieces::Pieces;
use crate::sink::Sink;

/// The three ways to use the decoder without a session.
pub const ALL: [Subject; 3] = [Subject::of::<Lent>(), Subject::of::<Owned>(), Subject::of::<Streamed>()];

/// `Decoder::decode`, which returns borrowed events.
#[derive(Debug)]
pub struct Lent;

impl Decode for Lent {
    const NAME: &'static str = "lent";

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        let mut decoder = Decoder::default();
        for mut piece in pieces.slices() {
            while let Some(frame) = decoder.decode(&mut piece).map_err(|error| error.to_string())? {
                if let FrameRef::Event(event) = frame {
                    sink.event(event.event_type, event.data.as_bytes(), event.last_event_id);
                }
            }
        }
        Ok(())
    }
}

/// `Decoder::decode` and `to_owned` for each event, as a session does it.
#[derive(Debug)]
pub struct Owned;

impl Decode for Owned {
    const NAME: &'static str = "owned";
    const SHARES: bool = true;

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        let mut decoder = Decoder::default().show_comments(false).show_retries(false);
        for piece in pieces.chunks() {
            let mut rest: &[u8] = &piece;
            while let Some(frame) = decoder.decode(&mut rest).map_err(|error| error.to_string())? {
                if let FrameRef::Event(event) = frame {
                    let event = event.to_owned();
                    sink.event(&event.event_type, event.data.as_bytes(), &event.last_event_id);
                }
            }
        }
        Ok(())
    }
}

/// `sse_driver::Events`, as a stream.
#[derive(Debug)]
pub struct Streamed;

impl Decode for Streamed {
    const NAME: &'static str = "events()";
    const SHARES: bool = true;

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        let body = stream::iter(pieces.chunks().map(Ok::<_, Infallible>));
        drain(sse_driver::Events::from_stream(body), |event| {
            let event = event.map_err(|error| error.to_string())?;
            sink.event(&event.event_type, event.data.as_bytes(), &event.last_event_id);
            Ok(())
        })
    }
}

/// `Session::next`, in a whole session over a transport that returns the prepared chunks.
#[derive(Debug)]
pub struct Next;

impl Decode for Next {
    const NAME: &'static str = "next()";
    const SHARES: bool = true;

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        drain(session(pieces), |event| {
            let event = event.map_err(|error| error.to_string())?;
            sink.event(&event.event_type, event.data.as_bytes(), &event.last_event_id);
            Ok(())
        })
    }
}

/// `Session::for_each_frame`, in the same session with borrowed frames.
#[derive(Debug)]
pub struct ForEachFrame;

impl Decode for ForEachFrame {
    const NAME: &'static str = "for_each_frame()";
    const SHARES: bool = true;

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        let mut session = session(pieces);
        let visit = |frame: FrameRef<'_>| {
            if let FrameRef::Event(event) = frame {
                sink.event(event.event_type, event.data.as_bytes(), event.last_event_id);
            }
            ControlFlow::<()>::Continue(())
        };
        let reading = session.for_each_frame(visit).into_stream();
        drain(reading, |end| end.map(drop).map_err(|error| error.to_string()))
    }
}

fn session(pieces: &Pieces) -> Session<impl Transport + use<>, NoTimer> {
    let chunks = pieces.clone();
    let transport = move |_: Request<RequestBody>| {
        let body = stream::iter(chunks.chunks().map(Ok::<_, Infallible>));
        ready(Ok(Response::builder()
            .header("content-type", "text/event-stream")
            .body(body)
            .expect("it is valid")))
    };
    let client = Client::builder_with(transport, NoTimer::default()).build();
    let policy = ReconnectPolicy::default().max_total_reconnections(0);
    client.get("http://localhost/events").reconnect_policy(policy).start()
}
