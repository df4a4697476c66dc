//! Benchmarks the decoder, with borrowed and owned events, and one of its peers, with criterion.
//!
//!     cargo bench -p sse-benches -- llm/1460

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use sse_benches::ours::{Lent, Owned};
use sse_benches::peers::SseCore;
use sse_benches::{Cut, Subject, workloads};

const STREAM_LEN: usize = 1024 * 1024;
const CUTS: [Cut; 3] = [Cut::Bytes(65536), Cut::Bytes(1460), Cut::Bytes(64)];
const SUBJECTS: [Subject; 3] = [Subject::of::<Lent>(), Subject::of::<Owned>(), Subject::of::<SseCore>()];

fn decode(criterion: &mut Criterion) {
    for workload in workloads::all(STREAM_LEN) {
        for cut in CUTS {
            let pieces = workload.pieces(cut);
            let mut group = criterion.benchmark_group(format!("{}/{cut}", workload.name));
            group.sampling_mode(SamplingMode::Flat);
            group.throughput(Throughput::Bytes(workload.stream.len() as u64));
            for subject in SUBJECTS {
                let id = BenchmarkId::from_parameter(subject.name);
                group.bench_function(id, |bencher| bencher.iter(|| (subject.pass)(black_box(&pieces))));
            }
        }
    }
}

fn main() {
    let criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(1));
    let mut criterion = criterion.configure_from_args();
    decode(&mut criterion);
    criterion.final_summary();
}
