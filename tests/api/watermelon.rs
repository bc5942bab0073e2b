//! The sync of WatermelonDB over HTTP, with a copy as the library keeps it.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use bazdid_clock::Clock as _;
use bazdid_domain::watermelon::Table;
use bazdid_protocol::text_enum::TextEnum as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::Reply,
    town::Town,
    town_rows::{POTHOLE, TREE},
};

/// An app of somebody: what the library would hold.
#[derive(Clone)]
pub struct App<'t> {
    pub town: &'t Town,
    pub who: &'static str,
    pub device: String,
    pub last: Option<i64>,
    pub copy: BTreeMap<(Table, String), Value>,
}

impl<'t> App<'t> {
    pub fn of(town: &'t Town, who: &'static str) -> Self {
        Self::named(town, who, who)
    }

    /// One of several apps of somebody.
    pub fn named(town: &'t Town, who: &'static str, name: &str) -> Self {
        let body = json!({ "nonce": format!("nonce of {name}"), "name": name, "platform": "android", "app_version": "1.0" });
        let device = town.call(who, "POST", "/v1/sync/devices").json(&body).send().ok()["id"].as_str().unwrap().to_owned();
        Self { town, who, device, last: None, copy: BTreeMap::new() }
    }

    pub fn ask(&self, last: &str, migration: &str) -> Reply {
        let path = format!("/v1/watermelon/sync?device={}&last_pulled_at={last}&schema_version=1&migration={migration}", self.device);
        self.town.call(self.who, "GET", &path).send()
    }

    /// Pulls as the library does; gives how many rows came.
    #[track_caller]
    pub fn pull(&mut self) -> usize {
        let last = self.last.map_or("null".to_owned(), |n| n.to_string());
        let answer = self.ask(&last, "null").ok();
        self.apply(&answer)
    }

    #[track_caller]
    pub fn apply(&mut self, answer: &Value) -> usize {
        let number = answer["timestamp"].as_i64().unwrap();
        assert!(number > 0 && self.last.is_none_or(|last| number >= last), "{number} after {:?}", self.last);
        let mut kept = BTreeSet::new();
        let mut count = 0;
        for table in Table::ALL {
            let changes = &answer["changes"][table.as_str()];
            assert_eq!(changes["created"], json!([]), "the app may have it already");
            for row in changes["updated"].as_array().unwrap() {
                assert!(row.as_object().unwrap().values().all(|v| !v.is_object() && !v.is_array()), "flat: {row}");
                let key = (*table, row["id"].as_str().unwrap().to_owned());
                kept.insert(key.clone());
                self.copy.insert(key, row.clone());
                count += 1;
            }
            for id in changes["deleted"].as_array().unwrap() {
                self.copy.remove(&(*table, id.as_str().unwrap().to_owned()));
                count += 1;
            }
        }
        // As the library does: one strategy for all tables, or one by table.
        let strategy = &answer["experimentalStrategy"];
        let of = |table: Table| strategy["override"].get(table.as_str()).or(strategy.get("default")).unwrap_or(strategy);
        self.copy.retain(|key, _| kept.contains(key) || of(key.0) != "replacement");
        self.last = Some(number);
        count
    }

    pub fn send(&self, changes: &Value) -> Reply {
        let path = format!("/v1/watermelon/sync?device={}&last_pulled_at={}", self.device, self.last.unwrap());
        self.town.call(self.who, "POST", &path).json(changes).send()
    }

    /// Sends rows that are new or changed; gives what became of them.
    #[track_caller]
    pub fn push(&self, table: Table, rows: &[Value]) -> Value {
        self.send(&json!({ table.as_str(): { "created": [], "updated": rows, "deleted": [] } })).ok()["results"].clone()
    }

    pub fn rows(&self, table: Table) -> Vec<&Value> {
        self.copy.iter().filter(|((t, _), _)| *t == table).map(|(_, row)| row).collect()
    }

    #[track_caller]
    pub fn row(&self, table: Table, id: &Value) -> &Value {
        self.copy.get(&(table, id.as_str().unwrap().to_owned())).unwrap_or_else(|| panic!("{table} {id} is not there"))
    }

    /// The copy is what the server tells somebody who has nothing, and a pull brings nothing more.
    #[track_caller]
    pub fn is_whole(&mut self) {
        self.pull();
        assert_eq!(self.pull(), 0);
        let mut fresh = Self { last: None, copy: BTreeMap::new(), ..self.clone() };
        fresh.pull();
        assert_eq!(self.copy, fresh.copy);
    }

    pub fn now(&self) -> i64 {
        self.town.app.clock.now().micros() / 1_000
    }
}

pub fn id(n: u128) -> Value {
    json!(Uuid::from_u128(0x0192_f000_0000_7000_8000_0000_0000_0000 + n))
}

pub fn with(row: &Value, column: &str, value: Value) -> Value {
    let mut row = row.clone();
    row[column] = value;
    row
}

pub fn statuses(results: &Value) -> Vec<&str> {
    results.as_array().unwrap().iter().map(|r| r["status"].as_str().unwrap()).collect()
}

/// Answers without the mark that they were stored before.
pub fn without_replayed(results: &Value) -> Value {
    let bare = |result: &Value| {
        let mut result = result.clone();
        assert_eq!(result.as_object_mut().unwrap().remove("replayed"), Some(json!(true)), "{result}");
        result
    };
    results.as_array().unwrap().iter().map(bare).collect()
}

/// All of it was sent before, and went through.
#[track_caller]
fn is_replayed(results: &Value) {
    let bare = without_replayed(results);
    assert!(!statuses(&bare).is_empty() && statuses(&bare).iter().all(|s| *s == "applied"), "{results}");
}

/// What the office does to an order, on the revision that stands.
pub fn office(town: &Town, order: &Value, verb: &str, body: &Value) -> Value {
    let path = format!("/v1/work-orders/{}", order.as_str().unwrap());
    let rev = town.get("operator", &path)["rev"].as_i64().unwrap();
    town.call("operator", "POST", &format!("{path}/{verb}")).if_match(rev).json(body).send().ok()
}

/// A day's work on an order: nothing in the order in which it was done.
pub fn work(app: &App<'_>, order: &Value, ticket: &Value, first: u128, epoch: i64) -> Value {
    let at = |steps: i64| app.now() + steps * 10_000;
    let event = |n: u128, kind: &str, at: i64, visit: Value| json!({ "id": id(first + n), "work_order_id": order, "ticket_id": ticket, "epoch": epoch, "kind": kind, "at": at, "visit_id": visit, "_status": "created", "_changed": "" });
    json!({
        "work_events": { "created": [
            event(3, "submit", at(-10), Value::Null), event(2, "start", at(-40), id(first + 4)), event(1, "accept", at(-60), Value::Null),
        ], "updated": [], "deleted": [] },
        "photos": { "created": [{
            "id": id(first + 5), "ticket_id": ticket, "work_order_id": order, "visit_id": id(first + 4), "kind": "after",
            "sha256": "ab".repeat(32), "bytes": 1000, "mime": "image/jpeg", "captured_at": at(-9), "lat": 36.25, "lon": 50.05, "accuracy_m": 5,
        }], "updated": [], "deleted": [] },
        "visits": { "created": [{
            "id": id(first + 4), "work_order_id": order, "kind": "work", "arrived_at": at(-39), "left_at": at(-5), "outcome": "done",
            "lat": 36.25, "lon": 50.05, "accuracy_m": 5, "mock": "real",
        }], "updated": [], "deleted": [] },
        "measurements": { "created": [{ "id": id(first + 6), "work_order_id": order, "item": "asphalt", "quantity": 2.5, "unit": "m2", "at": at(-8) }], "updated": [], "deleted": [] },
        "notes": { "created": [{ "id": id(first + 7), "ticket_id": ticket, "work_order_id": "", "text": "انجام شد", "at": at(-7) }], "updated": [], "deleted": [] },
        "drafts_of_the_app": { "created": [{ "id": "anything at all" }], "updated": [], "deleted": [] },
    })
}

#[test]
fn rows_come_change_and_go() {
    for town in Town::both() {
        let order = town.pothole()["work_orders"][0]["id"].clone();
        let mut crew = App::of(&town, "crew");
        assert!(crew.pull() >= 2);
        assert_eq!((crew.rows(Table::Tickets).len(), crew.rows(Table::WorkOrders).len()), (1, 1));
        let row = crew.row(Table::WorkOrders, &order);
        assert_eq!((&row["state"], &row["epoch"], &row["flags"]), (&json!("offered"), &json!(1), &json!("[]")));
        let (first, ticket) = (crew.last, row["ticket_id"].clone());
        assert_eq!((crew.pull(), crew.last), (0, first), "nothing changed: the same snapshot");
        town.pothole();
        assert_eq!(crew.pull(), 2);
        assert!(crew.last > first);
        office(&town, &order, "reassign", &json!({ "reason": "دیر شد" }));
        assert_eq!(crew.pull(), 2);
        assert!(!crew.copy.contains_key(&(Table::Tickets, ticket.as_str().unwrap().to_owned())), "gone with its order");
        crew.is_whole();
        // An answer that was lost: the app asks from where it was, and gets the same and more.
        let last = crew.last;
        town.pothole();
        let lost = crew.ask(&last.unwrap().to_string(), "null").ok();
        town.pothole();
        assert_eq!(crew.pull(), 4);
        assert_ne!(Some(lost["timestamp"].as_i64().unwrap()), crew.last);
        // The answer comes late after all, and the app knows it by its number.
        crew.last = lost["timestamp"].as_i64();
        assert_eq!(crew.pull(), 2);
        crew.is_whole();
    }
}

#[test]
fn what_a_snapshot_cannot_say_is_told_whole() {
    for town in Town::both() {
        town.pothole();
        let mut crew = App::of(&town, "crew");
        crew.pull();
        for (last, migration, strategy) in [
            ("12345", "null", json!("replacement")),
            (&crew.last.unwrap().to_string(), "%7B%22from%22%3A1%7D", json!("replacement")),
            // The answer to an app that had nothing may have been applied and its number not stored.
            ("", "", json!("replacement")),
            ("0", "undefined", json!("replacement")),
        ] {
            let answer = crew.ask(last, migration).ok();
            assert_eq!(answer["experimentalStrategy"], strategy, "{last} {migration}");
            assert_eq!(answer["changes"]["tickets"]["updated"].as_array().unwrap().len(), 1);
        }
        // Another device's number says nothing here.
        let mut second = App::of(&town, "second_crew");
        second.pull();
        town.app.clock.advance_minutes(1);
        town.pothole();
        crew.pull();
        let answer = second.ask(&crew.last.unwrap().to_string(), "null").ok();
        assert_eq!(
            (&answer["experimentalStrategy"]["default"], &answer["changes"]["tickets"]["updated"]),
            (&json!("incremental"), &json!([]))
        );
        assert_eq!(
            App::named(&town, "crew", "new").ask("null", "null").ok()["experimentalStrategy"],
            Value::Null,
            "it never had an answer"
        );
        assert_eq!(crew.ask("x", "null").problem("validation")["errors"][0]["pointer"], "?last_pulled_at");
        town.call("second_crew", "GET", &format!("/v1/watermelon/sync?device={}", crew.device)).send().problem("forbidden");
        // Rights that end: what was read by them is given up.
        let mut inspector = App::of(&town, "inspector");
        inspector.pull();
        assert_eq!(inspector.rows(Table::Tickets).len(), 2);
        town.app.end_grants("inspector");
        inspector.pull();
        assert_eq!(inspector.copy, BTreeMap::new());
    }
}

#[test]
fn a_day_of_work_is_done_once_and_in_its_order() {
    for town in Town::both() {
        let made = town.pothole();
        let (order, ticket) = (made["work_orders"][0]["id"].clone(), made["id"].clone());
        let mut crew = App::of(&town, "crew");
        crew.pull();
        town.app.clock.advance_minutes(12);
        let changes = work(&crew, &order, &ticket, 0, 1);
        let results = crew.send(&changes).ok()["results"].clone();
        assert_eq!(statuses(&results), ["applied"; 8], "{results}");
        let done: Vec<&str> = results.as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap()).collect();
        let place = |n: u128| done.iter().position(|d| id(n) == *d).unwrap();
        assert!(place(1) < place(4) && place(4) < place(2) && place(2) < place(5) && place(5) < place(3), "{results}");
        // The answer was lost: the same again, bare as the library's guide sends it and under its name, does nothing.
        for again in [changes.clone(), json!({ "changes": changes })] {
            let replayed = crew.send(&again).ok()["results"].clone();
            assert_eq!(without_replayed(&replayed), results, "answered as the first time");
        }
        crew.pull();
        assert_eq!(crew.row(Table::WorkOrders, &order)["state"], "submitted");
        for (n, standing) in [(1, "effective"), (2, "effective"), (3, "effective")] {
            assert_eq!(crew.row(Table::WorkEvents, &id(n))["standing"], standing, "the row's id is the event's");
        }
        let visit = crew.row(Table::Visits, &id(4));
        assert_eq!((&visit["outcome"], &visit["ticket_id"], &visit["distance_m"]), (&json!("done"), &ticket, &json!(0.0)));
        // After a pull the library sends the server's rows as its own new ones: that is the same, too.
        let mine: Vec<Value> = crew.rows(Table::Visits).into_iter().chain(crew.rows(Table::WorkEvents)).cloned().collect();
        assert_eq!(crew.push(Table::Visits, &mine[..1]), json!([]));
        is_replayed(&crew.push(Table::WorkEvents, &mine[1..]));
        assert_eq!(crew.rows(Table::SyncMessages), Vec::<&Value>::new());
        crew.is_whole();
    }
}

#[test]
fn an_outdated_row_stops_the_whole_push() {
    for town in Town::both() {
        let ticket = town.pothole()["id"].clone();
        let (mut one, mut two) = (App::of(&town, "inspector"), App::of(&town, "supervisor"));
        one.pull();
        two.pull();
        town.app.clock.advance_minutes(1);
        let row = one.row(Table::Tickets, &ticket).clone();
        assert_eq!(statuses(&one.push(Table::Tickets, &[with(&row, "text", json!("one"))])), ["applied"]);
        is_replayed(&one.push(Table::Tickets, &[with(&row, "text", json!("one"))]));
        let both = json!({
            "notes": { "created": [{ "id": "abcdefgh12345678", "ticket_id": ticket, "text": "با هم" }], "updated": [], "deleted": [] },
            "tickets": { "created": [], "updated": [with(&row, "text", json!("two"))], "deleted": [] },
        });
        let refused = two.send(&both).problem("conflict");
        assert_eq!(refused["rows"], json!([{ "table": "tickets", "id": ticket }]));
        two.pull();
        town.app.clock.advance_minutes(1);
        assert_eq!(two.row(Table::Tickets, &ticket)["text"], "one");
        assert!(two.rows(Table::Notes).is_empty(), "nothing of the push was kept");
        assert_eq!(statuses(&two.send(&both).ok()["results"]), ["applied", "applied"]);
        for app in [&mut one, &mut two] {
            app.pull();
            assert_eq!(app.row(Table::Tickets, &ticket)["text"], "two");
            assert_eq!(app.row(Table::Notes, &json!("abcdefgh12345678"))["text"], "با هم", "the library's own id");
            app.is_whole();
        }
        let native = town.get("operator", &format!("/v1/tickets/{}", ticket.as_str().unwrap()));
        assert_eq!(native["text"], "two");
        two.last = Some(1);
        assert!(two.send(&both).problem("conflict")["detail"].as_str().unwrap().contains("snapshot"));
    }
}

#[test]
fn what_is_not_the_apps_to_write_comes_back() {
    for town in Town::both() {
        let made = town.pothole();
        let (order, ticket) = (made["work_orders"][0]["id"].clone(), made["id"].clone());
        let mut crew = App::of(&town, "crew");
        let (mut inspector, mut supervisor) = (App::of(&town, "inspector"), App::of(&town, "supervisor"));
        crew.pull();
        inspector.pull();
        let before = crew.copy.clone();
        let stage = with(crew.row(Table::WorkOrders, &order), "state", json!("verified"));
        assert_eq!(crew.push(Table::WorkOrders, &[stage.clone(), with(&stage, "id", id(50))]), json!([]));
        assert_eq!(crew.push(Table::Tickets, &[with(crew.row(Table::Tickets, &ticket), "status", json!("closed"))]), json!([]));
        crew.copy.insert((Table::WorkOrders, order.as_str().unwrap().to_owned()), stage);
        crew.copy.insert((Table::WorkOrders, id(50).as_str().unwrap().to_owned()), json!({}));
        crew.pull();
        assert_eq!(crew.copy, before);
        crew.is_whole();
        // Facts: another's note stays, one's own is edited and taken back; a visit is left; nothing else changes.
        let note = json!({ "id": id(60), "ticket_id": ticket, "text": "first" });
        let visit =
            json!({ "id": id(61), "ticket_id": ticket, "kind": "inspection", "arrived_at": inspector.now(), "lat": 36.25, "lon": 50.05 });
        inspector.push(Table::Notes, std::slice::from_ref(&note));
        inspector.push(Table::Visits, &[visit]);
        inspector.pull();
        supervisor.pull();
        let foreign = with(supervisor.row(Table::Notes, &id(60)), "text", json!("not mine"));
        assert_eq!(supervisor.push(Table::Notes, &[foreign]), json!([]));
        let left = with(inspector.row(Table::Visits, &id(61)), "outcome", json!("no_access"));
        assert_eq!(statuses(&inspector.push(Table::Visits, &[with(&left, "kind", json!("patrol"))])), ["applied"]);
        assert_eq!(
            statuses(&inspector.push(Table::Notes, &[with(inspector.row(Table::Notes, &id(60)), "text", json!("second"))])),
            ["applied"]
        );
        inspector.pull();
        let visit = inspector.row(Table::Visits, &id(61));
        assert_eq!((&visit["outcome"], &visit["kind"]), (&json!("no_access"), &json!("inspection")));
        supervisor.pull();
        assert_eq!(supervisor.row(Table::Notes, &id(60))["text"], "second");
        let gone = |table: Table, row: Value| json!({ table.as_str(): { "created": [], "updated": [], "deleted": [row] } });
        assert_eq!(supervisor.send(&gone(Table::Notes, id(60))).ok()["results"], json!([]));
        assert_eq!(inspector.send(&gone(Table::Visits, id(61))).ok()["results"], json!([]));
        assert_eq!(statuses(&inspector.send(&gone(Table::Notes, id(60))).ok()["results"]), ["applied"]);
        assert_eq!(inspector.send(&gone(Table::Notes, id(99))).ok()["results"], json!([]), "deleting nothing is nothing");
        inspector.copy.remove(&(Table::Visits, id(61).as_str().unwrap().to_owned()));
        for app in [&mut inspector, &mut supervisor] {
            app.pull();
            assert!(app.rows(Table::Notes).is_empty());
            app.is_whole();
        }
        assert_eq!(inspector.rows(Table::Visits).len(), 1, "it comes back");
    }
}

#[test]
fn late_work_changes_no_state_and_the_person_is_told() {
    for town in Town::both() {
        let made = town.pothole();
        let (order, ticket) = (made["work_orders"][0]["id"].clone(), made["id"].clone());
        let (mut crew, mut office_app) = (App::of(&town, "crew"), App::of(&town, "supervisor"));
        crew.pull();
        office_app.pull();
        town.app.clock.advance_minutes(10);
        office(&town, &order, "reassign", &json!({ "reason": "پاسخ نمی‌دهد" }));
        town.app.clock.advance_minutes(1);
        let results = crew.send(&work(&crew, &order, &ticket, 0, 1)).ok()["results"].clone();
        let late: Vec<&str> =
            results.as_array().unwrap().iter().filter(|r| r["table"] == "work_events").map(|r| r["code"].as_str().unwrap()).collect();
        assert_eq!(late, ["stale_epoch"; 3], "{results}");
        crew.pull();
        assert!(crew.rows(Table::WorkOrders).is_empty(), "no channel of theirs carries it");
        assert_eq!(crew.rows(Table::Photos).len(), 1, "what they recorded stays with them");
        let messages = crew.rows(Table::SyncMessages);
        assert_eq!(messages.len(), 3);
        assert_eq!(
            (&messages[0]["kind"], &messages[0]["code"], &messages[0]["subject_table"]),
            (&json!("result"), &json!("stale_epoch"), &json!("work_events"))
        );
        // A message that the app changed or deleted comes back.
        let message = messages[0].clone();
        let key = (Table::SyncMessages, message["id"].as_str().unwrap().to_owned());
        crew.push(Table::SyncMessages, &[with(&message, "detail", json!("x"))]);
        crew.copy.remove(&key);
        crew.pull();
        assert_eq!(crew.copy[&key], message);
        crew.is_whole();
        office_app.pull();
        let row = office_app.row(Table::WorkOrders, &order);
        assert_eq!((&row["state"], &row["epoch"]), (&json!("offered"), &json!(2)));
        assert_eq!(office_app.rows(Table::Photos).len(), 1, "the evidence is kept");
        let told = office_app.rows(Table::SyncMessages);
        assert_eq!(
            (told.len(), &told[0]["kind"], &told[0]["code"], &told[0]["status"]),
            (1, &json!("conflict"), &json!("stale_epoch"), &json!("open"))
        );
        office_app.is_whole();
        // Messages go after a month.
        town.app.clock.advance_minutes(60 * 24 * 31);
        let (mut later, token) = (crew.clone(), town.app.token("crew"));
        let path = format!("/v1/watermelon/sync?device={}&last_pulled_at={}", later.device, later.last.unwrap());
        let answer = town.app.call("GET", &path).token(&token).send().ok();
        later.apply(&answer);
        assert!(later.rows(Table::SyncMessages).is_empty());
    }
}

#[test]
fn a_bad_row_is_in_nobodys_way_and_a_bad_envelope_is_named() {
    for town in Town::both() {
        let ticket = town.pothole()["id"].clone();
        let mut inspector = App::of(&town, "inspector");
        inspector.pull();
        let new = |n: u128, text: &str| json!({ "id": id(n), "category_id": Uuid::from_u128(TREE), "text": text, "lat": 36.21, "lon": 50.01, "accuracy_m": 4 });
        let changes = json!({
            "tickets": { "created": [new(70, "درخت"), new(71, " "), with(&new(72, "x"), "category_id", json!("none")), with(&new(73, "x"), "lat", json!("north"))] },
            "notes": { "created": [{ "id": id(74), "ticket_id": id(70), "text": "on the new one" }, { "id": id(75), "text": "on nothing" }, { "id": id(76), "ticket_id": ticket, "text": "a\u{0}b" }] },
            "work_events": { "created": [{ "id": id(77), "work_order_id": ticket, "kind": "verify", "epoch": 1 }] },
        });
        let results = inspector.send(&changes).ok()["results"].clone();
        let of = |n: u128| results.as_array().unwrap().iter().find(|r| r["id"] == id(n)).unwrap();
        for (n, status, code) in [
            (70, "applied", Value::Null),
            (71, "rejected", json!("validation")),
            (72, "rejected", json!("validation")),
            (73, "rejected", json!("validation")),
            (74, "applied", Value::Null),
            (75, "rejected", json!("malformed")),
            (76, "rejected", json!("malformed")),
            (77, "rejected", json!("unknown_command")),
        ] {
            assert_eq!((&of(n)["status"], &of(n)["code"]), (&json!(status), &code), "{}", of(n));
        }
        for n in [71, 75] {
            let table = if n < 74 { Table::Tickets } else { Table::Notes };
            inspector.copy.insert((table, id(n).as_str().unwrap().to_owned()), json!({}));
        }
        inspector.pull();
        let subjects: BTreeSet<&str> = inspector.rows(Table::SyncMessages).iter().filter_map(|m| m["subject_id"].as_str()).collect();
        assert_eq!(
            subjects,
            RangeInclusive::new(71, 77).filter(|n| *n != 74).map(id).collect::<Vec<_>>().iter().map(|v| v.as_str().unwrap()).collect()
        );
        assert_eq!(inspector.row(Table::Tickets, &id(70))["text"], "درخت");
        inspector.is_whole();

        for (body, pointer) in [
            (json!([]), ""),
            (json!({ "changes": 7 }), "/changes"),
            (json!({ "tickets": [] }), "/tickets"),
            (json!({ "tickets": { "created": {} } }), "/tickets/created"),
        ] {
            assert_eq!(inspector.send(&body).problem("bad_envelope")["errors"][0]["pointer"], pointer, "{body}");
        }
        // Rows without a proper id cost themselves.
        let rows = json!({
            "tickets": { "created": [{ "text": "x" }, 7], "updated": [{ "id": "0192F000-0000-7000-8000-000000000001" }] },
            "notes": { "created": [{ "id": id(78), "ticket_id": ticket, "text": "good" }], "deleted": ["short"] },
        });
        let results = inspector.send(&rows).ok()["results"].clone();
        assert_eq!(statuses(&results), ["applied", "rejected", "rejected", "rejected", "rejected"]);
        assert!(results.as_array().unwrap()[1..].iter().all(|r| r["code"] == "malformed"), "{results}");
        let again = inspector.send(&rows).ok()["results"].clone();
        assert_eq!(statuses(&again).len(), statuses(&results).len(), "known again: {again}");
        assert!(again.as_array().unwrap().iter().all(|r| r["replayed"] == true), "known again: {again}");
        let path = format!("/v1/watermelon/sync?device={}", inspector.device);
        let refused = town.call("inspector", "POST", &path).json(&json!({})).send();
        assert_eq!(refused.problem("validation")["errors"][0]["pointer"], "?last_pulled_at");
    }
}

#[test]
fn everybody_sees_what_the_other_sync_shows() {
    for town in Town::both() {
        let made = town.pothole();
        let mut crew = App::of(&town, "crew");
        crew.pull();
        town.app.clock.advance_minutes(12);
        crew.send(&work(&crew, &made["work_orders"][0]["id"], &made["id"], 0, 1)).ok();
        for who in ["operator", "supervisor", "inspector", "crew", "second_crew"] {
            let mut app = App::of(&town, who);
            app.pull();
            let body = json!({ "device": app.device, "cursor": null, "limit": 1000 });
            let page = town.call(who, "POST", "/v1/sync/pull").json(&body).send().ok();
            assert_eq!(page["complete"], true);
            let native: BTreeSet<(Table, String)> = page["changes"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|c| c["op"] == "put")
                .filter_map(|c| Some((Table::of(c["t"].as_str().unwrap())?, c["id"].as_str().unwrap().to_owned())))
                .collect();
            assert_eq!(app.copy.keys().cloned().collect::<BTreeSet<_>>(), native, "{who}");
            assert_eq!(native.is_empty(), who == "second_crew", "{who}");
        }
    }
}

#[test]
fn a_large_push_is_taken_whole_and_snapshots_do_not_pile_up() {
    for town in Town::both() {
        let mut inspector = App::of(&town, "inspector");
        inspector.pull();
        let first = inspector.last.unwrap();
        let ticket = |n: u32| json!({ "id": id(1_000 + u128::from(n)), "category_id": Uuid::from_u128(POTHOLE), "text": "x", "lat": 36.25, "lon": 50.0 + f64::from(n) / 20_000.0 });
        let rows: Vec<Value> = (0..1_100_u32).map(ticket).collect();
        let results = inspector.push(Table::Tickets, &rows);
        assert_eq!(results.as_array().unwrap().len(), 1_100);
        assert!(results.as_array().unwrap().iter().all(|r| r["status"] == "applied"));
        is_replayed(&inspector.push(Table::Tickets, &rows));
        inspector.is_whole();
        assert_eq!(inspector.rows(Table::Tickets).len(), 1_100);
        for n in 0..70_u128 {
            inspector.push(Table::Notes, &[json!({ "id": id(5_000 + n), "ticket_id": id(1_000), "text": "x" })]);
            inspector.pull();
        }
        let kept =
            town.app.db.db().read_blocking(|tx| bazdid_store::watermelon::list_numbers(tx, inspector.device.parse().unwrap(), 1_000));
        assert_eq!(kept.unwrap().len(), bazdid_service::sync::watermelon::KEPT_SNAPSHOTS);
        assert_eq!(inspector.ask(&first.to_string(), "null").ok()["experimentalStrategy"], "replacement");
        inspector.is_whole();
    }
}
