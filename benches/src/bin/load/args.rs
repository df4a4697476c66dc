//! The command line arguments.

use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use sse_benches::load::Pace;

/// Measures clients under load.
#[derive(Parser)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Measures every scenario with every client.
    All(Settings),
    /// Measures one scenario.
    Run {
        scenario: Scenario,
        #[command(flatten)]
        settings: Settings,
    },
    /// Runs the server of a scenario until it is killed, and prints its URL.
    #[command(hide = true)]
    Serve { scenario: Scenario },
    /// Runs one client in this process.
    #[command(hide = true)]
    Client {
        client: String,
        scenario: Scenario,
        url: String,
        #[command(flatten)]
        settings: Settings,
    },
}

#[derive(clap::Args, Clone)]
pub(crate) struct Settings {
    /// The seconds for which each client is measured. Idle sessions are measured for at least 15
    /// seconds, so that each receives one comment.
    #[arg(long, default_value_t = 4)]
    pub(crate) seconds: u64,
    /// The number of idle or slow sessions. Each needs one open file on both ends.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) sessions: usize,
    /// The number of times that each client is measured. The tables show the median. Idle and slow
    /// sessions are measured once.
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: usize,
    /// Measures only clients whose name contains this text. May be repeated.
    #[arg(long)]
    pub(crate) only: Vec<String>,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scenario {
    /// One connection at full speed, 64 events per write.
    Bulk,
    /// One connection at full speed, one event per write.
    Single,
    /// Like single, with the server and the client on one core, so that no client keeps up.
    Behind,
    /// One connection with 1000 events per second: the delay and the CPU time of an event.
    Latency,
    /// A hundred connections at full speed: the memory of a session.
    Crowd,
    /// One connection at full speed and a ticker on the same thread.
    Ticker,
    /// Idle sessions with a comment every 15 seconds.
    Idle,
    /// Sessions with one event per second.
    Slow,
}

/// The time between two comments.
pub(crate) const IDLE: Duration = Duration::from_secs(15);

impl Scenario {
    pub(crate) fn all() -> Vec<Self> {
        Self::value_variants().to_vec()
    }

    pub(crate) fn has_many_sessions(self) -> bool {
        matches!(self, Self::Idle | Self::Slow)
    }

    pub(crate) fn pace(self) -> Pace {
        match self {
            Self::Bulk | Self::Crowd | Self::Ticker => Pace::Full { events_per_write: 64 },
            Self::Single | Self::Behind => Pace::Full { events_per_write: 1 },
            Self::Latency => Pace::Events { every: Duration::from_millis(1) },
            Self::Slow => Pace::Events { every: Duration::from_secs(1) },
            Self::Idle => Pace::Comments { every: IDLE },
        }
    }

    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}
