//! Work orders and rounds as they are answered.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::{
    dispatch::explanation::spelled_out,
    ids::{AccountId, AssignmentId, ContractId, CoverageId, OrganisationId, RoundId, TicketId, WorkOrderId},
    time::Timestamp,
    work_order::{Round, RoundVerdict, WorkOrder, WorkOrderKind, WorkOrderState},
};

/// A work order.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkOrderView {
    /// Identity.
    pub id: WorkOrderId,
    /// Revision.
    pub rev: i64,
    /// For which ticket.
    pub ticket: TicketId,
    /// What is to be done.
    pub kind: WorkOrderKind,
    /// Where it stands.
    pub state: WorkOrderState,
    /// Raised with each new assignment and each rework round.
    pub epoch: i64,
    /// Number of the current round.
    pub round: i64,
    /// The current offer.
    #[schema(required = true)]
    pub assignment: Option<AssignmentId>,
    /// Who holds it.
    #[schema(required = true)]
    pub organisation: Option<OrganisationId>,
    /// The person who holds it.
    #[schema(required = true)]
    pub account: Option<AccountId>,
    /// Under which contract.
    #[schema(required = true)]
    pub contract: Option<ContractId>,
    /// By which coverage.
    #[schema(required = true)]
    pub coverage: Option<CoverageId>,
    /// What a submission must bring.
    #[schema(value_type = Object)]
    pub evidence: Value,
    /// What a verifier must know.
    pub flags: Vec<String>,
    /// When an answer is due.
    #[schema(required = true)]
    pub accept_due: Option<Timestamp>,
    /// When the work is due.
    #[schema(required = true)]
    pub resolve_due: Option<Timestamp>,
    /// The reason of a hold, a cancellation or a failed visit.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// When a hold is looked at again.
    #[schema(required = true)]
    pub review_at: Option<Timestamp>,
    /// Findings of an inspection.
    #[schema(required = true, value_type = Option<Object>)]
    pub findings: Option<Value>,
    /// Why its holder was chosen and everybody else was not; for the office only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub explanation: Option<Value>,
    /// Creation.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

impl From<WorkOrder> for WorkOrderView {
    fn from(o: WorkOrder) -> Self {
        Self {
            id: o.id,
            rev: o.rev,
            ticket: o.ticket_id,
            kind: o.kind,
            state: o.state,
            epoch: o.epoch,
            round: o.round,
            assignment: o.assignment_id,
            organisation: o.organisation_id,
            account: o.account_id,
            contract: o.contract_id,
            coverage: o.coverage_id,
            evidence: serde_json::json!(o.evidence),
            flags: o.flags,
            accept_due: o.accept_due,
            resolve_due: o.resolve_due,
            reason: o.reason,
            review_at: o.review_at,
            findings: o.findings,
            explanation: None,
            created_at: o.created_at,
            updated_at: o.updated_at,
        }
    }
}

impl WorkOrderView {
    /// As the office reads it: with the explanation of the choice.
    #[must_use]
    pub fn for_office(order: WorkOrder) -> Self {
        let explanation = Some(spelled_out(&order.explanation)).filter(|e| !e.is_null());
        Self { explanation, ..Self::from(order) }
    }
}

/// A round.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoundView {
    /// Identity.
    pub id: RoundId,
    /// Revision.
    pub rev: i64,
    /// Of which work order.
    pub work_order: WorkOrderId,
    /// Of which ticket.
    pub ticket: TicketId,
    /// From 1.
    pub number: i64,
    /// The epoch in which it was submitted.
    pub epoch: i64,
    /// By whom.
    pub submitted_by: AccountId,
    /// For which organisation.
    #[schema(required = true)]
    pub submitted_org: Option<OrganisationId>,
    /// When.
    pub submitted_at: Timestamp,
    /// What the office says.
    pub verdict: RoundVerdict,
    /// Who said it.
    #[schema(required = true)]
    pub verdict_by: Option<AccountId>,
    /// When.
    #[schema(required = true)]
    pub verdict_at: Option<Timestamp>,
    /// Why it was returned: `[{code, note}]`.
    #[schema(value_type = Vec<Object>)]
    pub defects: Vec<Value>,
    /// In words.
    #[schema(required = true)]
    pub note: Option<String>,
    /// When the next attempt is due.
    #[schema(required = true)]
    pub rework_due: Option<Timestamp>,
}

impl From<Round> for RoundView {
    fn from(r: Round) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            work_order: r.work_order_id,
            ticket: r.ticket_id,
            number: r.number,
            epoch: r.epoch,
            submitted_by: r.submitted_by,
            submitted_org: r.submitted_org,
            submitted_at: r.submitted_at,
            verdict: r.verdict,
            verdict_by: r.verdict_by,
            verdict_at: r.verdict_at,
            defects: r.defects.iter().map(|d| serde_json::json!(d)).collect(),
            note: r.note,
            rework_due: r.rework_due,
        }
    }
}
