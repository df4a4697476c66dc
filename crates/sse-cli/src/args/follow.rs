//! `sse follow`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::value::size;
use super::{EndArgs, ReconnectArgs, RequestArgs};

#[derive(clap::Args)]
pub(crate) struct FollowArgs {
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    /// Show each request and the head of each response on stderr, without secrets.
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
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) output: Format,
    /// Print to this file instead of stdout. It is made anew, or with --checkpoint appended to.
    #[arg(short = 'o', value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Go on after the event whose ID is in this file, and keep the file up to date.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Print events of this type only; may be repeated.
    #[arg(long = "event", value_name = "TYPE")]
    pub(crate) event_types: Vec<String>,
    /// Print comments.
    #[arg(long)]
    pub(crate) comments: bool,
    /// Print reconnection times.
    #[arg(long)]
    pub(crate) retries: bool,
    /// Print when each line came (RFC 3339, UTC).
    #[arg(long)]
    pub(crate) timestamps: bool,
    /// How much one event may hold; a longer one is a failure.
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "16MiB")]
    pub(crate) max_event_size: usize,
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
