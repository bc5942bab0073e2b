//! Rows as devices see them: the same for every reader, without personal data.

use serde_json::{Value, json};

use crate::domain::{
    area::Area,
    category::{Category, Checklist},
    conflict::Conflict,
    organisation::Organisation,
    photo::Photo,
    ticket::Ticket,
    visit::{ChecklistAnswer, Measurement, Note, Visit},
    work_order::{Round, WorkEvent, WorkOrder},
};

/// Kind of an area on the wire; those of the rows below a ticket stand in [`crate::domain::world::Entity::KIND`].
pub const AREA: &str = "area";
/// Kind of a category on the wire.
pub const CATEGORY: &str = "category";
/// Kind of a checklist on the wire.
pub const CHECKLIST: &str = "checklist";
/// Kind of an organisation on the wire.
pub const ORGANISATION: &str = "organisation";

/// A ticket.
#[must_use]
pub fn ticket(t: &Ticket) -> Value {
    json!({
        "id": t.id, "code": t.code, "category": t.category_id, "text": t.text, "address_text": t.address_text, "point": t.point,
        "point_source": t.point_source, "areas": t.areas, "boundary": t.boundary, "priority": t.priority, "hazard": t.hazard,
        "status": t.status, "status_reason": t.status_reason, "origin": t.origin, "created_at": t.created_at,
        "promise_at": t.promise_at, "duplicate_of": t.duplicate_of, "supporters": t.supporters,
    })
}

/// A work order.
#[must_use]
pub fn work_order(w: &WorkOrder) -> Value {
    json!({
        "id": w.id, "ticket": w.ticket_id, "kind": w.kind, "state": w.state, "epoch": w.epoch, "round": w.round,
        "assignment": w.assignment_id, "organisation": w.organisation_id, "account": w.account_id, "evidence": w.evidence,
        "flags": w.flags, "accept_due": w.accept_due, "resolve_due": w.resolve_due, "reason": w.reason,
        "review_at": w.review_at, "findings": w.findings, "created_at": w.created_at,
    })
}

/// A work event.
#[must_use]
pub fn work_event(e: &WorkEvent) -> Value {
    json!({
        "id": e.id, "work_order": e.work_order_id, "ticket": e.ticket_id, "epoch": e.epoch, "kind": e.kind, "actor": e.actor,
        "visit": e.visit_id, "args": e.args, "at": e.at, "standing": e.standing,
    })
}

/// A round.
#[must_use]
pub fn round(r: &Round) -> Value {
    json!({
        "id": r.id, "work_order": r.work_order_id, "ticket": r.ticket_id, "number": r.number, "epoch": r.epoch,
        "submitted_by": r.submitted_by, "submitted_at": r.submitted_at, "verdict": r.verdict, "verdict_by": r.verdict_by,
        "verdict_at": r.verdict_at, "defects": r.defects, "note": r.note, "rework_due": r.rework_due,
        "without_bytes": r.without_bytes,
    })
}

/// A visit.
#[must_use]
pub fn visit(v: &Visit) -> Value {
    json!({
        "id": v.id, "ticket": v.ticket_id, "work_order": v.work_order_id, "kind": v.kind, "actor": v.actor,
        "arrived_at": v.arrived_est, "left_at": v.left_est, "point": v.point, "mock": v.mock, "distance_m": v.distance_m,
        "outcome": v.outcome,
    })
}

/// A note.
#[must_use]
pub fn note(n: &Note) -> Value {
    json!({
        "id": n.id, "ticket": n.ticket_id, "work_order": n.work_order_id, "actor": n.actor, "audience": n.audience,
        "text": n.text, "removed_at": n.removed_at,
    })
}

/// A measurement.
#[must_use]
pub fn measurement(m: &Measurement) -> Value {
    json!({
        "id": m.id, "ticket": m.ticket_id, "work_order": m.work_order_id, "visit": m.visit_id, "item": m.item,
        "quantity": m.quantity, "unit": m.unit, "supersedes": m.supersedes, "actor": m.actor,
    })
}

/// A checklist answer.
#[must_use]
pub fn answer(a: &ChecklistAnswer) -> Value {
    json!({
        "id": a.id, "ticket": a.ticket_id, "work_order": a.work_order_id, "visit": a.visit_id, "checklist": a.checklist_id,
        "item": a.item, "value": a.value, "actor": a.actor, "standing": a.standing,
    })
}

/// A photo's metadata. Of its verdicts only what they say: their figures name thresholds and other people's photos, which are
/// the office's business.
#[must_use]
pub fn photo(p: &Photo) -> Value {
    json!({
        "id": p.id, "ticket": p.ticket_id, "work_order": p.work_order_id, "visit": p.visit_id, "kind": p.kind, "actor": p.actor,
        "sha256": p.sha256, "bytes": p.bytes, "mime": p.mime, "width": p.width, "height": p.height,
        "captured_at": p.captured_est, "point": p.point, "heading_deg": p.heading_deg, "mock": p.mock, "state": p.state,
        "verdicts": p.verdicts.iter().map(|v| json!({ "check": v.check, "result": v.result })).collect::<Vec<_>>(),
        "removed_at": p.removed_at,
    })
}

/// A conflict; for the office only.
#[must_use]
pub fn conflict(c: &Conflict) -> Value {
    json!({
        "id": c.id, "kind": c.kind, "severity": c.severity, "ticket": c.ticket_id, "work_order": c.work_order_id, "base": c.base,
        "theirs": c.theirs, "mine": c.mine, "mutation": c.mutation_id, "other_mutation": c.other_mutation_id,
        "default_in_force": c.default_in_force, "status": c.status, "resolution": c.resolution, "resolved_at": c.resolved_at,
        "note": c.note, "raised_at": c.raised_at,
    })
}

/// A category.
#[must_use]
pub fn category(c: &Category) -> Value {
    json!({
        "id": c.id, "code": c.code, "parent": c.parent_id, "name_fa": c.name_fa, "name_en": c.name_en, "synonyms": c.synonyms,
        "hazard": c.hazard, "evidence": c.evidence, "needs_inspection": c.needs_inspection, "checklist": c.checklist_id,
        "state": c.state,
    })
}

/// An area, without its outline.
#[must_use]
pub fn area(a: &Area) -> Value {
    json!({ "id": a.id, "code": a.code, "kind": a.kind, "parent": a.parent_id, "name_fa": a.name_fa, "name_en": a.name_en })
}

/// An organisation.
#[must_use]
pub fn organisation(o: &Organisation) -> Value {
    json!({ "id": o.id, "code": o.code, "kind": o.kind, "name_fa": o.name_fa, "name_en": o.name_en, "state": o.state })
}

/// A checklist.
#[must_use]
pub fn checklist(c: &Checklist) -> Value {
    json!({ "id": c.id, "code": c.code, "version": c.version, "items": c.items })
}
