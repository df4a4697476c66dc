//! Test cases about `https://` that the client of every runtime must pass.

use core::error::Error as StdError;
use core::time::Duration;

use sse_driver::{ClientBuilder, Error};

use crate::suite::Adapter;
use crate::{Certificate, Handshake, Reply, TlsServer, TlsSettings, root_pem, serve};

/// The maximum time that a case waits for anything.
const PATIENCE: Duration = Duration::from_secs(10);

/// An [`Adapter`] whose client can trust additional roots.
///
/// ```
/// use sse_driver::ClientBuilder;
/// use sse_harness::suite::Adapter;
/// use sse_harness::tls_suite::TlsAdapter;
///
/// struct Other<A>(A);
///
/// impl<A: Adapter> Adapter for Other<A> {
///     type Transport = A::Transport;
///     type Timer = A::Timer;
///     fn builder() -> ClientBuilder<A::Transport, A::Timer> {
///         A::builder()
///     }
///     fn block_on<F: Future>(future: F) -> F::Output {
///         A::block_on(future)
///     }
/// }
///
/// impl<A: TlsAdapter> TlsAdapter for Other<A> {
///     fn builder_trusting(pem: &[u8]) -> ClientBuilder<A::Transport, A::Timer> {
///         A::builder_trusting(pem).show_comments(true)
///     }
/// }
/// ```
pub trait TlsAdapter: Adapter {
    /// Creates a client that trusts the root certificates of a PEM text, and possibly others.
    fn builder_trusting(pem: &[u8]) -> ClientBuilder<Self::Transport, Self::Timer>;
}

/// Defines a test for each case, for an adapter.
///
/// ```ignore
/// struct Tokio;
/// impl TlsAdapter for Tokio { .. }
/// sse_harness::tls_suite!(Tokio);
/// ```
#[macro_export]
macro_rules! tls_suite {
    ($adapter:ty) => {
        $crate::tls_suite!(@ $adapter:
            https_delivers_events https_sends_the_server_name https_resumes_events_and_the_tls_session
            https_rejects_an_expired_certificate https_rejects_a_certificate_that_is_not_valid_yet https_rejects_a_certificate_for_another_host https_rejects_an_untrusted_root https_rejects_a_self_signed_certificate
            https_rejects_a_redirect_to_http https_closes_the_connection_on_drop);
    };
    (@ $adapter:ty: $($case:ident)*) => {
        $(#[test]
        fn $case() {
            $crate::tls_suite::$case::<$adapter>();
        })*
    };
}

/// Events arrive over TLS from a server given by its address.
pub fn https_delivers_events<A: TlsAdapter>() {
    let server = serving(Certificate::Good);
    assert_eq!(follow::<A>(&server.url("/events")).expect("a session"), ["a", "b"]);
    let request = &server.plain().requests()[0];
    assert_eq!((request.path.as_str(), request.header("accept")), ("/events", Some("text/event-stream")));
    assert_ne!(server.handshakes()[0].alpn.as_deref(), Some("h2"));
}

/// Events arrive over TLS from a server given by its name, which the client sends (SNI).
pub fn https_sends_the_server_name<A: TlsAdapter>() {
    let server = serving(Certificate::Good);
    assert_eq!(follow::<A>(&server.url_by_name("/events")).expect("a session"), ["a", "b"]);
    assert_eq!(server.handshakes()[0].server_name.as_deref(), Some("localhost"));
}

/// After a truncated connection the client resumes after the last event, and resumes the TLS
/// session.
pub fn https_resumes_events_and_the_tls_session<A: TlsAdapter>() {
    let plain = serve([
        Reply::events().send("retry: 1\nid: 1\ndata: a\n\ndata: cut o").drop_connection(),
        Reply::events().send("data: b\n\n").close(),
        Reply::status(204),
    ]);
    let server = TlsServer::new(plain, TlsSettings { close_notify: false, ..TlsSettings::default() });
    assert_eq!(follow::<A>(&server.url_by_name("/events")).expect("a session"), ["a", "b"]);
    assert_eq!(server.plain().requests()[1].last_event_id(), Some("1"));
    let resumed: Vec<_> = server.handshakes().iter().map(|Handshake { resumed, .. }| *resumed).collect();
    assert_eq!(resumed, [false, true, true]);
}

/// An expired certificate is rejected.
pub fn https_rejects_an_expired_certificate<A: TlsAdapter>() {
    refused::<A>(Certificate::Expired);
}

/// A certificate that is not valid yet is rejected.
pub fn https_rejects_a_certificate_that_is_not_valid_yet<A: TlsAdapter>() {
    refused::<A>(Certificate::NotYetValid);
}

/// A certificate for another host is rejected.
pub fn https_rejects_a_certificate_for_another_host<A: TlsAdapter>() {
    refused::<A>(Certificate::WrongName);
}

/// A certificate from an untrusted authority with the name of the trusted one is rejected.
pub fn https_rejects_an_untrusted_root<A: TlsAdapter>() {
    refused::<A>(Certificate::UnknownRoot);
}

/// A self-signed certificate is rejected.
pub fn https_rejects_a_self_signed_certificate<A: TlsAdapter>() {
    refused::<A>(Certificate::SelfSigned);
}

/// A redirect from `https` to `http` is an error, and the client does not follow it.
pub fn https_rejects_a_redirect_to_http<A: TlsAdapter>() {
    let plain = serve([Reply::status(204)]);
    let redirect = serve([Reply::status(307).header("location", plain.url("/down"))]);
    let secure = TlsServer::new(redirect, TlsSettings::default());
    let error = follow::<A>(&secure.url("/")).expect_err("the redirect is not followed");
    let causes = core::iter::successors(error.source(), |&error| error.source());
    let messages: Vec<_> = causes.map(ToString::to_string).collect();
    assert!(
        messages.iter().any(|cause| cause == "the redirect leads from https down to http"),
        "{messages:?}"
    );
    assert!(plain.requests().is_empty());
}

/// Dropping a session closes its socket.
pub fn https_closes_the_connection_on_drop<A: TlsAdapter>() {
    let plain = serve([Reply::events().send("data: a\n\n").stall()]);
    let server = TlsServer::new(plain, TlsSettings::default());
    A::block_on(async {
        let client = A::builder_trusting(root_pem().as_bytes()).response_timeout(PATIENCE).build();
        let mut session = client.get(server.url("/")).open().await.expect("a session");
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
        drop(session);
        assert!(server.plain().wait_for_close(0, PATIENCE).is_some());
    });
}

fn serving(certificate: Certificate) -> TlsServer {
    let plain = serve([Reply::events().send("data: a\n\ndata: b\n\n").close(), Reply::status(204)]);
    TlsServer::new(plain, TlsSettings { certificate, ..TlsSettings::default() })
}

/// Returns the data of all events of a session.
fn follow<A: TlsAdapter>(url: &str) -> Result<Vec<String>, Error> {
    A::block_on(async {
        let client = A::builder_trusting(root_pem().as_bytes())
            .reconnection_time(Duration::from_millis(1))
            .response_timeout(PATIENCE)
            .idle_timeout(PATIENCE)
            .max_reconnection_attempts(3)
            .build();
        let mut session = client.get(url).open().await?;
        let mut data = vec![];
        while let Some(event) = session.next().await {
            data.push(event?.data.to_string());
        }
        Ok(data)
    })
}

/// Checks that the certificate causes a connection error, and that no request is sent.
fn refused<A: TlsAdapter>(certificate: Certificate) {
    let server = serving(certificate);
    for url in [server.url("/?secret"), server.url_by_name("/?secret")] {
        let error = follow::<A>(&url).expect_err("the certificate is rejected");
        assert!(matches!(error, Error::Connect(_)), "{error:?}");
        let causes = core::iter::successors(error.source(), |&error| error.source());
        let text: Vec<_> = causes.map(ToString::to_string).collect();
        assert!(text.join(": ").contains("certificate"), "the chain names the cause: {text:?}");
    }
    assert!(server.plain().requests().is_empty());
}
