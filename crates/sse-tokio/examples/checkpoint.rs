//! A checkpoint that survives a restart of the program: the last event ID is stored once its event
//! is dealt with.
//!
//! ```sh
//! cargo run -p sse-tokio --example checkpoint -- http://localhost:8080/events checkpoint.txt
//! ```
//!
//! Without a URL it runs twice against a server of its own.

use std::path::Path;
use std::{fs, io};

use sse_testkit::{MockServer, Reply};
use sse_tokio::{BoxError, Client};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut args = std::env::args().skip(1);
    if let (Some(url), Some(file)) = (args.next(), args.next()) {
        return follow(&url, Path::new(&file), usize::MAX).await;
    }
    let server = server_that_resumes();
    let file = std::env::temp_dir().join(format!("checkpoint-{}.txt", std::process::id()));
    for run in 1..=2 {
        println!("run {run}");
        follow(&server.url("/events"), &file, 2).await?;
    }
    Ok(fs::remove_file(file)?)
}

async fn follow(url: &str, file: &Path, most: usize) -> Result<(), BoxError> {
    let stored = match fs::read_to_string(file) {
        Ok(id) => id,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error.into()),
    };
    let mut session = Client::new().get(url).last_event_id(stored).open().await?;
    let mut count = 0;
    while let Some(event) = session.next().await {
        let event = event?;
        println!("{}: {}", event.last_event_id, event.data);
        // An event that is dealt with but not stored comes again; one that is stored never does.
        let new = file.with_extension("new");
        fs::write(&new, &event.last_event_id)?;
        fs::rename(new, file)?;
        count += 1;
        if count == most {
            break;
        }
    }
    Ok(())
}

fn server_that_resumes() -> MockServer {
    MockServer::new().reply_with(|request| {
        let seen: u32 = request.last_event_id().and_then(|id| id.parse().ok()).unwrap_or(0);
        let events = (seen + 1..=4).map(|id| format!("id: {id}\ndata: event {id}\n\n"));
        Reply::events().send(events.collect::<String>()).stall()
    })
}
