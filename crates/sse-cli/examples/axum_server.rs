//! A good server with axum: `axum_server PORT`. It sends the same events as
//! `tests/real_servers/uvicorn_server.py`.

use std::convert::Infallible;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures_util::stream;

/// Padded to 800 bytes, which fills the buffers of proxies within seconds.
const TEXT: &str = "x";

/// Returns the time at which an event is made.
fn made(start: Duration, number: u32) -> Duration {
    start + Duration::from_secs(5) * (number / 10) + Duration::from_millis(200) * (number % 10)
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970")
}

async fn events(start: Duration, headers: HeaderMap) -> impl IntoResponse {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<u32>().ok());
    let live = || (0..).find(|number| made(start, *number) > now()).unwrap_or(0);
    let first = last.map_or_else(live, |last| last + 1);
    let events = stream::unfold(first, move |number| async move {
        let at = made(start, number);
        tokio::time::sleep(at.saturating_sub(now())).await;
        let data = format!("{{\"number\":{number},\"at\":{},\"text\":\"{TEXT:x<800}\"}}", at.as_millis());
        let event = Event::default().id(number.to_string()).retry(Duration::from_secs(3)).data(data);
        Some((Ok::<_, Infallible>(event), number + 1))
    });
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(1));
    ([(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], Sse::new(events).keep_alive(keep_alive))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args().nth(1).ok_or("expected a port")?.parse()?;
    let start = now();
    let app = Router::new().route("/", get(move |headers| events(start, headers)));
    axum::serve(tokio::net::TcpListener::bind(("127.0.0.1", port)).await?, app).await?;
    Ok(())
}
