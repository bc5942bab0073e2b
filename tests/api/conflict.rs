//! Conflicts, photos, the inbox and the audit log over HTTP.

use bazdid_domain::account::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::town::Town;

/// A device of somebody, registered and on the line.
fn device(town: &Town, who: &str) -> Value {
    let body = json!({ "nonce": format!("0192f000-0000-7000-8000-00000000000{}", who.len() % 10), "name": who, "platform": "android", "app_version": "1.0" });
    town.call(who, "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone()
}

fn push(town: &Town, who: &str, device: &Value, mutations: &[Value]) -> Value {
    let body = json!({ "device": device, "sent_at": bazdid_clock::Clock::now(&*town.app.clock), "mutations": mutations });
    town.call(who, "POST", "/v1/sync/push").json(&body).send().ok()["results"].clone()
}

/// An inspector and a supervisor write the text of one ticket without having seen each other.
fn two_texts(town: &Town) -> Value {
    let ticket = town.pothole();
    for (n, who) in [(1_u128, "inspector"), (2, "supervisor")] {
        town.app.clock.advance_minutes(1);
        let edit = json!({
            "seq": 1, "id": Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0000 + n), "cmd": "ticket.edit", "entity": ticket["id"],
            "base": ticket["rev"], "at": bazdid_clock::Clock::now(&*town.app.clock), "args": { "set": { "text": who } },
        });
        push(town, who, &device(town, who), &[edit]);
    }
    ticket
}

#[test]
fn the_quarantine_is_served_under_its_earlier_path_too_and_says_that_it_was_renamed() {
    for town in Town::both() {
        let renamed = town.call("supervisor", "GET", "/v1/kept-mutations?limit=5").send();
        let link = "</v1/quarantine>; rel=\"successor-version\"".to_owned();
        assert_eq!((renamed.header("deprecation").to_owned(), renamed.header("link").to_owned()), ("@1796083200".to_owned(), link));
        assert_eq!(renamed.ok(), town.get("supervisor", "/v1/quarantine?limit=5"));
        town.call("crew", "GET", "/v1/kept-mutations").send().problem("forbidden");
        town.call("supervisor", "GET", "/v1/kept-mutations-of").send().problem("not_found");
        let unknown = format!("/v1/kept-mutations/{}/discard", Uuid::from_u128(7));
        town.call("supervisor", "POST", &unknown).send().problem("not_found");
    }
}

#[test]
fn a_conflict_is_listed_read_and_decided_once() {
    for town in Town::both() {
        let ticket = two_texts(&town);
        town.app.clock.advance_minutes(1);
        let listed = town.get("supervisor", "/v1/conflicts?status=open&kind=parallel_update");
        let conflict = listed["items"][0].clone();
        assert_eq!((&conflict["ticket"]["id"], &conflict["severity"]), (&ticket["id"], &json!("soft")));
        assert_eq!(conflict["accepts"], json!(["keep", "take_other", "set"]));
        assert_eq!(town.get("operator", "/v1/conflicts?status=resolved")["items"], json!([]));
        let path = format!("/v1/conflicts/{}", conflict["id"].as_str().unwrap());
        let read = town.call("operator", "GET", &path).send();
        assert_eq!((read.header("etag").to_owned(), read.ok()), (format!("\"{}\"", conflict["rev"]), conflict.clone()));
        town.call("inspector", "GET", &path).send().problem("forbidden");

        let resolve =
            |who: &str, rev: i64, body: Value| town.call(who, "POST", &format!("{path}/resolve")).if_match(rev).json(&body).send();
        let rev = conflict["rev"].as_i64().unwrap();
        town.call("supervisor", "POST", &format!("{path}/resolve"))
            .json(&json!({ "resolution": "keep" }))
            .send()
            .problem("precondition_required");
        resolve("operator", rev, json!({ "resolution": "keep" })).problem("forbidden");
        assert_eq!(
            resolve("supervisor", rev, json!({ "resolution": "adopt" })).problem("validation")["errors"][0]["pointer"],
            "/resolution"
        );
        assert_eq!(resolve("supervisor", rev, json!({ "resolution": "set" })).problem("validation")["errors"][0]["pointer"], "/value");
        resolve("supervisor", rev + 1, json!({ "resolution": "keep" })).problem("precondition_failed");
        let decided = resolve("supervisor", rev, json!({ "resolution": "set", "value": "چاله", "note": "شنیده شد" }));
        let body = decided.ok();
        assert_eq!((&body["status"], &body["resolution"], &body["note"]), (&json!("resolved"), &json!("set"), &json!("شنیده شد")));
        resolve("second_supervisor", rev, json!({ "resolution": "keep" })).problem("precondition_failed");
        resolve("second_supervisor", body["rev"].as_i64().unwrap(), json!({ "resolution": "keep" })).problem("conflict");
        let now = town.get("operator", &format!("/v1/tickets/{}", ticket["id"].as_str().unwrap()));
        assert_eq!(now["text"], "چاله");
    }
}

/// Who decides about late work reads what became of the ticket, whoever decided that since.
#[test]
fn late_work_tells_what_the_office_has_decided_about_the_ticket_since() {
    for town in Town::both() {
        let (one, two) = (town.pothole(), town.pothole());
        let order = &two["work_orders"][0];
        let of = |kind: &str, thing: &Value, verb: &str| format!("/v1/{kind}/{}/{verb}", thing["id"].as_str().unwrap());
        let cancel = town.call("operator", "POST", &of("work-orders", order, "cancel")).if_match(order["rev"].as_i64().unwrap());
        cancel.json(&json!({ "code": "not_needed" })).send().ok();
        let resume = json!({
            "seq": 1, "id": Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0001), "cmd": "work.resume", "entity": order["id"],
            "epoch": order["epoch"], "at": bazdid_clock::Clock::now(&*town.app.clock), "args": {},
        });
        assert_eq!(push(&town, "crew", &device(&town, "crew"), &[resume])[0]["code"], "deleted_entity");
        let told = || town.get("supervisor", "/v1/conflicts?status=open&kind=deleted_entity")["items"][0]["theirs"].clone();
        assert_eq!((&told()["ticket"], &told()["duplicate_of"]), (&json!("triaged"), &Value::Null));
        let now = town.get("operator", &format!("/v1/tickets/{}", two["id"].as_str().unwrap()));
        let merge = town.call("operator", "POST", &of("tickets", &two, "merge")).if_match(now["rev"].as_i64().unwrap());
        merge.json(&json!({ "into": one["id"] })).send().ok();
        assert_eq!((&told()["ticket"], &told()["duplicate_of"]), (&json!("duplicate"), &one["id"]));
        // The same of evidence that came after the end.
        let note = json!({
            "seq": 1, "id": Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0002), "cmd": "note.add", "entity": two["id"],
            "at": bazdid_clock::Clock::now(&*town.app.clock), "args": { "note": Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0003), "text": "هنوز هست" },
        });
        let kept = push(&town, "inspector", &device(&town, "inspector"), &[note])[0].clone();
        assert_eq!(kept["code"], "deleted_entity");
        let evidence = || town.get("supervisor", &format!("/v1/conflicts/{}", kept["conflict"].as_str().unwrap()))["theirs"].clone();
        assert_eq!((&evidence()["ticket"], &evidence()["duplicate_of"]), (&json!("duplicate"), &one["id"]));
        let now = town.get("operator", &format!("/v1/tickets/{}", two["id"].as_str().unwrap()));
        let reopen = town.call("operator", "POST", &of("tickets", &two, "reopen")).if_match(now["rev"].as_i64().unwrap());
        reopen.json(&json!({ "reason": "دو چیز" })).send().ok();
        assert_eq!((&evidence()["ticket"], &evidence()["duplicate_of"]), (&json!("triaged"), &Value::Null));
    }
}

#[test]
fn the_audit_log_is_read_in_pages_by_those_who_look_into_it() {
    for town in Town::both() {
        town.app.person("auditor", Role::Auditor, None, &[]);
        let token = town.app.token("auditor");
        for _ in 0..3 {
            town.app.clock.advance_minutes(1);
            town.pothole();
        }
        town.call("supervisor", "GET", "/v1/audit").send().problem("forbidden");
        let get = |path: &str| town.app.call("GET", path).token(&token).send().ok();
        let mut found = Vec::new();
        let mut path = "/v1/audit?action=ticket.create&limit=2".to_owned();
        loop {
            let page = get(&path);
            found.extend(page["items"].as_array().unwrap().iter().map(|e| e["at"].clone()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/v1/audit?action=ticket.create&limit=2&cursor={cursor}");
        }
        assert_eq!(found.len(), 3);
        assert!(found.windows(2).all(|w| w[0].as_str() > w[1].as_str()), "newest first: {found:?}");
        assert_eq!(town.app.call("GET", "/v1/audit?actor=x").token(&token).send().problem("validation")["errors"][0]["pointer"], "?actor");
    }
}

#[test]
fn photos_and_the_inbox_answer_within_reach() {
    for town in Town::both() {
        let ticket = town.pothole();
        let order = ticket["work_orders"][0].clone();
        let crew = device(&town, "crew");
        let at = bazdid_clock::Clock::now(&*town.app.clock);
        let photo = Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0077);
        let add = json!({
            "seq": 1, "id": Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0078), "cmd": "photo.add", "entity": order["id"], "epoch": 1, "at": at,
            "args": { "photo": photo, "kind": "before", "sha256": "ab".repeat(32), "bytes": 1000, "mime": "image/jpeg", "captured_at": at,
                      "point": { "lat": 36.25, "lon": 50.05, "accuracy_m": 5.0 } },
        });
        assert_eq!(push(&town, "crew", &crew, &[add])[0]["status"], "applied");
        let path = format!("/v1/photos/{photo}");
        let office = town.get("supervisor", &path);
        assert!(office["verdicts"][0]["figures"].is_object(), "{office}");
        let own = town.get("crew", &path);
        assert!(own["verdicts"][0].get("figures").is_none() && own["verdicts"][0]["result"].is_string());
        // The sentences of the office have the figures, those of the crew have none.
        let digits = |photo: &Value| {
            photo["verdicts"].as_array().unwrap().iter().any(|v| v["sentence"].to_string().contains(|c: char| c.is_numeric()))
        };
        assert_eq!((digits(&office), digits(&own)), (true, false), "{own}");
        assert_eq!(own.get("reading"), None);
        town.call("second_crew", "GET", &path).send().problem("not_found");
        assert_eq!(town.get("second_crew", "/v1/photos")["items"], json!([]));
        let listed = town.get("inspector", &format!("/v1/photos?ticket={}&kind=before&limit=1", ticket["id"].as_str().unwrap()));
        assert_eq!((listed["items"].as_array().unwrap().len(), &listed["next_cursor"]), (1, &Value::Null));

        let inbox = town.get("operator", "/v1/inbox");
        let outside = inbox["counts"].as_array().unwrap().iter().find(|c| c["kind"] == "outside").unwrap();
        assert_eq!((&inbox["items"], outside), (&json!([]), &json!({ "kind": "outside", "count": 0, "is_exact": true })));
        town.call("crew", "GET", "/v1/inbox").send().problem("forbidden");
    }
}
