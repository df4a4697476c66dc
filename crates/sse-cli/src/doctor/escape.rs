//! Characters that must not reach a terminal.

/// The text with an escape sequence, as Rust writes them, in place of each character that steers a
/// terminal (C0, DEL, C1) or changes the order or the lines of the text around it.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) { escaped.extend(c.escape_default()) } else { escaped.push(c) }
    }
    escaped
}

/// Whether a character steers a terminal, or the order or the lines of the text around it.
pub(crate) fn steers(c: char) -> bool {
    matches!(c, '\n' | '\t') || crate::print::steers(c)
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn what_steers_a_terminal_is_escaped() {
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
