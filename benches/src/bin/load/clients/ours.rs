//! The clients of this workspace.

use std::sync::Arc;

use crate::client::Client;
use crate::runtime::{AsyncStd, Smol, Tokio};
use crate::tally::Tally;

macro_rules! client {
    ($name:ident, $client:ty, $runtime:ty, $new:expr) => {
        #[derive(Clone)]
        pub(crate) struct $name($client);

        impl Client for $name {
            type Runtime = $runtime;

            fn new() -> Self {
                Self($new)
            }

            async fn follow(self, url: String, tally: Arc<Tally>) {
                let mut session = self.0.get(url).open().await.expect("the server answers");
                tally.open();
                while let Some(event) = session.next().await {
                    tally.event(&event.expect("the stream does not fail").data);
                }
                panic!("the stream ended: {:?}", session.close_reason());
            }
        }
    };
}

client!(OnTokio, sse_tokio::Client, Tokio, sse_tokio::Client::new());
client!(OnSmol, sse_smol::Client, Smol, sse_smol::Client::new());
client!(OnAsyncStd, sse_async_std::Client, AsyncStd, sse_async_std::Client::new());
client!(OnReqwest, sse_reqwest::Client, Tokio, sse_reqwest::client(reqwest::Client::new()).build());
