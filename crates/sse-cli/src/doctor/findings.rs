//! What is wrong with a server, from what was observed and nothing else.

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
pub(crate) use transfer::is_compressed;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// Clients lose events, or see none.
    Error,
    /// It fails for some clients, or some day.
    Warning,
    /// Something to know, or what could not be checked.
    Note,
    /// As it should be.
    Ok,
}

/// What is checked. Its name is the anchor of its section in the guide.
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
    /// The name in reports, and the anchor in the guide.
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

    /// Where the guide says more.
    pub(crate) fn guide(self) -> String {
        format!("docs/servers.md#{}", self.name())
    }
}

/// The outcome of one check.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) check: Check,
    pub(crate) severity: Severity,
    /// What it is, in a few words.
    pub(crate) title: String,
    /// What was seen, with figures.
    pub(crate) seen: String,
    /// What to do about it, and where.
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

    /// What the server's own code has to do.
    fn fix(mut self, text: impl Into<String>) -> Self {
        self.fix.push(Remedy { place: Place::Server, text: text.into() });
        self
    }

    /// What has to be set where.
    fn fix_at(mut self, remedies: &[(Place, &str)]) -> Self {
        self.fix
            .extend(remedies.iter().map(|(place, text)| Remedy { place: *place, text: (*text).to_owned() }));
        self
    }
}

/// The outcome of every check that could be made, the worst first.
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
        remedies::keep_those_for_proxies_seen(&mut findings, &answer.headers);
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
