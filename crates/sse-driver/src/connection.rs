//! The connection of a session, from preparing the request to reading the body.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http::{Request, Response};
use sse_proto::Attempt;

use crate::options::{Prepared, Token};
use crate::{BoxError, RequestBody, Transport};

/// The connection in its current phase, if there is one. Dropping it closes it.
pub(crate) enum Connection<T: Transport> {
    Down,
    /// The function of `bearer_auth_with` is getting a token for this attempt.
    Authorizing(Token, Attempt),
    /// The hook `before_each` is preparing the request.
    Preparing(Prepared),
    Connecting(Pin<Box<T::Future>>),
    Open(Pin<Box<T::Body>>),
}

/// The result of polling a connection.
pub(crate) enum Arrived<T: Transport> {
    Token(String, Attempt),
    /// The function of `bearer_auth_with` failed.
    NoToken(BoxError),
    /// The request is ready to be sent.
    Request(Request<RequestBody>),
    /// `before_each` failed.
    HookFailed(BoxError),
    Response(Response<T::Body>),
    NoResponse(BoxError),
    Chunk(Bytes),
    /// The body ended, with an error or without.
    End(Option<BoxError>),
}

impl<T: Transport> Connection<T> {
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Arrived<T>> {
        Poll::Ready(match self {
            Self::Down => return Poll::Pending,
            Self::Authorizing(token, attempt) => match ready!(token.as_mut().poll(cx)) {
                Ok(token) => Arrived::Token(token, attempt.clone()),
                Err(error) => Arrived::NoToken(error),
            },
            Self::Preparing(prepared) => match ready!(prepared.as_mut().poll(cx)) {
                Ok(request) => Arrived::Request(request),
                Err(error) => Arrived::HookFailed(error),
            },
            Self::Connecting(response) => match ready!(response.as_mut().poll(cx)) {
                Ok(response) => Arrived::Response(response),
                Err(error) => Arrived::NoResponse(error.into()),
            },
            Self::Open(body) => match ready!(body.as_mut().poll_next(cx)) {
                Some(Ok(chunk)) => Arrived::Chunk(chunk),
                Some(Err(error)) => Arrived::End(Some(error.into())),
                None => Arrived::End(None),
            },
        })
    }
}
