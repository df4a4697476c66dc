//! Formats the report for a terminal of 80 columns. The worst findings are last, near the prompt.

use std::fmt::Write as _;

use textwrap::{Options, WordSplitter};

use super::escape::escape;
use super::findings::{Finding, Severity};
use super::observation::Observation;
use super::summary::{seen, verdict};

const WIDTH: usize = 80;
/// The indentation of the description of a problem.
const INDENT: &str = "         ";
/// The indentation of the details of a check that passed.
const DETAILS: &str = "                       ";

/// Returns the report, with colours if `colour` is true.
pub(crate) fn report(observation: &Observation, findings: &[Finding], colour: bool) -> String {
    let mut text = String::new();
    let passed = findings.iter().filter(|finding| finding.severity == Severity::Ok);
    for finding in passed {
        let label = paint("ok", Severity::Ok, colour);
        let first = format!("{INDENT}{:<14}", finding.check.name());
        let lines = wrap(&finding.seen, &first, DETAILS);
        // The label is inserted after wrapping, which would count its colour codes.
        let _ = writeln!(text, "{label}{}", &lines["ok".len()..]);
    }
    for finding in findings.iter().rev().filter(|finding| finding.severity != Severity::Ok) {
        text.push('\n');
        problem(&mut text, finding, colour);
    }
    let _ = writeln!(text, "\n{}", wrap(&format!("{}: {}", observation.url, seen(observation)), "", ""));
    let worst = findings.first().map_or(Severity::Ok, |finding| finding.severity);
    let _ = writeln!(text, "{}", paint(&verdict(findings), worst, colour));
    text
}

fn problem(text: &mut String, finding: &Finding, colour: bool) {
    let label = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note | Severity::Ok => "note",
    };
    let padding = " ".repeat(INDENT.len() - label.len());
    let _ = writeln!(
        text,
        "{}{padding}{}: {}",
        paint(label, finding.severity, colour),
        finding.check.name(),
        escape(&finding.title)
    );
    let _ = writeln!(text, "{}", wrap(&finding.seen, INDENT, INDENT));
    for remedy in &finding.fix {
        let first = format!("{INDENT}{:<11}", format!("{}:", remedy.place));
        let _ = writeln!(text, "{}", wrap(&remedy.text, &first, &" ".repeat(first.len())));
    }
    let _ = writeln!(text, "{INDENT}see {}", finding.check.guide());
}

fn wrap(text: &str, first: &str, others: &str) -> String {
    let options = Options::new(WIDTH).word_splitter(WordSplitter::NoHyphenation);
    let options = options.initial_indent(first).subsequent_indent(others);
    textwrap::fill(&escape(text), options)
}

fn paint(text: &str, severity: Severity, colour: bool) -> String {
    let code = match severity {
        _ if !colour => return text.to_owned(),
        Severity::Error => "1;31",
        Severity::Warning => "33",
        Severity::Note => "36",
        Severity::Ok => "32",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}
