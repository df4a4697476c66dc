//! The arguments of `sse record`.

use std::path::PathBuf;

use super::{EndArgs, ReconnectArgs, RequestArgs};

#[derive(clap::Args)]
pub(crate) struct RecordArgs {
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    /// Show each request and the head of each response on stderr, with secrets hidden.
    #[arg(short = 'v', long)]
    pub(crate) verbose: bool,
    /// File to write the recording to; `-` is stdout.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) reconnect: ReconnectArgs,
    #[command(flatten)]
    pub(crate) end: EndArgs,
}
