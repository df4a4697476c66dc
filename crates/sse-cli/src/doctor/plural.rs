//! Formats counts.

/// Formats a count with its noun, in the plural unless the count is 1.
pub(crate) fn plural(count: usize, name: &str) -> String {
    if count == 1 { format!("1 {name}") } else { format!("{count} {name}s") }
}
