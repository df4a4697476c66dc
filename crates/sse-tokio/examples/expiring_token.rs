//! A stream behind a token that expires: it is fetched before the first attempt, and again when the
//! server answers 401.
//!
//! ```sh
//! cargo run -p sse-tokio --example expiring_token -- http://localhost:8080/events
//! ```
//!
//! Without a URL it follows a server of its own, which takes each token for one event.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sse_testkit::{MockServer, Reply};
use sse_tokio::{Client, Error, State, TokenRequest};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (url, _server) = match std::env::args().nth(1) {
        Some(url) => (url, None),
        None => {
            let server = server_whose_tokens_expire();
            (server.url("/events"), Some(server))
        }
    };
    let issued = Arc::new(AtomicU32::new(0));
    let request = Client::new()
        .get(url)
        .bearer_auth_with(move |why| {
            let issued = Arc::clone(&issued);
            async move {
                if let TokenRequest::Refused(response) = &why {
                    println!("refused: {}", String::from_utf8_lossy(response.body()));
                }
                // Here the token server would be asked; an `Err` ends the session.
                Ok::<_, Error>(format!("token-{}", issued.fetch_add(1, Ordering::Relaxed)))
            }
        })
        .on_state(|state| {
            if let State::Disconnected { cause, retry_in, .. } = state {
                println!("{cause}; again in {retry_in:.1?}");
            }
        });
    let mut session = request.open().await?;
    while let Some(event) = session.next().await {
        println!("{}", event?.data);
    }
    Ok(())
}

fn server_whose_tokens_expire() -> MockServer {
    let event = |id: u32| Reply::events().send(format!("retry: 100\nid: {id}\ndata: event {id}\n\n"));
    let expired = || Reply::status(401).send("the token has expired");
    MockServer::new().reply(event(1)).reply(expired()).reply(event(2)).reply(expired()).reply(event(3))
}
