//! Builds requests from the arguments.

use std::env::VarError;
use std::io::{self, Read as _};
use std::sync::Arc;

use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use sse_tokio::sse_driver::{self, RequestBuilder};
use sse_tokio::sse_http::{Dial, Http, Tls};
use sse_tokio::{TokioTimer, Transport};
use url::Url;

use crate::args::{EndArgs, HeaderArg, ReconnectArgs, RequestArgs};
use crate::insecure::accept_any_certificate;
use crate::print::{Failure, Stderr};
use crate::verbose::show_request;

/// The default `User-Agent`.
const AGENT: &str = concat!("sse/", env!("CARGO_PKG_VERSION"));

/// Returns the HTTP transport, with the certificates that the arguments trust.
pub(crate) fn http<D: Dial>(dial: D, args: &RequestArgs) -> Result<Http<D>, Failure> {
    let http = Http::new(dial);
    if args.insecure {
        return Ok(http.tls(Tls::from_config(Arc::new(accept_any_certificate()))));
    }
    let Some(file) = &args.cacert else { return Ok(http) };
    let wrong = |problem: String| Failure::usage(format!("--cacert {}: {problem}", file.display()));
    let pem = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
    let tls = Tls::default().add_roots_pem(&pem).map_err(|error| wrong(error.to_string()))?;
    Ok(http.tls(tls))
}

/// Builds a request with the settings of a session. Each request is shown on `verbose` before it is
/// sent.
pub(crate) fn session<T: Transport>(
    transport: T,
    args: &RequestArgs,
    reconnect: &ReconnectArgs,
    end: &EndArgs,
    verbose: Option<&Stderr>,
) -> Result<RequestBuilder<T, TokioTimer>, Failure> {
    let mut request = request(transport, args)?
        .idle_timeout(reconnect.idle_timeout)
        .response_timeout(reconnect.response_timeout)
        .max_reconnection_attempts(if reconnect.no_reconnect { Some(0) } else { reconnect.max_attempts })
        .retry_initial(reconnect.retry_initial);
    if reconnect.replay {
        request = request.replay(true);
    }
    if let Some(time) = reconnect.reconnection_time {
        request = request.reconnection_time(time);
    }
    if let Some(data) = end.finish_before.clone() {
        request = request.finish_before(move |event| event.data == data);
    }
    if let Some(data) = end.finish_after.clone() {
        request = request.finish_after(move |event| event.data == data);
    }
    Ok(match verbose {
        Some(stderr) => show_request(request, stderr.clone()),
        None => request,
    })
}

/// Builds a request without the settings of a session.
pub(crate) fn request<T: Transport>(
    transport: T,
    args: &RequestArgs,
) -> Result<RequestBuilder<T, TokioTimer>, Failure> {
    let url = url(&args.url)?;
    let (body, content_type) = match (&args.data, &args.json) {
        (Some(data), _) => (Some(data), "application/x-www-form-urlencoded"),
        (None, json) => (json.as_ref(), "application/json"),
    };
    let mut headers = headers(args)?;
    let method = if body.is_some() { Method::POST } else { Method::GET };
    if body.is_some() {
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
    }
    let body = body.map(|body| bytes_of(body)).transpose()?.unwrap_or_default();
    let client = sse_driver::Client::builder_with(transport, TokioTimer::default()).build();
    let mut request = client.request(args.method.clone().unwrap_or(method), url).headers(headers).body(body);
    if let Some((user, password)) = &args.user {
        request = request.basic_auth(user, password);
    }
    if let Some(id) = &args.last_event_id {
        request = request.last_event_id(id);
    }
    Ok(request)
}

fn url(text: &str) -> Result<Url, Failure> {
    // The text may contain a password.
    let url = Url::parse(text).map_err(|error| Failure::usage(format!("the URL is not valid: {error}")))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        scheme => Err(Failure::usage(format!("expected http:// or https://, got {scheme}://"))),
    }
}

/// Returns the headers of the arguments, without those that depend on the body.
fn headers(args: &RequestArgs) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    for header in &args.headers {
        match header {
            HeaderArg::Header(name, value) => add(&mut headers, name, value),
            HeaderArg::File(file) => {
                let text = bytes_of(&format!("@{file}"))?;
                let text = String::from_utf8_lossy(&text);
                for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                    match HeaderArg::parse(line) {
                        Ok(HeaderArg::Header(name, value)) => add(&mut headers, &name, &value),
                        Ok(HeaderArg::File(_)) => {
                            return Err(wrong_header(file, "a file of headers cannot name another file"));
                        }
                        Err(problem) => return Err(wrong_header(file, &problem)),
                    }
                }
            }
        }
    }
    let agent = args.user_agent.clone().unwrap_or(HeaderValue::from_static(AGENT));
    headers.entry(USER_AGENT).or_insert(agent);
    if let Some(variable) = &args.bearer_env {
        headers.insert(AUTHORIZATION, bearer(variable)?);
    }
    Ok(headers)
}

fn wrong_header(file: &str, problem: &str) -> Failure {
    Failure::usage(format!("-H @{file}: {problem}"))
}

fn add(headers: &mut HeaderMap, name: &HeaderName, value: &HeaderValue) {
    headers.append(name, value.clone());
}

/// Returns the `Authorization` header for the token in an environment variable.
fn bearer(variable: &str) -> Result<HeaderValue, Failure> {
    let wrong = |problem: &str| Failure::usage(format!("--bearer-env {variable}: {problem}"));
    let token = std::env::var(variable).map_err(|error| match error {
        VarError::NotPresent => wrong("the variable is not set"),
        VarError::NotUnicode(_) => wrong("its value is not valid UTF-8"),
    })?;
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.trim()))
        .map_err(|_| wrong("its value cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Returns the bytes of the text, or for `@FILE` the content of the file; `@-` is stdin.
fn bytes_of(text: &str) -> Result<Vec<u8>, Failure> {
    let read = |file: &str| match file {
        "-" => {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        }
        file => std::fs::read(file),
    };
    match text.strip_prefix('@') {
        None => Ok(text.as_bytes().to_vec()),
        Some(file) => read(file).map_err(|error| Failure::usage(format!("cannot read {file}: {error}"))),
    }
}
