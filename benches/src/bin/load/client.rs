//! The interface of a measured client.

use std::sync::Arc;

use crate::runtime::Runtime;
use crate::tally::Tally;

/// A client, driven as an application would use it.
pub(crate) trait Client: Clone + Send + 'static {
    type Runtime: Runtime;

    /// Creates the client. Call this within its runtime.
    fn new() -> Self;

    /// Opens a stream and reads it forever. Panics if the stream ends.
    fn follow(self, url: String, tally: Arc<Tally>) -> impl Future<Output = ()> + Send + 'static;
}
