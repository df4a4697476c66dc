//! The suite of all adapters, on reqwest. Redirects are reqwest's own.

use sse_reqwest::{ClientBuilder, Reqwest, TokioTimer};
use sse_testkit::suite::Adapter;
use tokio::runtime::Builder;

struct OnReqwest;

impl Adapter for OnReqwest {
    type Transport = Reqwest;
    type Timer = TokioTimer;

    fn builder() -> ClientBuilder {
        sse_reqwest::client(reqwest::Client::new())
    }

    /// With a thread for the connections of reqwest, which are tasks of their own.
    fn block_on<F: Future>(future: F) -> F::Output {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        runtime.expect("the system has room for a runtime").block_on(future)
    }
}

sse_testkit::adapter_suite!(OnReqwest);
