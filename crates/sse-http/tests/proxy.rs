//! Requests through an HTTP proxy over real sockets, and what the proxy and the server receive.

mod common;

use core::time::Duration;
use std::process::Command;
use std::{env, io};

use common::{Memory, chain, empty, get, read};
use http::{Request, Response};
use sse_driver::Transport;
use sse_harness::{MockServer, ProxyMood, ProxyServer, Reply, ReservedPort, serve};
use sse_http::{Dial, Error, Http, Proxy, ProxyError};
use tokio::time;

type Body = sse_http::Body<<sse_tokio::TokioDial as sse_http::Dial>::Stream>;

const PATIENCE: Duration = Duration::from_secs(10);
/// `user:password`.
const BASIC: &str = "Basic dXNlcjpwYXNzd29yZA==";

fn through(url: impl AsRef<str>) -> sse_tokio::Http {
    sse_tokio::Http::default().proxy(Proxy::all(url))
}

async fn ask(
    http: &sse_tokio::Http,
    request: Request<sse_driver::RequestBody>,
) -> Result<Response<Body>, Error> {
    time::timeout(PATIENCE, http.connect(request)).await.expect("it does not hang")
}

/// A URL whose name does not resolve, so that only the proxy finds the server.
fn by_name(server: &MockServer, path: &str) -> String {
    format!("http://somewhere.invalid:{}{path}", server.addr().port())
}

#[tokio::test]
async fn a_plain_request_is_forwarded_in_absolute_form() {
    let server = serve([Reply::events().send("a").send("b")]);
    let proxy = ProxyServer::new(ProxyMood::Wants(BASIC.into()));
    let url = by_name(&server, "/x?y=1");
    let request = Request::post(url.replace("//", "//me:secret@") + "#part").header("x-api-key", "k");
    let response =
        ask(&through(proxy.url("user:password")), request.body("body".into()).unwrap()).await.unwrap();
    assert_eq!(read(response.into_body()).await.0, "ab");
    let [asked] = &proxy.requests()[..] else { panic!("one request") };
    assert_eq!((asked.method.as_str(), &asked.path, &asked.body[..]), ("POST", &url, &b"body"[..]));
    assert_eq!(asked.header_values("proxy-authorization"), [BASIC]);
    assert_eq!(asked.header("host"), Some(&*format!("somewhere.invalid:{}", server.addr().port())));
    assert_eq!((asked.header("x-api-key"), asked.header("authorization")), (Some("k"), None));
    assert_eq!(server.requests()[0].path, "/x?y=1");
}

#[tokio::test]
async fn the_proxys_own_response_is_returned() {
    let server = serve([Reply::status(204)]);
    for (mood, status) in [(ProxyMood::Wants(BASIC.into()), 407), (ProxyMood::Refuses(502), 502)] {
        let proxy = ProxyServer::new(mood);
        let response =
            ask(&through(proxy.url("user:wrong")), empty(get(&by_name(&server, "/")))).await.unwrap();
        assert_eq!(response.status(), status);
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn the_callers_proxy_credentials_go_only_to_the_proxy() {
    let server = serve([Reply::status(204)]);
    let proxy = ProxyServer::new(ProxyMood::Wants("Own".into()));
    let own = |url: &str| empty(get(url).header("proxy-authorization", "Own"));
    let http = through(proxy.url("user:password"));
    assert_eq!(ask(&http, own(&by_name(&server, "/"))).await.unwrap().status(), 204);
    assert_eq!(proxy.requests()[0].header_values("proxy-authorization"), ["Own"]);
    let http = sse_tokio::Http::default().proxy(Proxy::all(proxy.url("")).no_proxy("127.0.0.1"));
    ask(&http, own(&server.url("/"))).await.unwrap();
    assert_eq!((proxy.requests().len(), server.requests()[1].header("proxy-authorization")), (1, None));
}

#[tokio::test]
async fn each_redirect_chooses_the_proxy_again() {
    let direct = serve([Reply::status(204)]);
    let back = serve([Reply::status(307).header("location", direct.url("/direct"))]);
    let proxied = serve([Reply::status(307).header("location", by_name(&back, "/back"))]);
    let first = serve([Reply::status(307).header("location", by_name(&proxied, "/proxied"))]);
    let proxy = ProxyServer::new(ProxyMood::Willing);
    let http = sse_tokio::Http::default().proxy(Proxy::all(proxy.url("user:password")).no_proxy("127.0.0.1"));
    let request = get(&first.url("/first")).header("proxy-authorization", "Own");
    assert_eq!(ask(&http, empty(request)).await.unwrap().status(), 204);
    let paths: Vec<_> = proxy.requests().iter().map(|request| request.path.clone()).collect();
    assert_eq!(paths, [by_name(&proxied, "/proxied"), by_name(&back, "/back")]);
    let credentials: Vec<_> = proxy
        .requests()
        .iter()
        .map(|request| request.header("proxy-authorization").map(str::to_owned))
        .collect();
    assert_eq!(
        credentials,
        [Some("Own".to_owned()), Some("Own".to_owned())],
        "the proxy gets the caller's own credentials for every origin"
    );
    assert_eq!(direct.requests()[0].header("proxy-authorization"), None);
}

#[tokio::test]
async fn a_proxy_that_cannot_be_used_is_an_error() {
    let server = serve([Reply::status(204)]);
    let port = ReservedPort::new();
    let unused = port.addr();
    let cases = [
        (
            "socks5://u:secret@p".to_owned(),
            "expected an http:// proxy URL, got the scheme `socks5`".to_owned(),
        ),
        ("https://u:secret@p".to_owned(), "expected an http:// proxy URL, got the scheme `https`".to_owned()),
        (
            "http://u:secret@p:x".to_owned(),
            "expected a proxy URL such as http://host:port: invalid port number".to_owned(),
        ),
        (format!("http://u:secret@{unused}"), format!("cannot connect through the proxy {unused}: ")),
    ];
    for (url, message) in cases {
        let error = ask(&through(&url), empty(get(&server.url("/")))).await.unwrap_err();
        let found = chain(&error);
        assert!(
            found.starts_with(&format!("cannot send the request through the proxy: {message}")),
            "{found}"
        );
        assert!(!found.contains("secret") && !format!("{error:?}").contains("secret"), "{error:?}");
    }
    assert!(server.requests().is_empty());
    let refused = ask(&through(unused.to_string()), empty(get("http://a.invalid/"))).await.unwrap_err();
    let Error::Proxy(ProxyError::Connect { source, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(source.kind(), io::ErrorKind::ConnectionRefused);
}

/// A dial that ignores the host, like one for a Unix socket.
#[derive(Clone)]
struct IgnoresHost(Memory);

impl Dial for IgnoresHost {
    type Stream = <Memory as Dial>::Stream;

    async fn dial(&self, host: &str, port: u16) -> io::Result<Self::Stream> {
        self.0.dial(host, port).await
    }

    fn uses_host(&self) -> bool {
        false
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        self.0.sleep(time)
    }
}

/// The environment belongs to the whole process, so this test runs itself again in a process whose
/// environment names a proxy.
#[tokio::test]
async fn a_dial_that_ignores_the_host_ignores_the_proxies_of_the_environment() {
    const PROXY: &str = "http://user:password@p.invalid:3128";
    if env::var("http_proxy").is_ok_and(|value| value == PROXY) {
        let network = || Memory::replying(["HTTP/1.1 204 \r\n\r\n"]);
        let (by_host, ignoring) = (network(), network());
        Http::new(by_host.clone()).connect(empty(get("http://a/x"))).await.unwrap();
        Http::new(IgnoresHost(ignoring.clone())).connect(empty(get("http://a/x"))).await.unwrap();
        assert_eq!(by_host.record().dialled, ["p.invalid 3128"]);
        let sent = &by_host.record().sent[0];
        assert!(sent.starts_with("GET http://a/x HTTP/1.1\r\n") && sent.contains(BASIC), "{sent}");
        assert_eq!(ignoring.record().dialled, ["a 80"]);
        assert_eq!(
            ignoring.record().sent,
            ["GET /x HTTP/1.1\r\nhost: a\r\naccept-encoding: identity\r\n\r\n"]
        );
        return;
    }
    let this = "a_dial_that_ignores_the_host_ignores_the_proxies_of_the_environment";
    let mut again = Command::new(env::current_exe().unwrap());
    again.args(["--exact", this]).env_remove("no_proxy").env_remove("NO_PROXY");
    let output = again.env("http_proxy", PROXY).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && shown.contains("1 passed"),
        "{shown}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[cfg(any(feature = "ring", feature = "aws-lc-rs"))]
mod tunnel {
    use core::error::Error as StdError;
    use std::net::TcpListener;

    use http::StatusCode;
    use sse_driver::ConnectTimeout;
    use sse_harness::{TlsServer, TlsSettings, root_pem};
    use sse_http::{Tls, TlsError};

    use super::*;

    fn trusting(proxy: Proxy) -> sse_tokio::Http {
        let tls = Tls::empty().add_roots_pem(root_pem().as_bytes()).unwrap();
        sse_tokio::Http::default().proxy(proxy).tls(tls)
    }

    fn secure() -> TlsServer {
        TlsServer::new(serve([Reply::events().send("a").send("b")]), TlsSettings::default())
    }

    #[tokio::test]
    async fn tls_uses_a_tunnel_and_proxy_credentials_stay_outside_it() {
        let server = secure();
        let proxy = ProxyServer::new(ProxyMood::Wants(BASIC.into()));
        let request =
            get(&server.url_by_name("/x?secret")).header("x-api-key", "secret").header("host", "virtual");
        let http = trusting(Proxy::https(proxy.url("user:password")));
        let response = ask(&http, empty(request)).await.unwrap();
        assert_eq!(read(response.into_body()).await.0, "ab");
        let [asked] = &proxy.requests()[..] else { panic!("one request") };
        let authority = format!("localhost:{}", server.addr().port());
        assert_eq!((asked.method.as_str(), &asked.path), ("CONNECT", &authority));
        assert_eq!(
            (asked.header("host"), asked.header_values("proxy-authorization")),
            (Some(&*authority), vec![BASIC])
        );
        assert_eq!(asked.headers.len(), 2);
        let arrived = &server.plain().requests()[0];
        assert_eq!((arrived.path.as_str(), arrived.header("x-api-key")), ("/x?secret", Some("secret")));
        assert_eq!((arrived.header("proxy-authorization"), arrived.header("host")), (None, Some("virtual")));
        assert_eq!(server.handshakes()[0].server_name.as_deref(), Some("localhost"));
    }

    #[tokio::test]
    async fn the_callers_proxy_credentials_open_the_tunnel_and_do_not_reach_the_origin() {
        let server = secure();
        let proxy = ProxyServer::new(ProxyMood::Wants("Own".into()));
        for proxy in [Proxy::all(proxy.url("user:password")), Proxy::none()] {
            let request = get(&server.url("/")).header("proxy-authorization", "Own");
            ask(&trusting(proxy), empty(request)).await.unwrap();
        }
        assert_eq!(proxy.requests()[0].header_values("proxy-authorization"), ["Own"]);
        for request in server.plain().requests() {
            assert_eq!(request.header("proxy-authorization"), None);
        }
    }

    #[tokio::test]
    async fn an_ipv6_target_is_in_brackets() {
        let proxy = ProxyServer::new(ProxyMood::Refuses(502));
        ask(&trusting(Proxy::all(proxy.url(""))), empty(get("https://[2001:db8::1]/"))).await.unwrap_err();
        let asked = &proxy.requests()[0];
        let expected = Some("[2001:db8::1]:443");
        assert_eq!((Some(asked.path.as_str()), asked.header("host")), (expected, expected));
    }

    #[tokio::test]
    async fn responses_that_open_no_tunnel_are_errors() {
        let server = secure();
        let long = [b"HTTP/1.1 200 \r\nx: ".as_slice(), &[b'x'; 70_000], b"\r\n\r\n"].concat();
        let cases = [
            (
                ProxyMood::Wants(BASIC.into()),
                "refused the connection with status 407 Proxy Authentication Required",
            ),
            (ProxyMood::Refuses(502), "refused the connection with status 502 Bad Gateway"),
            (ProxyMood::Refuses(302), "refused the connection with status 302 Found"),
            (ProxyMood::Says(b"SSH-2.0\r\n\r\n".into()), "sent no valid response to CONNECT"),
            (ProxyMood::Says(b"".into()), "sent no valid response to CONNECT"),
            (ProxyMood::Says(b"HTTP/1.1 200 OK\r\n".into()), "sent no valid response to CONNECT"),
            (ProxyMood::Says(long), "sent no valid response to CONNECT"),
        ];
        for (mood, message) in cases {
            let proxy = ProxyServer::new(mood);
            let http = trusting(Proxy::all(proxy.url("user:secret")));
            let error = ask(&http, empty(get(&server.url("/?secret")))).await.unwrap_err();
            let found = chain(&error);
            assert!(
                found.starts_with("cannot send the request through the proxy: ") && found.contains(message),
                "{found}"
            );
            assert!(
                found.contains(&proxy.addr().to_string()) && !format!("{error:?}").contains("secret"),
                "{error:?}"
            );
        }
        let proxy = ProxyServer::new(ProxyMood::Refuses(407));
        let error =
            ask(&trusting(Proxy::all(proxy.url(""))), empty(get(&server.url("/")))).await.unwrap_err();
        let Error::Proxy(ProxyError::Refused { status, .. }) = error else { panic!("{error:?}") };
        assert_eq!(status, StatusCode::PROXY_AUTHENTICATION_REQUIRED);
        assert!(server.handshakes().is_empty());
    }

    #[tokio::test]
    async fn bytes_after_the_proxys_response_belong_to_the_tunnel() {
        let server = secure();
        let proxy = ProxyServer::new(ProxyMood::Premature(b"SSH-2.0\r\n".into()));
        let error =
            ask(&trusting(Proxy::all(proxy.url(""))), empty(get(&server.url("/")))).await.unwrap_err();
        assert!(matches!(error, Error::Tls { source: TlsError::NotTls(_), .. }), "{error:?}");
    }

    #[tokio::test]
    async fn the_connect_timeout_covers_the_tunnel_and_the_tls_in_it() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let silent = format!("https://{}/", silent.local_addr().unwrap());
        for (mood, url) in [(ProxyMood::Silent, "https://a.invalid/"), (ProxyMood::Willing, silent.as_str())]
        {
            let proxy = ProxyServer::new(mood);
            let request = get(url).extension(ConnectTimeout(Duration::from_millis(50)));
            let error = ask(&trusting(Proxy::all(proxy.url(""))), empty(request)).await.unwrap_err();
            let expected = format!(
                "cannot send the request through the proxy: cannot connect through the proxy {}: no \
                 connection within 50ms",
                proxy.addr()
            );
            assert_eq!(chain(&error), expected);
            let source = error.source().unwrap().source().unwrap().downcast_ref::<io::Error>().unwrap();
            assert_eq!(source.kind(), io::ErrorKind::TimedOut);
        }
    }

    #[tokio::test]
    async fn the_callers_proxy_credentials_open_each_tunnel_of_a_redirect() {
        let last = secure();
        let redirect = serve([Reply::status(307).header("location", last.url("/"))]);
        let first = TlsServer::new(redirect, TlsSettings::default());
        let proxy = ProxyServer::new(ProxyMood::Wants("Own".into()));
        let request = get(&first.url_by_name("/")).header("proxy-authorization", "Own");
        ask(&trusting(Proxy::all(proxy.url("user:password"))), empty(request)).await.unwrap();
        let asked = proxy.requests();
        assert_eq!(asked.len(), 2);
        assert!(asked.iter().all(|asked| asked.header_values("proxy-authorization") == ["Own"]));
        assert_eq!(last.plain().requests()[0].header("proxy-authorization"), None);
    }

    #[tokio::test]
    async fn a_redirect_to_https_opens_a_tunnel() {
        let server = secure();
        let plain = serve([Reply::status(302).header("location", server.url("/up"))]);
        let proxy = ProxyServer::new(ProxyMood::Willing);
        let response =
            ask(&trusting(Proxy::https(proxy.url(""))), empty(get(&plain.url("/")))).await.unwrap();
        assert_eq!(read(response.into_body()).await.0, "ab");
        assert_eq!((proxy.requests().len(), proxy.requests()[0].method.as_str()), (1, "CONNECT"));
    }
}
