//! Starts the processes: a server and a client for each round.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use sse_benches::load::LoadServer;

use crate::args::{Scenario, Settings};

/// The figures of a client by name.
pub(crate) type Figures = BTreeMap<String, f64>;

/// Serves until it is killed.
pub(crate) fn serve(scenario: Scenario) -> Result<(), Box<dyn Error>> {
    // If the limit cannot be raised, it may still be high enough.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let server = LoadServer::bind(scenario.pace())?;
    println!("http://127.0.0.1:{}/", server.port());
    std::io::stdout().flush()?;
    Err(server.run().into())
}

/// A server process, which is killed on drop.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(scenario: Scenario) -> Result<Self, Box<dyn Error>> {
        let mut child =
            this_program(scenario)?.args(["serve", &scenario.name()]).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        BufReader::new(child.stdout.take().ok_or("the server has no output")?).read_line(&mut url)?;
        Ok(Self { child, url: url.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the command that starts this program, with `taskset` if it must stay on one core.
fn this_program(scenario: Scenario) -> Result<Command, Box<dyn Error>> {
    let program = env::current_exe()?;
    if scenario != Scenario::Behind {
        return Ok(Command::new(program));
    }
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", "0"]).arg(program);
    Ok(command)
}

/// Returns the medians of each client over all rounds. The clients take turns, so that other load
/// on the machine affects all of them. With many sessions one round is enough.
pub(crate) fn measure(
    clients: &[&str],
    scenario: Scenario,
    settings: &Settings,
) -> Result<Vec<Figures>, Box<dyn Error>> {
    let rounds = if scenario.has_many_sessions() { 1 } else { settings.rounds.max(1) };
    let mut all: Vec<BTreeMap<String, Vec<f64>>> = vec![BTreeMap::new(); clients.len()];
    for _ in 0..rounds {
        for (client, values) in clients.iter().zip(&mut all) {
            for (name, value) in round(client, scenario, settings)? {
                values.entry(name).or_default().push(value);
            }
        }
    }
    let medians = |values: BTreeMap<_, _>| values.into_iter().map(|(name, values)| (name, median(values)));
    Ok(all.into_iter().map(|values| medians(values).collect()).collect())
}

fn round(client: &str, scenario: Scenario, settings: &Settings) -> Result<Figures, Box<dyn Error>> {
    let server = Server::start(scenario)?;
    let output = this_program(scenario)?
        .args(["client", client, &scenario.name(), &server.url])
        .args(["--seconds", &settings.seconds.to_string(), "--sessions", &settings.sessions.to_string()])
        // Use one thread for all tasks, like the other runtimes.
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
