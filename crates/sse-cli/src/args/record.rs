//! `sse record`.

use std::path::PathBuf;

use super::{EndArgs, ReconnectArgs, RequestArgs};

#[derive(clap::Args)]
pub(crate) struct RecordArgs {
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    /// Where the recording goes; `-` is stdout.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) reconnect: ReconnectArgs,
    #[command(flatten)]
    pub(crate) end: EndArgs,
}
