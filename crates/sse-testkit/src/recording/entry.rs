//! The lines of a recording.

use serde::{Deserialize, Serialize};

/// The version of the format that is written and read.
pub(super) const VERSION: u32 = 1;

/// A line, as JSON. Times are microseconds since the recording began.
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
    /// As text, or as base64 where it is not UTF-8 by itself.
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
    /// Something that a later version writes.
    #[serde(other)]
    Unknown,
}
