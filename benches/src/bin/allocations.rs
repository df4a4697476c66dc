//! Prints the allocations per event as a Markdown table. It is a separate binary because a counting
//! allocator slows down decoders that allocate, which would distort timings.
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
    // The first pass makes allocations that happen once per process.
    (subject.pass)(&pieces);
    let info = allocation_counter::measure(|| {
        (subject.pass)(&pieces);
    });
    info.count_total as f64 / workload.events() as f64
}

/// Formats a count. A decoder's first buffers, divided by thousands of events, show as `0+`, not as
/// 0.
fn shown(count: f64) -> String {
    match count {
        0.0 => "0".to_owned(),
        _ if count < 0.005 => "0+".to_owned(),
        _ => format!("{count:.2}"),
    }
}
