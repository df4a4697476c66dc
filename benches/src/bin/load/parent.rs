//! The processes: a server and a client for each figure.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use sse_testkit::load::LoadServer;

use crate::args::{Scenario, Settings};

/// By name.
pub(crate) type Figures = BTreeMap<String, f64>;

/// Serves until it is killed.
pub(crate) fn serve(scenario: Scenario) -> Result<(), Box<dyn Error>> {
    // Where the limit cannot be raised, it may be high enough.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let server = LoadServer::bind(scenario.pace())?;
    println!("http://127.0.0.1:{}/", server.port());
    std::io::stdout().flush()?;
    Err(server.run().into())
}

/// Killed when dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(scenario: Scenario) -> Result<Self, Box<dyn Error>> {
        let mut child = Command::new(env::current_exe()?)
            .args(["serve", &scenario.name()])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut url = String::new();
        BufReader::new(child.stdout.take().ok_or("it has an output")?).read_line(&mut url)?;
        Ok(Self { child, url: url.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The medians over all rounds. Many sessions make their own average, and take their time.
pub(crate) fn measure(
    client: &str,
    scenario: Scenario,
    settings: &Settings,
) -> Result<Figures, Box<dyn Error>> {
    let mut rounds: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let rounds_of_it = if scenario.has_many_sessions() { 1 } else { settings.rounds.max(1) };
    for _ in 0..rounds_of_it {
        for (name, value) in round(client, scenario, settings)? {
            rounds.entry(name).or_default().push(value);
        }
    }
    Ok(rounds.into_iter().map(|(name, values)| (name, median(values))).collect())
}

fn round(client: &str, scenario: Scenario, settings: &Settings) -> Result<Figures, Box<dyn Error>> {
    let server = Server::start(scenario)?;
    let output = Command::new(env::current_exe()?)
        .args(["client", client, &scenario.name(), &server.url])
        .args(["--seconds", &settings.seconds.to_string(), "--sessions", &settings.sessions.to_string()])
        // One thread for all tasks, as the others have it here.
        .env("ASYNC_STD_THREAD_COUNT", "1")
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{client}: {}", output.status).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let figures = text.lines().filter_map(|line| line.split_once(' '));
    figures.map(|(name, value)| Ok((name.to_owned(), value.parse()?))).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
