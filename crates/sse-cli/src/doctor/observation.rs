//! The observation of a server. Times are counted from the start of the examination.

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode, Version};

use super::lines::Lines;

/// The origin of the page that a request claims to come from. The domain is reserved, so no server
/// has it on a list of allowed origins.
pub(crate) const ORIGIN: &str = "https://page.example";

/// All facts from which the findings are derived.
#[derive(Clone, Debug)]
pub(crate) struct Observation {
    /// The URL without its secrets.
    pub(crate) url: String,
    pub(crate) method: Method,
    /// The time for which the stream was to be watched.
    pub(crate) watch: Duration,
    /// The size in bytes above which an event is too large.
    pub(crate) max_event_size: usize,
    /// Whether the certificate was accepted without a check.
    pub(crate) is_insecure: bool,
    /// All requests. The first one watched the stream.
    pub(crate) visits: Vec<Visit>,
}

impl Observation {
    /// Returns the response that was watched.
    pub(crate) fn answer(&self) -> Option<&Answer> {
        self.visits.first()?.outcome.as_ref().ok()
    }

    /// Returns the first visit whose purpose matches.
    pub(crate) fn visit(&self, matches: impl Fn(&Purpose) -> bool) -> Option<&Visit> {
        self.visits.iter().find(|visit| matches(&visit.purpose))
    }

    /// Returns whether the request can be repeated safely.
    pub(crate) fn is_repeatable(&self) -> bool {
        is_repeatable(&self.method)
    }
}

/// Returns whether requests with this method can be repeated safely.
pub(crate) fn is_repeatable(method: &Method) -> bool {
    [Method::GET, Method::HEAD].contains(method)
}

/// One request and its response.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) purpose: Purpose,
    pub(crate) asked_at: Duration,
    pub(crate) outcome: Result<Answer, NoAnswer>,
}

/// The purpose of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Watch the stream.
    Watch,
    /// Check whether the stream resumes after the event with this ID.
    Resume { after: String },
    /// Check what a page of another origin gets. The body is not read.
    Browser,
    /// Ask whether a page of another origin may send the request, as browsers do first. `headers`
    /// are the names of the headers that need it, separated by commas.
    Preflight { headers: String },
}

/// A request without a response.
#[derive(Clone, Debug)]
pub(crate) struct NoAnswer {
    pub(crate) at: Duration,
    pub(crate) stage: Stage,
    pub(crate) message: String,
}

/// The stage at which a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Connecting,
    Tls,
    Redirect,
    Response,
    Timeout,
}

/// A response: its head and its body.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) at: Duration,
    /// The addresses of all connections in order, as `host:port`.
    pub(crate) dialled: Vec<String>,
    /// The final URL, if there was a redirect.
    pub(crate) redirected_to: Option<String>,
    pub(crate) version: Version,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

impl Answer {
    /// Returns the stream, if the body was read as one.
    pub(crate) fn stream(&self) -> Option<&Stream> {
        match &self.body {
            Body::Stream(stream) => Some(stream),
            Body::Unread | Body::Other { .. } => None,
        }
    }

    /// Returns the value of a header, with invalid UTF-8 replaced by U+FFFD.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        Some(String::from_utf8_lossy(self.headers.get(name)?.as_bytes()).into_owned())
    }
}

/// The body of a response.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// The body was not read.
    Unread,
    /// The body is not a readable event stream.
    Other {
        beginning: String,
    },
    Stream(Box<Stream>),
}

/// An event stream with its times.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) arrivals: Vec<Arrival>,
    pub(crate) items: Vec<Item>,
    pub(crate) lines: Lines,
    pub(crate) invalid_utf8: InvalidUtf8,
    /// The data of a last event without a blank line, if the stream ended.
    pub(crate) unfinished: Option<String>,
    pub(crate) end: End,
    pub(crate) ended_at: Duration,
}

impl Stream {
    /// Returns the number of bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.arrivals.iter().map(|arrival| arrival.len).sum()
    }

    /// Returns the events up to the size limit, in order.
    pub(crate) fn events(&self) -> impl Iterator<Item = &EventSeen> {
        self.items.iter().filter_map(|item| match &item.kind {
            Kind::Event(event) => Some(event),
            _ => None,
        })
    }

    /// Returns the comments, in order.
    pub(crate) fn comments(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| matches!(item.kind, Kind::Comment))
    }

    /// Returns the IDs of the events with an `id` field, in order. Empty IDs are left out, because
    /// they reset the last event ID.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.events().filter_map(|event| event.id.as_deref()).filter(|id| !id.is_empty())
    }
}

/// The arrival of bytes in one read.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) at: Duration,
    pub(crate) len: usize,
    /// Whether the read ended in the middle of an event or a comment.
    pub(crate) cuts: bool,
}

/// A frame with its times.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) at: Duration,
    pub(crate) kind: Kind,
    /// The time that the server wrote into the frame, in milliseconds since 1970.
    pub(crate) own_time: Option<i64>,
}

/// The kind of a frame.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Event(EventSeen),
    Comment,
    Retry(Duration),
    /// An event larger than the limit.
    Oversize {
        len: u64,
    },
}

/// The parts of an event that the findings need.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventSeen {
    /// The value of the `id` field.
    pub(crate) id: Option<String>,
    pub(crate) data_len: usize,
}

/// The invalid UTF-8 sequences of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct InvalidUtf8 {
    pub(crate) count: usize,
    /// The offset of the first one in bytes, and its first byte.
    pub(crate) first: Option<(usize, u8)>,
}

/// The reason for which reading a stream ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The examination stopped reading. The stream was still open.
    Watched,
    /// The server ended the stream.
    Eof,
    /// The connection was lost.
    Broken(String),
}

/// Returns the URL as reports show it: without user name and password, and without the query, which
/// may contain a token.
pub(crate) fn shown_url(url: &str) -> String {
    let (rest, query) = match url.find(['?', '#']) {
        Some(at) => (&url[..at], "?…"),
        None => (url, ""),
    };
    let Some((scheme, rest)) = rest.split_once("://") else { return format!("{rest}{query}") };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    format!("{scheme}://{host}{path}{query}")
}

#[cfg(test)]
mod tests {
    use super::shown_url;

    #[test]
    fn reports_show_no_secret_of_a_url() {
        for (url, shown) in [
            ("http://localhost:8080/events", "http://localhost:8080/events"),
            ("https://user:p@ss@h/a@b?token=x#y", "https://h/a@b?…"),
            ("http://h?token=x", "http://h?…"),
            ("http://h/#token", "http://h/?…"),
        ] {
            assert_eq!(shown_url(url), shown);
        }
    }
}
