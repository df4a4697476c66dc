//! Opens the sockets of a server.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, lookup_host};

/// Listens on every address of the text, all with the same port. The text is `127.0.0.1:8080`,
/// `localhost:8080`, or `:8080` or `8080` for localhost.
pub(super) async fn listen(text: &str) -> io::Result<Vec<(TcpListener, SocketAddr)>> {
    let text = match text {
        _ if text.starts_with(':') => format!("localhost{text}"),
        _ if text.bytes().all(|byte| byte.is_ascii_digit()) => format!("localhost:{text}"),
        _ => text.to_owned(),
    };
    let mut addresses: Vec<_> = lookup_host(&text).await?.collect();
    addresses.sort_by_key(SocketAddr::is_ipv6);
    addresses.dedup();
    let mut listeners: Vec<(TcpListener, SocketAddr)> = Vec::new();
    let mut failed = None;
    for mut address in addresses {
        if let (0, Some((_, first))) = (address.port(), listeners.first()) {
            address.set_port(first.port());
        }
        // localhost may resolve to ::1 on a machine without IPv6.
        match TcpListener::bind(address).await {
            Ok(listener) => {
                let address = listener.local_addr()?;
                listeners.push((listener, address));
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) if listeners.is_empty() => Err(error),
        _ if listeners.is_empty() => Err(io::Error::other("the host name has no address")),
        _ => Ok(listeners),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_forms_of_addresses_are_accepted() {
        for text in ["127.0.0.1:0", "localhost:0", ":0", "0"] {
            let listeners = listen(text).await.expect("it can listen");
            let port = listeners[0].1.port();
            assert!(port > 0);
            assert!(
                listeners.iter().all(|(_, address)| address.ip().is_loopback() && address.port() == port)
            );
            assert_eq!(listeners[0].1.ip().to_string(), "127.0.0.1");
        }
        for text in ["", "localhost", "127.0.0.1:x", "127.0.0.1:65536"] {
            listen(text).await.expect_err(text);
        }
    }

    #[tokio::test]
    async fn a_port_in_use_is_an_error() {
        let taken = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = taken.local_addr().expect("it has an address").to_string();
        assert_eq!(listen(&address).await.expect_err("it is taken").kind(), io::ErrorKind::AddrInUse);
    }
}
