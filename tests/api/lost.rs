//! A phone that was lost: its device is revoked, and every login that worked with it ends.

use std::collections::BTreeSet;

use bazdid_clock::Clock as _;
use bazdid_domain::account::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{PASSWORD, Reply, TestApp},
    town::Town,
};

const NONCE: &str = "0192f000-0000-7000-8000-000000000042";

/// A login on a phone, with its tokens.
struct Phone<'a> {
    app: &'a TestApp,
    access: String,
    refresh: String,
}

impl<'a> Phone<'a> {
    fn log_in(app: &'a TestApp, login: &str) -> Self {
        let tokens = app.post("/v1/auth/login", &json!({ "login": login, "password": PASSWORD })).ok();
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        Self { app, access: text("access_token"), refresh: text("refresh_token") }
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Reply {
        self.app.call(method, path).token(&self.access).json(body).send()
    }

    fn get(&self, path: &str) -> Reply {
        self.app.call("GET", path).token(&self.access).send()
    }

    fn register(&self, nonce: &str) -> Reply {
        self.call("POST", "/v1/sync/devices", &json!({ "nonce": nonce, "name": "phone", "platform": "android", "app_version": "1.0" }))
    }

    fn device(&self, nonce: &str) -> String {
        self.register(nonce).ok()["id"].as_str().unwrap().to_owned()
    }

    fn push(&self, device: &str, mutations: &[Value]) -> Reply {
        let body = json!({ "device": device, "sent_at": self.app.clock.now(), "mutations": mutations });
        self.call("POST", "/v1/sync/push", &body)
    }

    /// What this login gets wherever it asks for something to read, to renew or to register.
    fn gets(&self, device: &str, code: &str) {
        let pull = json!({ "device": device });
        self.call("POST", "/v1/sync/pull", &pull).problem(code);
        let asks = json!({ "device": device, "channel": "ref", "rows": [] });
        self.call("POST", "/v1/sync/manifest", &asks).problem(code);
        self.call("POST", "/v1/sync/fetch", &asks).problem(code);
        for path in ["results", "wait", "events"] {
            self.get(&format!("/v1/sync/{path}?device={device}")).problem(code);
        }
        self.get(&format!("/v1/watermelon/sync?device={device}")).problem(code);
        for path in ["/v1/me", "/v1/tickets", "/v1/sync/config", "/v1/sync/devices", "/v1/work-orders"] {
            self.get(path).problem(code);
        }
        self.register(NONCE).problem(code);
        self.register("a nonce that is new").problem(code);
        let renew = json!({ "refresh_token": self.refresh });
        self.app.post("/v1/auth/refresh", &renew).problem(code);
    }
}

fn note(town: &Town, seq: u128, ticket: &Value) -> Value {
    let id = |n: u128| Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0000 + n);
    json!({ "seq": seq, "id": id(seq), "cmd": "note.add", "entity": ticket, "at": town.app.clock.now(),
        "args": { "note": id(0x700 + seq), "text": "done" } })
}

fn revoke(town: &Town, device: &str) -> Reply {
    town.app.call("POST", &format!("/v1/devices/{device}/revoke")).token(&town.app.token("admin")).send()
}

fn towns() -> Vec<Town> {
    let towns = Town::both();
    for town in &towns {
        town.app.person("admin", Role::Admin, None, &[]);
    }
    towns
}

#[test]
fn every_login_that_worked_with_a_revoked_device_ends_and_no_other() {
    for town in towns() {
        let app = &town.app;
        town.pothole();
        let registered = Phone::log_in(app, "inspector");
        let device = registered.device(NONCE);
        // One login for each way to work with a device.
        let (pulled, pushed, waited) = (Phone::log_in(app, "inspector"), Phone::log_in(app, "inspector"), Phone::log_in(app, "inspector"));
        pulled.call("POST", "/v1/sync/pull", &json!({ "device": device })).ok();
        pushed.push(&device, &[]).ok();
        waited.get(&format!("/v1/sync/results?device={device}")).ok();
        let again = Phone::log_in(app, "inspector");
        again.device(NONCE);
        let library = Phone::log_in(app, "inspector");
        library.get(&format!("/v1/watermelon/sync?device={device}")).ok();
        let (other, browser) = (Phone::log_in(app, "inspector"), Phone::log_in(app, "inspector"));
        let tablet = other.device("nonce of the tablet");
        browser.get("/v1/me").ok();

        revoke(&town, &device).ok();
        for login in [&registered, &pulled, &pushed, &waited, &again, &library] {
            login.gets(&device, "device_revoked");
        }
        other.call("POST", "/v1/sync/pull", &json!({ "device": tablet })).ok();
        browser.get("/v1/me").ok();
        app.post("/v1/auth/refresh", &json!({ "refresh_token": other.refresh })).ok();
        revoke(&town, &device).problem("invalid_transition");

        // The owner logs in on a new phone: the old nonce is worth nothing, a new one is.
        let fresh = Phone::log_in(app, "inspector");
        fresh.register(NONCE).problem("device_revoked");
        fresh.call("POST", "/v1/sync/pull", &json!({ "device": device })).problem("device_revoked");
        let new = fresh.device("nonce of the new phone");
        fresh.call("POST", "/v1/sync/pull", &json!({ "device": new })).ok();
        let entries = app.call("GET", "/v1/audit?action=device.revoke").token(&app.token("admin")).send().ok();
        assert_eq!(entries["items"][0]["detail"]["sessions"], 6, "{entries}");
    }
}

#[test]
fn with_the_last_token_of_a_lost_phone_work_is_handed_in_for_fourteen_days_and_set_aside() {
    for town in towns() {
        let ticket = town.pothole()["id"].clone();
        let thief = Phone::log_in(&town.app, "inspector");
        let (phone, tablet) = (thief.device(NONCE), thief.device("nonce of the tablet"));
        revoke(&town, &phone).ok();
        let status = |reply: Reply| {
            let result = reply.ok()["results"][0].clone();
            (result["status"].as_str().unwrap().to_owned(), result["code"].as_str().unwrap_or_default().to_owned())
        };
        let aside = ("conflict".to_owned(), "quarantined".to_owned());
        assert_eq!(status(thief.push(&phone, &[note(&town, 1, &ticket)])), aside);
        let mut second = note(&town, 2, &ticket);
        second["seq"] = json!(1);
        assert_eq!(status(thief.push(&tablet, &[second])), aside, "nor does the login count on another device");
        town.app.clock.advance_minutes(14 * 24 * 60);
        assert_eq!(thief.push(&tablet, &[]).status, 200, "the token was good for 15 minutes more");
        town.app.clock.advance_minutes(15);
        thief.push(&phone, &[]).problem("device_revoked");
        thief.push(&tablet, &[]).problem("device_revoked");
        let owner = Phone::log_in(&town.app, "inspector");
        assert_eq!(owner.push(&tablet, &[]).status, 200, "the tablet is in service");
    }
}

#[test]
fn what_is_set_aside_and_belongs_to_nothing_is_told_in_the_language_of_who_decides() {
    for town in towns() {
        let phone = Phone::log_in(&town.app, "inspector");
        let device = phone.device(NONCE);
        revoke(&town, &device).ok();
        phone.push(&device, &[note(&town, 1, &json!(Uuid::from_u128(7)))]).ok();
        for (language, said) in [
            ("fa", "دیگر اجازهٔ این کار را نداشتید؛ ناظر می‌تواند آن را بپذیرد"),
            ("en", "you were no longer allowed to do this; a supervisor may let it in"),
        ] {
            let listed = town.call("supervisor", "GET", "/v1/quarantine").header("Accept-Language", language).send();
            assert_eq!(listed.header("content-language"), language);
            assert_eq!(listed.ok()["items"][0]["detail"], said);
        }
    }
}

#[test]
fn ending_the_logins_of_an_account_ends_the_handing_in_too() {
    for town in towns() {
        let phone = Phone::log_in(&town.app, "inspector");
        let device = phone.device(NONCE);
        let me = phone.get("/v1/me").ok();
        revoke(&town, &device).ok();
        phone.push(&device, &[]).ok();
        let path = format!("/v1/accounts/{}/end-sessions", me["id"].as_str().unwrap());
        let rev = me["rev"].as_i64().unwrap();
        town.app.call("POST", &path).token(&town.app.token("admin")).if_match(rev).send().ok();
        phone.push(&device, &[]).problem("unauthenticated");
    }
}

#[test]
fn people_see_and_revoke_their_own_devices_with_their_password() {
    for town in towns() {
        let app = &town.app;
        let phone = Phone::log_in(app, "inspector");
        let (lost, kept) = (phone.device(NONCE), Phone::log_in(app, "inspector").device("nonce of the tablet"));
        let browser = Phone::log_in(app, "inspector");
        let listed = browser.get("/v1/sync/devices").ok();
        let ids: BTreeSet<_> = listed["items"].as_array().unwrap().iter().map(|d| d["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids, BTreeSet::from([lost.clone(), kept]));
        let path = format!("/v1/sync/devices/{lost}/revoke");
        let revoke = |who: &Phone<'_>, password: &str| who.call("POST", &path, &json!({ "password": password }));
        let refusal = revoke(&browser, "a wrong password").problem("validation");
        assert_eq!(refusal["errors"][0]["pointer"], "/password");
        revoke(&Phone::log_in(app, "supervisor"), PASSWORD).problem("not_found");
        assert!(revoke(&browser, PASSWORD).ok()["revoked_at"].is_string());
        revoke(&browser, PASSWORD).problem("invalid_transition");
        phone.gets(&lost, "device_revoked");
        browser.get("/v1/me").ok();
        // A person without any grant has devices of former days.
        app.end_grants("inspector");
        browser.get("/v1/sync/devices").ok();
    }
}

#[test]
fn a_device_is_not_noted_with_a_login_of_somebody_else() {
    for town in towns() {
        let owner = Phone::log_in(&town.app, "inspector");
        let device = owner.device(NONCE);
        let stranger = Phone::log_in(&town.app, "crew");
        stranger.call("POST", "/v1/sync/pull", &json!({ "device": device })).problem("forbidden");
        stranger.push(&device, &[]).problem("forbidden");
        revoke(&town, &device).ok();
        stranger.get("/v1/me").ok();
    }
}
