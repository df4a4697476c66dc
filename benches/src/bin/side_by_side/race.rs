//! Interleaved rounds: what disturbs the machine for a while disturbs everybody.

use cpu_time::ThreadTime;
use sse_benches::Pieces;

/// The most that anybody gets.
const ROUNDS: usize = 11;
/// A round is so many passes that reading the clock does not matter, in seconds.
const ROUND: f64 = 0.003;
/// The slow get fewer rounds, so that they take about so many seconds in all.
const ALL_ROUNDS: f64 = 0.6;
/// But so many where one does not take ages.
const FEWEST: usize = 3;
/// What takes longer than this, in seconds, is done no more often than it must be.
pub(crate) const AGES: f64 = 2.0;

/// One that takes part.
pub(crate) struct Lane {
    pass: fn(&Pieces) -> usize,
    pieces: Pieces,
    passes: usize,
    rounds: usize,
    seconds: Vec<f64>,
}

impl Lane {
    /// Tries one pass, and plans by what it takes.
    pub(crate) fn new(pass: fn(&Pieces) -> usize, pieces: Pieces) -> Self {
        let mut lane = Self { pass, pieces, passes: 1, rounds: 0, seconds: Vec::new() };
        let took = lane.round().max(1e-7);
        lane.passes = (ROUND / took).ceil() as usize;
        lane.rounds = match took {
            _ if took > AGES => 1,
            _ => ((ALL_ROUNDS / (took * lane.passes as f64)) as usize).clamp(FEWEST, ROUNDS),
        };
        lane
    }

    /// For one that has taken ages already, which will do.
    pub(crate) fn known(pass: fn(&Pieces) -> usize, pieces: Pieces, took: f64) -> Self {
        Self { pass, pieces, passes: 1, rounds: 0, seconds: vec![took] }
    }

    /// Seconds a pass.
    fn round(&self) -> f64 {
        self.pieces.prepare(self.passes);
        let start = ThreadTime::now();
        for _ in 0..self.passes {
            std::hint::black_box((self.pass)(&self.pieces));
        }
        start.elapsed().as_secs_f64() / self.passes as f64
    }

    /// Megabytes a second, the median of the rounds.
    pub(crate) fn rate(&mut self) -> f64 {
        self.seconds.sort_by(f64::total_cmp);
        self.pieces.stream().len() as f64 / self.seconds[self.seconds.len() / 2] / 1e6
    }
}

/// A round of each, and again.
pub(crate) fn race<'l>(lanes: impl Iterator<Item = &'l mut Lane>) {
    let mut lanes: Vec<_> = lanes.collect();
    for round in 0..ROUNDS {
        for lane in lanes.iter_mut().filter(|lane| round < lane.rounds) {
            let seconds = lane.round();
            lane.seconds.push(seconds);
        }
    }
}

/// Runs it, and says how many seconds of this thread it took.
pub(crate) fn timed<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let start = ThreadTime::now();
    let result = run();
    (result, start.elapsed().as_secs_f64())
}
