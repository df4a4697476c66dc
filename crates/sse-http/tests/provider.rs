//! The choice of the crypto provider. It applies to the whole process, so this test needs its own.
#![cfg(feature = "tls")]

mod common;

use common::{chain, empty, get};
use rustls::ProtocolVersion;
use rustls::crypto::ring;
use sse_driver::Transport;
use sse_harness::{Reply, TlsServer, TlsSettings, root_pem, serve};
use sse_http::{Error, Tls};

async fn ask(tls13: bool) -> Result<(), Error> {
    let settings = TlsSettings { tls13, ..TlsSettings::default() };
    let server = TlsServer::new(serve([Reply::status(204)]), settings);
    let tls = Tls::empty().add_roots_pem(root_pem().as_bytes()).unwrap();
    let http = sse_tokio::Http::default().tls(tls);
    http.connect(empty(get(&server.url("/")))).await.map(drop)
}

#[tokio::test]
async fn an_installed_provider_takes_precedence_over_the_built_in_one() {
    let built_in = ask(false).await;
    if cfg!(any(feature = "ring", feature = "aws-lc-rs")) {
        built_in.unwrap();
    } else {
        let expected = "cannot establish TLS with 127.0.0.1: no crypto provider is built in: enable the \
                        feature `ring` or `aws-lc-rs`, or install one";
        assert_eq!(chain(&built_in.unwrap_err()), expected);
    }
    let mut without_tls12 = ring::default_provider();
    without_tls12.cipher_suites.retain(|suite| suite.version().version == ProtocolVersion::TLSv1_3);
    without_tls12.install_default().unwrap();
    ask(true).await.unwrap();
    assert!(matches!(ask(false).await, Err(Error::Tls { .. })));
}
