//! `sse record`.

use std::path::PathBuf;

use super::{EndArgs, ReconnectArgs, RequestArgs};

#[derive(clap::Args)]
pub(crate) struct RecordArgs {
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    /// Show each request and the head of each response on stderr, without secrets.
    #[arg(short = 'v', long)]
    pub(crate) verbose: bool,
    /// Where the recording goes; `-` is stdout.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) reconnect: ReconnectArgs,
    #[command(flatten)]
    pub(crate) end: EndArgs,
}
