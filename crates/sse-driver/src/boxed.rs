//! Type-erased transports, timers and clients.

use std::fmt;
use std::pin::Pin;
use std::time::SystemTime;

use bytes::Bytes;
use futures_core::Stream;
use http::{Request, Response};
use sse_proto::Instant;

use crate::maybe_send::{dyn_hook, dyn_maybe_send};
use crate::{BoxError, MaybeSend, MaybeSync, RequestBody, Timer, Transport};

/// A client with any transport and timer: see [`Client::boxed`](crate::Client::boxed).
///
/// ```
/// use sse_driver::{AnyClient, Error};
///
/// struct Feed {
///     client: AnyClient,
/// }
///
/// impl Feed {
///     async fn first(&self) -> Result<Option<String>, Error> {
///         let mut session = self.client.get("http://localhost:8080/events").open().await?;
///         Ok(session.next().await.transpose()?.map(|event| event.data))
///     }
/// }
/// ```
pub type AnyClient = crate::Client<BoxTransport, BoxTimer>;
/// A session of an [`AnyClient`].
pub type AnySession = crate::Session<BoxTransport, BoxTimer>;

type BoxFuture<T> = Pin<Box<dyn_maybe_send!(Future<Output = T>)>>;
type Connect = dyn_hook!(Fn(Request<RequestBody>) -> BoxFuture<Result<Response<BoxBody>, BoxError>>);

/// A type-erased [`Transport`], the one of an [`AnyClient`].
///
/// ```
/// use std::future::ready;
/// use std::io;
///
/// use futures_util::stream;
/// use http::{Request, Response};
/// use sse_driver::{BoxTransport, RequestBody};
///
/// /// Answers from memory or from the network, which are transports of different types.
/// fn transport(offline: bool, network: BoxTransport) -> BoxTransport {
///     if !offline {
///         return network;
///     }
///     BoxTransport::new(|_: Request<RequestBody>| {
///         let chunks = ["data: one\n\n".into(), "data: two\n\n".into()];
///         let body = stream::iter(chunks.map(Ok::<_, io::Error>));
///         ready(Ok::<_, io::Error>(Response::new(body)))
///     })
/// }
/// # let _ = transport;
/// ```
pub struct BoxTransport(Box<Connect>);

impl BoxTransport {
    /// Boxes a transport.
    pub fn new<T>(transport: T) -> Self
    where
        T: Transport + MaybeSend + MaybeSync + 'static,
        T::Future: MaybeSend + 'static,
        T::Body: MaybeSend + 'static,
    {
        Self(Box::new(move |request| {
            let response = transport.connect(request);
            Box::pin(async move { Ok(response.await.map_err(Into::into)?.map(BoxBody::new)) })
        }))
    }
}

impl Transport for BoxTransport {
    type Body = BoxBody;
    type Error = BoxError;
    type Future = BoxFuture<Result<Response<BoxBody>, BoxError>>;

    fn connect(&self, request: Request<RequestBody>) -> Self::Future {
        (self.0)(request)
    }
}

impl fmt::Debug for BoxTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoxTransport").finish_non_exhaustive()
    }
}

/// The body of a response from a [`BoxTransport`].
///
/// ```no_run
/// use http::Request;
/// use sse_driver::{BoxBody, BoxError, BoxTransport, Events, RequestBody, Transport};
///
/// async fn first(transport: &BoxTransport) -> Result<(), BoxError> {
///     let request = Request::get("http://localhost:8080/events").body(RequestBody::default())?;
///     let body: BoxBody = transport.connect(request).await?.into_body();
///     let mut events = Events::from_stream(body);
///     println!("{:?}", events.next().await.transpose()?);
///     Ok(())
/// }
/// ```
pub struct BoxBody(Pin<Box<dyn_maybe_send!(Stream<Item = Result<Bytes, BoxError>>)>>);

impl BoxBody {
    fn new<S, E>(body: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + MaybeSend + 'static,
        E: Into<BoxError>,
    {
        Self(Box::pin(MapError(Box::pin(body))))
    }
}

impl Stream for BoxBody {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl fmt::Debug for BoxBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoxBody").finish_non_exhaustive()
    }
}

/// A body with boxed errors.
struct MapError<S>(Pin<Box<S>>);

impl<S, E> Stream for MapError<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<BoxError>,
{
    type Item = Result<Bytes, BoxError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx).map(|item| item.map(|chunk| chunk.map_err(Into::into)))
    }
}

/// A type-erased [`Timer`], the one of an [`AnyClient`].
///
/// ```
/// use sse_driver::{AnyClient, BoxTimer, BoxTransport, Client, Timer};
///
/// fn client(transport: BoxTransport, timer: impl Timer<Sleep: Send> + Send + Sync + 'static) -> AnyClient {
///     Client::builder_with(transport, BoxTimer::new(timer)).build()
/// }
/// ```
pub struct BoxTimer(Box<dyn_hook!(AnyTimer)>);

/// A version of [`Timer`] that supports trait objects.
trait AnyTimer {
    fn now(&self) -> Instant;
    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()>;
    fn wall_clock(&self) -> SystemTime;
    fn seed(&self) -> u64;
}

impl<M: Timer> AnyTimer for M
where
    M::Sleep: MaybeSend + 'static,
{
    fn now(&self) -> Instant {
        Timer::now(self)
    }

    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
        Box::pin(Timer::sleep_until(self, deadline))
    }

    fn wall_clock(&self) -> SystemTime {
        Timer::wall_clock(self)
    }

    fn seed(&self) -> u64 {
        Timer::seed(self)
    }
}

impl BoxTimer {
    /// Boxes a timer.
    pub fn new<M>(timer: M) -> Self
    where
        M: Timer + MaybeSend + MaybeSync + 'static,
        M::Sleep: MaybeSend + 'static,
    {
        Self(Box::new(timer))
    }
}

impl Timer for BoxTimer {
    type Sleep = BoxFuture<()>;

    fn now(&self) -> Instant {
        self.0.now()
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        self.0.sleep_until(deadline)
    }

    fn wall_clock(&self) -> SystemTime {
        self.0.wall_clock()
    }

    fn seed(&self) -> u64 {
        self.0.seed()
    }
}

impl fmt::Debug for BoxTimer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoxTimer").finish_non_exhaustive()
    }
}
