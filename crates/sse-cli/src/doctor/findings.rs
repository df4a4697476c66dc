//! Derives findings about a server from an observation.

mod arrival;
mod content;
mod cors;
mod lasting;
mod remedies;
mod response;
mod resuming;
mod transfer;

#[cfg(test)]
mod tests;

use serde::Serialize;

use super::observation::{Observation, Stream};

pub(crate) use remedies::{Place, Remedy};

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// Clients lose events or receive none.
    Error,
    /// Some clients fail, or clients will fail under other conditions.
    Warning,
    /// The user should know this, or the check was not possible.
    Note,
    /// The check passed.
    Ok,
}

/// A check. Its name is the anchor of its section in the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Check {
    Connection,
    Tls,
    Redirects,
    HttpVersion,
    Status,
    ContentType,
    Charset,
    Compression,
    Caching,
    Buffering,
    Ending,
    Heartbeat,
    LineEnds,
    LastEvent,
    Fields,
    #[serde(rename = "utf-8")]
    Utf8,
    Bom,
    Nul,
    EventSize,
    Ids,
    Resuming,
    Retry,
    Cors,
}

impl Check {
    /// Returns the name of the check, which is also its anchor in the guide.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Tls => "tls",
            Self::Redirects => "redirects",
            Self::HttpVersion => "http-version",
            Self::Status => "status",
            Self::ContentType => "content-type",
            Self::Charset => "charset",
            Self::Compression => "compression",
            Self::Caching => "caching",
            Self::Buffering => "buffering",
            Self::Ending => "ending",
            Self::Heartbeat => "heartbeat",
            Self::LineEnds => "line-ends",
            Self::LastEvent => "last-event",
            Self::Fields => "fields",
            Self::Utf8 => "utf-8",
            Self::Bom => "bom",
            Self::Nul => "nul",
            Self::EventSize => "event-size",
            Self::Ids => "ids",
            Self::Resuming => "resuming",
            Self::Retry => "retry",
            Self::Cors => "cors",
        }
    }

    /// Returns the link to the section of the guide.
    pub(crate) fn guide(self) -> String {
        format!("docs/servers.md#{}", self.name())
    }
}

/// The result of one check.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) check: Check,
    pub(crate) severity: Severity,
    /// The problem in a few words.
    pub(crate) title: String,
    /// The observation, with numbers.
    pub(crate) seen: String,
    /// The remedies, one for each place.
    pub(crate) fix: Vec<Remedy>,
}

impl Finding {
    fn new(check: Check, severity: Severity, title: impl Into<String>, seen: impl Into<String>) -> Self {
        Self { check, severity, title: title.into(), seen: seen.into(), fix: Vec::new() }
    }

    fn error(check: Check, title: impl Into<String>, seen: impl Into<String>) -> Self {
        Self::new(check, Severity::Error, title, seen)
    }

    fn warning(check: Check, title: impl Into<String>, seen: impl Into<String>) -> Self {
        Self::new(check, Severity::Warning, title, seen)
    }

    fn note(check: Check, title: impl Into<String>, seen: impl Into<String>) -> Self {
        Self::new(check, Severity::Note, title, seen)
    }

    fn ok(check: Check, seen: impl Into<String>) -> Self {
        Self::new(check, Severity::Ok, "", seen)
    }

    /// Adds a remedy for the server's own code.
    fn fix(mut self, text: impl Into<String>) -> Self {
        self.fix.push(Remedy { place: Place::Server, text: text.into() });
        self
    }

    /// Adds remedies for several places.
    fn fix_at(mut self, remedies: &[(Place, &str)]) -> Self {
        self.fix
            .extend(remedies.iter().map(|(place, text)| Remedy { place: *place, text: (*text).to_owned() }));
        self
    }
}

/// Returns the results of all checks that were possible, the worst first.
pub(crate) fn diagnose(observation: &Observation) -> Vec<Finding> {
    let mut findings = response::findings(observation);
    if let Some(answer) = observation.answer() {
        findings.extend(transfer::findings(observation, answer));
        if let Some(stream) = answer.stream() {
            findings.extend(stream_findings(observation, stream));
            findings.extend(cors::findings(observation));
        }
    }
    if let Some(answer) = observation.answer() {
        remedies::remove_other_proxies(&mut findings, &answer.headers);
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

fn stream_findings(observation: &Observation, stream: &Stream) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.push(arrival::buffering(observation, stream));
    findings.push(lasting::ending(stream));
    findings.push(lasting::heartbeat(observation, stream));
    findings.extend(content::findings(observation, stream));
    findings.extend(resuming::findings(observation, stream));
    findings
}
