//! The bytes that the server sends.

use std::time::{SystemTime, UNIX_EPOCH};

/// The length of an event in bytes. It is typical of one token from a large language model.
pub const EVENT_LEN: usize = 268;

/// Returns the nanoseconds since 1970. The server and the client are two processes on this clock.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64)
}

/// Encodes an event that contains the time at which it is sent.
pub(super) fn event(sent: u64) -> Vec<u8> {
    let mut event = format!(
        r#"data: {{"sent":{sent:020},"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":1741570283,"model":"a-model","choices":[{{"index":0,"delta":{{"content":" word"}},"logprobs":null,"finish_reason":null"#
    )
    .into_bytes();
    event.resize(EVENT_LEN - b"}]}\n\n".len(), b' ');
    event.extend_from_slice(b"}]}\n\n");
    event
}

/// Returns the time at which the event with this data was sent, in nanoseconds since 1970, or
/// `None` if the event is not from this server.
#[must_use]
pub fn sent_at(data: &str) -> Option<u64> {
    data.strip_prefix(r#"{"sent":"#)?.get(..20)?.parse().ok()
}

/// Encodes bytes as one chunk of HTTP's chunked coding.
pub(super) fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_a_fixed_length_and_contain_their_time() {
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
