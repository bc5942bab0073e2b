//! Work orders: what one party must do for a ticket; their offers, rounds and events.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{
    category::EvidenceNeeds,
    document::Document,
    ids::{
        AccountId, AssignmentId, ContractId, CoverageId, DeviceId, MutationId, OrganisationId, RoundId, TicketId, VisitId, WorkEventId,
        WorkOrderId,
    },
    time::Timestamp,
};

crate::text_enum! {
    /// What is to be done.
    WorkOrderKind {
        /// Look and report.
        Inspection = "inspection",
        /// Mend it.
        Repair = "repair",
        /// Mend it at once.
        Emergency = "emergency",
    }
}

crate::text_enum! {
    /// Where a work order stands. The graph stands in [`crate::domain::work_order_graph`].
    WorkOrderState {
        /// Nobody was asked yet.
        Draft = "draft",
        /// Somebody was asked.
        Offered = "offered",
        /// Somebody said yes.
        Accepted = "accepted",
        /// Somebody said no.
        Declined = "declined",
        /// Nobody answered in time.
        Expired = "expired",
        /// Somebody is at it.
        InProgress = "in_progress",
        /// Paused by leave of the office.
        OnHold = "on_hold",
        /// The holder says it is done.
        Submitted = "submitted",
        /// Somebody was there and could not do it.
        FailedVisit = "failed_visit",
        /// The office agrees that it is done.
        Verified = "verified",
        /// The office does not agree.
        Rework = "rework",
        /// Done with.
        Closed = "closed",
        /// Called off.
        Cancelled = "cancelled",
    }
}

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

crate::text_enum! {
    /// What became of an offer.
    Answer {
        /// Taken.
        Accepted = "accepted",
        /// Refused, with a reason.
        Declined = "declined",
        /// Not answered in time.
        Expired = "expired",
        /// Taken back by the office.
        Withdrawn = "withdrawn",
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

crate::text_enum! {
    /// What somebody in the field did with a work order.
    WorkEventKind {
        /// Said yes.
        Accept = "accept",
        /// Said no.
        Decline = "decline",
        /// Crew asked to be relieved of the order: only their manager declines.
        RequestRelief = "request_relief",
        /// Began.
        Start = "start",
        /// Asked to pause.
        RequestHold = "request_hold",
        /// Went on.
        Resume = "resume",
        /// Reported it done.
        Submit = "submit",
        /// Was there and could not do it.
        FailVisit = "fail_visit",
        /// Took an own event back.
        Retract = "retract",
    }
}

crate::text_enum! {
    /// Whether an event counts.
    Standing {
        /// It counts in its epoch.
        Effective = "effective",
        /// Its epoch had passed; evidence for a supervisor.
        Stale = "stale",
        /// Another event had done the same.
        Redundant = "redundant",
        /// Its author took it back.
        Retracted = "retracted",
        /// It does not count: refused by a rule, kept for the record.
        Overruled = "overruled",
    }
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

crate::text_enum! {
    /// What the office says of a round.
    RoundVerdict {
        /// Nothing yet.
        Pending = "pending",
        /// All accepted.
        Accepted = "accepted",
        /// Part of the quantity accepted.
        Partly = "partly",
        /// Returned with defects.
        Rework = "rework",
        /// Taken back by its author, or left behind by the order, before anybody had judged it.
        Withdrawn = "withdrawn",
    }
}

/// A coded defect that a verifier found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defect {
    /// Code, such as `not_finished`, `wrong_place`, `poor_quality`, `unsafe`, `evidence_missing`, `debris_left`, `other`.
    pub code: String,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
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
