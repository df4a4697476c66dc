//! The suite of all adapters, on Tokio.

use sse_harness::fault_suite::FaultAdapter;
#[cfg(unix)]
use sse_harness::fault_suite::UnixAdapter;
use sse_harness::suite::Adapter;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use sse_harness::tls_suite::TlsAdapter;
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

sse_harness::adapter_suite!(OnTokio);
sse_harness::redirect_suite!(OnTokio);

impl FaultAdapter for OnTokio {
    const MAX_MEMORY: u64 = 384 << 10;

    fn memory_of(run: impl FnOnce()) -> u64 {
        allocation_counter::measure(run).bytes_max
    }
}

sse_harness::fault_suite!(OnTokio);
sse_harness::http_fault_suite!(OnTokio);

#[cfg(unix)]
impl UnixAdapter for OnTokio {
    type Unix = sse_tokio::sse_http::Http<sse_tokio::UnixDial>;

    fn unix(path: &std::path::Path) -> sse_tokio::sse_driver::ClientBuilder<Self::Unix, TokioTimer> {
        let transport = sse_tokio::sse_http::Http::new(sse_tokio::UnixDial::new(path));
        sse_tokio::sse_driver::Client::builder_with(transport, TokioTimer::default())
    }
}

#[cfg(unix)]
sse_harness::unix_suite!(OnTokio);

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
impl TlsAdapter for OnTokio {
    fn builder_trusting(pem: &[u8]) -> ClientBuilder {
        let tls = sse_tokio::sse_http::Tls::default().add_roots_pem(pem).expect("it is a certificate");
        Client::builder().transport(Http::default().tls(tls))
    }
}

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
sse_harness::tls_suite!(OnTokio);
