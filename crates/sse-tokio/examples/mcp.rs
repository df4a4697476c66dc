//! A request of MCP over Streamable HTTP: the answer is JSON, or a stream that is resumed by GET,
//! or neither.
//!
//! ```sh
//! cargo run -p sse-tokio --example mcp -- http://localhost:8080/mcp
//! ```
//!
//! Without a URL it asks a server of its own, once for each kind of answer.

use sse_testkit::{MockServer, Reply};
use sse_tokio::{Answer, Client, Error};

const CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::new();
    if let Some(url) = std::env::args().nth(1) {
        return call(&client, &url).await;
    }
    let server = server_of_every_kind();
    for _ in 0..5 {
        call(&client, &server.url("/mcp")).await?;
    }
    Ok(())
}

async fn call(client: &Client, url: &str) -> Result<(), Error> {
    let request = client
        .post(url)
        .header("accept", "application/json, text/event-stream")
        .header("content-type", "application/json")
        .body(CALL)
        .resume_by_get(true);
    match request.send().await? {
        Answer::Stream(mut session) => {
            while let Some(event) = session.next().await {
                let event = event?;
                // The first event primes the client with an id to resume from, and has no data.
                if !event.data.is_empty() {
                    println!("streamed: {}", event.data);
                    break;
                }
            }
        }
        Answer::Other(response) => match response.status().as_u16() {
            200 => println!("at once: {}", response.text().await?),
            202 => println!("accepted, there is no answer"),
            404 => println!("the session is over: begin a new one"),
            405 => println!("the server has no stream to offer"),
            status => println!("status {status}: {}", response.text().await?),
        },
    }
    Ok(())
}

fn server_of_every_kind() -> MockServer {
    let json = Reply::status(200).header("content-type", "application/json").send(r#"{"id":1,"result":{}}"#);
    let primed = Reply::events().send("id: 1\nretry: 100\ndata:\n\n");
    let resumed = Reply::events().send("data: {\"id\":1,\"result\":{}}\n\n").stall();
    MockServer::new()
        .reply(json)
        .reply(primed)
        .reply(resumed)
        .reply(Reply::status(202))
        .reply(Reply::status(404))
        .reply(Reply::status(405))
}
