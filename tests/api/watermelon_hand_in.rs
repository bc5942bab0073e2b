//! An app of WatermelonDB that was put out of service hands in what it has, and reads nothing.

use bazdid_clock::Clock as _;
use bazdid_domain::account::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::town::Town;

/// An app of somebody with what it has pulled.
struct App {
    who: &'static str,
    device: String,
    pulled: Value,
}

fn id(n: u128) -> Value {
    json!(Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0000 + n))
}

impl App {
    fn of(town: &Town, who: &'static str) -> Self {
        let body = json!({ "nonce": format!("nonce of {who}"), "name": who, "platform": "android", "app_version": "1.0" });
        let device = town.call(who, "POST", "/v1/sync/devices").json(&body).send().ok()["id"].as_str().unwrap().to_owned();
        let pulled = town.get(who, &format!("/v1/watermelon/sync?device={device}"));
        Self { who, device, pulled }
    }

    fn path(&self, last: &Value) -> String {
        format!("/v1/watermelon/sync?device={}&last_pulled_at={last}", self.device)
    }

    fn send(&self, town: &Town, changes: &Value) -> crate::app::Reply {
        town.call(self.who, "POST", &self.path(&self.pulled["timestamp"])).json(changes).send()
    }

    fn row(&self, table: &str) -> Value {
        self.pulled["changes"][table]["updated"][0].clone()
    }
}

/// What a crew did out of reach: took an order, wrote a note.
fn work(town: &Town, app: &App) -> Value {
    let at = town.app.clock.now().micros() / 1_000;
    let order = app.row("work_orders")["id"].clone();
    json!({
        "work_events": { "created": [{ "id": id(1), "work_order_id": order, "kind": "accept", "epoch": 1, "at": at }], "updated": [], "deleted": [] },
        "notes": { "created": [{ "id": id(2), "work_order_id": order, "text": "done" }], "updated": [], "deleted": [] },
    })
}

/// The status and code of each result.
fn words(answer: &Value) -> Vec<(&str, &str)> {
    let results = answer["results"].as_array().unwrap();
    results.iter().map(|r| (r["status"].as_str().unwrap(), r["code"].as_str().unwrap_or_default())).collect()
}

fn adopt(town: &Town) {
    let open = town.get("supervisor", "/v1/conflicts?status=open&kind=quarantined")["items"][0].clone();
    let path = format!("/v1/conflicts/{}/resolve", open["id"].as_str().unwrap());
    let rev = open["rev"].as_i64().unwrap();
    town.call("supervisor", "POST", &path).if_match(rev).json(&json!({ "resolution": "adopt" })).send().ok();
}

fn order_state(town: &Town, app: &App) -> Value {
    town.get("supervisor", &format!("/v1/work-orders/{}", app.row("work_orders")["id"].as_str().unwrap()))["state"].clone()
}

/// Takes somebody's device out of service, or closes their account; gives the code that they hear of.
fn put_out(town: &Town, app: &App, how: &str) -> &'static str {
    town.app.person("admin", Role::Admin, None, &[]);
    let admin = town.app.token("admin");
    if how == "device" {
        town.app.call("POST", &format!("/v1/devices/{}/revoke", app.device)).token(&admin).send().ok();
        return "device_revoked";
    }
    let account = format!("/v1/accounts/{}", town.get(app.who, "/v1/me")["id"].as_str().unwrap());
    let rev = town.app.call("GET", &account).token(&admin).send().ok()["rev"].as_i64().unwrap();
    town.app.call("POST", &format!("{account}/disable")).token(&admin).if_match(rev).send().ok();
    "account_disabled"
}

#[test]
fn who_is_out_of_service_hands_in_rows_for_fourteen_days_and_reads_nothing() {
    for how in ["device", "account"] {
        for town in Town::both() {
            town.pothole();
            let app = App::of(&town, "crew");
            town.app.clock.advance_minutes(5);
            let changes = work(&town, &app);
            let code = put_out(&town, &app, how);
            town.call("crew", "GET", &app.path(&app.pulled["timestamp"])).send().problem(code);
            town.app.clock.advance_minutes(14 * 24 * 60 - 1);
            // Whose account is open logs in again; whose is closed has its last access token.
            let town = if how == "device" { town.again(&["crew", "supervisor"]) } else { town.again(&["supervisor"]) };
            let answer = app.send(&town, &changes).ok();
            assert_eq!(words(&answer), [("conflict", "quarantined"); 2], "{answer}");
            let again = app.send(&town, &changes).ok();
            assert_eq!(words(&again), words(&answer), "it is known");
            assert!(again["results"].as_array().unwrap().iter().all(|r| r["replayed"] == true), "{again}");
            assert_eq!(order_state(&town, &app), "offered", "nothing counts");
            // A closed account gets no new token; with the expired one nothing but handing in is heard of.
            let pull = if how == "device" { code } else { "token_expired" };
            town.call("crew", "GET", &app.path(&app.pulled["timestamp"])).send().problem(pull);
            town.app.clock.advance_minutes(20);
            let town = if how == "device" { town.again(&["crew"]) } else { town };
            app.send(&town, &changes).problem(code);
            let town = town.again(&["supervisor"]);
            adopt(&town);
            assert_eq!(order_state(&town, &app), "accepted");
        }
    }
}

#[test]
fn what_somebody_out_of_service_did_not_change_stays_as_others_made_it() {
    for known in [true, false] {
        for town in Town::both() {
            let ticket = town.pothole()["id"].clone();
            let mut app = App::of(&town, "inspector");
            town.app.clock.advance_minutes(5);
            // Somebody else writes in another column.
            let body = json!({ "nonce": "nonce of the other", "name": "phone", "platform": "android", "app_version": "1.0" });
            let device = town.call("supervisor", "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone();
            let edit = json!({ "seq": 1, "id": id(9), "cmd": "ticket.edit", "entity": ticket, "at": town.app.clock.now(),
                "args": { "set": { "address_text": "کوچه نو" } } });
            let push = json!({ "device": device, "sent_at": town.app.clock.now(), "mutations": [edit] });
            town.call("supervisor", "POST", "/v1/sync/push").json(&push).send().ok();
            put_out(&town, &app, "device");
            let mut row = app.row("tickets");
            row["text"] = json!("متن تازه");
            row["_status"] = json!("updated");
            row["_changed"] = json!("text");
            if !known {
                app.pulled["timestamp"] = json!(17);
            }
            let answer = app.send(&town, &json!({ "tickets": { "created": [], "updated": [row], "deleted": [] } })).ok();
            assert_eq!(words(&answer), [("conflict", "quarantined")], "{answer}");
            adopt(&town);
            let stands = town.get("supervisor", &format!("/v1/tickets/{}", ticket.as_str().unwrap()));
            assert_eq!((&stands["text"], &stands["address_text"]), (&json!("متن تازه"), &json!("کوچه نو")));
        }
    }
}
