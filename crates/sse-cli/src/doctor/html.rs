//! Formats the report as an HTML page without scripts or external resources.

use std::fmt::Write as _;

use super::escape::escape_html;
use super::findings::{Finding, Severity};
use super::observation::Observation;
use super::summary::{seen, verdict};
use super::timeline::timeline;

const STYLE: &str = include_str!("report.css");

/// Returns the page.
pub(crate) fn page(observation: &Observation, findings: &[Finding]) -> String {
    let mut page = String::new();
    let url = escape_html(&observation.url);
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>sse doctor: {url}</title>\n<style>\n{STYLE}</style>\n\
         <main>\n<h1>{url}</h1>\n<p class=\"verdict {}\">{}</p>\n<p>{}; {}</p>\n",
        name(findings.first().map_or(Severity::Ok, |finding| finding.severity)),
        verdict(findings),
        escape_html(observation.method.as_str()),
        escape_html(&seen(observation)),
    );
    page.push_str(&timeline(observation));
    let (passed, wrong): (Vec<_>, Vec<_>) =
        findings.iter().partition(|finding| finding.severity == Severity::Ok);
    for finding in wrong {
        problem(&mut page, finding);
    }
    page.push_str("<h2>Passed</h2>\n<table>\n");
    for finding in passed {
        let _ = writeln!(page, "<tr><th>{}<td>{}", finding.check.name(), rich(&finding.seen));
    }
    page.push_str("</table>\n</main>\n</html>\n");
    page
}

fn problem(page: &mut String, finding: &Finding) {
    let severity = name(finding.severity);
    let _ = write!(
        page,
        "<section class=\"{severity}\">\n<h2><span>{severity}</span> {}</h2>\n<p>{}</p>\n",
        escape_html(&finding.title),
        rich(&finding.seen)
    );
    if !finding.fix.is_empty() {
        page.push_str("<dl>\n");
        for remedy in &finding.fix {
            let _ = writeln!(page, "<dt>{}<dd>{}", remedy.place, rich(&remedy.text));
        }
        page.push_str("</dl>\n");
    }
    let _ = write!(page, "<p class=\"guide\">More: <code>{}</code></p>\n</section>\n", finding.check.guide());
}

/// Returns the name of a severity.
pub(super) fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
        Severity::Ok => "ok",
    }
}

/// Escapes markup like [`escape_html`], and marks the parts between backticks as code.
fn rich(plain: &str) -> String {
    let mut html = String::new();
    let mut parts = plain.split('`').enumerate().peekable();
    while let Some((number, part)) = parts.next() {
        // A backtick without a closing one stays a backtick.
        match (number % 2 == 1, parts.peek().is_some()) {
            (true, true) => html += &format!("<code>{}</code>", escape_html(part)),
            (true, false) => html += &format!("`{}", escape_html(part)),
            (false, _) => html += &escape_html(part),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_server_is_never_markup() {
        assert_eq!(rich("a `<b>` & \"c\"\u{1b}"), "a <code>&lt;b&gt;</code> &amp; &quot;c&quot;\\u{1b}");
        assert_eq!(rich("a ` <b>"), "a ` &lt;b&gt;");
    }
}
