//! The arguments of `sse follow`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::value::size;
use super::{EndArgs, ReconnectArgs, RequestArgs};

#[derive(clap::Args)]
pub(crate) struct FollowArgs {
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    /// Show each request and the head of each response on stderr, with secrets hidden.
    #[arg(short = 'v', long)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) reconnect: ReconnectArgs,
    #[command(flatten)]
    pub(crate) end: EndArgs,
    #[command(flatten)]
    pub(crate) print: PrintArgs,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct PrintArgs {
    /// Format of the output.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) output: Format,
    /// Print to this file instead of stdout. The file is overwritten, or appended to with
    /// --checkpoint.
    #[arg(short = 'o', value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Resume after the event whose ID is in this file, and keep the file up to date.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Print only events of this type. May be repeated.
    #[arg(long = "event", value_name = "TYPE")]
    pub(crate) event_types: Vec<String>,
    /// Print comments.
    #[arg(long)]
    pub(crate) comments: bool,
    /// Print reconnection times.
    #[arg(long)]
    pub(crate) retries: bool,
    /// Print the time of arrival of each line (RFC 3339, UTC).
    #[arg(long)]
    pub(crate) timestamps: bool,
    /// Largest size of an event. A larger event ends the run with an error.
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "16MiB")]
    pub(crate) max_event_size: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for people.
    Text,
    /// One JSON object per line.
    Json,
    /// Only the data of the events.
    Data,
}
