//! The request that every attempt begins with.

use http::header::{ACCEPT, CACHE_CONTROL};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use sse_proto::Attempt;

use crate::{ConnectTimeout, RequestBody};

/// What stays the same from attempt to attempt.
pub(crate) struct Template {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: RequestBody,
    pub(crate) connect_timeout: Option<ConnectTimeout>,
}

impl Template {
    /// The request of one attempt: the attempt's headers are set, but a caller's own `Accept` and `Cache-Control` stay.
    /// (Some servers want further types accepted.)
    pub(crate) fn request(&self, attempt: &Attempt) -> Request<RequestBody> {
        let mut request = Request::new(self.body.clone());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        for (name, value) in attempt.headers() {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("the core names headers");
            let value = HeaderValue::from_bytes(value).expect("the core leaves out what no header can carry");
            let is_callers_choice = [ACCEPT, CACHE_CONTROL].contains(&name);
            if !(is_callers_choice && self.headers.contains_key(&name)) {
                request.headers_mut().insert(name, value);
            }
        }
        if let Some(timeout) = self.connect_timeout {
            request.extensions_mut().insert(timeout);
        }
        request
    }
}
