//! `sse demo --web`: serves a page that follows the stream of the demonstration in a browser.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::net::TcpListener;

use crate::serve::{Body, Server, play, respond};
use crate::{demo, failure};

/// The files of the page, as `.ci/web page` builds them, and their content types.
const FILES: [(&str, &str); 3] = [
    ("index.html", "text/html; charset=utf-8"),
    ("page.js", "text/javascript; charset=utf-8"),
    ("page_bg.wasm", "application/wasm"),
];

/// The page, and the stream that it follows.
struct Site {
    /// Paths, content types and contents.
    files: Vec<(String, &'static str, Bytes)>,
    server: Server,
}

/// Serves the page in `folder` until the process is interrupted.
pub(crate) async fn web(folder: &Path) -> ExitCode {
    let files = match read(folder) {
        Ok(files) => files,
        Err(error) => return failure(format_args!("{error}; `.ci/web page FOLDER` builds the page")),
    };
    let listener = match TcpListener::bind("127.0.0.1:0").await {
        Ok(listener) => listener,
        Err(error) => return failure(format_args!("cannot listen on the loopback address: {error}")),
    };
    if let Ok(address) = listener.local_addr() {
        // The server does not need stdout, which the parent process may have closed.
        let _ = writeln!(io::stdout(), "open http://{address}/ in a browser");
    }
    let site = Arc::new(Site { files, server: demo::server() });
    play(listener, move |request, client| {
        let site = Arc::clone(&site);
        async move { site.answer(&request, client).await }
    })
    .await;
    ExitCode::FAILURE
}

/// Reads the files of the page.
fn read(folder: &Path) -> Result<Vec<(String, &'static str, Bytes)>, String> {
    let read = |(name, content_type)| {
        let path = folder.join(name);
        let content =
            std::fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let path = if name == "index.html" { "/".to_owned() } else { format!("/{name}") };
        Ok((path, content_type, Bytes::from(content)))
    };
    FILES.into_iter().map(read).collect()
}

impl Site {
    async fn answer<B>(&self, request: &Request<B>, client: SocketAddr) -> Response<Body> {
        let path = request.uri().path();
        if let Some((_, content_type, content)) = self.files.iter().find(|(name, ..)| name == path) {
            return whole(StatusCode::OK, content_type, content.clone());
        }
        match path {
            "/events" => {
                // This is a new visitor, for whom the server drops the connection again.
                if !request.headers().contains_key("last-event-id") {
                    self.server.settings.drops.store(demo::DROPS, Ordering::Relaxed);
                }
                respond(request, &self.server, client).await
            }
            "/ids" => {
                let ids: Vec<_> = self.server.recording.ids().collect();
                whole(StatusCode::OK, "text/plain; charset=utf-8", ids.join("\n").into())
            }
            _ => whole(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "not found\n".into()),
        }
    }
}

/// Returns a response with the whole content.
fn whole(status: StatusCode, content_type: &'static str, content: Bytes) -> Response<Body> {
    let mut response = Response::new(Full::new(content).map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        let files = vec![("/".to_owned(), "text/html", Bytes::from_static(b"<p>"))];
        Site { files, server: demo::server() }
    }

    async fn get(site: &Site, path: &str) -> Response<Body> {
        answer(site, Request::get(path)).await
    }

    async fn answer(site: &Site, request: http::request::Builder) -> Response<Body> {
        site.answer(&request.body(()).expect("a request"), ([127, 0, 0, 1], 1).into()).await
    }

    #[tokio::test]
    async fn each_path_has_its_response() {
        let site = site();
        let expected = [
            ("/", 200, "text/html"),
            ("/events", 200, "text/event-stream"),
            ("/ids", 200, "text/plain; charset=utf-8"),
            ("/../Cargo.toml", 404, "text/plain; charset=utf-8"),
        ];
        for (path, status, content_type) in expected {
            let response = get(&site, path).await;
            assert_eq!(
                (response.status().as_u16(), &response.headers()["content-type"]),
                (status, &content_type.parse().expect("a header")),
                "{path}"
            );
        }
    }

    #[tokio::test]
    async fn each_visitor_is_dropped_as_often_as_the_first() {
        let site = site();
        site.server.settings.drops.store(0, Ordering::Relaxed);
        answer(&site, Request::get("/events").header("last-event-id", "4")).await;
        assert_eq!(site.server.settings.drops.load(Ordering::Relaxed), 0);
        get(&site, "/events").await;
        assert_eq!(site.server.settings.drops.load(Ordering::Relaxed), demo::DROPS);
    }
}
