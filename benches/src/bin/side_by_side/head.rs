//! The head of the report: what was measured, when, and on which machine.

use std::time::SystemTime;
use std::{fs, thread};

use sse_benches::peers;

/// The lock file, which contains the versions of the peers.
const LOCK: &str = include_str!(env!("CARGO_LOCK"));

pub(crate) fn print() {
    println!("# Side by side\n");
    println!(
        "    cargo run --release -p sse-benches --features peers --bin side_by_side > benches/RESULTS.md\n"
    );
    println!(
        "Throughput in MB/s (10^6 bytes a second of the thread's CPU time; medians of interleaved rounds in one \
         process), of streams of 512 KiB (64 KiB in pieces of one byte). Decoders that take `Bytes` get chunks \
         that were made before the clock starts, and pay for dropping them; slices cost nothing to hand over. A peer \
         is timed where it gives the same events (type, data, id) as this workspace's decoder. The best peer is the \
         fastest of those; the notes below the tables say what the others gave. memcpy, memchr2 (over line ends) and \
         lines+utf8 (finds each line end and validates each line, parses nothing) get the whole stream in one \
         piece.\n"
    );
    println!("- {}", httpdate::fmt_http_date(SystemTime::now()));
    println!("- {}, {} processors", cpu(), thread::available_parallelism().map_or(0, usize::from));
    println!("- {}", env!("RUSTC_VERSION"));
    let names = peers::all().map(|peer| peer.name).filter(|name| !name.contains(','));
    let versions = names.map(|name| format!("{name} {}", version(name)));
    println!("- peers: {}\n", versions.collect::<Vec<_>>().join(", "));
}

fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or("an unknown processor", |(_, model)| model).to_owned()
}

fn version(name: &str) -> &'static str {
    let after = LOCK.split_once(&format!("name = \"{name}\"\nversion = \"")).map(|(_, after)| after);
    after.and_then(|after| after.split('"').next()).unwrap_or("of an unknown version")
}
