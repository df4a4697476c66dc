//! Tokio's network, with a record of where connections went: the transport follows redirects by
//! itself.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sse_tokio::TokioDial;
use sse_tokio::sse_http::Dial;

/// Records each `host:port` that it dials.
#[derive(Clone, Default)]
pub(crate) struct RecordingDial {
    network: TokioDial,
    dialled: Arc<Mutex<Vec<String>>>,
}

impl RecordingDial {
    /// What was dialled since this was asked last.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.dialled.lock().expect("nobody panics with it"))
    }
}

impl Dial for RecordingDial {
    type Stream = <TokioDial as Dial>::Stream;

    async fn dial(&self, host: &str, port: u16) -> io::Result<Self::Stream> {
        self.dialled.lock().expect("nobody panics with it").push(format!("{host}:{port}"));
        self.network.dial(host, port).await
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        self.network.sleep(time)
    }
}
