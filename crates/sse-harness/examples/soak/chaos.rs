//! A server that commits numbered events and then tries to lose them, and the records of what was
//! committed and received.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use sse_harness::{MockServer, RecordedRequest, Reply, SplitMix64};

/// The ID of incomplete events, which is above the number of every event.
const NEVER: u64 = u64::MAX;

/// The events that the server committed, and those that the sessions received.
pub(crate) struct Chaos {
    seed: u64,
    pages: Vec<Mutex<Page>>,
    connections: AtomicU64,
    closing: AtomicBool,
}

struct Page {
    dice: SplitMix64,
    committed: u64,
    received: u64,
    complaint: Option<String>,
}

impl Chaos {
    pub(crate) fn new(sessions: usize, seed: u64) -> Self {
        let page = |number| {
            let dice = SplitMix64::new(seed.wrapping_add(number));
            Mutex::new(Page { dice, committed: 0, received: 0, complaint: None })
        };
        let pages = (0..sessions as u64).map(page).collect();
        Self { seed, pages, connections: AtomicU64::new(0), closing: AtomicBool::new(false) }
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    pub(crate) fn sessions(&self) -> usize {
        self.pages.len()
    }

    pub(crate) fn received(&self, number: usize) -> u64 {
        self.page(number).received
    }

    pub(crate) fn receive(&self, number: usize) {
        self.page(number).received += 1;
    }

    /// Records something that must never happen. Only the first complaint of a session is kept.
    pub(crate) fn complain(&self, number: usize, what: String) {
        self.page(number).complaint.get_or_insert(what);
    }

    /// Stops commits. From now on, a client that has read every event gets status 204.
    pub(crate) fn stop_commits(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    pub(crate) fn summary(&self) -> String {
        let (committed, received) = self.pages.iter().fold((0, 0), |sums, page| {
            let page = page.lock().expect("nothing panics while it holds a page");
            (sums.0 + page.committed, sums.1 + page.received)
        });
        let (sessions, connections) = (self.pages.len(), self.connections.load(Ordering::Relaxed));
        format!("{sessions} sessions, {connections} connections, {received} of {committed} events")
    }

    /// Returns whether every session has every event, and prints the first ones that do not.
    pub(crate) fn audit(&self) -> bool {
        let bad = |number: &usize| {
            let page = self.page(*number);
            page.complaint.is_some() || page.received != page.committed
        };
        let bad: Vec<_> = (0..self.pages.len()).filter(bad).collect();
        for number in bad.iter().take(10) {
            let Page { committed, received, complaint, .. } = &*self.page(*number);
            println!("session {number}: {received} of {committed}, {complaint:?}");
        }
        bad.is_empty()
    }

    fn page(&self, number: usize) -> MutexGuard<'_, Page> {
        self.pages[number].lock().expect("nothing panics while it holds a page")
    }

    fn answer(&self, request: &RecordedRequest) -> Reply {
        self.connections.fetch_add(1, Ordering::Relaxed);
        let number =
            request.path.trim_start_matches('/').split('/').next().and_then(|text| text.parse().ok());
        let Some(number) = number.filter(|number| *number < self.pages.len()) else {
            return Reply::status(404);
        };
        let after = request.last_event_id().map_or(Some(0), |id| id.parse().ok());
        let mut page = self.page(number);
        match after {
            Some(after) if after <= page.committed => {
                page.reply(number, after, request, self.closing.load(Ordering::Relaxed))
            }
            after => {
                page.complaint.get_or_insert(format!("requested the events after {after:?}"));
                Reply::status(410)
            }
        }
    }
}

/// Starts a server that answers from the records.
pub(crate) fn serve(chaos: &Arc<Chaos>) -> MockServer {
    let chaos = Arc::clone(chaos);
    MockServer::new().without_record().reply_with(move |request| chaos.answer(request))
}

/// Returns the data of an event: several lines of up to 2 KiB, with characters of all lengths.
pub(crate) fn text(number: usize, event: u64) -> String {
    let mut dice = SplitMix64::new(number as u64 ^ event.rotate_left(32));
    let words = ["a", "längst", "€", "事件", "🦀", "\n", "data: ", ":", " "];
    let filler = (0..dice.below(200)).map(|_| words[dice.below(words.len() as u64) as usize]);
    format!("{number}/{event} {}", filler.collect::<String>())
}

fn wire(number: usize, event: u64) -> String {
    let data = text(number, event).replace('\n', "\ndata: ");
    format!("id: {event}\ndata: {data}\n\n")
}

impl Page {
    fn reply(&mut self, number: usize, after: u64, request: &RecordedRequest, closing: bool) -> Reply {
        if closing {
            return self.rest(number, after);
        }
        let moved = request.path.contains("moved");
        match self.dice.below(32) {
            0 => Reply::status(503).header("retry-after", "1").send("busy"),
            1 | 2 => Reply::status([500, 502, 503, 504, 429][self.dice.below(5) as usize]).send("busy"),
            3 | 4 if !moved => Reply::status(307).header("location", format!("/{number}/moved")),
            5 => Reply::raw().reset(),
            6 => Reply::raw().send("HTTP/1.1 200 OK\r\ncontent-ty").drop_connection(),
            7 => Reply::raw().stall(),
            8 => Reply::raw().send("no http at all\r\n\r\n"),
            _ => self.stream(number, after),
        }
    }

    /// Returns all remaining events, or status 204 if there are none.
    fn rest(&self, number: usize, after: u64) -> Reply {
        if after == self.committed {
            return Reply::status(204);
        }
        Reply::events().send((after + 1..=self.committed).map(|n| wire(number, n)).collect::<String>())
    }

    /// Returns some events in pieces, then an incomplete event, then one of several ends.
    fn stream(&mut self, number: usize, after: u64) -> Reply {
        let last = after + self.dice.below(12);
        self.committed = self.committed.max(last);
        let mut body: String = (after + 1..=last).map(|n| wire(number, n)).collect();
        if self.dice.below(8) == 0 {
            body.insert_str(0, &format!("retry: {}\n\n: a comment\n", 10 + self.dice.below(50)));
        }
        match self.dice.below(12) {
            0 => self.too_short(body.into_bytes()),
            1 => Reply::events().send_each_byte(body).drop_connection(),
            _ => {
                body += &format!("id: {NEVER}\nevent: never\ndata: nev€");
                let cut = body.len() - self.dice.below(20) as usize;
                let pieces = self.in_pieces(&body.as_bytes()[..cut]);
                self.end(pieces)
            }
        }
    }

    /// Returns a body that is shorter than its `Content-Length`.
    fn too_short(&mut self, body: Vec<u8>) -> Reply {
        let len = body.len() as u64 + 1 + self.dice.below(1000);
        Reply::status(200)
            .header("content-type", "text/event-stream")
            .content_length(len)
            .send(body)
            .drop_connection()
    }

    fn in_pieces(&mut self, mut bytes: &[u8]) -> Reply {
        let mut reply = Reply::events();
        while !bytes.is_empty() {
            let len = bytes.len().min(1 + self.dice.below(1500) as usize);
            reply = reply.send(&bytes[..len]);
            if self.dice.below(3) == 0 {
                reply = reply.pause(Duration::from_millis(self.dice.below(40)));
            }
            bytes = &bytes[len..];
        }
        reply
    }

    fn end(&mut self, reply: Reply) -> Reply {
        match self.dice.below(8) {
            0 => reply.stall(),
            1 | 2 => reply.reset(),
            3 | 4 => reply.drop_connection(),
            5 => reply.pause(Duration::from_millis(self.dice.below(300))).close(),
            _ => reply.close(),
        }
    }
}
