//! The suite of all adapters, on smol.

use sse_harness::fault_suite::FaultAdapter;
#[cfg(unix)]
use sse_harness::fault_suite::UnixAdapter;
use sse_harness::suite::Adapter;
#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
use sse_harness::tls_suite::TlsAdapter;
use sse_smol::{Client, ClientBuilder, Http, SmolTimer};

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

sse_harness::adapter_suite!(OnSmol);
sse_harness::redirect_suite!(OnSmol);

impl FaultAdapter for OnSmol {
    const MAX_MEMORY: u64 = 384 << 10;

    fn memory_of(run: impl FnOnce()) -> u64 {
        allocation_counter::measure(run).bytes_max
    }
}

sse_harness::fault_suite!(OnSmol);
sse_harness::http_fault_suite!(OnSmol);

#[cfg(unix)]
impl UnixAdapter for OnSmol {
    type Unix = sse_smol::sse_http::Http<sse_smol::UnixDial>;

    fn unix(path: &std::path::Path) -> sse_smol::sse_driver::ClientBuilder<Self::Unix, SmolTimer> {
        let transport = sse_smol::sse_http::Http::new(sse_smol::UnixDial::new(path));
        sse_smol::sse_driver::Client::builder_with(transport, SmolTimer::default())
    }
}

#[cfg(unix)]
sse_harness::unix_suite!(OnSmol);

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
impl TlsAdapter for OnSmol {
    fn builder_trusting(pem: &[u8]) -> ClientBuilder {
        let tls = sse_smol::sse_http::Tls::default().add_roots_pem(pem).expect("it is a certificate");
        Client::builder().transport(Http::default().tls(tls))
    }
}

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
sse_harness::tls_suite!(OnSmol);
