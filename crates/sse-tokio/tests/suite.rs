//! The suite of all adapters, on Tokio.

use sse_testkit::suite::Adapter;
use sse_tokio::{Client, ClientBuilder, Http, TokioTimer};
use tokio::runtime::Builder;

struct OnTokio;

impl Adapter for OnTokio {
    type Transport = Http;
    type Timer = TokioTimer;

    fn builder() -> ClientBuilder {
        Client::builder()
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        let runtime = Builder::new_current_thread().enable_all().build();
        runtime.expect("the system has room for a runtime").block_on(future)
    }
}

sse_testkit::adapter_suite!(OnTokio);
sse_testkit::redirect_suite!(OnTokio);
