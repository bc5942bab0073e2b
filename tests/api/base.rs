//! What every request goes through.

use bazdid_store as store;
use serde_json::json;
use uuid::Uuid;

use crate::app::TestApp;

#[test]
fn the_server_lives_is_ready_and_says_which_it_is() {
    for app in TestApp::both() {
        assert_eq!(app.get("/livez").ok(), json!({ "status": "ok" }));
        assert_eq!(app.get("/readyz").ok(), json!({ "status": "ok" }));
        let version = app.get("/version").ok();
        assert_eq!((&version["name"], &version["schema"]), (&json!("bazdid"), &json!(1)));
    }
}

#[test]
fn a_server_whose_migrations_wait_is_not_ready() {
    for app in TestApp::both() {
        store::revert_all(&app.db.url).unwrap();
        assert_eq!(app.get("/livez").status, 200);
        let reply = app.get("/readyz");
        reply.problem("unavailable");
        assert_eq!(reply.header("retry-after"), "30");
    }
}

#[test]
fn a_request_keeps_the_id_that_its_client_gave() {
    let app = TestApp::with(|_| {});
    let id = "0191f000-0000-7000-8000-000000000001";
    assert_eq!(app.call("GET", "/livez").header("X-Request-Id", id).send().header("x-request-id"), id);
    for sent in ["nonsense", "", "1234"] {
        let reply = app.call("GET", "/livez").header("X-Request-Id", sent).send();
        let made: Uuid = reply.header("x-request-id").parse().unwrap();
        assert_eq!(made.get_version_num(), 7, "an id that is none is replaced");
    }
}

#[test]
fn what_does_not_exist_is_a_problem() {
    let app = TestApp::with(|_| {});
    let body = app.get("/v1/nonsense").problem("not_found");
    assert_eq!(body["type"], "/v1/errors/not_found");
    let reply = app.call("DELETE", "/version").send();
    reply.problem("method_not_allowed");
    assert_eq!(reply.header("allow"), "GET, HEAD");
}

#[test]
fn answers_are_compressed_for_those_who_ask() {
    let app = TestApp::with(|_| {});
    assert_eq!(app.call("GET", "/openapi.json").header("Accept-Encoding", "identity").send().header("content-encoding"), "");
    // The client undoes gzip and then drops the header.
    let plain = app.call("GET", "/openapi.json").header("Accept-Encoding", "gzip").send();
    assert_eq!(plain.header("vary"), "accept-encoding");
    assert!(plain.text.contains("openapi"));
}

#[test]
fn no_other_site_may_read_the_answers() {
    let app = TestApp::with(|_| {});
    let reply = app.call("GET", "/version").header("Origin", "https://elsewhere.example").send();
    assert_eq!(reply.header("access-control-allow-origin"), "");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
}

#[test]
fn the_document_and_its_page_are_served_and_load_nothing_from_elsewhere() {
    let app = TestApp::with(|_| {});
    assert_eq!(app.get("/openapi.json").ok()["openapi"], "3.1.0");
    for path in ["/docs", "/docs/"] {
        let page = app.get(path);
        assert_eq!(page.status, 200);
        assert!(!page.text.contains("http://") && !page.text.contains("https://"), "{}", page.text);
    }
    let script = app.get("/docs/swagger-initializer.js");
    assert!(script.text.contains("/openapi.json") && script.text.contains("\"validatorUrl\": \"none\""), "{}", script.text);
    assert!(script.header("content-security-policy").starts_with("default-src 'self'"));
}

#[test]
fn the_catalogue_of_errors_is_public() {
    let app = TestApp::with(|_| {});
    let list = app.get("/v1/errors").ok();
    let slugs: Vec<_> = list["items"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap().to_owned()).collect();
    assert!(slugs.contains(&"validation".into()));
    for slug in slugs {
        assert_eq!(app.get(&format!("/v1/errors/{slug}")).ok()["code"], slug);
    }
    app.get("/v1/errors/nonsense").problem("not_found");
}

#[test]
fn a_stopped_server_has_answered_and_answers_no_more() {
    let mut app = TestApp::with(|_| {});
    assert_eq!(app.get("/livez").status, 200);
    app.stop();
}

#[test]
fn what_answers_get_answers_head_without_a_body() {
    let app = TestApp::with(|_| {});
    app.account("maryam");
    let token = app.token("maryam");
    for path in ["/livez", "/version", "/v1/me", "/v1/errors/validation", "/v1/sync/config"] {
        let ask = |method: &str| app.call(method, path).token(&token).header("Accept-Encoding", "identity").send();
        let (got, head) = (ask("GET"), ask("HEAD"));
        assert_eq!((head.status, head.text.as_str()), (200, ""), "{path}");
        for header in ["content-type", "etag", "content-length"] {
            assert_eq!(head.header(header), got.header(header), "{path}: {header}");
        }
    }
    assert_eq!(app.call("HEAD", "/openapi.json").header("Accept-Encoding", "identity").send().status, 200);
    for (path, status) in [("/v1/nonsense", 404), ("/v1/auth/login", 405), ("/v1/tickets", 401)] {
        let head = app.call("HEAD", path).header("Accept-Encoding", "identity").send();
        assert_eq!((head.status, head.text.as_str()), (status, ""), "{path}");
    }
}

#[test]
fn an_answer_is_shown_in_no_frame_and_tells_nobody_where_it_was() {
    let app = TestApp::with(|_| {});
    for path in ["/livez", "/v1/me", "/v1/nonsense", "/docs/", "/openapi.json"] {
        let reply = app.get(path);
        assert_eq!((reply.header("referrer-policy"), reply.header("x-content-type-options")), ("no-referrer", "nosniff"), "{path}");
        assert!(reply.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    }
}

#[test]
fn of_two_authorization_headers_neither_is_believed() {
    let app = TestApp::with(|_| {});
    app.account("maryam");
    let token = format!("Bearer {}", app.token("maryam"));
    for second in [token.as_str(), "Bearer nonsense", ""] {
        for path in ["/v1/me", "/version"] {
            let reply = app.call("GET", path).header("Authorization", &token).header("Authorization", second).send();
            assert_eq!(reply.status, 400, "{path} with {second}");
            reply.problem("malformed");
        }
    }
}
