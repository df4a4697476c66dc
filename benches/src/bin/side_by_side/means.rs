//! The summary: geometric means and minimums.

use sse_benches::Cut;

use crate::cell::Cell;
use crate::tables::{ratio, title};

type Ratio = fn(&Cell) -> Option<f64>;

const RATIOS: [(&str, Ratio); 6] = [
    ("lent / best peer", |cell| cell.to_best_peer("lent")),
    ("owned / best peer", |cell| cell.to_best_peer("owned")),
    ("events() / best peer", |cell| cell.to_best_peer("events()")),
    ("owned / best peer on Bytes", |cell| cell.to_best_on_bytes("owned")),
    ("events() / best peer on Bytes", |cell| cell.to_best_on_bytes("events()")),
    ("lent / lines+utf8", |cell| cell.to_lines("lent")),
];

pub(crate) fn print(cells: &[Cell]) {
    println!("## Geometric means over the workloads, and the least of all\n");
    println!("| | {} |", RATIOS.map(|(name, _)| name).join(" | "));
    println!("|---|{}", "---|".repeat(RATIOS.len()));
    for cut in Cut::ALL {
        let of_cut = || cells.iter().filter(move |cell| cell.cut == cut);
        if of_cut().next().is_some() {
            print_row(&title(cut), |of| ratio(geometric_mean(of_cut().filter_map(of))));
        }
    }
    print_row("all", |of| ratio(geometric_mean(cells.iter().filter_map(of))));
    print_row("least", |of| least(cells, of));
}

fn print_row(title: &str, figure: impl Fn(Ratio) -> String) {
    println!("| {title} | {} |", RATIOS.map(|(_, of)| figure(of)).join(" | "));
}

fn least(cells: &[Cell], of: Ratio) -> String {
    let ratios = cells.iter().filter_map(|cell| Some((cell, of(cell)?)));
    let least = ratios.min_by(|a, b| a.1.total_cmp(&b.1));
    least.map_or("-".to_owned(), |(cell, least)| format!("{least:.2} ({}, {})", cell.workload, cell.cut))
}

fn geometric_mean(ratios: impl Iterator<Item = f64>) -> Option<f64> {
    let logs: Vec<f64> = ratios.map(f64::ln).collect();
    (!logs.is_empty()).then(|| (logs.iter().sum::<f64>() / logs.len() as f64).exp())
}
