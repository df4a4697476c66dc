//! Simulates [`Events`](sse_driver::Events): one body, read once, without a session. The reference
//! decoder and the way the body ends determine the expected frames and the expected error.

mod case;
mod reader;
mod stream;

use std::cell::RefCell;
use std::rc::Rc;

use sse_driver::{Frame, Timer};

use self::case::Case;
use self::reader::Reader;
use self::stream::{Body, Seen};
use super::report::Report;
use super::world::Dice;
use crate::MockTimer;

/// Runs one simulation of [`Events`](sse_driver::Events). With `trace`, it prints the body and the received frames.
///
/// ```
/// let report = sse_harness::simulation::run_body(3, false);
/// assert_eq!(report.happenings.values().sum::<u64>(), 1);
/// ```
///
/// # Panics
///
/// Panics if [`Events`](sse_driver::Events) loses, repeats or changes a frame, or ends in another way than the body
/// does.
pub fn run_body(seed: u64, trace: bool) -> Report {
    let mut dice = Dice::new(seed);
    let case = Rc::new(Case::draw(&mut dice));
    if trace {
        println!("{:?}, {:?}: {:?}", case.settings, case.end, String::from_utf8_lossy(&case.bytes));
    }
    let clock = MockTimer::with_seed(seed);
    let seen = Rc::new(RefCell::new(Seen { sent: 0, last_byte: clock.now(), frames: Vec::new() }));
    let body = Body::new(&case, &seen, &clock, &mut dice);
    let reader = Reader { case: &case, seen: &seen, clock: clock.clone(), trace, dice: RefCell::new(dice) };
    let end = clock.clone().run(reader.read_all(body));
    let events = seen.borrow().frames.iter().filter(|frame| matches!(frame, Frame::Event(_))).count();
    Report { events: events as u64, happenings: [(end.name(), 1)].into() }
}
