//! Characters that must not reach a terminal.

use std::borrow::Cow;

/// Whether a character steers a terminal (C0, DEL, C1) or changes the order or the lines of the
/// text around it. LF and TAB do not count.
pub(crate) fn steers(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        c => c.is_control(),
    }
}

/// The text with an escape sequence, as Rust writes them, in place of each character that steers.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if steers(c) { escaped.extend(c.escape_default()) } else { escaped.push(c) }
    }
    Cow::Owned(escaped)
}

/// The text as one word: quoted where it is none, or where it could be taken for something else in
/// a line.
pub(crate) fn word<'a>(text: &'a str, taken: &[char]) -> Cow<'a, str> {
    let is_odd = |c: char| c.is_whitespace() || steers(c) || c == '"';
    if text.is_empty() || text.starts_with(taken) || text.contains(is_odd) {
        return Cow::Owned(escape(&format!("{text:?}")).into_owned());
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_escaped() {
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
    fn everything_else_stays_as_it_is() {
        for text in ["", "a\tb\nc", "é ü 漢字 עברית \u{200f} 👩‍👩‍👧", "\u{a0}\u{2065}\u{206a}"]
        {
            assert!(matches!(escape(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn what_is_no_word_is_quoted() {
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
