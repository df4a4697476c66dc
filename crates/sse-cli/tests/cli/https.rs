//! TLS and certificates.

use sse_harness::{Certificate, Reply, TlsServer, TlsSettings, root_pem, serve as mock};

use super::common::{Folder, follow, run, text};

#[test]
fn a_root_of_cacert_is_trusted() {
    let folder = Folder::new();
    let root = folder.file("roots", root_pem());
    let roots = ["--cacert", text(&root), "--output", "data", "--no-reconnect"];
    for (certificate, expected_error) in [
        (Certificate::Good, None),
        (Certificate::Expired, Some("certificate expired")),
        (Certificate::WrongName, Some("certificate not valid for name")),
    ] {
        let plain = mock([Reply::events().send("data: a\n\n").close()]);
        let server = TlsServer::new(plain, TlsSettings { certificate, ..TlsSettings::default() });
        for url in [server.url("/events"), server.url_by_name("/events")] {
            let run = run(&[&["follow", &url][..], &roots].concat());
            match expected_error {
                None => assert_eq!(
                    (run.status, run.stdout.as_str(), run.stderr.as_str()),
                    (0, "a\n", ""),
                    "{url}"
                ),
                Some(cause) => {
                    let (stdout, stderr) = (&run.stdout, &run.stderr);
                    assert!(run.status == 1 && stdout.is_empty() && stderr.contains(cause), "{stderr}");
                }
            }
        }
        let run = run(&["follow", &server.url("/events")]);
        assert!(
            run.status == 1 && run.stderr.contains("cannot establish TLS with 127.0.0.1"),
            "without the root: {}",
            run.stderr
        );
        assert!(
            run.stderr
                .ends_with("hint: use --cacert FILE to trust another certificate, or -k to accept any\n"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn insecure_accepts_any_certificate() {
    for certificate in [Certificate::Good, Certificate::Expired, Certificate::WrongName] {
        let plain = mock([Reply::events().send("data: a\n\n").close()]);
        let server = TlsServer::new(plain, TlsSettings { certificate, ..TlsSettings::default() });
        let run = run(&["-k", &server.url("/events"), "--output", "data", "--no-reconnect"]);
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "a\n", ""));
    }
}

#[test]
fn a_cacert_file_without_certificates_is_wrong_usage() {
    let folder = Folder::new();
    let server = mock([Reply::status(204)]);
    for (file, expected) in [
        (folder.file("empty", "no certificate"), "expected PEM with a certificate"),
        (folder.join("absent"), "No such file"),
    ] {
        let run = follow(&server, &["--cacert", text(&file)]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        let beginning = format!("error: --cacert {}: ", text(&file));
        assert!(run.stderr.starts_with(&beginning) && run.stderr.contains(expected), "{}", run.stderr);
    }
    assert!(server.requests().is_empty());
}
