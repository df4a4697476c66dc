//! The lines of a recording.

use serde::{Deserialize, Serialize};

/// The version of the format that is written and read.
pub(super) const VERSION: u32 = 1;

/// A line as JSON. Times are in microseconds since the start of the recording.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Entry {
    Recording {
        version: u32,
        url: String,
        time: String,
    },
    Request {
        at_us: u64,
        last_event_id: String,
    },
    Response {
        at_us: u64,
        status: u16,
        headers: Vec<(String, String)>,
    },
    /// A chunk as text, or as base64 if the chunk alone is not valid UTF-8.
    Bytes {
        at_us: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base64: Option<String>,
    },
    End {
        at_us: u64,
    },
    Failure {
        at_us: u64,
        error: String,
    },
    /// A line type that this version does not know.
    #[serde(other)]
    Unknown,
}
