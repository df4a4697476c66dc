//! The suite of all adapters, on async-std.

use sse_async_std::{AsyncStdTimer, Client, ClientBuilder, Http};
use sse_testkit::suite::Adapter;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use sse_testkit::tls_suite::TlsAdapter;

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

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
impl TlsAdapter for OnAsyncStd {
    fn builder_trusting(pem: &[u8]) -> ClientBuilder {
        let tls = sse_async_std::sse_hyper::Tls::default().add_roots_pem(pem).expect("it is a certificate");
        Client::builder().transport(Http::default().tls(tls))
    }
}

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
sse_testkit::tls_suite!(OnAsyncStd);
