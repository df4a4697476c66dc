//! The output on a terminal.

use std::io::{Read as _, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use sse_harness::{Gate, Reply, serve as mock};

use super::common::{BINARY, eventually};

/// The command running in a pseudo-terminal.
struct Terminal {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// The input of the terminal. Dropping it would send a line end.
    keyboard: Box<dyn Write + Send>,
    output: Arc<Mutex<Vec<u8>>>,
    reader: Option<std::thread::JoinHandle<()>>,
    size: PtySize,
}

impl Terminal {
    fn new(args: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = CommandBuilder::new(BINARY);
        command.args(args);
        Self::of(command, environment)
    }

    fn of(mut command: CommandBuilder, environment: &[(&str, &str)]) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        environment.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).expect("the binary is built");
        let mut from = pair.master.try_clone_reader().expect("readable");
        let output = Arc::new(Mutex::new(Vec::new()));
        let reader = std::thread::spawn({
            let output = Arc::clone(&output);
            move || {
                let mut buffer = [0; 4096];
                // On Linux the end is an error.
                while let Ok(read @ 1..) = from.read(&mut buffer) {
                    output.lock().expect("no panic").extend_from_slice(&buffer[..read]);
                }
            }
        });
        let keyboard = pair.master.take_writer().expect("writable");
        Self { master: pair.master, child, keyboard, output, reader: Some(reader), size }
    }

    fn output(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().expect("no panic")).into_owned()
    }

    /// Returns the text on the screen.
    fn screen(&self) -> String {
        let mut parser = vt100::Parser::new(self.size.rows, self.size.cols, 1000);
        parser.process(&self.output.lock().expect("no panic"));
        parser.screen().contents()
    }

    /// Waits until the screen contains a text, and returns it.
    fn wait_for_screen(&self, shows: &str) -> String {
        let mut screen = String::new();
        let is_shown = eventually(|| {
            screen = self.screen();
            screen.contains(shows)
        });
        assert!(is_shown, "{shows:?} is not in {:?}", self.output());
        screen
    }

    fn resize(&mut self, cols: u16) {
        self.size.cols = cols;
        self.master.resize(self.size).expect("it can be resized");
    }

    fn press(&mut self, key: u8) {
        self.keyboard.write_all(&[key]).expect("writable");
    }

    /// Waits for the end, reads all output, and returns the exit status.
    fn finish(&mut self) -> u32 {
        let mut status = None;
        assert!(
            eventually(|| {
                status = self.child.try_wait().expect("it can be waited for");
                status.is_some()
            }),
            "the command did not end: {:?}",
            self.output()
        );
        self.reader.take().expect("there is one").join().expect("no panic");
        status.expect("it ended").exit_code()
    }
}

/// Removes the escape sequences of the command itself.
fn without_own_sequences(output: &str) -> String {
    let mut rest = output.replace("\x1b[J", "");
    for code in [0, 2, 32, 33, 34, 36] {
        rest = rest.replace(&format!("\x1b[{code}m"), "");
    }
    rest
}

/// Returns whether a terminal must not receive a character.
fn is_unsafe(c: char) -> bool {
    let reorders = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
    reorders || (c.is_control() && !matches!(c, '\r' | '\n' | '\t'))
}

/// Returns all unsafe characters that can be part of a line of the stream.
fn hostile() -> String {
    let controls = ('\u{1}'..='\u{9f}').filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    controls.chain('\u{2028}'..='\u{202e}').chain('\u{2066}'..='\u{2069}').collect()
}

#[test]
fn a_stream_sends_no_control_characters_to_a_terminal() {
    let hostile = hostile();
    let json = format!("{{\"a\": \"{}\"}}", hostile.replace(|c: char| c < ' ', ""));
    let stream = format!(
        ":{hostile}\nid: {hostile}\nevent: {hostile}\ndata: {hostile}\ndata: {hostile}\n\ndata: {json}\n\ndata: {hostile}\0\n\n"
    );
    let server = mock([Reply::events().send(stream).close()]);
    let url = server.url("/");
    for output in ["text", "json", "data"] {
        let args = ["follow", &url, "--no-reconnect", "--comments", "--timestamps", "--output", output];
        let mut terminal = Terminal::new(&args, &[]);
        assert_eq!(terminal.finish(), 0);
        let output = without_own_sequences(&terminal.output());
        let unsafe_chars: Vec<_> = output.chars().filter(|c| is_unsafe(*c)).collect();
        assert!(unsafe_chars.is_empty(), "{unsafe_chars:?} in {output:?}");
        // The escaped characters are printed.
        assert!(["\\u{9b}", "\\u009b"].iter().any(|escaped| output.contains(escaped)), "{output:?}");
    }
}

#[test]
fn a_refusal_sends_no_control_characters_to_a_terminal() {
    let reply = Reply::status(404).header("x-hostile", "\u{9b}2J\u{202e}").send(format!("<{}>", hostile()));
    let server = mock([reply]);
    let url = server.url("/");
    for args in [&["follow", &url, "-v"][..], &["follow", &url, "--output", "json"]] {
        let mut terminal = Terminal::new(args, &[]);
        assert_eq!(terminal.finish(), 1);
        let output = without_own_sequences(&terminal.output());
        assert!(!output.contains(is_unsafe), "{output:?}");
        assert!(output.contains("404"), "{output:?}");
    }
}

#[test]
fn the_status_line_is_below_the_events_and_removed_at_the_end() {
    let gate = Gate::new();
    let server = mock([Reply::events()
        .send("retry: 60000\nid: 1\ndata: a\n\nid: 2\ndata: b\n\n")
        .wait(&gate)
        .close()]);
    let mut terminal = Terminal::new(&["follow", &server.url("/")], &[]);
    let screen = terminal.wait_for_screen("| last ID 2]");
    let lines: Vec<_> = screen.lines().collect();
    assert_eq!(lines[..3], ["-- open: 200 OK", "#1 message: a", "#2 message: b"]);
    assert!(lines[3].starts_with("[open | 2 events | ") && lines[3].ends_with("/s | last ID 2]"), "{screen}");
    gate.open();
    terminal.wait_for_screen("[reconnecting in ");
    terminal.press(3);
    assert_eq!(terminal.finish(), 130);
    let screen = terminal.screen();
    assert!(
        !screen.contains("| last ID") && screen.contains("-- the server ended the stream; reconnecting in "),
        "{screen}"
    );
}

#[test]
fn there_is_no_status_line_if_stdout_is_a_pipe_or_json() {
    let server = mock([Reply::events().send("data: a\n\n").pause(Duration::from_millis(600)).close()]);
    let url = server.url("/");
    for (line, has_status) in [
        (format!("'{BINARY}' {url} --no-reconnect | cat"), false),
        (format!("'{BINARY}' {url} --no-reconnect --output json"), false),
        (format!("'{BINARY}' record {url} - --no-reconnect"), false),
        (format!("'{BINARY}' record {url} /dev/null --no-reconnect"), true),
        (format!("'{BINARY}' {url} --no-reconnect -o /dev/null"), true),
    ] {
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", &line]);
        let mut terminal = Terminal::of(command, &[]);
        assert_eq!(terminal.finish(), 0);
        assert_eq!(terminal.output().contains("[open | "), has_status, "{line}: {:?}", terminal.output());
    }
}

#[test]
fn the_status_line_fits_a_resized_terminal() {
    let stream = format!("id: {}\ndata: a\n\n", "x".repeat(200));
    let server = mock([Reply::events().send(stream).stall()]);
    let mut terminal = Terminal::new(&["follow", &server.url("/"), "--output", "data"], &[]);
    terminal.wait_for_screen("...");
    for cols in [40, 5, 120] {
        terminal.output.lock().expect("no panic").clear();
        terminal.resize(cols);
        let drawn = |terminal: &Terminal| {
            let output = without_own_sequences(&terminal.output());
            let lines: Vec<_> =
                output.split('\r').map(str::to_owned).filter(|line| line.starts_with('[')).collect();
            // The first line may be of the old width, and the last one may be incomplete.
            lines.iter().rev().nth(1).filter(|_| lines.len() > 3).cloned()
        };
        assert!(eventually(|| drawn(&terminal).is_some()));
        assert_eq!(drawn(&terminal).expect("there is one").len(), usize::from(cols) - 1);
    }
    terminal.press(3);
    assert_eq!(terminal.finish(), 130);
}

#[test]
fn json_is_coloured_unless_the_environment_disables_it() {
    let server = mock([Reply::events().send("id: 1\ndata: {\"a\": [1]}\n\n").close()]);
    for (environment, has_colours) in [
        (&[][..], true),
        (&[("NO_COLOR", "")], true),
        (&[("NO_COLOR", "1")], false),
        (&[("TERM", "dumb")], false),
    ] {
        let mut terminal = Terminal::new(&["follow", &server.url("/"), "--no-reconnect"], environment);
        assert_eq!(terminal.finish(), 0);
        let output = terminal.output();
        let coloured = "\x1b[2m#1 message:\x1b[0m {\x1b[34m\"a\"\x1b[0m: [\x1b[36m1\x1b[0m]}";
        assert_eq!(output.contains(coloured), has_colours, "{output:?}");
        assert_eq!(
            output.contains("\x1b[2m")
                || output.contains('m'.to_string().as_str()) && output.contains("\x1b[3"),
            has_colours
        );
        assert!(terminal.screen().contains("#1 message: {\"a\": [1]}"));
    }
}

#[test]
fn a_dumb_terminal_has_no_status_line() {
    let server = mock([Reply::events().send("data: a\n\n").close()]);
    let mut terminal = Terminal::new(&["follow", &server.url("/"), "--no-reconnect"], &[("TERM", "dumb")]);
    assert_eq!(terminal.finish(), 0);
    assert_eq!(
        terminal.output(),
        "-- open: 200 OK\r\nmessage: a\r\n-- closed: the server ended the stream\r\n"
    );
}

#[test]
fn ctrl_c_typed_at_a_terminal_is_status_130() {
    let server = mock([Reply::events().send("data: a\n\n").stall()]);
    let mut terminal = Terminal::new(&["follow", &server.url("/")], &[]);
    terminal.wait_for_screen("message: a");
    terminal.press(3);
    assert_eq!(terminal.finish(), 130);
}

#[test]
fn help_fits_the_terminal() {
    for args in [&["--help"][..], &["follow", "--help"], &["record", "--help"], &["serve", "--help"]] {
        let mut terminal = Terminal::new(args, &[]);
        assert_eq!(terminal.finish(), 0);
        let output = terminal.output();
        let widest = output.lines().map(|line| strip(line).chars().count()).max().expect("there are lines");
        assert!(widest <= 80, "{widest}: {output}");
    }
}

/// Removes the colours of a line.
fn strip(line: &str) -> String {
    let mut parts = line.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts
        .fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
        .trim_end()
        .to_owned()
}
