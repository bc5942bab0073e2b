//! Work orders as they are answered.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::v1::{
    category::EvidenceView,
    summary::{self, OrganisationNameView, PersonView, TicketSummaryView},
    work_order::explanation::ExplanationView,
};
use bazdid_domain::{
    dispatch::explanation::spelled_out,
    evidence::arrival::EvidenceState,
    work_order::{Answer, Assignment, WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::{
    error::Result,
    ids::{AssignmentId, ContractId, CoverageId, WorkOrderId},
    openapi::InspectionFindings,
    time::Timestamp,
};
use bazdid_service::{summary::Names, work_order::Shown};

/// A work order.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkOrderView {
    /// Identity.
    pub id: WorkOrderId,
    /// Revision.
    pub rev: i64,
    /// For which ticket.
    pub ticket: TicketSummaryView,
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
    pub organisation: Option<OrganisationNameView>,
    /// The person who holds it.
    #[schema(required = true)]
    pub account: Option<PersonView>,
    /// Under which contract.
    #[schema(required = true)]
    pub contract: Option<ContractId>,
    /// By which coverage.
    #[schema(required = true)]
    pub coverage: Option<CoverageId>,
    /// How far the photos that it asks for have come.
    pub evidence: EvidenceState,
    /// What a submission must bring.
    pub evidence_needs: EvidenceView,
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
    #[schema(required = true, value_type = Option<InspectionFindings>)]
    pub findings: Option<Value>,
    /// Why its holder was chosen and everybody else was not; for the office only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ExplanationView>)]
    pub explanation: Option<Value>,
    /// Creation.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

impl WorkOrderView {
    /// As its holder reads it, or as the office does: with the explanation of the choice.
    ///
    /// # Errors
    /// Its ticket was not looked up.
    pub fn as_read(Shown { order: o, evidence }: Shown, names: &Names, by_office: bool) -> Result<Self> {
        let explanation = by_office.then(|| spelled_out(&o.explanation.value())).filter(|e| !e.is_null());
        Ok(Self {
            id: o.id,
            rev: o.rev,
            ticket: summary::ticket(names, o.ticket_id)?,
            kind: o.kind,
            state: o.state,
            epoch: o.epoch,
            round: o.round,
            assignment: o.assignment_id,
            organisation: o.organisation_id.map(|id| summary::organisation(names, id)),
            account: o.account_id.map(|id| summary::person(names, id)),
            contract: o.contract_id,
            coverage: o.coverage_id,
            evidence,
            evidence_needs: o.evidence.into(),
            flags: o.flags,
            accept_due: o.accept_due,
            resolve_due: o.resolve_due,
            reason: o.reason,
            review_at: o.review_at,
            findings: o.findings,
            explanation,
            created_at: o.created_at,
            updated_at: o.updated_at,
        })
    }
}

/// One offer of an order to one party.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssignmentView {
    /// Identity.
    pub id: AssignmentId,
    /// First epoch that it holds.
    pub epoch: i64,
    /// Last epoch that it holds.
    pub until_epoch: i64,
    /// To which organisation.
    #[schema(required = true)]
    pub organisation: Option<OrganisationNameView>,
    /// To which person.
    #[schema(required = true)]
    pub account: Option<PersonView>,
    /// Under which contract.
    #[schema(required = true)]
    pub contract: Option<ContractId>,
    /// Rank of the coverage.
    pub rank: i64,
    /// When it was offered.
    pub offered_at: Timestamp,
    /// Until when it may be accepted.
    #[schema(required = true)]
    pub expires_at: Option<Timestamp>,
    /// What became of it.
    #[schema(required = true)]
    pub answer: Option<Answer>,
    /// Why.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// When.
    #[schema(required = true)]
    pub answered_at: Option<Timestamp>,
}

impl AssignmentView {
    /// An offer with the names of whom it was made to.
    #[must_use]
    pub fn new(a: &Assignment, names: &Names) -> Self {
        Self {
            id: a.id,
            epoch: a.epoch,
            until_epoch: a.until_epoch,
            organisation: a.organisation_id.map(|id| summary::organisation(names, id)),
            account: a.account_id.map(|id| summary::person(names, id)),
            contract: a.contract_id,
            rank: a.rank,
            offered_at: a.offered_at,
            expires_at: a.expires_at,
            answer: a.answer,
            reason: a.reason.clone(),
            answered_at: a.answered_at,
        }
    }
}
