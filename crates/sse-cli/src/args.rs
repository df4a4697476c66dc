//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use sse_tokio::proto::Resume;

/// Follow, serve and demonstrate Server-Sent Events.
#[derive(Parser)]
#[command(name = "sse", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print the events of a URL as they come, across reconnections.
    Follow(Box<FollowArgs>),
    /// Watch a stream and say what is wrong with its server.
    Doctor(Box<crate::doctor::DoctorArgs>),
    /// Follow an embedded server that drops the connection twice, and count what came.
    Demo(DemoArgs),
    /// Serve a recorded stream, for trying clients out.
    Serve(ServeArgs),
}

#[derive(clap::Args)]
pub(crate) struct FollowArgs {
    /// Where the stream is.
    pub(crate) url: String,
    /// The method; GET, or POST with --data.
    #[arg(short = 'X', long, value_name = "METHOD")]
    pub(crate) method: Option<http::Method>,
    /// A header to send; may be repeated.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = header)]
    pub(crate) headers: Vec<(http::HeaderName, http::HeaderValue)>,
    /// The body, or @ and the name of a file that holds it.
    #[arg(short = 'd', long, value_name = "BODY|@FILE")]
    pub(crate) data: Option<String>,
    /// Go on after the event with this ID.
    #[arg(long, value_name = "ID", value_parser = event_id)]
    pub(crate) last_event_id: Option<String>,
    /// Go on after the event whose ID is in this file, and keep the file up to date.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// How long to wait before reconnecting, until the server says otherwise: 500ms, 3s, 2m.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) reconnection_time: Option<Duration>,
    /// How many attempts to reconnect may fail in a row.
    #[arg(long, value_name = "N")]
    pub(crate) max_attempts: Option<u32>,
    /// Reconnect when nothing came for this time.
    #[arg(long, value_name = "TIME", value_parser = some_time)]
    pub(crate) idle_timeout: Option<Duration>,
    /// Stop when the stream ends.
    #[arg(long, conflicts_with = "max_attempts")]
    pub(crate) no_reconnect: bool,
    /// Retry the first connection too.
    #[arg(long)]
    pub(crate) retry_initial: bool,
    /// Print comments.
    #[arg(long)]
    pub(crate) comments: bool,
    /// Print reconnection times.
    #[arg(long)]
    pub(crate) retries: bool,
    /// Print events of this type only; may be repeated.
    #[arg(long = "event", value_name = "TYPE")]
    pub(crate) event_types: Vec<String>,
    /// Stop after so many printed events.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_events: Option<u64>,
    /// Stop at the event with this data; an end of the stream before it is a failure.
    #[arg(long, value_name = "DATA")]
    pub(crate) finish_on: Option<String>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) output: Format,
    /// Certificates to trust besides those of the system, as PEM. Whoever holds a key to one can read along.
    #[arg(long, value_name = "FILE")]
    pub(crate) insecure_roots: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One object a line.
    Json,
    /// The data of the events and nothing else.
    Data,
}

#[derive(clap::Args)]
pub(crate) struct DemoArgs {
    /// Serve a page instead, in which the browser's client follows the stream. `.ci/web page FOLDER` builds it.
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "target/page")]
    pub(crate) web: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct ServeArgs {
    /// The stream, as it would go over the wire.
    pub(crate) file: PathBuf,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// How long to wait between events.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "0s")]
    pub(crate) interval: Duration,
    /// Drop each connection after so many events, in the middle of the next one.
    #[arg(long, value_name = "N")]
    pub(crate) drop_after: Option<std::num::NonZeroUsize>,
    /// The reconnection time to ask for, in milliseconds.
    #[arg(long, value_name = "MS")]
    pub(crate) retry: Option<u64>,
}

pub(crate) fn header(text: &str) -> Result<(http::HeaderName, http::HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("expected `Name: value`, got no colon")?;
    let name = name.trim().parse().map_err(|_| "expected a header name before the colon")?;
    let value = value.trim().parse().map_err(|_| "expected a header value after the colon")?;
    Ok((name, value))
}

/// An ID that can be sent as a header.
pub(crate) fn event_id(text: &str) -> Result<String, &'static str> {
    match Resume::new(text.into()) {
        Resume::Unsendable(_) => Err("expected an ID without control characters, of 4 KiB at most"),
        _ => Ok(text.to_owned()),
    }
}

pub(crate) fn some_time(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("expected more than no time at all".to_owned()),
        time => Ok(time),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let millis = match unit {
        "ms" => 1,
        "s" | "" => 1000,
        "m" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        _ => return Err(format!("expected a number and ms, s, m or h, got the unit `{unit}`")),
    };
    let number: u64 = number.parse().map_err(|_| "expected a whole number before the unit")?;
    Ok(Duration::from_millis(number.saturating_mul(millis)))
}
