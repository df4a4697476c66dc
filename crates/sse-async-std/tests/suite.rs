//! The suite of all adapters, on async-std.

use sse_async_std::{AsyncStdTimer, Client, ClientBuilder, Http};
use sse_testkit::suite::Adapter;

struct OnAsyncStd;

impl Adapter for OnAsyncStd {
    type Transport = Http;
    type Timer = AsyncStdTimer;

    fn builder() -> ClientBuilder {
        Client::builder()
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        async_std::task::block_on(future)
    }
}

sse_testkit::adapter_suite!(OnAsyncStd);
sse_testkit::redirect_suite!(OnAsyncStd);
