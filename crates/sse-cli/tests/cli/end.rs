//! The ends of `sse follow` and their exit status.

use std::time::Duration;

use sse_harness::{Reply, serve as mock};

use super::common::follow;

#[test]
fn each_way_to_stop_has_its_output_and_status() {
    let stream = "event: a\ndata: 1\n\nevent: b\ndata: 2\n\nevent: a\ndata: 3\n\ndata: [DONE]\n\n";
    let server = mock([Reply::events().send(stream).close()]);
    let data = ["--output", "data", "--no-reconnect"];
    for (args, expected, ended) in [
        (&["--max-events", "2"][..], "1\n2\n", 0),
        (&["--max-events", "2", "--event", "a"], "1\n3\n", 0),
        (&["--event", "b", "--event", "message"], "2\n[DONE]\n", 0),
        (&["--finish-after", "2"], "1\n2\n", 0),
        (&["--finish-before", "[DONE]"], "1\n2\n3\n", 0),
        (&["--finish-before", "2", "--finish-after", "3"], "1\n", 0),
        (&["--finish-after", "never"], "1\n2\n3\n[DONE]\n", 3),
        (&["--finish-before", "never"], "1\n2\n3\n[DONE]\n", 3),
        (&["--finish-before", "never", "--max-events", "1"], "1\n", 0),
    ] {
        let run = follow(&server, &[&data, args].concat());
        assert_eq!((run.status, run.stdout.as_str()), (ended, expected), "{args:?}");
    }
}

#[test]
fn reaching_max_events_is_a_normal_end() {
    let server = mock([Reply::events().send("data: a\n\ndata: b\n\n").stall()]);
    let run = follow(&server, &["--max-events", "1", "--output", "json"]);
    let expected = [
        r#"{"type":"open","status":200}"#,
        r#"{"type":"event","event":"message","data":"a","id":""}"#,
        r#"{"type":"closed","reason":"closed"}"#,
    ];
    assert_eq!((run.status, run.stdout.lines().collect::<Vec<_>>()), (0, expected.to_vec()));
}

#[test]
fn a_204_is_a_normal_end_unless_an_event_must_finish_the_stream() {
    let server = mock([Reply::status(204)]);
    assert_eq!(follow(&server, &[]).status, 0);
    assert_eq!(follow(&server, &["--finish-after", "x"]).status, 3);
    assert_eq!(follow(&server, &["--finish-before", "x"]).status, 3);
}

#[test]
fn giving_up_is_status_3() {
    let server = mock([Reply::events().send("data: a\n\n").close(), Reply::status(503).send("busy")]);
    let run = follow(&server, &["--max-attempts", "2", "--reconnection-time", "100ms", "--output", "json"]);
    assert_eq!((run.status, server.requests().len()), (3, 3));
    let error: serde_json::Value = serde_json::from_str(&run.stderr).expect("JSON");
    assert_eq!((error["kind"].as_str(), error["status"].as_u64()), (Some("gave-up"), Some(503)));
    let closed = r#"{"type":"closed","reason":"gave-up","status":503}"#;
    assert_eq!(run.stdout.lines().last(), Some(closed));
}

#[test]
fn a_timeout_is_status_4() {
    let silent = mock([Reply::events().send("data: a\n\n").stall()]);
    let run = follow(&silent, &["--idle-timeout", "100ms", "--no-reconnect"]);
    assert_eq!((run.status, run.stdout.as_str()), (4, "message: a\n"), "{}", run.stderr);
    let mute = mock([Reply::raw().pause(Duration::from_secs(30))]);
    let run = follow(&mute, &["--response-timeout", "100ms"]);
    assert_eq!(run.status, 4, "{}", run.stderr);
    assert_eq!(run.stderr, "error: no response came within 100ms\n");
}

#[test]
fn a_post_is_repeated_only_with_replay() {
    let script = || {
        mock([
            Reply::events().send("data: a\n\n").drop_connection(),
            Reply::events().send("data: [DONE]\n\n").drop_connection(),
        ])
    };
    let args = ["-d", "x", "--finish-before", "[DONE]", "--reconnection-time", "100ms"];
    let server = script();
    assert_ne!(follow(&server, &args).status, 0);
    assert_eq!(server.requests().len(), 1);
    let server = script();
    assert_eq!(follow(&server, &[&args[..], &["--replay"]].concat()).status, 0);
    assert_eq!(server.requests().len(), 2);
}
