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
    assert_eq!(reply.header("allow"), "GET");
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
