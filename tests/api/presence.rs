//! Work needs presence: what a report lacks is kept, told and never silent, on both databases.

use bazdid_clock::Clock as _;
use serde_json::{Value, json};

use crate::{
    evidence::{Phone, ask_for, set_category},
    town::Town,
    town_rows::POTHOLE,
};

fn order(town: &Town, id: &Value) -> Value {
    town.get("supervisor", &format!("/v1/work-orders/{}", id.as_str().unwrap()))
}

fn visit(town: &Town, phone: &mut Phone<'_>, entity: &Value) -> Value {
    let visit = json!(town.app.ids.uuid(town.app.clock.now()));
    phone.applied("visit.record", entity, None, &json!({ "visit": visit, "kind": "work", "arrived_at": town.app.clock.now() }));
    visit
}

#[test]
fn work_that_nothing_shows_is_kept_and_flagged() {
    for town in Town::both() {
        let steps = json!({ "photos": [], "stored": false, "steps": { "submit": { "quantities": "flag" } } });
        ask_for(&town, &steps);
        let mut crew = Phone::of(&town, "crew");
        let id = town.pothole()["work_orders"][0]["id"].clone();
        assert_eq!(order(&town, &id)["evidence_needs"], steps, "the order has the needs of its category");
        let said = json!({ "quantities": [{ "item": "asphalt", "quantity": "نمی‌دانم", "unit": "m2" }] });
        let told = crew.push("work.submit", &id, Some(1), &said);
        assert_eq!((&told["status"], &told["warnings"][0]["pointer"]), (&json!("applied"), &json!("/args/quantities/0/quantity")));
        let flags = ["missing_evidence", "missing_quantities", "missing_start", "missing_visit", "unread_quantities"];
        assert_eq!((&order(&town, &id)["state"], &order(&town, &id)["flags"]), (&json!("submitted"), &json!(flags)));
        let shown = town.get("supervisor", &format!("/v1/work-orders/{}/evidence", id.as_str().unwrap()));
        assert_eq!(shown["missing"], json!(["visit", "start", "quantities"]));

        let visit = visit(&town, &mut crew, &id);
        crew.applied("work.start", &id, Some(1), &json!({ "visit": visit }));
        let again = json!({ "quantities": [{ "item": "asphalt", "quantity": "۱۲٫۵", "unit": "m2" }] });
        crew.applied("work.submit", &id, Some(1), &again);
        assert_eq!(order(&town, &id)["flags"], json!(["unread_quantities"]), "the first submission stands");
        let ticket = order(&town, &id)["ticket"]["id"].clone();
        let ticket = town.get("supervisor", &format!("/v1/tickets/{}", ticket.as_str().unwrap()));
        let measured = &ticket["measurements"];
        assert_eq!((&measured[0]["item"], &measured[0]["quantity"], &measured[0]["unit"]), (&json!("asphalt"), &json!(12.5), &json!("m2")));
        assert_eq!(measured[0]["work_order"], id);
    }
}

#[test]
fn an_inspection_without_a_visit_waits_for_it_or_for_a_person() {
    for town in Town::both() {
        set_category(&town, POTHOLE, "needs_inspection", &json!(true));
        let mut inspector = Phone::of(&town, "inspector");
        let inspected = |inspector: &mut Phone<'_>| {
            let id = town.pothole()["work_orders"][0]["id"].clone();
            inspector.applied("inspection.submit", &id, Some(1), &json!({ "findings": "confirmed" }));
            let found = order(&town, &id);
            assert_eq!((&found["kind"], &found["state"]), (&json!("inspection"), &json!("submitted")), "{found}");
            assert_eq!(found["flags"], json!(["missing_evidence", "missing_visit"]));
            (id, found)
        };
        let orders = |found: &Value| {
            let ticket = town.get("supervisor", &format!("/v1/tickets/{}", found["ticket"]["id"].as_str().unwrap()));
            ticket["work_orders"].as_array().unwrap().len()
        };
        let (id, found) = inspected(&mut inspector);
        assert_eq!(orders(&found), 1, "no work follows from it");
        visit(&town, &mut inspector, &id);
        let found = order(&town, &id);
        assert_eq!((&found["state"], &found["flags"], orders(&found)), (&json!("verified"), &json!([]), 2), "the visit came");

        let (id, found) = inspected(&mut inspector);
        let round = &found["rounds"][0];
        let path = format!("/v1/rounds/{}/verify", round["id"].as_str().unwrap());
        town.call("supervisor", "POST", &path).if_match(round["rev"].as_i64().unwrap()).json(&json!({})).send().ok();
        let found = order(&town, &id);
        assert_eq!((&found["state"], orders(&found)), (&json!("verified"), 2), "a person has decided");
    }
}
