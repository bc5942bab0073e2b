//! Our rows as rows of the app: flat, snake_case, instants in milliseconds since 1970, nested things as JSON in a text.

use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    conflict::Conflict,
    personal::masked,
    photo::Photo,
    ticket::{Ticket, TicketOrigin},
    unit_of_work::UnitOfWork,
    visit::{Measurement, Note, Visit},
    watermelon::{Table, id},
    work_order::{WorkEvent, WorkOrder},
};
use bazdid_protocol::{geo::Point, ids::Id, time::Timestamp};

/// Columns of a row.
pub type Row = Map<String, Value>;

/// A row of a unit of work as the app sees it; nothing if it is not there or was removed by its author.
#[must_use]
pub fn show(unit: &UnitOfWork, table: Table, row: Uuid) -> Option<Row> {
    let value = match table {
        Table::Tickets => unit.tickets.get(Id::new(row)).map(ticket),
        Table::WorkOrders => unit.work_orders.get(Id::new(row)).map(work_order),
        Table::WorkEvents => unit.work_events.get(Id::new(row)).map(work_event),
        Table::Visits => unit.visits.get(Id::new(row)).map(visit),
        Table::Photos => unit.photos.get(Id::new(row)).filter(|p| p.removed_at.is_none()).map(photo),
        Table::Measurements => unit.measurements.get(Id::new(row)).map(measurement),
        Table::Notes => unit.notes.get(Id::new(row)).filter(|n| n.removed_at.is_none()).map(note),
        Table::SyncMessages => unit.conflicts.get(Id::new(row)).map(conflict),
    };
    match value {
        Some(Value::Object(row)) => Some(row),
        _ => None,
    }
}

/// The texts of a row in which [`show`] masks numbers, without the masks.
#[must_use]
pub fn unmasked(unit: &UnitOfWork, table: Table, row: Uuid) -> Row {
    let texts = match table {
        Table::Tickets => unit.tickets.get(Id::new(row)).map(|t| json!({ "text": t.text, "address_text": t.address_text })),
        Table::Notes => unit.notes.get(Id::new(row)).map(|n| json!({ "text": n.text })),
        Table::WorkOrders | Table::WorkEvents | Table::Visits | Table::Photos | Table::Measurements | Table::SyncMessages => None,
    };
    match texts {
        Some(Value::Object(texts)) => texts,
        _ => Row::new(),
    }
}

/// An instant.
pub(super) const fn ms(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000)
}

fn when(at: Option<Timestamp>) -> Option<i64> {
    at.map(ms)
}

fn name<T>(id: Id<T>) -> String {
    id::write(id.uuid())
}

fn named<T>(id: Option<Id<T>>) -> Option<String> {
    id.map(name)
}

fn document(value: &impl Serialize) -> Option<String> {
    serde_json::to_string(value).ok().filter(|text| text != "null")
}

fn at_point(mut row: Value, point: Option<&Point>) -> Value {
    if let Value::Object(columns) = &mut row {
        columns.insert("lat".into(), json!(point.map(|p| p.lat)));
        columns.insert("lon".into(), json!(point.map(|p| p.lon)));
        columns.insert("accuracy_m".into(), json!(point.and_then(|p| p.accuracy_m)));
    }
    row
}

fn ticket(t: &Ticket) -> Value {
    // Who took a citizen's call is nobody's business in the field.
    let author = Some(t.created_by).filter(|_| t.origin == TicketOrigin::Field);
    let areas: Vec<String> = t.areas.iter().map(|a| name(*a)).collect();
    let row = json!({
        "id": name(t.id), "code": t.code, "category_id": name(t.category_id), "text": masked(&t.text),
        "address_text": t.address_text.as_deref().map(masked),
        "point_source": t.point_source, "areas": document(&areas), "boundary": t.boundary, "priority": t.priority, "hazard": t.hazard,
        "status": t.status, "status_reason": t.status_reason, "origin": t.origin, "promise_at": when(t.promise_at),
        "duplicate_of": named(t.duplicate_of), "supporters": t.supporters, "actor_id": named(author), "created_at": ms(t.created_at), "updated_at": ms(t.stamp),
    });
    at_point(row, Some(&t.point))
}

fn work_order(w: &WorkOrder) -> Value {
    json!({
        "id": name(w.id), "ticket_id": name(w.ticket_id), "kind": w.kind, "state": w.state, "epoch": w.epoch, "round": w.round,
        "assignment_id": named(w.assignment_id), "organisation_id": named(w.organisation_id), "account_id": named(w.account_id),
        "evidence": document(&w.evidence), "flags": document(&w.flags), "accept_due": when(w.accept_due),
        "resolve_due": when(w.resolve_due), "reason": w.reason, "review_at": when(w.review_at),
        "findings": w.findings.as_ref().and_then(document), "created_at": ms(w.created_at),
    })
}

fn work_event(e: &WorkEvent) -> Value {
    json!({
        "id": name(e.id), "work_order_id": name(e.work_order_id), "ticket_id": name(e.ticket_id), "epoch": e.epoch, "kind": e.kind,
        "actor_id": name(e.actor), "visit_id": named(e.visit_id), "at": ms(e.at), "standing": e.standing,
        "reason": e.reason(), "review_at": when(e.review_at()), "summary": e.summary(),
        "quantities": e.quantities().and_then(document),
    })
}

fn visit(v: &Visit) -> Value {
    let row = json!({
        "id": name(v.id), "ticket_id": name(v.ticket_id), "work_order_id": named(v.work_order_id), "kind": v.kind,
        "actor_id": name(v.actor), "arrived_at": ms(v.arrived_est), "left_at": when(v.left_est), "mock": v.mock,
        "distance_m": v.distance_m, "outcome": v.outcome,
    });
    at_point(row, v.point.as_ref())
}

fn photo(p: &Photo) -> Value {
    let verdicts: Vec<Value> = p.verdicts.iter().map(|v| json!({ "check": v.check, "result": v.result })).collect();
    let row = json!({
        "id": name(p.id), "ticket_id": name(p.ticket_id), "work_order_id": named(p.work_order_id), "visit_id": named(p.visit_id),
        "kind": p.kind, "actor_id": name(p.actor), "sha256": p.sha256, "bytes": p.bytes, "mime": p.mime, "width": p.width,
        "height": p.height, "captured_at": ms(p.captured_est), "heading_deg": p.heading_deg, "mock": p.mock, "state": p.state,
        "verdicts": document(&verdicts),
    });
    at_point(row, p.point.as_ref())
}

fn measurement(m: &Measurement) -> Value {
    json!({
        "id": name(m.id), "ticket_id": name(m.ticket_id), "work_order_id": named(m.work_order_id), "visit_id": named(m.visit_id),
        "epoch": m.epoch, "item": m.item, "quantity": m.quantity, "unit": m.unit, "supersedes": named(m.supersedes),
        "actor_id": name(m.actor), "at": ms(m.eff),
    })
}

fn note(n: &Note) -> Value {
    json!({
        "id": name(n.id), "ticket_id": name(n.ticket_id), "work_order_id": named(n.work_order_id), "actor_id": named(n.actor),
        "audience": n.audience, "text": masked(&n.text), "at": ms(n.eff),
    })
}

/// A conflict is read by the office alone: no other channel carries it.
fn conflict(c: &Conflict) -> Value {
    let [base, theirs, mine] = c.sides.values();
    let sides = json!({ "base": base, "theirs": theirs, "mine": mine, "default_in_force": c.default_in_force });
    json!({
        "id": name(c.id), "kind": "conflict", "status": c.status, "code": c.kind, "severity": c.severity, "subject_table": null,
        "subject_id": null, "ticket_id": name(c.ticket_id), "work_order_id": named(c.work_order_id), "detail": c.note,
        "data": document(&sides), "at": ms(c.raised_at),
    })
}
