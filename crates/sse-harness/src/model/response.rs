//! The effect of a response on an event source.

use sse_proto::{Cause, CloseReason, Instant, ResponseHead};

use super::loss::Loss;
use super::{Fetch, Model, Opened, Task};

impl Model {
    /// Accepts or refuses a response (HTML, 9.2.3, and RFC 9110, section 15, for statuses).
    pub(crate) fn handle_response(&mut self, now: Instant, head: ResponseHead<'_>, is_event_stream: bool) {
        let Some(Fetch { opened: opened @ None, .. }) = &mut self.fetch else { return };
        let accepted = head.accept.unwrap_or(head.status == 200 && is_event_stream);
        match head.status {
            204 => self.close(CloseReason::NoContent),
            _ if accepted => {
                *opened = Some(Opened { since: now, last_byte: now });
                self.was_open = true;
                self.tasks.push_back(Task::Announce);
            }
            _ => self.refuse(now, head),
        }
    }

    fn refuse(&mut self, now: Instant, head: ResponseHead<'_>) {
        let (cause, reason) = match (head.status, head.accept) {
            (200, Some(_)) => (Cause::NotAccepted, Some(CloseReason::NotAccepted)),
            (200, None) => {
                let content_type = head.content_type.map(|text| String::from_utf8_lossy(text).into_owned());
                (Cause::ContentType, Some(CloseReason::ContentType(content_type)))
            }
            (status, _) if is_temporary(status) && self.config.policy.retry_status => {
                (Cause::Status(status), None)
            }
            (status, _) => (Cause::Status(status), Some(CloseReason::Status(status))),
        };
        self.lose(Loss { refused: reason, retry_after: head.retry_after, ..Loss::new(cause, now) });
    }
}

/// Returns whether a status is temporary. An unknown status counts as the x00 status of its class
/// (RFC 9110, section 15).
fn is_temporary(status: u16) -> bool {
    match status {
        408 | 425 | 429 => true,
        501 | 505 | 511 => false,
        _ => (500..600).contains(&status),
    }
}
