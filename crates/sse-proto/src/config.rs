//! The configuration of an event source.

use alloc::string::String;
use core::time::Duration;

use crate::{Limits, ReconnectPolicy, Replay};

/// The configuration of an [`EventSource`](crate::EventSource).
///
/// ```
/// use core::time::Duration;
/// use sse_proto::Config;
///
/// let config = Config::default().idle_timeout(Duration::from_secs(60)).show_comments(true);
/// assert_eq!(config.idle_timeout, Some(Duration::from_secs(60)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Config {
    /// When to reconnect.
    pub policy: ReconnectPolicy,
    /// Whether the request may be sent again once the event source has been open.
    /// [`Replay::Always`] by default.
    pub replay: Replay,
    /// Whether the event source reports each failure as [`Output::Failed`](crate::Output::Failed),
    /// so that the driver can answer with [`EventSource::decide`](crate::EventSource::decide).
    /// `false` by default: only the policy decides.
    pub ask: bool,
    /// The limits on the length of one event.
    pub limits: Limits,
    /// How long to wait for the response head after [`Output::Connect`](crate::Output::Connect).
    /// `None` by default: without limit.
    pub response_timeout: Option<Duration>,
    /// How long an open connection may receive no byte. Comments count as bytes. `None` by default:
    /// without limit.
    pub idle_timeout: Option<Duration>,
    /// The last event ID of an earlier event source to resume from. Empty by default.
    pub last_event_id: String,
    /// Whether comments are reported as [`FrameRef::Comment`](crate::FrameRef::Comment). `false` by
    /// default. They reset the idle timeout in either case.
    pub show_comments: bool,
    /// Whether reconnection times are reported as [`FrameRef::Retry`](crate::FrameRef::Retry).
    /// `false` by default. They take effect in either case.
    pub show_retries: bool,
    /// The seed for jitter. Event sources with different seeds reconnect at different times. 0 by
    /// default.
    pub seed: u64,
}

/// Setters, one for each field.
impl Config {
    /// Sets [`policy`](Self::policy).
    #[must_use]
    pub fn policy(self, policy: ReconnectPolicy) -> Self {
        Self { policy, ..self }
    }

    /// Sets [`replay`](Self::replay).
    #[must_use]
    pub fn replay(self, replay: Replay) -> Self {
        Self { replay, ..self }
    }

    /// Sets [`ask`](Self::ask).
    #[must_use]
    pub fn ask(self, ask: bool) -> Self {
        Self { ask, ..self }
    }

    /// Sets [`limits`](Self::limits).
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Sets [`response_timeout`](Self::response_timeout).
    #[must_use]
    pub fn response_timeout(self, time: Duration) -> Self {
        Self { response_timeout: Some(time), ..self }
    }

    /// Sets [`idle_timeout`](Self::idle_timeout).
    #[must_use]
    pub fn idle_timeout(self, time: Duration) -> Self {
        Self { idle_timeout: Some(time), ..self }
    }

    /// Sets [`last_event_id`](Self::last_event_id).
    #[must_use]
    pub fn last_event_id(self, id: impl Into<String>) -> Self {
        Self { last_event_id: id.into(), ..self }
    }

    /// Sets [`show_comments`](Self::show_comments).
    #[must_use]
    pub fn show_comments(self, show: bool) -> Self {
        Self { show_comments: show, ..self }
    }

    /// Sets [`show_retries`](Self::show_retries).
    #[must_use]
    pub fn show_retries(self, show: bool) -> Self {
        Self { show_retries: show, ..self }
    }

    /// Sets [`seed`](Self::seed).
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }
}
