//! `sse serve`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use super::value::time;

#[derive(clap::Args)]
pub(crate) struct ServeArgs {
    /// A recording, or a stream as it would go over the wire; `-` is stdin.
    pub(crate) file: PathBuf,
    /// Where to listen: 127.0.0.1:8080, localhost:8080, :8080 (of localhost). Port 0 takes a free
    /// one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,
    /// How fast a recording is played: 1 is its own pace, 2 twice as fast, `max` without a pause.
    #[arg(long, value_name = "FACTOR", value_parser = Speed::parse, conflicts_with = "interval")]
    pub(crate) speed: Option<Speed>,
    /// How long to wait between events. A recording is then played event by event, as if it were a
    /// plain stream.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) interval: Option<Duration>,
    /// Drop each connection after so many events, in the middle of the next one.
    #[arg(long, value_name = "N")]
    pub(crate) drop_after: Option<NonZeroUsize>,
    /// The reconnection time to ask for, in milliseconds.
    #[arg(long, value_name = "MS")]
    pub(crate) retry: Option<u64>,
    /// Log each request on stderr.
    #[arg(short = 'v', long)]
    pub(crate) verbose: bool,
}

/// How fast a recording is played.
#[derive(Clone, Copy)]
pub(crate) enum Speed {
    Times(f64),
    Max,
}

impl Speed {
    fn parse(text: &str) -> Result<Self, &'static str> {
        if text == "max" {
            return Ok(Self::Max);
        }
        match text.parse() {
            Ok(factor) if factor > 0.0 && f64::is_finite(factor) => Ok(Self::Times(factor)),
            _ => Err("expected a number above zero, or `max`"),
        }
    }
}
