//! What came at once: reads that followed each other closely, with the frames that they completed.

use std::time::Duration;

use super::observation::{Item, Kind, Stream};

/// Reads within this time of the first one belong together: one write of a server may take several.
const CLOSE: Duration = Duration::from_millis(30);

/// Bytes that came at once.
#[derive(Clone, Debug)]
pub(crate) struct Lump<'a> {
    pub(crate) at: Duration,
    pub(crate) bytes: usize,
    /// Whether it ends in the middle of an event.
    pub(crate) cuts: bool,
    pub(crate) items: &'a [Item],
}

impl Lump<'_> {
    pub(crate) fn own_times(&self) -> impl DoubleEndedIterator<Item = i64> {
        self.items.iter().filter_map(|item| item.own_time)
    }

    pub(crate) fn events(&self) -> usize {
        self.items.iter().filter(|item| matches!(item.kind, Kind::Event(_))).count()
    }

    pub(crate) fn comments(&self) -> usize {
        self.items.iter().filter(|item| matches!(item.kind, Kind::Comment)).count()
    }
}

pub(crate) fn lumps(stream: &Stream) -> Vec<Lump<'_>> {
    let mut lumps: Vec<Lump<'_>> = Vec::new();
    let mut rest = &stream.items[..];
    for arrival in &stream.arrivals {
        match lumps.last_mut().filter(|lump| arrival.at < lump.at + CLOSE) {
            Some(lump) => {
                lump.bytes += arrival.len;
                lump.cuts = arrival.cuts;
            }
            None => lumps.push(Lump { at: arrival.at, bytes: arrival.len, cuts: arrival.cuts, items: &[] }),
        }
    }
    for at in 0..lumps.len() {
        let end = lumps.get(at + 1).map_or(rest.len(), |next| rest.partition_point(|item| item.at < next.at));
        (lumps[at].items, rest) = rest.split_at(end);
    }
    lumps
}
