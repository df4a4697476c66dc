//! The receivers of events.

use std::hint::black_box;

/// Receives the events. Decoders differ in what they return; these fields are common to all.
pub trait Sink {
    /// Receives one event. The ID is empty if the decoder reports none.
    fn event(&mut self, event_type: &str, data: &[u8], id: &str);
}

/// Looks at every event without reading it. This sink is used for timing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// The total length of all fields in bytes.
    pub len: usize,
}

impl Sink for Tally {
    fn event(&mut self, event_type: &str, data: &[u8], id: &str) {
        self.len += event_type.len() + data.len() + id.len();
        // Prevents the compiler from removing the decoder's writes of the data.
        black_box(data.as_ptr());
    }
}
