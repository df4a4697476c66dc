//! The request that is examined, as `sse follow` would send it.

use std::future::ready;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::stream::Empty;
use http::header::{HeaderMap, HeaderValue, USER_AGENT};
use http::{Method, Request, Response};
use sse_tokio::sse_http::{Http, Tls};
use sse_tokio::{RequestBody, TokioTimer};

use super::dial::RecordingDial;
use crate::args::DoctorArgs;

const AGENT: &str = concat!("sse/", env!("CARGO_PKG_VERSION"));

pub(super) fn http(args: &DoctorArgs, dial: RecordingDial) -> Result<Http<RecordingDial>, String> {
    let http = Http::new(dial);
    let Some(file) = &args.cacert else { return Ok(http) };
    let pem = read(file)?;
    let tls = Tls::default()
        .add_roots_pem(&pem)
        .map_err(|error| format!("--cacert {}: {error}", file.display()))?;
    Ok(http.tls(tls))
}

/// The client makes it, with its headers and the credentials of the URL; a transport takes it off the
/// client's hands before it is sent.
pub(super) async fn request(args: &DoctorArgs) -> Result<Request<RequestBody>, String> {
    let taken = Arc::new(Mutex::new(None));
    let transport = {
        let taken = Arc::clone(&taken);
        move |request: Request<RequestBody>| {
            *taken.lock().expect("nobody panics with it") = Some(request);
            ready(Err::<Response<Empty<io::Result<Bytes>>>, _>(io::Error::other("not sent")))
        }
    };
    let client = sse_tokio::sse_driver::Client::builder_with(transport, TokioTimer::default()).build();
    let body = args.data.as_deref().map(body).transpose()?;
    let method = if body.is_some() { Method::POST } else { Method::GET };
    let url = if args.url.contains("://") { args.url.clone() } else { format!("http://{}", args.url) };
    let mut headers = HeaderMap::new();
    for (name, value) in &args.headers {
        headers.append(name, value.clone());
    }
    headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
    let request = client
        .request(args.method.clone().unwrap_or(method), url)
        .headers(headers)
        .body(body.unwrap_or_default());
    let outcome = request.open().await.err();
    let request = taken.lock().expect("nobody panics with it").take();
    match request.ok_or(outcome) {
        Ok(request) if matches!(request.uri().scheme_str(), Some("http" | "https")) => Ok(request),
        Ok(request) => Err(format!("expected http:// or https://, got {}", request.uri())),
        Err(Some(error)) => Err(format!("{error:#}")),
        Err(None) => Err("the request cannot be sent".to_owned()),
    }
}

fn body(data: &str) -> Result<Vec<u8>, String> {
    data.strip_prefix('@').map_or_else(|| Ok(data.as_bytes().to_vec()), |file| read(Path::new(file)))
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))
}
