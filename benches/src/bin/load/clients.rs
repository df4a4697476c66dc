//! The measured clients, by name.

mod ours;
#[cfg(feature = "peers")]
mod peers;
mod reads_only;

use std::error::Error;

use crate::args::{Scenario, Settings};
use crate::scenario;

type Measure = fn(Scenario, String, &Settings);

/// Returns every client with its name.
pub(crate) fn all() -> Vec<(&'static str, Measure)> {
    let clients: Vec<(&'static str, Measure)> = vec![
        ("sse-tokio", scenario::run::<ours::OnTokio>),
        ("sse-tokio, lent events", scenario::run::<ours::OnTokioLent>),
        ("sse-smol", scenario::run::<ours::OnSmol>),
        ("sse-async-std", scenario::run::<ours::OnAsyncStd>),
        ("sse-reqwest", scenario::run::<ours::OnReqwest>),
        #[cfg(feature = "peers")]
        ("reqwest + eventsource-stream", scenario::run::<peers::EventsourceStream>),
        #[cfg(feature = "peers")]
        ("reqwest-eventsource", scenario::run::<peers::ReqwestEventsource>),
        #[cfg(feature = "peers")]
        ("sse-reqwest-client", scenario::run::<peers::SseReqwestClient>),
        #[cfg(feature = "peers")]
        ("eventsource-client", scenario::run::<peers::EventsourceClient>),
        ("(only reads, on Tokio)", scenario::run::<reads_only::ReadsOnly>),
    ];
    clients
}

pub(crate) fn measure(
    name: &str,
    scenario: Scenario,
    url: String,
    settings: &Settings,
) -> Result<(), Box<dyn Error>> {
    let (_, run) = all().into_iter().find(|(client, _)| *client == name).ok_or("unknown client")?;
    // If the limit cannot be raised, it may still be high enough.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    run(scenario, url, settings);
    Ok(())
}
