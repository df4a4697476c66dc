//! Recordings: the text, there and back, and how they are played.
#![cfg(feature = "client")]
#![allow(missing_docs)]

use std::time::Duration;

use sse_testkit::{MockTimer, MockTransport, Recording, RecordingWriter, Timer};

/// Every byte, alone and in pairs, comes back.
#[test]
fn any_bytes_come_back() {
    let pairs: Vec<u8> = (0..=255).flat_map(|a| (0..=255).flat_map(move |b| [a, b])).collect();
    for chunk in [&b""[..], b"data: one\n\n", "\u{feff}\u{20ac}\u{85}\u{2028}\"\\".as_bytes(), &pairs] {
        let mut file = Vec::new();
        let mut writer = RecordingWriter::new(&mut file).expect("a vector takes everything");
        writer.chunk(Duration::from_millis(1), chunk).expect("a vector takes everything");
        writer.drop_connection(Duration::from_millis(61_002)).expect("a vector takes everything");
        let text = String::from_utf8(file).expect("a recording is text");
        let recording: Recording = text.parse().expect("it was just written");
        assert_eq!(
            recording.chunks().map(|(at, bytes)| (at.as_millis(), &bytes[..])).collect::<Vec<_>>(),
            [(1, chunk)]
        );
        assert!(recording.is_dropped() && !recording.is_ended());
        assert_eq!(recording.duration(), Duration::from_millis(61_002));
        assert_eq!(recording.to_string(), text);
    }
}

#[test]
fn a_text_that_is_no_recording_is_an_error() {
    for (text, error) in [
        ("", "line 1: expected the line \"sse-recording 1\""),
        ("sse-recording 2\n", "line 1: expected the line \"sse-recording 1\""),
        ("data: one\n\n", "line 1: expected the line \"sse-recording 1\""),
        ("sse-recording 1\n\n0 x\n", "line 3: expected a chunk in quotes, end or drop"),
        (
            "sse-recording 1\n2 \"a\"\n1 \"b\"\n",
            "line 3: expected a time that is not before that of the line above",
        ),
        ("sse-recording 1\n1 end\n1 \"b\"\n", "line 3: expected nothing after the end"),
    ] {
        assert_eq!(text.parse::<Recording>().expect_err(text).to_string(), error);
    }
}

#[test]
fn a_recording_is_played_at_its_own_pace_and_ends_as_it_did() {
    for (end, events, seconds) in [("90 end", 2, 90), ("90 drop", 2, 90), ("", 2, 60)] {
        let text = format!("sse-recording 1\n1 \"data: a\\n\\nda\"\n60 \"ta: b\\n\\n\"\n{end}\n");
        let recording: Recording = text.parse().expect("a recording");
        for (recording, seconds) in [(recording.clone(), seconds), (recording.without_pauses(), 0)] {
            let timer = MockTimer::new();
            let client = MockTransport::new(timer.clone()).reply(recording.to_reply()).client().build();
            let (seen, took) = timer.run(async {
                let mut session =
                    client.get("http://test/").max_reconnection_attempts(0).open().await.expect("open");
                let mut seen = 0;
                while seen < events || !end.is_empty() {
                    match session.next().await {
                        Some(Ok(_)) => seen += 1,
                        Some(Err(error)) => {
                            assert!(recording.is_dropped(), "{error}");
                            break;
                        }
                        None => break,
                    }
                }
                (seen, timer.now().since_origin().as_secs())
            });
            assert_eq!((seen, took), (events, seconds), "{text}");
        }
    }
}

#[test]
fn a_file_is_loaded() {
    let path = std::env::temp_dir().join(format!("sse-testkit-{}.sse", std::process::id()));
    std::fs::write(&path, "sse-recording 1\n0 end\n").expect("a file can be written");
    assert!(Recording::load(&path).expect("a recording").is_ended());
    std::fs::write(&path, "data: one\n\n").expect("a file can be written");
    let error = Recording::load(&path).expect_err("no recording");
    assert_eq!(error.to_string(), "line 1: expected the line \"sse-recording 1\"");
    std::fs::remove_file(&path).expect("it is there");
    assert_eq!(Recording::load(&path).expect_err("it is gone").kind(), std::io::ErrorKind::NotFound);
}
