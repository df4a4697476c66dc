//! The clients of this workspace.

use std::ops::ControlFlow;
use std::sync::Arc;

use sse_driver::FrameRef;

use crate::client::Client;
use crate::runtime::{AsyncStd, Smol, Tokio};
use crate::tally::Tally;

/// Defines a client. The macro `$read` reads the session, with owned or with lent events.
macro_rules! client {
    ($name:ident, $client:ty, $runtime:ty, $new:expr, $read:ident) => {
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
                $read!(session, tally);
                panic!("the stream ended: {:?}", session.close_reason());
            }
        }
    };
}

macro_rules! owned {
    ($session:ident, $tally:ident) => {
        while let Some(event) = $session.next().await {
            $tally.event(&event.expect("the stream does not fail").data);
        }
    };
}

macro_rules! lent {
    ($session:ident, $tally:ident) => {
        let count = |frame: FrameRef<'_>| {
            if let FrameRef::Event(event) = frame {
                $tally.event(event.data);
            }
            ControlFlow::<()>::Continue(())
        };
        $session.for_each_frame(count).await.expect("the stream does not fail");
    };
}

client!(OnTokio, sse_tokio::Client, Tokio, sse_tokio::Client::new(), owned);
client!(OnTokioLent, sse_tokio::Client, Tokio, sse_tokio::Client::new(), lent);
client!(OnSmol, sse_smol::Client, Smol, sse_smol::Client::new(), owned);
client!(OnAsyncStd, sse_async_std::Client, AsyncStd, sse_async_std::Client::new(), owned);
client!(OnReqwest, sse_reqwest::Client, Tokio, sse_reqwest::client(reqwest::Client::new()).build(), owned);
