//! The request that resumes a stream.

use http::Method;

use super::*;

#[test]
fn a_post_is_resumed_by_get() {
    let test = test([
        events().send("id: 1\ndata: a\n\n"),
        events().send("id: 2\ndata: b\n\n"),
        events().send("id\ndata: c\n\n"),
    ]);
    let client = test.builder().build();
    let post =
        client.post(URL).header("content-type", "application/json").header("x-session", "7").body("{}");
    let (data, end) = test.read(post.resume_by_get(true));
    end.expect("without an ID there is nothing to resume");
    assert_eq!(data, ["a", "b", "c"]);
    let sent: Vec<_> = test
        .net
        .requests()
        .iter()
        .map(|request| {
            let has_type = request.headers.contains_key("content-type");
            (request.method.clone(), request.body.len(), has_type)
        })
        .collect();
    assert_eq!(sent, [(Method::POST, 2, true), (Method::GET, 0, false), (Method::GET, 0, false)]);
    assert_eq!(test.header(2, "last-event-id").as_deref(), Some("2"));
    assert_eq!(test.header(2, "x-session").as_deref(), Some("7"));
}

/// Before the first open, the original request is sent.
#[test]
fn a_post_that_never_opened_is_not_resumed_by_get() {
    let test = test([Reply::status(503), events().send("data: a\n\n")]);
    let client = test.builder().retry_initial(true).max_reconnection_attempts(1).build();
    test.read(client.post(URL).last_event_id("7").resume_by_get(true)).1.expect_err("the script is empty");
    assert!(test.net.requests()[..2].iter().all(|request| request.method == Method::POST));
}

#[test]
fn unusual_ids_are_sent() {
    for id in ["a\tb", "7 ", " 7"] {
        let test = test([no_content()]);
        test.read(test.get().last_event_id(id)).1.expect("a normal end");
        assert_eq!(test.header(0, "last-event-id").as_deref(), Some(id));
    }
}
