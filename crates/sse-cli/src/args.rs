//! The arguments of the command line.

// The build script compiles these files too, and without the paths it would look for them in
// another folder.
#[path = "args/doctor.rs"]
mod doctor;
#[path = "args/follow.rs"]
mod follow;
#[path = "args/record.rs"]
mod record;
#[path = "args/request.rs"]
mod request;
#[path = "args/serve.rs"]
mod serve;
#[path = "args/value.rs"]
mod value;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub(crate) use doctor::{DoctorArgs, ReportFormat};
pub(crate) use follow::{FollowArgs, Format, PrintArgs};
pub(crate) use record::RecordArgs;
pub(crate) use request::{EndArgs, HeaderArg, ReconnectArgs, RequestArgs};
pub(crate) use serve::{ServeArgs, Speed};
pub(crate) use value::event_id;

const LONG_VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\nprotocols: http https",
    "\nfeatures: HTTP/1.1, TLS 1.2 and 1.3 (rustls, ring), trusted certificates of the operating system, proxies"
);

/// Follow, record, serve, examine and demonstrate Server-Sent Events.
#[derive(Parser)]
#[command(
    name = "sse",
    version,
    long_version = LONG_VERSION,
    override_usage = "sse [follow] URL [OPTIONS]\n       sse COMMAND [OPTIONS]",
    after_help = "Exit status: 0 for a normal end, 1 if the server refused the request or something failed, 2 for wrong usage, \
                  3 if all attempts to reconnect failed or the stream was truncated, 4 for a timeout, 130 for Ctrl-C."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print the events of a stream as they arrive, across reconnections.
    Follow(Box<FollowArgs>),
    /// Record the bytes of a stream and the times at which they arrive.
    Record(Box<RecordArgs>),
    /// Serve a recording or a plain stream.
    Serve(Box<ServeArgs>),
    /// Watch a stream and report problems of its server.
    ///
    /// A request with a method other than GET or HEAD is sent only once.
    Doctor(Box<DoctorArgs>),
    /// Follow a built-in server that drops connections, and count the events.
    Demo(DemoArgs),
    /// Print the completion script for a shell.
    Completions {
        /// The name of the shell.
        shell: clap_complete::Shell,
    },
    /// Print the man page in roff format: `sse man | man -l -`.
    Man,
}

#[derive(clap::Args)]
pub(crate) struct DemoArgs {
    /// Serve a page that follows the stream in your browser instead. `.ci/web page FOLDER` builds
    /// the page.
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "target/page")]
    pub(crate) web: Option<PathBuf>,
}

impl Args {
    /// Parses the arguments of the process. Inserts the command `follow` if the first argument is a
    /// URL or an option of `follow`.
    pub(crate) fn from_env() -> Self {
        let mut args: Vec<_> = std::env::args_os().collect();
        if args.get(1).is_some_and(means_follow) {
            args.insert(1, "follow".into());
        }
        Self::parse_from(args)
    }
}

/// Returns whether the first argument is a URL or an option of `follow`. A plain word is not: it
/// may be a misspelt command.
fn means_follow(first: &OsString) -> bool {
    let Some(first) = first.to_str() else { return true };
    if first.starts_with('-') {
        return !["-h", "--help", "-V", "--version"].contains(&first);
    }
    first == "localhost" || first.contains(['.', ':', '/'])
}
