//! `sse follow`: prints the events of a stream.

use std::io;
use std::pin::Pin;
use std::process::ExitCode;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use sse_tokio::proto::{CloseReason, Limits, Resume};
use sse_tokio::{Error, Frame, Http, Session, SessionHandle, State, TokioDial, TokioTimer, Update, Updates};
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::args::FollowArgs;
use crate::checkpoint::Checkpoint;
use crate::print::{Failure, Printer};
use crate::request::{http, session};
use crate::signals::{exit_on_signal, reader_gone};
use crate::verbose::show_response;

/// The interval at which the status line is redrawn while no event arrives.
const TICK: Duration = Duration::from_millis(250);

/// Runs `sse follow`.
pub(crate) async fn follow(args: FollowArgs) -> ExitCode {
    let mut printer = match Printer::new(&args.print) {
        Ok(printer) => printer,
        Err(failure) => return failed(&failure, &args),
    };
    match run(args, &mut printer).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stopped::ReaderGone) => ExitCode::SUCCESS,
        Err(Stopped::Failed(failure)) => {
            printer.failure(&failure);
            failure.exit()
        }
    }
}

/// A reason to stop other than the end of the session.
enum Stopped {
    Failed(Failure),
    /// The reader closed the pipe, as in `sse URL | head`.
    ReaderGone,
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Prints a failure for which there is no printer yet.
fn failed(failure: &Failure, args: &FollowArgs) -> ExitCode {
    failure.print(&crate::print::Stderr::new(false), args.print.output);
    failure.exit()
}

async fn run(args: FollowArgs, printer: &mut Printer) -> Result<(), Stopped> {
    let (checkpoint, checkpoint_id) = open_checkpoint(&args, printer)?;
    let stderr = printer.stderr().clone();
    let limits = Limits::default().max_event_len(args.print.max_event_size);
    let http = http(TokioDial, &args.request)?;
    let verbose = args.verbose.then_some(&stderr);
    let mut request = session(http, &args.request, &args.reconnect, &args.end, verbose)?
        .show_comments(args.print.comments)
        .show_retries(args.print.retries)
        .limits(limits);
    if !checkpoint_id.is_empty() {
        request = request.last_event_id(checkpoint_id);
    }
    printer.start().map_err(output_failed)?;
    let at_signal = checkpoint.clone();
    exit_on_signal(move || {
        stderr.end_status();
        let _ = at_signal.map(|checkpoint| checkpoint.finish());
    });
    let mut session = request.start();
    let mut follower = Follower { args, printer, checkpoint, unwritten: None, printed: 0 };
    let followed = follower.follow(&mut session).await;
    let finished = follower.finish();
    followed.and(finished)?;
    follower.check_end(&session)
}

/// Opens the checkpoint, if there is one, and returns the ID in it.
fn open_checkpoint(args: &FollowArgs, printer: &Printer) -> Result<(Option<Checkpoint>, String), Failure> {
    let Some(path) = &args.print.checkpoint else { return Ok((None, String::new())) };
    let opened = printer.file_handle().and_then(|printed| Checkpoint::open(path, printed));
    match opened {
        Ok((checkpoint, id)) => Ok((Some(checkpoint), id)),
        Err(error) => {
            Err(Failure::new("checkpoint", format!("cannot use the checkpoint {}: {error}", path.display())))
        }
    }
}

/// Prints the updates of a session and keeps the checkpoint.
struct Follower<'a> {
    args: FollowArgs,
    printer: &'a mut Printer,
    checkpoint: Option<Checkpoint>,
    /// The last event ID of the printed events that are not written yet.
    unwritten: Option<String>,
    printed: u64,
}

impl Follower<'_> {
    async fn follow(&mut self, session: &mut Session) -> Result<(), Stopped> {
        let handle = session.handle();
        let mut updates = session.updates();
        let mut tick = self.printer.stderr().has_status().then(|| interval(TICK));
        if let Some(tick) = &mut tick {
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        let is_piped = self.printer.is_stdout();
        let checkpoint = self.checkpoint.clone();
        let reader_gone = async { if is_piped { reader_gone().await } else { std::future::pending().await } };
        let checkpoint_failed = async {
            match &checkpoint {
                Some(checkpoint) => checkpoint.failed().await,
                None => std::future::pending().await,
            }
        };
        let (mut reader_gone, mut checkpoint_failed) =
            (std::pin::pin!(reader_gone), std::pin::pin!(checkpoint_failed));
        loop {
            tokio::select! {
                biased;
                update = std::future::poll_fn(|cx| self.poll_update(&mut updates, cx)) => match update? {
                    Some(update) => self.update(update, &handle)?,
                    None => return Ok(()),
                },
                error = &mut checkpoint_failed => return Err(self.checkpoint_failed(&error).into()),
                () = &mut reader_gone => return Err(Stopped::ReaderGone),
                () = ticked(&mut tick) => self.printer.stderr().draw(),
            }
        }
    }

    /// Returns the next update. If there is none yet, it first writes everything that was printed.
    fn poll_update(
        &mut self,
        updates: &mut Updates<'_, Http, TokioTimer>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Update>, Stopped>> {
        match Pin::new(updates).poll_next(cx) {
            Poll::Ready(None) => Poll::Ready(Ok(None)),
            Poll::Ready(Some(Ok(update))) => Poll::Ready(Ok(Some(update))),
            Poll::Ready(Some(Err(error))) => Poll::Ready(Err(Stopped::Failed(error.into()))),
            Poll::Pending => match self.flush() {
                Ok(()) => {
                    self.printer.stderr().draw();
                    Poll::Pending
                }
                Err(stopped) => Poll::Ready(Err(stopped)),
            },
        }
    }

    fn update(&mut self, update: Update, handle: &SessionHandle) -> Result<(), Stopped> {
        match update {
            Update::State(state) => self.state(&state)?,
            Update::Frame(frame) => {
                self.frame(frame)?;
                if self.has_enough() {
                    handle.close();
                }
            }
            _ => {}
        }
        if self.printer.is_full() { self.flush() } else { Ok(()) }
    }

    fn state(&mut self, state: &State) -> Result<(), Stopped> {
        self.flush()?;
        if self.args.verbose {
            show_response(state, self.printer.stderr());
        }
        if let State::Connecting { resume: Resume::From(id), .. } = state {
            // A block without data is not an event, but its ID becomes the last event ID.
            self.unwritten = Some(id.clone());
        }
        self.printer.state(state).map_err(output_failed)
    }

    fn frame(&mut self, frame: Frame) -> Result<(), Stopped> {
        let Frame::Event(event) = &frame else { return self.printer.frame(&frame).map_err(output_failed) };
        let types = &self.args.print.event_types;
        if types.is_empty() || types.iter().any(|name| event.event_type == *name) {
            self.printer.frame(&frame).map_err(output_failed)?;
            self.printed += 1;
        }
        if let (Frame::Event(event), true) = (frame, self.checkpoint.is_some()) {
            self.unwritten = Some(event.last_event_id);
        }
        Ok(())
    }

    fn has_enough(&self) -> bool {
        self.args.end.max_events == Some(self.printed)
    }

    /// Writes what was printed, and only then updates the checkpoint.
    fn flush(&mut self) -> Result<(), Stopped> {
        // If writing fails, the ID must not reach the checkpoint.
        let id = self.unwritten.take();
        self.printer.flush().map_err(output_failed)?;
        if let (Some(checkpoint), Some(id)) = (&self.checkpoint, id) {
            checkpoint.set(id);
        }
        Ok(())
    }

    /// Writes the remaining output and the checkpoint.
    fn finish(&mut self) -> Result<(), Stopped> {
        let flushed = self.flush();
        self.printer.stderr().end_status();
        let finished = self.checkpoint.as_ref().map_or(Ok(()), Checkpoint::finish);
        flushed?;
        finished.map_err(|error| self.checkpoint_failed(&error).into())
    }

    fn checkpoint_failed(&self, error: &io::Error) -> Failure {
        let path = self.args.print.checkpoint.as_deref().unwrap_or_else(|| "".as_ref());
        Failure::new("checkpoint", format!("cannot write the checkpoint {}: {error}", path.display()))
    }

    /// Returns an error if the session ended before the event that finishes it.
    fn check_end(&self, session: &Session) -> Result<(), Stopped> {
        let end = &self.args.end;
        let is_expected = end.finish_before.is_some() || end.finish_after.is_some();
        match session.close_reason() {
            Some(CloseReason::Finished | CloseReason::Requested) => Ok(()),
            _ if is_expected => Err(Stopped::Failed(Error::Truncated.into())),
            _ => Ok(()),
        }
    }
}

fn output_failed(error: io::Error) -> Stopped {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Stopped::ReaderGone,
        _ => Failure::new("output", format!("cannot print: {error}")).into(),
    }
}

/// Waits for the next tick, or forever without an interval.
async fn ticked(tick: &mut Option<Interval>) {
    match tick {
        Some(tick) => {
            tick.tick().await;
        }
        None => std::future::pending().await,
    }
}
