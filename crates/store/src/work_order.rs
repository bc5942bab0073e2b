//! Work orders, offers, events, rounds in the database.

pub mod search;

use crate::sql::Json;
use bazdid_domain::{
    category::EvidenceNeeds,
    work_order::{
        Answer, Assignment, Defect, Round, RoundVerdict, Standing, WorkEvent, WorkEventKind, WorkOrder, WorkOrderKind, WorkOrderState,
    },
};
use bazdid_protocol::{
    document::Document,
    ids::{
        AccountId, AssignmentId, ContractId, CoverageId, DeviceId, MutationId, OrganisationId, RoundId, TicketId, VisitId, WorkEventId,
        WorkOrderId,
    },
    time::Timestamp,
};
use serde_json::Value;

record! {
    /// Row of `work_orders`.
    WorkOrderRow of work_orders, id: WorkOrderId, listed {
        rev: i64,
        stamp: Timestamp,
        ticket_id: TicketId,
        kind: WorkOrderKind,
        state: WorkOrderState,
        epoch: i64,
        round: i64,
        assignment_id: Option<AssignmentId>,
        organisation_id: Option<OrganisationId>,
        account_id: Option<AccountId>,
        contract_id: Option<ContractId>,
        coverage_id: Option<CoverageId>,
        explanation: Document,
        evidence: Json<EvidenceNeeds>,
        flags: Json<Vec<String>>,
        accept_due: Option<Timestamp>,
        resolve_due: Option<Timestamp>,
        reason: Option<String>,
        review_at: Option<Timestamp>,
        submitted_by: Option<AccountId>,
        submitted_org: Option<OrganisationId>,
        findings: Option<Json<Value>>,
        created_at: Timestamp,
        updated_at: Timestamp,
    }
}

impl From<&WorkOrder> for WorkOrderRow {
    fn from(e: &WorkOrder) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            stamp: e.stamp,
            ticket_id: e.ticket_id,
            kind: e.kind,
            state: e.state,
            epoch: e.epoch,
            round: e.round,
            assignment_id: e.assignment_id,
            organisation_id: e.organisation_id,
            account_id: e.account_id,
            contract_id: e.contract_id,
            coverage_id: e.coverage_id,
            explanation: e.explanation.clone(),
            evidence: Json(e.evidence.clone()),
            flags: Json(e.flags.clone()),
            accept_due: e.accept_due,
            resolve_due: e.resolve_due,
            reason: e.reason.clone(),
            review_at: e.review_at,
            submitted_by: e.submitted_by,
            submitted_org: e.submitted_org,
            findings: e.findings.clone().map(Json),
            created_at: e.created_at,
            updated_at: e.updated_at,
        }
    }
}

impl From<WorkOrderRow> for WorkOrder {
    fn from(r: WorkOrderRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            stamp: r.stamp,
            ticket_id: r.ticket_id,
            kind: r.kind,
            state: r.state,
            epoch: r.epoch,
            round: r.round,
            assignment_id: r.assignment_id,
            organisation_id: r.organisation_id,
            account_id: r.account_id,
            contract_id: r.contract_id,
            coverage_id: r.coverage_id,
            explanation: r.explanation,
            evidence: r.evidence.0,
            flags: r.flags.0,
            accept_due: r.accept_due,
            resolve_due: r.resolve_due,
            reason: r.reason,
            review_at: r.review_at,
            submitted_by: r.submitted_by,
            submitted_org: r.submitted_org,
            findings: r.findings.map(|j| j.0),
            created_at: r.created_at,
            updated_at: r.updated_at,
        }
    }
}

record! {
    /// Row of `assignments`.
    AssignmentRow of assignments, id: AssignmentId {
        rev: i64,
        work_order_id: WorkOrderId,
        ticket_id: TicketId,
        epoch: i64,
        until_epoch: i64,
        organisation_id: Option<OrganisationId>,
        account_id: Option<AccountId>,
        contract_id: Option<ContractId>,
        coverage_id: Option<CoverageId>,
        rank: i64,
        offered_at: Timestamp,
        expires_at: Option<Timestamp>,
        answer: Option<Answer>,
        reason: Option<String>,
        answered_at: Option<Timestamp>,
    }
}

impl From<&Assignment> for AssignmentRow {
    fn from(e: &Assignment) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            work_order_id: e.work_order_id,
            ticket_id: e.ticket_id,
            epoch: e.epoch,
            until_epoch: e.until_epoch,
            organisation_id: e.organisation_id,
            account_id: e.account_id,
            contract_id: e.contract_id,
            coverage_id: e.coverage_id,
            rank: e.rank,
            offered_at: e.offered_at,
            expires_at: e.expires_at,
            answer: e.answer,
            reason: e.reason.clone(),
            answered_at: e.answered_at,
        }
    }
}

impl From<AssignmentRow> for Assignment {
    fn from(r: AssignmentRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            work_order_id: r.work_order_id,
            ticket_id: r.ticket_id,
            epoch: r.epoch,
            until_epoch: r.until_epoch,
            organisation_id: r.organisation_id,
            account_id: r.account_id,
            contract_id: r.contract_id,
            coverage_id: r.coverage_id,
            rank: r.rank,
            offered_at: r.offered_at,
            expires_at: r.expires_at,
            answer: r.answer,
            reason: r.reason,
            answered_at: r.answered_at,
        }
    }
}

record! {
    /// Row of `work_events`.
    WorkEventRow of work_events, id: WorkEventId {
        rev: i64,
        work_order_id: WorkOrderId,
        ticket_id: TicketId,
        epoch: i64,
        kind: WorkEventKind,
        actor: AccountId,
        organisation_id: Option<OrganisationId>,
        device_id: Option<DeviceId>,
        visit_id: Option<VisitId>,
        args: Json<Value>,
        at: Timestamp,
        eff: Timestamp,
        standing: Standing,
    }
}

impl From<&WorkEvent> for WorkEventRow {
    fn from(e: &WorkEvent) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            work_order_id: e.work_order_id,
            ticket_id: e.ticket_id,
            epoch: e.epoch,
            kind: e.kind,
            actor: e.actor,
            organisation_id: e.organisation_id,
            device_id: e.device_id,
            visit_id: e.visit_id,
            args: Json(e.args.clone()),
            at: e.at,
            eff: e.eff,
            standing: e.standing,
        }
    }
}

impl From<WorkEventRow> for WorkEvent {
    fn from(r: WorkEventRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            work_order_id: r.work_order_id,
            ticket_id: r.ticket_id,
            epoch: r.epoch,
            kind: r.kind,
            actor: r.actor,
            organisation_id: r.organisation_id,
            device_id: r.device_id,
            visit_id: r.visit_id,
            args: r.args.0,
            at: r.at,
            eff: r.eff,
            standing: r.standing,
        }
    }
}

record! {
    /// Row of `rounds`.
    RoundRow of rounds, id: RoundId, listed {
        rev: i64,
        work_order_id: WorkOrderId,
        ticket_id: TicketId,
        number: i64,
        epoch: i64,
        submitted_by: AccountId,
        submitted_org: Option<OrganisationId>,
        submitted_at: Timestamp,
        event_id: WorkEventId,
        verdict: RoundVerdict,
        verdict_by: Option<AccountId>,
        verdict_at: Option<Timestamp>,
        verdict_mutation: Option<MutationId>,
        defects: Json<Vec<Defect>>,
        note: Option<String>,
        rework_due: Option<Timestamp>,
        without_bytes: Option<String>,
    }
}

impl From<&Round> for RoundRow {
    fn from(e: &Round) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            work_order_id: e.work_order_id,
            ticket_id: e.ticket_id,
            number: e.number,
            epoch: e.epoch,
            submitted_by: e.submitted_by,
            submitted_org: e.submitted_org,
            submitted_at: e.submitted_at,
            event_id: e.event_id,
            verdict: e.verdict,
            verdict_by: e.verdict_by,
            verdict_at: e.verdict_at,
            verdict_mutation: e.verdict_mutation,
            defects: Json(e.defects.clone()),
            note: e.note.clone(),
            rework_due: e.rework_due,
            without_bytes: e.without_bytes.clone(),
        }
    }
}

impl From<RoundRow> for Round {
    fn from(r: RoundRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            work_order_id: r.work_order_id,
            ticket_id: r.ticket_id,
            number: r.number,
            epoch: r.epoch,
            submitted_by: r.submitted_by,
            submitted_org: r.submitted_org,
            submitted_at: r.submitted_at,
            event_id: r.event_id,
            verdict: r.verdict,
            verdict_by: r.verdict_by,
            verdict_at: r.verdict_at,
            verdict_mutation: r.verdict_mutation,
            defects: r.defects.0,
            note: r.note,
            rework_due: r.rework_due,
            without_bytes: r.without_bytes,
        }
    }
}
