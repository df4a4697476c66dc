//! The bytes that are sent.

use std::time::{SystemTime, UNIX_EPOCH};

/// How long one event is, in bytes: about what a token of a large language model takes.
pub const EVENT_LEN: usize = 268;

/// Nanoseconds since 1970: a clock that two processes share.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64)
}

/// An event that says when it was sent.
pub(super) fn event(sent: u64) -> Vec<u8> {
    let mut event = format!(
        r#"data: {{"sent":{sent:020},"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":1741570283,"model":"a-model","choices":[{{"index":0,"delta":{{"content":" word"}},"logprobs":null,"finish_reason":null"#
    )
    .into_bytes();
    event.resize(EVENT_LEN - b"}]}\n\n".len(), b' ');
    event.extend_from_slice(b"}]}\n\n");
    event
}

/// When the event with this data was sent, in nanoseconds since 1970; `None` where it is not one of
/// this server's.
#[must_use]
pub fn sent_at(data: &str) -> Option<u64> {
    data.strip_prefix(r#"{"sent":"#)?.get(..20)?.parse().ok()
}

/// One chunk of HTTP's chunked coding.
pub(super) fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_of_one_length_and_say_when_they_were_sent() {
        for sent in [0, now(), u64::MAX] {
            let event = String::from_utf8(event(sent)).unwrap();
            assert_eq!(event.len(), EVENT_LEN);
            let data = event.strip_prefix("data: ").and_then(|event| event.strip_suffix("\n\n")).unwrap();
            assert!(!data.contains('\n'));
            assert_eq!(sent_at(data), Some(sent));
        }
        assert_eq!(sent_at("{}"), None);
    }
}
