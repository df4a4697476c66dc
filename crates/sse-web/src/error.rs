//! What JavaScript throws.

use core::error::Error;
use core::fmt;

use wasm_bindgen::{JsCast, JsValue};

/// How many causes of an exception are kept: an exception can be its own cause.
const MOST_CAUSES: usize = 8;

/// An exception of fetch or of a stream: its name, its message, and as the source its cause, where
/// it has one. (Browsers give none; Node says there that a connection was refused, say.)
///
/// ```no_run
/// use std::error::Error;
///
/// fn is_exception(error: &sse_web::Error) -> bool {
///     error.source().is_some_and(|source| source.is::<sse_web::FetchError>())
/// }
/// # let _ = is_exception;
/// ```
#[derive(Debug)]
pub struct FetchError {
    name: String,
    message: String,
    cause: Option<Box<Self>>,
}

impl FetchError {
    /// The exception, which is text from here on: what belongs to JavaScript's thread cannot be in
    /// an error.
    pub(crate) fn new(exception: &JsValue) -> Self {
        Self::with_causes(exception, MOST_CAUSES)
    }

    fn with_causes(exception: &JsValue, most: usize) -> Self {
        let Some(error) = exception.dyn_ref::<js_sys::Error>() else {
            let message = exception.as_string().unwrap_or_else(|| format!("{exception:?}"));
            return Self { name: String::new(), message, cause: None };
        };
        let cause = error.cause();
        let has_cause = most > 0 && !cause.is_undefined() && !cause.is_null();
        Self {
            name: error.name().into(),
            message: error.message().into(),
            cause: has_cause.then(|| Box::new(Self::with_causes(&cause, most - 1))),
        }
    }

    /// The name of the exception: "TypeError" for most that goes wrong in a network. Empty where
    /// something was thrown that is no `Error`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&*self.name, &*self.message) {
            ("", message) => f.write_str(message),
            (name, "") => f.write_str(name),
            (name, message) => write!(f, "{name}: {message}"),
        }
    }
}

impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(|cause| &**cause as _)
    }
}
