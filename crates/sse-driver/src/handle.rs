//! Handles that control a session from other tasks.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use sse_proto::ReadyState;

/// Closes or reconnects a session from any task, and watches its ready state: see
/// [`Session::handle`](crate::Session::handle).
///
/// The session acts the next time it is polled. The handle wakes the task that has polled the
/// session since [`Session::handle`](crate::Session::handle).
///
/// ```no_run
/// # use sse_driver::{Client, Error, Timer, Transport};
/// # async fn follow<T: Transport, M: Timer>(client: Client<T, M>) -> Result<(), Error> {
/// let mut session = client.get("http://localhost:8080/events").start();
/// let handle = session.handle();
/// // In another task or thread: handle.close();
/// while let Some(event) = session.next().await {
///     println!("{}", event?.data);
/// }
/// # let _ = handle;
/// # Ok(())
/// # }
/// ```
pub struct SessionHandle {
    shared: Shared,
    /// The number of the last change that this handle has seen.
    seen: u64,
    /// Identifies the handle among the watchers.
    number: u64,
}

/// The session's end of its handles.
pub(crate) struct Handles(Shared);

/// The state that a session shares with its handles.
#[derive(Clone)]
struct Shared(Arc<Mutex<State>>);

struct State {
    ready_state: ReadyState,
    /// The number of changes of the ready state.
    changes: u64,
    command: Option<Command>,
    session: Option<Waker>,
    /// How many handles there have been.
    handles: u64,
    /// The numbers of the handles that wait for a change, each with the waker of its task.
    watchers: Vec<(u64, Waker)>,
}

/// A command from a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Reconnect,
    Close,
}

impl SessionHandle {
    /// Ends the session and closes its connection, as [`Session::close`](crate::Session::close)
    /// does.
    pub fn close(&self) {
        self.shared.command(Command::Close);
    }

    /// Drops the connection and reconnects without a delay, as
    /// [`Session::reconnect`](crate::Session::reconnect) does.
    pub fn reconnect(&self) {
        self.shared.command(Command::Reconnect);
    }

    /// Returns the ready state after the last poll of the session. A dropped session is closed.
    #[must_use]
    pub fn ready_state(&self) -> ReadyState {
        self.shared.lock().ready_state
    }

    /// Waits until the ready state changes, and returns the new one. It returns at once if the
    /// state has changed since the last call (or since
    /// [`Session::handle`](crate::Session::handle)), or if the session is closed. Several changes
    /// in between are returned as one: the latest state.
    pub async fn changed(&mut self) -> ReadyState {
        poll_fn(|cx| self.poll_changed(cx)).await
    }

    fn poll_changed(&mut self, cx: &mut Context<'_>) -> Poll<ReadyState> {
        drop(self.stop_watching());
        let mut state = self.shared.lock();
        if state.changes == self.seen && state.ready_state != ReadyState::Closed {
            state.watchers.push((self.number, cx.waker().clone()));
            return Poll::Pending;
        }
        self.seen = state.changes;
        Poll::Ready(state.ready_state)
    }

    /// Returns the waker of this handle, to be dropped without the lock: it may own a task, and with
    /// it other handles.
    fn stop_watching(&self) -> Option<Waker> {
        let mut state = self.shared.lock();
        let at = state.watchers.iter().position(|(number, _)| *number == self.number)?;
        Some(state.watchers.swap_remove(at).1)
    }
}

/// A clone has seen the same changes.
impl Clone for SessionHandle {
    fn clone(&self) -> Self {
        self.shared.handle(self.seen)
    }
}

/// A handle that no longer waits keeps no waker, although the state may not change for days.
impl Drop for SessionHandle {
    fn drop(&mut self) {
        drop(self.stop_watching());
    }
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionHandle").field("ready_state", &self.ready_state()).finish_non_exhaustive()
    }
}

impl Handles {
    pub(crate) fn new(ready_state: ReadyState) -> Self {
        let state =
            State { ready_state, changes: 0, command: None, session: None, handles: 0, watchers: Vec::new() };
        Self(Shared(Arc::new(Mutex::new(state))))
    }

    pub(crate) fn handle(&self) -> SessionHandle {
        let seen = self.0.lock().changes;
        self.0.handle(seen)
    }

    /// Takes the command of a handle since the last call. The next command wakes the task.
    pub(crate) fn take_command(&self, cx: &Context<'_>) -> Option<Command> {
        let mut state = self.0.lock();
        let is_known = state.session.as_ref().is_some_and(|waker| waker.will_wake(cx.waker()));
        // As with the watchers, the old waker is dropped without the lock.
        let old = if is_known { None } else { state.session.replace(cx.waker().clone()) };
        let command = state.command.take();
        drop(state);
        drop(old);
        command
    }

    pub(crate) fn publish(&self, ready_state: ReadyState) {
        let mut state = self.0.lock();
        if state.ready_state != ready_state {
            state.ready_state = ready_state;
            state.changes += 1;
            let watchers = std::mem::take(&mut state.watchers);
            drop(state);
            watchers.into_iter().for_each(|(_, waker)| waker.wake());
        }
    }
}

/// Dropping a session closes it.
impl Drop for Handles {
    fn drop(&mut self) {
        self.publish(ReadyState::Closed);
    }
}

impl Shared {
    fn handle(&self, seen: u64) -> SessionHandle {
        let mut state = self.lock();
        state.handles += 1;
        SessionHandle { shared: self.clone(), seen, number: state.handles }
    }

    fn command(&self, command: Command) {
        let mut state = self.lock();
        if state.command != Some(Command::Close) {
            state.command = Some(command);
        }
        let session = state.session.take();
        drop(state);
        session.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    impl Wakes {
        fn count(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn a_change_wakes_the_task_of_each_handle_that_waits_for_it() {
        let handles = Handles::new(ReadyState::Connecting);
        let (first, second) = (Arc::new(Wakes::default()), Arc::new(Wakes::default()));
        let mut waiting =
            [(handles.handle(), &first), (handles.handle(), &second), (handles.handle(), &first)];
        for (handle, task) in &mut waiting {
            let waker = Arc::clone(task).into();
            assert!(handle.poll_changed(&mut Context::from_waker(&waker)).is_pending());
            assert!(handle.poll_changed(&mut Context::from_waker(&waker)).is_pending());
        }
        handles.publish(ReadyState::Connecting);
        assert_eq!((first.count(), second.count()), (0, 0), "nothing has changed");
        handles.publish(ReadyState::Open);
        assert_eq!((first.count(), second.count()), (2, 1));
        for (handle, _) in &mut waiting {
            let polled = handle.poll_changed(&mut Context::from_waker(Waker::noop()));
            assert_eq!(polled, Poll::Ready(ReadyState::Open));
        }
    }

    #[test]
    fn a_command_wakes_the_task_that_polled_the_session_last() {
        let handles = Handles::new(ReadyState::Open);
        let (first, second) = (Arc::new(Wakes::default()), Arc::new(Wakes::default()));
        for task in [&first, &first, &second] {
            let waker = Arc::clone(task).into();
            assert!(handles.take_command(&Context::from_waker(&waker)).is_none());
        }
        handles.handle().close();
        assert_eq!((first.count(), second.count()), (0, 1));
    }

    #[test]
    fn a_handle_wakes_only_the_task_that_polled_it_last_and_nothing_after_it_is_dropped() {
        let handles = Handles::new(ReadyState::Open);
        let (first, second) = (Arc::new(Wakes::default()), Arc::new(Wakes::default()));
        let mut handle = handles.handle();
        let mut dropped = handle.clone();
        for task in [&first, &second] {
            let waker = Arc::clone(task).into();
            assert!(handle.poll_changed(&mut Context::from_waker(&waker)).is_pending());
            assert!(dropped.poll_changed(&mut Context::from_waker(&waker)).is_pending());
        }
        assert_eq!(Arc::strong_count(&first), 1, "no waker of it is kept");
        drop(dropped);
        handles.publish(ReadyState::Closed);
        assert_eq!((first.count(), second.count()), (0, 1));
    }

    /// A task that owns a handle, and lives as long as its waker.
    struct Owner(#[expect(dead_code, reason = "it is dropped")] SessionHandle);

    impl Wake for Owner {
        fn wake(self: Arc<Self>) {}
    }

    #[test]
    fn a_waker_that_owns_a_handle_can_be_dropped_anywhere() {
        let handles = Handles::new(ReadyState::Open);
        let owner = || Waker::from(Arc::new(Owner(handles.handle())));
        let mut handle = handles.handle();
        for _ in 0..2 {
            assert!(handle.poll_changed(&mut Context::from_waker(&owner())).is_pending());
            assert!(handles.take_command(&Context::from_waker(&owner())).is_none());
        }
        drop(handle);
        assert!(handles.take_command(&Context::from_waker(Waker::noop())).is_none());
        assert!(handles.0.lock().watchers.is_empty());
    }

    #[test]
    fn debug_shows_the_ready_state() {
        let handle = Handles::new(ReadyState::Open).handle();
        assert_eq!(format!("{handle:?}"), "SessionHandle { ready_state: Closed, .. }");
    }
}
