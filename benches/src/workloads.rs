//! Eight streams, typical ones and hard ones. Their bytes are the same in every run.

use std::sync::Arc;

use bytes::Bytes;

use crate::pieces::{Cut, Pieces};

/// A stream of similar events.
#[derive(Clone, Debug)]
pub struct Workload {
    /// The name in the tables.
    pub name: &'static str,
    /// The stream, which consists of whole events.
    pub stream: Bytes,
    ends: Arc<[usize]>,
}

impl Workload {
    /// Creates a stream of whole events that is at least `len` bytes long.
    fn new(name: &'static str, len: usize, event: impl Fn(usize) -> String) -> Self {
        let mut stream = Vec::new();
        let mut ends = Vec::new();
        while stream.len() < len {
            stream.extend_from_slice(event(ends.len()).as_bytes());
            ends.push(stream.len());
        }
        Self { name, stream: stream.into(), ends: ends.into() }
    }

    /// Returns the number of events.
    #[must_use]
    pub fn events(&self) -> usize {
        self.ends.len()
    }

    /// Returns the first events of the stream, at least `len` bytes of them if it is that long.
    #[must_use]
    pub fn prefix(&self, len: usize) -> Self {
        let events = self.ends.partition_point(|&end| end < len) + 1;
        let ends = &self.ends[..events.min(self.ends.len())];
        let stream = self.stream.slice(..ends.last().copied().unwrap_or(0));
        Self { name: self.name, stream, ends: ends.into() }
    }

    /// Cuts the stream into pieces.
    #[must_use]
    pub fn pieces(&self, cut: Cut) -> Pieces {
        match cut {
            Cut::Bytes(len) => Pieces::every(self.stream.clone(), len),
            Cut::Events => Pieces::at(self.stream.clone(), self.ends.clone()),
        }
    }
}

/// Returns all eight workloads, each at least `len` bytes long.
#[must_use]
pub fn all(len: usize) -> [Workload; 8] {
    [
        Workload::new("llm", len, llm),
        Workload::new("anthropic", len, anthropic),
        Workload::new("tiny", len, |_| "data: x\n\n".to_owned()),
        Workload::new("full", len, full),
        Workload::new("big", len, |_| format!("data: {}\n\n", "x".repeat(65536))),
        Workload::new("multiline", len, |_| multiline()),
        Workload::new("utf8", len, utf8),
        Workload::new("cr", len, |n| full(n).replace("\r\n", "\r")),
    ]
}

/// A chunk of a chat completion, as one line of JSON.
fn llm(n: usize) -> String {
    let text = format!("{:197}", "word");
    let json = format!(r#"{{"id":"chatcmpl-{n:08}","choices":[{{"delta":{{"content":"{text}"}}}}]}}"#);
    format!("data: {json}\n\n")
}

/// An event type and a shorter line of JSON.
fn anthropic(n: usize) -> String {
    let text = format!("word {n:08} {:28}", "");
    let json = format!(r#"{{"type":"content_block_delta","delta":{{"text":"{text}"}}}}"#);
    format!("event: content_block_delta\ndata: {json}\n\n")
}

/// Every kind of line, with CRLF line ends.
fn full(n: usize) -> String {
    let json = format!(r#"{{"value":{n},"text":"{:57}"}}"#, "some text");
    format!(": keep\r\nid: {n}\r\nevent: update\r\nretry: 3000\r\ndata: {json}\r\n\r\n")
}

/// Data in fifty lines.
fn multiline() -> String {
    format!("{}\n", format!("data: {:60}\n", "a line").repeat(50))
}

/// Text with little ASCII.
fn utf8(n: usize) -> String {
    let text =
        "服务器发送事件是一种单向通信的技术它允许服务器主动向客户端推送数据而不需要请求浏览器自动重连😀🚀";
    format!("data: {{\"文\":\"{text}{n:08}\"}}\n\n")
}
