//! Pipes, full disks and closed standard streams.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use sse_harness::{MockServer, Reply, serve as mock};

use super::common::{
    BINARY, Folder, Run, contents, eventually, finish, first_line, sse, text, wait_for_exit,
};

/// Runs a line of shell script, in which `sse` is the command.
fn shell(line: &str) -> Run {
    let mut command = Command::new("bash");
    command.args(["-c", &format!("sse() {{ '{BINARY}' \"$@\"; }}; set -o pipefail; {line}")]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    finish(command)
}

fn two_events() -> MockServer {
    mock([Reply::events().send("id: 1\ndata: a\n\nid: 2\ndata: b\n\n").stall()])
}

#[test]
fn head_ends_follow_at_once_without_an_error() {
    for output in ["text", "json", "data"] {
        let server = two_events();
        let run = shell(&format!("sse {} --output {output} | head -1", server.url("/")));
        assert_eq!((run.status, run.stdout.lines().count(), run.stderr.as_str()), (0, 1, ""), "{output}");
    }
}

#[test]
fn head_ends_the_other_commands_without_an_error() {
    let server = two_events();
    for args in [format!("record {} -", server.url("/")), "man".to_owned(), "completions bash".to_owned()] {
        let run = shell(&format!("sse {args} | head -1"));
        assert_eq!((run.status, run.stdout.lines().count(), run.stderr.as_str()), (0, 1, ""), "{args}");
        let run = shell(&format!("sse {args} > /dev/full"));
        assert!(run.status == 1 && run.stderr.contains("No space left on device"), "{args}: {}", run.stderr);
    }
}

#[test]
fn serve_does_not_need_stdout() {
    let folder = Folder::new();
    let file = folder.file("stream", "id: 1\ndata: a\n\n");
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free").local_addr().expect("it has one");
    for to in ["/dev/full", "/dev/null"] {
        let full = OpenOptions::new().write(true).open(to).expect("a device");
        let listen = port.to_string();
        let mut server = sse(&["serve", text(&file), "--listen", &listen])
            .stdout(full)
            .spawn()
            .expect("the binary is built");
        let run = super::common::run(&[
            &listen,
            "--output",
            "data",
            "--retry-initial",
            "--reconnection-time",
            "100ms",
        ]);
        server.kill().expect("it runs");
        server.wait().expect("it was killed");
        assert_eq!((run.status, run.stdout.as_str()), (0, "a\n"), "{to}: {}", run.stderr);
    }
}

#[test]
fn a_closed_pipe_ends_the_run_and_the_checkpoint_is_not_ahead() {
    // With `-o` the pipe is not watched, so that only the next write finds it closed.
    for to in [&[][..], &["-o", "/dev/stdout"]] {
        let folder = Folder::new();
        let file = folder.file("id", "0\n");
        let gate = sse_harness::Gate::new();
        let reply = Reply::events().send("id: 1\ndata: a\n\n").wait(&gate).send("id: 2\ndata: b\n\n").stall();
        let server = mock([reply]);
        let url = server.url("/");
        let args = [&["follow", &url, "--checkpoint", text(&file)], to].concat();
        let mut child = sse(&args).spawn().expect("it is built");
        assert_eq!(first_line(&mut child), "#1 message: a");
        assert!(eventually(|| contents(&file) == "1\n"));
        drop(child.stdout.take());
        gate.open();
        assert_eq!(wait_for_exit(&mut child).code(), Some(0), "{to:?}");
        assert_eq!(contents(&file), "1\n", "{to:?}");
    }
}

#[test]
fn a_pipe_closed_from_the_start_leaves_the_checkpoint_unchanged() {
    let folder = Folder::new();
    let file = folder.file("id", "0\n");
    let server = two_events();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = sse(&["follow", &server.url("/"), "--checkpoint", text(&file)]);
    let run = finish({
        command.stdout(writer);
        command
    });
    assert_eq!((run.status, run.stderr.as_str(), contents(&file).as_str()), (0, "", "0\n"));
}

#[test]
fn json_lines_are_written_at_once() {
    let server = two_events();
    let mut child =
        sse(&["follow", &server.url("/"), "--output", "json"]).spawn().expect("the binary is built");
    let lines = BufReader::new(child.stdout.as_mut().expect("piped")).lines();
    let types: Vec<_> = lines
        .take(3)
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(&line.expect("text")).expect("JSON");
            line["type"].as_str().expect("text").to_owned()
        })
        .collect();
    assert_eq!(types, ["open", "event", "event"]);
    child.kill().expect("it runs");
    child.wait().expect("it was killed");
}

#[test]
fn a_full_disk_is_an_error_and_leaves_the_checkpoint_unchanged() {
    for output in ["text", "json", "data"] {
        for redirected in [true, false] {
            let folder = Folder::new();
            let file = folder.file("id", "0\n");
            let server = two_events();
            let to = if redirected { "> /dev/full" } else { "-o /dev/full" };
            let run = shell(&format!(
                "sse {} --output {output} --checkpoint {} {to}",
                server.url("/"),
                text(&file)
            ));
            assert_eq!(run.status, 1, "{output}: {}", run.stderr);
            assert!(run.stderr.contains("cannot print: No space left on device"), "{}", run.stderr);
            assert_eq!(contents(&file), "0\n", "{output} {to}");
        }
    }
}

/// The session ends in the same poll as its last events, and so does the run.
#[test]
fn a_full_disk_at_the_end_leaves_the_checkpoint_unchanged() {
    let ends = Reply::events().send("id: 1\ndata: a\n\n");
    for (reply, option) in [(ends.clone().stall(), "--max-events 1"), (ends, "--no-reconnect")] {
        for output in ["text", "json", "data"] {
            let folder = Folder::new();
            let file = folder.file("id", "0\n");
            let server = mock([reply.clone()]);
            let (url, checkpoint) = (server.url("/"), text(&file));
            let run =
                shell(&format!("sse {url} {option} --output {output} --checkpoint {checkpoint} > /dev/full"));
            assert_eq!(
                (run.status, contents(&file).as_str()),
                (1, "0\n"),
                "{output} {option}: {}",
                run.stderr
            );
        }
    }
}

/// The limit on the size of files makes the last write fail.
#[test]
fn a_recording_that_cannot_be_written_to_its_end_is_an_error() {
    let folder = Folder::new();
    let file = folder.join("recording");
    let server = mock([Reply::events().message(&"x".repeat(4096)).stall()]);
    let (url, file) = (server.url("/"), text(&file));
    let run = shell(&format!("trap '' XFSZ; ulimit -f 2; sse record {url} {file} --max-events 1"));
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(run.stderr.contains("cannot write to"), "{}", run.stderr);
}

#[test]
fn a_checkpoint_works_with_output_to_a_device() {
    let folder = Folder::new();
    let file = folder.join("id");
    let server = two_events();
    for to in ["/dev/null", "/dev/stdout"] {
        let run =
            shell(&format!("sse {} --checkpoint {} --max-events 2 -o {to}", server.url("/"), text(&file)));
        assert_eq!((run.status, contents(&file).as_str()), (0, "2\n"), "{to}: {}", run.stderr);
    }
}

#[test]
fn a_checkpoint_is_refused_if_stdout_is_closed() {
    let folder = Folder::new();
    let file = folder.file("id", "0\n");
    let server = two_events();
    let url = server.url("/");
    let run = shell(&format!("sse {url} --checkpoint {} --max-events 2 >&-", text(&file)));
    assert_eq!((run.status, contents(&file).as_str()), (1, "0\n"));
    assert!(run.stderr.contains("stdout is closed"), "{}", run.stderr);
    assert!(server.requests().is_empty());
    // The checkpoint is kept with output to a file, and with stdout redirected to /dev/null.
    let out = folder.join("out");
    for to in [format!("-o {} >&-", text(&out)), "> /dev/null".to_owned()] {
        folder.file("id", "0\n");
        let run = shell(&format!("sse {url} --checkpoint {} --max-events 2 {to}", text(&file)));
        assert_eq!((run.status, contents(&file).as_str()), (0, "2\n"), "{to}: {}", run.stderr);
    }
    assert_eq!(shell(&format!("sse {url} --max-events 2 >&-")).status, 0);
}

#[test]
fn a_broken_stderr_does_not_change_the_exit_status() {
    let folder = Folder::new();
    let stream = folder.file("stream", "data: a\n\n");
    let refusing = mock([Reply::status(404).send("no")]);
    let dropping = mock([Reply::events().send("retry: 1\ndata: a\n\n").close(), Reply::status(204)]);
    let (refused, dropped) = (refusing.url("/"), dropping.url("/"));
    let absent = folder.join("absent");
    for (args, status) in [
        (vec!["follow", &refused], 1),
        (vec!["follow", &refused, "-v"], 1),
        (vec!["follow", &refused, "--output", "json"], 1),
        (vec!["follow", &refused, "--checkpoint", "/"], 1),
        (vec!["follow", &refused, "--cacert", text(&absent)], 2),
        (vec!["follow", &dropped, "-v"], 0),
        (vec!["follow", "--no-such-flag"], 2),
        (vec!["record", &refused, text(&absent)], 1),
        (vec!["serve", "/no/such/file"], 1),
        (vec!["serve", text(&stream), "--listen", "no port"], 1),
    ] {
        let run = |stderr: Stdio| {
            let mut command = sse(&args);
            command.stderr(stderr);
            finish(command).status
        };
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        assert_eq!(run(writer.into()), status, "{args:?}");
        let full = OpenOptions::new().write(true).open("/dev/full").expect("a device");
        assert_eq!(run(full.into()), status, "{args:?}");
        assert_eq!(
            shell(&format!("sse {} 2>&-", args.join(" ").replace("no port", "noport"))).status,
            status,
            "{args:?}"
        );
    }
}

#[test]
fn follow_does_not_need_stdin() {
    let server = two_events();
    let run = shell(&format!("sse {} --max-events 1 <&-", server.url("/")));
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "#1 message: a\n", ""));
}
