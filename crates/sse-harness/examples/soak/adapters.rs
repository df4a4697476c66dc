//! The four adapters, each on its own thread.

use sse_harness::suite::Adapter;
use tokio::runtime::{Builder, Runtime};

use crate::process::leave_tasks;

pub(crate) struct OnTokio;
pub(crate) struct OnSmol;
pub(crate) struct OnAsyncStd;
pub(crate) struct OnReqwest;

impl Adapter for OnTokio {
    type Transport = sse_tokio::Http;
    type Timer = sse_tokio::TokioTimer;

    fn builder() -> sse_tokio::ClientBuilder {
        sse_tokio::Client::builder()
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        run(
            &Builder::new_current_thread().enable_all().build().expect("the system can start a runtime"),
            future,
        )
    }
}

impl Adapter for OnSmol {
    type Transport = sse_smol::Http;
    type Timer = sse_smol::SmolTimer;

    fn builder() -> sse_smol::ClientBuilder {
        sse_smol::Client::builder()
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        smol::block_on(future)
    }
}

impl Adapter for OnAsyncStd {
    type Transport = sse_async_std::Http;
    type Timer = sse_async_std::AsyncStdTimer;

    fn builder() -> sse_async_std::ClientBuilder {
        sse_async_std::Client::builder()
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        async_std::task::block_on(future)
    }
}

impl Adapter for OnReqwest {
    type Transport = sse_reqwest::Reqwest;
    type Timer = sse_reqwest::ReqwestTimer;

    fn builder() -> sse_reqwest::ClientBuilder {
        sse_reqwest::client(reqwest::Client::new())
    }

    /// Runs the future, with a worker thread for the connections of reqwest, which are separate
    /// tasks.
    fn block_on<F: Future>(future: F) -> F::Output {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        run(&runtime.expect("the system can start a runtime"), future)
    }
}

/// Runs a future, and counts the tasks that are still alive some time after it.
fn run<F: Future>(runtime: &Runtime, future: F) -> F::Output {
    let output = runtime.block_on(future);
    leave_tasks(
        || runtime.metrics().num_alive_tasks(),
        |time| {
            runtime.block_on(async { tokio::time::sleep(time).await });
        },
    );
    output
}
