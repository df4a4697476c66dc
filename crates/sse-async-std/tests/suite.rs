//! The suite of all adapters, on async-std.

use sse_async_std::{AsyncStdTimer, Client, ClientBuilder, Http};
use sse_harness::fault_suite::FaultAdapter;
#[cfg(unix)]
use sse_harness::fault_suite::UnixAdapter;
use sse_harness::suite::Adapter;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use sse_harness::tls_suite::TlsAdapter;

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

sse_harness::adapter_suite!(OnAsyncStd);
sse_harness::redirect_suite!(OnAsyncStd);

impl FaultAdapter for OnAsyncStd {
    const MAX_MEMORY: u64 = 384 << 10;

    fn memory_of(run: impl FnOnce()) -> u64 {
        allocation_counter::measure(run).bytes_max
    }
}

sse_harness::fault_suite!(OnAsyncStd);
sse_harness::http_fault_suite!(OnAsyncStd);

#[cfg(unix)]
impl UnixAdapter for OnAsyncStd {
    type Unix = sse_async_std::sse_http::Http<sse_async_std::UnixDial>;

    fn unix(path: &std::path::Path) -> sse_async_std::sse_driver::ClientBuilder<Self::Unix, AsyncStdTimer> {
        let transport = sse_async_std::sse_http::Http::new(sse_async_std::UnixDial::new(path));
        sse_async_std::sse_driver::Client::builder_with(transport, AsyncStdTimer::default())
    }
}

#[cfg(unix)]
sse_harness::unix_suite!(OnAsyncStd);

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
impl TlsAdapter for OnAsyncStd {
    fn builder_trusting(pem: &[u8]) -> ClientBuilder {
        let tls = sse_async_std::sse_http::Tls::default().add_roots_pem(pem).expect("it is a certificate");
        Client::builder().transport(Http::default().tls(tls))
    }
}

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
sse_harness::tls_suite!(OnAsyncStd);
