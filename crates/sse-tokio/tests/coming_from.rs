//! The page for those who come from another client says what is compiled.

const PAGE: &str = include_str!("../../../docs/coming-from.md");

/// The code of the table's right column, without Markdown's escapes.
fn right_column() -> Vec<String> {
    let rows = PAGE.lines().skip_while(|line| !line.starts_with("| Ktor ")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|')).map(|row| row.replace("\\|", "\u{1}"));
    let cells = rows.map(|row| row.split('|').nth(2).expect("two columns").replace('\u{1}', "|"));
    cells.map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
}

#[test]
fn each_line_for_those_who_come_from_ktor_is_compiled() {
    let program = PAGE.split("| Ktor ").nth(1).expect("the table");
    let program = program.split("```").nth(1).expect("the program after it");
    let lines = right_column();
    assert!(lines.len() >= 20, "{lines:?}");
    for line in lines {
        assert!(program.contains(&line), "`{line}` is not in the program");
    }
}
