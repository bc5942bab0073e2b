//! Work orders: what one party must do for a ticket; their offers, rounds and events.

use serde_json::Value;

use crate::{category::EvidenceNeeds, dispatch::explanation::How};
pub use bazdid_protocol::words::work_order::{Answer, Defect, RoundVerdict, Standing, WorkEventKind, WorkOrderKind, WorkOrderState};
use bazdid_protocol::{
    document::Document,
    ids::{
        AccountId, AssignmentId, ContractId, CoverageId, DeviceId, MutationId, OrganisationId, RoundId, TicketId, VisitId, WorkEventId,
        WorkOrderId,
    },
    time::Timestamp,
};

/// A work order.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkOrder {
    /// Identity.
    pub id: WorkOrderId,
    /// Revision.
    pub rev: i64,
    /// Newest effective stamp that the server issued for this row.
    pub stamp: Timestamp,
    /// For which ticket.
    pub ticket_id: TicketId,
    /// What is to be done.
    pub kind: WorkOrderKind,
    /// Where it stands.
    pub state: WorkOrderState,
    /// Raised by the server alone, with each new assignment and each rework round.
    pub epoch: i64,
    /// Number of the current round, from 1.
    pub round: i64,
    /// The current offer.
    pub assignment_id: Option<AssignmentId>,
    /// The organisation that holds it.
    pub organisation_id: Option<OrganisationId>,
    /// The person that holds it (inspectors).
    pub account_id: Option<AccountId>,
    /// Under which contract.
    pub contract_id: Option<ContractId>,
    /// By which coverage.
    pub coverage_id: Option<CoverageId>,
    /// Who was considered for the current offer and why each was passed over.
    pub explanation: Document,
    /// What a submission must bring: the category's needs when it was assigned.
    pub evidence: EvidenceNeeds,
    /// What a verifier must know: `missing_evidence`, `double_work`, ….
    pub flags: Vec<String>,
    /// When an answer to the offer is due.
    pub accept_due: Option<Timestamp>,
    /// When the work is due.
    pub resolve_due: Option<Timestamp>,
    /// The reason of a hold, a cancellation or a failed visit.
    pub reason: Option<String>,
    /// Date on which a hold is looked at again.
    pub review_at: Option<Timestamp>,
    /// Who submitted the current round.
    pub submitted_by: Option<AccountId>,
    /// Of which organisation.
    pub submitted_org: Option<OrganisationId>,
    /// Findings of an inspection, as submitted.
    pub findings: Option<Value>,
    /// Creation.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

impl WorkOrder {
    /// Whether a person has chosen its holder.
    #[must_use]
    pub fn is_given_by_hand(&self) -> bool {
        How::ByHand.chose(&self.explanation.value())
    }

    /// Until when somebody is to do something about it: an answer to the offer, the work, or the review of the hold. What waits for the office,
    /// or was asked of nobody yet, has no such instant.
    #[must_use]
    pub const fn due_at(&self) -> Option<Timestamp> {
        match self.state {
            WorkOrderState::Offered => self.accept_due,
            WorkOrderState::Accepted | WorkOrderState::InProgress | WorkOrderState::Rework | WorkOrderState::FailedVisit => {
                self.resolve_due
            }
            WorkOrderState::OnHold => self.review_at,
            WorkOrderState::Draft
            | WorkOrderState::Declined
            | WorkOrderState::Expired
            | WorkOrderState::Submitted
            | WorkOrderState::Verified
            | WorkOrderState::Closed
            | WorkOrderState::Cancelled => None,
        }
    }
}

/// One offer of a work order to one party. It holds the epochs `[epoch, until_epoch]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// Identity; the fencing token of field work.
    pub id: AssignmentId,
    /// Revision.
    pub rev: i64,
    /// Of which work order.
    pub work_order_id: WorkOrderId,
    /// Its ticket.
    pub ticket_id: TicketId,
    /// First epoch it holds.
    pub epoch: i64,
    /// Last epoch it holds (rework rounds raise it).
    pub until_epoch: i64,
    /// To which organisation.
    pub organisation_id: Option<OrganisationId>,
    /// To which person.
    pub account_id: Option<AccountId>,
    /// Under which contract.
    pub contract_id: Option<ContractId>,
    /// By which coverage.
    pub coverage_id: Option<CoverageId>,
    /// Rank of the coverage.
    pub rank: i64,
    /// When it was offered.
    pub offered_at: Timestamp,
    /// Until when it may be accepted.
    pub expires_at: Option<Timestamp>,
    /// What became of it.
    pub answer: Option<Answer>,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub answered_at: Option<Timestamp>,
}

/// An append-only event of field work; it captured the epoch when it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkEvent {
    /// Identity: the mutation's.
    pub id: WorkEventId,
    /// Revision (standing may change).
    pub rev: i64,
    /// Of which work order.
    pub work_order_id: WorkOrderId,
    /// Its ticket.
    pub ticket_id: TicketId,
    /// The epoch that the author knew.
    pub epoch: i64,
    /// What was done.
    pub kind: WorkEventKind,
    /// By whom.
    pub actor: AccountId,
    /// For which organisation.
    pub organisation_id: Option<OrganisationId>,
    /// On which device; absent for office commands.
    pub device_id: Option<DeviceId>,
    /// On which visit.
    pub visit_id: Option<VisitId>,
    /// Arguments as sent.
    pub args: Value,
    /// When, as the server estimates it.
    pub at: Timestamp,
    /// Effective stamp.
    pub eff: Timestamp,
    /// Whether it counts.
    pub standing: Standing,
}

/// One attempt at a work order.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// Identity.
    pub id: RoundId,
    /// Revision.
    pub rev: i64,
    /// Of which work order.
    pub work_order_id: WorkOrderId,
    /// Its ticket.
    pub ticket_id: TicketId,
    /// From 1.
    pub number: i64,
    /// The epoch in which it was submitted.
    pub epoch: i64,
    /// By whom.
    pub submitted_by: AccountId,
    /// For which organisation.
    pub submitted_org: Option<OrganisationId>,
    /// When, estimated.
    pub submitted_at: Timestamp,
    /// The event that made it.
    pub event_id: WorkEventId,
    /// What the office says.
    pub verdict: RoundVerdict,
    /// Who said it.
    pub verdict_by: Option<AccountId>,
    /// When.
    pub verdict_at: Option<Timestamp>,
    /// The command that said it.
    pub verdict_mutation: Option<MutationId>,
    /// Why it was returned.
    pub defects: Vec<Defect>,
    /// In words.
    pub note: Option<String>,
    /// When the next attempt is due.
    pub rework_due: Option<Timestamp>,
    /// Why it was accepted though bytes of photos that the category asks for had not arrived.
    pub without_bytes: Option<String>,
}
