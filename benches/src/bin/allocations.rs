//! Prints allocations per event, as a Markdown table. A binary of its own, since an allocator that counts slows down
//! whatever allocates, which would flatter those that do not.
//!
//!     cargo run --release -p sse-benches --bin allocations

use sse_benches::ours::{Lent, Owned, Streamed};
use sse_benches::peers::SseCore;
use sse_benches::{Cut, Subject, Workload, workloads};

const STREAM_LEN: usize = 1024 * 1024;
const SUBJECTS: [Subject; 4] =
    [Subject::of::<Lent>(), Subject::of::<Owned>(), Subject::of::<Streamed>(), Subject::of::<SseCore>()];

fn main() {
    println!("| workload | {} |", Cut::ALL.map(|cut| cut.to_string()).join(" | "));
    println!("|---{}|", "|---".repeat(Cut::ALL.len()));
    for workload in workloads::all(STREAM_LEN) {
        let cells = Cut::ALL.map(|cut| cell(&workload, cut));
        println!("| {} | {} |", workload.name, cells.join(" | "));
    }
}

fn cell(workload: &Workload, cut: Cut) -> String {
    SUBJECTS.map(|subject| shown(per_event(subject, workload, cut))).join(" / ")
}

fn per_event(subject: Subject, workload: &Workload, cut: Cut) -> f64 {
    let pieces = workload.pieces(cut);
    // Whatever is made once in a process is made now.
    (subject.pass)(&pieces);
    let info = allocation_counter::measure(|| {
        (subject.pass)(&pieces);
    });
    info.count_total as f64 / workload.events() as f64
}

/// A decoder's first buffers, over thousands of events, are told from none at all.
fn shown(count: f64) -> String {
    match count {
        0.0 => "0".to_owned(),
        _ if count < 0.005 => "0+".to_owned(),
        _ => format!("{count:.2}"),
    }
}
