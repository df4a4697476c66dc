//! `sse serve`: serves a recording or a plain stream. The demonstration uses the same server.

mod listen;
mod respond;

use std::convert::Infallible;
use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

use crate::args::{ServeArgs, Speed};
use crate::failure;
use crate::print::Stderr;
use crate::recording::{Pace, Recording, Settings};
use crate::signals::exit_on_signal;
pub(crate) use respond::{Body, respond};

/// A recording and the settings with which it is played.
pub(crate) struct Server {
    pub(crate) recording: Arc<Recording>,
    pub(crate) settings: Arc<Settings>,
    /// The log of requests, if they are logged.
    pub(crate) log: Option<Stderr>,
}

/// Runs `sse serve`.
pub(crate) async fn serve(args: ServeArgs) -> ExitCode {
    exit_on_signal(|| ());
    let name = args.file.display();
    let file = match read(&args.file) {
        Ok(file) => file,
        Err(error) => return failure(format_args!("cannot read {name}: {error}")),
    };
    let server = match Recording::parse(&file).and_then(|recording| server(&args, recording)) {
        Ok(server) => Arc::new(server),
        Err(error) => return failure(format_args!("cannot serve {name}: {error}")),
    };
    let listeners = match listen::listen(&args.listen).await {
        Ok(listeners) => listeners,
        Err(error) => return failure(format_args!("cannot listen on {}: {error}", args.listen)),
    };
    for (listener, address) in listeners {
        // The server does not need stdout, which may be closed.
        let _ = writeln!(io::stdout(), "http://{address}/");
        let server = Arc::clone(&server);
        tokio::spawn(play(listener, move |request, client| {
            let server = Arc::clone(&server);
            async move { respond(&request, &server, client).await }
        }));
    }
    std::future::pending().await
}

/// Reads a file, or stdin for `-`.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path.as_os_str() != "-" {
        return std::fs::read(path);
    }
    let mut stream = Vec::new();
    io::stdin().lock().read_to_end(&mut stream)?;
    Ok(stream)
}

/// Returns the server that the arguments ask for.
fn server(args: &ServeArgs, recording: Recording) -> Result<Server, String> {
    let by_events = args.interval.is_some() || args.drop_after.is_some();
    let recording = if by_events { recording.into_plain()? } else { recording };
    if recording.is_empty() {
        return Err("it contains no event".to_owned());
    }
    let pace = match args.interval {
        Some(interval) => Pace::Interval(interval),
        None => Pace::Recorded(args.speed.unwrap_or(Speed::Times(1.0))),
    };
    let mut settings = Settings::new(pace);
    settings.drop_after = args.drop_after.map(NonZeroUsize::get);
    settings.retry = args.retry;
    let log = args.verbose.then(|| Stderr::new(false));
    Ok(Server { recording: Arc::new(recording), settings: Arc::new(settings), log })
}

/// Accepts connections forever, and answers their requests.
pub(crate) async fn play<F, Fut>(listener: TcpListener, answer: F)
where
    F: Fn(Request<Incoming>, SocketAddr) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Response<Body>> + Send + 'static,
{
    loop {
        match listener.accept().await {
            Ok((socket, client)) => {
                tokio::spawn(connection(socket, client, answer.clone()));
            }
            // An error of one connection must not stop the server. The pause avoids a busy loop.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn connection<F, Fut>(socket: TcpStream, client: SocketAddr, answer: F)
where
    F: Fn(Request<Incoming>, SocketAddr) -> Fut,
    Fut: Future<Output = Response<Body>>,
{
    // Without this, an event could wait in the socket for the next one.
    let _ = socket.set_nodelay(true);
    let answer = service_fn(|request| {
        let response = answer(request, client);
        async move { Ok::<_, Infallible>(response.await) }
    });
    let mut http = http1::Builder::new();
    let _ = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(socket), answer).await;
}
