//! `sse follow`.

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, Method};
use sse_tokio::proto::CloseReason;
use sse_tokio::sse_http::Tls;
use sse_tokio::{Client, Error, Frame, Http, RequestBuilder};

use crate::args::FollowArgs;
use crate::checkpoint::Checkpoint;
use crate::print::Printer;

pub(crate) async fn follow(args: FollowArgs) -> ExitCode {
    let client = match client(args.insecure_roots.as_deref()) {
        Ok(client) => client,
        Err(error) => {
            eprintln!("error: --insecure-roots: {error}");
            return ExitCode::from(2);
        }
    };
    let printer = Printer::new(args.output);
    let unreadable = |what, error: io::Error| {
        printer.failure(what, None, format!("cannot read the {what}: {error}"));
        ExitCode::FAILURE
    };
    let checkpoint = match args.checkpoint.as_deref().map(Checkpoint::read).transpose() {
        Ok(checkpoint) => checkpoint,
        Err(error) => return unreadable("checkpoint", error),
    };
    let body = match args.data.as_deref().map(body).transpose() {
        Ok(body) => body,
        Err(error) => return unreadable("body", error),
    };
    let unprinted = Arc::new(Mutex::new(None));
    let request = request(&client, &args, checkpoint.as_ref(), body, printer, Arc::clone(&unprinted));
    let follower = Follower { args, printer, checkpoint, unprinted, printed: 0 };
    follower.run(request).await
}

/// A client that trusts the certificates of the file besides those of the system.
fn client(roots: Option<&Path>) -> Result<Client, String> {
    let Some(file) = roots else { return Ok(Client::new()) };
    let pem = std::fs::read(file).map_err(|error| {
        format!("expected a file of certificates as PEM, cannot read {}: {error}", file.display())
    })?;
    let tls = Tls::default().add_roots_pem(&pem).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(Client::builder().transport(Http::default().tls(tls)).build())
}

fn body(data: &str) -> io::Result<Vec<u8>> {
    match data.strip_prefix('@') {
        Some(file) => std::fs::read(file),
        None => Ok(data.as_bytes().to_vec()),
    }
}

fn request(
    client: &Client,
    args: &FollowArgs,
    checkpoint: Option<&Checkpoint>,
    body: Option<Vec<u8>>,
    printer: Printer,
    unprinted: Arc<Mutex<Option<io::Error>>>,
) -> RequestBuilder {
    let method = if body.is_some() { Method::POST } else { Method::GET };
    let mut request = client
        .request(args.method.clone().unwrap_or(method), args.url.as_str())
        .show_comments(args.comments)
        .show_retries(args.retries)
        .retry_initial(args.retry_initial)
        .idle_timeout(args.idle_timeout)
        .max_reconnection_attempts(if args.no_reconnect { Some(0) } else { args.max_attempts })
        .body(body.unwrap_or_default())
        .on_state(move |state| {
            if let Err(error) = printer.state(state) {
                unprinted.lock().expect("nobody panics with it").get_or_insert(error);
            }
        });
    let mut headers = HeaderMap::new();
    for (name, value) in &args.headers {
        headers.append(name, value.clone());
    }
    request = request.headers(headers);
    if let Some(time) = args.reconnection_time {
        request = request.reconnection_time(time);
    }
    let checkpoint_id = checkpoint.map(Checkpoint::id).filter(|id| !id.is_empty());
    if let Some(id) = checkpoint_id.or(args.last_event_id.as_deref()) {
        request = request.last_event_id(id);
    }
    if let Some(last) = args.finish_on.clone() {
        request = request.finish_when(move |event| event.data == last);
    }
    request
}

struct Follower {
    args: FollowArgs,
    printer: Printer,
    checkpoint: Option<Checkpoint>,
    /// Why a state could not be printed.
    unprinted: Arc<Mutex<Option<io::Error>>>,
    printed: u64,
}

/// Why following came to an end, other than by the end of the session.
enum Stopped {
    Stream(Error),
    Output(io::Error),
    Checkpoint(io::Error),
}

impl Follower {
    async fn run(mut self, request: RequestBuilder) -> ExitCode {
        let Err(stopped) = self.frames(request).await else { return ExitCode::SUCCESS };
        match stopped {
            // The reader has what it wanted (`sse follow .. | head`).
            Stopped::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            Stopped::Output(error) => self.printer.failure("output", None, format!("cannot print: {error}")),
            Stopped::Checkpoint(error) => {
                self.printer.failure("checkpoint", None, format!("cannot write the checkpoint: {error}"));
            }
            Stopped::Stream(error) => self.printer.error(&error),
        }
        ExitCode::FAILURE
    }

    async fn frames(&mut self, request: RequestBuilder) -> Result<(), Stopped> {
        let mut session = request.open().await.map_err(Stopped::Stream)?;
        while let Some(frame) = session.incoming().next().await {
            self.frame(&frame.map_err(Stopped::Stream)?)?;
            if self.args.max_events == Some(self.printed) {
                session.close();
            }
        }
        self.states_were_printed()?;
        match session.close_reason() {
            Some(CloseReason::Finished | CloseReason::Requested) => Ok(()),
            _ if self.args.finish_on.is_some() => Err(Stopped::Stream(Error::Truncated)),
            _ => Ok(()),
        }
    }

    fn states_were_printed(&self) -> Result<(), Stopped> {
        let unprinted = self.unprinted.lock().expect("nobody panics with it").take();
        unprinted.map_or(Ok(()), |error| Err(Stopped::Output(error)))
    }

    fn frame(&mut self, frame: &Frame) -> Result<(), Stopped> {
        self.states_were_printed()?;
        let Frame::Event(event) = frame else { return self.printer.frame(frame).map_err(Stopped::Output) };
        let types = &self.args.event_types;
        let shown = types.is_empty() || types.iter().any(|name| event.event_type == *name);
        if shown {
            self.printer.frame(frame).map_err(Stopped::Output)?;
            self.printed += 1;
        }
        if let Some(checkpoint) = &mut self.checkpoint {
            checkpoint.write(&event.last_event_id).map_err(Stopped::Checkpoint)?;
        }
        Ok(())
    }
}
