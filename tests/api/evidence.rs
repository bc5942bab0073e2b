//! Whether the photos that an order asks for have come: told, waited for, asked after, on both databases.

use std::collections::BTreeSet;

use bazdid_clock::Clock as _;
use bazdid_domain::account::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::Reply,
    picture::{drawing, located},
    town::Town,
    town_rows::POTHOLE,
    upload::{STREAM, metadata, picture, sha256},
};

/// Somebody with a device.
pub struct Phone<'a> {
    pub town: &'a Town,
    pub who: &'static str,
    device: Value,
    seq: u64,
}

impl<'a> Phone<'a> {
    pub fn of(town: &'a Town, who: &'static str) -> Self {
        let body = json!({ "nonce": format!("the phone of {who}"), "name": "phone", "platform": "android", "app_version": "1.0" });
        let device = town.call(who, "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone();
        Self { town, who, device, seq: 0 }
    }

    /// Does one thing and sends it at once; gives the answer to it.
    pub fn push(&mut self, cmd: &str, entity: &Value, epoch: Option<i64>, args: &Value) -> Value {
        self.push_in("en", cmd, entity, epoch, args)
    }

    /// [`Phone::push`], answered in a language.
    pub fn push_in(&mut self, language: &str, cmd: &str, entity: &Value, epoch: Option<i64>, args: &Value) -> Value {
        self.town.app.clock.advance_minutes(1);
        self.seq += 1;
        let now = self.town.app.clock.now();
        let id: Uuid = self.town.app.ids.uuid(now);
        let mut mutation = json!({ "seq": self.seq, "id": id, "cmd": cmd, "entity": entity, "at": now, "args": args });
        if let Some(epoch) = epoch {
            mutation["epoch"] = epoch.into();
        }
        let body = json!({ "device": self.device, "sent_at": now, "mutations": [mutation] });
        self.town.call(self.who, "POST", "/v1/sync/push").header("Accept-Language", language).json(&body).send().ok()["results"][0].clone()
    }

    #[track_caller]
    pub fn applied(&mut self, cmd: &str, entity: &Value, epoch: Option<i64>, args: &Value) {
        let answer = self.push(cmd, entity, epoch, args);
        assert_eq!(answer["status"], "applied", "{cmd}: {answer}");
    }

    /// Declares a photo and gives its id.
    #[track_caller]
    pub fn shoot(&mut self, kind: &str, entity: &Value, bytes: &[u8]) -> Uuid {
        let now = self.town.app.clock.now();
        let photo = self.town.app.ids.uuid(now);
        let args = json!({ "photo": photo, "kind": kind, "sha256": sha256(bytes), "bytes": bytes.len(), "mime": "image/jpeg", "captured_at": now,
            "point": { "lat": 36.25, "lon": 50.05, "accuracy_m": 5.0 } });
        self.applied("photo.add", entity, None, &args);
        photo
    }

    /// Sends all or part of a photo's bytes in one request.
    pub fn send(&self, photo: Uuid, bytes: &[u8], length: usize) -> Reply {
        let tus = self.town.call(self.who, "POST", "/v1/uploads").header("Tus-Resumable", "1.0.0");
        tus.header("Upload-Length", length).header("Upload-Metadata", metadata(photo)).bytes(STREAM, bytes).send()
    }

    #[track_caller]
    pub fn upload(&self, photo: Uuid, bytes: &[u8]) {
        assert_eq!(self.send(photo, bytes, bytes.len()).status, 201);
    }

    /// What changed since a cursor, with the new cursor.
    pub fn pull(&self, cursor: &Value) -> (Vec<Value>, Value) {
        let (mut changes, mut cursor) = (Vec::new(), cursor.clone());
        loop {
            let page =
                self.town.call(self.who, "POST", "/v1/sync/pull").json(&json!({ "device": self.device, "cursor": cursor })).send().ok();
            changes.extend(page["changes"].as_array().unwrap().clone());
            cursor = page["cursor"].clone();
            if page["more"] == false {
                return (changes, cursor);
            }
        }
    }
}

/// Says what potholes need as evidence.
pub fn ask_for(town: &Town, evidence: &Value) {
    set_category(town, POTHOLE, "evidence", evidence);
}

/// Gives a field of a category another value.
pub fn set_category(town: &Town, category: u128, field: &str, value: &Value) {
    town.app.person("admin", Role::Admin, None, &[]);
    let token = town.app.token("admin");
    let path = format!("/v1/categories/{}", Uuid::from_u128(category));
    let mut body = town.app.call("GET", &path).token(&token).send().ok();
    let rev = body["rev"].as_i64().unwrap();
    for field in ["id", "rev", "updated_at"] {
        body.as_object_mut().unwrap().remove(field);
    }
    body[field] = value.clone();
    let changed = town.app.call("PUT", &path).token(&token).if_match(rev).json(&body).send().ok();
    assert_eq!(changed[field], *value);
}

/// A pothole's order, with the crew at it; nothing is submitted.
pub fn at_work(town: &Town, crew: &mut Phone<'_>) -> Value {
    let ticket = town.pothole();
    let order = ticket["work_orders"][0].clone();
    let visit = town.app.ids.uuid(town.app.clock.now());
    let point = json!({ "lat": 36.25, "lon": 50.05, "accuracy_m": 5.0 });
    crew.applied("work.accept", &order["id"], Some(1), &json!({}));
    let arrival = json!({ "visit": visit, "kind": "work", "arrived_at": town.app.clock.now(), "point": point });
    crew.applied("visit.record", &order["id"], None, &arrival);
    crew.applied("work.start", &order["id"], Some(1), &json!({ "visit": visit }));
    order["id"].clone()
}

fn order(town: &Town, id: &Value) -> Value {
    town.get("supervisor", &format!("/v1/work-orders/{}", id.as_str().unwrap()))
}

fn listed(town: &Town, filter: &str) -> Vec<Value> {
    let page = town.get("supervisor", &format!("/v1/work-orders?{filter}"));
    assert_eq!(page["next_cursor"], Value::Null);
    page["items"].as_array().unwrap().iter().map(|o| o["id"].clone()).collect()
}

fn verify(town: &Town, who: &str, order: &Value, body: &Value) -> Reply {
    let round = self::order(town, order)["rounds"].as_array().unwrap().last().unwrap().clone();
    let path = format!("/v1/rounds/{}/verify", round["id"].as_str().unwrap());
    town.call(who, "POST", &path).if_match(round["rev"].as_i64().unwrap()).json(body).send()
}

fn one_after() -> Value {
    json!({ "photos": [{ "kind": "after", "min": 1 }], "stored": true })
}

#[test]
fn an_order_tells_how_far_its_evidence_is_and_is_accepted_when_the_bytes_are_there() {
    for town in Town::both() {
        ask_for(&town, &one_after());
        let (mut crew, mut inspector) = (Phone::of(&town, "crew"), Phone::of(&town, "inspector"));
        let id = at_work(&town, &mut crew);
        let shown = order(&town, &id);
        assert_eq!((&shown["evidence"], &shown["evidence_needs"]), (&json!("missing"), &one_after()));
        let bytes = picture(1, 5_000);
        let photo = crew.shoot("after", &id, &bytes);
        crew.shoot("before", &id, &picture(2, 10));
        crew.applied("work.submit", &id, Some(1), &json!({}));
        assert_eq!(order(&town, &id)["evidence"], "pending");
        let ticket = order(&town, &id)["ticket"]["id"].clone();
        assert_eq!(town.get("crew", &format!("/v1/tickets/{}", ticket.as_str().unwrap()))["work_orders"][0]["evidence"], "pending");
        let other = town.pothole()["work_orders"][0]["id"].clone();
        assert_eq!((listed(&town, "evidence=pending"), listed(&town, "evidence=missing")), (vec![id.clone()], vec![other]));
        assert!(listed(&town, "evidence=complete").is_empty());
        town.call("supervisor", "GET", "/v1/work-orders?evidence=some").send().problem("validation");

        let refused = verify(&town, "supervisor", &id, &json!({}));
        let problem = refused.problem("evidence_pending");
        assert_eq!((refused.status, refused.header("retry-after")), (409, "60"));
        assert_eq!(problem["photos"], json!([{ "id": photo, "kind": "after", "state": "promised" }]), "and not the one before the work");
        assert_eq!(problem["needed"], json!([{ "kind": "after", "min": 1, "declared": 1, "stored": 0 }]));
        assert_eq!(problem["evidence"], "pending");
        assert_eq!(crew.send(photo, &bytes[..2_000], bytes.len()).status, 201);
        assert_eq!(verify(&town, "supervisor", &id, &json!({})).problem("evidence_pending")["photos"][0]["state"], "partial");

        // In the field it waits, and counts by itself once the bytes are there.
        let round = order(&town, &id)["rounds"][0]["id"].clone();
        let held = inspector.push("round.verify", &id, None, &json!({ "round": round }));
        assert_eq!((&held["status"], &held["code"]), (&json!("held"), &json!("dependency")), "{held}");
        assert!(held["detail"].as_str().unwrap().contains(&photo.to_string()), "{held}");
        crew.upload(photo, &bytes);
        let shown = order(&town, &id);
        assert_eq!(
            (&shown["evidence"], &shown["state"]),
            (&json!("complete"), &json!("verified")),
            "though a photo before it is not there"
        );
        let results = town.get("inspector", &format!("/v1/sync/results?device={}&after=0", inspector.device.as_str().unwrap()));
        assert_eq!(results["items"][0]["status"], "applied", "{results}");
    }
}

#[test]
fn who_manages_the_order_may_say_why_bytes_are_not_waited_for_and_a_return_never_waits() {
    for town in Town::both() {
        ask_for(&town, &one_after());
        let mut crew = Phone::of(&town, "crew");
        let [lost, returned] = [1, 2].map(|n| {
            let id = at_work(&town, &mut crew);
            let photo = crew.shoot("after", &id, &picture(n, 100));
            crew.applied("work.submit", &id, Some(1), &json!({}));
            (id, photo)
        });
        let body = json!({ "without_bytes": "گوشی در آب افتاد؛ خودم دیدم" });
        verify(&town, "inspector", &lost.0, &body).problem("forbidden");
        let empty = verify(&town, "supervisor", &lost.0, &json!({ "without_bytes": " " }));
        assert_eq!(empty.problem("validation")["errors"][0]["pointer"], "/without_bytes");
        let round = verify(&town, "supervisor", &lost.0, &body).ok();
        assert_eq!((&round["verdict"], &round["without_bytes"]), (&json!("accepted"), &body["without_bytes"]));
        assert_eq!((&order(&town, &lost.0)["evidence"], &order(&town, &lost.0)["state"]), (&json!("pending"), &json!("verified")));
        town.app.person("auditor", Role::Auditor, None, &[]);
        let token = town.app.token("auditor");
        let log = town.app.call("GET", "/v1/audit?action=round.verify").token(&token).send().ok();
        assert_eq!(log["items"][0]["detail"]["without_bytes_of"], json!([lost.1]), "{log}");

        let round = order(&town, &returned.0)["rounds"][0].clone();
        let path = format!("/v1/rounds/{}/rework", round["id"].as_str().unwrap());
        let body = json!({ "defects": [{ "code": "evidence_missing" }] });
        town.call("supervisor", "POST", &path).if_match(round["rev"].as_i64().unwrap()).json(&body).send().ok();
        assert_eq!(order(&town, &returned.0)["state"], "rework");
    }
}

#[test]
fn pages_of_orders_by_their_evidence_hold_each_once() {
    for town in Town::both() {
        ask_for(&town, &one_after());
        let mut crew = Phone::of(&town, "crew");
        let mut pending: Vec<Value> = (0..5_u64)
            .filter_map(|n| {
                let order = town.pothole()["work_orders"][0]["id"].clone();
                if n % 2 == 1 {
                    return None;
                }
                crew.applied("work.accept", &order, Some(1), &json!({}));
                crew.shoot("after", &order, &picture(n, 50));
                Some(order)
            })
            .collect();
        pending.reverse();
        let (mut found, mut cursor) = (Vec::new(), String::new());
        for _ in 0..10 {
            let page = town.get("supervisor", &format!("/v1/work-orders?evidence=pending&limit=1{cursor}"));
            found.extend(page["items"].as_array().unwrap().iter().map(|o| o["id"].clone()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(found, pending);
    }
}

#[test]
fn a_photo_that_does_not_come_is_asked_after_once_and_no_longer_when_it_is_there() {
    for town in Town::both() {
        let mut crew = Phone::of(&town, "crew");
        let order = at_work(&town, &mut crew);
        let bytes = picture(1, 900);
        let [late, lost, removed, stored] = [1_u64, 2, 3, 4].map(|n| crew.shoot("after", &order, if n == 1 { &bytes } else { &[1, 2, 3] }));
        crew.upload(stored, &[1, 2, 3]);
        let received = |photo: Uuid| town.get("supervisor", &format!("/v1/photos/{photo}"))["received_at"].clone();
        assert_eq!(received(stored), json!(town.app.clock.now()));
        town.app.clock.advance_minutes(7 * 24 * 60 - 4);
        assert_eq!(town.app.tick().missing_photos, 0, "the first was heard of four minutes ago and a week less five");
        town.app.clock.advance_minutes(5);
        assert_eq!(town.app.tick().missing_photos, 3);
        assert_eq!(town.app.tick().missing_photos, 0, "once");
        let town = &town;
        let again = ["crew", "supervisor"].map(|who| town.app.token(who));
        let call = |n: usize, method: &str, path: &str| town.app.call(method, path).token(&again[n]);
        let list = || call(1, "GET", "/v1/conflicts?kind=photo_missing").send().ok()["items"].as_array().unwrap().clone();
        let of = |photo: Uuid| list().into_iter().find(|c| c["mine"]["photo"] == json!(photo)).unwrap();
        assert_eq!(list().len(), 3);
        let inbox = call(1, "GET", "/v1/inbox?kind=evidence").send().ok();
        assert_eq!(inbox["items"].as_array().unwrap().len(), 3);
        let open = of(late);
        assert_eq!((&open["status"], &open["accepts"], &open["work_order"]), (&json!("open"), &json!(["dismiss", "discard"]), &order));
        let body = json!({ "nonce": "the phone of the office", "name": "phone", "platform": "android", "app_version": "1.0" });
        let device = call(1, "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone();
        let (mut told, mut cursor, mut more) = (BTreeSet::new(), Value::Null, true);
        while more {
            let page = call(1, "POST", "/v1/sync/pull").json(&json!({ "device": device, "cursor": cursor })).send().ok();
            let rows = page["changes"].as_array().unwrap().iter().filter(|c| c["t"] == "conflict").map(|c| &c["row"]);
            told.extend(rows.filter(|r| r["kind"] == "photo_missing").map(|r| r["mine"]["photo"].to_string()));
            (cursor, more) = (page["cursor"].clone(), page["more"] == true);
        }
        assert_eq!(told, [late, lost, removed].map(|photo| json!(photo).to_string()).into(), "the office's devices have them too");
        let path = format!("/v1/conflicts/{}/resolve", of(lost)["id"].as_str().unwrap());
        let dismiss = json!({ "resolution": "dismiss", "note": "گوشی گم شد" });
        call(1, "POST", &path).if_match(of(lost)["rev"].as_i64().unwrap()).json(&dismiss).send().ok();

        let tus = call(0, "POST", "/v1/uploads").header("Tus-Resumable", "1.0.0").header("Upload-Length", bytes.len());
        assert_eq!(tus.header("Upload-Metadata", metadata(late)).bytes(STREAM, bytes.clone()).send().status, 201);
        assert_eq!((&of(lost)["status"], &of(lost)["resolution"]), (&json!("resolved"), &json!("dismiss")));
        let now = town.app.clock.now();
        let remove = json!({ "device": crew.device, "sent_at": now, "mutations": [
            { "seq": crew.seq + 1, "id": town.app.ids.uuid(now), "cmd": "photo.remove", "entity": order, "at": now, "args": { "photo": removed } } ] });
        assert_eq!(call(0, "POST", "/v1/sync/push").json(&remove).send().ok()["results"][0]["status"], "applied");
        for photo in [late, removed] {
            let closed = of(photo);
            assert_eq!((&closed["status"], &closed["resolved_by"]), (&json!("resolved"), &Value::Null), "by itself");
        }
        town.app.clock.advance_minutes(24 * 60);
        assert_eq!(town.app.tick().missing_photos, 0, "what was dismissed stays so");
    }
}

#[test]
fn an_order_is_flagged_when_its_photo_is_read_and_not_only_when_somebody_writes_again() {
    for town in Town::both() {
        let (mut crew, inspector) = (Phone::of(&town, "crew"), Phone::of(&town, "inspector"));
        let id = at_work(&town, &mut crew);
        // The file says a place two kilometres away.
        let bytes = located(&town, &drawing(2), 16);
        let photo = crew.shoot("after", &id, &bytes);
        crew.upload(photo, &bytes);
        let (_, cursor) = inspector.pull(&Value::Null);
        assert_eq!(order(&town, &id)["flags"], json!([]));
        town.app.read_pictures();
        assert_eq!(order(&town, &id)["flags"], json!(["evidence_mismatch"]));
        let (changes, _) = inspector.pull(&cursor);
        let told = changes.iter().find(|c| c["t"] == "work_order").expect("the inspector's phone is told");
        assert_eq!((&told["id"], &told["row"]["flags"]), (&id, &json!(["evidence_mismatch"])));
        crew.applied("photo.remove", &id, None, &json!({ "photo": photo }));
        assert_eq!(order(&town, &id)["flags"], json!([]), "what was removed says nothing");
    }
}

#[test]
fn every_device_hears_how_far_a_photo_is() {
    for town in Town::both() {
        let mut crew = Phone::of(&town, "crew");
        let order = at_work(&town, &mut crew);
        let bytes = picture(1, 900);
        let photo = crew.shoot("after", &order, &bytes);
        let hidden = Phone::of(&town, "second_crew");
        let others = [Phone::of(&town, "inspector"), Phone::of(&town, "supervisor"), Phone::of(&town, "operator")];
        let mut cursors = [const { Value::Null }; 3];
        let send = |so_far: &[u8], length: usize| drop(crew.send(photo, so_far, length));
        let upload_states: [(&str, &dyn Fn()); 4] = [
            ("promised", &|| {}),
            ("partial", &|| send(&bytes[..300], 900)),
            ("failed", &|| send(&picture(2, 900), 900)),
            ("stored", &|| send(&bytes, 900)),
        ];
        for (state, act) in upload_states {
            act();
            for (phone, cursor) in others.iter().zip(&mut cursors) {
                let (changes, next) = phone.pull(cursor);
                let row = changes.iter().find(|c| c["t"] == "photo").unwrap_or_else(|| panic!("{} did not hear {state}", phone.who));
                assert_eq!((&row["id"], &row["row"]["state"]), (&json!(photo), &json!(state)), "{}", phone.who);
                *cursor = next;
            }
        }
        assert!(hidden.pull(&Value::Null).0.iter().all(|c| c["t"] != "photo"));
    }
}
