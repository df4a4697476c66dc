//! Formats the report as one JSON object on one line.

use serde::Serialize;

use super::findings::{Check, Finding, Remedy, Severity};
use super::observation::{Observation, Purpose, Visit};

#[derive(Serialize)]
struct Report<'a> {
    url: &'a str,
    method: &'a str,
    watched_ms: u128,
    events: usize,
    comments: usize,
    bytes: usize,
    requests: Vec<RequestLine>,
    findings: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct RequestLine {
    purpose: &'static str,
    at_ms: u128,
    status: Option<u16>,
    error: Option<String>,
}

#[derive(Serialize)]
struct Found<'a> {
    check: Check,
    severity: Severity,
    title: &'a str,
    seen: &'a str,
    fix: &'a [Remedy],
    guide: String,
}

/// Returns the report.
pub(crate) fn report(observation: &Observation, findings: &[Finding]) -> serde_json::Result<String> {
    let answer = observation.answer();
    let stream = answer.and_then(|answer| answer.stream());
    let watched = answer.zip(stream).map(|(answer, stream)| stream.ended_at.saturating_sub(answer.at));
    let report = Report {
        url: &observation.url,
        method: observation.method.as_str(),
        watched_ms: watched.unwrap_or_default().as_millis(),
        events: stream.map_or(0, |stream| stream.events().count()),
        comments: stream.map_or(0, |stream| stream.comments().count()),
        bytes: stream.map_or(0, |stream| stream.bytes()),
        requests: observation.visits.iter().map(request).collect(),
        findings: findings.iter().map(found).collect(),
    };
    let json = serde_json::to_string(&report)?;
    Ok(escape_controls(&json) + "\n")
}

fn request(visit: &Visit) -> RequestLine {
    let purpose = match visit.purpose {
        Purpose::Watch => "watch",
        Purpose::Resume { .. } => "resume",
        Purpose::Browser => "browser",
        Purpose::Preflight { .. } => "preflight",
    };
    RequestLine {
        purpose,
        at_ms: visit.asked_at.as_millis(),
        status: visit.outcome.as_ref().ok().map(|answer| answer.status.as_u16()),
        error: visit.outcome.as_ref().err().map(|error| error.message.clone()),
    }
}

fn found(finding: &Finding) -> Found<'_> {
    Found {
        check: finding.check,
        severity: finding.severity,
        title: &finding.title,
        seen: &finding.seen,
        fix: &finding.fix,
        guide: finding.check.guide(),
    }
}

/// Escapes control characters that JSON allows: DEL, C1 and bidirectional overrides.
fn escape_controls(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        match super::escape::needs_escape(c) {
            true => escaped.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => escaped.push(c),
        }
    }
    escaped
}
