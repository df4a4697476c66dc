//! Escapes characters that must not reach a terminal.

use std::borrow::Cow;

/// Returns whether a character is a control character (C0, DEL, C1), or changes the order or the
/// lines of the text around it. LF and TAB are excepted.
pub(crate) fn needs_escape(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        c => c.is_control(),
    }
}

/// Replaces each character that needs it with an escape sequence of Rust, such as `\u{1b}`.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(needs_escape) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if needs_escape(c) { escaped.extend(c.escape_default()) } else { escaped.push(c) }
    }
    Cow::Owned(escaped)
}

/// Returns the text as one word. It is quoted if it contains whitespace, or starts with one of the
/// reserved characters, which have a meaning in the line.
pub(crate) fn word<'a>(text: &'a str, reserved: &[char]) -> Cow<'a, str> {
    let is_odd = |c: char| c.is_whitespace() || needs_escape(c) || c == '"';
    if text.is_empty() || text.starts_with(reserved) || text.contains(is_odd) {
        return Cow::Owned(escape(&format!("{text:?}")).into_owned());
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped() {
        let ranges = [
            '\0'..='\u{8}',
            '\u{b}'..='\u{1f}',
            '\u{7f}'..='\u{9f}',
            '\u{2028}'..='\u{202e}',
            '\u{2066}'..='\u{2069}',
        ];
        for c in ranges.into_iter().flatten() {
            assert_eq!(escape(&format!("a{c}b")), format!("a{}b", c.escape_default()));
        }
    }

    #[test]
    fn other_characters_are_unchanged() {
        for text in ["", "a\tb\nc", "é ü 漢字 עברית \u{200f} 👩‍👩‍👧", "\u{a0}\u{2065}\u{206a}"]
        {
            assert!(matches!(escape(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn ambiguous_words_are_quoted() {
        for (text, shown) in [
            ("user:created", "user:created"),
            ("", "\"\""),
            ("a b", "\"a b\""),
            (" a", "\" a\""),
            ("a\tb", "\"a\\tb\""),
            ("#1", "\"#1\""),
            ("1#", "1#"),
            ("a\"b", "\"a\\\"b\""),
            ("a\u{a0}b", "\"a\\u{a0}b\""),
            ("\u{9b}2J", "\"\\u{9b}2J\""),
        ] {
            assert_eq!(word(text, &['#']), shown);
        }
    }
}
