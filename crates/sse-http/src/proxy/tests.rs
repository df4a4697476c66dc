use http::{HeaderValue, Method};
use url::Url;

use super::{Proxy, Server};
use crate::redirect::Hop;
use crate::request::WireRequest;

type Variables<'v> = &'v [(&'v str, &'v str)];

fn from_variables(variables: Variables<'_>) -> Proxy {
    let lookup = |name: &str| variables.iter().find(|(variable, _)| *variable == name);
    Proxy::from_lookup(|name| lookup(name).map(|(_, value)| (*value).to_owned()), false)
}

fn hop(url: &str) -> Hop {
    Hop::new(Method::GET, url)
}

/// The proxy for a URL, or the error, as text; empty for no proxy.
fn server(proxy: &Proxy, url: &str) -> String {
    let url = Url::parse(url).unwrap();
    let found =
        proxy.server_for(url.scheme() == "https", &url.host().unwrap(), url.port_or_known_default().unwrap());
    match found {
        Ok(server) => server.map(|server| server.to_string()).unwrap_or_default(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn environment_variables_set_the_proxies() {
    #[rustfmt::skip]
    let cases: &[(Variables<'_>, &str, &str)] = &[
        (&[], "", ""),
        (&[("http_proxy", "http://p:1")], "p:1", ""),
        (&[("HTTP_PROXY", "http://p:1")], "p:1", ""),
        (&[("https_proxy", "http://p:1")], "", "p:1"),
        (&[("HTTPS_PROXY", "http://p:1")], "", "p:1"),
        (&[("all_proxy", "http://p:1")], "p:1", "p:1"),
        (&[("ALL_PROXY", "http://p:1")], "p:1", "p:1"),
        (&[("http_proxy", "p:1"), ("HTTP_PROXY", "p:2")], "p:1", ""),
        (&[("https_proxy", "p:1"), ("HTTPS_PROXY", "p:2")], "", "p:1"),
        (&[("all_proxy", "p:1"), ("ALL_PROXY", "p:2")], "p:1", "p:1"),
        (&[("http_proxy", ""), ("HTTP_PROXY", "p:2")], "p:2", ""),
        (&[("http_proxy", " "), ("https_proxy", ""), ("all_proxy", "p:2")], "p:2", "p:2"),
        (&[("http_proxy", "p:1"), ("https_proxy", "p:2"), ("all_proxy", "p:3")], "p:1", "p:2"),
        (&[("HTTP_PROXY", "p:1"), ("REQUEST_METHOD", "GET")], "", ""),
        (&[("HTTP_PROXY", "p:1"), ("REQUEST_METHOD", "")], "", ""),
        (&[("http_proxy", "p:1"), ("REQUEST_METHOD", "GET")], "p:1", ""),
        (&[("HTTPS_PROXY", "p:1"), ("REQUEST_METHOD", "GET")], "", "p:1"),
        (&[("HTTP_PROXY", "p:1"), ("REQUEST_METHOD", "GET"), ("ALL_PROXY", "p:2")], "p:2", "p:2"),
        (&[("ALL_PROXY", "p:1"), ("no_proxy", "a.example")], "", ""),
        (&[("ALL_PROXY", "p:1"), ("NO_PROXY", "a.example")], "", ""),
        (&[("ALL_PROXY", "p:1"), ("no_proxy", "b.example"), ("NO_PROXY", "a.example")], "p:1", "p:1"),
    ];
    for (variables, http, https) in cases {
        let proxy = from_variables(variables);
        assert_eq!(server(&proxy, "http://a.example/"), *http, "{variables:?}");
        assert_eq!(server(&proxy, "https://a.example/"), *https, "{variables:?}");
    }
}

/// There `http_proxy` is another name for the `HTTP_PROXY` that an attacker sets.
#[test]
fn a_cgi_program_has_no_http_proxy_where_variables_ignore_case() {
    let proxy = |variables: Variables<'_>| {
        let lookup = |name: &str| variables.iter().find(|(variable, _)| variable.eq_ignore_ascii_case(name));
        Proxy::from_lookup(|name| lookup(name).map(|(_, value)| (*value).to_owned()), true)
    };
    let [outside, inside] =
        [&[("HTTP_PROXY", "p:1")][..], &[("HTTP_PROXY", "p:1"), ("REQUEST_METHOD", "GET")]];
    assert_eq!(server(&proxy(outside), "http://a.example/"), "p:1");
    assert_eq!(server(&proxy(inside), "http://a.example/"), "");
}

#[test]
fn constructors_set_the_proxies() {
    #[rustfmt::skip]
    let cases = [
        (Proxy::none(), "", ""),
        (Proxy::all("p:1"), "p:1", "p:1"),
        (Proxy::http("p:1"), "p:1", ""),
        (Proxy::https("p:1"), "", "p:1"),
        (Proxy::all("p:1").no_proxy("b.example").no_proxy("a.example"), "", ""),
        (Proxy::all("p:1").no_proxy(""), "p:1", "p:1"),
    ];
    for (proxy, http, https) in cases {
        assert_eq!(server(&proxy, "http://a.example/"), http, "{proxy:?}");
        assert_eq!(server(&proxy, "https://a.example/"), https, "{proxy:?}");
    }
}

#[test]
fn proxies_of_the_environment_are_not_used_for_loopback() {
    let local = [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "127.0.0.1",
        "127.1.2.3",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ];
    for host in local {
        let url = format!("http://{host}:8080/");
        assert_eq!(server(&from_variables(&[("http_proxy", "p:1")]), &url), "", "{host}");
        assert_eq!(server(&Proxy::all("p:1"), &url), "p:1", "{host}");
    }
    for host in ["localhost.example", "notlocalhost", "128.0.0.1", "10.0.0.1", "[::2]", "0.0.0.0"] {
        let proxy = from_variables(&[("http_proxy", "p:1")]);
        assert_eq!(server(&proxy, &format!("http://{host}/")), "p:1", "{host}");
    }
}

#[test]
fn no_proxy_entries_bypass_the_proxy() {
    #[rustfmt::skip]
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("*", &["a.example", "192.0.2.1", "[2001:db8::1]"], &[]),
        ("a.example", &["a.example", "A.EXAMPLE", "a.example.", "x.a.example", "a.example:81"], &["aa.example", "example", "b.example"]),
        ("A.Example.", &["a.example", "x.a.example"], &["b.example"]),
        (".a.example", &["x.a.example", "y.x.a.example"], &["a.example", "xa.example"]),
        ("*.a.example", &["x.a.example"], &["a.example"]),
        ("a.example:81", &["a.example:81", "x.a.example:81"], &["a.example", "a.example:80", "b.example:81"]),
        ("a.example:80", &["a.example"], &["a.example:81"]),
        ("b.example, a.example", &["a.example", "b.example"], &["c.example"]),
        ("b.example a.example\tc.example,,", &["a.example", "b.example", "c.example"], &["d.example"]),
        ("ü.example", &["ü.example", "xn--tda.example"], &["u.example"]),
        ("192.0.2.1", &["192.0.2.1", "192.0.2.1:81", "[::ffff:192.0.2.1]"], &["192.0.2.10", "1.192.0.2.1.example"]),
        ("192.0.2.1:81", &["192.0.2.1:81", "[::ffff:192.0.2.1]:81"], &["192.0.2.1", "192.0.2.1:82", "192.0.2.2:81"]),
        ("192.0.2.0/24", &["192.0.2.0", "192.0.2.255:81", "[::ffff:192.0.2.7]"], &["192.0.3.0", "a.example", "[2001:db8::1]"]),
        ("0.0.0.0/0", &["192.0.2.1"], &["[2001:db8::1]", "a.example"]),
        ("2001:db8::1", &["[2001:db8::1]", "[2001:db8:0::1]:81"], &["[2001:db8::2]"]),
        ("[2001:db8::1]", &["[2001:db8::1]"], &["[2001:db8::2]"]),
        ("[2001:db8::1]:81", &["[2001:db8::1]:81"], &["[2001:db8::1]", "[2001:db8::1]:82", "[2001:db8::2]:81"]),
        ("2001:db8::/32", &["[2001:db8:ffff::1]"], &["[2001:db9::1]", "192.0.2.1"]),
        ("exa mple/x, %, :80, [::, 192.0.2.0/33", &[], &["192.0.2.1", "a.example"]),
    ];
    for (list, direct, proxied) in cases {
        let proxy = Proxy::all("p:1").no_proxy(list);
        for (host, expected) in
            direct.iter().map(|host| (host, "")).chain(proxied.iter().map(|host| (host, "p:1")))
        {
            assert_eq!(server(&proxy, &format!("http://{host}/")), expected, "{list}: {host}");
        }
    }
}

#[test]
fn proxy_urls_are_parsed() {
    #[rustfmt::skip]
    let cases = [
        ("http://p:3128", "p:3128", None),
        ("http://p", "p:80", None),
        ("p:3128", "p:3128", None),
        ("p", "p:80", None),
        ("http://P.EXAMPLE:3128/path?query", "p.example:3128", None),
        (" http://p:1\n", "p:1", None),
        ("192.0.2.1:3128", "192.0.2.1:3128", None),
        ("http://[2001:db8::1]:3128", "[2001:db8::1]:3128", None),
        ("[::1]", "[::1]:80", None),
        ("http://user:password@p:1", "p:1", Some("Basic dXNlcjpwYXNzd29yZA==")),
        ("user:password@p:1", "p:1", Some("Basic dXNlcjpwYXNzd29yZA==")),
        ("http://user@p:1", "p:1", Some("Basic dXNlcjo=")),
        ("http://:password@p:1", "p:1", Some("Basic OnBhc3N3b3Jk")),
        ("http://us%3Aer:p%40ss%C3%BC@p:1", "p:1", Some("Basic dXM6ZXI6cEBzc8O8")),
    ];
    for (url, shown, authorization) in cases {
        let server = Server::parse(url).unwrap();
        let own = hop("http://a/");
        assert_eq!(server.to_string(), shown, "{url}");
        assert_eq!(server.authorization(&own).map(|value| value.to_str().unwrap()), authorization, "{url}");
    }
}

#[test]
fn invalid_proxy_urls_are_errors_without_secrets() {
    #[rustfmt::skip]
    let cases = [
        ("https://u:secret@p:1", "expected an http:// proxy URL, got the scheme `https`"),
        ("socks5://u:secret@p:1", "expected an http:// proxy URL, got the scheme `socks5`"),
        ("socks5h://p", "expected an http:// proxy URL, got the scheme `socks5h`"),
        ("file:///secret", "expected an http:// proxy URL, got the scheme `file`"),
        ("http://u:secret@", "expected a proxy URL such as http://host:port"),
        ("p:port", "expected a proxy URL such as http://host:port"),
        ("p:99999", "expected a proxy URL such as http://host:port"),
        ("", "expected a proxy URL such as http://host:port"),
    ];
    for (url, message) in cases {
        assert_eq!(server(&Proxy::all(url), "http://a.example/"), message, "{url}");
        assert_eq!(server(&Proxy::all(url), "https://a.example/"), message, "{url}");
        assert_eq!(server(&Proxy::all(url).no_proxy("a.example"), "http://a.example/"), "", "{url}");
        let shown = format!("{:?}", Proxy::all(url));
        assert!(!shown.contains("secret"), "{shown}");
    }
    let proxy = Proxy::all("http://user:secret@p:1");
    assert!(format!("{proxy:?}").contains("p:1") && !format!("{proxy:?}").contains("secret"), "{proxy:?}");
    let (server, own) = (Server::parse("http://user:secret@p:1").unwrap(), hop("http://a/"));
    assert_eq!(format!("{:?}", server.authorization(&own)), "Some(Sensitive)");
}

#[test]
fn forwarded_requests_have_the_absolute_form() {
    #[rustfmt::skip]
    let cases = [
        ("http://a.example", "http://a.example/"),
        ("http://a.example:80/x?y=1#part", "http://a.example/x?y=1"),
        ("http://user:secret@a.example:8080/", "http://a.example:8080/"),
        ("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("http://a.example//x//", "http://a.example//x//"),
        ("http://ü.example/ü", "http://xn--tda.example/%C3%BC"),
    ];
    for (url, expected) in cases {
        let hop = Hop { method: Method::POST, ..hop(url) };
        let mut request = WireRequest::new(&hop).unwrap();
        let server = Server::parse("http://user:password@p:1").unwrap();
        server.forward(&mut request, &hop).unwrap();
        assert_eq!(request.target.to_string(), expected);
        assert_eq!(request.headers["proxy-authorization"], "Basic dXNlcjpwYXNzd29yZA==");
        assert_eq!(request.method, Method::POST);
    }
}

#[test]
fn the_callers_proxy_credentials_take_precedence() {
    let own = Hop { proxy_authorization: Some(HeaderValue::from_static("Own")), ..hop("http://a/") };
    for url in ["http://user:password@p:1", "http://p:1"] {
        assert_eq!(Server::parse(url).unwrap().authorization(&own).unwrap(), "Own");
    }
}
