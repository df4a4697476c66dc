//! Checks the HTTP version, compression, length and caching of the response.

use http::{StatusCode, Version};
use sse_tokio::is_compressed;

use super::remedies::{COMPRESSION, HTTP_VERSION};
use super::{Check, Finding};
use crate::doctor::observation::{Answer, Observation, Purpose};

/// Returns the findings about the transfer of the response.
pub(super) fn findings(observation: &Observation, answer: &Answer) -> Vec<Finding> {
    if answer.status != StatusCode::OK {
        return Vec::new();
    }
    let mut findings = vec![version(answer), compression(observation, answer)];
    if answer.stream().is_some() {
        findings.push(caching(answer));
    }
    findings
}

fn version(answer: &Answer) -> Finding {
    if answer.version == Version::HTTP_10 || answer.version == Version::HTTP_09 {
        let seen = "HTTP/1.0 has no chunks, so that clients cannot distinguish the end of the stream from a failure.";
        return Finding::warning(Check::HttpVersion, "HTTP/1.0", seen).fix_at(HTTP_VERSION);
    }
    if let Some(length) = answer.header("content-length") {
        let seen = format!(
            "`Content-Length: {length}`: the stream ends after {length} bytes, and clients reconnect."
        );
        return Finding::warning(Check::HttpVersion, "The stream has a fixed length", seen)
            .fix("Leave out `Content-Length`, so that HTTP/1.1 sends chunks.");
    }
    Finding::ok(
        Check::HttpVersion,
        "HTTP/1.1. Browsers open at most six such connections per host, over all tabs. HTTP/2 has no such limit.",
    )
}

fn compression(observation: &Observation, answer: &Answer) -> Finding {
    if is_compressed(&answer.headers) {
        let coding = answer.header("content-encoding").unwrap_or_default();
        let seen = format!(
            "`Content-Encoding: {coding}`, although the request had `Accept-Encoding: identity`. The stream could not be read."
        );
        return Finding::error(Check::Compression, "Compressed without being asked", seen)
            .fix_at(COMPRESSION);
    }
    let browser = observation.visit(|purpose| *purpose == Purpose::Browser);
    let Some(Ok(browser)) = browser.map(|visit| &visit.outcome) else {
        return Finding::ok(Check::Compression, "None.");
    };
    if is_compressed(&browser.headers) {
        let coding = browser.header("content-encoding").unwrap_or_default();
        let seen = format!(
            "`Content-Encoding: {coding}` for a request as browsers send it. A compressor delays events unless it is flushed after each one."
        );
        return Finding::warning(Check::Compression, "Compressed for browsers", seen).fix_at(COMPRESSION);
    }
    Finding::ok(Check::Compression, "None, not even for browsers.")
}

fn caching(answer: &Answer) -> Finding {
    let value = answer.header("cache-control").unwrap_or_default().to_ascii_lowercase();
    if ["no-cache", "no-store"].iter().any(|directive| value.contains(directive)) {
        return Finding::ok(Check::Caching, format!("`Cache-Control: {value}`."));
    }
    let seen = match value.is_empty() {
        true => "There is no `Cache-Control`: a cache on the way may store the stream.".to_owned(),
        false => format!("`Cache-Control: {value}`: a cache on the way may store the stream."),
    };
    Finding::note(Check::Caching, "Caches may store the stream", seen)
        .fix("Send `Cache-Control: no-cache, no-transform`.")
}
