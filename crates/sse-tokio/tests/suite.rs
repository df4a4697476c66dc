//! The suite of all adapters, on Tokio.

use sse_testkit::suite::Adapter;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use sse_testkit::tls_suite::TlsAdapter;
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

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
impl TlsAdapter for OnTokio {
    fn builder_trusting(pem: &[u8]) -> ClientBuilder {
        let tls = sse_tokio::sse_hyper::Tls::default().add_roots_pem(pem).expect("it is a certificate");
        Client::builder().transport(Http::default().tls(tls))
    }
}

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
sse_testkit::tls_suite!(OnTokio);
