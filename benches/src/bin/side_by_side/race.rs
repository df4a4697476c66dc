//! Times decoders in interleaved rounds, so that a disturbance of the machine affects all of them.

use cpu_time::ThreadTime;
use sse_benches::Pieces;

/// The maximum number of rounds.
const MAX_ROUNDS: usize = 11;
/// The minimum duration of a round in seconds, long enough that reading the clock does not matter.
const ROUND_SECONDS: f64 = 0.003;
/// The duration of all rounds in seconds. Slow decoders get fewer rounds.
const TOTAL_SECONDS: f64 = 0.6;
/// The minimum number of rounds, unless a pass takes longer than [`LONGEST_PASS`].
const MIN_ROUNDS: usize = 3;
/// A pass that takes longer than this, in seconds, is measured only once.
pub(crate) const LONGEST_PASS: f64 = 2.0;

/// A participant of the race.
pub(crate) struct Lane {
    pass: fn(&Pieces) -> usize,
    pieces: Pieces,
    passes: usize,
    rounds: usize,
    seconds: Vec<f64>,
}

impl Lane {
    /// Runs one pass, and plans the rounds according to its duration.
    pub(crate) fn new(pass: fn(&Pieces) -> usize, pieces: Pieces) -> Self {
        let mut lane = Self { pass, pieces, passes: 1, rounds: 0, seconds: Vec::new() };
        let took = lane.round().max(1e-7);
        lane.passes = (ROUND_SECONDS / took).ceil() as usize;
        lane.rounds = match took {
            _ if took > LONGEST_PASS => 1,
            _ => ((TOTAL_SECONDS / (took * lane.passes as f64)) as usize).clamp(MIN_ROUNDS, MAX_ROUNDS),
        };
        lane
    }

    /// Creates a participant from the duration of a pass that took longer than [`LONGEST_PASS`].
    pub(crate) fn known(pass: fn(&Pieces) -> usize, pieces: Pieces, took: f64) -> Self {
        Self { pass, pieces, passes: 1, rounds: 0, seconds: vec![took] }
    }

    /// Runs a round and returns the seconds per pass.
    fn round(&self) -> f64 {
        self.pieces.prepare(self.passes);
        let start = ThreadTime::now();
        for _ in 0..self.passes {
            std::hint::black_box((self.pass)(&self.pieces));
        }
        start.elapsed().as_secs_f64() / self.passes as f64
    }

    /// Returns the rate in megabytes per second, as the median of the rounds.
    pub(crate) fn rate(&mut self) -> f64 {
        self.seconds.sort_by(f64::total_cmp);
        self.pieces.stream().len() as f64 / self.seconds[self.seconds.len() / 2] / 1e6
    }
}

/// Runs the rounds, each with all lanes in turn.
pub(crate) fn race<'l>(lanes: impl Iterator<Item = &'l mut Lane>) {
    let mut lanes: Vec<_> = lanes.collect();
    for round in 0..MAX_ROUNDS {
        for lane in lanes.iter_mut().filter(|lane| round < lane.rounds) {
            let seconds = lane.round();
            lane.seconds.push(seconds);
        }
    }
}

/// Runs a function and returns how many seconds of CPU time it took on this thread.
pub(crate) fn timed<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let start = ThreadTime::now();
    let result = run();
    (result, start.elapsed().as_secs_f64())
}
