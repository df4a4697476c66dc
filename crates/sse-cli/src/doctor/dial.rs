//! Records the addresses that connections go to, because the transport follows redirects by itself.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sse_tokio::TokioDial;
use sse_tokio::sse_http::Dial;

/// Dials over Tokio, and records each `host:port`.
#[derive(Clone, Default)]
pub(crate) struct RecordingDial {
    network: TokioDial,
    dialled: Arc<Mutex<Vec<String>>>,
}

impl RecordingDial {
    /// Returns and clears the recorded addresses.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.dialled.lock().expect("no panic while it is locked"))
    }
}

impl Dial for RecordingDial {
    type Stream = <TokioDial as Dial>::Stream;

    async fn dial(&self, host: &str, port: u16) -> io::Result<Self::Stream> {
        self.dialled.lock().expect("no panic while it is locked").push(format!("{host}:{port}"));
        self.network.dial(host, port).await
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        self.network.sleep(time)
    }
}
