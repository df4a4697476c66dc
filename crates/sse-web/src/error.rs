//! Exceptions of JavaScript as errors.

use core::error::Error;
use core::fmt;

use wasm_bindgen::{JsCast, JsValue};

/// The maximum number of causes to keep. It is limited because an exception can be its own cause.
const MAX_CAUSES: usize = 8;

/// An exception of fetch or of a stream, with its name and its message.
///
/// Its [`source`](Error::source) is the cause of the exception, if there is one. Browsers set no
/// cause. Node sets one that says, for example, that the connection was refused.
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
    /// Copies the text of an exception. The error cannot hold the exception itself, because a
    /// `JsValue` is not `Send`.
    pub(crate) fn new(exception: &JsValue) -> Self {
        Self::with_causes(exception, MAX_CAUSES)
    }

    fn with_causes(exception: &JsValue, max: usize) -> Self {
        let Some(error) = exception.dyn_ref::<js_sys::Error>() else {
            let message = exception.as_string().unwrap_or_else(|| format!("{exception:?}"));
            return Self { name: String::new(), message, cause: None };
        };
        let cause = error.cause();
        let has_cause = max > 0 && !cause.is_undefined() && !cause.is_null();
        Self {
            name: error.name().into(),
            message: error.message().into(),
            cause: has_cause.then(|| Box::new(Self::with_causes(&cause, max - 1))),
        }
    }

    /// Returns the name of the exception, which is "TypeError" for most network errors. It is empty
    /// if the thrown value is not an `Error`.
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
