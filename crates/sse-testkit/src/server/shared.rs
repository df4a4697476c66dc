//! The state that the threads of a server share, and the loop that accepts connections.

use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use super::log::Log;
use super::{PAUSE, connection};
use crate::RecordedRequest;
use crate::script::Script;

/// The state that the threads of a server share.
pub(super) struct Shared {
    pub(super) script: Script,
    pub(super) log: Log,
    recording: AtomicBool,
    /// The number of requests that were not recorded.
    unrecorded: AtomicUsize,
    stopped: AtomicBool,
    /// The connections so far. References to closed ones dangle until they are removed.
    streams: Mutex<Vec<Weak<TcpStream>>>,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self {
            script: Script::default(),
            log: Log::new(),
            recording: AtomicBool::new(true),
            unrecorded: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            streams: Mutex::default(),
        }
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    pub(super) fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    pub(super) fn stop_recording(&self) {
        self.recording.store(false, Ordering::Relaxed);
    }

    fn recording(&self) -> bool {
        self.recording.load(Ordering::Relaxed)
    }

    /// Returns whether the next request is answered before it is read.
    pub(super) fn is_early(&self) -> bool {
        let number = if self.recording() { self.log.len() } else { self.unrecorded.load(Ordering::Relaxed) };
        self.script.is_early(number)
    }

    /// Sets the number of a request, and records it unless recording is off.
    pub(super) fn add_request(&self, request: &mut RecordedRequest, sent: &Arc<AtomicU64>) {
        if self.recording() {
            self.log.add(request, Arc::clone(sent));
        } else {
            request.number = self.unrecorded.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Records that the peer of request `number` has closed its connection.
    pub(super) fn add_close(&self, number: usize) {
        if self.recording() {
            self.log.close(number);
        }
    }

    /// Keeps a reference to a connection, so that [`shut_down`](Self::shut_down) can interrupt its
    /// thread.
    fn add_stream(&self, stream: TcpStream) -> Arc<TcpStream> {
        let stream = Arc::new(stream);
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if streams.len() == streams.capacity() {
            streams.retain(|stream| stream.strong_count() > 0);
        }
        streams.push(Arc::downgrade(&stream));
        stream
    }

    fn shut_down(&self) {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        for stream in streams.iter().filter_map(Weak::upgrade) {
            // The peer may have closed it already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Serves each connection on a thread of its own until the server is stopped. When this returns,
/// all threads have ended.
pub(super) fn accept(listener: &TcpListener, shared: &Shared) {
    thread::scope(|threads| {
        loop {
            let accepted = listener.accept();
            if shared.stopped() {
                break;
            }
            match accepted {
                Ok((stream, _)) => {
                    let stream = shared.add_stream(stream);
                    threads.spawn(move || connection::serve(stream, shared));
                }
                // There are too many open files, or the peer left too early. Both are temporary.
                Err(_) => thread::sleep(PAUSE),
            }
        }
        shared.shut_down();
    });
}
