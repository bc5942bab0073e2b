//! Logging in when others try too, with a password that the office has set, and with a code that it handed over; and what the administrators are told.

use bazdid_domain::account::Role;
use bazdid_protocol::ids::AccountId;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{PASSWORD, Reply, TestApp},
    town::{PHONE, Town},
    town_rows::TOWN,
};

const NEW: &str = "chosen by the owner";

fn login(app: &TestApp, body: &Value) -> Reply {
    app.post("/v1/auth/login", body)
}

fn admins() -> Vec<(TestApp, String)> {
    let with_token = |app: TestApp| {
        app.person("admin", Role::Admin, None, &[]);
        let token = app.token("admin");
        (app, token)
    };
    TestApp::both_with(|config| config.server.public_url = "https://field.city.example".into()).into_iter().map(with_token).collect()
}

#[test]
fn a_client_that_has_logged_in_before_is_not_locked_out_by_others() {
    for (app, _) in admins() {
        app.account("maryam");
        let first = login(&app, &json!({ "login": "maryam", "password": PASSWORD })).ok();
        let known = first["known_client"].as_str().unwrap();
        while login(&app, &json!({ "login": "maryam", "password": "wrong" })).status == 401 {}
        login(&app, &json!({ "login": "maryam", "password": PASSWORD })).problem("too_many_attempts");
        let again = login(&app, &json!({ "login": "maryam", "password": PASSWORD, "known_client": known })).ok();
        assert!(again["known_client"].is_string());
        let renewed = app.post("/v1/auth/refresh", &json!({ "refresh_token": again["refresh_token"] })).ok();
        assert!(renewed.get("known_client").is_none(), "only a login gives one");
        // Nor is a login that is under way.
        let change = json!({ "old_password": PASSWORD, "new_password": NEW });
        assert_eq!(
            app.call("POST", "/v1/me/change-password").token(again["access_token"].as_str().unwrap()).json(&change).send().status,
            204
        );
    }
}

#[test]
fn a_password_that_was_set_by_somebody_else_is_changed_at_the_login() {
    for (app, admin) in admins() {
        let new = json!({ "login": "leila", "display_name": "لیلا", "password": "given by the office" });
        let made = app.call("POST", "/v1/accounts").token(&admin).json(&new).send().ok();
        let tried = |password: &str| login(&app, &json!({ "login": "leila", "password": password }));
        tried("given by the office").problem("password_change_required");
        let with = |new: &str| login(&app, &json!({ "login": "leila", "password": "given by the office", "new_password": new }));
        assert_eq!(with("qwertyuiop").problem("validation")["errors"][0]["pointer"], "/new_password");
        with(NEW).ok();
        tried(NEW).ok();
        let path = format!("/v1/accounts/{}/reset-password", made["id"].as_str().unwrap());
        app.call("POST", &path).token(&admin).if_match(1).json(&json!({ "password": "given once more" })).send().ok();
        tried("given once more").problem("password_change_required");
        let own = json!({ "login": "sara", "display_name": "سارا", "password": PASSWORD, "must_change_password": false });
        app.call("POST", "/v1/accounts").token(&admin).json(&own).send().ok();
        app.token("sara");
    }
}

#[test]
fn the_right_password_is_no_wrong_try_whatever_comes_with_it() {
    for (app, _) in admins() {
        app.account("maryam");
        let refused = |new: &str| {
            let body = json!({ "login": "maryam", "password": PASSWORD, "new_password": new });
            assert_eq!(login(&app, &body).problem("validation")["errors"][0]["pointer"], "/new_password");
        };
        (0..10).for_each(|_| refused("qwertyuiop"));
        refused(PASSWORD);
        let token = app.token("maryam");
        let post = |path: &str, body: &Value| app.call("POST", path).token(&token).json(body).send();
        for new in ["short", PASSWORD].repeat(5) {
            let told = post("/v1/me/change-password", &json!({ "old_password": PASSWORD, "new_password": new })).problem("validation");
            assert_eq!(told["errors"][0]["pointer"], "/new_password");
        }
        let nowhere = format!("/v1/sync/devices/{}/revoke", Uuid::from_u128(7));
        (0..10).for_each(|_| drop(post(&nowhere, &json!({ "password": PASSWORD })).problem("not_found")));
        // What is wrong is told of the old one first, and counted.
        for _ in 0..5 {
            let told = post("/v1/me/change-password", &json!({ "old_password": "wrong", "new_password": "short" })).problem("validation");
            assert_eq!(told["errors"][0]["pointer"], "/old_password");
        }
        post("/v1/me/change-password", &json!({ "old_password": PASSWORD, "new_password": NEW })).problem("too_many_attempts");
    }
}

#[test]
fn somebody_is_invited_and_a_phone_enrolled_with_codes() {
    for (app, admin) in admins() {
        let new = json!({ "login": "leila", "display_name": "لیلا" });
        let made = app.call("POST", "/v1/accounts").token(&admin).json(&new).send().ok();
        let path = format!("/v1/accounts/{}/access-code", made["id"].as_str().unwrap());
        let code = |purpose: &str| {
            let reply = app.call("POST", &path).token(&admin).json(&json!({ "purpose": purpose })).send();
            assert_eq!((reply.status, reply.header("cache-control")), (201, "no-store"));
            reply.json()
        };
        let invitation = code("password");
        let redeem = |code: &Value, new: Option<&str>| {
            let body = new.map_or_else(|| json!({ "code": code }), |new| json!({ "code": code, "new_password": new }));
            app.post("/v1/auth/redeem", &body)
        };
        redeem(&invitation["code"], None).problem("validation");
        redeem(&invitation["code"], Some("1234567890")).problem("validation");
        let tokens = redeem(&invitation["code"], Some(NEW)).ok();
        assert_eq!(tokens["account"]["login"], "leila");
        redeem(&invitation["code"], Some(NEW)).problem("bad_credentials");
        login(&app, &json!({ "login": "leila", "password": NEW })).ok();

        let phone = code("phone");
        let qr = phone["qr"].as_str().unwrap();
        assert!(
            qr.starts_with("bazdid:enrol?")
                && qr.contains("https%3A%2F%2Ffield.city.example")
                && qr.contains(phone["code"].as_str().unwrap())
        );
        let access = redeem(&phone["code"], None).ok()["access_token"].as_str().unwrap().to_owned();
        assert_eq!(app.call("GET", "/v1/me").token(&access).send().ok()["login"], "leila");
        app.call("POST", &path).token(&access).json(&json!({ "purpose": "phone" })).send().problem("forbidden");
        let logged = app.call("GET", "/v1/audit?action=account.access_code").token(&admin).send();
        assert!(!logged.text.contains(phone["code"].as_str().unwrap()), "no code stands in the audit log");
        assert_eq!(logged.json()["items"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn without_the_servers_address_there_is_no_qr() {
    let app = TestApp::with(|_| {});
    app.person("admin", Role::Admin, None, &[]);
    let path = format!("/v1/accounts/{}/access-code", app.account("leila"));
    let made = app.call("POST", &path).token(&app.token("admin")).json(&json!({ "purpose": "phone" })).send().ok();
    assert!(made["qr"].is_null() && made["code"].is_string());
}

/// What the tests of notices ask as an administrator.
struct Office<'a>(&'a TestApp, String);

impl Office<'_> {
    fn grant(&self, of: AccountId, role: &str) {
        let rev = self.0.call("GET", &format!("/v1/accounts/{of}")).token(&self.1).send().ok()["rev"].as_i64().unwrap();
        let body = json!({ "role": role, "areas": [Uuid::from_u128(TOWN)] });
        self.0.call("POST", &format!("/v1/accounts/{of}/grant")).token(&self.1).if_match(rev).json(&body).send().ok();
    }

    fn hand_over(&self, of: AccountId, purpose: &str) {
        let made = self.0.call("POST", &format!("/v1/accounts/{of}/access-code")).token(&self.1).json(&json!({ "purpose": purpose }));
        assert_eq!(made.send().status, 201);
    }

    fn reset(&self, of: AccountId) {
        let rev = self.0.call("GET", &format!("/v1/accounts/{of}")).token(&self.1).send().ok()["rev"].as_i64().unwrap();
        let body = json!({ "password": "given by the office" });
        self.0.call("POST", &format!("/v1/accounts/{of}/reset-password")).token(&self.1).if_match(rev).json(&body).send().ok();
    }

    /// The kinds of the open notices with whom they are about and who did it, oldest first.
    fn open(&self) -> Vec<[String; 3]> {
        let listed = self.0.call("GET", "/v1/notices?open=true").token(&self.1).send().ok();
        let text = |n: &Value, name: &str| n[name].as_str().unwrap().to_owned();
        let of = |n: &Value| ["kind", "account_id", "raised_by"].map(|name| text(n, name));
        listed["items"].as_array().unwrap().iter().rev().map(of).collect()
    }

    fn acknowledge(&self) -> Reply {
        let id = self.0.call("GET", "/v1/notices?open=true").token(&self.1).send().ok()["items"][0]["id"].as_str().unwrap().to_owned();
        self.0.call("POST", &format!("/v1/notices/{id}/acknowledge")).token(&self.1).send()
    }
}

#[test]
fn whoever_may_come_to_see_callers_by_another_account_alarms_the_others() {
    for town in Town::both() {
        let app = &town.app;
        let [admin, second, third] = ["admin", "second", "third"].map(|login| app.person(login, Role::Admin, None, &[]));
        let [one, two, three] = ["admin", "second", "third"].map(|login| Office(app, app.token(login)));
        let clerk = app.account("clerk");
        let told = |kind: &str, by: AccountId| [kind.to_owned(), clerk.to_string(), by.to_string()];
        one.hand_over(clerk, "password");
        one.reset(clerk);
        assert_eq!(two.open(), Vec::<[String; 3]>::new(), "the account sees no callers");
        one.grant(clerk, "operator");
        town.app.clock.advance_minutes(1);
        one.hand_over(clerk, "phone");
        town.app.clock.advance_minutes(1);
        two.reset(clerk);
        let all = [told("reveal_granted", admin), told("reveal_access", admin), told("reveal_access", second)];
        assert_eq!(three.open(), all);
        two.acknowledge().problem("invalid_transition");
        assert_eq!(three.acknowledge().ok()["seen_by"], third.to_string(), "neither whom it is about nor who did it");
        two.acknowledge().ok();
    }
}

#[test]
fn an_administrator_who_lets_themselves_see_callers_alarms_the_others() {
    for town in Town::both() {
        let (app, area) = (&town.app, Uuid::from_u128(TOWN));
        app.person("admin", Role::Admin, None, &[]);
        app.person("second", Role::Admin, None, &[]);
        let (admin, second) = (app.token("admin"), app.token("second"));
        let mine = app.call("GET", "/v1/me").token(&admin).send().ok();
        let grant = |token: &str, of: &Value, role: &str| {
            let path = format!("/v1/accounts/{}/grant", of["id"].as_str().unwrap());
            let rev =
                app.call("GET", &format!("/v1/accounts/{}", of["id"].as_str().unwrap())).token(token).send().ok()["rev"].as_i64().unwrap();
            app.call("POST", &path).token(token).if_match(rev).json(&json!({ "role": role, "areas": [area] })).send().ok()
        };
        let notices =
            |token: &str, open: bool| app.call("GET", &format!("/v1/notices?open={open}")).token(token).send().ok()["items"].clone();
        let other = app.call("GET", "/v1/me").token(&second).send().ok();
        grant(&admin, &mine, "supervisor");
        assert_eq!(notices(&second, true), json!([]), "a role that sees no callers is none");
        grant(&admin, &mine, "operator");
        let open = notices(&second, true);
        assert_eq!((&open[0]["kind"], &open[0]["account_id"]), (&json!("reveal_granted"), &mine["id"]), "{open}");
        let path = format!("/v1/notices/{}/acknowledge", open[0]["id"].as_str().unwrap());
        app.call("POST", &path).token(&admin).send().problem("invalid_transition");
        assert_eq!(app.call("POST", &path).token(&second).send().ok()["seen_by"], other["id"]);
        app.call("POST", &path).token(&second).send().problem("invalid_transition");
        assert_eq!(notices(&second, true), json!([]));
        assert_eq!(notices(&admin, false).as_array().unwrap().len(), 1, "it stays on record");
        let logged = app.call("GET", "/v1/audit?entity_kind=notice").token(&admin).send().ok();
        let actions: Vec<&str> = logged["items"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
        assert_eq!(actions.len(), 2, "{actions:?}");
    }
}

#[test]
fn looking_for_a_caller_and_logging_in_stand_in_the_audit_log() {
    for town in Town::both() {
        town.pothole();
        town.app.person("auditor", Role::Auditor, None, &[]);
        let auditor = town.app.token("auditor");
        let logged =
            |action: &str| town.app.call("GET", &format!("/v1/audit?action={action}")).token(&auditor).send().ok()["items"].clone();
        town.call("operator", "POST", "/v1/calls/find").json(&json!({ "phone": PHONE })).send().ok();
        let found = logged("call.find");
        let operator = town.get("operator", "/v1/me")["id"].clone();
        assert_eq!((&found[0]["actor"], &found[0]["detail"]), (&operator, &json!({ "calls": 1 })));
        assert!(!found.to_string().contains("9121234567"), "nobody is named");

        town.app.clock.advance_minutes(1);
        town.app
            .call("POST", "/v1/auth/login")
            .header("User-Agent", "field-app/2.4 (Nokia)")
            .json(&json!({ "login": "crew", "password": PASSWORD }))
            .send()
            .ok();
        let newest = logged("login")[0]["detail"].clone();
        assert_eq!((&newest["address"], &newest["agent"]), (&json!("127.0.0.1"), &json!("field-app/2.4 (Nokia)")));
        town.app.post("/v1/auth/login", &json!({ "login": "crew", "password": "wrong" })).problem("bad_credentials");
        assert_eq!(logged("login.failed")[0]["detail"]["address"], "127.0.0.1");
        let device = json!({ "nonce": "a nonce of the crew", "name": "phone", "platform": "android", "app_version": "1.0" });
        let device = town.call("crew", "POST", "/v1/sync/devices").json(&device).send().ok();
        assert_eq!(logged("session.device")[0]["detail"]["device"], device["id"], "which login works with which device");
    }
}
