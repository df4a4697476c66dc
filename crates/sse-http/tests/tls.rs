//! `https://` over real sockets: which certificates the client accepts, and how streams end.
#![cfg(any(feature = "ring", feature = "aws-lc-rs"))]

mod common;

use core::error::Error as StdError;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::io::{self, Read};
use std::net::TcpListener;
use std::sync::Arc;

use common::{chain, direct, empty, get, read};
use futures_util::StreamExt;
use futures_util::io::{AsyncRead, AsyncWrite};
use http::Response;
use sse_driver::{ConnectTimeout, Futile, Transport};
use sse_harness::{Certificate, Gate, Handshake, Reply, TlsServer, TlsSettings, root_pem, serve};
use sse_http::{Dial, Error, RedirectError, Tls, TlsError};
use sse_tokio::TokioDial;
use tokio::time;

type Body = sse_http::Body<<TokioDial as Dial>::Stream>;

const SHORT: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(10);

fn trusting() -> sse_tokio::Http {
    sse_tokio::Http::default().tls(Tls::empty().add_roots_pem(root_pem().as_bytes()).unwrap())
}

async fn ask(http: &sse_tokio::Http, url: &str) -> Result<Response<Body>, Error> {
    time::timeout(PATIENCE, http.connect(empty(get(url)))).await.expect("it does not hang")
}

async fn ask_through<D: Dial>(
    http: &sse_http::Http<D>,
    url: &str,
) -> Result<Response<sse_http::Body<D::Stream>>, Error> {
    time::timeout(PATIENCE, http.connect(empty(get(url)))).await.expect("it does not hang")
}

fn with(certificate: Certificate) -> TlsSettings {
    TlsSettings { certificate, ..TlsSettings::default() }
}

#[tokio::test]
async fn connects_by_name_and_by_address_with_both_versions() {
    for tls13 in [true, false] {
        let plain = serve([Reply::events().send("a").send("b")]);
        let server = TlsServer::new(plain, TlsSettings { tls13, ..TlsSettings::default() });
        for (url, server_name) in
            [(server.url("/x?y"), None), (server.url_by_name("/x?y"), Some("localhost".to_owned()))]
        {
            let (body, end) = read(ask(&trusting(), &url).await.unwrap().into_body()).await;
            assert_eq!((body.as_str(), end.is_none()), ("ab", true), "{url}");
            let seen = server.handshakes().pop().unwrap();
            assert_eq!(seen.server_name, server_name, "{url}");
            assert_eq!((seen.alpn.as_deref(), seen.tls13), (Some("http/1.1"), tls13), "{url}");
            let request = server.plain().requests().pop().unwrap();
            let host = url.strip_prefix("https://").unwrap().split('/').next();
            assert_eq!((request.path.as_str(), request.header("host")), ("/x?y", host));
        }
    }
}

#[tokio::test]
async fn untrusted_certificates_are_rejected() {
    #[rustfmt::skip]
    let cases = [
        (with(Certificate::Expired), "certificate expired"),
        (with(Certificate::NotYetValid), "certificate not valid yet"),
        (with(Certificate::WrongName), "certificate not valid for name"),
        (with(Certificate::UnknownRoot), "BadSignature"),
        (with(Certificate::SelfSigned), "UnknownIssuer"),
        (TlsSettings { alpn: vec!["h2"], ..TlsSettings::default() }, "NoApplicationProtocol"),
    ];
    for (settings, cause) in cases {
        let server = TlsServer::new(serve([Reply::status(204)]), settings.clone());
        for url in [server.url("/?secret"), server.url_by_name("/?secret")] {
            let error = ask(&trusting(), &url).await.unwrap_err();
            let chain = chain(&error);
            assert!(chain.starts_with("cannot establish TLS with "), "{chain}");
            assert!(chain.contains(": the handshake failed: ") && chain.contains(cause), "{chain}");
            assert!(!chain.contains("secret"), "{chain}");
            assert!(matches!(&error, Error::Tls { source: TlsError::Handshake(_), .. }), "{error:?}");
            assert!(error.source().unwrap().source().unwrap().is::<rustls::Error>());
        }
        assert!(server.plain().requests().is_empty(), "{settings:?}: nothing is sent to an untrusted server");
    }
}

/// Dials this address, whatever the host.
#[derive(Clone)]
struct AlwaysDials(std::net::SocketAddr);

impl Dial for AlwaysDials {
    type Stream = <TokioDial as Dial>::Stream;

    async fn dial(&self, _: &str, _: u16) -> io::Result<Self::Stream> {
        TokioDial.dial(&self.0.ip().to_string(), self.0.port()).await
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        time::sleep(time)
    }
}

#[tokio::test]
async fn the_certificate_must_be_for_the_host_of_the_url() {
    let server = TlsServer::new(serve([Reply::status(204)]), TlsSettings::default());
    let tls = Tls::empty().add_roots_pem(root_pem().as_bytes()).unwrap();
    let http = direct(AlwaysDials(server.addr())).tls(tls);
    #[rustfmt::skip]
    let cases = [
        ("localhost", true), ("LOCALHOST:443", true), ("localhost.", true), ("127.0.0.1:1", true), ("[::1]", true),
        ("sub.localhost", false), ("local", false), ("127.0.0.2", false), ("[::2]", false), ("[::ffff:127.0.0.1]", false),
    ];
    for (host, is_for_it) in cases {
        let asked = server.plain().requests().len();
        let outcome = http.connect(empty(get(&format!("https://user:secret@{host}/")))).await;
        assert_eq!(outcome.is_ok(), is_for_it, "{host}: {outcome:?}");
        assert_eq!(server.plain().requests().len() - asked, usize::from(is_for_it), "{host}");
    }
    let hosts: Vec<_> =
        server.plain().requests().iter().map(|asked| asked.header("host").map(str::to_owned)).collect();
    assert_eq!(
        hosts,
        ["localhost", "localhost", "localhost.", "127.0.0.1:1", "[::1]"].map(|host| Some(host.to_owned()))
    );
}

#[tokio::test]
async fn a_servers_own_certificate_can_be_a_root() {
    let no_content = || serve([Reply::status(204)]);
    let bases = [
        Tls::empty(),
        #[cfg(feature = "platform-verifier")]
        Tls::platform(),
        #[cfg(feature = "webpki-roots")]
        Tls::webpki(),
    ];
    for (certificate, tls13) in [
        (Certificate::SelfSigned, true),
        (Certificate::SelfSignedAuthority, true),
        (Certificate::SelfSignedAuthority, false),
    ] {
        let settings = || TlsSettings { tls13, ..with(certificate) };
        let server = TlsServer::new(no_content(), settings());
        for base in bases.clone() {
            let tls = base.clone().add_roots_pem(server.certificate_pem().as_bytes()).unwrap();
            let http = direct(AlwaysDials(server.addr())).tls(tls);
            let case = format!("{certificate:?} {base:?}");
            for url in ["https://localhost/", "https://127.0.0.1/"] {
                assert_eq!(ask_through(&http, url).await.expect(&case).status(), 204, "{case}");
            }
            let other_name = ask_through(&http, "https://elsewhere.example/").await.unwrap_err();
            assert!(chain(&other_name).contains("certificate not valid for name"), "{case}: {other_name:?}");
        }
        let named = Tls::empty().add_roots_pem(server.certificate_pem().as_bytes()).unwrap();
        let other = TlsServer::new(no_content(), settings());
        let error = ask(&sse_tokio::Http::default().tls(named), &other.url("/")).await.unwrap_err();
        assert!(matches!(&error, Error::Tls { source: TlsError::Handshake(_), .. }), "{error:?}");
        let error = ask(&trusting(), &server.url("/")).await.unwrap_err();
        assert!(
            matches!(&error, Error::Tls { source: TlsError::Handshake(_), .. }),
            "it is not a root: {error:?}"
        );
    }
    let server = TlsServer::new(no_content(), with(Certificate::ExpiredAuthority));
    let tls = Tls::empty().add_roots_pem(server.certificate_pem().as_bytes()).unwrap();
    let error = ask(&sse_tokio::Http::default().tls(tls), &server.url("/")).await.unwrap_err();
    assert!(chain(&error).contains("certificate expired"), "{error:?}");
}

#[tokio::test]
async fn a_peer_that_does_not_speak_tls_is_an_error() {
    let server = serve([Reply::status(204)]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answers = std::thread::spawn(move || {
        for bytes in [&b"SSH-2.0-OpenSSH_9.6\r\n"[..], b""] {
            let (mut stream, _) = listener.accept().unwrap();
            stream.read_exact(&mut [0; 5]).unwrap();
            io::Write::write_all(&mut stream, bytes).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            stream.read_to_end(&mut vec![]).unwrap();
        }
    });
    let url = format!("https://{address}/");
    let expected =
        "cannot establish TLS with 127.0.0.1: the server does not speak TLS: received corrupt message";
    let found = chain(&ask(&trusting(), &url).await.unwrap_err());
    assert!(found.starts_with(expected), "{found}");
    let expected = "cannot establish TLS with 127.0.0.1: the connection failed during the handshake: ";
    let found = chain(&ask(&trusting(), &url).await.unwrap_err());
    assert!(found.starts_with(expected), "{found}");
    answers.join().unwrap();
    drop(server);
}

#[tokio::test]
async fn added_roots_are_trusted_besides_the_base_roots() {
    let server = TlsServer::new(serve([Reply::status(204)]), TlsSettings::default());
    let roots = [
        Tls::default(),
        #[cfg(feature = "platform-verifier")]
        Tls::platform(),
        #[cfg(feature = "webpki-roots")]
        Tls::webpki(),
    ];
    for tls in roots {
        let alone = sse_tokio::Http::default().tls(tls.clone());
        let error = ask(&alone, &server.url("/")).await.unwrap_err();
        assert!(matches!(error, Error::Tls { .. }), "{tls:?}: {error:?}");
        let besides = alone.tls(tls.clone().add_roots_pem(root_pem().as_bytes()).unwrap());
        assert_eq!(ask(&besides, &server.url("/")).await.unwrap().status(), 204, "{tls:?}");
    }
}

#[tokio::test]
async fn no_roots_is_an_error() {
    let server = TlsServer::new(serve([Reply::status(204)]), TlsSettings::default());
    let http = sse_tokio::Http::default().tls(Tls::empty());
    let expected = "cannot establish TLS with 127.0.0.1: no root certificates: enable the feature \
                    `platform-verifier` or `webpki-roots`, or add roots";
    assert_eq!(chain(&ask(&http, &server.url("/")).await.unwrap_err()), expected);
}

#[test]
fn invalid_roots_are_errors() {
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    #[rustfmt::skip]
    let cases = [
        ("", "expected PEM with a certificate (-----BEGIN CERTIFICATE-----), found none"),
        ("text", "expected PEM with a certificate (-----BEGIN CERTIFICATE-----), found none"),
        (key, "expected PEM with a certificate (-----BEGIN CERTIFICATE-----), found none"),
        (broken, "invalid root certificate: invalid peer certificate: BadEncoding"),
        ("-----BEGIN CERTIFICATE-----\n", "expected certificates as PEM: missing section end marker"),
    ];
    for (pem, expected) in cases {
        let found = chain(&Tls::default().add_roots_pem(pem.as_bytes()).unwrap_err());
        assert!(found.starts_with(expected), "{pem:?}: {found}");
        let after_a_good_one = root_pem() + pem;
        let added = Tls::default().add_roots_pem(after_a_good_one.as_bytes());
        assert_eq!(added.is_ok(), expected.ends_with("found none"), "{pem:?}");
    }
}

#[tokio::test]
async fn from_config_replaces_the_alpn_protocols() {
    #[cfg(feature = "ring")]
    let provider = rustls::crypto::ring::default_provider();
    #[cfg(not(feature = "ring"))]
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let mut roots = rustls::RootCertStore::empty();
    let pem = root_pem();
    let mut certificates =
        <rustls::pki_types::CertificateDer<'_> as rustls::pki_types::pem::PemObject>::pem_slice_iter(
            pem.as_bytes(),
        );
    roots.add(certificates.next().unwrap().unwrap()).unwrap();
    let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let tls = Tls::from_config(Arc::new(config));
    assert!(tls.clone().add_roots_pem(pem.as_bytes()).is_err());
    let settings = TlsSettings { alpn: vec!["h2", "http/1.1"], ..TlsSettings::default() };
    let server = TlsServer::new(serve([Reply::status(204)]), settings);
    ask(&sse_tokio::Http::default().tls(tls), &server.url("/")).await.unwrap();
    assert_eq!(server.handshakes()[0].alpn.as_deref(), Some("http/1.1"));
}

#[tokio::test]
async fn clones_resume_each_others_sessions() {
    for tls13 in [true, false] {
        let plain = serve([Reply::events().send("a")]);
        let server = TlsServer::new(plain, TlsSettings { tls13, ..TlsSettings::default() });
        let http = trusting();
        for http in [http.clone(), http.clone(), http] {
            read(ask(&http, &server.url_by_name("/")).await.unwrap().into_body()).await;
        }
        let resumed: Vec<_> = server.handshakes().iter().map(|Handshake { resumed, .. }| *resumed).collect();
        assert_eq!(resumed, [false, true, true], "TLS 1.3: {tls13}");
    }
}

#[tokio::test]
async fn redirects_lead_to_https_but_not_back_to_http() {
    let secure = TlsServer::new(serve([Reply::status(204)]), TlsSettings::default());
    let plain = serve([Reply::status(302).header("location", secure.url("/up"))]);
    assert_eq!(ask(&trusting(), &plain.url("/")).await.unwrap().status(), 204);
    assert_eq!(secure.plain().requests()[0].path, "/up");

    let down = serve([Reply::status(302).header("location", plain.url("/down"))]);
    let secure = TlsServer::new(down, TlsSettings::default());
    let error = ask(&trusting(), &secure.url("/")).await.unwrap_err();
    assert!(
        matches!(&error, Error::Redirect(Futile(cause)) if cause.downcast_ref() == Some(&RedirectError::Downgrade)),
        "{error:?}"
    );
    assert_eq!(plain.requests().len(), 1, "the http URL was not requested");
}

#[tokio::test]
async fn the_connect_timeout_covers_the_handshake() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", silent.local_addr().unwrap());
    let request = empty(get(&url).extension(ConnectTimeout(SHORT)));
    let error = time::timeout(PATIENCE, trusting().connect(request)).await.unwrap().unwrap_err();
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>()).unwrap();
    assert_eq!(source.kind(), io::ErrorKind::TimedOut);
    assert!(chain(&error).ends_with(": no connection within 50ms"), "{}", chain(&error));
}

#[tokio::test]
async fn dropping_the_future_in_the_handshake_closes_the_socket() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut connecting =
        trusting().connect(empty(get(&format!("https://{}/", listener.local_addr().unwrap()))));
    time::timeout(SHORT, &mut connecting).await.unwrap_err();
    let (mut stream, _) = listener.accept().unwrap();
    stream.set_nonblocking(true).unwrap();
    while stream.peek(&mut [0]).is_err() {
        time::timeout(SHORT, &mut connecting).await.unwrap_err();
    }
    drop(connecting);
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.read_to_end(&mut vec![]).expect("the end, before the read times out");
}

#[tokio::test]
async fn dropping_the_body_closes_the_socket() {
    let server = TlsServer::new(serve([Reply::events().send("hi").stall()]), TlsSettings::default());
    let mut body = ask(&trusting(), &server.url("/")).await.unwrap().into_body();
    assert_eq!(body.next().await.unwrap().unwrap(), "hi");
    assert!(server.plain().wait_for_close(0, Duration::from_millis(20)).is_none());
    drop(body);
    assert!(server.plain().wait_for_close(0, PATIENCE).is_some());
}

/// The network of Tokio. Once it is told to, it appends an invalid record to what it reads.
#[derive(Clone, Default)]
struct Forging {
    forges: Arc<AtomicBool>,
}

struct Forged {
    stream: <TokioDial as Dial>::Stream,
    forges: Arc<AtomicBool>,
}

impl Dial for Forging {
    type Stream = Forged;

    async fn dial(&self, host: &str, port: u16) -> io::Result<Forged> {
        Ok(Forged { stream: TokioDial.dial(host, port).await?, forges: Arc::clone(&self.forges) })
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        TokioDial.sleep(time)
    }
}

impl AsyncRead for Forged {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        const RECORD: &[u8] = b"\x17\x03\x03\x00\x20 this is not what a cipher made !";
        let room = buffer.len() - RECORD.len();
        let len = ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer[..room]))?;
        if !self.forges.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(len));
        }
        buffer[len..][..RECORD.len()].copy_from_slice(RECORD);
        Poll::Ready(Ok(len + RECORD.len()))
    }
}

impl AsyncWrite for Forged {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}

#[tokio::test]
async fn bytes_before_an_invalid_record_are_delivered() {
    let gate = Gate::new();
    let server = TlsServer::new(
        serve([Reply::events().send("first").wait(&gate).send("last").stall()]),
        TlsSettings::default(),
    );
    let dial = Forging::default();
    let http =
        sse_http::Http::new(dial.clone()).tls(Tls::empty().add_roots_pem(root_pem().as_bytes()).unwrap());
    let mut body = ask_through(&http, &server.url("/")).await.unwrap().into_body();
    assert_eq!(body.next().await.unwrap().unwrap(), "first");
    dial.forges.store(true, Ordering::Relaxed);
    gate.open();
    let (rest, end) = time::timeout(PATIENCE, read(body)).await.expect("it does not hang");
    assert_eq!(rest, "last");
    assert!(chain(&end.unwrap()).contains("cannot decrypt peer's message"));
}

#[tokio::test]
async fn bytes_before_a_truncation_are_delivered() {
    let long = "x".repeat(100_000);
    let gate = Gate::new();
    let reply = || Reply::events().send(&long).send("last");
    let cases = [
        (reply().wait(&gate).reset(), false, "a reset"),
        (reply().drop_connection(), true, "chunks, with close_notify"),
        (reply().drop_connection(), false, "chunks, without"),
        (reply().until_close().close(), false, "until the end, without close_notify"),
    ];
    for (reply, close_notify, case) in cases {
        let plain = serve([reply]);
        let server = TlsServer::new(plain, TlsSettings { close_notify, ..TlsSettings::default() });
        let mut body = ask(&trusting(), &server.url("/")).await.unwrap().into_body();
        let mut got = 0;
        while got < long.len() + 4 {
            got += body.next().await.expect("more").expect(case).len();
        }
        gate.open();
        let (rest, end) = read(body).await;
        assert!(rest.is_empty() && matches!(end, Some(Error::Body(_))), "{case}: {end:?}");
    }
    let plain = serve([reply().until_close().close()]);
    let server = TlsServer::new(plain, TlsSettings::default());
    let (body, end) = read(ask(&trusting(), &server.url("/")).await.unwrap().into_body()).await;
    assert!(body.len() == long.len() + 4 && end.is_none(), "until the end, with close_notify: {end:?}");
}
