//! Builds observations from bytes and times.

use std::time::Duration;

use http::{HeaderMap, HeaderName, Method, StatusCode, Version};

use crate::doctor::observation::{Answer, Body, End, NoAnswer, Observation, Purpose, Stage, Stream, Visit};
use crate::doctor::reading::Reading;

/// The size limit of events in bytes.
pub(super) const MAX_EVENT_SIZE: usize = 10_000;

/// A server and its stream, healthy unless changed.
#[derive(Clone)]
pub(super) struct Scenario {
    url: &'static str,
    method: Method,
    refused: Option<(Stage, &'static str)>,
    head_at: u64,
    redirected_to: Option<&'static str>,
    version: Version,
    status: u16,
    headers: HeaderMap,
    /// The reads of the stream, with their times in milliseconds.
    pieces: Vec<(u64, Vec<u8>)>,
    end: (u64, End),
    resumed: Option<(&'static str, u16, &'static str)>,
    browser: HeaderMap,
    browser_status: u16,
    /// The headers that a preflight asks for, if there is one.
    asked: &'static str,
    is_insecure: bool,
}

impl Scenario {
    /// Returns a healthy server. It sends an event with an ID or a heartbeat every second for 30 s,
    /// resumes, and allows all origins.
    pub(super) fn healthy() -> Self {
        let pieces = (1..30).map(|second| (second * 1000, healthy_piece(second).into_bytes())).collect();
        Self {
            url: "http://localhost/events",
            method: Method::GET,
            refused: None,
            head_at: 5,
            redirected_to: None,
            version: Version::HTTP_11,
            status: 200,
            headers: HeaderMap::new(),
            pieces,
            end: (30_000, End::Watched),
            resumed: Some(("25", 200, "id: 26\ndata: z\n\nid: 28\ndata: z\n\nid: 29\ndata: z\n\n")),
            browser: HeaderMap::new(),
            browser_status: 200,
            asked: "",
            is_insecure: false,
        }
        .header("content-type", "text/event-stream")
        .header("cache-control", "no-cache")
        .browser_header("access-control-allow-origin", "*")
    }

    pub(super) fn url(self, url: &'static str) -> Self {
        Self { url, ..self }
    }

    pub(super) fn method(self, method: Method) -> Self {
        Self { method, resumed: None, ..self }
    }

    /// Makes the request fail at a stage.
    pub(super) fn refused(self, stage: Stage, message: &'static str) -> Self {
        Self { refused: Some((stage, message)), ..self }
    }

    /// Sets the time of the head in milliseconds.
    pub(super) fn head_at(self, head_at: u64) -> Self {
        Self { head_at, ..self }
    }

    pub(super) fn redirected_to(self, url: &'static str) -> Self {
        Self { redirected_to: Some(url), ..self }
    }

    pub(super) fn version(self, version: Version) -> Self {
        Self { version, ..self }
    }

    pub(super) fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(super) fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.insert(HeaderName::from_static(name), value.parse().expect("a value"));
        self
    }

    pub(super) fn without_header(mut self, name: &'static str) -> Self {
        self.headers.remove(name);
        self
    }

    /// Sets a header of the response to a browser.
    pub(super) fn browser_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.browser.insert(HeaderName::from_static(name), value.parse().expect("a value"));
        self
    }

    pub(super) fn browser_headers(mut self, name: &'static str, values: &[&'static str]) -> Self {
        self.browser.remove(name);
        for value in values {
            self.browser.append(HeaderName::from_static(name), value.parse().expect("a value"));
        }
        self
    }

    pub(super) fn browser_status(self, browser_status: u16) -> Self {
        Self { browser_status, ..self }
    }

    /// Makes the request need a preflight, for these headers if there are any.
    pub(super) fn asks_for(self, asked: &'static str) -> Self {
        Self { asked, ..self }
    }

    pub(super) fn insecure(self) -> Self {
        Self { is_insecure: true, ..self }
    }

    /// Adds bytes in the middle of the healthy stream.
    pub(super) fn body(mut self, bytes: impl AsRef<[u8]>) -> Self {
        let at = self.pieces.partition_point(|(at, _)| *at <= 15_000);
        self.pieces.insert(at, (15_500, bytes.as_ref().to_vec()));
        self
    }

    /// Adds bytes before the healthy stream.
    pub(super) fn body_first(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.pieces.insert(0, (500, bytes.as_ref().to_vec()));
        self
    }

    /// Replaces the stream with these reads at these times in milliseconds.
    pub(super) fn pieces<P: AsRef<[u8]>>(self, pieces: impl IntoIterator<Item = (u64, P)>) -> Self {
        let pieces = pieces.into_iter().map(|(at, bytes)| (at, bytes.as_ref().to_vec())).collect();
        Self { pieces, resumed: None, ..self }
    }

    /// Ends the stream at a time in milliseconds.
    pub(super) fn end(self, at: u64, end: End) -> Self {
        Self { end: (at, end), ..self }
    }

    /// Sets the response to a request that resumes after an ID.
    pub(super) fn resumed(self, after: &'static str, status: u16, body: &'static str) -> Self {
        Self { resumed: Some((after, status, body)), ..self }
    }

    /// Returns the observation of the server.
    pub(super) fn observation(&self) -> Observation {
        let mut visits = vec![visit(Purpose::Watch, self.watched())];
        if let Some((after, status, body)) = self.resumed {
            let stream = stream(&[(31_000, body.as_bytes().to_vec())], (32_000, End::Watched));
            let body = if status == 200 { Body::Stream(Box::new(stream)) } else { Body::Unread };
            let answer = answer(30_000, status, self.headers.clone(), body);
            visits.push(visit(Purpose::Resume { after: after.to_owned() }, Ok(answer)));
        }
        if self.method == Method::GET {
            let answer = answer(33_000, self.browser_status, self.browser.clone(), Body::Unread);
            visits.push(visit(Purpose::Browser, Ok(answer)));
        }
        if self.method != Method::GET || !self.asked.is_empty() {
            let answer = answer(33_000, self.browser_status, self.browser.clone(), Body::Unread);
            visits.push(visit(Purpose::Preflight { headers: self.asked.to_owned() }, Ok(answer)));
        }
        Observation {
            url: self.url.to_owned(),
            method: self.method.clone(),
            watch: Duration::from_secs(30),
            max_event_size: MAX_EVENT_SIZE,
            is_insecure: self.is_insecure,
            visits,
        }
    }

    fn watched(&self) -> Result<Answer, NoAnswer> {
        if let Some((stage, message)) = self.refused {
            return Err(NoAnswer { at: Duration::from_millis(5), stage, message: message.to_owned() });
        }
        let is_read = self.status == 200
            && self
                .headers
                .get("content-type")
                .is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"))
            && !sse_tokio::is_compressed(&self.headers);
        let body = match is_read {
            true => Body::Stream(Box::new(stream(&self.pieces, self.end.clone()))),
            false => Body::Other { beginning: "<html> Oops".to_owned() },
        };
        let mut answer = answer(self.head_at, self.status, self.headers.clone(), body);
        answer.version = self.version;
        answer.redirected_to = self.redirected_to.map(str::to_owned);
        Ok(answer)
    }
}

/// Returns a heartbeat every third second, and otherwise an event.
fn healthy_piece(second: u64) -> String {
    if second % 3 == 0 { ":\n".to_owned() } else { format!("id: {second}\ndata: z\n\n") }
}

fn visit(purpose: Purpose, outcome: Result<Answer, NoAnswer>) -> Visit {
    Visit { purpose, asked_at: Duration::ZERO, outcome }
}

fn answer(at: u64, status: u16, headers: HeaderMap, body: Body) -> Answer {
    Answer {
        at: Duration::from_millis(at),
        dialled: vec!["localhost:80".to_owned()],
        redirected_to: None,
        version: Version::HTTP_11,
        status: StatusCode::from_u16(status).expect("a status"),
        headers,
        body,
    }
}

fn stream(pieces: &[(u64, Vec<u8>)], (ended_at, end): (u64, End)) -> Stream {
    let mut reading = Reading::new(MAX_EVENT_SIZE);
    for (at, bytes) in pieces {
        reading.push(Duration::from_millis(*at), bytes);
    }
    reading.end(Duration::from_millis(ended_at), end)
}
