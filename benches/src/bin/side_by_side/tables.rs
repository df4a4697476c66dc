//! Prints two tables for each cut: one compares the decoder of this workspace with the best peer,
//! and the other lists all other decoders and bounds.

use sse_benches::{Cut, bounds};

use crate::cell::{Cell, Figure, Kind};
use crate::entry::Outcome;

pub(crate) fn print(cut: Cut, cells: &[Cell]) {
    println!("## {}\n", title(cut));
    print_ours(cells);
    println!();
    print_others(cells);
    println!();
}

pub(crate) fn title(cut: Cut) -> String {
    match cut {
        Cut::Bytes(1) => "Pieces of one byte".to_owned(),
        Cut::Bytes(len) => format!("Pieces of {len} bytes"),
        Cut::Events => "One event a piece".to_owned(),
    }
}

fn print_ours(cells: &[Cell]) {
    println!(
        "| workload | bytes/event | lent | owned | events() | best peer | its MB/s | lines+utf8 \
         | lent / peer | owned / peer | events() / peer | owned / peer on Bytes \
         | events() / peer on Bytes | lent / lines+utf8 |"
    );
    println!("|---|{}", "---|".repeat(13));
    for cell in cells {
        println!("| {} |", our_row(cell).join(" | "));
    }
}

fn our_row(cell: &Cell) -> Vec<String> {
    let best = cell.best_peer();
    let ours = ["lent", "owned", "events()"];
    let mut row = vec![cell.workload.to_owned(), cell.bytes_per_event.to_string()];
    row.extend(ours.map(|way| shown(cell.figure(way))));
    row.push(best.map_or("-", |(name, _)| name).to_owned());
    row.push(best.map_or("-".to_owned(), |(_, rate)| number(rate)));
    row.push(shown(cell.figure(bounds::LINES)));
    row.extend(ours.map(|way| ratio(cell.to_best_peer(way))));
    row.extend(["owned", "events()"].map(|way| ratio(cell.to_best_on_bytes(way))));
    row.push(ratio(cell.to_lines("lent")));
    row
}

fn print_others(cells: &[Cell]) {
    let names = cells.first().map(|cell| others(cell).map(|figure| figure.name).collect::<Vec<_>>());
    let names = names.unwrap_or_default();
    if names.is_empty() {
        return;
    }
    println!("| workload | {} |", names.join(" | "));
    println!("|---|{}", "---|".repeat(names.len()));
    for cell in cells {
        let rates: Vec<_> = others(cell).map(|figure| shown(Some(figure))).collect();
        println!("| {} | {} |", cell.workload, rates.join(" | "));
    }
}

fn others(cell: &Cell) -> impl Iterator<Item = &Figure> {
    cell.figures.iter().filter(|figure| figure.kind != Kind::Ours && figure.name != bounds::LINES)
}

fn shown(figure: Option<&Figure>) -> String {
    match figure.map(|figure| &figure.outcome) {
        None => "-".to_owned(),
        Some(Outcome::Rate(rate)) => number(*rate),
        Some(Outcome::Slow(rate)) => format!("{} \\*", number(*rate)),
        Some(Outcome::Out(verdict)) => verdict.remark().map_or("-", |(word, _)| word).to_owned(),
    }
}

/// Formats a rate with about three digits.
fn number(rate: f64) -> String {
    let digits = if rate < 1.0 { 3 } else { usize::from(rate < 100.0) };
    format!("{rate:.digits$}")
}

pub(crate) fn ratio(ratio: Option<f64>) -> String {
    ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}"))
}
