//! Counts in sentences.

/// The count with its noun.
pub(crate) fn plural(count: usize, name: &str) -> String {
    if count == 1 { format!("1 {name}") } else { format!("{count} {name}s") }
}
