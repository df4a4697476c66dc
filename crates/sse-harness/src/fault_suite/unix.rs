//! Servers behind a Unix socket.

use std::io::{self, ErrorKind};

use core::time::Duration;
use sse_driver::Error;
use sse_driver::proto::{Cause, ReconnectPolicy};

use super::UnixAdapter;
use crate::suite::case::{LONG, Notes, case, eventually, within};
use crate::{Reply, UnixFront, serve};

/// A session over a Unix socket works as over TCP: events, a truncated connection, one that ends,
/// and the end of the session. The host of the URL does not resolve, and is sent as `Host`.
pub fn a_session_over_a_unix_socket_resumes<A: UnixAdapter>() {
    case::<A>(async || {
        let event = |n| format!("id: {n}\ndata: event {n}\n\n");
        let server = serve([
            Reply::events().send(event(1)).send("id: 2\ndata: ev").drop_connection(),
            Reply::events().send(event(2)).send(event(3)),
            Reply::events().send(event(4)).stall(),
        ]);
        let front = UnixFront::new(&server);
        let policy = ReconnectPolicy::default().jitter_percent(0);
        let ten_ms = Duration::from_millis(10);
        let client = A::unix(front.path()).reconnect_policy(policy).reconnection_time(ten_ms).build();
        let causes = Notes::new();
        let seen = causes.clone();
        let request = client.get("http://nobody.invalid:8080/events?a=b").on_state(move |state| {
            if let sse_driver::State::Disconnected { cause, .. } = state {
                seen.push(*cause);
            }
        });
        let mut session = within::<A, _>(LONG, request.open()).await.expect("an answer").expect("a stream");
        for n in 1..=4 {
            let event = within::<A, _>(LONG, session.next()).await.expect("an event in time");
            let event = event.expect("an event").expect("no error");
            assert_eq!((&*event.data, &*event.last_event_id), (&*format!("event {n}"), &*n.to_string()));
        }
        assert_eq!(causes.all(), [Cause::Transport, Cause::Eof]);
        let asked = server.requests();
        let ids: Vec<_> = asked.iter().map(|request| request.last_event_id()).collect();
        assert_eq!(ids, [None, Some("1"), Some("3")]);
        for request in &asked {
            assert_eq!(
                (&*request.path, request.header("host")),
                ("/events?a=b", Some("nobody.invalid:8080"))
            );
        }
        drop(session);
        eventually::<A, _>("a closed connection", || server.wait_for_close(2, Duration::ZERO)).await;
    });
}

/// A missing socket, or one without a listener, is an error like a refused connection.
pub fn a_missing_unix_socket_is_an_error<A: UnixAdapter>() {
    case::<A>(async || {
        let front = UnixFront::new(&serve([Reply::status(204)]));
        let (path, left) = (front.path().to_owned(), front.path().with_extension("left"));
        drop(front);
        drop(std::os::unix::net::UnixListener::bind(&left).expect("the folder is writable"));
        let error_at = async |path| {
            let request = A::unix(path).build().get("http://localhost/");
            within::<A, _>(LONG, request.open())
                .await
                .expect("a response or an error")
                .expect_err("no server listens")
        };
        let (gone, refused) = (error_at(&path).await, error_at(&left).await);
        std::fs::remove_file(&left).expect("the socket exists");
        for (error, kind) in [(gone, ErrorKind::NotFound), (refused, ErrorKind::ConnectionRefused)] {
            assert!(matches!(error, Error::Connect(_)), "{error:?}");
            assert_eq!(kind_of(&error), Some(kind), "{error:?}");
        }
    });
}

fn kind_of(error: &dyn core::error::Error) -> Option<ErrorKind> {
    let mut sources = core::iter::successors(error.source(), |error| error.source());
    sources.find_map(|error| error.downcast_ref().map(io::Error::kind))
}
