//! Visits and what is recorded on them in the database.

use crate::sql::Json;
use bazdid_domain::{
    visit::{Audience, ChecklistAnswer, Measurement, MockFlag, Note, Visit, VisitKind, VisitOutcome, Write},
    work_order::Standing,
};
use bazdid_protocol::{
    geo::Point,
    ids::{AccountId, AnswerId, ChecklistId, DeviceId, MeasurementId, MutationId, NoteId, OrganisationId, TicketId, VisitId, WorkOrderId},
    time::Timestamp,
};
use serde_json::Value;

record! {
    /// Row of `visits`.
    VisitRow of visits, id: VisitId, newer {
        rev: i64,
        ticket_id: TicketId,
        work_order_id: Option<WorkOrderId>,
        kind: VisitKind,
        actor: AccountId,
        organisation_id: Option<OrganisationId>,
        device_id: Option<DeviceId>,
        arrived_at: Timestamp,
        arrived_est: Timestamp,
        received_at: Timestamp,
        left_est: Option<Timestamp>,
        lat: Option<f64>,
        lon: Option<f64>,
        accuracy_m: Option<f64>,
        mock: MockFlag,
        distance_m: Option<f64>,
        outcome: Option<VisitOutcome>,
        eff: Timestamp,
        writes: Json<Vec<Write>>,
    }
}

impl From<&Visit> for VisitRow {
    fn from(e: &Visit) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            ticket_id: e.ticket_id,
            work_order_id: e.work_order_id,
            kind: e.kind,
            actor: e.actor,
            organisation_id: e.organisation_id,
            device_id: e.device_id,
            arrived_at: e.arrived_at,
            arrived_est: e.arrived_est,
            received_at: e.received_at,
            left_est: e.left_est,
            lat: e.point.map(|p| p.lat),
            lon: e.point.map(|p| p.lon),
            accuracy_m: e.point.and_then(|p| p.accuracy_m),
            mock: e.mock,
            distance_m: e.distance_m,
            outcome: e.outcome,
            eff: e.eff,
            writes: Json(e.writes.clone()),
        }
    }
}

impl From<VisitRow> for Visit {
    fn from(r: VisitRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            ticket_id: r.ticket_id,
            work_order_id: r.work_order_id,
            kind: r.kind,
            actor: r.actor,
            organisation_id: r.organisation_id,
            device_id: r.device_id,
            arrived_at: r.arrived_at,
            arrived_est: r.arrived_est,
            received_at: r.received_at,
            left_est: r.left_est,
            point: r.lat.zip(r.lon).map(|(lat, lon)| Point { lat, lon, accuracy_m: r.accuracy_m }),
            mock: r.mock,
            distance_m: r.distance_m,
            outcome: r.outcome,
            eff: r.eff,
            writes: r.writes.0,
        }
    }
}

record! {
    /// Row of `notes`.
    NoteRow of notes, id: NoteId, newer {
        rev: i64,
        ticket_id: TicketId,
        work_order_id: Option<WorkOrderId>,
        actor: Option<AccountId>,
        organisation_id: Option<OrganisationId>,
        audience: Audience,
        text: String,
        eff: Timestamp,
        removed_at: Option<Timestamp>,
        writes: Json<Vec<Write>>,
    }
}

impl From<&Note> for NoteRow {
    fn from(e: &Note) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            ticket_id: e.ticket_id,
            work_order_id: e.work_order_id,
            actor: e.actor,
            organisation_id: e.organisation_id,
            audience: e.audience,
            text: e.text.clone(),
            eff: e.eff,
            removed_at: e.removed_at,
            writes: Json(e.writes.clone()),
        }
    }
}

impl From<NoteRow> for Note {
    fn from(r: NoteRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            ticket_id: r.ticket_id,
            work_order_id: r.work_order_id,
            actor: r.actor,
            organisation_id: r.organisation_id,
            audience: r.audience,
            text: r.text,
            eff: r.eff,
            removed_at: r.removed_at,
            writes: r.writes.0,
        }
    }
}

record! {
    /// Row of `measurements`.
    MeasurementRow of measurements, id: MeasurementId, newer {
        rev: i64,
        ticket_id: TicketId,
        work_order_id: Option<WorkOrderId>,
        visit_id: Option<VisitId>,
        epoch: Option<i64>,
        item: String,
        quantity: f64,
        unit: String,
        supersedes: Option<MeasurementId>,
        actor: AccountId,
        organisation_id: Option<OrganisationId>,
        eff: Timestamp,
    }
}

impl From<&Measurement> for MeasurementRow {
    fn from(e: &Measurement) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            ticket_id: e.ticket_id,
            work_order_id: e.work_order_id,
            visit_id: e.visit_id,
            epoch: e.epoch,
            item: e.item.clone(),
            quantity: e.quantity,
            unit: e.unit.clone(),
            supersedes: e.supersedes,
            actor: e.actor,
            organisation_id: e.organisation_id,
            eff: e.eff,
        }
    }
}

impl From<MeasurementRow> for Measurement {
    fn from(r: MeasurementRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            ticket_id: r.ticket_id,
            work_order_id: r.work_order_id,
            visit_id: r.visit_id,
            epoch: r.epoch,
            item: r.item,
            quantity: r.quantity,
            unit: r.unit,
            supersedes: r.supersedes,
            actor: r.actor,
            organisation_id: r.organisation_id,
            eff: r.eff,
        }
    }
}

record! {
    /// Row of `checklist_answers`.
    ChecklistAnswerRow of checklist_answers, id: AnswerId {
        rev: i64,
        ticket_id: TicketId,
        work_order_id: Option<WorkOrderId>,
        visit_id: VisitId,
        checklist_id: ChecklistId,
        item: String,
        value: Json<Value>,
        actor: AccountId,
        organisation_id: Option<OrganisationId>,
        mutation_id: MutationId,
        eff: Timestamp,
        standing: Standing,
    }
}

impl From<&ChecklistAnswer> for ChecklistAnswerRow {
    fn from(e: &ChecklistAnswer) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            ticket_id: e.ticket_id,
            work_order_id: e.work_order_id,
            visit_id: e.visit_id,
            checklist_id: e.checklist_id,
            item: e.item.clone(),
            value: Json(e.value.clone()),
            actor: e.actor,
            organisation_id: e.organisation_id,
            mutation_id: e.mutation_id,
            eff: e.eff,
            standing: e.standing,
        }
    }
}

impl From<ChecklistAnswerRow> for ChecklistAnswer {
    fn from(r: ChecklistAnswerRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            ticket_id: r.ticket_id,
            work_order_id: r.work_order_id,
            visit_id: r.visit_id,
            checklist_id: r.checklist_id,
            item: r.item,
            value: r.value.0,
            actor: r.actor,
            organisation_id: r.organisation_id,
            mutation_id: r.mutation_id,
            eff: r.eff,
            standing: r.standing,
        }
    }
}
