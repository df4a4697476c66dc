//! The template for the request of each attempt.

use std::sync::Arc;

use http::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, Request};
use sse_proto::{Attempt, Resume};
use url::Url;

use crate::options::Options;
use crate::{ConnectTimeout, RequestBody};

/// The parts of a request that are the same for each attempt, besides the options.
pub(crate) struct Template {
    pub(crate) method: Method,
    /// A URL that is a valid [`http::Uri`] too.
    pub(crate) url: Arc<Url>,
    pub(crate) body: RequestBody,
    /// Whether a method other than GET resumes its stream with GET.
    pub(crate) resume_by_get: bool,
}

impl Template {
    /// Creates the request of an attempt with its headers. It keeps the caller's own `Accept` and
    /// `Cache-Control`, since some servers require other accepted types.
    pub(crate) fn request(
        &self,
        options: &Options,
        attempt: &Attempt,
        token: Option<&HeaderValue>,
        was_open: bool,
    ) -> Request<RequestBody> {
        let by_get = self.resume_by_get && was_open && matches!(attempt.resume, Resume::From(_));
        let body = if by_get { RequestBody::default() } else { self.body.clone() };
        let mut request = Request::new(body);
        *request.method_mut() = if by_get { Method::GET } else { self.method.clone() };
        *request.uri_mut() = self.url.as_str().parse().expect("the request was validated");
        *request.headers_mut() = options.headers.clone();
        if by_get {
            request.headers_mut().remove(CONTENT_TYPE);
        }
        if let Some(token) = token {
            request.headers_mut().insert(AUTHORIZATION, token.clone());
        }
        for (name, value) in attempt.headers() {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("sse-proto uses valid header names");
            let value =
                HeaderValue::from_bytes(value).expect("sse-proto omits values that a header cannot carry");
            let is_callers_choice = [ACCEPT, CACHE_CONTROL].contains(&name);
            if !(is_callers_choice && options.headers.contains_key(&name)) {
                request.headers_mut().insert(name, value);
            }
        }
        if let Some(timeout) = options.connect_timeout {
            request.extensions_mut().insert(ConnectTimeout(timeout));
        }
        request
    }
}
