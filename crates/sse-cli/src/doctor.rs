//! `sse doctor`: finds problems of servers that send event streams.
//!
//! `examination.rs` makes the requests, `observation.rs` stores the responses and their times,
//! `findings.rs` derives the findings from the observation alone, and `text.rs`, `json.rs` and
//! `html.rs` report them.

mod bursts;
mod dial;
mod escape;
mod examination;
mod findings;
mod html;
mod json;
mod lines;
mod observation;
mod own_time;
mod plural;
mod reading;
mod request;
mod resumption;
mod summary;
mod text;
mod timeline;
mod visit;

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use tokio::time::Instant;

use ::http::Request;
use sse_tokio::RequestBody;
use sse_tokio::sse_http::Http;

use crate::args::{DoctorArgs, Format, ReportFormat, RequestArgs};
use crate::print::{Failure, Stderr};
use crate::request::http;
use dial::RecordingDial;
use findings::{Finding, Severity, diagnose};
use observation::Observation;
use visit::Visitor;

/// Runs `sse doctor`.
pub(crate) async fn doctor(args: DoctorArgs) -> ExitCode {
    let dial = RecordingDial::default();
    let (http, request) = match prepare(&args.request, dial.clone()).await {
        Ok(prepared) => prepared,
        Err(failure) => {
            failure.print(&Stderr::new(false), Format::Text);
            return failure.exit();
        }
    };
    let visitor = Visitor {
        http,
        dial,
        start: Instant::now(),
        response_timeout: args.response_timeout,
        max_event_size: args.max_event_size,
        is_insecure: args.request.insecure,
    };
    let observation = examination::examine(&visitor, request, args.watch, &mut say).await;
    let findings = diagnose(&observation);
    match report(&args, &observation, &findings) {
        // The reader closed the pipe, as in `sse doctor URL | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(error) => {
            say(&format!("error: {error}"));
            return ExitCode::FAILURE;
        }
        Ok(()) => {}
    }
    let has_errors = findings.iter().any(|finding| finding.severity == Severity::Error);
    if has_errors { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Returns the transport and the request to examine.
async fn prepare(
    args: &RequestArgs,
    dial: RecordingDial,
) -> Result<(Http<RecordingDial>, Request<RequestBody>), Failure> {
    Ok((http(dial, args)?, request::built(args).await?))
}

/// Prints the report, and writes the page if there is one.
fn report(args: &DoctorArgs, observation: &Observation, findings: &[Finding]) -> io::Result<()> {
    if let Some(file) = &args.html {
        let named = |error: io::Error| {
            io::Error::new(error.kind(), format!("cannot write {}: {error}", file.display()))
        };
        std::fs::write(file, html::page(observation, findings)).map_err(named)?;
        say(&format!("Wrote the page to {}.", file.display()));
    }
    let stdout = io::stdout();
    let colour = stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let text = match args.output {
        ReportFormat::Json => json::report(observation, findings)?,
        ReportFormat::Text => text::report(observation, findings, colour),
    };
    let mut stdout = stdout.lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Prints progress on stderr. Errors are ignored: a closed stderr does not stop the examination.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{}", escape::escape(text));
}
