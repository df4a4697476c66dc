//! Measures one client within its process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::args::{IDLE, Scenario, Settings};
use crate::client::Client;
use crate::process::{Usage, live_bytes, resident_kib};
use crate::runtime::Runtime;
use crate::tally::Tally;

/// The time that a client runs before it is measured.
const WARM_UP: Duration = Duration::from_secs(1);
/// The number of sessions that are opened at the same time.
const RUSH: usize = 100;
const CROWD: usize = 100;
const TICK: Duration = Duration::from_millis(10);

/// Measures a client and prints each figure as a line with a name and a number.
pub(crate) fn run<C: Client>(scenario: Scenario, url: String, settings: &Settings) {
    let time = Duration::from_secs(settings.seconds);
    C::Runtime::block_on(async {
        let app = App::<C>::new(url, scenario == Scenario::Latency);
        match scenario {
            Scenario::Bulk | Scenario::Single | Scenario::Behind => app.full_speed(time).await,
            Scenario::Latency => app.latency(time).await,
            Scenario::Crowd => app.crowd(time).await,
            Scenario::Ticker => app.ticker(time).await,
            Scenario::Idle => app.many(settings.sessions, time.max(IDLE)).await,
            Scenario::Slow => app.many(settings.sessions, time).await,
        }
    });
}

fn print(name: &str, value: f64) {
    println!("{name} {value}");
}

/// An application that counts the events it receives.
struct App<C: Client> {
    client: C,
    url: String,
    tally: Arc<Tally>,
}

impl<C: Client> App<C> {
    fn new(url: String, delays: bool) -> Self {
        let tally = if delays { Tally::with_delays() } else { Tally::default() };
        Self { client: C::new(), url, tally: Arc::new(tally) }
    }

    /// Opens sessions until there are `sessions` of them.
    async fn open(&self, sessions: usize) {
        let mut started = self.tally.opened() as usize;
        while started < sessions {
            let rush = RUSH.min(sessions - started);
            for _ in 0..rush {
                C::Runtime::spawn(self.client.clone().follow(self.url.clone(), Arc::clone(&self.tally)));
            }
            started += rush;
            while self.tally.opened() < started as u64 {
                C::Runtime::sleep(Duration::from_millis(1)).await;
            }
        }
    }

    /// Measures the events per second, the CPU time per event in nanoseconds, and how often the
    /// client slept.
    async fn full_speed(&self, time: Duration) {
        self.open(1).await;
        C::Runtime::sleep(WARM_UP).await;
        let (start, usage, events) = (Instant::now(), Usage::now(), self.tally.events());
        C::Runtime::sleep(time).await;
        let (took, now, events) = (start.elapsed(), Usage::now(), self.tally.events() - events);
        print("events_per_second", events as f64 / took.as_secs_f64());
        print("cpu_ns_per_event", now.cpu_since(usage).as_nanos() as f64 / events as f64);
        print("sleeps_per_1000_events", now.sleeps_since(usage) as f64 * 1000.0 / events as f64);
    }

    /// Measures the delay of events in microseconds. The client sleeps before each event.
    async fn latency(&self, time: Duration) {
        self.open(1).await;
        C::Runtime::sleep(WARM_UP).await;
        drop(self.tally.take_delays());
        let (usage, events) = (Usage::now(), self.tally.events());
        C::Runtime::sleep(time).await;
        let (cpu, events) = (Usage::now().cpu_since(usage), self.tally.events() - events);
        print("cpu_us_per_event", cpu.as_nanos() as f64 / 1000.0 / events as f64);
        let mut delays = self.tally.take_delays();
        if delays.is_empty() {
            return;
        }
        delays.sort_unstable();
        let part = |percent: usize| delays[delays.len() * percent / 100] as f64 / 1000.0;
        print("median_us", part(50));
        print("p99_us", part(99));
    }

    /// Measures the resident memory per session in KiB, without that of the first session. It waits
    /// until the buffers of the sessions have grown to their full size.
    async fn crowd(&self, time: Duration) {
        self.open(1).await;
        C::Runtime::sleep(WARM_UP).await;
        let before = resident_kib();
        self.open(CROWD).await;
        C::Runtime::sleep(time).await;
        print("kib_per_session", (resident_kib() - before) / (CROWD - 1) as f64);
        print("events_per_second", self.tally.events() as f64 / time.as_secs_f64());
    }

    /// Measures the maximum delay of a tick in milliseconds.
    async fn ticker(&self, time: Duration) {
        let worst = Arc::new(AtomicU64::new(0));
        self.open(1).await;
        C::Runtime::sleep(WARM_UP).await;
        let seen = Arc::clone(&worst);
        C::Runtime::spawn(async move {
            loop {
                let start = Instant::now();
                C::Runtime::sleep(TICK).await;
                seen.fetch_max(start.elapsed().saturating_sub(TICK).as_micros() as u64, Relaxed);
            }
        });
        let events = self.tally.events();
        // A ticker that never runs is late by the whole duration.
        let start = Instant::now();
        C::Runtime::sleep(time).await;
        let overdue = start.elapsed().saturating_sub(time).as_micros() as u64;
        print("worst_ms", worst.load(Relaxed).max(overdue) as f64 / 1000.0);
        print("events_per_second", (self.tally.events() - events) as f64 / time.as_secs_f64());
    }

    /// Measures the memory per session, without that of the first session, and the CPU time.
    async fn many(&self, sessions: usize, time: Duration) {
        self.open(1).await;
        C::Runtime::sleep(WARM_UP).await;
        let (before, live_before) = (resident_kib(), live_bytes());
        self.open(sessions).await;
        C::Runtime::sleep(WARM_UP).await;
        if let (Some(live), Some(before)) = (live_bytes(), live_before) {
            print("live_bytes_per_session", (live - before) / (sessions - 1) as f64);
        }
        let (start, usage, events) = (Instant::now(), Usage::now(), self.tally.events());
        C::Runtime::sleep(time).await;
        let (took, events) = (start.elapsed(), self.tally.events() - events);
        let cpu = Usage::now().cpu_since(usage);
        print("kib_per_session", (resident_kib() - before) / (sessions - 1) as f64);
        print("cpu_us_per_session_second", cpu.as_micros() as f64 / took.as_secs_f64() / sessions as f64);
        if events > 0 {
            print("cpu_us_per_event", cpu.as_micros() as f64 / events as f64);
        }
    }
}
