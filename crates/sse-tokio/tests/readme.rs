//! The pages of the repository agree with the code.

use std::fs;
use std::path::{Path, PathBuf};

const README: &str = include_str!("../../../README.md");
const COMING_FROM: &str = include_str!("../../../docs/coming-from.md");

/// The code of the table's right column, without Markdown's escapes.
fn right_column() -> Vec<String> {
    let rows = COMING_FROM.lines().skip_while(|line| !line.starts_with("| Ktor ")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|')).map(|row| row.replace("\\|", "\u{1}"));
    let cells = rows.map(|row| row.split('|').nth(2).expect("two columns").replace('\u{1}', "|"));
    cells.map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
}

#[test]
fn each_line_for_those_who_come_from_ktor_is_compiled() {
    let program = COMING_FROM.split("| Ktor ").nth(1).expect("the table");
    let program = program.split("```").nth(1).expect("the program after it");
    let lines = right_column();
    assert!(lines.len() >= 20, "{lines:?}");
    for line in lines {
        assert!(program.contains(&line), "`{line}` is not in the program");
    }
}

#[test]
fn the_readme_is_short_and_hides_no_line() {
    assert!(README.lines().count() <= 130, "{} lines", README.lines().count());
    let mut is_rust = false;
    for line in README.lines() {
        match line.strip_prefix("```") {
            Some(language) => is_rust = language.starts_with("rust"),
            None => assert!(!is_rust || !line.starts_with("# "), "{line}"),
        }
    }
}

#[test]
fn the_figures_of_the_readme_are_those_of_the_load_test() {
    let load = include_str!("../../../benches/LOAD.md");
    let cells = |row: &'static str| row.trim_matches('|').split('|').map(str::trim);
    let table = README.lines().skip_while(|line| !line.starts_with("| | sse-tokio "));
    let rows: Vec<_> = table.take_while(|line| line.starts_with('|')).map(cells).collect();
    let clients: Vec<_> = rows[0].clone().skip(1).collect();
    for (row, section, column) in [
        (2, "## Idle sessions", 1),
        (3, "## One connection at full speed, 64 events a write", 1),
        (4, "## One connection at full speed, one event a write, server and client on one core", 1),
        (5, "## From the server's write", 1),
    ] {
        let section = load.split(section).nth(1).expect("the section");
        for (client, figure) in clients.iter().zip(rows[row].clone().skip(1)) {
            let measured = section.lines().find(|line| line.starts_with(&format!("| {client} |")));
            let measured = cells(measured.expect("the client")).nth(column);
            assert_eq!(Some(figure), measured, "{client}, row {row}");
        }
    }
    assert_eq!((clients.len(), rows.len()), (5, 6));
}

/// `.ci/web` compiles the README of sse-web, for wasm32.
#[test]
fn the_code_of_the_browser_guide_is_that_of_sse_web() {
    let code = include_str!("../docs/browser.md").split("```rust,ignore\n").nth(1).expect("a block");
    let code = code.split("```").next().expect("its end");
    assert!(include_str!("../../sse-web/README.md").contains(code), "{code}");
}

#[test]
fn every_file_that_a_page_links_to_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pages = vec!["README.md".into(), "docs/README.md".into(), "docs/coming-from.md".into()];
    let guides = fs::read_dir(root.join("crates/sse-tokio/docs")).expect("the guides");
    pages.extend(guides.map(|guide| {
        format!("crates/sse-tokio/docs/{}", guide.expect("a file").file_name().to_string_lossy())
    }));
    let mut count = 0;
    for page in pages {
        let text = fs::read_to_string(root.join(&page)).expect("the page");
        let inline = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        let targets = inline.map(|(target, _)| target);
        let defined = text.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
        for target in targets.chain(defined.map(|(_, target)| target)) {
            if !target.starts_with("http") {
                let folder = root.join(&page);
                let file = folder.parent().expect("a folder").join(target);
                assert!(file.exists(), "{page}: {target}");
                count += 1;
            }
        }
    }
    assert!(count > 40, "{count} links");
}

#[test]
fn the_architecture_is_short_and_names_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = fs::read_to_string(root.join("ARCHITECTURE.md")).expect("the page");
    assert!(text.lines().count() <= 150, "{} lines", text.lines().count());
    let mut files = vec![];
    for folder in ["crates", "benches", "docs"] {
        list_files(&root.join(folder), &mut files);
    }
    let named = text.split('`').skip(1).step_by(2).filter(|name| name.ends_with(".rs"));
    let mut count = 0;
    for name in named {
        assert!(files.iter().any(|file| file.ends_with(name)), "{name}");
        count += 1;
    }
    assert!(count > 60, "{count} files");
}

fn list_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            list_files(&path, files);
        } else {
            files.push(path);
        }
    }
}
