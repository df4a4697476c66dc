use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use sse_driver::RequestBody;

use super::{Hop, MAX_REDIRECTS};
use crate::RedirectError;

fn hop(method: &str, url: &str) -> Hop {
    Hop::new(method.parse().unwrap(), url)
}

fn has_body(hop: &Hop) -> bool {
    hop.body.as_bytes().is_none_or(|body| !body.is_empty())
}

fn redirect_to(location: impl AsRef<[u8]>) -> HeaderMap {
    HeaderMap::from_iter([(header::LOCATION, HeaderValue::from_bytes(location.as_ref()).unwrap())])
}

fn follow(hop: &mut Hop, status: u16, response: &HeaderMap) -> Result<bool, RedirectError> {
    hop.follow(StatusCode::from_u16(status).unwrap(), response)
}

#[test]
fn only_five_statuses_redirect() {
    for status in 200..600 {
        let redirects = [301, 302, 303, 307, 308].contains(&status);
        let mut hop = hop("GET", "http://a/");
        assert_eq!(follow(&mut hop, status, &redirect_to("/b")), Ok(redirects), "{status}");
        assert_eq!(hop.url.path(), if redirects { "/b" } else { "/" }, "{status}");
        assert_eq!(hop.redirects, u8::from(redirects), "{status}");
    }
}

#[test]
fn the_status_decides_about_method_and_body() {
    #[rustfmt::skip]
    let cases = [
        (301, "GET", "GET", true),    (302, "GET", "GET", true),    (303, "GET", "GET", true),
        (301, "HEAD", "HEAD", true),  (302, "HEAD", "HEAD", true),  (303, "HEAD", "HEAD", true),
        (301, "POST", "GET", false),  (302, "POST", "GET", false),  (303, "POST", "GET", false),
        (301, "PUT", "PUT", true),    (302, "PUT", "PUT", true),    (303, "PUT", "GET", false),
        (301, "REPORT", "REPORT", true), (302, "DELETE", "DELETE", true), (303, "REPORT", "GET", false),
        (307, "GET", "GET", true),    (307, "POST", "POST", true),  (307, "PUT", "PUT", true),
        (308, "GET", "GET", true),    (308, "POST", "POST", true),  (308, "PATCH", "PATCH", true),
    ];
    for (status, before, after, with_body) in cases {
        let mut hop = hop(before, "http://a/");
        hop.body = RequestBody::from("{}");
        for name in ["content-type", "content-encoding", "content-language", "content-location", "x-api-key"]
        {
            hop.headers.insert(name, HeaderValue::from_static("x"));
        }
        follow(&mut hop, status, &redirect_to("/b")).unwrap();
        assert_eq!(hop.method.as_str(), after, "{before} {status}");
        assert_eq!(has_body(&hop), with_body, "{before} {status}");
        assert_eq!(hop.headers.len(), if with_body { 5 } else { 1 }, "{before} {status}");
        assert!(hop.headers.contains_key("x-api-key"), "{before} {status}");
    }
}

#[test]
fn locations_are_resolved_against_the_url() {
    let base = "http://user:secret@a.example:8080/dir/page?old=1#part";
    let cases: &[(&[u8], &str)] = &[
        (b"http://b.example/x", "http://b.example/x#part"),
        (b"https://b.example:443/x#other", "https://b.example/x#other"),
        (b"//b.example/x", "http://b.example/x#part"),
        (b"/x?y=1", "http://a.example:8080/x?y=1#part"),
        (b"x", "http://a.example:8080/dir/x#part"),
        (b"../x", "http://a.example:8080/x#part"),
        (b"?new=2", "http://a.example:8080/dir/page?new=2#part"),
        (b"#", "http://a.example:8080/dir/page?old=1#"),
        (b"http:x", "http://a.example:8080/dir/x#part"),
        (b"HTTP://B.EXAMPLE/x", "http://b.example/x#part"),
        (b"http://[::1]:80/", "http://[::1]/#part"),
        (b"http://other:word@b.example/x", "http://b.example/x#part"),
        ("/ü?ü".as_bytes(), "http://a.example:8080/%C3%BC?%C3%BC#part"),
        ("http://ü.example/".as_bytes(), "http://xn--tda.example/#part"),
        (b"/\xFC?\xFC", "http://a.example:8080/%FC?%FC#part"),
        (b"/a b", "http://a.example:8080/a%20b#part"),
        (b"//b.example\\x", "http://b.example/x#part"),
    ];
    for (location, expected) in cases {
        let mut hop = hop("GET", base);
        let shown = String::from_utf8_lossy(location);
        assert_eq!(follow(&mut hop, 302, &redirect_to(location)), Ok(true), "{shown}");
        assert_eq!(hop.url.as_str(), *expected, "{shown}");
    }
}

#[test]
fn redirect_to_another_origin_drops_credentials() {
    let headers = [
        ("accept", "text/event-stream"),
        ("accept-language", "de"),
        ("user-agent", "test"),
        ("cache-control", "no-cache"),
        ("accept-encoding", "gzip"),
        ("authorization", "Bearer x"),
        ("cookie", "a=b"),
        ("x-api-key", "x"),
        ("last-event-id", "7"),
        ("content-type", "application/json"),
        ("host", "virtual.example"),
    ];
    #[rustfmt::skip]
    let cases = [
        ("http://a.example/x", "http://a.example:80/y", false),
        ("http://a.example/x", "http://A.EXAMPLE/y", false),
        ("http://a.example/x", "http://a.example:81/y", true),
        ("http://a.example/x", "https://a.example/y", false),
        ("http://a.example:80/x", "https://a.example:443/y", false),
        ("http://[::1]/x", "https://[::1]/y", false),
        ("http://a.example:81/x", "https://a.example/y", true),
        ("http://a.example/x", "https://a.example:444/y", true),
        ("http://a.example:81/x", "https://a.example:81/y", true),
        ("http://a.example/x", "https://b.example/y", true),
        ("http://a.example/x", "https://sub.a.example/y", true),
        ("http://a.example/x", "http://b.example/y", true),
        ("http://a.example/x", "http://sub.a.example/y", true),
        ("http://127.0.0.1:1/x", "http://localhost:1/y", true),
    ];
    for (from, location, crosses) in cases {
        for status in [301, 302, 303, 307, 308] {
            let mut hop = hop("PUT", from);
            hop.headers
                .extend(headers.map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))));
            follow(&mut hop, status, &redirect_to(location)).unwrap();
            let kept: Vec<_> = hop.headers.keys().map(|name| name.as_str()).collect();
            let case = format!("{status} {from} -> {location}: {kept:?}");
            let as_get = usize::from(status == 303);
            match crosses {
                true => {
                    let harmless =
                        ["accept", "accept-language", "user-agent", "cache-control", "last-event-id"];
                    assert_eq!(kept, harmless, "{case}")
                }
                false => assert_eq!(kept.len(), headers.len() - as_get, "{case}"),
            }
            assert_eq!(hop.method, if status == 303 { Method::GET } else { Method::PUT }, "{case}");
        }
    }
}

#[test]
fn a_body_never_goes_to_another_origin() {
    #[rustfmt::skip]
    let cases = [
        ("http://a.example/x", "http://b.example/y", true),
        ("http://a.example/x", "http://a.example:81/y", true),
        ("https://a.example/x", "https://b.example/y", true),
        ("http://a.example:81/x", "https://a.example/y", true),
        ("http://a.example/x", "https://a.example/y", false),
        ("http://a.example/x", "http://a.example/y", false),
    ];
    let streamed = || RequestBody::stream(futures_util::stream::empty::<Result<_, std::io::Error>>);
    for (from, location, crosses) in cases {
        for (status, method, carries) in [
            (301, "POST", false),
            (302, "POST", false),
            (303, "POST", false),
            (303, "PUT", false),
            (301, "PUT", true),
            (302, "PUT", true),
            (307, "POST", true),
            (308, "POST", true),
            (307, "GET", true),
        ] {
            for body in [RequestBody::from("{}"), streamed()] {
                let mut hop = Hop { body, ..hop(method, from) };
                hop.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                let outcome = follow(&mut hop, status, &redirect_to(location));
                let case = format!("{status} {method} {from} -> {location}");
                match crosses && carries {
                    true => assert_eq!(outcome, Err(RedirectError::BodyToAnotherOrigin), "{case}"),
                    false => {
                        assert_eq!((outcome, has_body(&hop)), (Ok(true), carries), "{case}");
                        assert_eq!(hop.headers.len(), usize::from(carries), "{case}");
                    }
                }
            }
        }
    }
}

#[test]
fn another_origin_gets_repeated_headers_but_no_custom_cache_control() {
    let mut hop = hop("GET", "http://a/");
    for value in ["text/event-stream", "text/plain"] {
        hop.headers.append(header::ACCEPT, HeaderValue::from_static(value));
    }
    hop.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("x-tenant=7"));
    follow(&mut hop, 302, &redirect_to("http://b/")).unwrap();
    assert_eq!(hop.headers.get_all(header::ACCEPT).iter().count(), 2);
    assert!(!hop.headers.contains_key(header::CACHE_CONTROL));
}

#[test]
fn dropped_headers_stay_dropped_on_the_way_back() {
    let mut hop = hop("POST", "http://a/");
    hop.headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer x"));
    hop.body = RequestBody::from("{}");
    for location in ["http://b/", "http://a/"] {
        follow(&mut hop, 302, &redirect_to(location)).unwrap();
    }
    assert_eq!(hop.url.as_str(), "http://a/");
    assert!(hop.headers.is_empty() && !has_body(&hop));
}

#[test]
fn invalid_redirects_are_errors() {
    let several = HeaderMap::from_iter(["/a", "/b"].map(|l| (header::LOCATION, HeaderValue::from_static(l))));
    let scheme = |scheme: &str| RedirectError::Scheme(scheme.to_owned());
    let cases = [
        ("http://a/", HeaderMap::new(), RedirectError::MissingLocation),
        ("http://a/", redirect_to(""), RedirectError::MissingLocation),
        ("http://a/", several, RedirectError::SeveralLocations),
        ("http://a/", redirect_to("http://"), RedirectError::InvalidLocation(url::ParseError::EmptyHost)),
        (
            "http://a/",
            redirect_to("http://b:99999/"),
            RedirectError::InvalidLocation(url::ParseError::InvalidPort),
        ),
        ("http://a/", redirect_to("ftp://b/"), scheme("ftp")),
        ("http://a/", redirect_to("file:///etc/passwd"), scheme("file")),
        ("http://a/", redirect_to("data:text/event-stream,data:x"), scheme("data")),
        ("https://a/", redirect_to("ws://a/"), scheme("ws")),
        ("https://a/", redirect_to("http://a/"), RedirectError::Downgrade),
        ("https://a/", redirect_to("http://b/"), RedirectError::Downgrade),
    ];
    for (url, response, expected) in cases {
        assert_eq!(follow(&mut hop("GET", url), 302, &response), Err(expected), "{url} {response:?}");
    }
}

#[test]
fn the_eleventh_redirect_in_a_row_is_an_error() {
    let mut hop = hop("GET", "http://a/");
    for _ in 0..MAX_REDIRECTS {
        assert_eq!(follow(&mut hop, 302, &redirect_to("/")), Ok(true));
    }
    assert_eq!(follow(&mut hop, 200, &HeaderMap::new()), Ok(false));
    assert_eq!(follow(&mut hop, 302, &redirect_to("/")), Err(RedirectError::TooMany));
}
