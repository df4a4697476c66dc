//! Notes about peers that return other events than the decoder of this workspace.

use std::collections::BTreeMap;

use crate::cell::{Cell, Kind};
use crate::entry::{Outcome, TRIAL_LEN};

/// Maps peer, remark and workload to the cuts and the first difference.
type Notes<'c> = BTreeMap<(&'c str, &'c str, &'c str), (Vec<String>, &'c str)>;

pub(crate) fn print(cells: &[Cell]) {
    let slow = cells.iter().flat_map(|cell| &cell.figures);
    if slow.into_iter().any(|figure| matches!(figure.outcome, Outcome::Slow(_))) {
        println!(
            "\\* on the first {} KiB of the stream alone: the whole would take seconds.\n",
            TRIAL_LEN / 1024
        );
    }
    for ((peer, word, workload), (pieces, why)) in notes(cells) {
        println!("- {peer}, {word}: {workload} in pieces of {}: {why}", pieces.join(", "));
    }
    println!();
}

fn notes(cells: &[Cell]) -> Notes<'_> {
    let mut notes = Notes::new();
    for cell in cells {
        for figure in cell.figures.iter().filter(|figure| figure.kind != Kind::Bound) {
            let Outcome::Out(verdict) = &figure.outcome else { continue };
            let Some((word, why)) = verdict.remark() else { continue };
            let note = notes.entry((figure.name, word, cell.workload)).or_insert_with(|| (Vec::new(), why));
            note.0.push(cell.cut.to_string());
        }
    }
    notes
}
