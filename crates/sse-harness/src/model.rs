//! A model of one event source in the terms of the HTML standard (section 9.2) and of the policy's
//! documentation. The fuzz target `source` compares the core with it, and the simulation compares
//! whole clients with it.
//!
//! The model queues tasks, as the standard does: to announce the connection, to dispatch a frame,
//! to reestablish the connection, to fetch. A `handle_*` method says what happened. Each `check_*`
//! and `next_*` method runs the task at the front of the queue, and panics when that task is not
//! what the event source did.

mod delays;
mod loss;
mod response;

use std::collections::VecDeque;

use sse_proto::{Cause, CloseReason, Config, Frame, Instant, ReadyState, Resume, Retry};

use self::delays::Delays;
pub(crate) use self::loss::Delay;
use self::loss::Loss;

#[derive(Debug)]
pub(crate) struct Model {
    config: Config,
    delays: Delays,
    attempts: u64,
    was_open: bool,
    fetch: Option<Fetch>,
    retry_at: Option<Instant>,
    closed: Option<CloseReason>,
    last_event_id: String,
    /// The last event ID at the start of the current fetch.
    began_with: String,
    /// Whether the current fetch has delivered an event.
    delivered: bool,
    tasks: VecDeque<Task>,
}

/// A request that was sent, and its response.
#[derive(Clone, Copy, Debug)]
struct Fetch {
    since: Instant,
    opened: Option<Opened>,
}

#[derive(Clone, Copy, Debug)]
struct Opened {
    since: Instant,
    last_byte: Instant,
}

#[derive(Clone, Debug, PartialEq)]
enum Task {
    Fetch(Instant),
    Announce,
    Dispatch(Frame),
    /// The application does not see this frame.
    Hide(Frame),
    SetLastEventId(String),
    /// An event exceeds the limit, or ends the session.
    End(CloseReason),
    Reestablish(Loss),
}

/// Inputs.
impl Model {
    pub(crate) fn new(config: Config, now: Instant) -> Self {
        Self {
            delays: Delays::new(config.policy.clone()),
            attempts: 0,
            was_open: false,
            fetch: None,
            retry_at: None,
            closed: None,
            last_event_id: config.last_event_id.clone(),
            began_with: config.last_event_id.clone(),
            delivered: false,
            tasks: VecDeque::from([Task::Fetch(now)]),
            config,
        }
    }

    pub(crate) fn handle_bytes(&mut self, now: Instant) {
        if let Some(Fetch { opened: Some(opened), .. }) = &mut self.fetch {
            opened.last_byte = now;
        }
    }

    pub(crate) fn handle_frame(&mut self, frame: Frame) {
        self.tasks.push_back(Task::Dispatch(frame));
    }

    pub(crate) fn handle_hidden_frame(&mut self, frame: Frame) {
        self.tasks.push_back(Task::Hide(frame));
    }

    /// Ends the session after the frames that were decoded so far.
    pub(crate) fn handle_end(&mut self, reason: CloseReason) {
        self.tasks.push_back(Task::End(reason));
    }

    pub(crate) fn handle_last_event_id(&mut self, id: String) {
        self.tasks.push_back(Task::SetLastEventId(id));
    }

    pub(crate) fn handle_too_long(&mut self) {
        let limit = self.config.limits.max_event_len;
        self.handle_end(CloseReason::TooLong { limit });
    }

    pub(crate) fn handle_disconnect(&mut self, at: Instant, cause: Cause) {
        self.lose(Loss::new(cause, at));
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        match self.fetch {
            Some(Fetch { opened: None, .. }) => self.handle_disconnect(now, Cause::ResponseTimeout),
            Some(Fetch { opened: Some(_), .. }) => self.handle_disconnect(now, Cause::IdleTimeout),
            None => self.fetch_at(now),
        }
    }

    pub(crate) fn reconnect(&mut self, now: Instant) {
        match self.tasks.back_mut() {
            // A second call does not move the time of the loss.
            Some(Task::Reestablish(Loss { cause: Cause::Reconnect, .. })) => {}
            Some(Task::Reestablish(loss)) => loss.replace(Loss::new(Cause::Reconnect, now)),
            Some(Task::Fetch(_)) => self.fetch_at(now),
            _ if self.retry_at.is_some() => self.fetch_at(now),
            _ => self.handle_disconnect(now, Cause::Reconnect),
        }
    }

    pub(crate) fn close(&mut self, reason: CloseReason) {
        if self.closed.is_none() {
            self.closed = Some(reason);
            (self.fetch, self.retry_at) = (None, None);
            self.tasks.clear();
        }
    }

    pub(crate) fn decide(&mut self, now: Instant, retry: Retry) {
        let Some(Task::Reestablish(loss)) = self.tasks.front_mut() else {
            panic!("the event source did not ask")
        };
        loss.answer = Some((retry, now));
    }

    fn lose(&mut self, loss: Loss) {
        if let Some(Fetch { opened, .. }) = self.fetch.take() {
            let opened = opened.map(|opened| opened.since);
            self.tasks.push_back(Task::Reestablish(Loss { opened, ..loss }));
        }
    }

    fn fetch_at(&mut self, now: Instant) {
        self.retry_at = None;
        self.tasks = VecDeque::from([Task::Fetch(now)]);
    }
}

/// Outputs of the event source to compare with.
impl Model {
    /// Returns the request that the event source must send.
    pub(crate) fn next_attempt(&mut self) -> (u64, u32, Resume) {
        let Some(Task::Fetch(since)) = self.next_task() else { panic!("a request is not due: {self:?}") };
        self.attempts += 1;
        self.fetch = Some(Fetch { since, opened: None });
        self.began_with.clone_from(&self.last_event_id);
        self.delivered = false;
        (self.attempts, self.delays.failures, self.resume())
    }

    pub(crate) fn check_opened(&mut self) {
        assert_eq!(self.next_task(), Some(Task::Announce));
    }

    /// Returns the frame that the event source must deliver.
    pub(crate) fn next_frame(&mut self) -> Frame {
        let Some(Task::Dispatch(frame)) = self.next_task() else { panic!("a frame is not due: {self:?}") };
        self.dispatch(&frame);
        frame
    }

    pub(crate) fn check_wait(&mut self, deadline: Option<Instant>) {
        assert_eq!(self.next_task(), None, "the event source waits");
        assert_eq!(deadline, self.deadline());
    }

    /// Checks that there is no frame to deliver.
    pub(crate) fn check_nothing_is_shown(&mut self) {
        self.skip_hidden();
        assert!(!matches!(self.tasks.front(), Some(Task::Dispatch(_))), "not delivered: {:?}", self.tasks);
    }

    /// Runs the tasks without an output: skips hidden frames and sets the last event ID.
    pub(crate) fn skip_hidden(&mut self) {
        loop {
            match self.tasks.front() {
                Some(Task::Dispatch(frame)) if !self.is_shown(frame) => {
                    let frame = frame.clone();
                    self.dispatch(&frame);
                }
                Some(Task::Hide(frame)) => {
                    let frame = frame.clone();
                    self.dispatch(&frame);
                }
                Some(Task::SetLastEventId(id)) => self.last_event_id.clone_from(id),
                Some(Task::End(reason)) => return self.close(reason.clone()),
                _ => return,
            }
            self.tasks.pop_front();
        }
    }

    fn next_task(&mut self) -> Option<Task> {
        self.skip_hidden();
        self.tasks.pop_front()
    }

    fn is_shown(&self, frame: &Frame) -> bool {
        match frame {
            Frame::Comment(_) => self.config.show_comments,
            Frame::Retry(_) => self.config.show_retries,
            _ => true,
        }
    }

    fn dispatch(&mut self, frame: &Frame) {
        match frame {
            Frame::Event(event) => {
                self.delivered = true;
                self.last_event_id.clone_from(&event.last_event_id);
            }
            Frame::Retry(time) => self.delays.handle_retry(*time),
            _ => {}
        }
    }

    fn resume(&self) -> Resume {
        let id = self.last_event_id.clone();
        match id.len() {
            0 => Resume::Fresh,
            _ if self.can_be_resumed() => Resume::From(id),
            _ => Resume::Unsendable(id),
        }
    }

    fn can_be_resumed(&self) -> bool {
        let id = &self.last_event_id;
        (1..=4096).contains(&id.len()) && !id.chars().any(|char| char.is_ascii_control() && char != '\t')
    }
}

/// The state of the event source.
impl Model {
    pub(crate) fn ready_state(&self) -> ReadyState {
        match (&self.closed, &self.fetch) {
            (Some(_), _) => ReadyState::Closed,
            (None, Some(Fetch { opened: Some(_), .. })) => ReadyState::Open,
            _ => ReadyState::Connecting,
        }
    }

    pub(crate) fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    pub(crate) fn reconnection_time(&self) -> std::time::Duration {
        self.delays.reconnection_time
    }

    pub(crate) fn attempts(&self) -> u64 {
        self.attempts
    }

    pub(crate) fn was_open(&self) -> bool {
        self.was_open
    }

    /// Returns when the event source sends the next request.
    pub(crate) fn fetch_due(&self) -> Option<Instant> {
        match self.tasks.front() {
            Some(Task::Fetch(at)) => Some(*at),
            _ => self.retry_at,
        }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self.fetch {
            Some(Fetch { opened: Some(opened), .. }) => {
                self.config.idle_timeout.map(|time| opened.last_byte + time)
            }
            Some(Fetch { since, opened: None }) => self.config.response_timeout.map(|time| since + time),
            None => self.retry_at,
        }
    }
}
