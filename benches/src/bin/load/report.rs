//! Prints the tables.

use std::error::Error;
use std::fs;
use std::process::Command;

use crate::args::{Scenario, Settings};
use crate::clients;
use crate::parent::measure;

/// The heading of a table and its columns, each with the name of the figure, the title and the
/// number of decimals.
type Table = (&'static str, &'static [(&'static str, &'static str, usize)]);

pub(crate) fn print(scenarios: &[Scenario], settings: &Settings) -> Result<(), Box<dyn Error>> {
    head(settings);
    let is_selected =
        |name: &str| settings.only.is_empty() || settings.only.iter().any(|part| name.contains(part));
    let clients: Vec<_> =
        clients::all().into_iter().map(|(name, _)| name).filter(|name| is_selected(name)).collect();
    for scenario in scenarios {
        let (heading, columns) = table(*scenario);
        println!("\n## {heading}\n");
        println!(
            "| client | {} |",
            columns.iter().map(|(_, title, _)| *title).collect::<Vec<_>>().join(" | ")
        );
        println!("|---|{}", "---|".repeat(columns.len()));
        for (client, figures) in clients.iter().zip(measure(&clients, *scenario, settings)?) {
            let cell = |(name, _, decimals): &(&str, &str, usize)| {
                figures.get(*name).map_or_else(String::new, |value| format!("{value:.decimals$}"))
            };
            println!("| {client} | {} |", columns.iter().map(cell).collect::<Vec<_>>().join(" | "));
        }
    }
    Ok(())
}

fn table(scenario: Scenario) -> Table {
    const EVENTS: (&str, &str, usize) = ("events_per_second", "events/s", 0);
    const CPU: (&str, &str, usize) = ("cpu_ns_per_event", "CPU per event, ns", 0);
    const SLEEPS: (&str, &str, usize) = ("sleeps_per_1000_events", "sleeps in 1000 events", 0);
    const WOKEN: (&str, &str, usize) = ("cpu_us_per_event", "CPU per event, µs", 1);
    const MEMORY: (&str, &str, usize) = ("kib_per_session", "KiB per session", 1);
    const LIVE: (&str, &str, usize) = ("live_bytes_per_session", "live bytes per session", 0);
    const SECOND: (&str, &str, usize) = ("cpu_us_per_session_second", "CPU per session and second, µs", 2);
    match scenario {
        Scenario::Bulk => ("One connection at full speed, 64 events a write", &[CPU, EVENTS, SLEEPS]),
        Scenario::Single => ("One connection at full speed, one event a write", &[CPU, EVENTS, SLEEPS]),
        Scenario::Behind => (
            "One connection at full speed, one event a write, server and client on one core",
            &[CPU, EVENTS, SLEEPS],
        ),
        Scenario::Latency => (
            "From the server's write to the application's read, 1000 events a second",
            &[("median_us", "median, µs", 0), ("p99_us", "p99, µs", 0), WOKEN],
        ),
        Scenario::Crowd => ("A hundred connections at full speed", &[MEMORY, EVENTS]),
        Scenario::Ticker => (
            "A ticker of 10 ms beside a connection at full speed, on one thread",
            &[("worst_ms", "the latest tick, ms", 1), EVENTS],
        ),
        Scenario::Idle if cfg!(feature = "live-bytes") => {
            ("Idle sessions, a comment every 15 s", &[MEMORY, LIVE, SECOND])
        }
        Scenario::Idle => ("Idle sessions, a comment every 15 s", &[MEMORY, SECOND]),
        Scenario::Slow => ("Sessions with one event a second", &[WOKEN, MEMORY]),
    }
}

/// An explanation of the figures.
const GUIDANCE: &str = "\
Look first at the memory of idle sessions, since most sessions of a service are idle, and at the CPU time per event where many
events arrive in one write. The table with one event per write and a core for each side favours slow clients: a client that
falls behind finds many events at each read and never sleeps, while a fast one is woken for nearly every event. On one core all
clients fall behind, and the comparison is fair.

The last row of each table is not a client. It is a Tokio task that reads into a buffer of 32 KiB and ignores the bytes, so it
shows what the kernel and Tokio cost.";

fn head(settings: &Settings) {
    let Settings { seconds, sessions, rounds, .. } = settings;
    println!("# Clients under load\n");
    println!("{GUIDANCE}\n");
    println!(
        "{seconds} s a round (idle: 15 s at least), the median of {rounds}; {sessions} idle or slow sessions, once."
    );
    println!(
        "Events of {} bytes. {}; {}; {}.",
        sse_benches::load::EVENT_LEN,
        processor(),
        output_of("rustc", "--version"),
        output_of("date", "+%F")
    );
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1))
        .unwrap_or("unknown");
    format!("{model}, {} threads", std::thread::available_parallelism().map_or(0, usize::from))
}

/// Returns the output of a command.
fn output_of(command: &str, arg: &str) -> String {
    let output = Command::new(command).arg(arg).output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}
