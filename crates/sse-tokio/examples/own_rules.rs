//! A feature-flag client: its own rule which statuses are final, a stream of states, and a restart
//! from another task.
//!
//! ```sh
//! cargo run -p sse-tokio --example own_rules -- http://localhost:8080/flags
//! ```
//!
//! Without a URL it follows a server of its own.

use std::time::Duration;

use sse_testkit::{MockServer, Reply};
use sse_tokio::{Client, Error, Failure, Frame, ReadyState, Retry, SessionHandle, State, Update};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (url, _server) = match std::env::args().nth(1) {
        Some(url) => (url, None),
        None => {
            let server = server_that_forgets();
            (server.url("/flags"), Some(server))
        }
    };
    let client = Client::builder().retry_initial(true).retry_when(rule).build();
    let mut session = client.get(url).start();
    tokio::spawn(restart_once(session.handle()));

    let mut updates = session.updates();
    while let Some(update) = updates.next().await {
        match update? {
            Update::State(State::Open { .. }) => println!("open"),
            Update::State(State::Disconnected { error: Some(error), .. }) => {
                println!("lost: {}", error.report())
            }
            Update::State(State::Disconnected { .. }) => println!("restarted"),
            Update::State(State::Closed { reason, .. }) => println!("closed: {reason}"),
            Update::Frame(Frame::Event(event)) => println!("{}", event.data),
            _ => {}
        }
    }
    Ok(())
}

/// A 404 passes after a deployment; 410 means that the flags are gone. The policy has the rest.
fn rule(failure: &Failure) -> Retry {
    match failure.error.status().map(|status| status.as_u16()) {
        Some(404) if failure.failures < 5 => Retry::After(Duration::from_millis(100)),
        Some(410) => Retry::Stop,
        _ => Retry::Default,
    }
}

/// As after a change of credentials, say.
async fn restart_once(mut handle: SessionHandle) {
    while handle.changed().await == ReadyState::Connecting {}
    tokio::time::sleep(Duration::from_millis(100)).await;
    handle.reconnect();
}

fn server_that_forgets() -> MockServer {
    let flags = |value: &str| Reply::events().send(format!("event: put\ndata: {{\"dark\":{value}}}\n\n"));
    MockServer::new().reply(Reply::status(404)).reply(flags("false").stall()).reply(flags("true"))
}
