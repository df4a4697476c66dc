//! The script, which picks the reply to each request.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{RecordedRequest, Reply};

type Answer = dyn Fn(&RecordedRequest) -> Reply + Send + Sync;

/// Gives each request the next reply, and follows a rule once there are no more replies. Clones
/// share the same script.
#[derive(Clone, Default)]
pub(crate) struct Script(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    replies: Vec<Reply>,
    rest: Rest,
}

/// The rule for requests after the last reply.
#[derive(Clone, Default)]
enum Rest {
    /// 204 No Content, which tells a client to stop (WHATWG HTML 9.2.3).
    #[default]
    NoContent,
    Repeat(Reply),
    Call(Arc<Answer>),
}

impl Script {
    pub(crate) fn push(&self, reply: Reply) {
        self.lock().replies.push(reply);
    }

    pub(crate) fn repeat(&self, reply: Reply) {
        self.lock().rest = Rest::Repeat(reply);
    }

    pub(crate) fn call(&self, answer: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static) {
        self.lock().rest = Rest::Call(Arc::new(answer));
    }

    /// Returns the reply to a request. The lock is released before the caller's closure runs.
    pub(crate) fn answer(&self, request: &RecordedRequest) -> Reply {
        let rest = {
            let state = self.lock();
            match state.replies.get(request.number) {
                Some(reply) => return reply.clone(),
                None => state.rest.clone(),
            }
        };
        match rest {
            Rest::NoContent => Reply::status(204),
            Rest::Repeat(reply) => reply,
            Rest::Call(answer) => answer(request),
        }
    }

    /// Returns whether the reply to request `number` is sent before the request is read.
    pub(crate) fn is_early(&self, number: usize) -> bool {
        let state = self.lock();
        match (state.replies.get(number), &state.rest) {
            (Some(reply), _) | (None, Rest::Repeat(reply)) => reply.early,
            _ => false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("replies", &self.lock().replies.len()).finish_non_exhaustive()
    }
}
