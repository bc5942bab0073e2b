//! Who was put out of service may hand in what they had not sent, and nothing else.

use bazdid_clock::Clock as _;
use bazdid_domain::account::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::town::Town;

const DEVICE: &str = "0192f000-0000-7000-8000-000000000042";

fn mutation(town: &Town, seq: u128, cmd: &str, entity: &Value, args: Value) -> Value {
    json!({
        "seq": seq, "id": Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0000 + seq), "cmd": cmd, "entity": entity, "epoch": 1,
        "at": town.app.clock.now(), "args": args,
    })
}

struct Crew {
    device: Value,
    order: Value,
    ticket: Value,
}

/// A crew with a device and an order that was offered to it.
fn crew(town: &Town) -> Crew {
    let ticket = town.pothole();
    let body = json!({ "nonce": DEVICE, "name": "crew", "platform": "android", "app_version": "1.0" });
    let device = town.call("crew", "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone();
    Crew { device, order: ticket["work_orders"][0]["id"].clone(), ticket: ticket["id"].clone() }
}

/// What the crew did out of reach: took the order, wrote a note.
fn work(town: &Town, crew: &Crew) -> Vec<Value> {
    let note = json!({ "note": Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0777), "text": "done" });
    vec![mutation(town, 1, "work.accept", &crew.order, json!({})), mutation(town, 2, "note.add", &crew.order, note)]
}

/// Every way to read is shut, with one code.
fn reads_nothing(town: &Town, crew: &Crew, code: &str) {
    let pull = json!({ "device": crew.device });
    town.call("crew", "POST", "/v1/sync/pull").json(&pull).send().problem(code);
    let results = format!("/v1/sync/results?device={}", crew.device.as_str().unwrap());
    town.call("crew", "GET", &results).send().problem(code);
    let asks = json!({ "device": crew.device, "channel": "ref", "rows": [] });
    town.call("crew", "POST", "/v1/sync/manifest").json(&asks).send().problem(code);
    town.call("crew", "POST", "/v1/sync/fetch").json(&asks).send().problem(code);
    for path in ["/v1/sync/wait", "/v1/sync/events"] {
        town.call("crew", "GET", &format!("{path}?device={}", crew.device.as_str().unwrap())).send().problem(code);
    }
}

fn words(answer: &Value) -> Vec<(String, String, bool)> {
    let word = |r: &Value, key: &str| r[key].as_str().unwrap_or_default().to_owned();
    let results = answer["results"].as_array().unwrap();
    results.iter().map(|r| (word(r, "status"), word(r, "code"), r["replayed"].as_bool().unwrap())).collect()
}

fn aside(replayed: bool) -> Vec<(String, String, bool)> {
    vec![("conflict".into(), "quarantined".into(), replayed); 2]
}

/// Pushes as somebody out of service: all of it is set aside, nothing is shown, and a supervisor lets it in.
fn hands_in(town: &Town, crew: &Crew, sent: &Value) {
    let answer = town.call("crew", "POST", "/v1/sync/push").json(sent).send().ok();
    assert_eq!(words(&answer), aside(false), "{answer}");
    assert!(answer["results"].as_array().unwrap().iter().all(|r| r.get("state").is_none()), "nothing is read: {answer}");
    let again = town.call("crew", "POST", "/v1/sync/push").json(sent).send().ok();
    assert_eq!(words(&again), aside(true));
    let order = format!("/v1/work-orders/{}", crew.order.as_str().unwrap());
    assert_eq!(town.get("supervisor", &order)["state"], "offered", "nothing counts");
}

fn is_adopted(town: &Town, crew: &Crew) {
    let conflict = town.get("supervisor", "/v1/conflicts?status=open&kind=quarantined")["items"][0].clone();
    assert_eq!(conflict["accepts"], json!(["adopt", "discard"]));
    let path = format!("/v1/conflicts/{}/resolve", conflict["id"].as_str().unwrap());
    let rev = conflict["rev"].as_i64().unwrap();
    town.call("supervisor", "POST", &path).if_match(rev).json(&json!({ "resolution": "adopt" })).send().ok();
    let order = format!("/v1/work-orders/{}", crew.order.as_str().unwrap());
    assert_eq!(town.get("supervisor", &order)["state"], "accepted");
}

#[test]
fn a_disabled_account_hands_in_what_it_has_for_fourteen_days_and_reads_nothing() {
    for town in Town::both() {
        town.app.person("admin", Role::Admin, None, &[]);
        let admin = town.app.token("admin");
        let crew = crew(&town);
        town.app.clock.advance_minutes(5);
        let work = work(&town, &crew);
        let sent = json!({ "device": crew.device, "sent_at": town.app.clock.now(), "mutations": work });
        let me = town.get("crew", "/v1/me");
        let account = format!("/v1/accounts/{}", me["id"].as_str().unwrap());
        let rev = town.app.call("GET", &account).token(&admin).send().ok()["rev"].as_i64().unwrap();
        town.app.call("POST", &format!("{account}/disable")).token(&admin).if_match(rev).send().ok();

        reads_nothing(&town, &crew, "account_disabled");
        for path in ["/v1/me", "/v1/sync/config", "/v1/tickets", "/v1/sync/devices"] {
            town.call("crew", "GET", path).send().problem("account_disabled");
        }
        town.call("crew", "POST", "/v1/sync/devices").json(&json!({})).send().problem("account_disabled");
        // Days after its access token has expired.
        town.app.clock.advance_minutes(13 * 24 * 60);
        let town = town.again(&["supervisor"]);
        hands_in(&town, &crew, &sent);
        let other = json!({ "device": Uuid::from_u128(9), "sent_at": town.app.clock.now(), "mutations": [] });
        town.call("crew", "POST", "/v1/sync/push").json(&other).send().problem("forbidden");
        town.app.clock.advance_minutes(24 * 60 + 30);
        town.call("crew", "POST", "/v1/sync/push").json(&sent).send().problem("account_disabled");
        let town = town.again(&["supervisor"]);
        is_adopted(&town, &crew);
        let ticket = format!("/v1/tickets/{}", crew.ticket.as_str().unwrap());
        assert!(town.get("supervisor", &ticket).to_string().contains("\"done\""), "the note is there");
    }
}

#[test]
fn a_revoked_device_hands_in_what_it_has_for_fourteen_days_and_reads_nothing() {
    for town in Town::both() {
        town.app.person("admin", Role::Admin, None, &[]);
        let admin = town.app.token("admin");
        let crew = crew(&town);
        let work = work(&town, &crew);
        let sent = json!({ "device": crew.device, "sent_at": town.app.clock.now(), "mutations": work });
        town.app.call("POST", &format!("/v1/devices/{}/revoke", crew.device.as_str().unwrap())).token(&admin).send().ok();
        reads_nothing(&town, &crew, "device_revoked");
        town.app.clock.advance_minutes(14 * 24 * 60 - 1);
        let town = town.again(&["crew", "supervisor"]);
        hands_in(&town, &crew, &sent);
        town.app.clock.advance_minutes(1);
        town.call("crew", "POST", "/v1/sync/push").json(&sent).send().problem("device_revoked");
        is_adopted(&town, &crew);
    }
}
