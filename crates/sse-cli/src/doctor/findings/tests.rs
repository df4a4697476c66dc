//! Tests of the findings with invented observations.

mod build;
mod heads;
mod streams;
mod times;

use super::{Check, Finding, Severity, diagnose};
use build::Scenario;

impl Check {
    /// All checks.
    const ALL: [Self; 23] = [
        Self::Connection,
        Self::Tls,
        Self::Redirects,
        Self::HttpVersion,
        Self::Status,
        Self::ContentType,
        Self::Charset,
        Self::Compression,
        Self::Caching,
        Self::Buffering,
        Self::Ending,
        Self::Heartbeat,
        Self::LineEnds,
        Self::LastEvent,
        Self::Fields,
        Self::Utf8,
        Self::Bom,
        Self::Nul,
        Self::EventSize,
        Self::Ids,
        Self::Resuming,
        Self::Retry,
        Self::Cors,
    ];
}

/// A scenario that differs from a healthy one in one way, and its worst finding.
struct Row {
    name: &'static str,
    scenario: Scenario,
    severity: Severity,
    check: Check,
    /// A part of `Finding::seen`.
    seen: &'static str,
}

fn row(name: &'static str, scenario: Scenario, severity: Severity, check: Check, seen: &'static str) -> Row {
    Row { name, scenario, severity, check, seen }
}

/// Checks that each scenario has its finding, and no other one that is as bad or worse.
fn assert_rows(rows: Vec<Row>) {
    for row in rows {
        let findings = diagnose(&row.scenario.observation());
        let worst: Vec<_> = findings.iter().filter(|finding| finding.severity <= row.severity).collect();
        let checks: Vec<_> = worst.iter().map(|finding| finding.check).collect();
        assert_eq!(checks, [row.check], "{}: {worst:#?}", row.name);
        assert_eq!(worst[0].severity, row.severity, "{}", row.name);
        assert!(worst[0].seen.contains(row.seen), "{}: {}", row.name, worst[0].seen);
    }
}

#[test]
fn a_healthy_server_passes_every_check() {
    let findings = diagnose(&Scenario::healthy().observation());
    assert!(findings.iter().all(|finding| finding.severity == Severity::Ok), "{findings:#?}");
    let missing: Vec<_> =
        Check::ALL.into_iter().filter(|check| !findings.iter().any(|f| f.check == *check)).collect();
    // The stream did not end.
    assert_eq!(missing, [Check::LastEvent]);
}

#[test]
fn findings_are_sorted_by_severity_and_each_problem_has_a_remedy() {
    let scenario =
        Scenario::healthy().header("content-type", "text/event-stream; charset=latin1").body("Data: a\n\n");
    let findings = diagnose(&scenario.observation());
    assert!(findings.is_sorted_by_key(|finding| finding.severity));
    let problems: Vec<&Finding> =
        findings.iter().filter(|finding| finding.severity <= Severity::Warning).collect();
    assert_eq!(problems.len(), 2, "{problems:#?}");
    assert!(problems.iter().all(|finding| !finding.fix.is_empty()), "{problems:#?}");
}

#[test]
fn only_remedies_for_a_named_proxy_are_kept() {
    let places = |scenario: Scenario| -> Vec<String> {
        let findings = diagnose(&scenario.observation());
        let found =
            findings.iter().find(|finding| finding.check == Check::Compression).expect("it is checked");
        found.fix.iter().map(|remedy| remedy.place.to_string()).collect()
    };
    let compressed = || Scenario::healthy().browser_header("content-encoding", "br");
    assert_eq!(places(compressed()), ["server", "nginx", "Apache", "Cloudflare"]);
    assert_eq!(places(compressed().header("server", "nginx/1.22.1")), ["server", "nginx"]);
    assert_eq!(places(compressed().header("cf-ray", "8f0")), ["server", "Cloudflare"]);
    assert_eq!(places(compressed().header("server", "Apache/2.4")), ["server", "Apache"]);
}

/// Forges make anchors from headings: lower case, hyphens for spaces, no punctuation.
#[test]
fn each_check_has_its_section_in_the_guide() {
    let guide = include_str!("../../../../../docs/servers.md");
    let headings = guide.lines().filter_map(|line| line.strip_prefix("## "));
    let anchors: Vec<String> = headings
        .map(|heading| {
            let kept = heading.to_lowercase().replace(' ', "-");
            kept.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect()
        })
        .collect();
    for check in Check::ALL {
        assert!(
            anchors.iter().any(|anchor| anchor == check.name()),
            "{} is not in {anchors:?}",
            check.guide()
        );
        assert_eq!(serde_json::to_value(check).expect("a name"), check.name());
    }
}
