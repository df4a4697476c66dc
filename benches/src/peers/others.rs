//! The peers that only `side_by_side` needs. `sse-codec` is left out because of its licence,
//! MPL-2.0.

use crate::decode::Subject;

mod async_sse;
mod codec;
mod eventsource_client;
mod eventsource_stream;
mod eventsrc;
mod russe;
mod sse_parse;
mod sse_stream;
mod sseer;
mod tokio_sse_codec;

pub(super) const ALL: [Subject; 11] = [
    Subject::of::<sse_parse::SseParse>(),
    Subject::of::<sse_stream::SseStream>(),
    Subject::of::<sse_stream::SseStreamShared>(),
    Subject::of::<sseer::Sseer>(),
    Subject::of::<eventsource_stream::EventsourceStream>(),
    Subject::of::<eventsrc::Eventsrc>(),
    Subject::of::<russe::Russe>(),
    Subject::of::<async_sse::AsyncSse>(),
    Subject::of::<async_sse::AsyncSseShared>(),
    Subject::of::<tokio_sse_codec::TokioSseCodec>(),
    Subject::of::<eventsource_client::EventsourceClient>(),
];
