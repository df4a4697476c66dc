//! Checks the bytes of the stream.

use super::{Check, Finding};
use crate::doctor::observation::{Kind, Observation, Stream};
use crate::doctor::plural::plural;

/// Returns the findings from the bytes of the stream.
pub(super) fn findings(observation: &Observation, stream: &Stream) -> Vec<Finding> {
    if stream.bytes() == 0 {
        return Vec::new();
    }
    let mut findings = vec![
        line_ends(stream),
        fields(stream),
        utf8(stream),
        bom(stream),
        nul(stream),
        event_size(observation, stream),
    ];
    findings.extend(last_event(stream));
    findings
}

fn line_ends(stream: &Stream) -> Finding {
    let lines = &stream.lines;
    let counts: Vec<_> = [("LF", lines.lf), ("CR LF", lines.crlf), ("CR", lines.cr)]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    let seen = format!("{}.", counts.join(", "));
    let fix = "End every line with LF, also the lines of your data. Some parsers only support LF.";
    match counts.len() {
        0 => Finding::error(
            Check::LineEnds,
            "No line ends",
            format!("The stream has {} bytes, but no LF.", stream.bytes()),
        )
        .fix(fix),
        1 if lines.cr > 0 => Finding::warning(Check::LineEnds, "Lines end in CR", seen).fix(fix),
        1 => Finding::ok(Check::LineEnds, seen),
        _ => Finding::warning(Check::LineEnds, "Lines end in different ways", seen).fix(fix),
    }
}

fn last_event(stream: &Stream) -> Option<Finding> {
    if stream.end != crate::doctor::observation::End::Eof {
        return None;
    }
    Some(match &stream.unfinished {
        None => Finding::ok(Check::LastEvent, "The stream ended after a blank line."),
        Some(data) => Finding::error(
            Check::LastEvent,
            "The last event is lost",
            format!("The stream ended without a blank line after the event with the data `{data}`, so that clients drop it."),
        )
        .fix("Write a blank line after each event, including the last one."),
    })
}

fn fields(stream: &Stream) -> Finding {
    let lines = &stream.lines;
    let shown =
        |texts: &[String]| texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ");
    if let Some(example) = lines.unknown.iter().find(|line| looks_lost(line)) {
        let seen = format!("Clients ignore {}, such as `{example}`.", plural(lines.unknown_count, "line"));
        return Finding::error(Check::Fields, "Clients ignore lines", seen)
            .fix("Begin each line with `data:`, `event:`, `id:` or `retry:`, in lower case, without a space before the colon. A text of several lines needs `data:` before each line.");
    }
    if !lines.unknown.is_empty() {
        let seen = format!(
            "Clients ignore {} with an unknown field: {}.",
            plural(lines.unknown_count, "line"),
            shown(&lines.unknown)
        );
        return Finding::warning(Check::Fields, "Unknown fields", seen)
            .fix("Move the values into the data, or write them as comments.");
    }
    if lines.without_data > 0 {
        let seen = format!(
            "{} with an event type and no data: clients deliver no event for it.",
            plural(lines.without_data, "block")
        );
        return Finding::warning(Check::Fields, "Events without data", seen)
            .fix("Add a `data:` line, which may be empty.");
    }
    Finding::ok(Check::Fields, "Every line is a field or a comment.")
}

/// Returns whether an ignored line was probably meant as a known field or as a line of data.
fn looks_lost(line: &str) -> bool {
    let name = line.split(':').next().unwrap_or(line);
    let meant = name.trim().trim_start_matches('\u{feff}').to_ascii_lowercase();
    ["data", "event", "id", "retry"].contains(&meant.as_str())
        || !line.contains(':')
        || line.starts_with(['{', '[', '"', ' '])
}

fn utf8(stream: &Stream) -> Finding {
    let invalid = stream.invalid_utf8;
    let Some((at, byte)) = invalid.first else { return Finding::ok(Check::Utf8, "Valid.") };
    let seen = format!(
        "The stream has {}, the first at byte {at} (0x{byte:02X}). Clients show U+FFFD instead.",
        plural(invalid.count, "invalid sequence")
    );
    Finding::error(Check::Utf8, "Invalid UTF-8", seen)
        .fix("Encode the whole stream as UTF-8, and split texts only between characters.")
}

fn bom(stream: &Stream) -> Finding {
    let lines = &stream.lines;
    let fix = "Encode as UTF-8 without a byte order mark.";
    if lines.later_boms > 0 {
        let seen = format!(
            "A byte order mark starts {}, where it makes the field unknown.",
            plural(lines.later_boms, "line")
        );
        return Finding::warning(Check::Bom, "Byte order marks in the stream", seen).fix(fix);
    }
    if lines.bom_at_start {
        let seen = "The stream begins with one. Clients must skip it, but some do not.";
        return Finding::warning(Check::Bom, "A byte order mark", seen).fix(fix);
    }
    Finding::ok(Check::Bom, "None.")
}

fn nul(stream: &Stream) -> Finding {
    let lines = &stream.lines;
    if lines.ids_with_nul > 0 {
        let seen = format!(
            "{} with a NUL: clients ignore such an ID and resume after an earlier event.",
            plural(lines.ids_with_nul, "ID")
        );
        return Finding::error(Check::Nul, "NULs in IDs", seen).fix("Make IDs of printable ASCII.");
    }
    if lines.nuls > 0 {
        let seen = format!("The stream has {}. Some clients cut text off there.", plural(lines.nuls, "NUL"));
        return Finding::warning(Check::Nul, "NULs", seen)
            .fix("Send binary data as Base64, and text as UTF-8. (UTF-16 contains many NULs.)");
    }
    Finding::ok(Check::Nul, "None.")
}

fn event_size(observation: &Observation, stream: &Stream) -> Finding {
    let limit = observation.max_event_size;
    let oversize: Vec<_> = stream
        .items
        .iter()
        .filter_map(|item| match item.kind {
            Kind::Oversize { len } => Some(len),
            _ => None,
        })
        .collect();
    if let Some(largest) = oversize.iter().max() {
        let seen = format!(
            "{} of more than {limit} bytes, the largest of {largest}. Clients have limits, and close the stream or skip such events.",
            plural(oversize.len(), "event")
        );
        return Finding::error(Check::EventSize, "Events are too large", seen)
            .fix("Send a URL in the event, and let clients fetch the data from it.");
    }
    let largest = stream.events().map(|event| event.data_len).max().unwrap_or(0);
    Finding::ok(Check::EventSize, format!("The largest event has {largest} bytes of data."))
}
