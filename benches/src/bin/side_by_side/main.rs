//! Prints a Markdown report that compares the decoder's throughput with that of its peers and of
//! easier tasks, and lists its allocations.
//!
//!     cargo run --release -p sse-benches --features peers --bin side_by_side > benches/RESULTS.md
//!
//! While working on the decoder, measure a part: `-- llm 1460` selects workloads and piece sizes,
//! `-- --only ours` selects decoders.

mod allocations;
mod cell;
mod entry;
mod head;
mod means;
mod notes;
mod race;
mod selection;
mod tables;

use cell::Cell;
use entry::Input;
use selection::Selection;
use sse_benches::{Cut, workloads};

/// The length of a stream in bytes. It stays in the cache, like a socket buffer that was just
/// filled.
const STREAM_LEN: usize = 512 * 1024;
/// The length for pieces of one byte, which take each decoder much longer and need much more
/// memory.
const SHORTER_LEN: usize = 64 * 1024;

fn main() {
    let selection = Selection::from_args(std::env::args().skip(1));
    let allocations = selection.is_all().then(allocations::table);
    head::print();
    let mut cells = Vec::new();
    for cut in Cut::ALL.into_iter().filter(|cut| selection.has_cut(*cut)) {
        let row = measure(cut, &selection);
        tables::print(cut, &row);
        cells.extend(row);
    }
    notes::print(&cells);
    if let Some(table) = allocations {
        allocations::print(&table);
    }
    means::print(&cells);
}

/// Measures one cell for each workload.
fn measure(cut: Cut, selection: &Selection) -> Vec<Cell> {
    let len = if cut == Cut::Bytes(1) { SHORTER_LEN } else { STREAM_LEN };
    let workloads = workloads::all(len).into_iter().filter(|workload| selection.has_workload(workload.name));
    workloads
        .map(|workload| {
            eprintln!("{cut}: {}", workload.name);
            Cell::measure(&Input::new(workload, cut), selection)
        })
        .collect()
}
