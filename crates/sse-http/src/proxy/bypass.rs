//! The hosts to connect to directly, without a proxy.

use core::net::IpAddr;

use ipnet::IpNet;
use url::Host;

#[derive(Clone, Debug, Default)]
pub(super) struct Bypass {
    loopback: bool,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
enum Entry {
    Everything,
    Network(IpNet),
    Address(IpAddr, Option<u16>),
    /// The subdomains of `name`, and with `itself` the domain too.
    Domain {
        name: String,
        itself: bool,
        port: Option<u16>,
    },
}

impl Bypass {
    /// Bypasses the proxy for this machine, whose loopback addresses another machine cannot reach.
    pub(super) fn loopback() -> Self {
        Self { loopback: true, entries: vec![] }
    }

    pub(super) fn add(&mut self, hosts: &str) {
        let separator = |char: char| char == ',' || char.is_ascii_whitespace();
        self.entries.extend(hosts.split(separator).filter_map(Entry::parse));
    }

    pub(super) fn contains(&self, host: &Host<&str>, port: u16) -> bool {
        let host = CanonicalHost::from(host);
        (self.loopback && host.is_loopback()) || self.entries.iter().any(|entry| entry.matches(&host, port))
    }
}

impl Entry {
    fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Everything);
        }
        if let Ok(network) = text.parse() {
            return Some(Self::Network(network));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Some(Self::Address(address.to_canonical(), None));
        }
        let (host, port) = split_port(text);
        let parent = host.strip_prefix("*.").or_else(|| host.strip_prefix('.'));
        let name = parent.unwrap_or(host);
        match CanonicalHost::from(&Host::parse(name.strip_suffix('.').unwrap_or(name)).ok()?) {
            CanonicalHost::Address(address) => Some(Self::Address(address, port)),
            CanonicalHost::Domain(name) => {
                Some(Self::Domain { name: name.to_owned(), itself: parent.is_none(), port })
            }
        }
    }

    fn matches(&self, host: &CanonicalHost<'_>, host_port: u16) -> bool {
        match (self, host) {
            (Self::Everything, _) => true,
            (Self::Network(network), CanonicalHost::Address(address)) => network.contains(address),
            (Self::Address(this, port), CanonicalHost::Address(address)) => {
                this == address && port.is_none_or(|port| port == host_port)
            }
            (Self::Domain { name, itself, port }, CanonicalHost::Domain(domain)) => {
                is_below(domain, name, *itself) && port.is_none_or(|port| port == host_port)
            }
            _ => false,
        }
    }
}

fn split_port(text: &str) -> (&str, Option<u16>) {
    match text.rsplit_once(':').map(|(host, port)| (host, port.parse())) {
        Some((host, Ok(port))) => (host, Some(port)),
        _ => (text, None),
    }
}

/// Whether a domain is a subdomain of `parent`, or with `itself` the same.
fn is_below(domain: &str, parent: &str, itself: bool) -> bool {
    match domain.strip_suffix(parent) {
        Some("") => itself,
        Some(below) => below.ends_with('.'),
        None => false,
    }
}

/// A host in canonical form, so that two can be compared: without a final dot, and with IPv4-mapped
/// IPv6 addresses as IPv4.
enum CanonicalHost<'h> {
    Address(IpAddr),
    Domain(&'h str),
}

impl<'h, S: AsRef<str>> From<&'h Host<S>> for CanonicalHost<'h> {
    fn from(host: &'h Host<S>) -> Self {
        match host {
            Host::Ipv4(address) => Self::Address((*address).into()),
            Host::Ipv6(address) => Self::Address(IpAddr::from(*address).to_canonical()),
            Host::Domain(name) => {
                let name = name.as_ref();
                Self::Domain(name.strip_suffix('.').unwrap_or(name))
            }
        }
    }
}

impl CanonicalHost<'_> {
    fn is_loopback(&self) -> bool {
        match self {
            Self::Address(address) => address.is_loopback(),
            Self::Domain(name) => is_below(name, "localhost", true),
        }
    }
}
