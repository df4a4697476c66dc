//! The runtimes. Each runs its tasks on one thread.

use std::time::Duration;

pub(crate) trait Runtime: 'static {
    fn block_on<F: Future>(main: F) -> F::Output;
    fn spawn(task: impl Future<Output = ()> + Send + 'static);
    fn sleep(time: Duration) -> impl Future<Output = ()> + Send;
}

pub(crate) struct Tokio;
pub(crate) struct Smol;
/// Uses one thread for all tasks if `ASYNC_STD_THREAD_COUNT` is 1.
pub(crate) struct AsyncStd;

impl Runtime for Tokio {
    fn block_on<F: Future>(main: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("the runtime starts").block_on(main)
    }

    fn spawn(task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(task);
    }

    fn sleep(time: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(time)
    }
}

static EXECUTOR: smol::Executor<'static> = smol::Executor::new();

impl Runtime for Smol {
    fn block_on<F: Future>(main: F) -> F::Output {
        smol::block_on(EXECUTOR.run(main))
    }

    fn spawn(task: impl Future<Output = ()> + Send + 'static) {
        EXECUTOR.spawn(task).detach();
    }

    async fn sleep(time: Duration) {
        smol::Timer::after(time).await;
    }
}

impl Runtime for AsyncStd {
    fn block_on<F: Future>(main: F) -> F::Output {
        async_std::task::block_on(main)
    }

    fn spawn(task: impl Future<Output = ()> + Send + 'static) {
        async_std::task::spawn(task);
    }

    fn sleep(time: Duration) -> impl Future<Output = ()> + Send {
        async_std::task::sleep(time)
    }
}
