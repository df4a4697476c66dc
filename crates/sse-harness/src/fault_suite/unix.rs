//! Servers behind a Unix socket.

use std::io::{self, ErrorKind};

use core::time::Duration;
use sse_driver::Error;
use sse_driver::proto::{Cause, ReconnectPolicy};

use super::UnixAdapter;
use crate::suite::case::{LONG, Notes, case, eventually, within};
use crate::{Reply, UnixFront, serve};

/// Events, a connection that is cut, one that ends, and the end: as over TCP. The host of the URL is nobody's, and goes
/// into `Host`.
pub fn a_unix_socket_is_followed_across_connections<A: UnixAdapter>() {
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
        let mut session =
            within::<A, _>(LONG, request.open()).await.expect("it answers").expect("it is a stream");
        for n in 1..=4 {
            let event = within::<A, _>(LONG, session.next()).await.expect("it goes on");
            let event = event.expect("there is an event").expect("there is no error");
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

/// The error says so, as it says that a port refuses; so does a socket that nobody listens at any more.
pub fn a_unix_socket_that_is_not_there_is_an_error<A: UnixAdapter>() {
    case::<A>(async || {
        let front = UnixFront::new(&serve([Reply::status(204)]));
        let (path, left) = (front.path().to_owned(), front.path().with_extension("left"));
        drop(front);
        drop(std::os::unix::net::UnixListener::bind(&left).expect("the folder can be written to"));
        let error_at = async |path| {
            let request = A::unix(path).build().get("http://localhost/");
            within::<A, _>(LONG, request.open())
                .await
                .expect("it comes to something")
                .expect_err("nobody is there")
        };
        let (gone, refused) = (error_at(&path).await, error_at(&left).await);
        std::fs::remove_file(&left).expect("it is there");
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
