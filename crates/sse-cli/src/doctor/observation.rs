//! What was observed of a server. Times are counted from the start of the examination.

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode, Version};

use super::lines::Lines;

/// Everything that the findings are drawn from.
#[derive(Clone, Debug)]
pub(crate) struct Observation {
    /// Without what is secret in it.
    pub(crate) url: String,
    pub(crate) method: Method,
    /// How long the stream was to be watched.
    pub(crate) watch: Duration,
    /// The size in bytes above which an event is too large.
    pub(crate) max_event_size: usize,
    /// The first is the one that watched.
    pub(crate) visits: Vec<Visit>,
}

impl Observation {
    /// The answer to the request that watched.
    pub(crate) fn answer(&self) -> Option<&Answer> {
        self.visits.first()?.outcome.as_ref().ok()
    }

    /// The visit of this kind.
    pub(crate) fn visit(&self, is_meant: impl Fn(&Purpose) -> bool) -> Option<&Visit> {
        self.visits.iter().find(|visit| is_meant(&visit.purpose))
    }

    /// Whether the request may be sent again.
    pub(crate) fn is_repeatable(&self) -> bool {
        is_repeatable(&self.method)
    }
}

/// Whether a request of this method may be sent again without being done twice.
pub(crate) fn is_repeatable(method: &Method) -> bool {
    [Method::GET, Method::HEAD].contains(method)
}

/// One request, and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) purpose: Purpose,
    pub(crate) asked_at: Duration,
    pub(crate) outcome: Result<Answer, NoAnswer>,
}

/// What a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To watch the stream.
    Watch,
    /// To see whether the stream goes on after the event with this ID.
    Resume { after: String },
    /// To see what a page of another origin gets. The body is not read.
    Browser,
    /// To ask, as browsers do first, whether a page of another origin may send the request.
    Preflight,
}

/// Why there is no answer.
#[derive(Clone, Debug)]
pub(crate) struct NoAnswer {
    pub(crate) at: Duration,
    pub(crate) stage: Stage,
    pub(crate) message: String,
}

/// How far a request without an answer got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Connecting,
    Tls,
    Redirect,
    Response,
    Timeout,
}

/// The head of a response, and what came after it.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) at: Duration,
    /// Where connections were made to, as `host:port`, in this order.
    pub(crate) dialled: Vec<String>,
    /// The URL that answered, if redirects led to another one.
    pub(crate) redirected_to: Option<String>,
    pub(crate) version: Version,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

impl Answer {
    /// What is known of the stream, if it is one.
    pub(crate) fn stream(&self) -> Option<&Stream> {
        match &self.body {
            Body::Stream(stream) => Some(stream),
            Body::Unread | Body::Other { .. } => None,
        }
    }

    /// The value of a header, with U+FFFD in place of what is not UTF-8.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        Some(String::from_utf8_lossy(self.headers.get(name)?.as_bytes()).into_owned())
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// The head was enough.
    Unread,
    /// It is no event stream that can be read. This is how it begins.
    Other {
        beginning: String,
    },
    Stream(Box<Stream>),
}

/// What came of an event stream, and when.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) arrivals: Vec<Arrival>,
    pub(crate) items: Vec<Item>,
    pub(crate) lines: Lines,
    pub(crate) invalid_utf8: InvalidUtf8,
    /// The data of the event that lacks its blank line, if the stream came to its end.
    pub(crate) unfinished: Option<String>,
    pub(crate) end: End,
    pub(crate) ended_at: Duration,
}

impl Stream {
    pub(crate) fn bytes(&self) -> usize {
        self.arrivals.iter().map(|arrival| arrival.len).sum()
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = &EventSeen> {
        self.items.iter().filter_map(|item| match &item.kind {
            Kind::Event(event) => Some(event),
            _ => None,
        })
    }

    pub(crate) fn comments(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| matches!(item.kind, Kind::Comment))
    }

    /// The IDs that events said themselves, in order. Empty ones reset the ID and are left out.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.events().filter_map(|event| event.id.as_deref()).filter(|id| !id.is_empty())
    }
}

/// Bytes that came in one read.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) at: Duration,
    pub(crate) len: usize,
    /// Whether the last of these bytes is in the middle of an event or a comment.
    pub(crate) cuts: bool,
}

/// One frame.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) at: Duration,
    pub(crate) kind: Kind,
    /// When the server says that it made it, in milliseconds since 1970.
    pub(crate) own_time: Option<i64>,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Event(EventSeen),
    Comment,
    Retry(Duration),
    /// An event above the size.
    Oversize {
        len: u64,
    },
}

#[derive(Clone, Debug, Default)]
pub(crate) struct EventSeen {
    /// The ID that the event said itself.
    pub(crate) id: Option<String>,
    pub(crate) data_len: usize,
}

/// Sequences that are not UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct InvalidUtf8 {
    pub(crate) count: usize,
    /// Where the first one is, in bytes from the beginning of the stream, and its first byte.
    pub(crate) first: Option<(usize, u8)>,
}

/// Why there is no more of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It goes on: enough was seen.
    Watched,
    /// The server ended it.
    Eof,
    /// It broke off.
    Broken(String),
}

/// The URL as reports show it: without user name and password, and without its query, which may
/// hold a token.
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
