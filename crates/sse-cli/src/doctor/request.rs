//! Builds the request to examine, which is the one that `sse follow` would send.

use std::future::ready;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::stream::Empty;
use http::{Request, Response};
use sse_tokio::RequestBody;

use crate::args::RequestArgs;
use crate::print::Failure;
use crate::request::request;

/// Builds the request with its headers and the credentials of the URL. A client builds it, and the
/// transport keeps it instead of sending it.
pub(super) async fn built(args: &RequestArgs) -> Result<Request<RequestBody>, Failure> {
    let taken = Arc::new(Mutex::new(None));
    let transport = {
        let taken = Arc::clone(&taken);
        move |request: Request<RequestBody>| {
            *taken.lock().expect("no panic while it is locked") = Some(request);
            ready(Err::<Response<Empty<io::Result<Bytes>>>, _>(io::Error::other("not sent")))
        }
    };
    let outcome = request(transport, args)?.open().await;
    let request = taken.lock().expect("no panic while it is locked").take();
    request.ok_or_else(|| {
        let error = outcome.err().map(|error| error.report());
        Failure::usage(error.unwrap_or_else(|| "the request cannot be sent".to_owned()))
    })
}
