//! Checks whether pages of other origins can read the stream (Fetch, section 3.3).

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN,
};
use http::{HeaderName, Method};

use super::{Check, Finding};
use crate::doctor::observation::{Answer, ORIGIN, Observation, Purpose, Visit};

/// Returns the finding about other origins, if a request was made for it.
pub(super) fn findings(observation: &Observation) -> Vec<Finding> {
    let preflight = observation.visit(|purpose| matches!(purpose, Purpose::Preflight { .. }));
    if let Some(finding) = preflight.and_then(|visit| refused(visit, &observation.method)) {
        return vec![finding];
    }
    let browser = observation.visit(|purpose| *purpose == Purpose::Browser);
    // A request that is sent only once is not repeated here; its preflight is checked instead.
    match browser.or(preflight).map(|visit| &visit.outcome) {
        Some(Ok(answer)) => vec![allowed(answer)],
        Some(Err(no_answer)) => {
            let seen = format!("The request of a page got no response: {}", no_answer.message);
            vec![Finding::note(Check::Cors, "Not checked", seen)]
        }
        None => Vec::new(),
    }
}

fn allowed(answer: &Answer) -> Finding {
    if !answer.status.is_success() {
        let seen = format!("A request with `Origin: {ORIGIN}` got {}.", answer.status);
        return Finding::note(Check::Cors, "Other origins are refused", seen);
    }
    let origins: Vec<_> = answer.headers.get_all(ACCESS_CONTROL_ALLOW_ORIGIN).iter().collect();
    let text =
        origins.iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect::<Vec<_>>().join(", ");
    let credentials =
        answer.headers.get(ACCESS_CONTROL_ALLOW_CREDENTIALS).is_some_and(|value| value == "true");
    match text.as_str() {
        "" => Finding::note(Check::Cors, "Only pages of the same origin can read the stream", "There is no `Access-Control-Allow-Origin`.")
            .fix("To allow pages of another origin, send `Access-Control-Allow-Origin` with that origin."),
        "*" if credentials => Finding::warning(
            Check::Cors,
            "Cookies do not work across origins",
            "`Access-Control-Allow-Origin: *` with `Access-Control-Allow-Credentials: true`: browsers reject this for requests with cookies.",
        )
        .fix("Send the origin of the request instead of `*`, and `Vary: Origin`."),
        "*" => Finding::ok(Check::Cors, "Pages of any origin can read the stream, without cookies."),
        origin if origins.len() > 1 || origin.contains(',') => Finding::error(
            Check::Cors,
            "Browsers reject the Access-Control-Allow-Origin",
            format!("`{origin}`: the value must be a single origin or `*`."),
        )
        .fix("Send one origin: that of the request, if it is allowed. The usual cause is that both the server and a proxy add the header."),
        ORIGIN if !varies(answer) => Finding::note(
            Check::Cors,
            "Caches may mix up origins",
            "The response names the origin of the request, but has no `Vary: Origin`.",
        )
        .fix("Add `Vary: Origin`."),
        ORIGIN => Finding::ok(Check::Cors, "Pages of any origin can read the stream."),
        origin => Finding::note(Check::Cors, "Pages of one other origin can read the stream", format!("`{origin}`.")),
    }
}

/// Returns whether the response has `Vary: Origin` or `Vary: *`.
fn varies(answer: &Answer) -> bool {
    answer.headers.get_all("vary").iter().any(|value| {
        let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        value.split(',').any(|name| ["origin", "*"].contains(&name.trim()))
    })
}

/// Returns a finding if the preflight forbids the request.
fn refused(visit: &Visit, method: &Method) -> Option<Finding> {
    let fix = "Answer OPTIONS with 204, `Access-Control-Allow-Origin`, `-Methods` and `-Headers`.";
    let seen = match &visit.outcome {
        Err(no_answer) => format!("OPTIONS got no response: {}", no_answer.message),
        Ok(answer) if !answer.status.is_success() => format!("OPTIONS got {}.", answer.status),
        Ok(answer) if !answer.headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) => {
            format!("OPTIONS got {} without `Access-Control-Allow-Origin`.", answer.status)
        }
        Ok(answer) => {
            let missing = missing(answer, &visit.purpose, method);
            if missing.is_empty() {
                return None;
            }
            format!("The answer to OPTIONS does not allow {}.", missing.join(" and "))
        }
    };
    Some(Finding::note(Check::Cors, "Only pages of the same origin can send this request", seen).fix(fix))
}

/// Returns what a preflight does not allow of the request (Fetch, "CORS-preflight fetch", step 7).
fn missing(answer: &Answer, purpose: &Purpose, method: &Method) -> Vec<String> {
    let allowed = |name: HeaderName| -> Vec<String> {
        let values = answer.headers.get_all(name).iter();
        let text =
            values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect::<Vec<_>>().join(",");
        text.split(',').map(|name| name.trim().to_owned()).collect()
    };
    let (methods, headers) = (allowed(ACCESS_CONTROL_ALLOW_METHODS), allowed(ACCESS_CONTROL_ALLOW_HEADERS));
    let has_any = |names: &[String]| names.iter().any(|name| name == "*");
    let mut missing = Vec::new();
    let is_simple = [Method::GET, Method::HEAD, Method::POST].contains(method);
    if !is_simple && !has_any(&methods) && !methods.iter().any(|name| name == method.as_str()) {
        missing.push(format!("the method {method}"));
    }
    let Purpose::Preflight { headers: asked } = purpose else { return missing };
    for name in asked.split(',').filter(|name| !name.is_empty()) {
        // `*` does not cover `Authorization`.
        let is_covered = has_any(&headers) && name != "authorization";
        if !is_covered && !headers.iter().any(|allowed| allowed.eq_ignore_ascii_case(name)) {
            missing.push(format!("the header `{name}`"));
        }
    }
    missing
}
