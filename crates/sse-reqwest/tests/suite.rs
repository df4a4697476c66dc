//! The suite of all adapters, on reqwest. Redirects are reqwest's own.

use sse_harness::fault_suite::FaultAdapter;
use sse_harness::suite::Adapter;
use sse_reqwest::{ClientBuilder, Reqwest, ReqwestTimer};
use tokio::runtime::Builder;

struct OnReqwest;

impl Adapter for OnReqwest {
    type Transport = Reqwest;
    type Timer = ReqwestTimer;

    fn builder() -> ClientBuilder {
        sse_reqwest::client(reqwest::Client::new())
    }

    /// With a thread for the connections of reqwest, which are tasks of their own.
    fn block_on<F: Future>(future: F) -> F::Output {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        runtime.expect("the system has room for a runtime").block_on(future)
    }
}

sse_harness::adapter_suite!(OnReqwest);

/// With the connections' tasks on the thread whose memory is counted.
struct OnOneThread;

impl Adapter for OnOneThread {
    type Transport = Reqwest;
    type Timer = ReqwestTimer;

    fn builder() -> ClientBuilder {
        OnReqwest::builder()
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        let runtime = Builder::new_current_thread().enable_all().build();
        runtime.expect("the system has room for a runtime").block_on(future)
    }
}

impl FaultAdapter for OnOneThread {
    /// Its buffer for a head is larger: 408 KiB, and twice that while it grows.
    const MAX_MEMORY: u64 = 1280 << 10;

    fn memory_of(run: impl FnOnce()) -> u64 {
        allocation_counter::measure(run).bytes_max
    }
}

sse_harness::fault_suite!(OnOneThread);
