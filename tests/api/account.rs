//! Accounts over HTTP.

use bazdid_domain::account::Role;
use serde_json::json;

use crate::app::{PASSWORD, TestApp};

#[test]
fn an_account_is_made_granted_and_closed() {
    for app in TestApp::both() {
        app.person("admin", Role::Admin, None, &[]);
        let admin = app.token("admin");
        let new = json!({ "login": "Leila", "display_name": "لیلا", "password": PASSWORD, "phone": "+989121234567",
            "must_change_password": false });
        let reply = app.call("POST", "/v1/accounts").token(&admin).json(&new).send();
        assert_eq!((reply.status, reply.header("etag")), (201, "\"1\""));
        assert!(!reply.text.contains("9121234567"), "a phone is in no answer");
        let account = reply.json();
        assert_eq!((&account["login"], &account["locale"], &account["has_phone"]), (&json!("leila"), &json!("fa"), &json!(true)));
        let path = format!("/v1/accounts/{}", account["id"].as_str().unwrap());

        let command = |verb: &str, rev: i64, body: serde_json::Value| {
            app.call("POST", &format!("{path}/{verb}")).token(&admin).if_match(rev).json(&body).send()
        };
        let granted = command("grant", 1, json!({ "role": "auditor" })).ok();
        assert_eq!((&granted["rev"], &granted["grants"][0]["role"]), (&json!(2), &json!("auditor")));
        let mine = app.call("GET", "/v1/me").token(&app.token("leila")).send();
        assert_eq!(mine.header("etag"), "\"2\"");
        let mut mine = mine.json();
        let permissions = mine.as_object_mut().unwrap().remove("permissions").unwrap();
        assert!(
            permissions.as_array().unwrap().contains(&json!("audit.read"))
                && !permissions.as_array().unwrap().contains(&json!("work.manage"))
        );
        assert_eq!(mine, granted);
        command("disable", 1, json!({})).problem("precondition_failed");
        app.call("POST", &format!("{path}/disable")).token(&admin).send().problem("precondition_required");
        let closed = command("disable", 2, json!({})).ok();
        assert_eq!((&closed["state"], &closed["rev"]), (&json!("disabled"), &json!(3)));
        app.post("/v1/auth/login", &json!({ "login": "leila", "password": PASSWORD })).problem("account_disabled");

        let patched = app.call("PATCH", &path).token(&admin).if_match(3).json(&json!({ "phone": null })).send().ok();
        assert_eq!((&patched["has_phone"], &patched["display_name"]), (&json!(false), &json!("لیلا")));
        command("grant", 4, json!({ "role": "king" })).problem("validation");
    }
}

#[test]
fn ones_own_password_is_changed_with_the_old_one() {
    let app = TestApp::with(|_| {});
    app.account("maryam");
    let (this, other) = (app.token("maryam"), app.token("maryam"));
    let change = |old: &str, new: &str| {
        let body = json!({ "old_password": old, "new_password": new });
        app.call("POST", "/v1/me/change-password").token(&this).json(&body).send()
    };
    change("wrong", "another good password").problem("validation");
    assert_eq!(change(PASSWORD, "short").problem("validation")["errors"][0]["pointer"], "/new_password");
    assert_eq!(change(PASSWORD, "another good password").status, 204);
    assert_eq!(app.call("GET", "/v1/me").token(&this).send().status, 200);
    app.call("GET", "/v1/me").token(&other).send().problem("unauthenticated");
}

#[test]
fn accounts_come_in_pages() {
    for app in TestApp::both() {
        app.person("admin", Role::Admin, None, &[]);
        let admin = app.token("admin");
        for n in 0..5 {
            app.person(&format!("crew-{n}"), Role::Crew, None, &[]);
        }
        let page = |query: &str| app.call("GET", &format!("/v1/accounts?{query}")).token(&admin).send();
        let (mut cursor, mut logins) = (String::new(), Vec::new());
        loop {
            let body = page(&format!("role=crew&limit=2{cursor}")).ok();
            logins.extend(body["items"].as_array().unwrap().iter().map(|a| a["login"].as_str().unwrap().to_owned()));
            match body["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(logins, ["crew-0", "crew-1", "crew-2", "crew-3", "crew-4"]);
        for (query, pointer) in [
            ("limit=0", "?limit"),
            ("limit=201", "?limit"),
            ("limit=x", "?limit"),
            ("cursor=%21", "?cursor"),
            ("role=king", "?role"),
            ("rolle=crew", "?rolle"),
        ] {
            assert_eq!(page(query).problem("validation")["errors"][0]["pointer"], pointer, "{query}");
        }
        let id = app.call("GET", "/v1/accounts/17").token(&admin).send().problem("malformed");
        assert_eq!(id["errors"][0]["pointer"], "{id}");
    }
}
