//! The arguments of `sse doctor`.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

use super::RequestArgs;
use super::value::{nonzero_time, size};

#[derive(clap::Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    /// Time to watch the stream, such as 30s or 5m.
    #[arg(long, value_name = "TIME", value_parser = nonzero_time, default_value = "30s")]
    pub(crate) watch: Duration,
    /// Longest time to wait for each response.
    #[arg(long, value_name = "TIME", value_parser = nonzero_time, default_value = "30s")]
    pub(crate) response_timeout: Duration,
    /// Largest size of an event that is not reported as too large.
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "1MiB")]
    pub(crate) max_event_size: usize,
    /// Format of the report.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) output: ReportFormat,
    /// Also write the report to this file, as an HTML page with a timeline.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Text for people.
    Text,
    /// One JSON object.
    Json,
}
