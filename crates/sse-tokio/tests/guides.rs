//! The guides agree with the code.

use std::time::Duration;

use sse_testkit::{Instant, MockTimer, MockTransport, Reply};
use sse_tokio::{Client, CloseReason, Error, Limits, ReconnectPolicy};

const RECONNECTION: &str = include_str!("../docs/reconnection.md");
const DEFAULTS: &str = include_str!("../docs/timeouts-and-limits.md");
const ERRORS: &str = include_str!("../docs/errors.md");
const ERROR_SOURCE: &str = include_str!("../../sse-driver/src/error.rs");

/// The cells of the table row that begins with `` `name` ``.
fn row<'a>(guide: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!("| `{name}` |");
    let row = guide.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("no row {start}"));
    row.trim_matches('|').split(" | ").map(str::trim).collect()
}

#[test]
fn the_table_of_defaults_is_that_of_the_code() {
    let policy = ReconnectPolicy::default();
    let time = |time: Duration| match time.subsec_millis() {
        0 => format!("{} s", time.as_secs()),
        _ => format!("{} ms", time.as_millis()),
    };
    let number = |number: Option<u32>| number.map_or("none".to_owned(), |number| number.to_string());
    for (name, default) in [
        (".reconnection_time", time(policy.reconnection_time)),
        (".factor", policy.factor.to_string()),
        (".max_delay", time(policy.max_delay)),
        (".jitter_percent", policy.jitter_percent.to_string()),
        (".min_delay", time(policy.min_delay)),
        (".max_server_delay", time(policy.max_server_delay)),
        (".reset_after", time(policy.reset_after)),
        (".max_attempts", number(policy.max_attempts)),
        (".max_total_reconnections", number(policy.max_total_reconnections)),
        (".retry_initial", policy.retry_initial.to_string()),
        (".retry_status", policy.retry_status.to_string()),
        (".max_event_len", Limits::default().max_event_len.to_string()),
    ] {
        assert_eq!(row(DEFAULTS, name)[1], default, "{name}");
    }
}

#[test]
fn the_table_of_defaults_has_the_timeouts_of_the_client() {
    let settings = format!("{:?}", Client::builder());
    for name in ["connect_timeout", "response_timeout", "idle_timeout"] {
        let default = match row(DEFAULTS, name)[1] {
            "none" => "None".to_owned(),
            time => format!("Some({})", time.replace(' ', "")),
        };
        assert!(settings.contains(&format!("{name}: {default}")), "{name} is not {default}: {settings}");
    }
}

#[test]
fn the_guide_to_errors_has_a_row_for_each_error() {
    let variants = ERROR_SOURCE.split("pub enum Error {").nth(1).expect("the enum");
    let variants = variants.split("\n}").next().expect("its end");
    let is_variant = |line: &&str| line.starts_with("    ") && line.as_bytes()[4].is_ascii_uppercase();
    let names = variants
        .lines()
        .filter(is_variant)
        .map(|line| line.trim().split(|char: char| !char.is_alphanumeric()).next().expect("a name"));
    let names: Vec<_> = names.collect();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        assert_eq!(row(ERRORS, name).len(), 4, "{name}");
    }
}

/// When the drawing has a request, and with which last event ID.
fn drawn_requests() -> Vec<(Duration, Option<&'static str>)> {
    let drawing = RECONNECTION.split("```text").nth(1).and_then(|rest| rest.split("```").next());
    let requests = drawing.expect("the drawing").lines().filter(|line| line.contains("GET"));
    let requests = requests.map(|line| {
        let (seconds, rest) = line.trim().split_once(" s").expect("a time");
        let id = rest.split_once("Last-Event-ID: ").map(|(_, id)| id.split_once(' ').expect("columns").0);
        (Duration::from_secs(seconds.parse().expect("seconds")), id)
    });
    requests.collect()
}

#[test]
fn the_drawing_of_a_session_is_what_happens() {
    let second = Duration::from_secs(1);
    let timer = MockTimer::new();
    let transport = MockTransport::new(timer.clone())
        .reply(Reply::events().pause(second).event("1", "one").pause(4 * second).drop_connection())
        .reply(Reply::status(503))
        .reply(Reply::status(503).header("retry-after", "20"))
        .reply(Reply::events().pause(second).event("2", "two").pause(5 * second))
        .reply(Reply::status(204));
    let policy = ReconnectPolicy::default().jitter_percent(0);
    let client = transport.client().reconnect_policy(policy).build();
    let reason = timer.run(async {
        let mut session = client.get("http://test/events").open().await?;
        while let Some(event) = session.next().await {
            event?;
        }
        Ok::<_, Error>(session.close_reason().cloned())
    });
    assert!(matches!(reason, Ok(Some(CloseReason::NoContent))), "{reason:?}");
    let requests = transport.requests();
    let happened: Vec<_> =
        requests.iter().map(|request| (request.received, request.last_event_id())).collect();
    assert_eq!(happened, drawn_requests());
    assert_eq!(sse_tokio::Timer::now(&timer), Instant::ZERO + Duration::from_secs(43));
}

/// Whether a client sends another request after `reply`, which comes first, or after a session was
/// open.
fn is_retried(reply: &Reply, was_open: bool, retry_initial: bool) -> bool {
    let timer = MockTimer::new();
    let mut transport = MockTransport::new(timer.clone());
    if was_open {
        transport = transport.reply(Reply::events().message("open").drop_connection());
    }
    let transport = transport.reply(reply.clone());
    let client = transport.client().retry_initial(retry_initial).idle_timeout(Duration::from_secs(30));
    let client = client.response_timeout(Duration::from_secs(30)).build();
    timer.run(async {
        if let Ok(mut session) = client.get("http://test/events").open().await {
            while session.next().await.is_some_and(|event| event.is_ok()) {}
        }
    });
    transport.requests().len() > 1 + usize::from(was_open)
}

#[test]
fn the_table_of_what_is_retried_is_what_happens() {
    let minute = Duration::from_secs(60);
    let statuses = |statuses: &[u16]| statuses.iter().map(|status| Reply::status(*status)).collect();
    let html = Reply::status(200).header("content-type", "text/html").send("hello");
    let compressed = Reply::events().header("content-encoding", "gzip");
    let rows: [(&str, Vec<Reply>); 5] = [
        ("the server ended the stream", vec![Reply::refuse(), Reply::events().delay(minute)]),
        ("408, 425, 429", statuses(&[408, 425, 429, 500, 502, 503, 504, 520, 529, 599])),
        ("204", statuses(&[204])),
        ("any other status", [statuses(&[201, 400, 401, 403, 404, 410, 501, 505, 511]), vec![html]].concat()),
        ("what another attempt", vec![compressed]),
    ];
    for (start, replies) in rows {
        let start = format!("| {start}");
        let row = RECONNECTION.lines().find(|line| line.starts_with(&start)).expect("a row of the table");
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        for reply in replies {
            let later = is_retried(&reply, true, false);
            assert_eq!(later, cells[1].starts_with("retried"), "{start}: {reply:?}");
            assert_eq!(
                is_retried(&reply, false, false),
                cells[2].starts_with("retried"),
                "{start}: {reply:?}"
            );
            assert_eq!(is_retried(&reply, false, true), later, "retry_initial: {reply:?}");
        }
    }
}
