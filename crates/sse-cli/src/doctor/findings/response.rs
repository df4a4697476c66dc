//! Checks the connection, and whether the response is an event stream.

use http::StatusCode;

use super::{Check, Finding};
use crate::doctor::observation::{Answer, Body, NoAnswer, Observation, Stage};

/// Returns the findings from the connection and the head of the response.
pub(super) fn findings(observation: &Observation) -> Vec<Finding> {
    match observation.visits.first().map(|visit| (&visit.outcome, visit.asked_at)) {
        None => Vec::new(),
        Some((Err(no_answer), _)) => vec![without_answer(no_answer)],
        Some((Ok(answer), asked_at)) => {
            let time = answer.at.saturating_sub(asked_at);
            let connection = if time.as_secs() >= 2 {
                Finding::warning(
                    Check::Connection,
                    "The response head is late",
                    format!(
                        "The head arrived after {:.1} s. Until then a page does not know that it is connected.",
                        time.as_secs_f64()
                    ),
                )
                .fix("Send and flush the head at once, before the first event. A comment line is enough. A proxy that buffers delays the head too.")
            } else {
                Finding::ok(Check::Connection, format!("The head arrived after {} ms.", time.as_millis()))
            };
            let mut findings = vec![connection, redirects(observation, answer), status(answer)];
            findings.push(tls(observation, answer));
            if answer.status == StatusCode::OK {
                findings.extend(content_type(answer));
            }
            findings
        }
    }
}

fn without_answer(no_answer: &NoAnswer) -> Finding {
    let message = no_answer.message.as_str();
    match no_answer.stage {
        Stage::Connecting => Finding::error(Check::Connection, "No connection", message)
            .fix("Check that the server runs, that host and port are right, and that no firewall blocks the connection."),
        Stage::Timeout => Finding::error(Check::Connection, "No response", message)
            .fix("Send and flush the head at once, before the first event. A proxy that waits for the whole body has the same effect."),
        Stage::Response => Finding::error(Check::Connection, "No valid response", message)
            .fix("Check whether the port speaks HTTP or HTTPS, and read the server's log."),
        Stage::Tls => Finding::error(Check::Tls, "The TLS handshake fails", message)
            .fix("Install a certificate for this name with its whole chain. Use --cacert to trust a certificate of your own."),
        Stage::Redirect => Finding::error(Check::Redirects, "A redirect cannot be followed", message)
            .fix("Serve the stream at this URL, or redirect to its final URL."),
    }
}

fn redirects(observation: &Observation, answer: &Answer) -> Finding {
    let Some(to) = &answer.redirected_to else { return Finding::ok(Check::Redirects, "None.") };
    let seen =
        format!("{} redirects to {to}, with connections to {}.", observation.url, answer.dialled.join(", "));
    Finding::note(Check::Redirects, "Each reconnection is redirected again", seen)
        .fix(format!("Give clients the final URL: {to}"))
}

fn status(answer: &Answer) -> Finding {
    let status = answer.status;
    if status == StatusCode::OK {
        return Finding::ok(Check::Status, "200.");
    }
    let fix = match status.as_u16() {
        204 => "204 tells clients to stop for good. Answer 200 as long as there are events to come.",
        401 | 403 => {
            "Check that the request has the credentials that it needs (-H, -u, --bearer-env). EventSource in browsers can send only cookies."
        }
        404 | 405 => "Check that the path and the method are right.",
        406 => "Accept requests with `Accept: text/event-stream`.",
        429 | 500..=599 => {
            "Read the server's log. Some clients try again, after `Retry-After` if there is one."
        }
        _ => "Answer 200. Clients treat other statuses as the end of the stream.",
    };
    Finding::error(Check::Status, "The status is not 200", format!("{status}. {}", beginning(answer)))
        .fix(fix)
}

fn tls(observation: &Observation, answer: &Answer) -> Finding {
    let url = answer.redirected_to.as_ref().unwrap_or(&observation.url);
    if url.starts_with("https:") && observation.is_insecure {
        let seen = "The option -k accepts any certificate.";
        return Finding::note(Check::Tls, "The certificate was not checked", seen)
            .fix("Leave the option out. Use --cacert to trust a certificate of your own.");
    }
    if url.starts_with("https:") {
        return Finding::ok(Check::Tls, "The certificate is valid for this name.");
    }
    let host = url.trim_start_matches("http://");
    let is_local = ["localhost", "127.", "[::1]"].iter().any(|local| host.starts_with(local));
    if is_local {
        return Finding::ok(Check::Tls, "Not needed on this machine.");
    }
    let seen = "Everything on the way can read a stream over http://, and virus scanners and mobile proxies may buffer it.";
    Finding::note(Check::Tls, "Not encrypted", seen).fix("Serve the stream over https://.")
}

fn content_type(answer: &Answer) -> Vec<Finding> {
    let values = answer.headers.get_all(http::header::CONTENT_TYPE);
    let value = answer.header("content-type");
    let is_stream = answer
        .headers
        .get(http::header::CONTENT_TYPE)
        .is_some_and(|value| sse_tokio::proto::is_event_stream(value.as_bytes()));
    let fix = "Send `Content-Type: text/event-stream`.";
    let Some(value) = value else {
        let seen = format!("There is none. {}", beginning(answer));
        return vec![Finding::error(Check::ContentType, "No Content-Type", seen).fix(fix)];
    };
    if !is_stream {
        let seen =
            format!("`{value}`. Browsers close such a stream and do not reconnect. {}", beginning(answer));
        return vec![Finding::error(Check::ContentType, "Not an event stream", seen).fix(fix)];
    }
    let count = values.iter().count();
    let type_found = if count > 1 {
        Finding::warning(Check::ContentType, "Several Content-Type headers", format!("There are {count}."))
            .fix("Send one.")
    } else {
        Finding::ok(Check::ContentType, format!("`{value}`."))
    };
    vec![type_found, charset(&value)]
}

fn charset(content_type: &str) -> Finding {
    let parameter = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
    });
    match parameter {
        None => Finding::ok(Check::Charset, "None given; event streams are UTF-8."),
        Some(name) if ["utf-8", "utf8"].contains(&name.to_ascii_lowercase().as_str()) => {
            Finding::ok(Check::Charset, "UTF-8.")
        }
        Some(name) => Finding::warning(
            Check::Charset,
            "The charset is ignored",
            format!("`charset={name}`, but event streams are always decoded as UTF-8."),
        )
        .fix("Encode the stream as UTF-8 and leave the charset out."),
    }
}

/// Describes the beginning of a body that is not an event stream.
fn beginning(answer: &Answer) -> String {
    match &answer.body {
        Body::Other { beginning } if !beginning.trim().is_empty() => {
            let line: Vec<_> = beginning.split_whitespace().collect();
            let text: String = line.join(" ").chars().take(160).collect();
            format!("The body begins: {text}")
        }
        _ => "There is no body.".to_owned(),
    }
}
