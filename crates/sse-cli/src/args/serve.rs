//! The arguments of `sse serve`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use super::value::time;

#[derive(clap::Args)]
pub(crate) struct ServeArgs {
    /// Recording or plain event stream to serve; `-` is stdin.
    pub(crate) file: PathBuf,
    /// Address to listen on, such as 127.0.0.1:8080, localhost:8080, or :8080 for localhost. Port 0
    /// selects a free port.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,
    /// Speed of a recording: 1 is the original pace, 2 is twice as fast, `max` is without pauses.
    #[arg(long, value_name = "FACTOR", value_parser = Speed::parse, conflicts_with = "interval")]
    pub(crate) speed: Option<Speed>,
    /// Time to wait between events. A recording is then played event by event, like a plain stream.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) interval: Option<Duration>,
    /// Drop each connection after this number of events, in the middle of the next one.
    #[arg(long, value_name = "N")]
    pub(crate) drop_after: Option<NonZeroUsize>,
    /// Reconnection time to send to clients, in milliseconds.
    #[arg(long, value_name = "MS")]
    pub(crate) retry: Option<u64>,
    /// Log each request on stderr.
    #[arg(short = 'v', long)]
    pub(crate) verbose: bool,
}

/// The speed at which a recording is played.
#[derive(Clone, Copy)]
pub(crate) enum Speed {
    /// A multiple of the original pace.
    Times(f64),
    /// Without pauses.
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
