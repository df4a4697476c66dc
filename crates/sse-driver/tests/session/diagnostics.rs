use std::sync::{Arc, Mutex};

use sse_driver::{Diagnostics, State};

use super::*;

/// Returns the diagnostics of a session at its end, and those of its states.
fn shown(what: Option<Diagnostics>) -> (String, Vec<Option<String>>) {
    let test = test([
        events().send("id: 1\ndata: a\n\n: b\ndata: cut o").reset(),
        events().send("data: c\n\ndata: ").reset(),
    ]);
    let states = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&states);
    let mut request = test.get().max_reconnection_attempts(1).on_state(move |state| match state {
        State::Disconnected { diagnostics, .. } | State::Closed { diagnostics, .. } => {
            seen.lock().expect("no panic").push(diagnostics.as_ref().map(ToString::to_string));
        }
        _ => {}
    });
    if let Some(what) = what {
        request = request.diagnostics(what);
    }
    let text = test.clock.run(async {
        let mut session = request.open().await.expect("open");
        while session.next().await.is_some() {}
        session.diagnostics_text()
    });
    let states = states.lock().expect("no panic").clone();
    (text, states)
}

#[test]
fn diagnostics_are_off_by_default() {
    assert_eq!(shown(None), (String::new(), vec![None, None, None]));
}

#[test]
fn last_lines_separate_the_connections() {
    let (text, states) = shown(Some(Diagnostics::LastLines(4)));
    let last = "data: cut o\ndata: c\n\ndata: \n";
    assert_eq!(text, last);
    assert_eq!(states[0].as_deref(), Some("data: a\n\n: b\ndata: cut o\n"));
    assert_eq!(states.last(), Some(&Some(last.to_owned())));
}

#[test]
fn last_events_are_kept() {
    let (text, states) = shown(Some(Diagnostics::LastEvents(1)));
    assert_eq!(text, "id: 1\ndata: c\n\n");
    assert_eq!(states[0].as_deref(), Some("id: 1\ndata: a\n\n"));
}

#[test]
fn a_request_overrides_its_client() {
    let test = test([events().send("data: a\n\n")]);
    let client = test.builder().diagnostics(Diagnostics::LastLines(9)).max_reconnection_attempts(0).build();
    let text = test.clock.run(async {
        let mut session = client.get(URL).diagnostics(Diagnostics::Off).open().await.expect("open");
        while session.next().await.is_some() {}
        session.diagnostics_text()
    });
    assert_eq!(text, "");
}
