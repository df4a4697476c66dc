//! Wrong usage.

use super::common::{Folder, contents, finish, run, sse, text};

#[test]
fn wrong_usage_is_status_2() {
    for args in [
        &[][..],
        &["follow"],
        &["folow"],
        &["-v"],
        &["follow", ""],
        &["follow", "http://"],
        &["follow", "ftp://localhost/"],
        &["follow", "http://localhost/", "--idle-timeout", "5"],
        &["follow", "http://localhost/", "--idle-timeout", "0s"],
        &["follow", "http://localhost/", "--response-timeout", "0s"],
        &["follow", "http://localhost/", "--last-event-id", "\u{1}7"],
        &["follow", "http://localhost/", "-H", "no colon"],
        &["follow", "http://localhost/", "-u", "no colon"],
        &["follow", "http://localhost/", "-A", "\u{7f}"],
        &["follow", "http://localhost/", "--max-events", "0"],
        &["follow", "http://localhost/", "--max-event-size", "much"],
        &["follow", "http://localhost/", "--no-reconnect", "--max-attempts", "1"],
        &["follow", "http://localhost/", "-d", "a", "--json", "b"],
        &["follow", "http://localhost/", "-u", "a:b", "--bearer-env", "HOME"],
        &["follow", "http://localhost/", "-k", "--cacert", "file"],
        &["record", "http://localhost/"],
        &["serve"],
        &["serve", "file", "--drop-after", "0"],
        &["serve", "file", "--speed", "0"],
        &["serve", "file", "--speed", "nan"],
        &["serve", "file", "--speed", "2", "--interval", "1s"],
        &["completions", "sh"],
    ] {
        let run = run(args);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(!run.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn a_misspelt_command_is_not_taken_for_a_url() {
    let run = run(&["folow"]);
    assert!(run.stderr.contains("a similar subcommand exists: 'follow'"), "{}", run.stderr);
}

#[test]
fn wrong_usage_leaves_the_old_output() {
    let folder = Folder::new();
    let file = folder.file("output", "old");
    let absent = folder.join("absent");
    for command in [
        ["follow", "http://localhost/", "-o", text(&file), "--cacert", text(&absent)],
        ["follow", "http://localhost/", "-o", text(&file), "--bearer-env", "SSE_TEST_UNSET"],
        ["record", "http://localhost/", text(&file), "--no-reconnect", "--cacert", text(&absent)],
        ["record", "http://localhost/", text(&file), "--no-reconnect", "--bearer-env", "SSE_TEST_UNSET"],
    ] {
        assert_eq!((run(&command).status, contents(&file).as_str()), (2, "old"), "{command:?}");
    }
}

#[cfg(unix)]
#[test]
fn wrong_usage_shows_no_secret() {
    use std::os::unix::ffi::OsStrExt as _;
    let mut with_token = sse(&["follow", "http://localhost/", "--bearer-env", "SSE_TEST_TOKEN"]);
    with_token.env("SSE_TEST_TOKEN", std::ffi::OsStr::from_bytes(b"secret\xff"));
    let with_password = sse(&["follow", "http://me:secret@localhost:99999/?key=secret"]);
    for command in [with_token, with_password] {
        let run = finish(command);
        assert!(run.status == 2 && !run.stderr.contains("secret"), "{}", run.stderr);
    }
}

#[test]
fn an_unsupported_scheme_is_named() {
    let run = run(&["follow", "ws://localhost/"]);
    assert_eq!(run.stderr, "error: expected http:// or https://, got ws://\n");
}
