//! Examines a server: decides which requests to make, and in which order.

use std::time::Duration;

use http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN as ORIGIN_NAME,
};
use http::{HeaderName, HeaderValue, Method, Request};
use sse_tokio::RequestBody;

use super::observation::{Item, Kind, ORIGIN, Observation, Purpose, Visit, is_repeatable, shown_url};
use super::resumption::{expected, resume_after};
use super::visit::{Until, Visitor};

/// The `Accept-Encoding` of browsers.
const BROWSER_ENCODINGS: &str = "gzip, deflate, br, zstd";
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// The longest time to wait for the events after `Last-Event-ID`.
const RESUME_TIME: Duration = Duration::from_secs(10);

/// Makes all requests, and announces each with `say`.
pub(crate) async fn examine(
    visitor: &Visitor,
    request: Request<RequestBody>,
    watch: Duration,
    say: &mut dyn FnMut(&str),
) -> Observation {
    let method = request.method().clone();
    let mut observation = Observation {
        url: shown_url(&request.uri().to_string()),
        method: method.clone(),
        watch,
        max_event_size: visitor.max_event_size,
        is_insecure: visitor.is_insecure,
        visits: Vec::new(),
    };
    let once = if is_repeatable(&method) { "" } else { " The request is sent only once." };
    say(&format!("{method} {}, watching for {}.{once}", observation.url, seconds(watch)));
    let until = Until { time: watch, enough: &|_| false };
    observation.visits.push(visitor.visit(Purpose::Watch, request.clone(), Some(until)).await);
    let Some(stream) = observation.answer().and_then(|answer| answer.stream()) else { return observation };
    let ids: Vec<_> = stream.ids().map(str::to_owned).collect();
    if is_repeatable(&method) {
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        if let Some(after) = resume_after(&ids) {
            observation.visits.push(resume(visitor, &request, &ids, &after, watch, say).await);
        }
        say("The same request as from a page of another origin, reading only the head.");
        observation.visits.push(visitor.visit(Purpose::Browser, browser(&request), None).await);
    }
    let asked_for = asked_for(&request);
    if !is_repeatable(&method) || !asked_for.is_empty() {
        say(&format!("OPTIONS, as browsers send it before such a {method} to another origin."));
        let preflight = preflight(&request, &asked_for);
        let purpose = Purpose::Preflight { headers: asked_for };
        observation.visits.push(visitor.visit(purpose, preflight, None).await);
    }
    observation
}

/// Repeats the request with the header `Last-Event-ID`.
async fn resume(
    visitor: &Visitor,
    request: &Request<RequestBody>,
    ids: &[&str],
    after: &str,
    watch: Duration,
    say: &mut dyn FnMut(&str),
) -> Visit {
    let time = watch.min(RESUME_TIME);
    say(&format!(
        "The same request with Last-Event-ID {after:?}, for at most {}, to compare the events.",
        seconds(time)
    ));
    let mut request = request.clone();
    // `resume_after` chooses only IDs that can be sent.
    if let Ok(id) = HeaderValue::from_bytes(after.as_bytes()) {
        request.headers_mut().insert(LAST_EVENT_ID, id);
    }
    let last = expected(ids, after).last().copied();
    let has_id = |item: &Item| matches!(&item.kind, Kind::Event(event) if event.id.as_deref() == last);
    let enough = |items: &[Item]| last.is_some() && items.iter().any(has_id);
    let until = Until { time, enough: &enough };
    visitor.visit(Purpose::Resume { after: after.to_owned() }, request, Some(until)).await
}

/// Returns the request as the page of another origin sends it.
fn browser(request: &Request<RequestBody>) -> Request<RequestBody> {
    let mut request = request.clone();
    request.headers_mut().insert(ORIGIN_NAME, HeaderValue::from_static(ORIGIN));
    request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static(BROWSER_ENCODINGS));
    request
}

/// Returns the preflight request that a browser sends before the request.
fn preflight(request: &Request<RequestBody>, asked_for: &str) -> Request<RequestBody> {
    let mut preflight = Request::new(RequestBody::default());
    *preflight.method_mut() = Method::OPTIONS;
    *preflight.uri_mut() = request.uri().clone();
    let headers = preflight.headers_mut();
    headers.insert(ORIGIN_NAME, HeaderValue::from_static(ORIGIN));
    if let Ok(method) = HeaderValue::from_str(request.method().as_str()) {
        headers.insert(ACCESS_CONTROL_REQUEST_METHOD, method);
    }
    if let Ok(names) = HeaderValue::from_str(asked_for) {
        headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, names);
    }
    preflight
}

/// Returns the names of the headers that need a preflight: all but those that the browser sets
/// itself and the safelisted ones (Fetch, "CORS-safelisted request-header").
fn asked_for(request: &Request<RequestBody>) -> String {
    let is_own = |name: &str| {
        ["accept", "accept-language", "cache-control", "last-event-id", "user-agent", "cookie"]
            .contains(&name)
    };
    let mut names: Vec<_> =
        request.headers().keys().map(HeaderName::as_str).filter(|name| !is_own(name)).collect();
    names.sort_unstable();
    names.join(",")
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}
