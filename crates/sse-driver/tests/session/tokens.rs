//! Bearer tokens that expire.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Request;
use sse_driver::{Cause, RequestBody, Retry, State, TokenRequest};

use super::*;

fn tokens(log: &Seen<String>) -> impl Fn(TokenRequest) -> std::future::Ready<Result<String, String>> + use<> {
    let log = log.clone();
    let made = Arc::new(Mutex::new(0));
    move |why| {
        let mut made = made.lock().expect("no panic");
        *made += 1;
        log.push(match why {
            TokenRequest::First => "first".into(),
            TokenRequest::Refused(response) => {
                format!("{} {}", response.status().as_u16(), String::from_utf8_lossy(response.body()))
            }
            _ => "unknown".into(),
        });
        std::future::ready(if *made < 4 { Ok(format!("t{made}")) } else { Err("no more".into()) })
    }
}

#[test]
fn a_token_is_renewed_after_a_401_and_kept_otherwise() {
    let expired = || Reply::status(401).send("expired");
    let test = test([
        expired(),
        events().send("data: a\n\n"),
        events().send("data: b\n\n"),
        expired(),
        events().send("data: c\n\n"),
        no_content(),
    ]);
    let log = Seen::new();
    let states = Seen::new();
    let told = states.clone();
    let request = test.get().bearer_auth_with(tokens(&log)).on_state(move |state| {
        if let State::Disconnected { cause: Cause::Status(status), error, retry_in, .. } = state {
            told.push((*status, error.as_ref().and_then(|error| error.status()).is_some(), *retry_in));
        }
    });
    let (data, end) = test.read(request);
    end.expect("a normal end");
    assert_eq!(data, ["a", "b", "c"]);
    assert_eq!(log.take(), ["first", "401 expired", "401 expired"]);
    let sent: Vec<_> = (0..6).map(|n| test.header(n, "authorization").expect("a header")).collect();
    assert_eq!(sent, ["t1", "t2", "t2", "t2", "t3", "t3"].map(|token| format!("Bearer {token}")));
    assert_eq!(states.take(), [(401, true, Duration::ZERO); 2]);
    assert_eq!(test.seconds(), 3 + 3 + 3, "a renewed token is tried at once");
    assert!(test.net.requests().iter().all(|request| request.headers["authorization"].is_sensitive()));
}

#[test]
fn the_authorization_of_a_request_replaces_that_of_the_client() {
    let token = |_: TokenRequest| std::future::ready(Ok::<_, Error>("client".to_owned()));
    let own = |test: &Test, form: usize| {
        let client = match form % 2 {
            0 => test.builder().bearer_auth_with(token).build(),
            _ => test.builder().header("authorization", "Bearer client").build(),
        };
        match form / 2 {
            0 => client.get(URL).bearer_auth("own"),
            1 => client.get(URL).basic_auth("own", ""),
            2 => client.get(URL).header("authorization", "Own"),
            3 => client
                .get(URL)
                .headers([(http::header::AUTHORIZATION, "Own".parse().expect("text"))].into_iter().collect()),
            4 => client.get("http://own@test/events"),
            5 => client.get(URL).bearer_auth_with(|_| std::future::ready(Ok::<_, Error>("own".to_owned()))),
            _ => client.get(URL),
        }
    };
    let expected =
        ["Bearer own", "Basic b3duOg==", "Own", "Own", "Basic b3duOg==", "Bearer own", "Bearer client"];
    for form in 0..14 {
        let test = self::test([no_content()]);
        test.read(own(&test, form)).1.expect("a normal end");
        assert_eq!(test.header(0, "authorization").as_deref(), Some(expected[form / 2]), "{form}");
    }
}

#[test]
fn a_second_consecutive_401_is_final_unless_the_application_retries() {
    let refused = || Reply::status(401).send("no");
    let test = self::test([refused(), refused(), events()]);
    let log = Seen::new();
    let asked = Seen::new();
    let seen = asked.clone();
    let request = test.get().bearer_auth_with(tokens(&log)).retry_when(move |failure| {
        seen.push(failure.attempt);
        Retry::Default
    });
    let error = test.read(request).1.expect_err("401");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert_eq!((test.net.requests().len(), asked.take()), (2, vec![2]));

    let retried = self::test([refused(), refused(), refused(), no_content()]);
    let log = Seen::new();
    let request = retried.get().bearer_auth_with(tokens(&log)).retry_when(|failure| match failure.attempt {
        2 => Retry::Backoff,
        _ => Retry::Default,
    });
    retried.read(request).1.expect_err("401");
    assert_eq!(log.take(), ["first", "401 no", "401 no"], "each 401 asks for another token");
}

#[test]
fn an_error_of_the_token_function_is_a_failed_attempt() {
    for (answer, requests) in [(Retry::Default, 1), (Retry::Backoff, 2)] {
        let test = test([events().send("data: a\n\n"), Reply::status(401), no_content()]);
        let asked = Arc::new(Mutex::new(0));
        let request = test
            .get()
            .bearer_auth_with(move |_| {
                let mut asked = asked.lock().expect("no panic");
                *asked += 1;
                std::future::ready(if *asked == 2 { Err("down") } else { Ok(format!("t{asked}")) })
            })
            .retry_when(move |failure| match failure.cause {
                Cause::HookFailed => answer,
                _ => Retry::Default,
            });
        let (_, end) = test.read(request);
        assert_eq!(test.net.requests().len(), requests + 1, "{answer:?}");
        match answer {
            Retry::Default => assert!(matches!(end, Err(Error::BearerAuth(_))), "{end:?}"),
            _ => end.expect("a normal end"),
        }
    }
}

#[test]
fn a_token_that_a_header_cannot_carry_is_an_error() {
    let test = test([]);
    let request = test.get().bearer_auth_with(|_| async { Ok::<_, Error>("a\nb".to_owned()) });
    let error = test.read(request).1.expect_err("no such header");
    assert!(matches!(error, Error::BearerAuth(_)), "{error:?}");
    assert!(test.net.requests().is_empty());
}

#[test]
fn before_each_receives_a_sensitive_authorization() {
    for request in 0..3 {
        let test = test([no_content()]);
        let client = test.builder().build();
        let request = match request {
            0 => client.get("http://u:p@test/"),
            1 => test.get().basic_auth("u", "p"),
            _ => test.get().bearer_auth("t"),
        };
        let request = request.before_each(|_, request: Request<RequestBody>| async move {
            assert!(request.headers()["authorization"].is_sensitive());
            Ok::<_, Error>(request)
        });
        test.read(request).1.expect("a normal end");
    }
}
