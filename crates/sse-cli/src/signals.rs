//! The signals that end the command.

use std::io;

/// Ends the process at Ctrl-C (130), and on Unix at SIGTERM (143) and SIGHUP (129), after
/// `before_exit`.
///
/// This is a task on another thread than the command's: a write to a full pipe blocks that one.
pub(crate) fn exit_on_signal(before_exit: impl FnOnce() + Send + 'static) {
    tokio::spawn(async move {
        if let Ok(status) = signal().await {
            before_exit();
            std::process::exit(status);
        }
    });
}

/// Waits for a signal, and returns the exit status that stands for it. A signal that was ignored
/// when the command began stays so: `nohup` and shells that start jobs in the background rely on
/// it.
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

/// The signals that the process ignores, as a mask. Where the system does not tell, SIGHUP is left
/// to itself.
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

/// Waits until nobody reads stdout any more, if it is a pipe or a socket; for ever if it is not.
#[cfg(unix)]
pub(crate) async fn reader_gone() {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::fs::{FileType, fstat};
    let kind = fstat(rustix::stdio::stdout()).map(|stat| FileType::from_raw_mode(stat.st_mode));
    if !matches!(kind, Ok(FileType::Fifo | FileType::Socket)) {
        return std::future::pending().await;
    }
    let (gone, is_gone) = tokio::sync::oneshot::channel();
    // It may wait for ever, so it is no task of the runtime, which would wait for it.
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
