//! The table "What wins": fields of a ticket, facts, answers, findings.

use bazdid_domain::{
    ticket::{FieldEdit, Ticket, TicketField, TicketStatus},
    unit_of_work::UnitOfWork,
    visit::{MockFlag, Visit, VisitKind},
    work_order::{Answer, WorkOrderKind, WorkOrderState},
};
use serde_json::{Value, json};

use crate::vectors::{
    case::{Case, case},
    fixture::{
        AREA, MASTER, NEW, NOW, OFFER_2, ORDER, PAVEMENT, POTHOLE, TICKET, TREE,
        Who::{CrewA, CrewB, InspectorA, InspectorB, OldCrew, Operator},
        assignment, ended, id, key, order, ticket, unit,
    },
};

const TEXT: &str = "ticket text, address text";
const CATEGORY: &str = "category";
const OFFICE: &str = "priority, due dates, promise, assignment";
const POINT: &str = "point";
const FACTS: &str = "photos, visits, notes, measurements";
const PATROLS: &str = "patrols";
const ANSWER: &str = "checklist answer";
const FINDINGS: &str = "findings of an inspection";
const CREATED: &str = "ticket created";
const ENDED: &str = "ticket cancelled, merged, refused";

fn text(text: &str) -> Value {
    json!({ "text": text })
}

fn fix(lat: f64, accuracy: Option<f64>) -> Value {
    json!({ "point": { "lat": lat, "lon": 50.0041, "accuracy_m": accuracy } })
}

pub fn visit(n: u128) -> Value {
    json!({"visit": key(n), "kind": "work", "arrived_at": NOW.plus_minutes(-500), "point": {"lat": 36.2689, "lon": 50.0041, "accuracy_m": 5.0}})
}

pub fn photo(n: u128, kind: &str, minutes: i64) -> Value {
    json!({"photo": key(n), "kind": kind, "sha256": format!("{n:02x}").repeat(32), "bytes": 2_400_000, "mime": "image/jpeg",
        "captured_at": NOW.plus_minutes(-minutes), "point": {"lat": 36.2688, "lon": 50.0041, "accuracy_m": 5.0}})
}

fn measured(n: u128, quantity: f64, corrects: Option<u128>) -> Value {
    json!({"measurement": key(n), "item": "asphalt", "quantity": quantity, "unit": "m2", "supersedes": corrects.map(key)})
}

fn answered(value: &str) -> Value {
    json!({"visit": key(40), "checklist": key(90), "item": "barrier", "value": value})
}

fn pothole(lat: f64) -> Value {
    json!({"category": key(POTHOLE), "text": "چالهٔ تازه", "point": {"lat": lat, "lon": 50.0041, "accuracy_m": 8.0}})
}

/// A visit at the ticket that two crews may answer for.
pub fn visited() -> UnitOfWork {
    let mut w = unit();
    w.visits.load([Visit {
        id: id(40),
        rev: 1,
        ticket_id: id(TICKET),
        work_order_id: Some(id(ORDER)),
        kind: VisitKind::Work,
        actor: id(5),
        organisation_id: Some(id(NEW)),
        device_id: Some(id(1005)),
        arrived_at: NOW.plus_minutes(-500),
        arrived_est: NOW.plus_minutes(-500),
        received_at: NOW.plus_minutes(-400),
        left_est: None,
        point: None,
        mock: MockFlag::Real,
        distance_m: None,
        outcome: None,
        eff: NOW.plus_minutes(-500),
        writes: vec![],
    }]);
    w
}

/// The order is an inspection that the contractor's people have taken.
fn inspection() -> UnitOfWork {
    let mut w = unit();
    order(&mut w, |o| (o.kind, o.state) = (WorkOrderKind::Inspection, WorkOrderState::Accepted));
    assignment(&mut w, OFFER_2, |a| (a.answer, a.answered_at) = (Some(Answer::Accepted), Some(a.offered_at)));
    w
}

/// The operator has set the category by an edit that made revision 3.
fn categorised() -> UnitOfWork {
    let mut w = unit();
    let edit = |n, mutation, value, office, base, v, minutes: i64| FieldEdit {
        id: id(n),
        mutation_id: id(mutation),
        ticket_id: id(TICKET),
        field: TicketField::Category,
        value: json!(key(value)),
        actor: id(if office { 60 } else { 1 }),
        office,
        base,
        v,
        eff: NOW.plus_minutes(-minutes),
        device_id: None,
    };
    w.field_edits.load([edit(70, TICKET, POTHOLE, true, 0, 1, 900), edit(71, 0x90, TREE, true, 2, 3, 100)]);
    w.tickets.load([Ticket { category_id: id(TREE), ..ticket(TICKET) }]);
    w
}

/// A duplicate and its master.
fn merged() -> UnitOfWork {
    let mut w = unit();
    w.tickets.load([Ticket { code: "0000000011".into(), ..ticket(MASTER) }]);
    ended(&mut w, TicketStatus::Duplicate, 100);
    w
}

pub fn cases() -> Vec<Case> {
    let mut all = registers();
    all.extend(points());
    all.extend(facts());
    all.extend(answers());
    all.extend(tickets());
    all
}

fn registers() -> Vec<Case> {
    vec![
        case("text", "newest text stands", TEXT, "Two people change the text without having seen each other: the newest stands, the other is kept as a note.", unit())
            .edit(InspectorA, 3, 200, &text("الف"))
            .edit(InspectorB, 3, 100, &text("ب"))
            .told(&["applied", "applied"])
            .conflicts(&["parallel_update soft"]),
        case("text", "older text that arrives late does not stand", TEXT, "The same, the other way round: the order of arrival does not matter.", unit())
            .edit(InspectorA, 3, 100, &text("الف"))
            .edit(InspectorB, 3, 200, &text("ب"))
            .told(&["applied", "merged parallel_update"])
            .conflicts(&["parallel_update soft"]),
        case("text", "equal stamps are ordered by the mutation", TEXT, "Two edits of one effective stamp: the one with the greater mutation id stands.", unit())
            .edit(InspectorA, 3, 100, &text("الف"))
            .edit(InspectorB, 3, 100, &text("ب"))
            .told(&["applied", "applied"])
            .conflicts(&["parallel_update soft"]),
        case("text", "equal values never conflict", TEXT, "Two people write the same: there is nothing to decide.", unit())
            .edit(InspectorA, 3, 200, &text("الف"))
            .edit(InspectorB, 3, 100, &text("الف"))
            .told(&["applied", "applied"])
            .conflicts(&[]),
        case("text", "an author's own chain never conflicts", TEXT, "One person edits twice on the revision that they had: their last word stands and there is no conflict.", unit())
            .edit(InspectorA, 3, 200, &text("الف"))
            .edit(InspectorA, 3, 100, &text("ب"))
            .told(&["applied", "applied"])
            .conflicts(&[]),
        case("text", "every pair of three is one conflict", TEXT, "Three people write three texts: the newest stands, each pair is one conflict, each loser one note.", unit())
            .edit(InspectorA, 3, 300, &text("الف"))
            .edit(InspectorB, 3, 200, &text("ب"))
            .edit(Operator, 3, 100, &text("پ"))
            .told(&["applied", "applied", "applied"])
            .conflicts(&["parallel_update soft", "parallel_update soft", "parallel_update soft"]),
        case("text", "different fields do not meet", TEXT, "One changes the text, the other the address: both stand.", unit())
            .edit(InspectorA, 3, 200, &text("الف"))
            .edit(InspectorB, 3, 100, &json!({"address_text": "خیابان ۱۲"}))
            .told(&["applied", "applied"])
            .conflicts(&[]),
        case("text", "newest address stands", TEXT, "The address is a register like the text.", unit())
            .edit(InspectorA, 3, 200, &json!({"address_text": "خیابان ۱۲"}))
            .edit(InspectorB, 3, 100, &json!({"address_text": "خیابان ۱۴"}))
            .told(&["applied", "applied"])
            .conflicts(&["parallel_update soft"]),
        case("category", "the office stands over a concurrent edit of the field", CATEGORY, "The office set the category at revision 3; somebody who had revision 2 set another, later: the office's stands, the field's is a proposal.", categorised())
            .edit(InspectorA, 2, 50, &json!({"category": key(PAVEMENT)}))
            .told(&["merged concurrent_edit"])
            .conflicts(&["category_proposal soft"]),
        case("category", "an edit of the field that had seen the office's stands", CATEGORY, "Whoever had the office's revision before them overrules it.", categorised())
            .edit(InspectorA, 3, 50, &json!({"category": key(PAVEMENT)}))
            .told(&["applied"])
            .conflicts(&[]),
        case("category", "what one had seen came before, whatever the clock says", CATEGORY, "The edit had seen the office's revision though its stamp is older: it stands.", categorised())
            .edit(InspectorA, 3, 150, &json!({"category": key(PAVEMENT)}))
            .told(&["applied"])
            .conflicts(&[]),
        case("category", "office and field at once", CATEGORY, "An operator and an inspector set different categories on the same revision: the office's stands, whichever came first or is newer.", unit())
            .edit(Operator, 3, 200, &json!({"category": key(TREE)}))
            .edit(InspectorA, 3, 100, &json!({"category": key(PAVEMENT)}))
            .told(&["applied", "merged concurrent_edit"])
            .conflicts(&["category_proposal soft"]),
        case("category", "two of the field", CATEGORY, "Two inspectors set different categories: the newest stands.", unit())
            .edit(InspectorA, 3, 200, &json!({"category": key(TREE)}))
            .edit(InspectorB, 3, 100, &json!({"category": key(PAVEMENT)}))
            .told(&["applied", "applied"])
            .conflicts(&["parallel_update soft"]),
        case("office", "the field proposes", OFFICE, "Priority and deferral are the office's: a proposal changes nothing and waits among the conflicts.", unit())
            .at_ticket(InspectorA, 3, 200, "ticket.propose", json!({"propose": {"priority": "urgent"}, "reason": "near a school"}))
            .at_ticket(InspectorB, 3, 100, "ticket.propose", json!({"propose": {"deferral": {"until": NOW.plus_days(30)}}}))
            .told(&["applied", "applied"])
            .conflicts(&["proposal soft", "proposal soft"]),
    ]
}

fn points() -> Vec<Case> {
    vec![
        case(
            "point",
            "the newest of good fixes stands",
            POINT,
            "Two fixes of like accuracy, more than 50 m apart: the newest stands, and a person may look.",
            unit(),
        )
        .edit(InspectorA, 3, 200, &fix(36.2700, Some(5.0)))
        .edit(InspectorB, 3, 100, &fix(36.2710, Some(6.0)))
        .told(&["applied", "applied"])
        .conflicts(&["point_moved soft"]),
        case("point", "a small move is no conflict", POINT, "Two fixes 11 m apart: the newest stands, nobody need look.", unit())
            .edit(InspectorA, 3, 200, &fix(36.2700, Some(5.0)))
            .edit(InspectorB, 3, 100, &fix(36.2701, Some(6.0)))
            .told(&["applied", "applied"])
            .conflicts(&[]),
        case(
            "point",
            "a much worse fix never stands",
            POINT,
            "A fix more than three times worse than the best does not stand though it is newest.",
            unit(),
        )
        .edit(InspectorA, 3, 200, &fix(36.2700, Some(4.0)))
        .edit(InspectorB, 3, 100, &fix(36.2710, Some(30.0)))
        .told(&["applied", "merged parallel_update"])
        .conflicts(&["point_moved soft"]),
        case(
            "point",
            "a point set by hand counts as good",
            POINT,
            "A point without an accuracy was set by hand: it stands over an older fix.",
            unit(),
        )
        .edit(InspectorA, 3, 200, &fix(36.2700, Some(4.0)))
        .edit(InspectorB, 3, 100, &fix(36.2701, None))
        .told(&["applied", "applied"])
        .conflicts(&[]),
    ]
}

fn facts() -> Vec<Case> {
    vec![
        case("facts", "union", FACTS, "Photos, visits and notes of two people are all kept.", unit())
            .work(CrewA, 2, 200, "visit.record", visit(40))
            .work(CrewA, 2, 190, "photo.add", photo(41, "before", 190))
            .work(CrewB, 2, 180, "photo.add", photo(42, "after", 180))
            .at_ticket(InspectorA, 3, 170, "note.add", json!({"note": key(43), "text": "دیده شد"}))
            .told(&["applied", "applied", "applied", "applied"])
            .conflicts(&[]),
        case("facts", "patrols", PATROLS, "Rounds of two people through one area are both kept; each lies in the area that it names, or where it ended.", unit())
            .create(InspectorA, 46, 200, "patrol.record", json!({
                "outcome": "nothing_found", "area": key(AREA), "started_at": NOW.plus_minutes(-290), "finished_at": NOW.plus_minutes(-205),
                "note": "همه‌جا دیده شد",
            }))
            .create(CrewA, 47, 190, "patrol.record", json!({
                "outcome": "reported", "tickets": [key(TICKET)], "finished_at": NOW.plus_minutes(-195),
                "end_point": {"lat": 36.2689, "lon": 50.0041, "accuracy_m": 5.0}, "mock": false,
            }))
            .create(CrewA, 48, 180, "patrol.record", json!({"outcome": "cut_short", "area": key(AREA)}))
            .told(&["applied", "applied", "rejected not_permitted"])
            .conflicts(&[]),
        case("facts", "a removed photo stays as a tombstone", FACTS, "Only the author removes their photo; the row stays, marked.", unit())
            .work(CrewA, 2, 190, "photo.add", photo(41, "after", 190))
            .work(CrewA, 2, 180, "photo.remove", json!({"photo": key(41)}))
            .work(CrewB, 2, 170, "photo.remove", json!({"photo": key(41)}))
            .told(&["applied", "applied", "held unknown_entity"])
            .conflicts(&[]),
        case("facts", "the newest words of a note", FACTS, "A note is edited by its author alone: their newest words stand.", unit())
            .at_ticket(InspectorA, 3, 200, "note.add", json!({"note": key(43), "text": "یک"}))
            .at_ticket(InspectorA, 3, 100, "note.edit", json!({"note": key(43), "text": "دو"}))
            .at_ticket(InspectorB, 3, 50, "note.edit", json!({"note": key(43), "text": "سه"}))
            .told(&["applied", "applied", "held unknown_entity"])
            .conflicts(&[]),
        case(
            "facts",
            "measurements that disagree",
            FACTS,
            "Two people measure the same more than a tenth apart in one epoch: both are kept, a person may look.",
            unit(),
        )
        .work(CrewA, 2, 200, "measurement.add", measured(44, 10.0, None))
        .work(CrewB, 2, 100, "measurement.add", measured(45, 12.0, None))
        .told(&["applied", "applied"])
        .conflicts(&["measurement_disagrees soft"]),
        case(
            "facts",
            "quantities of a submission",
            FACTS,
            "What can be used becomes measurements, as people type it; what cannot be used is told and stays in the event.",
            unit(),
        )
        .work(
            CrewA,
            2,
            200,
            "work.submit",
            json!({"quantities": [{"item": "asphalt", "quantity": "۱۲٫۵", "unit": "m2"}, {"item": "asphalt", "quantity": -5, "unit": "m2"}, "kerb"]}),
        )
        .told(&["applied"])
        .conflicts(&[]),
        case("facts", "measurements that nearly agree", FACTS, "A difference of a tenth or less is none.", unit())
            .work(CrewA, 2, 200, "measurement.add", measured(44, 10.0, None))
            .work(CrewB, 2, 100, "measurement.add", measured(45, 11.0, None))
            .told(&["applied", "applied"])
            .conflicts(&[]),
    ]
}

fn answers() -> Vec<Case> {
    vec![
        case(
            "answers",
            "the newest of one's own answers",
            ANSWER,
            "One person answers an item twice on one visit: the newest answer stands, the other is kept.",
            visited(),
        )
        .work(CrewA, 2, 200, "checklist.answer", answered("yes"))
        .work(CrewA, 2, 100, "checklist.answer", answered("no"))
        .told(&["applied", "applied"])
        .conflicts(&[]),
        case(
            "answers",
            "two people answer otherwise",
            ANSWER,
            "Two people answer one item of one visit otherwise: the newest stands until a person decides.",
            visited(),
        )
        .work(CrewA, 2, 200, "checklist.answer", answered("yes"))
        .work(CrewB, 2, 100, "checklist.answer", answered("no"))
        .told(&["applied", "conflict already_submitted"])
        .conflicts(&["already_submitted hard"]),
        case("answers", "two people answer the same", ANSWER, "The same answer of two people is nothing to decide.", visited())
            .work(CrewA, 2, 200, "checklist.answer", answered("yes"))
            .work(CrewB, 2, 100, "checklist.answer", answered("yes"))
            .told(&["applied", "applied"])
            .conflicts(&[]),
        case(
            "findings",
            "the first findings are in force",
            FINDINGS,
            "Two people submit different findings: the earlier ones are in force, the others are kept, a person decides.",
            inspection(),
        )
        .work(CrewA, 2, 200, "inspection.submit", json!({"findings": "confirmed"}))
        .work(CrewB, 2, 100, "inspection.submit", json!({"findings": "not_found"}))
        .told(&["applied", "conflict already_submitted"])
        .conflicts(&["already_submitted hard"]),
        case(
            "findings",
            "one's own second findings are kept",
            FINDINGS,
            "One person submits twice: the first findings are in force.",
            inspection(),
        )
        .work(CrewA, 2, 200, "inspection.submit", json!({"findings": "confirmed"}))
        .work(CrewA, 2, 100, "inspection.submit", json!({"findings": "not_found"}))
        .told(&["applied", "merged already_submitted"])
        .conflicts(&[]),
    ]
}

fn tickets() -> Vec<Case> {
    let cancelled = || {
        let mut w = unit();
        ended(&mut w, TicketStatus::Cancelled, 100);
        w
    };
    vec![
        case(
            "created",
            "two tickets at one place",
            CREATED,
            "Two people register the same within 25 m and 24 h: both tickets stay, a person may merge them.",
            UnitOfWork::default(),
        )
        .create(InspectorA, 600, 200, "ticket.create", pothole(36.1))
        .create(InspectorB, 601, 100, "ticket.create", pothole(36.1001))
        .told(&["applied", "applied"])
        .conflicts(&["possible_duplicate soft"]),
        case("created", "two tickets apart", CREATED, "At more than 25 m they are two.", UnitOfWork::default())
            .create(InspectorA, 600, 200, "ticket.create", pothole(36.1))
            .create(InspectorB, 601, 100, "ticket.create", pothole(36.1003))
            .told(&["applied", "applied"])
            .conflicts(&[]),
        case(
            "ended",
            "evidence at a cancelled ticket",
            ENDED,
            "The office's decision stands; what was recorded is kept, and it says which came first.",
            cancelled(),
        )
        .at_ticket(InspectorA, 3, 200, "photo.add", photo(41, "defect", 200))
        .edit(InspectorB, 3, 50, &text("الف"))
        .told(&["conflict deleted_entity", "conflict deleted_entity"])
        .conflicts(&["deleted_entity hard", "deleted_entity hard"]),
        case("ended", "evidence at a duplicate", ENDED, "It stays at the duplicate, and the office finds a note at the master.", merged())
            .work(CrewA, 2, 200, "photo.add", photo(41, "after", 200))
            .work(CrewA, 2, 190, "work.submit", json!({}))
            .told(&["conflict deleted_entity", "conflict deleted_entity"])
            .conflicts(&["deleted_entity hard"]),
        case(
            "ended",
            "work and evidence of one party at a cancelled ticket",
            ENDED,
            "One conflict lists what both crews recorded, at the order and at the ticket, and what they report of the work.",
            cancelled(),
        )
        .work(CrewA, 2, 200, "photo.add", photo(41, "after", 200))
        .work(CrewA, 2, 190, "work.submit", json!({}))
        .at_ticket(CrewB, 3, 180, "note.add", json!({"note": key(42), "text": "تمام شد"}))
        .told(&["conflict deleted_entity", "conflict deleted_entity", "conflict deleted_entity"])
        .conflicts(&["deleted_entity hard"]),
        case("ended", "declining what was cancelled", ENDED, "Who declines what the office has ended is right already.", cancelled())
            .work(CrewA, 2, 50, "work.decline", json!({"reason": "no_capacity"}))
            .told(&["applied"])
            .conflicts(&[]),
        case(
            "ended",
            "late work of a past epoch at a cancelled ticket",
            ENDED,
            "Whoever held the order: the work is kept under the epoch in which it was done.",
            cancelled(),
        )
        .work(OldCrew, 1, 480, "work.submit", json!({}))
        .work(CrewB, 2, 50, "work.submit", json!({}))
        .told(&["conflict deleted_entity", "conflict deleted_entity"])
        .conflicts(&["deleted_entity hard", "deleted_entity hard"]),
    ]
}
