//! What commands share: the request, and for `follow` and `record` the reconnections and the ends.

use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};

use super::value::{credentials, event_id, header, nonzero_time, time, url};

#[derive(clap::Args)]
#[command(next_help_heading = "Request")]
pub(crate) struct RequestArgs {
    /// Where the stream is. Without a scheme it is http://, and `:8080` is a port of localhost.
    #[arg(value_parser = url, help_heading = None)]
    pub(crate) url: String,
    /// The method; GET, or POST with a body.
    #[arg(short = 'X', long = "request", value_name = "METHOD")]
    pub(crate) method: Option<Method>,
    /// A header to send, or a file with one header on each line; may be repeated.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE|@FILE", value_parser = HeaderArg::parse)]
    pub(crate) headers: Vec<HeaderArg>,
    /// The body, or the file that holds it (@- is stdin); a form, unless a Content-Type is given.
    #[arg(short = 'd', long, value_name = "BODY|@FILE")]
    pub(crate) data: Option<String>,
    /// The same, with `Content-Type: application/json`.
    #[arg(long, value_name = "BODY|@FILE", conflicts_with = "data")]
    pub(crate) json: Option<String>,
    /// A user name and a password for basic authentication.
    #[arg(short = 'u', long, value_name = "USER:PASSWORD", value_parser = credentials)]
    pub(crate) user: Option<(String, String)>,
    /// The environment variable that holds a bearer token.
    #[arg(long, value_name = "VAR", conflicts_with = "user")]
    pub(crate) bearer_env: Option<String>,
    /// Do not verify the server's certificate.
    #[arg(short = 'k', long)]
    pub(crate) insecure: bool,
    /// Certificates to trust besides those of the system, as PEM.
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    pub(crate) cacert: Option<PathBuf>,
    /// Follow redirects; they are followed without this flag as well.
    #[arg(short = 'L', long = "location", hide = true)]
    pub(crate) location: bool,
    /// The User-Agent to send; `sse/` and the version unless given.
    #[arg(short = 'A', long, value_name = "AGENT")]
    pub(crate) user_agent: Option<HeaderValue>,
    /// Go on after the event with this ID.
    #[arg(long, value_name = "ID", value_parser = event_id)]
    pub(crate) last_event_id: Option<String>,
}

/// A header, or the file that holds headers.
#[derive(Clone)]
pub(crate) enum HeaderArg {
    Header(HeaderName, HeaderValue),
    File(String),
}

impl HeaderArg {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if let Some(file) = text.strip_prefix('@') {
            return Ok(Self::File(file.to_owned()));
        }
        let (name, value) = header(text)?;
        Ok(Self::Header(name, value))
    }
}

#[derive(clap::Args)]
#[command(next_help_heading = "Reconnection")]
pub(crate) struct ReconnectArgs {
    /// How long to wait before reconnecting, until the server says otherwise: 500ms, 3s, 2m.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) reconnection_time: Option<Duration>,
    /// How many attempts to reconnect may fail in a row.
    #[arg(long, value_name = "N")]
    pub(crate) max_attempts: Option<u32>,
    /// Reconnect when no byte came for this time.
    #[arg(long, value_name = "TIME", value_parser = nonzero_time)]
    pub(crate) idle_timeout: Option<Duration>,
    /// How long an attempt may take until there is a response.
    #[arg(long, value_name = "TIME", value_parser = nonzero_time)]
    pub(crate) response_timeout: Option<Duration>,
    /// Stop when the stream ends.
    #[arg(long, conflicts_with = "max_attempts")]
    pub(crate) no_reconnect: bool,
    /// Retry the first connection too.
    #[arg(long)]
    pub(crate) retry_initial: bool,
    /// Send a request other than GET and HEAD again when its stream breaks off.
    #[arg(long)]
    pub(crate) replay: bool,
}

#[derive(clap::Args)]
#[command(next_help_heading = "End")]
pub(crate) struct EndArgs {
    /// Stop after so many events.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_events: Option<u64>,
    /// Stop before the event with this data; an end of the stream before it is a failure.
    #[arg(long, value_name = "DATA")]
    pub(crate) finish_before: Option<String>,
    /// Stop after the event with this data; an end of the stream before it is a failure.
    #[arg(long, value_name = "DATA")]
    pub(crate) finish_after: Option<String>,
}
