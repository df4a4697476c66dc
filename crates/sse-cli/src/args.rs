//! The command line.

// The build script reads these files too, to write the man page, and looks for modules in another
// place.
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
    "\nfeatures: HTTP/1.1, TLS 1.2 and 1.3 (rustls, ring), trust of the operating system, proxies"
);

/// Follow, record, serve, examine and demonstrate Server-Sent Events.
#[derive(Parser)]
#[command(
    name = "sse",
    version,
    long_version = LONG_VERSION,
    override_usage = "sse [follow] URL [OPTIONS]\n       sse COMMAND [OPTIONS]",
    after_help = "Exit status: 0 for a normal end, 1 if the server refused or something failed, 2 for a wrong usage, \
                  3 if it gave up or the stream was truncated, 4 for a timeout, 130 for Ctrl-C."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print the events of a URL as they come, across reconnections.
    Follow(Box<FollowArgs>),
    /// Write down what a URL sends, byte for byte, with the times.
    Record(Box<RecordArgs>),
    /// Serve a recording or a plain stream.
    Serve(Box<ServeArgs>),
    /// Watch a stream and say what is wrong with its server.
    ///
    /// A request that is neither GET nor HEAD is sent once.
    Doctor(Box<DoctorArgs>),
    /// Follow a built-in server that drops connections, and count.
    Demo(DemoArgs),
    /// Print the completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual, in roff: `sse man | man -l -`.
    Man,
}

#[derive(clap::Args)]
pub(crate) struct DemoArgs {
    /// Serve a page instead, in which the browser's client follows the stream. `.ci/web page
    /// FOLDER` builds it.
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "target/page")]
    pub(crate) web: Option<PathBuf>,
}

impl Args {
    /// Those of the process. Where there is no command but a URL or an option of `follow`, `follow`
    /// is meant.
    pub(crate) fn from_env() -> Self {
        let mut args: Vec<_> = std::env::args_os().collect();
        if args.get(1).is_some_and(means_follow) {
            args.insert(1, "follow".into());
        }
        Self::parse_from(args)
    }
}

/// Whether the first argument is not for the whole command: neither a command, nor a word that may
/// be a misspelt one.
fn means_follow(first: &OsString) -> bool {
    let Some(first) = first.to_str() else { return true };
    if first.starts_with('-') {
        return !["-h", "--help", "-V", "--version"].contains(&first);
    }
    first == "localhost" || first.contains(['.', ':', '/'])
}
