//! `sse record`: records a stream in a file.

mod tap;

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use sse_tokio::proto::CloseReason;
use sse_tokio::{Error, Frame, State, TokioDial, TokioTimer, Update, sse_driver};
use tokio::time::interval;
use url::Url;

use crate::args::{Format, RecordArgs};
use crate::print::{Failure, Stderr};
use crate::request::{http, session};
use crate::signals::{exit_on_signal, reader_gone};
use crate::verbose::show_response;
use tap::{Recorder, Tap};

/// The interval at which the status line is redrawn while no event arrives.
const TICK: Duration = Duration::from_millis(250);

/// Runs `sse record`.
pub(crate) async fn record(args: RecordArgs) -> ExitCode {
    let stderr = Stderr::new(!is_stdout(&args.file));
    let recorded = run(&args, &stderr).await;
    stderr.end_status();
    match recorded {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print(&stderr, Format::Text);
            failure.exit()
        }
    }
}

async fn run(args: &RecordArgs, stderr: &Stderr) -> Result<(), Failure> {
    let cannot_write = |error: io::Error| {
        Failure::new("output", format!("cannot write to {}: {error}", args.file.display()))
    };
    let recorder = Recorder::default();
    let tap = Tap::new(http(TokioDial, &args.request)?, recorder.clone());
    let verbose = args.verbose.then_some(stderr);
    let mut session = session(tap, &args.request, &args.reconnect, &args.end, verbose)?.start();
    // The request is valid, so this overwrites a recording only if there will be another.
    let file = create(&args.file).map_err(cannot_write)?;
    recorder.begin(file, &without_secrets(&args.request.url)).map_err(cannot_write)?;
    let at_signal = stderr.clone();
    exit_on_signal(move || at_signal.end_status());
    let followed = tokio::select! {
        followed = follow(args, &mut session, stderr) => followed,
        () = recorder.failed() => Ok(()),
        () = reader_gone(), if is_stdout(&args.file) => return Ok(()),
    };
    match recorder.take_error() {
        Some(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
        Some(error) => return Err(cannot_write(error)),
        None => followed?,
    }
    let is_expected = args.end.finish_before.is_some() || args.end.finish_after.is_some();
    match session.close_reason() {
        Some(CloseReason::Finished | CloseReason::Requested) => Ok(()),
        _ if is_expected => Err(Error::Truncated.into()),
        _ => Ok(()),
    }
}

fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn create(path: &Path) -> io::Result<Box<dyn Write + Send>> {
    if is_stdout(path) { Ok(Box::new(io::stdout())) } else { Ok(Box::new(File::create(path)?)) }
}

/// Returns the URL without user name, password, query and fragment.
fn without_secrets(url: &str) -> String {
    Url::parse(url).map_or_else(
        |_| String::new(),
        |url| format!("{}://{}", url.scheme(), &url[url::Position::BeforeHost..url::Position::AfterPath]),
    )
}

/// Reads the session to its end. The transport below it writes the recording.
async fn follow(
    args: &RecordArgs,
    session: &mut sse_driver::Session<Tap, TokioTimer>,
    stderr: &Stderr,
) -> Result<(), Failure> {
    let handle = session.handle();
    let mut updates = session.updates();
    let mut tick = interval(TICK);
    let mut events = 0;
    loop {
        let update = tokio::select! {
            biased;
            update = updates.next() => update,
            _ = tick.tick(), if stderr.has_status() => {
                stderr.draw();
                continue;
            }
        };
        match update.transpose()? {
            None => return Ok(()),
            Some(Update::State(state)) => print_state(args, &state, stderr),
            Some(Update::Frame(Frame::Event(event))) => {
                events += 1;
                stderr.update(|status| status.event(&event.last_event_id));
                if args.end.max_events == Some(events) {
                    handle.close();
                }
            }
            Some(_) => {}
        }
    }
}

fn print_state(args: &RecordArgs, state: &State, stderr: &Stderr) {
    if args.verbose {
        show_response(state, stderr);
    }
    stderr.state(state);
}
