//! Completions, the man page and the version.

use super::common::run;

#[test]
fn completions_contain_the_commands_and_options() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = run(&["completions", shell]);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""));
        for word in ["follow", "record", "finish-before", "checkpoint"] {
            assert!(run.stdout.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn the_man_page_contains_the_commands_and_options() {
    let run = run(&["man"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    for part in [
        ".TH sse 1",
        "SSE FOLLOW",
        "SSE DOCTOR",
        "SSE RECORD",
        "SSE SERVE",
        "finish\\-before",
        "\\-\\-speed",
        "EXIT STATUS",
        "130 for Ctrl\\-C",
    ] {
        assert!(run.stdout.contains(part), "{part}");
    }
}

#[test]
fn the_long_version_lists_the_features() {
    let version = concat!("sse ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(run(&["-V"]).stdout, version);
    let long = run(&["--version"]).stdout;
    assert!(long.starts_with(version) && long.contains("features: ") && long.contains("rustls"), "{long}");
}
