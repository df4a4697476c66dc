//! The arguments of `sse doctor`.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

use super::value::{header, nonzero_time};

#[derive(clap::Args)]
pub(crate) struct DoctorArgs {
    /// Where the stream is. Without a scheme it is http://.
    pub(crate) url: String,
    /// The method; GET, or POST with --data. What is neither GET nor HEAD is sent once.
    #[arg(short = 'X', long, value_name = "METHOD")]
    pub(crate) method: Option<http::Method>,
    /// A header to send; may be repeated.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = header)]
    pub(crate) headers: Vec<(http::HeaderName, http::HeaderValue)>,
    /// The body, or @ and the name of a file that holds it.
    #[arg(short = 'd', long, value_name = "BODY|@FILE")]
    pub(crate) data: Option<String>,
    /// Certificates to trust besides those of the system, as PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) cacert: Option<PathBuf>,
    /// How long to watch the stream: 30s, 5m.
    #[arg(long, value_name = "TIME", value_parser = nonzero_time, default_value = "30s")]
    pub(crate) watch: Duration,
    /// How long to wait for each response.
    #[arg(long, value_name = "TIME", value_parser = nonzero_time, default_value = "30s")]
    pub(crate) response_timeout: Duration,
    /// The size in bytes above which an event is too large.
    #[arg(long, value_name = "BYTES", default_value_t = 1024 * 1024)]
    pub(crate) max_event_size: usize,
    /// How to report.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) output: ReportFormat,
    /// Write the report to this file too, as a page with a timeline.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people.
    Text,
    /// One JSON object.
    Json,
}
