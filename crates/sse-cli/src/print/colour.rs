//! Colours of the output.

use serde::de::IgnoredAny;

use super::escape::escape;

pub(crate) const DIM: &str = "\x1b[2m";
const KEY: &str = "\x1b[34m";
const STRING: &str = "\x1b[32m";
const NUMBER: &str = "\x1b[36m";
const LITERAL: &str = "\x1b[33m";
const RESET: &str = "\x1b[0m";

/// Returns the text in a colour.
pub(crate) fn paint(colour: &str, text: &str) -> String {
    format!("{colour}{text}{RESET}")
}

/// Returns JSON data in colours, with control characters escaped. Returns `None` if the data is not
/// a JSON object or array.
pub(crate) fn json(data: &str) -> Option<String> {
    if !data.trim_start().starts_with(['{', '[']) || serde_json::from_str::<IgnoredAny>(data).is_err() {
        return None;
    }
    let mut painted = String::with_capacity(data.len() * 2);
    let mut rest = data;
    while let Some(first) = rest.chars().next() {
        let token;
        (token, rest) = rest.split_at(token_len(first, rest));
        let text = escape(token);
        match first {
            '"' if rest.trim_start().starts_with(':') => painted.push_str(&paint(KEY, &text)),
            '"' => painted.push_str(&paint(STRING, &text)),
            '-' | '0'..='9' => painted.push_str(&paint(NUMBER, &text)),
            'a'..='z' => painted.push_str(&paint(LITERAL, &text)),
            _ => painted.push_str(&text),
        }
    }
    Some(painted)
}

/// Returns the length in bytes of the token at the start of valid JSON. `first` is its first
/// character.
fn token_len(first: char, text: &str) -> usize {
    let ends_at = |is_inside: fn(char) -> bool| text.find(|c| !is_inside(c)).unwrap_or(text.len());
    match first {
        '"' => string_len(text),
        '-' | '0'..='9' => ends_at(|c| matches!(c, '-' | '+' | '.' | 'e' | 'E' | '0'..='9')),
        'a'..='z' => ends_at(|c| c.is_ascii_lowercase()),
        _ => first.len_utf8(),
    }
}

fn string_len(text: &str) -> usize {
    let mut is_escaped = true;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_value_has_its_colour() {
        let painted = json("{\"a\" : \"b\\\"\", \"n\":[-1.5e+3,true,null]}\n").expect("it is JSON");
        let expected = "{\x1b[34m\"a\"\x1b[0m : \x1b[32m\"b\\\"\"\x1b[0m, \x1b[34m\"n\"\x1b[0m:\
                        [\x1b[36m-1.5e+3\x1b[0m,\x1b[33mtrue\x1b[0m,\x1b[33mnull\x1b[0m]}\n";
        assert_eq!(painted, expected);
    }

    #[test]
    fn without_its_colours_the_text_is_the_same() {
        for text in ["[]", "{}", " [ 1 , 2 ]", "{\"é\\\\\":{\"x\":[\"\",[]]}}"] {
            let mut painted = json(text).expect("it is JSON");
            for colour in [KEY, STRING, NUMBER, LITERAL, RESET] {
                painted = painted.replace(colour, "");
            }
            assert_eq!(painted, text);
        }
    }

    #[test]
    fn control_characters_in_strings_are_escaped() {
        assert_eq!(json("[\"\u{9b}\"]").expect("it is JSON"), "[\x1b[32m\"\\u{9b}\"\x1b[0m]");
    }

    #[test]
    fn only_objects_and_arrays_have_colours() {
        for text in ["", "1", "\"a\"", "{", "[1", "{a:1}", "[DONE]", "[1] x"] {
            assert_eq!(json(text), None, "{text}");
        }
    }
}
