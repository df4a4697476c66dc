//! `sse demo`: follows a server that drops the connection twice, and counts the events.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use sse_tokio::{Client, Error, State};
use tokio::net::TcpListener;

use crate::args::DemoArgs;
use crate::failure;
use crate::recording::{Pace, Recording, Settings};
use crate::serve::{Server, play, respond};
use crate::signals::exit_on_signal;
use crate::web::web;

/// Prints a line. Errors are ignored: a closed stdout does not stop the demonstration.
macro_rules! say {
    ($($part:tt)*) => {{
        let _ = writeln!(std::io::stdout(), $($part)*);
    }};
}

/// The stream that the server sends.
const STREAM: &str = include_str!("demo.txt");

/// The number of times that the server drops the connection.
pub(crate) const DROPS: usize = 2;

/// Returns the server of the demonstration.
pub(crate) fn server() -> Server {
    let recording = Recording::parse(STREAM.as_bytes()).expect("the recording is part of the program");
    let mut settings = Settings::new(Pace::Interval(Duration::from_millis(150)));
    settings.drop_after = Some(4);
    settings.drops = AtomicUsize::new(DROPS);
    settings.retry = Some(300);
    Server { recording: Arc::new(recording), settings: Arc::new(settings), log: None }
}

/// Runs `sse demo`.
pub(crate) async fn demo(args: DemoArgs) -> ExitCode {
    exit_on_signal(|| ());
    if let Some(folder) = args.web {
        return web(&folder).await;
    }
    let server = Arc::new(server());
    let recording = Arc::clone(&server.recording);
    let listener = match TcpListener::bind("127.0.0.1:0").await {
        Ok(listener) => listener,
        Err(error) => return failure(format_args!("cannot listen on the loopback address: {error}")),
    };
    let url = match listener.local_addr() {
        Ok(address) => format!("http://{address}/"),
        Err(error) => return failure(format_args!("the listener has no address: {error}")),
    };
    tokio::spawn(play(listener, move |request, client| {
        let server = Arc::clone(&server);
        async move { respond(&request, &server, client).await }
    }));
    say!("following {url}, whose server will drop the connection twice");
    let opened = Arc::new(AtomicU64::new(0));
    match follow(&url, Arc::clone(&opened)).await {
        Ok(received) => summary(&recording, &received, opened.load(Ordering::Relaxed)),
        Err(error) => failure(error),
    }
}

/// Follows the stream to its end and returns the IDs of the received events.
async fn follow(url: &str, opened: Arc<AtomicU64>) -> Result<Vec<String>, Error> {
    let request = Client::new().get(url).on_state(move |state| print_state(state, &opened));
    let request = request.before_each(|attempt, request| async move {
        match attempt.last_event_id() {
            "" => say!("-- connecting"),
            id => say!("-- reconnecting, to resume after event {id}"),
        }
        Ok::<_, Infallible>(request)
    });
    let mut session = request.open().await?;
    let mut received = Vec::new();
    while let Some(event) = session.next().await {
        let event = event?;
        say!("  {:>2} {}: {}", event.last_event_id, event.event_type, event.data);
        received.push(event.last_event_id.to_string());
    }
    Ok(received)
}

/// Prints a state, and counts how often the stream was opened.
fn print_state(state: &State, opened: &AtomicU64) {
    match state {
        State::Open { response, .. } if opened.fetch_add(1, Ordering::Relaxed) == 0 => {
            say!("-- open: {}", response.status());
        }
        State::Open { .. } => say!("-- open again"),
        State::Disconnected { cause, retry_in, .. } => {
            say!("-- dropped: {cause}; again in {retry_in:.1?}")
        }
        State::Closed { reason, .. } => say!("-- closed: {reason}"),
        _ => {}
    }
}

/// Compares the received events with those that the server sent, and prints the result.
fn summary(recording: &Recording, received: &[String], opened: u64) -> ExitCode {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for id in received {
        *times.entry(id).or_default() += 1;
    }
    let sent: Vec<&str> = recording.ids().collect();
    let lost = sent.iter().filter(|id| !times.contains_key(*id)).count();
    let duplicated = times.values().filter(|times| **times > 1).count();
    let in_order = received.iter().map(String::as_str).eq(sent.iter().copied());
    say!(
        "{} of {} events arrived over {} reconnections: {lost} lost, {duplicated} duplicated",
        times.len(),
        sent.len(),
        opened.saturating_sub(1)
    );
    if in_order {
        ExitCode::SUCCESS
    } else {
        failure("the received events are not those that the server sent")
    }
}
