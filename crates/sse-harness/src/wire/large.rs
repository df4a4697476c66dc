//! Rows with megabytes of input.

use super::{Case, case, comment, discarded, event, inheriting, with_id};

const MIB: usize = 1 << 20;

/// Returns the rows whose input is too large to test every split. Test them whole and in a few
/// chunk sizes.
#[must_use]
pub fn large_cases() -> Vec<Case> {
    vec![
        long_line(),
        long_comment(),
        long_line_over_the_limit(),
        long_line_skipped(),
        many_lines(),
        many_empty_lines(),
        many_empty_lines_over_the_limit(),
        many_empty_lines_skipped(),
        many_events(),
    ]
}

fn long_line() -> Case {
    let x = "x".repeat(3 * MIB);
    let input = format!("id: 1\ndata: {x}\n\ndata: a\n\n");
    case("a line of 3 MiB", input, [with_id(&x, "1"), inheriting("a", "1")]).leaves_id("1")
}

fn long_comment() -> Case {
    let x = "x".repeat(3 * MIB);
    case("a comment of 3 MiB", format!(": {x}\ndata: a\n\n"), [comment(&x), event("a")])
}

fn long_line_over_the_limit() -> Case {
    let input = format!("data: a\n\ndata: {}", "x".repeat(3 * MIB));
    case("a line of 3 MiB, over the limit", input, [event("a")]).too_long_for(MIB)
}

fn long_line_skipped() -> Case {
    let input = format!("data: {}\n\ndata: a\n\n", "x".repeat(3 * MIB));
    case("a line of 3 MiB, skipped", input, [discarded(3 * MIB as u64 + 7), event("a")]).skips_over(MIB)
}

fn many_lines() -> Case {
    let input = format!("{}\n", "data: 0123456789\r\n".repeat(100_000));
    case("100,000 data lines", input, [event(&vec!["0123456789"; 100_000].join("\n"))])
}

fn many_empty_lines() -> Case {
    let input = format!("{}\n", "data:\n".repeat(1_000_000));
    case("1,000,000 empty data lines", input, [event(&"\n".repeat(999_999))])
}

fn many_empty_lines_over_the_limit() -> Case {
    let input = format!("{}\n", "data:\n".repeat(1_000_000));
    case("1,000,000 empty data lines, over the limit", input, []).too_long_for(4096)
}

fn many_empty_lines_skipped() -> Case {
    let input = format!("{}\ndata: a\n\n", "data:\n".repeat(1_000_000));
    case("1,000,000 empty data lines, skipped", input, [discarded(6_000_000), event("a")]).skips_over(4096)
}

fn many_events() -> Case {
    let input = "id: 1\ndata: a\n\n".repeat(100_000);
    let mut row = case("100,000 events", input, []).leaves_id("1");
    row.expected.frames = vec![with_id("a", "1"); 100_000];
    row
}
