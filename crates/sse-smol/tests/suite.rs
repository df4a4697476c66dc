//! The suite of all adapters, on smol.

use sse_smol::{Client, ClientBuilder, Http, SmolTimer};
use sse_testkit::suite::Adapter;

struct OnSmol;

impl Adapter for OnSmol {
    type Transport = Http;
    type Timer = SmolTimer;

    fn builder() -> ClientBuilder {
        Client::builder()
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        smol::block_on(future)
    }
}

sse_testkit::adapter_suite!(OnSmol);
sse_testkit::redirect_suite!(OnSmol);
