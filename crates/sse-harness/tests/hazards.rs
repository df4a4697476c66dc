//! Checks that the tests named in `docs/hazards.md` exist.
#![allow(missing_docs)]

use std::fs;
use std::path::Path;

const TABLE: &str = include_str!("../../../docs/hazards.md");

#[test]
fn every_test_in_the_hazard_table_exists() {
    let mut sources = String::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), &mut sources);
    let rows: Vec<_> = TABLE.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 20);
    for row in rows {
        let tests = row.split('|').nth(3).expect("three columns");
        let names: Vec<_> = tests.split('`').skip(1).step_by(2).filter(|name| !name.contains('/')).collect();
        assert!(!names.is_empty(), "the row names no test: {row}");
        for name in names {
            assert!(sources.contains(&format!("fn {name}")), "the test `{name}` does not exist: {row}");
        }
    }
}

fn read(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() && !path.ends_with("target") {
            read(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&fs::read_to_string(&path).expect("source files are UTF-8"));
        }
    }
}
