//! What to do, and where: in the server's own code, or in what stands in front of it.

use std::fmt;

use http::HeaderMap;
use serde::Serialize;

use super::Finding;

/// Where a remedy applies.
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

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Remedy {
    pub(crate) place: Place,
    pub(crate) text: String,
}

pub(super) const BUFFERING: &[(Place, &str)] = &[
    (
        Place::Server,
        "Flush after each event. Send `X-Accel-Buffering: no` and `Cache-Control: no-cache, no-transform`.",
    ),
    (
        Place::Nginx,
        "`proxy_buffering off;` in the location (`fastcgi_buffering off;` for FastCGI), and no `gzip` there.",
    ),
    (Place::Apache, "`flushpackets=on` on the ProxyPass line, and `SetEnv no-gzip 1` for the path."),
    (Place::Cloudflare, "Switch response buffering off for the path, and compression by a rule."),
    (
        Place::Alb,
        "An ALB passes bytes on at once, but collects the whole answer of a Lambda target: use another target.",
    ),
];

pub(super) const IDLE: &[(Place, &str)] = &[
    (Place::Server, "Send a comment line (`:` and a line end) whenever 15 s passed without an event."),
    (Place::Nginx, "`proxy_read_timeout 1h;` in the location (60 s unless set)."),
    (Place::Apache, "`timeout=3600` on the ProxyPass line (60 s unless set)."),
    (Place::Cloudflare, "The limit is 100 s, and fixed on most plans: only a heartbeat helps."),
    (Place::Alb, "`idle_timeout.timeout_seconds` of the load balancer (60 s unless set, 4000 s at most)."),
];

pub(super) const COMPRESSION: &[(Place, &str)] = &[
    (
        Place::Server,
        "Leave the compression middleware out for this path, and send `Cache-Control: no-transform`.",
    ),
    (Place::Nginx, "`gzip off;` in the location, and no `text/event-stream` in `gzip_types`."),
    (Place::Apache, "`SetEnv no-gzip 1` for the path, or no DEFLATE filter for `text/event-stream`."),
    (Place::Cloudflare, "A compression rule with no compression for the path."),
];

pub(super) const HTTP_VERSION: &[(Place, &str)] = &[
    (Place::Server, "Answer in HTTP/1.1, with `Transfer-Encoding: chunked`."),
    (Place::Nginx, "`proxy_http_version 1.1;` and `proxy_set_header Connection \"\";` in the location."),
    (Place::Apache, "Take `force-response-1.0` and `downgrade-1.0` out of the configuration."),
];

/// Where the response shows what it came through, leaves out what is for other proxies.
pub(super) fn keep_those_for_proxies_seen(findings: &mut [Finding], headers: &HeaderMap) {
    let seen = proxies(headers);
    if seen.is_empty() {
        return;
    }
    for finding in findings {
        finding.fix.retain(|remedy| remedy.place == Place::Server || seen.contains(&remedy.place));
    }
}

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
