//! Domain events: the office, the sync and the timers tell the same things alike.

use bazdid_clock::Clock as _;
use bazdid_domain::account::Role;
use bazdid_protocol::{event::EventKind, ids::Id};
use bazdid_store::{self as store, outbox::StoredEvent};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    town::{PHONE, Town, pothole},
    town_rows::POTHOLE,
};

/// A town with its outbox and an administrator who has somebody subscribe.
pub struct EventWatch {
    pub town: Town,
    seen: std::cell::Cell<i64>,
}

impl EventWatch {
    pub fn in_town(town: Town, events: &Value) -> Self {
        town.app.person("chief", Role::Admin, None, &[]);
        let body = json!({ "url": "https://hooks.example.org/x", "events": events });
        town.app.call("POST", "/v1/webhooks").token(&town.app.token("chief")).json(&body).send().ok();
        Self { town, seen: std::cell::Cell::new(0) }
    }

    /// What happened since it was last asked.
    pub fn news(&self) -> Vec<StoredEvent> {
        let mut all = self.town.app.db.db().read_blocking(|tx| store::outbox::list_open(tx, 10_000)).unwrap();
        all.retain(|e| e.seq > self.seen.get());
        self.seen.set(all.last().map_or(self.seen.get(), |e| e.seq));
        all
    }

    #[track_caller]
    fn kinds(&self) -> Vec<EventKind> {
        self.news().iter().map(|e| e.kind).collect()
    }
}

fn device(town: &Town, who: &str, n: u128) -> Value {
    let body = json!({ "nonce": uuid(n), "name": who, "platform": "android", "app_version": "1.0" });
    town.call(who, "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone()
}

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0000 + n)
}

/// One device that pushes one mutation after the other.
struct Phone<'t> {
    town: &'t Town,
    who: &'t str,
    device: Value,
    seq: std::cell::Cell<u128>,
    base: u128,
}

impl<'t> Phone<'t> {
    fn of(town: &'t Town, who: &'t str, base: u128) -> Self {
        Self { town, who, device: device(town, who, base), seq: std::cell::Cell::new(0), base }
    }

    #[track_caller]
    fn push(&self, cmd: &str, entity: &Value, epoch: i64, args: Value) {
        self.seq.set(self.seq.get() + 1);
        let now = self.town.app.clock.now();
        let mutation = json!({
            "seq": self.seq.get(), "id": uuid(self.base + self.seq.get()), "cmd": cmd, "entity": entity, "epoch": epoch, "at": now,
            "args": args,
        });
        let body = json!({ "device": self.device, "sent_at": now, "mutations": [mutation] });
        let answer = self.town.call(self.who, "POST", "/v1/sync/push").json(&body).send().ok();
        assert_eq!(answer["results"][0]["status"], "applied", "{answer}");
    }
}

use EventKind::{
    NoteAdded, RoundJudged, RoundSubmitted, TicketChanged, TicketCreated, TicketStatusChanged, VisitRecorded, WorkOrderAnswered,
    WorkOrderCreated, WorkOrderOffered, WorkOrderRescheduled, WorkOrderStateChanged,
};

/// The first order of a ticket, as the office sees it.
fn order(town: &Town, ticket: &Value) -> Value {
    let id = ticket["id"].as_str().unwrap();
    town.get("operator", &format!("/v1/tickets/{id}"))["work_orders"][0].clone()
}

#[test]
fn office_sync_and_timers_tell_alike() {
    for town in Town::both() {
        let first =
            town.get("operator", "/v1/organisations")["items"].as_array().unwrap().iter().find(|o| o["code"] == "first").unwrap()["id"]
                .clone();
        let first = Id::new(first.as_str().unwrap().parse().unwrap());
        town.app.person("manager", Role::ContractorManager, Some(first), &[]);
        let told = EventWatch::in_town(town, &Value::Null);
        let town = &told.town;
        let created = vec![TicketCreated, WorkOrderCreated, WorkOrderOffered];

        // A ticket, by a call and from the field.
        let by_call = town.pothole();
        assert_eq!(told.kinds(), created);
        let inspector = Phone::of(town, "inspector", 0x1_0000);
        let mut args = pothole();
        args.as_object_mut().unwrap().remove("caller_phone");
        // Far enough from the first not to be taken for the same.
        args["point"]["lat"] = json!(36.262);
        let from_field = json!(uuid(0x9_0001));
        inspector.push("ticket.create", &from_field, 0, args);
        assert_eq!(told.kinds(), created, "from the field as by a call");

        // An offer that is not taken: refused by a device, expired by the clock.
        let manager_token = town.app.token("manager");
        let body = json!({ "nonce": uuid(0x2_0000), "name": "manager", "platform": "android", "app_version": "1.0" });
        let device = town.app.call("POST", "/v1/sync/devices").token(&manager_token).json(&body).send().ok()["id"].clone();
        let refused = order(town, &by_call);
        let now = town.app.clock.now();
        let decline = json!({
            "seq": 1, "id": uuid(0x2_0001), "cmd": "work.decline", "entity": refused["id"], "epoch": 1, "at": now,
            "args": { "reason": "no_capacity" },
        });
        town.app.clock.advance_minutes(1);
        let push = json!({ "device": device, "sent_at": town.app.clock.now(), "mutations": [decline] });
        let answer = town.app.call("POST", "/v1/sync/push").token(&manager_token).json(&push).send().ok();
        assert_eq!(answer["results"][0]["status"], "applied", "{answer}");
        let to_the_next = vec![WorkOrderAnswered, WorkOrderOffered, WorkOrderRescheduled];
        assert_eq!(told.kinds(), to_the_next, "refused: the next is asked");
        town.app.clock.advance_minutes(61);
        assert!(town.app.tick().expired_offers > 0);
        let expired = told.news();
        let of = |ticket: &Value| {
            let id = ticket.as_str().unwrap();
            expired.iter().filter(|e| e.ticket.is_some_and(|t| t.to_string() == id)).map(|e| e.kind).collect::<Vec<_>>()
        };
        assert_eq!(of(&from_field), to_the_next, "expired: as when it is refused");
    }
}

#[test]
fn the_way_of_an_order_is_told_step_by_step() {
    for town in Town::both() {
        let told = EventWatch::in_town(town, &Value::Null);
        let town = &told.town;
        let ticket = town.pothole();
        let work = ticket["work_orders"][0]["id"].clone();
        told.news();
        let crew = Phone::of(town, "crew", 0x1_0000);
        crew.push("work.accept", &work, 1, json!({}));
        let accepted = told.kinds();
        assert_eq!(accepted[0], WorkOrderAnswered);
        assert!(accepted.contains(&WorkOrderStateChanged) && !accepted.contains(&WorkOrderOffered), "{accepted:?}");
        let visit = uuid(0x7776);
        let arrival = json!({ "visit": visit, "kind": "work", "arrived_at": town.app.clock.now(), "mock": false });
        crew.push("visit.record", &work, 1, arrival);
        assert_eq!(told.kinds(), [VisitRecorded]);
        crew.push("work.start", &work, 1, json!({ "visit": visit }));
        let started = told.kinds();
        assert_eq!(started.iter().filter(|k| **k == WorkOrderStateChanged).count(), 1, "{started:?}");
        crew.push("note.add", &work, 1, json!({ "note": uuid(0x7777), "text": PHONE }));
        assert_eq!(told.kinds(), [NoteAdded]);
        crew.push("work.submit", &work, 1, json!({}));
        assert_eq!(told.kinds(), [RoundSubmitted, WorkOrderStateChanged]);
        let rounds = town.get("supervisor", "/v1/rounds?verdict=pending");
        let round = &rounds["items"][0];
        let path = format!("/v1/rounds/{}/verify", round["id"].as_str().unwrap());
        town.call("supervisor", "POST", &path).if_match(round["rev"].as_i64().unwrap()).json(&json!({ "accepted": "all" })).send().ok();
        assert_eq!(told.kinds(), [RoundJudged, WorkOrderStateChanged, TicketStatusChanged]);

        let id = ticket["id"].as_str().unwrap();
        let before = town.get("supervisor", &format!("/v1/tickets/{id}"));
        let cancel = json!({ "code": "withdrawn" });
        let other = town.pothole();
        told.news();
        let path = format!("/v1/tickets/{}/cancel", other["id"].as_str().unwrap());
        town.call("operator", "POST", &path).if_match(other["rev"].as_i64().unwrap()).json(&cancel).send().ok();
        let cancelled = told.kinds();
        assert_eq!(cancelled.iter().filter(|k| **k == TicketStatusChanged).count(), 1, "{cancelled:?}");
        assert_eq!(before["status"], "resolved");
    }
}

#[test]
fn events_have_no_personal_data_and_are_ordered_within_a_ticket() {
    for town in Town::both() {
        let told = EventWatch::in_town(town, &Value::Null);
        let town = &told.town;
        for _ in 0..3 {
            town.pothole();
        }
        let ticket = town.pothole();
        let triage = json!({ "priority": "urgent" });
        let path = format!("/v1/tickets/{}/triage", ticket["id"].as_str().unwrap());
        town.call("operator", "POST", &path).if_match(ticket["rev"].as_i64().unwrap()).json(&triage).send().ok();
        let all = told.news();
        assert!(all.iter().any(|e| e.kind == TicketChanged && e.data["priority"] == "urgent" && e.data["fields"] == json!(["priority"])));
        let text = serde_json::to_string(&all).unwrap();
        for secret in [PHONE, "09121234567", "9121234567", "چاله", "خیابان", "caller"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        let ids: std::collections::BTreeSet<_> = all.iter().map(|e| e.id).collect();
        assert_eq!(ids.len(), all.len());
        let created = all.iter().filter(|e| e.kind == TicketCreated).map(|e| e.ticket);
        for ticket in created {
            let first = all.iter().filter(|e| e.ticket == ticket).min_by_key(|e| e.seq).unwrap();
            assert_eq!(first.kind, TicketCreated);
            assert_eq!(first.data["category"], json!(Uuid::from_u128(POTHOLE)));
        }
    }
}
