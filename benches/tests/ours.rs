//! Checks that every measured way to decode gives the same events as the reference decoder, for
//! every workload and cut.

use sse_benches::{Cut, Decode, Sink, Verdict, Workload, check, ours, workloads};
use sse_harness::reference;
use sse_proto::{Event, Frame};

const STREAM_LEN: usize = 64 * 1024;

#[test]
fn every_way_gives_the_events_of_the_reference_decoder() {
    for workload in workloads::all(STREAM_LEN) {
        let expected = expected(&workload);
        assert_eq!(expected.len(), workload.events(), "{}", workload.name);
        for cut in Cut::ALL {
            for way in ours::ALL {
                let verdict = (way.check)(&workload.pieces(cut), &expected);
                assert_eq!(verdict, Verdict::Right, "{}, {cut}, {}", workload.name, way.name);
            }
        }
    }
}

#[test]
fn the_expected_events_of_peers_are_those_of_the_reference_decoder() {
    for workload in workloads::all(STREAM_LEN) {
        assert_eq!(check::events(&workload.stream), expected(&workload), "{}", workload.name);
    }
}

/// If lost events went unnoticed, the other tests would prove nothing.
#[test]
fn a_lost_event_is_noticed() {
    struct LosesOne;
    impl Decode for LosesOne {
        const NAME: &'static str = "loses one";
        fn decode(pieces: &sse_benches::Pieces, sink: &mut impl Sink) -> Result<(), String> {
            let events = check::events(&bytes::Bytes::copy_from_slice(pieces.stream()));
            for event in &events[1..] {
                sink.event(&event.event_type, event.data.as_bytes(), &event.last_event_id);
            }
            Ok(())
        }
    }
    let tiny = &workloads::all(STREAM_LEN)[2];
    let verdict = (sse_benches::Subject::of::<LosesOne>().check)(&tiny.pieces(Cut::Events), &expected(tiny));
    assert_eq!(verdict, Verdict::Wrong(format!("{} events of {}", tiny.events() - 1, tiny.events())));
}

fn expected(workload: &Workload) -> Vec<Event> {
    let outcome = reference::decode(&workload.stream, usize::MAX, false, String::new());
    outcome.frames.into_iter().filter_map(event).collect()
}

fn event(frame: Frame) -> Option<Event> {
    match frame {
        Frame::Event(event) => Some(event),
        _ => None,
    }
}
