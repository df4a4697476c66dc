//! Groups reads that followed each other closely into bursts.

use std::time::Duration;

use super::observation::{Item, Kind, Stream};

/// The longest time from the first read of a burst to its last one. One write of a server may take
/// several reads.
const CLOSE: Duration = Duration::from_millis(30);

/// Bytes that arrived at once, and the frames that they completed.
#[derive(Clone, Debug)]
pub(crate) struct Burst<'a> {
    pub(crate) at: Duration,
    pub(crate) bytes: usize,
    /// Whether the burst ends in the middle of an event.
    pub(crate) cuts: bool,
    pub(crate) items: &'a [Item],
}

impl Burst<'_> {
    /// Returns the times that the server wrote into the frames.
    pub(crate) fn own_times(&self) -> impl DoubleEndedIterator<Item = i64> {
        self.items.iter().filter_map(|item| item.own_time)
    }

    /// Returns the number of events.
    pub(crate) fn events(&self) -> usize {
        self.items.iter().filter(|item| matches!(item.kind, Kind::Event(_))).count()
    }

    /// Returns the number of comments.
    pub(crate) fn comments(&self) -> usize {
        self.items.iter().filter(|item| matches!(item.kind, Kind::Comment)).count()
    }
}

/// Returns the bursts of a stream.
pub(crate) fn bursts(stream: &Stream) -> Vec<Burst<'_>> {
    let mut bursts: Vec<Burst<'_>> = Vec::new();
    let mut rest = &stream.items[..];
    for arrival in &stream.arrivals {
        match bursts.last_mut().filter(|burst| arrival.at < burst.at + CLOSE) {
            Some(burst) => {
                burst.bytes += arrival.len;
                burst.cuts = arrival.cuts;
            }
            None => bursts.push(Burst { at: arrival.at, bytes: arrival.len, cuts: arrival.cuts, items: &[] }),
        }
    }
    for at in 0..bursts.len() {
        let end =
            bursts.get(at + 1).map_or(rest.len(), |next| rest.partition_point(|item| item.at < next.at));
        (bursts[at].items, rest) = rest.split_at(end);
    }
    bursts
}
