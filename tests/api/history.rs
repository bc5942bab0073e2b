//! What lost a merge can be read in the history of the ticket.

use bazdid_clock::Clock as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::town::Town;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0000 + n)
}

fn device(town: &Town, who: &str, n: u128) -> Value {
    let body = json!({ "nonce": id(0x700 + n), "name": format!("{who} {n}"), "platform": "android", "app_version": "1.0" });
    town.call(who, "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone()
}

fn push(town: &Town, who: &str, device: &Value, mutations: &[Value]) -> Value {
    let body = json!({ "device": device, "sent_at": town.app.clock.now(), "mutations": mutations });
    town.call(who, "POST", "/v1/sync/push").json(&body).send().ok()["results"].clone()
}

/// Something that a device did some minutes ago.
fn did(town: &Town, seq: u64, n: u128, minutes: i64, cmd: &str, ticket: &Value, args: Value) -> Value {
    let at = town.app.clock.now().plus_minutes(-minutes);
    json!({ "seq": seq, "id": id(n), "cmd": cmd, "entity": ticket["id"], "base": ticket["rev"], "at": at, "args": args })
}

/// The values of a field, oldest first: the value, the device, and the command that wrote what stands instead.
fn values(town: &Town, who: &str, ticket: &Value, field: &str) -> Vec<(Value, Value, Value)> {
    let detail = town.get(who, &format!("/v1/tickets/{}", ticket["id"].as_str().unwrap()));
    let history = detail["history"].as_array().unwrap();
    let of_field = history.iter().filter(|h| h["field"] == field);
    of_field.map(|h| (h["value"].clone(), h["device"].clone(), h["overruled_by"]["mutation"].clone())).collect()
}

#[test]
fn every_value_of_two_devices_of_one_account_can_be_read() {
    for town in Town::both() {
        let ticket = town.pothole();
        town.app.clock.advance_minutes(14);
        let (one, two) = (device(&town, "inspector", 1), device(&town, "inspector", 2));
        let text = |text: &str| json!({ "set": { "text": text } });
        let note = id(0x500);
        let visit = id(0x501);
        let arrived = town.app.clock.now().plus_minutes(-13);
        let first = [
            did(&town, 1, 1, 10, "ticket.edit", &ticket, text("newer")),
            did(&town, 2, 2, 10, "note.add", &ticket, json!({ "note": note, "text": "first" })),
            did(
                &town,
                3,
                3,
                9,
                "visit.record",
                &ticket,
                json!({ "visit": visit, "kind": "inspection", "arrived_at": arrived, "point": null }),
            ),
            did(&town, 4, 4, 2, "note.edit", &ticket, json!({ "note": note, "text": "newer" })),
            did(&town, 5, 5, 2, "visit.leave", &ticket, json!({ "visit": visit, "outcome": "done" })),
        ];
        assert!(push(&town, "inspector", &one, &first).as_array().unwrap().iter().all(|r| r["status"] == "applied"));
        // The other device wrote before and is heard of afterwards: all three values lose.
        let second = [
            did(&town, 1, 11, 12, "ticket.edit", &ticket, text("older")),
            did(&town, 2, 12, 5, "note.edit", &ticket, json!({ "note": note, "text": "older" })),
            did(&town, 3, 13, 5, "visit.leave", &ticket, json!({ "visit": visit, "outcome": "no_access" })),
        ];
        let told = push(&town, "inspector", &two, &second);
        for answer in told.as_array().unwrap() {
            assert_eq!((&answer["status"], &answer["code"]), (&json!("merged"), &json!("parallel_update")), "{answer}");
            assert!(answer["detail"].as_str().unwrap().contains("history of the ticket"), "{answer}");
        }
        let texts = values(&town, "operator", &ticket, "text");
        assert_eq!(texts.len(), 3, "{texts:?}");
        assert_eq!(texts[0].2, json!(id(1)), "what it was registered with");
        assert_eq!(texts[1..], [(json!("older"), two.clone(), json!(id(1))), (json!("newer"), one.clone(), Value::Null)]);
        let notes = values(&town, "operator", &ticket, "note");
        assert_eq!(
            notes,
            [
                (json!("first"), one.clone(), json!(id(4))),
                (json!("older"), two.clone(), json!(id(4))),
                (json!("newer"), one.clone(), Value::Null)
            ]
        );
        let outcomes = values(&town, "operator", &ticket, "visit_outcome");
        assert_eq!(outcomes, [(json!("no_access"), two, json!(id(5))), (json!("done"), one, Value::Null)]);
        let detail = town.get("operator", &format!("/v1/tickets/{}", ticket["id"].as_str().unwrap()));
        assert_eq!(
            (&detail["text"], &detail["notes"][0]["text"], &detail["visits"][0]["outcome"]),
            (&json!("newer"), &json!("newer"), &json!("done"))
        );
        assert!(detail["history"].as_array().unwrap().iter().any(|h| h["to"] == "new"), "the status as before");
    }
}

#[test]
fn of_other_writers_of_a_field_only_the_office_reads_the_names() {
    for town in Town::both() {
        let ticket = town.pothole();
        town.app.clock.advance_minutes(14);
        let set = json!({ "set": { "text": "seen" } });
        let device = device(&town, "inspector", 1);
        push(&town, "inspector", &device, &[did(&town, 1, 1, 5, "ticket.edit", &ticket, set)]);
        let read = |who: &str| {
            let detail = town.get(who, &format!("/v1/tickets/{}", ticket["id"].as_str().unwrap()));
            let history = detail["history"].as_array().unwrap().clone();
            history.into_iter().filter(|h| h["field"] == "text").collect::<Vec<_>>()
        };
        let office = read("operator");
        assert!(office.iter().all(|h| h["actor"].is_string()), "{office:?}");
        assert_eq!(office[1]["device"], device);
        let contractor = read("crew");
        assert_eq!(contractor.len(), 2, "{contractor:?}");
        assert!(contractor.iter().all(|h| h["actor"].is_null() && h["device"].is_null()), "{contractor:?}");
    }
}
