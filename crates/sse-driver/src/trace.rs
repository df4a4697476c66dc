//! A span with events for each session, with the feature `tracing`. Without it, nothing is traced.

use url::Url;

use crate::State;
#[cfg(feature = "tracing")]
use sse_proto::Resume;

/// The span of a session. Its URL has no user name, password and query, and its events contain no
/// headers and no event data.
#[derive(Debug)]
pub(crate) struct Trace {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

#[cfg(feature = "tracing")]
impl Trace {
    pub(crate) fn new(url: &Url) -> Self {
        Self { span: tracing::info_span!("sse", url = %crate::redact::Redacted(url)) }
    }

    pub(crate) fn tell(&self, state: &State) {
        self.span.in_scope(|| match state {
            State::Connecting { attempt, resume } => {
                tracing::debug!(attempt, "connecting");
                if let Resume::Unsendable(id) = resume {
                    tracing::warn!(
                        id_len = id.len(),
                        "the last event ID cannot be sent as a header; resuming without it"
                    );
                }
            }
            State::Open { response, .. } => tracing::debug!(status = response.status().as_u16(), "open"),
            State::Disconnected { cause, retry_in, .. } => {
                tracing::debug!(%cause, retry_in_ms = retry_in.as_millis() as u64, "disconnected");
            }
            State::Closed { reason, .. } => tracing::debug!(%reason, "closed"),
        });
    }
}

#[cfg(not(feature = "tracing"))]
impl Trace {
    pub(crate) fn new(_url: &Url) -> Self {
        Self {}
    }

    pub(crate) fn tell(&self, _state: &State) {}
}
