//! Bugs in the decisions about retries.

use super::Bug;

const FAILURE: &str = "crates/sse-proto/src/event_source/failure.rs";
const LOSS: &str = "crates/sse-proto/src/event_source/life/loss.rs";
const RECONNECT: &str = "crates/sse-proto/src/reconnect.rs";
const DECIDING: &str = "crates/sse-driver/src/drive/deciding.rs";

#[rustfmt::skip]
pub(crate) const BUGS: &[Bug] = &[
    Bug {
        name: "deciding: the limit of all reconnections is exceeded", file: RECONNECT,
        from: "self.reconnections >= *max", to: "self.reconnections > *max",
    },
    Bug {
        name: "deciding: Retry-After cannot shorten the policy's delay", file: RECONNECT,
        from: "self.retry_after.take().unwrap_or_else(|| self.grown())",
        to: "self.retry_after.take().unwrap_or_default().max(self.grown())",
    },
    Bug {
        name: "deciding: an unknown 5xx is final", file: FAILURE,
        from: "(500..600).contains(&status)", to: "matches!(status, 500 | 502..=504)",
    },
    Bug {
        name: "deciding: a new last event ID is no progress", file: LOSS,
        from: "|| moved || stayed", to: "|| stayed",
    },
    Bug {
        name: "deciding: the application's own delay may be zero", file: FAILURE,
        from: "answered_at + time.max(min_delay)", to: "answered_at + time",
    },
    Bug {
        name: "deciding: the application's own delay runs from the failure", file: FAILURE,
        from: "answered_at + time.max(min_delay)", to: "at + time.max(min_delay)",
    },
    Bug {
        name: "deciding: an answer cannot override the end that the policy chose", file: FAILURE,
        from: "(Retry::Backoff, Ok(delay), _)", to: "(Retry::Backoff, Ok(delay), None)",
    },
    Bug {
        name: "deciding: Stop does not stop", file: FAILURE,
        from: "(Retry::Backoff, Ok(delay), _)", to: "(Retry::Backoff | Retry::Stop, Ok(delay), _)",
    },
    Bug {
        name: "deciding: a retry that the application decided on counts as no failure", file: LOSS,
        from: "self.backoff = backoff;", to: "if answer == Retry::Default { self.backoff = backoff; }",
    },
    Bug {
        name: "deciding: the answer of the application is ignored", file: DECIDING,
        from: "self.source.decide(self.timer.now(), retry);", to: "let _ = retry;",
    },
];
