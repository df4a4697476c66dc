//! A task that reads and ignores the bytes: what the kernel and Tokio cost.

use std::sync::Arc;

use sse_benches::load::EVENT_LEN;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::Client;
use crate::runtime::Tokio;
use crate::tally::Tally;

/// The length of the read buffer of our own clients.
const BUFFER_LEN: usize = 32 * 1024;

/// It counts the bytes, not the events. The framing of a chunk counts too, which is 3 % of an event
/// that is written alone.
#[derive(Clone)]
pub(crate) struct ReadsOnly;

impl Client for ReadsOnly {
    type Runtime = Tokio;

    fn new() -> Self {
        Self
    }

    async fn follow(self, url: String, tally: Arc<Tally>) {
        let address = url.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(address).await.expect("the server answers");
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.expect("the server reads");
        tally.open();
        let (mut buffer, mut bytes) = (vec![0; BUFFER_LEN], 0);
        loop {
            let read = stream.read(&mut buffer).await.expect("the stream does not fail");
            assert!(read > 0, "the stream ended");
            bytes += read;
            tally.count((bytes / EVENT_LEN) as u64);
            bytes %= EVENT_LEN;
        }
    }
}
