//! Signals that end the command.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sse_harness::{Gate, MockServer, Reply, serve as mock};

use super::common::{Folder, contents, eventually, first_line, result, sse, text, wait, wait_for_exit};

fn kill(child: &Child, signal: &str) {
    let kill = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("there is kill");
    assert!(kill.success());
}

fn endless() -> MockServer {
    mock([Reply::events().send("id: 1\ndata: a\n\nid: 2\ndata: b\n\n").stall()])
}

#[test]
fn a_signal_sets_the_exit_status_and_the_last_id_is_kept() {
    for (signal, status) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        // The signal may arrive after an event is printed and before its ID is kept, but not
        // every time.
        assert!((0..5).any(|_| last_id_at(signal, status) == "2\n"), "{signal}");
    }
}

/// Returns the content of the checkpoint after a signal. The signal follows event 2 closely, and
/// event 1 by less than the time between two writes.
fn last_id_at(signal: &str, status: i32) -> String {
    let folder = Folder::new();
    let file = folder.join("id");
    let gate = Gate::new();
    let server =
        mock([Reply::events().send("id: 1\ndata: a\n\n").wait(&gate).send("id: 2\ndata: b\n\n").stall()]);
    let mut child =
        sse(&["follow", &server.url("/"), "--checkpoint", text(&file)]).spawn().expect("the binary is built");
    let mut stdout = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut line = || stdout.next().expect("it prints").expect("text");
    assert_eq!(line(), "#1 message: a");
    assert!(eventually(|| file.exists()));
    gate.open();
    assert_eq!(line(), "#2 message: b");
    std::thread::sleep(Duration::from_millis(20));
    kill(&child, signal);
    let run = result(wait(&mut child));
    assert_eq!((run.status, run.stderr.as_str()), (status, ""));
    assert_eq!(folder.names(), ["id"]);
    contents(&file)
}

#[test]
fn a_signal_ends_serve() {
    let folder = Folder::new();
    let file = folder.file("stream", "data: a\n\n");
    let mut child = sse(&["serve", text(&file), "--listen", ":0"]).spawn().expect("the binary is built");
    first_line(&mut child);
    kill(&child, "-TERM");
    assert_eq!(wait_for_exit(&mut child).code(), Some(143));
}

#[test]
fn a_signal_interrupts_a_write_to_a_full_pipe() {
    let server = mock([Reply::events().send("data: xxxxxxxxxxxxxxxxxxxx\n\n".repeat(100_000)).stall()]);
    let mut child =
        sse(&["follow", &server.url("/"), "--output", "data"]).spawn().expect("the binary is built");
    assert!(server.wait_for_request(0, super::common::PATIENCE).is_some());
    // Nothing reads the pipe, so it fills.
    std::thread::sleep(Duration::from_millis(300));
    kill(&child, "-INT");
    assert_eq!(wait_for_exit(&mut child).code(), Some(130));
}

#[test]
fn a_signal_ignored_at_the_start_stays_ignored() {
    let server = endless();
    let script =
        format!("trap '' HUP; exec '{}' follow {} --output data", super::common::BINARY, server.url("/"));
    let mut command = Command::new("sh");
    command.args(["-c", &script]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("there is a shell");
    assert_eq!(first_line(&mut child), "a");
    kill(&child, "-HUP");
    // Gives SIGHUP time to arrive first.
    std::thread::sleep(Duration::from_millis(100));
    assert!(child.try_wait().expect("it can be waited for").is_none());
    kill(&child, "-TERM");
    assert_eq!(wait_for_exit(&mut child).code(), Some(143));
}
