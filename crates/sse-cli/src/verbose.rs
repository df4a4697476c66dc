//! `--verbose`: shows each request and the head of each response, with secrets hidden.

use std::convert::Infallible;

use http::{HeaderMap, HeaderValue, Request};
use sse_tokio::{RequestBody, State, TokioTimer, Transport, sse_driver};
use url::Url;

use crate::print::Stderr;

/// The text shown in place of a secret.
const HIDDEN: &str = "[hidden]";

/// Adds a hook that shows each request before it is sent.
pub(crate) fn show_request<T: Transport>(
    request: sse_driver::RequestBuilder<T, TokioTimer>,
    stderr: Stderr,
) -> sse_driver::RequestBuilder<T, TokioTimer> {
    request.before_each(move |_, request| {
        show(&request, &stderr);
        async move { Ok::<_, Infallible>(request) }
    })
}

fn show(request: &Request<RequestBody>, stderr: &Stderr) {
    let Ok(url) = Url::parse(&request.uri().to_string()) else { return };
    stderr.note(&format!("> {} {} HTTP/1.1", request.method(), target(&url)));
    if !request.headers().contains_key(http::header::HOST) {
        stderr.note(&format!("> host: {}", &url[url::Position::BeforeHost..url::Position::AfterPort]));
    }
    headers('>', request.headers(), stderr);
    if let Some(body) = request.body().as_bytes().filter(|body| !body.is_empty()) {
        stderr.note(&format!("> (a body of {} bytes)", body.len()));
    }
}

/// Shows the response of a state, if it has one.
pub(crate) fn show_response(state: &State, stderr: &Stderr) {
    let (status, response_headers) = match state {
        State::Open { response, .. } => (response.status(), response.headers()),
        State::Disconnected { error: Some(error), .. } | State::Closed { error: Some(error), .. } => {
            match error.response() {
                Some(response) => (response.status(), response.headers()),
                None => return,
            }
        }
        _ => return,
    };
    stderr.note(&format!("< {status}"));
    headers('<', response_headers, stderr);
}

fn headers(mark: char, headers: &HeaderMap, stderr: &Stderr) {
    for (name, value) in headers {
        let shown =
            if value.is_sensitive() || is_secret(name.as_str()) { HIDDEN.into() } else { text(value) };
        stderr.note(&format!("{mark} {name}: {shown}"));
    }
    stderr.note(&mark.to_string());
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// Returns the path and the query of a URL, with the values of secret parameters hidden.
fn target(url: &Url) -> String {
    let Some(query) = url.query() else { return url.path().to_owned() };
    let shown: Vec<_> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if is_secret(name) => format!("{name}={HIDDEN}"),
            _ => pair.to_owned(),
        })
        .collect();
    format!("{}?{}", url.path(), shown.join("&"))
}

/// Returns whether a header or parameter of this name usually contains a secret.
fn is_secret(name: &str) -> bool {
    const PARTS: [&str; 9] =
        ["auth", "cookie", "credential", "key", "passw", "secret", "session", "signature", "token"];
    let name = name.to_ascii_lowercase();
    name == "sig" || PARTS.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_recognised() {
        for name in [
            "authorization",
            "Proxy-Authorization",
            "cookie",
            "set-cookie",
            "x-api-key",
            "access_token",
            "sig",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["accept", "last-event-id", "content-type", "user-agent", "date", "design"] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn a_target_hides_secret_values() {
        for (url, shown) in [
            ("http://h/a", "/a"),
            ("http://h/a?b=c&api_key=d&e", "/a?b=c&api_key=[hidden]&e"),
            ("http://h/a?Token=a=b", "/a?Token=[hidden]"),
        ] {
            assert_eq!(target(&Url::parse(url).expect("a URL")), shown);
        }
    }
}
