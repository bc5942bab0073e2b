//! A push that is sent again is answered as the first time, also when its first effect was that its author does not see the rows any more.

use bazdid_domain::watermelon::Table;
use serde_json::{Value, json};

use crate::{
    town::Town,
    watermelon::{App, id, office, statuses, with, without_replayed},
    watermelon_copies::{move_to, tree},
};

/// Sends the same again, from the same snapshot.
fn send_again(app: &App<'_>, changes: &Value, first: &Value) {
    let again = app.send(changes).ok()["results"].clone();
    assert_eq!(&without_replayed(&again), first, "answered as the first time");
}

fn created(rows: &[Value]) -> Value {
    json!({ "created": rows, "updated": [], "deleted": [] })
}

fn updated(rows: &[Value]) -> Value {
    json!({ "created": [], "updated": rows, "deleted": [] })
}

#[test]
fn what_a_crew_sent_before_its_order_went_to_others_is_answered_again() {
    for town in Town::both() {
        let made = town.pothole();
        let (order, ticket) = (made["work_orders"][0]["id"].clone(), made["id"].clone());
        let mut crew = App::of(&town, "crew");
        crew.pull();
        town.app.clock.advance_minutes(1);
        let at = crew.now();
        let old = json!({
            "visits": created(&[json!({ "id": id(1), "work_order_id": order, "kind": "work", "arrived_at": at - 5_000, "lat": 36.25, "lon": 50.05, "mock": "real" })]),
            "notes": created(&[
                json!({ "id": id(2), "work_order_id": order, "text": "first" }), json!({ "id": id(3), "work_order_id": order, "text": "to be removed" }),
            ]),
        });
        assert_eq!(statuses(&crew.send(&old).ok()["results"]), ["applied"; 3]);
        crew.pull();
        town.app.clock.advance_minutes(1);
        let left = with(&with(crew.row(Table::Visits, &id(1)), "left_at", json!(crew.now())), "outcome", json!("no_access"));
        let said = with(crew.row(Table::Notes, &id(2)), "text", json!("second"));
        let photo = json!({
            "id": id(5), "work_order_id": order, "visit_id": id(1), "kind": "during", "sha256": "ab".repeat(32), "bytes": 1000,
            "mime": "image/jpeg", "captured_at": crew.now() - 1_000,
        });
        let visit = json!({ "id": id(7), "work_order_id": order, "kind": "work", "arrived_at": at + 1_000, "left_at": at + 20_000, "outcome": "done" });
        let decline = json!({ "id": id(6), "work_order_id": order, "ticket_id": ticket, "epoch": 1, "kind": "decline", "reason": "no material", "at": crew.now() });
        let changes = json!({
            "visits": { "created": [visit], "updated": [left], "deleted": [] },
            "notes": { "created": [], "updated": [said], "deleted": [id(3)] },
            "photos": created(&[photo]), "work_events": created(&[decline]),
        });
        let first = crew.send(&changes).ok()["results"].clone();
        // Crew asks to be relieved of the order; all else is applied.
        assert_eq!(statuses(&first).iter().filter(|s| **s == "conflict").count(), 1, "{first}");
        assert_eq!(statuses(&first).iter().filter(|s| **s == "applied").count(), 6, "{first}");
        send_again(&crew, &changes, &first);
        office(&town, &order, "reassign", &json!({ "reason": "پاسخ نمی‌دهد" }));
        send_again(&crew, &changes, &first);
        // New facts are known again from any snapshot.
        let mut later = crew.clone();
        later.pull();
        assert!(later.rows(Table::WorkOrders).is_empty(), "it went to others");
        let facts = json!({ "photos": changes["photos"], "work_events": changes["work_events"], "visits": created(&[changes["visits"]["created"][0].clone()]) });
        let again = later.send(&facts).ok()["results"].clone();
        let words = statuses(&again);
        assert_eq!((words.len(), words.iter().filter(|s| **s == "conflict").count()), (4, 1), "{again}");
        assert!(again.as_array().unwrap().iter().all(|r| r["replayed"] == true), "{again}");
        crew.is_whole();
    }
}

#[test]
fn what_an_inspector_sent_before_the_ticket_moved_is_answered_again() {
    for town in Town::both() {
        let ticket = tree(&town, 50.05);
        let mut inspector = App::of(&town, "inspector");
        inspector.pull();
        town.app.clock.advance_minutes(1);
        let photo = json!({
            "id": id(2), "ticket_id": ticket, "kind": "before", "sha256": "cd".repeat(32), "bytes": 1000, "mime": "image/jpeg",
            "captured_at": inspector.now() - 1_000,
        });
        assert_eq!(statuses(&inspector.push(Table::Photos, &[photo])), ["applied"]);
        inspector.pull();
        town.app.clock.advance_minutes(1);
        // The photo is marked as changed and is as it was; the words and the place of the ticket are new.
        let edited = with(&with(inspector.row(Table::Tickets, &ticket), "lon", json!(50.06)), "text", json!("چاله‌ی بزرگ"));
        let photo = inspector.row(Table::Photos, &id(2)).clone();
        let changes = json!({ "tickets": updated(&[edited]), "photos": updated(&[photo]) });
        let of_tickets = || -> Value {
            let results = inspector.send(&changes).ok()["results"].clone();
            results.as_array().unwrap().iter().filter(|r| r["table"] == "tickets").cloned().collect()
        };
        let edit = of_tickets();
        assert_eq!(statuses(&edit), ["applied"]);
        move_to(&town, &ticket, 50.15);
        let mut peek = inspector.clone();
        peek.pull();
        assert!(!peek.copy.contains_key(&(Table::Tickets, ticket.as_str().unwrap().to_owned())), "it is in the other district");
        assert_eq!(without_replayed(&of_tickets()), edit);
        let messages = |app: &App<'_>| app.rows(Table::SyncMessages).len();
        inspector.is_whole();
        assert_eq!(messages(&inspector), 0, "neither id_reuse nor not_permitted");
        let native = town.get("operator", &format!("/v1/tickets/{}", ticket.as_str().unwrap()));
        assert_eq!((&native["text"], &native["point"]["lon"]), (&json!("چاله‌ی بزرگ"), &json!(50.15)));
    }
}

#[test]
fn an_edit_that_says_again_what_it_said_before_another_is_an_edit() {
    for town in Town::both() {
        let ticket = town.pothole()["id"].clone();
        let mut inspector = App::of(&town, "inspector");
        inspector.pull();
        inspector.push(Table::Notes, &[json!({ "id": id(1), "ticket_id": ticket, "text": "a" })]);
        for text in ["b", "a", "b"] {
            inspector.pull();
            town.app.clock.advance_minutes(1);
            let edit = with(inspector.row(Table::Notes, &id(1)), "text", json!(text));
            let results = inspector.push(Table::Notes, &[edit]);
            assert_eq!((statuses(&results), &results[0]["replayed"]), (vec!["applied"], &Value::Null), "{text}");
        }
        inspector.is_whole();
        assert_eq!(inspector.row(Table::Notes, &id(1))["text"], "b");
    }
}
