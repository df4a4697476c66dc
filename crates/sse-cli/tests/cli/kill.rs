//! After `kill -9` at any moment, the checkpoint is complete and not ahead of the printed output.

use std::fs::{self, File};
use std::process::Stdio;
use std::time::Duration;

use sse_harness::{MockServer, Reply};

use super::common::{Folder, sse, text};

/// Returns a server that sends numbered events in bursts, starting after the last event ID.
fn numbered() -> MockServer {
    MockServer::new().without_record().reply_with(|request| {
        let first = request.header("last-event-id").map_or(1, |id| id.parse::<u64>().expect("a number") + 1);
        (0..200).fold(Reply::events(), |reply, burst| {
            let from = first + burst * 500;
            let events: String = (from..from + 500).map(|n| format!("id: {n}\ndata: {n}\n\n")).collect();
            reply.send(events).pause(Duration::from_millis(2))
        })
    })
}

/// A reproducible sequence of pseudo-random times.
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> Duration {
        // A linear congruential generator with the constants of Knuth's MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Duration::from_micros((self.0 >> 33) % 400_000)
    }
}

/// Kills the command repeatedly and checks the checkpoint each time. Returns the last ID in it.
fn kill_often(times: u32, to_file: bool) -> u64 {
    let folder = Folder::new();
    let (checkpoint, printed) = (folder.join("id"), folder.join("printed"));
    let server = numbered();
    let url = server.url("/");
    let mut moments = Moments(u64::from(times));
    let mut last_kept = 0;
    for time in 0..times {
        let mut args = vec!["follow", &url, "--output", "data", "--checkpoint", text(&checkpoint)];
        let stdout = if to_file {
            args.extend(["-o", text(&printed)]);
            Stdio::null()
        } else {
            File::create(&printed).expect("writable").into()
        };
        let mut child = sse(&args).stdout(stdout).spawn().expect("the binary is built");
        std::thread::sleep(moments.next());
        child.kill().expect("it runs");
        child.wait().expect("it was killed");
        let kept = match fs::read_to_string(&checkpoint) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
            text => {
                let text = text.expect("readable");
                let id = text.strip_suffix('\n').unwrap_or_else(|| panic!("{text:?} is not complete"));
                id.parse::<u64>().unwrap_or_else(|_| panic!("{text:?} is not complete"))
            }
        };
        let output = fs::read_to_string(&printed).unwrap_or_default();
        let mut whole_lines = output.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let last_printed =
            whole_lines.next_back().map_or(0, |line| line.trim_end().parse().expect("a number"));
        assert!(kept >= last_kept, "run {time}: {kept} after {last_kept}");
        if kept > last_kept {
            assert!(kept <= last_printed, "run {time}: {kept} is kept, {last_printed} was printed");
        }
        last_kept = kept;
    }
    last_kept
}

#[test]
fn a_checkpoint_survives_ten_kills() {
    assert!(kill_often(10, false) > 0);
    assert!(kill_often(10, true) > 0);
}

/// The README of the crate shows the result of this test.
#[test]
#[ignore = "takes two minutes"]
fn a_checkpoint_survives_two_hundred_kills() {
    println!("{} after 200 kills, printing to stdout", kill_often(200, false));
    println!("{} after 200 kills, printing to a file", kill_often(200, true));
}
