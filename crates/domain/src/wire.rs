//! Rows as devices see them: the same for every reader, without personal data.

use bazdid_protocol::rows::{
    AnswerRow, AreaRow, CategoryRow, ChecklistRow, ConflictRow, MeasurementRow, NoteRow, OrganisationRow, PatrolRow, PhotoRow,
    PhotoVerdict, RoundRow, TicketRow, VisitRow, WorkEventRow, WorkOrderRow,
};

use crate::{
    area::Area,
    category::{Category, Checklist},
    conflict::Conflict,
    organisation::Organisation,
    patrol::Patrol,
    personal::masked,
    photo::Photo,
    ticket::Ticket,
    visit::{ChecklistAnswer, Measurement, Note, Visit},
    work_order::{Round, WorkEvent, WorkOrder},
};

/// A ticket.
#[must_use]
pub fn ticket(t: &Ticket) -> TicketRow {
    TicketRow {
        id: t.id,
        code: t.code.clone(),
        category: t.category_id,
        // Devices are carried around: a caller's number that somebody wrote into a text stays in the office.
        text: masked(&t.text).into_owned(),
        address_text: t.address_text.as_deref().map(|text| masked(text).into_owned()),
        point: t.point,
        point_source: t.point_source,
        areas: t.areas.clone(),
        boundary: t.boundary,
        priority: t.priority,
        hazard: t.hazard,
        status: t.status,
        status_reason: t.status_reason.clone(),
        origin: t.origin,
        created_at: t.created_at,
        promise_at: t.promise_at,
        duplicate_of: t.duplicate_of,
        supporters: t.supporters,
    }
}

/// A work order.
#[must_use]
pub fn work_order(w: &WorkOrder) -> WorkOrderRow {
    WorkOrderRow {
        id: w.id,
        ticket: w.ticket_id,
        kind: w.kind,
        state: w.state,
        epoch: w.epoch,
        round: w.round,
        assignment: w.assignment_id,
        organisation: w.organisation_id,
        account: w.account_id,
        evidence: w.evidence.clone(),
        flags: w.flags.clone(),
        accept_due: w.accept_due,
        resolve_due: w.resolve_due,
        reason: w.reason.clone(),
        review_at: w.review_at,
        findings: w.findings.clone(),
        created_at: w.created_at,
    }
}

/// A work event.
#[must_use]
pub fn work_event(e: &WorkEvent) -> WorkEventRow {
    WorkEventRow {
        id: e.id,
        work_order: e.work_order_id,
        ticket: e.ticket_id,
        epoch: e.epoch,
        kind: e.kind,
        actor: e.actor,
        visit: e.visit_id,
        args: e.args.clone(),
        at: e.at,
        standing: e.standing,
    }
}

/// A round.
#[must_use]
pub fn round(r: &Round) -> RoundRow {
    RoundRow {
        id: r.id,
        work_order: r.work_order_id,
        ticket: r.ticket_id,
        number: r.number,
        epoch: r.epoch,
        submitted_by: r.submitted_by,
        submitted_at: r.submitted_at,
        verdict: r.verdict,
        verdict_by: r.verdict_by,
        verdict_at: r.verdict_at,
        defects: r.defects.clone(),
        note: r.note.clone(),
        rework_due: r.rework_due,
        without_bytes: r.without_bytes.clone(),
    }
}

/// A visit.
#[must_use]
pub fn visit(v: &Visit) -> VisitRow {
    VisitRow {
        id: v.id,
        ticket: v.ticket_id,
        work_order: v.work_order_id,
        kind: v.kind,
        actor: v.actor,
        arrived_at: v.arrived_est,
        left_at: v.left_est,
        point: v.point,
        mock: v.mock,
        distance_m: v.distance_m,
        outcome: v.outcome,
    }
}

/// A note.
#[must_use]
pub fn note(n: &Note) -> NoteRow {
    NoteRow {
        id: n.id,
        ticket: n.ticket_id,
        work_order: n.work_order_id,
        actor: n.actor,
        audience: n.audience,
        text: masked(&n.text).into_owned(),
        removed_at: n.removed_at,
    }
}

/// A measurement.
#[must_use]
pub fn measurement(m: &Measurement) -> MeasurementRow {
    MeasurementRow {
        id: m.id,
        ticket: m.ticket_id,
        work_order: m.work_order_id,
        visit: m.visit_id,
        item: m.item.clone(),
        quantity: m.quantity,
        unit: m.unit.clone(),
        supersedes: m.supersedes,
        actor: m.actor,
    }
}

/// A checklist answer.
#[must_use]
pub fn answer(a: &ChecklistAnswer) -> AnswerRow {
    AnswerRow {
        id: a.id,
        ticket: a.ticket_id,
        work_order: a.work_order_id,
        visit: a.visit_id,
        checklist: a.checklist_id,
        item: a.item.clone(),
        value: a.value.clone(),
        actor: a.actor,
        standing: a.standing,
    }
}

/// A photo.
#[must_use]
pub fn photo(p: &Photo) -> PhotoRow {
    PhotoRow {
        id: p.id,
        ticket: p.ticket_id,
        work_order: p.work_order_id,
        visit: p.visit_id,
        kind: p.kind,
        actor: p.actor,
        sha256: p.sha256.clone(),
        bytes: p.bytes,
        mime: p.mime.clone(),
        width: p.width,
        height: p.height,
        captured_at: p.captured_est,
        point: p.point,
        heading_deg: p.heading_deg,
        mock: p.mock,
        state: p.state,
        verdicts: p.verdicts.iter().map(|v| PhotoVerdict { check: v.check.clone(), result: v.result }).collect(),
        removed_at: p.removed_at,
    }
}

/// A patrol.
#[must_use]
pub fn patrol(p: &Patrol) -> PatrolRow {
    PatrolRow {
        id: p.id,
        actor: p.actor,
        area: p.area_id,
        started_at: p.started_est,
        finished_at: p.finished_est,
        start_point: p.start_point,
        end_point: p.end_point,
        mock: p.mock,
        outcome: p.outcome,
        tickets: p.tickets.clone(),
        note: p.note.clone(),
    }
}

/// A conflict.
#[must_use]
pub fn conflict(c: &Conflict) -> ConflictRow {
    let [base, theirs, mine] = c.sides.values();
    ConflictRow {
        id: c.id,
        kind: c.kind,
        severity: c.severity,
        ticket: c.ticket_id,
        work_order: c.work_order_id,
        base,
        theirs,
        mine,
        mutation: c.mutation_id.uuid(),
        other_mutation: c.other_mutation_id.map(|m| m.uuid()),
        default_in_force: c.default_in_force.clone(),
        status: c.status,
        resolution: c.resolution,
        resolved_at: c.resolved_at,
        note: c.note.clone(),
        raised_at: c.raised_at,
    }
}

/// A category.
#[must_use]
pub fn category(c: &Category) -> CategoryRow {
    CategoryRow {
        id: c.id,
        code: c.code.clone(),
        parent: c.parent_id,
        name_fa: c.name_fa.clone(),
        name_en: c.name_en.clone(),
        synonyms: c.synonyms.clone(),
        hazard: c.hazard,
        evidence: c.evidence.clone(),
        needs_inspection: c.needs_inspection,
        checklist: c.checklist_id,
        state: c.state,
    }
}

/// An area.
#[must_use]
pub fn area(a: &Area) -> AreaRow {
    AreaRow { id: a.id, code: a.code.clone(), kind: a.kind, parent: a.parent_id, name_fa: a.name_fa.clone(), name_en: a.name_en.clone() }
}

/// An organisation.
#[must_use]
pub fn organisation(o: &Organisation) -> OrganisationRow {
    OrganisationRow { id: o.id, code: o.code.clone(), kind: o.kind, name_fa: o.name_fa.clone(), name_en: o.name_en.clone(), state: o.state }
}

/// A checklist.
#[must_use]
pub fn checklist(c: &Checklist) -> ChecklistRow {
    ChecklistRow { id: c.id, code: c.code.clone(), version: c.version, items: c.items.clone() }
}
