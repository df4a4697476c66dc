//! Prints, as Markdown, the decoder's throughput beside that of its peers and of easier tasks, and its allocations.
//!
//!     cargo run --release -p sse-benches --features peers --bin side_by_side > benches/RESULTS.md
//!
//! While one works on the decoder, less will do: `-- llm 1460` for some workloads and pieces, `-- --only ours`.

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

/// It stays in the cache, as a socket buffer that was filled just now does.
const STREAM_LEN: usize = 512 * 1024;
/// For pieces of one byte, of which every decoder needs a multiple of the time, and a chunk a multiple of the room.
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

/// One cell for each workload.
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
