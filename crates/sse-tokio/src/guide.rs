//! Guides: one task each, two screens at most.
//!
//! Start with [`first_stream`]; read [`reconnection`], [`timeouts_and_limits`] and [`errors`]
//! before you ship. The same client runs on smol and async-std: with `sse-smol` or `sse-async-std`,
//! only the crate's name changes.

/// The links between the guides. In the files, each leads to another file; rustdoc takes the first
/// definition.
macro_rules! links {
    () => {
        "
[llm]: llm
[mcp]: mcp
[reconnection]: reconnection
[resuming]: resuming
[security]: security
[testing]: testing
[timeouts-and-limits]: timeouts_and_limits
"
    };
}

macro_rules! guide {
    ($name:ident, $file:literal, $summary:literal, $items:literal) => {
        #[doc = $summary]
        #[doc = ""]
        #[doc = links!()]
        #[doc = include_str!($file)]
        #[doc = ""]
        #[doc = concat!("Reference: ", $items)]
        pub mod $name {}
    };
}

guide!(
    first_stream,
    "../docs/first-stream.md",
    "Opens a stream and reads its events.",
    "[`Client`](crate::Client), [`RequestBuilder`](crate::sse_driver::RequestBuilder),
    [`Session`](crate::sse_driver::Session), [`Event`](crate::Event), [`Events`](crate::Events)."
);
guide!(
    reconnection,
    "../docs/reconnection.md",
    "Says when a session connects again, after which delay, and when it ends.",
    "[`ReconnectPolicy`](crate::ReconnectPolicy), [`Retry`](crate::Retry), [`Failure`](crate::Failure),
    [`State`](crate::State), [`SessionHandle`](crate::SessionHandle)."
);
guide!(
    resuming,
    "../docs/resuming.md",
    "Goes on after the last event, also after a restart of the program.",
    "[`last_event_id`](crate::sse_driver::RequestBuilder::last_event_id), [`Attempt`](crate::Attempt),
    [`Resume`](crate::Resume)."
);
guide!(
    llm,
    "../docs/llm.md",
    "Reads the answer of an LLM, with typed chunks and an end that is checked.",
    "[`finish_before`](crate::sse_driver::RequestBuilder::finish_before),
    [`finish_after`](crate::sse_driver::RequestBuilder::finish_after),
    [`fail_when`](crate::sse_driver::RequestBuilder::fail_when), [`Read`](crate::Read)."
);
guide!(
    mcp,
    "../docs/mcp.md",
    "Speaks the Streamable HTTP transport of the Model Context Protocol.",
    "[`send`](crate::sse_driver::RequestBuilder::send), [`Answer`](crate::Answer), [`Response`](crate::Response),
    [`resume_by_get`](crate::sse_driver::RequestBuilder::resume_by_get)."
);
guide!(
    tokens,
    "../docs/tokens.md",
    "Sends credentials, and fetches new ones when they expire.",
    "[`bearer_auth_with`](crate::sse_driver::RequestBuilder::bearer_auth_with),
    [`TokenRequest`](crate::TokenRequest), [`before_each`](crate::sse_driver::RequestBuilder::before_each)."
);
guide!(
    timeouts_and_limits,
    "../docs/timeouts-and-limits.md",
    "Lists every default, and the two timeouts that you should set.",
    "[`ReconnectPolicy`](crate::ReconnectPolicy), [`Limits`](crate::Limits),
    [`ClientBuilder`](crate::sse_driver::ClientBuilder)."
);
guide!(
    errors,
    "../docs/errors.md",
    "Lists every error: what it means, whether it is retried, what to do.",
    "[`Error`](crate::Error), [`RequestError`](crate::RequestError), [`FailedResponse`](crate::FailedResponse),
    [`CloseReason`](crate::CloseReason), [`Diagnostics`](crate::Diagnostics)."
);
guide!(
    testing,
    "../docs/testing.md",
    "Tests code that reads a stream, without a server and without waiting.",
    "[`AnyClient`](crate::AnyClient), [`Client::boxed`](crate::sse_driver::Client::boxed),
    [`read_events`](crate::read_events)."
);
guide!(
    transports,
    "../docs/transports.md",
    "Sends requests over another HTTP client, a proxy, a Unix socket, or a network of your own.",
    "[`Transport`](crate::Transport), [`Timer`](crate::Timer), [`Futile`](crate::Futile),
    [`Http`](crate::sse_http::Http), [`Dial`](crate::sse_http::Dial), [`AnyClient`](crate::AnyClient)."
);
guide!(
    browser,
    "../docs/browser.md",
    "Runs the client in a browser, in a worker, or in Node.",
    "[`Transport`](crate::Transport), [`Timer`](crate::Timer)."
);
guide!(
    many_sessions,
    "../docs/many-sessions.md",
    "Follows hundreds of streams at once, and says what each of them costs.",
    "[`start`](crate::sse_driver::RequestBuilder::start), [`SessionHandle`](crate::SessionHandle)."
);
guide!(
    security,
    "../docs/security.md",
    "Says what a hostile server can do, what it cannot, and what is left to you.",
    "[`Limits`](crate::Limits), [`Tls`](crate::sse_http::Tls), [`Proxy`](crate::Proxy)."
);
