//! Runs a command together with a control server: `with_test_server COMMAND [ARGUMENT]...`.
//!
//! The cases of `tests/suite` ask the control server to start their scripted servers, since they
//! run in a browser. The command gets the origin of the control server in the variable
//! `SSE_TEST_SERVER`.

#[path = "../tests/script/mod.rs"]
mod script;

use std::process::{self, ExitCode};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use script::{Address, Command, End, Received, Step};
use serde::Serialize;
use sse_testkit::{MockServer, RecordedRequest, Reply};

/// The maximum time to wait for a connection to close.
const WAIT: Duration = Duration::from_secs(5);

type Servers = Mutex<Vec<Option<Arc<MockServer>>>>;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(program) = arguments.next() else {
        eprintln!("expected a command");
        return ExitCode::from(2);
    };
    let servers = Arc::new(Servers::default());
    let control = MockServer::new()
        .without_record()
        .reply_with(move |request| with_cors(request, execute(request, &servers)));
    let status =
        process::Command::new(program).args(arguments).env("SSE_TEST_SERVER", control.url("")).status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cannot run the command: {error}");
            ExitCode::FAILURE
        }
    }
}

fn execute(request: &RecordedRequest, servers: &Servers) -> Reply {
    let Ok(command) = serde_json::from_slice(&request.body) else { return Reply::status(400) };
    let server = |number: usize| lock(servers).get(number).cloned().flatten();
    match command {
        Command::Start(replies) => {
            let server = start(replies);
            let origin = server.url("");
            let mut servers = lock(servers);
            servers.push(Some(Arc::new(server)));
            json(&Address { number: servers.len() - 1, origin })
        }
        Command::Requests(number) => match server(number) {
            Some(server) => json(&server.requests().into_iter().map(received).collect::<Vec<_>>()),
            None => Reply::status(404),
        },
        Command::Closed { server: number, request } => match server(number) {
            Some(server) => json(&server.wait_for_close(request, WAIT).is_some()),
            None => Reply::status(404),
        },
        Command::Stop(number) => {
            let stopped = lock(servers).get_mut(number).and_then(Option::take);
            drop(stopped);
            json(&())
        }
    }
}

fn lock(servers: &Servers) -> std::sync::MutexGuard<'_, Vec<Option<Arc<MockServer>>>> {
    servers.lock().unwrap_or_else(PoisonError::into_inner)
}

fn json(answer: &impl Serialize) -> Reply {
    let text = serde_json::to_vec(answer).expect("the answer has only string keys");
    Reply::status(200).header("content-type", "application/json").send(text)
}

fn received(request: RecordedRequest) -> Received {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = request.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes())));
    Received {
        method: request.method.to_string(),
        headers: headers.collect(),
        body: request.body.to_vec(),
        path: request.path,
    }
}

/// Starts a server that sends the scripted replies, and also answers the preflights of a browser.
fn start(replies: Vec<script::Reply>) -> MockServer {
    let next = AtomicUsize::new(0);
    MockServer::new().reply_with(move |request| {
        if request.method == "OPTIONS" {
            return with_cors(request, Reply::status(204));
        }
        let number = next.fetch_add(1, Ordering::Relaxed);
        match replies.get(number).or(replies.last()) {
            Some(reply) => scripted(request, reply.clone()),
            None => Reply::status(404),
        }
    })
}

fn scripted(request: &RecordedRequest, script: script::Reply) -> Reply {
    let mut reply = match script.status {
        Some(200) => with_cors(request, Reply::status(200)).chunked(),
        Some(status) => with_cors(request, Reply::status(status)),
        None => Reply::raw(),
    };
    for (name, value) in script.headers {
        reply = reply.header(&name, value);
    }
    for step in script.steps {
        reply = match step {
            Step::Send(bytes) => reply.send(bytes),
            Step::SendEachByte(bytes) => reply.send_each_byte(bytes),
            Step::Pause(millis) => reply.pause(Duration::from_millis(millis)),
        };
    }
    match script.end {
        End::Close => reply.close(),
        End::Cut => reply.drop_connection(),
        End::Reset => reply.reset(),
        End::Stall => reply.stall(),
    }
}

/// Adds CORS headers that allow the page of the suite, which has another origin, everything that it
/// requests.
fn with_cors(request: &RecordedRequest, reply: Reply) -> Reply {
    let allowed = [
        ("origin", "access-control-allow-origin"),
        ("access-control-request-headers", "access-control-allow-headers"),
        ("access-control-request-method", "access-control-allow-methods"),
    ];
    let reply = allowed.into_iter().fold(reply, |reply, (asked, allowed)| match request.header(asked) {
        Some(value) => reply.header(allowed, value),
        None => reply,
    });
    let reply = reply.header("access-control-expose-headers", "retry-after, x-number, content-encoding");
    reply.header("access-control-allow-credentials", "true")
}
