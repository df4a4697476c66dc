//! Escapes characters that must not reach a terminal or a line of the report.

/// Replaces each control character (C0, DEL, C1), and each character that changes the order or the
/// lines of the text around it, with an escape sequence of Rust.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if needs_escape(c) { escaped.extend(c.escape_default()) } else { escaped.push(c) }
    }
    escaped
}

/// Escapes markup and control characters.
pub(crate) fn escape_html(plain: &str) -> String {
    let mut html = String::with_capacity(plain.len());
    for c in escape(plain).chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
    html
}

/// Returns whether a character is escaped. Unlike on stdout, this includes LF and TAB.
pub(crate) fn needs_escape(c: char) -> bool {
    matches!(c, '\n' | '\t') || crate::print::needs_escape(c)
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn control_characters_are_escaped() {
        for (text, escaped) in [
            ("a\u{1b}[2J", "a\\u{1b}[2J"),
            ("\u{9b}2J\u{7f}", "\\u{9b}2J\\u{7f}"),
            ("a\nb\tc", "a\\nb\\tc"),
            ("\u{202e}x\u{2066}", "\\u{202e}x\\u{2066}"),
            ("é 漢字", "é 漢字"),
        ] {
            assert_eq!(escape(text), escaped);
        }
    }
}
