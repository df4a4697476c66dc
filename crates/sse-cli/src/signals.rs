//! Signals and closed pipes, which end the command.

use std::io;

/// Exits on Ctrl-C with status 130, and on Unix on SIGTERM with 143 and on SIGHUP with 129. Calls
/// `before_exit` first.
///
/// The task runs on a different thread from the command, because a write to a full pipe blocks the
/// thread of the command.
pub(crate) fn exit_on_signal(before_exit: impl FnOnce() + Send + 'static) {
    tokio::spawn(async move {
        if let Ok(status) = signal().await {
            before_exit();
            std::process::exit(status);
        }
    });
}

/// Waits for a signal, and returns its exit status. A signal that was ignored when the process
/// started stays ignored, which `nohup` and the background jobs of shells rely on.
#[cfg(unix)]
async fn signal() -> io::Result<i32> {
    use tokio::signal::unix::{SignalKind, signal};
    let ignored = ignored_signals();
    let wait = async |kind: SignalKind| {
        if ignored & (1 << (kind.as_raw_value() - 1)) != 0 {
            return std::future::pending().await;
        }
        signal(kind)?.recv().await;
        Ok(128 + kind.as_raw_value())
    };
    tokio::select! {
        status = wait(SignalKind::interrupt()) => status,
        status = wait(SignalKind::terminate()) => status,
        status = wait(SignalKind::hangup()) => status,
    }
}

/// Returns the mask of the signals that the process ignores. On systems without `/proc` this is
/// assumed to be SIGHUP alone, so that `nohup` works there.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(1)
}

#[cfg(not(unix))]
async fn signal() -> io::Result<i32> {
    tokio::signal::ctrl_c().await?;
    Ok(130)
}

/// Waits until the reader of stdout closes it. Never returns if stdout is neither a pipe nor a
/// socket.
#[cfg(unix)]
pub(crate) async fn reader_gone() {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::fs::{FileType, fstat};
    let kind = fstat(rustix::stdio::stdout()).map(|stat| FileType::from_raw_mode(stat.st_mode));
    if !matches!(kind, Ok(FileType::Fifo | FileType::Socket)) {
        return std::future::pending().await;
    }
    let (gone, is_gone) = tokio::sync::oneshot::channel();
    // A thread of its own, because the runtime would wait at shutdown for a blocking task.
    std::thread::spawn(move || {
        let mut stdout = [PollFd::from_borrowed_fd(rustix::stdio::stdout(), PollFlags::empty())];
        loop {
            match poll(&mut stdout, None) {
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
                Ok(_) => break,
            }
        }
        let _ = gone.send(());
    });
    if is_gone.await.is_err() {
        std::future::pending().await
    }
}

#[cfg(not(unix))]
pub(crate) async fn reader_gone() {
    std::future::pending().await
}
