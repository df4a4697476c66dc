//! `sse serve`, and the server that the demonstration has inside.

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

/// A recording, and all that is needed to play it to a client.
pub(crate) struct Server {
    pub(crate) recording: Arc<Recording>,
    pub(crate) settings: Arc<Settings>,
    /// Where requests are logged.
    pub(crate) log: Option<Stderr>,
}

pub(crate) async fn serve(args: ServeArgs) -> ExitCode {
    exit_on_signal(|| ());
    let name = args.file.display();
    let file = match read(&args.file) {
        Ok(file) => file,
        Err(error) => return failure(format_args!("cannot read {name}: {error}")),
    };
    let server = match Recording::parse(&file).and_then(|recording| server(&args, recording)) {
        Ok(server) => Arc::new(server),
        Err(error) => return failure(format_args!("{name} cannot be served: {error}")),
    };
    let listeners = match listen::listen(&args.listen).await {
        Ok(listeners) => listeners,
        Err(error) => return failure(format_args!("cannot listen on {}: {error}", args.listen)),
    };
    for (listener, address) in listeners {
        // Its stdout may be closed; it serves all the same.
        let _ = writeln!(io::stdout(), "http://{address}/");
        let server = Arc::clone(&server);
        tokio::spawn(play(listener, move |request, client| {
            let server = Arc::clone(&server);
            async move { respond(&request, &server, client).await }
        }));
    }
    std::future::pending().await
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path.as_os_str() != "-" {
        return std::fs::read(path);
    }
    let mut stream = Vec::new();
    io::stdin().lock().read_to_end(&mut stream)?;
    Ok(stream)
}

fn server(args: &ServeArgs, recording: Recording) -> Result<Server, String> {
    let by_events = args.interval.is_some() || args.drop_after.is_some();
    let recording = if by_events { recording.into_plain()? } else { recording };
    if recording.is_empty() {
        return Err("there is no event in it".to_owned());
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

/// Accepts connections for ever, and answers their requests.
pub(crate) async fn play<F, Fut>(listener: TcpListener, answer: F)
where
    F: Fn(Request<Incoming>, SocketAddr) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Response<Body>> + Send,
{
    loop {
        match listener.accept().await {
            Ok((socket, client)) => {
                tokio::spawn(connection(socket, client, answer.clone()));
            }
            // What one client does wrong is no reason to stop serving the others.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn connection<F, Fut>(socket: TcpStream, client: SocketAddr, answer: F)
where
    F: Fn(Request<Incoming>, SocketAddr) -> Fut,
    Fut: Future<Output = Response<Body>>,
{
    // An event is not to wait for the next one.
    let _ = socket.set_nodelay(true);
    let answer = service_fn(|request| {
        let response = answer(request, client);
        async move { Ok::<_, Infallible>(response.await) }
    });
    let mut http = http1::Builder::new();
    let _ = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(socket), answer).await;
}
