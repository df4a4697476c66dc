//! The option `--checkpoint`.

use std::fs;

use sse_harness::{Reply, serve as mock};

use super::common::{Folder, contents, follow, text};

#[test]
fn each_run_resumes_from_the_checkpoint() {
    let folder = Folder::new();
    let file = folder.join("id");
    let server = mock([
        Reply::events().send("id: 1\ndata: a\n\nid: 2\ndata: b\n\n").stall(),
        Reply::events().send("id: 3\ndata: c\n\n").stall(),
    ]);
    assert_eq!(follow(&server, &["--checkpoint", text(&file), "--max-events", "2"]).status, 0);
    assert_eq!(contents(&file), "2\n");
    assert_eq!(follow(&server, &["--checkpoint", text(&file), "--max-events", "1"]).status, 0);
    assert_eq!(server.requests()[1].header("last-event-id"), Some("2"));
    assert_eq!(contents(&file), "3\n");
    assert_eq!(folder.names(), ["id"]);
}

#[test]
fn only_ids_that_can_be_sent_are_kept() {
    let longest = "x".repeat(4096);
    for (id, is_kept) in [
        ("1", true),
        (" 1", true),
        ("1 ", true),
        ("a\tb", true),
        ("é 漢", true),
        (&longest, true),
        ("", true),
        ("a\u{7f}b", false),
        ("a\u{1}b", false),
        ("a\u{1b}[2J", false),
        (&"x".repeat(4097), false),
    ] {
        let folder = Folder::new();
        let file = folder.file("id", "0\n");
        let stream = format!("id: {id}\ndata: a\n\n");
        let server = mock([Reply::events().send(stream).stall()]);
        for _ in 0..2 {
            let run =
                follow(&server, &["--checkpoint", text(&file), "--max-events", "1", "--output", "data"]);
            assert_eq!((run.status, run.stdout.as_str()), (0, "a\n"), "{id:?}: {}", run.stderr);
            assert_eq!(contents(&file), format!("{}\n", if is_kept { id } else { "0" }));
        }
        let sent = server.requests()[1].header("last-event-id").map(str::to_owned);
        let sent_id = if is_kept { id.trim_matches([' ', '\t']) } else { "0" };
        assert_eq!(sent.unwrap_or_default(), sent_id);
    }
}

#[test]
fn an_id_in_the_file_overrides_last_event_id() {
    for (content, sent) in
        [(Some("5\n"), "5"), (Some("5"), "5"), (Some("\n"), "7"), (Some(""), "7"), (None, "7")]
    {
        let folder = Folder::new();
        let file = folder.join("id");
        if let Some(content) = content {
            fs::write(&file, content).expect("writable");
        }
        let server = mock([Reply::status(204)]);
        let run = follow(&server, &["--checkpoint", text(&file), "--last-event-id", "7"]);
        assert_eq!(run.status, 0, "{}", run.stderr);
        assert_eq!(server.requests()[0].header("last-event-id"), Some(sent), "{content:?}");
    }
}

#[test]
fn an_invalid_checkpoint_is_named_before_the_first_request() {
    let folder = Folder::new();
    let (two_lines, absent) = (folder.file("two", "1\n2\n"), folder.join("absent").join("id"));
    let long = folder.file("long", "x".repeat(5000));
    let mut files = vec![text(&two_lines), text(&long), text(&absent), text(folder.path())];
    if cfg!(unix) {
        files.push("/dev/null");
    }
    let server = mock([Reply::events().send("id: 1\ndata: a\n\n").close()]);
    for file in files {
        let run = follow(&server, &["--checkpoint", file, "--output", "json"]);
        assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{file}");
        let error: serde_json::Value = serde_json::from_str(&run.stderr).expect("JSON");
        let message = error["message"].as_str().expect("text");
        assert_eq!(error["kind"], "checkpoint");
        assert!(message.starts_with(&format!("cannot use the checkpoint {file}: ")), "{message}");
    }
    assert!(server.requests().is_empty());
    assert_eq!(folder.names(), ["long", "two"]);
}

#[cfg(unix)]
#[test]
fn the_file_is_replaced_and_not_overwritten() {
    let folder = Folder::new();
    let file = folder.file("id", "0\n");
    fs::hard_link(&file, folder.join("before")).expect("a link");
    let server = mock([Reply::events().send("id: 12345\ndata: a\n\n").stall()]);
    assert_eq!(follow(&server, &["--checkpoint", text(&file), "--max-events", "1"]).status, 0);
    assert_eq!((contents(&file).as_str(), contents(&folder.join("before")).as_str()), ("12345\n", "0\n"));
}

#[cfg(unix)]
#[test]
fn an_unchanged_id_is_not_written_again() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = Folder::new();
    let file = folder.file("id", "1\n");
    let number = || fs::metadata(&file).expect("it is there").ino();
    let before = number();
    // The link keeps the old file, so that its inode number is not used again.
    fs::hard_link(&file, folder.join("before")).expect("a link");
    let server = mock([Reply::events().send("id: 1\ndata: a\n\ndata: b\n\n").stall()]);
    assert_eq!(follow(&server, &["--checkpoint", text(&file), "--max-events", "2"]).status, 0);
    assert_eq!(number(), before);
}

#[cfg(unix)]
#[test]
fn many_events_cause_few_writes() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = Folder::new();
    let file = folder.file("id", "0\n");
    let stream: String = (1..=50_000).map(|n| format!("id: {n}\ndata: x\n\n")).collect();
    let server = mock([Reply::events().send(stream).stall()]);
    let start = std::time::Instant::now();
    let number = || fs::metadata(&file).map(|metadata| metadata.ino());
    let mut child = super::common::sse(&[
        "follow",
        &server.url("/"),
        "--checkpoint",
        text(&file),
        "--max-events",
        "50000",
    ])
    .stdout(std::process::Stdio::null())
    .spawn()
    .expect("the binary is built");
    let (mut writes, mut last) = (0, number().expect("it is there"));
    while child.try_wait().expect("it can be waited for").is_none() {
        let now = number().expect("there is always a file");
        writes += u32::from(now != last);
        last = now;
    }
    let tenths = u32::try_from(start.elapsed().as_millis() / 100).expect("not so long");
    assert!(writes <= tenths + 2, "{writes} writes in {tenths} tenths of a second");
    assert_eq!(contents(&file), "50000\n");
}

#[test]
fn the_id_of_a_block_without_data_is_kept() {
    let folder = Folder::new();
    let file = folder.join("id");
    let server =
        mock([Reply::events().send("id: 1\ndata: a\n\nid: 2\nretry: 100\n\n").close(), Reply::status(204)]);
    assert_eq!(follow(&server, &["--checkpoint", text(&file)]).status, 0);
    assert_eq!(contents(&file), "2\n");
}

#[test]
fn the_event_of_finish_before_is_not_kept() {
    let folder = Folder::new();
    let file = folder.join("id");
    let server = mock([Reply::events().send("id: 1\ndata: a\n\nid: 2\ndata: end\n\n").stall()]);
    let run = follow(&server, &["--checkpoint", text(&file), "--finish-before", "end", "--output", "data"]);
    assert_eq!((run.status, run.stdout.as_str(), contents(&file).as_str()), (0, "a\n", "1\n"));
}

#[test]
fn a_failed_write_of_the_checkpoint_ends_the_run() {
    let folder = Folder::new();
    let sub = folder.join("sub");
    fs::create_dir(&sub).expect("a folder");
    let file = sub.join("id");
    let gate = sse_harness::Gate::new();
    let server = mock([Reply::events().wait(&gate).send("id: 1\ndata: a\n\n").stall()]);
    let mut child = super::common::sse(&["follow", &server.url("/"), "--checkpoint", text(&file)])
        .spawn()
        .expect("the binary is built");
    assert!(server.wait_for_request(0, super::common::PATIENCE).is_some());
    fs::remove_dir_all(&sub).expect("it is empty");
    gate.open();
    let run = super::common::result(super::common::wait(&mut child));
    assert_eq!((run.status, run.stdout.as_str()), (1, "#1 message: a\n"));
    let beginning = format!("error: cannot write the checkpoint {}: ", text(&file));
    assert!(run.stderr.starts_with(&beginning), "{}", run.stderr);
}
