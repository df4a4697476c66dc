//! Signals.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sse_harness::{Reply, Server};

use super::common::{Folder, contents, first_line, result, sse, text, wait, wait_for_exit};

fn kill(child: &Child, signal: &str) {
    let kill = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("there is kill");
    assert!(kill.success());
}

fn endless() -> Server {
    Server::script([Reply::events().send("id: 1\ndata: a\n\nid: 2\ndata: b\n\n").stall()])
}

#[test]
fn a_signal_ends_the_run_with_its_own_status_and_the_last_id_is_kept() {
    for (signal, status) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let folder = Folder::new();
        let file = folder.join("id");
        let server = endless();
        let mut child = sse(&["follow", &server.url("/"), "--checkpoint", text(&file)])
            .spawn()
            .expect("the binary is built");
        assert_eq!(first_line(&mut child), "#1 message: a");
        kill(&child, signal);
        let run = result(wait(&mut child));
        assert_eq!((run.status, run.stderr.as_str()), (status, ""));
        assert_eq!(contents(&file), "2\n", "{signal}");
        assert_eq!(folder.names(), ["id"]);
    }
}

#[test]
fn serve_ends_by_a_signal_too() {
    let folder = Folder::new();
    let file = folder.file("stream", "data: a\n\n");
    let mut child = sse(&["serve", text(&file), "--listen", ":0"]).spawn().expect("the binary is built");
    first_line(&mut child);
    kill(&child, "-TERM");
    assert_eq!(wait_for_exit(&mut child).code(), Some(143));
}

#[test]
fn a_signal_ends_a_write_to_a_full_pipe() {
    let server =
        Server::script([Reply::events().send("data: xxxxxxxxxxxxxxxxxxxx\n\n".repeat(100_000)).stall()]);
    let mut child =
        sse(&["follow", &server.url("/"), "--output", "data"]).spawn().expect("the binary is built");
    assert!(server.wait_for_request(0, super::common::PATIENCE).is_some());
    // Nobody reads, and the pipe fills.
    std::thread::sleep(Duration::from_millis(300));
    kill(&child, "-INT");
    assert_eq!(wait_for_exit(&mut child).code(), Some(130));
}

#[test]
fn a_signal_that_was_ignored_before_stays_so() {
    let server = endless();
    let script =
        format!("trap '' HUP; exec '{}' follow {} --output data", super::common::BINARY, server.url("/"));
    let mut command = Command::new("sh");
    command.args(["-c", &script]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("there is a shell");
    assert_eq!(first_line(&mut child), "a");
    kill(&child, "-HUP");
    // The signals come in this order.
    std::thread::sleep(Duration::from_millis(100));
    assert!(child.try_wait().expect("it can be waited for").is_none());
    kill(&child, "-TERM");
    assert_eq!(wait_for_exit(&mut child).code(), Some(143));
}
