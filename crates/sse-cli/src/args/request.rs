//! Arguments that several commands share: those of the request, and for `follow` and `record` those
//! of reconnecting and stopping.

use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};

use super::value::{credentials, event_id, header, nonzero_time, time, url};

#[derive(clap::Args)]
#[command(next_help_heading = "Request")]
pub(crate) struct RequestArgs {
    /// URL of the stream. The default scheme is http://, and `:8080` is a port of localhost.
    #[arg(value_parser = url, help_heading = None)]
    pub(crate) url: String,
    /// HTTP method. The default is GET, or POST with a body.
    #[arg(short = 'X', long = "request", value_name = "METHOD")]
    pub(crate) method: Option<Method>,
    /// Header to send, or a file with one header on each line. May be repeated.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE|@FILE", value_parser = HeaderArg::parse)]
    pub(crate) headers: Vec<HeaderArg>,
    /// Request body, or a file to read it from (@- is stdin). The default Content-Type is that of a
    /// form.
    #[arg(short = 'd', long, value_name = "BODY|@FILE")]
    pub(crate) data: Option<String>,
    /// Like --data, with `Content-Type: application/json`.
    #[arg(long, value_name = "BODY|@FILE", conflicts_with = "data")]
    pub(crate) json: Option<String>,
    /// User name and password for basic authentication.
    #[arg(short = 'u', long, value_name = "USER:PASSWORD", value_parser = credentials)]
    pub(crate) user: Option<(String, String)>,
    /// Environment variable that contains a bearer token.
    #[arg(long, value_name = "VAR", conflicts_with = "user")]
    pub(crate) bearer_env: Option<String>,
    /// Accept any certificate of the server.
    #[arg(short = 'k', long)]
    pub(crate) insecure: bool,
    /// PEM file with certificates to trust in addition to those of the system.
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    pub(crate) cacert: Option<PathBuf>,
    /// Follow redirects. This is always on; the flag exists because curl has it.
    #[arg(short = 'L', long = "location", hide = true)]
    pub(crate) location: bool,
    /// User-Agent to send. The default is `sse/` and the version.
    #[arg(short = 'A', long, value_name = "AGENT")]
    pub(crate) user_agent: Option<HeaderValue>,
    /// Resume after the event with this ID.
    #[arg(long, value_name = "ID", value_parser = event_id)]
    pub(crate) last_event_id: Option<String>,
}

/// The value of `--header`: a header, or a file with headers.
#[derive(Clone)]
pub(crate) enum HeaderArg {
    Header(HeaderName, HeaderValue),
    File(String),
}

impl HeaderArg {
    /// Parses `NAME: VALUE` or `@FILE`.
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
    /// Time to wait before reconnecting, such as 500ms, 3s or 2m. The server can change it with
    /// `retry`.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) reconnection_time: Option<Duration>,
    /// Number of attempts to reconnect that may fail in a row.
    #[arg(long, value_name = "N")]
    pub(crate) max_attempts: Option<u32>,
    /// Reconnect if no byte arrives for this time.
    #[arg(long, value_name = "TIME", value_parser = nonzero_time)]
    pub(crate) idle_timeout: Option<Duration>,
    /// Longest time to wait for a response.
    #[arg(long, value_name = "TIME", value_parser = nonzero_time)]
    pub(crate) response_timeout: Option<Duration>,
    /// Stop when the stream ends.
    #[arg(long, conflicts_with = "max_attempts")]
    pub(crate) no_reconnect: bool,
    /// Also retry the first connection.
    #[arg(long)]
    pub(crate) retry_initial: bool,
    /// Reconnect even if the method is not GET or HEAD, which repeats the request.
    #[arg(long)]
    pub(crate) replay: bool,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Stopping")]
pub(crate) struct EndArgs {
    /// Stop after this number of events.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_events: Option<u64>,
    /// Stop before the event with this data. It is an error if the stream ends earlier.
    #[arg(long, value_name = "DATA")]
    pub(crate) finish_before: Option<String>,
    /// Stop after the event with this data. It is an error if the stream ends earlier.
    #[arg(long, value_name = "DATA")]
    pub(crate) finish_after: Option<String>,
}
