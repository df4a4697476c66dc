//! Matches errors with the reasons for an end, and names states and ends for a report.

use sse_driver::proto::{Cause, CloseReason};
use sse_driver::{Error, State};

/// Returns whether the session may end with this error, or with none, for this reason.
pub(super) fn fits(reason: &CloseReason, error: Option<&Error>, expects_an_end: bool) -> bool {
    let is_truncated = *reason == CloseReason::EndOfStream && expects_an_end;
    let Some(error) = error else { return reason.is_normal() && !is_truncated };
    match (reason, error) {
        (CloseReason::GaveUp { attempts, last }, Error::GaveUp { attempts: reported, last: error }) => {
            attempts == reported && *attempts > 0 && is_cause(*last, error, expects_an_end)
        }
        (CloseReason::GaveUp { attempts: 0, last } | CloseReason::Failed(last), error) => {
            is_cause(*last, error, expects_an_end)
        }
        (CloseReason::Status(status), error) => error.status().is_some_and(|actual| actual == *status),
        (CloseReason::ContentType(_), error) => error.status().is_some_and(|actual| actual == 200),
        (CloseReason::TooLong { .. }, Error::TooLong { .. }) => true,
        (CloseReason::EndOfStream, Error::Truncated) => is_truncated,
        _ => false,
    }
}

pub(super) fn is_cause(cause: Cause, error: &Error, expects_an_end: bool) -> bool {
    match cause {
        Cause::Eof if expects_an_end => matches!(error, Error::Truncated),
        Cause::Eof => matches!(error, Error::Eof),
        Cause::Transport => matches!(error, Error::Connect(_) | Error::Stream(_)),
        Cause::ResponseTimeout => matches!(error, Error::ResponseTimeout(_)),
        Cause::IdleTimeout => matches!(error, Error::IdleTimeout(_)),
        Cause::ContentType => error.status().is_some_and(|actual| actual == 200),
        Cause::Status(status) => error.status().is_some_and(|actual| actual == status),
        _ => false,
    }
}

/// Returns the name under which a report counts the state.
pub(super) fn name(state: &State) -> &'static str {
    match state {
        State::Connecting { .. } => "connecting",
        State::Open { .. } => "open",
        State::Disconnected { cause, .. } => match cause {
            Cause::Eof => "lost: end",
            Cause::Transport => "lost: transport",
            Cause::ResponseTimeout => "lost: response timeout",
            Cause::IdleTimeout => "lost: idle timeout",
            Cause::Status(_) => "lost: status",
            Cause::ContentType => "lost: content type",
            _ => "lost: restart",
        },
        _ => "closed",
    }
}

/// Returns the name under which a report counts the end.
pub(super) fn end_name(reason: &CloseReason) -> &'static str {
    match reason {
        CloseReason::NoContent => "end: no content",
        CloseReason::EndOfStream => "end: end of stream",
        CloseReason::Finished => "end: finished",
        CloseReason::Requested => "end: requested",
        CloseReason::Status(_) => "end: status",
        CloseReason::ContentType(_) => "end: content type",
        CloseReason::TooLong { .. } => "end: too long",
        CloseReason::Failed(_) => "end: failed",
        _ => "end: gave up",
    }
}
