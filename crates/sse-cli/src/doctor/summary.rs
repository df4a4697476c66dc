//! The summary that all reports have.

use super::findings::{Finding, Severity};
use super::observation::Observation;
use super::plural::plural;

/// Returns the numbers of what was observed.
pub(crate) fn seen(observation: &Observation) -> String {
    let requests = plural(observation.visits.len(), "request");
    let Some((answer, stream)) = observation.answer().and_then(|answer| Some((answer, answer.stream()?)))
    else {
        return format!("{requests}, no event stream");
    };
    let watched = stream.ended_at.saturating_sub(answer.at);
    format!(
        "watched for {:.1} s: {}, {}, {}; {requests}",
        watched.as_secs_f64(),
        plural(stream.events().count(), "event"),
        plural(stream.comments().count(), "comment"),
        size(stream.bytes()),
    )
}

/// Returns the result in one line.
pub(crate) fn verdict(findings: &[Finding]) -> String {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    format!(
        "{}, {}, {}; {} of {} checks passed",
        plural(count(Severity::Error), "error"),
        plural(count(Severity::Warning), "warning"),
        plural(count(Severity::Note), "note"),
        count(Severity::Ok),
        findings.len(),
    )
}

fn size(bytes: usize) -> String {
    match bytes {
        0..=9_999 => plural(bytes, "byte"),
        10_000..=9_999_999 => format!("{} kB", bytes / 1000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}
