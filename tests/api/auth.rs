//! Logging in and out, over HTTP; what it means in depth is tested on the use cases.

use bazdid_domain::account::Role;
use serde_json::json;

use crate::app::{PASSWORD, TestApp};

#[test]
fn a_login_gives_tokens_that_work_until_logout() {
    for app in TestApp::both() {
        let id = app.person("maryam", Role::Operator, None, &[]);
        let reply = app.post("/v1/auth/login", &json!({ "login": " Maryam ", "password": PASSWORD }));
        assert_eq!(reply.header("cache-control"), "no-store");
        let body = reply.ok();
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], 900);
        assert_eq!(body["account"], json!({ "id": id, "login": "maryam", "display_name": "خانم maryam", "roles": ["operator"] }));
        let token = body["access_token"].as_str().unwrap();
        assert_eq!(app.call("POST", "/v1/auth/logout").token(token).send().status, 204);
        app.call("POST", "/v1/auth/logout").token(token).send().problem("unauthenticated");
    }
}

#[test]
fn an_exchange_may_be_repeated_for_half_a_minute() {
    for app in TestApp::both() {
        app.person("maryam", Role::Operator, None, &[]);
        let first = app.post("/v1/auth/login", &json!({ "login": "maryam", "password": PASSWORD })).ok();
        let exchange = |token: &serde_json::Value| app.post("/v1/auth/refresh", &json!({ "refresh_token": token }));
        let second = exchange(&first["refresh_token"]).ok();
        assert_eq!(exchange(&first["refresh_token"]).ok()["refresh_token"], second["refresh_token"]);
        let third = exchange(&second["refresh_token"]).ok();
        app.clock.advance_micros(30_000_001);
        exchange(&first["refresh_token"]).problem("token_reused");
        exchange(&third["refresh_token"]).problem("token_reused");
    }
}

#[test]
fn wrong_credentials_and_too_many_attempts_are_problems() {
    for app in TestApp::both() {
        app.account("maryam");
        let attempt = |login: &str| app.post("/v1/auth/login", &json!({ "login": login, "password": "wrong" }));
        let reply = attempt("maryam");
        reply.problem("bad_credentials");
        assert_eq!(reply.header("www-authenticate"), "Bearer realm=\"bazdid\"");
        attempt("nobody").problem("bad_credentials");
        let last = (0..20).map(|_| attempt("maryam")).find(|r| r.status != 401).unwrap();
        last.problem("too_many_attempts");
        assert!(last.header("retry-after").parse::<u64>().unwrap() > 0);
    }
}

#[test]
fn a_token_that_is_none_is_refused_in_plain_words() {
    let app = TestApp::with(|_| {});
    app.person("maryam", Role::Operator, None, &[]);
    let token = app.token("maryam");
    for header in ["Basic bWFyeWFtOng=", "Bearer", "Bearer ", "nonsense"] {
        app.call("POST", "/v1/auth/logout").header("Authorization", header).send().problem("unauthenticated");
    }
    app.clock.advance_minutes(16);
    let late = app.call("POST", "/v1/auth/logout").token(&token).send();
    late.problem("token_expired");
    assert!(late.header("www-authenticate").contains("invalid_token"));
    // A public route does not care.
    assert_eq!(app.call("GET", "/version").token(&token).send().status, 200);
}

#[test]
fn bodies_are_judged_before_anything_is_done() {
    let app = TestApp::with(|c| c.server.body_bytes = 2000);
    let login = |media: &str, body: Vec<u8>| app.call("POST", "/v1/auth/login").bytes(media, body).send();
    login("text/plain", b"{}".to_vec()).problem("unsupported_media_type");
    app.call("POST", "/v1/auth/login").send().problem("unsupported_media_type");
    login("application/json", Vec::new()).problem("malformed");
    login("application/json", b"{\"login\":".to_vec()).problem("malformed");
    let long = json!({ "login": "a".repeat(3000), "password": "x" }).to_string();
    assert_eq!(login("application/json", long.into_bytes()).problem("too_large")["limit_bytes"], 2000);
    let body = login("application/json", json!({ "login": "a", "password": 7 }).to_string().into_bytes()).problem("validation");
    assert_eq!(body["errors"], json!([{ "pointer": "/password", "detail": "must be a text, not the number 7" }]));
    let body = login("application/json", json!({ "login": "a", "password": "b", "otp": 1 }).to_string().into_bytes()).problem("validation");
    assert_eq!(body["errors"][0]["pointer"], "/otp");
    let body = login("application/json; charset=utf-8", b"{\"login\":\"a\\u0000\",\"password\":\"b\"}".to_vec()).problem("validation");
    assert_eq!(body["errors"][0]["pointer"], "/login");
    let coded = app.call("POST", "/v1/auth/login").header("Content-Encoding", "br").json(&json!({})).send();
    coded.problem("unsupported_media_type");
    let broken = app.call("POST", "/v1/auth/login").header("Content-Encoding", "gzip").json(&json!({})).send();
    broken.problem("malformed");
}
