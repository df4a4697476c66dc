//! Remedies for the server's own code and for the proxies in front of it.

use std::fmt;

use http::HeaderMap;
use serde::Serialize;

use super::Finding;

/// The place to apply a remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Place {
    Server,
    Nginx,
    Apache,
    Cloudflare,
    Alb,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Server => "server",
            Self::Nginx => "nginx",
            Self::Apache => "Apache",
            Self::Cloudflare => "Cloudflare",
            Self::Alb => "AWS ALB",
        })
    }
}

/// A remedy and the place to apply it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Remedy {
    pub(crate) place: Place,
    pub(crate) text: String,
}

/// Remedies for buffering.
pub(super) const BUFFERING: &[(Place, &str)] = &[
    (
        Place::Server,
        "Flush after each event. Send `X-Accel-Buffering: no` and `Cache-Control: no-cache, no-transform`.",
    ),
    (
        Place::Nginx,
        "Set `proxy_buffering off;` in the location (`fastcgi_buffering off;` for FastCGI), and leave `gzip` off there.",
    ),
    (Place::Apache, "Add `flushpackets=on` to the ProxyPass line, and set `SetEnv no-gzip 1` for the path."),
    (
        Place::Cloudflare,
        "Switch off response buffering for the path, and add a rule that switches off compression.",
    ),
    (
        Place::Alb,
        "An ALB forwards bytes at once, but collects the whole response of a Lambda target: use another target.",
    ),
];

/// Remedies for idle limits.
pub(super) const IDLE: &[(Place, &str)] = &[
    (Place::Server, "Send a comment line (`:` and a line end) after every 15 s without an event."),
    (Place::Nginx, "Set `proxy_read_timeout 1h;` in the location. The default is 60 s."),
    (Place::Apache, "Add `timeout=3600` to the ProxyPass line. The default is 60 s."),
    (Place::Cloudflare, "The limit is 100 s and fixed on most plans, so that only a heartbeat helps."),
    (
        Place::Alb,
        "Set `idle_timeout.timeout_seconds` of the load balancer. The default is 60 s, the maximum 4000 s.",
    ),
];

/// Remedies for compression.
pub(super) const COMPRESSION: &[(Place, &str)] = &[
    (
        Place::Server,
        "Disable the compression middleware for this path, and send `Cache-Control: no-transform`.",
    ),
    (Place::Nginx, "Set `gzip off;` in the location, or remove `text/event-stream` from `gzip_types`."),
    (
        Place::Apache,
        "Set `SetEnv no-gzip 1` for the path, or remove the DEFLATE filter for `text/event-stream`.",
    ),
    (Place::Cloudflare, "Add a compression rule that disables compression for the path."),
];

/// Remedies for HTTP/1.0.
pub(super) const HTTP_VERSION: &[(Place, &str)] = &[
    (Place::Server, "Answer in HTTP/1.1, with `Transfer-Encoding: chunked`."),
    (Place::Nginx, "Set `proxy_http_version 1.1;` and `proxy_set_header Connection \"\";` in the location."),
    (Place::Apache, "Remove `force-response-1.0` and `downgrade-1.0` from the configuration."),
];

/// Removes remedies for other proxies, if the response names the proxies on the way.
pub(super) fn remove_other_proxies(findings: &mut [Finding], headers: &HeaderMap) {
    let seen = proxies(headers);
    if seen.is_empty() {
        return;
    }
    for finding in findings {
        finding.fix.retain(|remedy| remedy.place == Place::Server || seen.contains(&remedy.place));
    }
}

/// Returns the proxies that the headers name.
fn proxies(headers: &HeaderMap) -> Vec<Place> {
    let has = |name: &str, part: &str| {
        headers
            .get_all(name)
            .iter()
            .any(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase().contains(part))
    };
    let found = [
        (Place::Nginx, has("server", "nginx") || has("server", "openresty") || has("via", "nginx")),
        (Place::Apache, has("server", "apache") || has("via", "apache")),
        (Place::Cloudflare, has("server", "cloudflare") || headers.contains_key("cf-ray")),
        (Place::Alb, has("server", "awselb") || has("set-cookie", "awsalb")),
    ];
    found.into_iter().filter(|(_, is_there)| *is_there).map(|(place, _)| place).collect()
}
