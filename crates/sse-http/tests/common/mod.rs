//! An in-memory network with exact bytes, and other code that the tests share.
#![allow(dead_code, unused_imports, reason = "each test file uses its part")]

mod memory;

use core::error::Error as StdError;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::{Request, request};
pub(crate) use memory::{Memory, Piece};
use sse_driver::RequestBody;
use sse_http::{Dial, Error, Http, Proxy};

/// A transport without proxies, regardless of the environment that the tests run in.
pub(crate) fn direct<D: Dial>(dial: D) -> Http<D> {
    Http::new(dial).proxy(Proxy::none())
}

pub(crate) fn get(url: &str) -> request::Builder {
    Request::get(url)
}

pub(crate) fn empty(builder: request::Builder) -> Request<RequestBody> {
    builder.body(RequestBody::default()).unwrap()
}

/// Reads a body to its end or error, and checks that it yields nothing afterwards.
pub(crate) async fn read(
    mut body: impl Stream<Item = Result<Bytes, Error>> + Unpin,
) -> (String, Option<Error>) {
    let (mut bytes, mut end) = (Vec::new(), None);
    while let Some(chunk) = body.next().await {
        match chunk {
            Ok(chunk) => bytes.extend(chunk),
            Err(error) => {
                end = Some(error);
                break;
            }
        }
    }
    assert!(body.next().await.is_none(), "nothing comes after the end");
    (String::from_utf8(bytes).unwrap(), end)
}

/// Joins an error and its sources, as a program would print them.
pub(crate) fn chain(error: &dyn StdError) -> String {
    let causes = core::iter::successors(Some(error), |&error| error.source());
    causes.map(|error| error.to_string()).collect::<Vec<_>>().join(": ")
}
