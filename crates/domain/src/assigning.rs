//! Gives an order to a party and takes it back, by whoever may do so.
//!
//! - Each new holder has an epoch of its own; what an earlier holder still reports is of an epoch that has passed.
//! - An order that is taken back and given to nobody has a new epoch too: nobody holds it.

use crate::{
    reference::Reference,
    unit_of_work::UnitOfWork,
    work_order::{Answer, Assignment, Round, RoundVerdict, WorkOrder, WorkOrderState},
    work_order_graph::{Mover, NotAllowed},
};
use bazdid_protocol::{
    document::Document,
    ids::{AccountId, AssignmentId, ContractId, CoverageId, OrganisationId, RoundId, WorkEventId, WorkOrderId, name_uuid},
    time::Timestamp,
};

/// Why an order is taken from its holder: the ticket is of another category or place than was thought.
pub const CORRECTED: &str = "corrected";
/// Why an offer is withdrawn: its contract is suspended or over, or its organisation is out of use.
pub const NOT_IN_FORCE: &str = "contract_not_in_force";

/// Who is to hold an order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Party {
    /// The organisation.
    pub organisation: Option<OrganisationId>,
    /// The person, of the city's own staff.
    pub account: Option<AccountId>,
    /// Under which contract.
    pub contract: Option<ContractId>,
    /// By which coverage.
    pub coverage: Option<CoverageId>,
    /// Rank of the coverage.
    pub rank: i64,
}

/// When an answer and the work are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The instant of the assignment.
    pub at: Timestamp,
    /// Minutes to answer; absent: the party is not asked, the order is accepted for it.
    pub accept_minutes: Option<i64>,
    /// Minutes until the work is due.
    pub resolve_minutes: i64,
}

/// Answers the order's offer as withdrawn, unless its party or the time has answered it with no. Whether there is an offer.
fn withdraw_offer(unit: &mut UnitOfWork, order: &WorkOrder, at: Timestamp, reason: Option<&str>) -> bool {
    let Some(mut held) = order.assignment_id.and_then(|a| unit.assignments.get(a)).cloned() else { return false };
    if !matches!(held.answer, Some(Answer::Declined | Answer::Expired)) {
        held.answer = Some(Answer::Withdrawn);
        held.answered_at = Some(at);
        held.reason = reason.map(str::to_owned);
        unit.assignments.put(held);
    }
    true
}

/// Takes an order from its holder, if it has one: the assignment is answered, the epoch passes.
pub fn withdraw(unit: &mut UnitOfWork, order: &mut WorkOrder, at: Timestamp, reason: Option<&str>) {
    if withdraw_offer(unit, order, at, reason) {
        order.epoch += 1;
    }
    order.assignment_id = None;
    order.organisation_id = None;
    order.account_id = None;
    order.contract_id = None;
    order.coverage_id = None;
    order.accept_due = None;
    order.resolve_due = None;
    order.submitted_by = None;
    order.submitted_org = None;
    touch(order, at);
}

/// Takes an order from its holder and leaves it to the system to ask the next.
///
/// # Errors
/// The table does not allow it.
pub fn release(unit: &mut UnitOfWork, order: &mut WorkOrder, at: Timestamp, reason: &str, by: &Mover<'_>) -> Result<(), NotAllowed> {
    by.take(order, WorkOrderState::Draft)?;
    withdraw(unit, order, at, Some(reason));
    order.reason = None;
    order.review_at = None;
    // Nobody has decided for whom.
    order.explanation = Document::default();
    unit.work_orders.put(order.clone());
    Ok(())
}

/// Gives an order to a party: offered, or accepted for those that are not asked. Whoever held it before holds it no more.
///
/// # Errors
/// The table does not allow it.
pub fn assign(unit: &mut UnitOfWork, order: &mut WorkOrder, to: &Party, terms: &Terms, by: &Mover<'_>) -> Result<(), NotAllowed> {
    by.take(order, if terms.accept_minutes.is_some() { WorkOrderState::Offered } else { WorkOrderState::Accepted })?;
    withdraw(unit, order, terms.at, Some("reassigned"));
    let taken = unit.assignments.iter().any(|a| a.work_order_id == order.id && a.until_epoch >= order.epoch);
    if taken || order.epoch == 0 {
        order.epoch += 1;
    }
    let expires_at = terms.accept_minutes.map(|m| terms.at.plus_minutes(m));
    let id = AssignmentId::new(name_uuid(&format!("assignment|{}|{}", order.id, order.epoch)));
    unit.assignments.put(Assignment {
        id,
        rev: 0,
        work_order_id: order.id,
        ticket_id: order.ticket_id,
        epoch: order.epoch,
        until_epoch: order.epoch,
        organisation_id: to.organisation,
        account_id: to.account,
        contract_id: to.contract,
        coverage_id: to.coverage,
        rank: to.rank,
        offered_at: terms.at,
        expires_at,
        answer: expires_at.is_none().then_some(Answer::Accepted),
        reason: None,
        answered_at: expires_at.is_none().then_some(terms.at),
    });
    order.assignment_id = Some(id);
    order.organisation_id = to.organisation;
    order.account_id = to.account;
    order.contract_id = to.contract;
    order.coverage_id = to.coverage;
    order.accept_due = expires_at;
    order.resolve_due = Some(terms.at.plus_minutes(terms.resolve_minutes));
    order.reason = None;
    order.review_at = None;
    touch(order, terms.at);
    Ok(())
}

/// Ends an offer that nobody answered in time. Nothing if it is not due, or not open any more.
pub fn expire(unit: &mut UnitOfWork, mut order: WorkOrder, now: Timestamp, by: &Mover<'_>) -> Option<WorkOrder> {
    let due = order.accept_due.filter(|due| *due <= now)?;
    by.take(&mut order, WorkOrderState::Expired).ok()?;
    if let Some(mut offer) = order.assignment_id.and_then(|a| unit.assignments.get(a)).cloned() {
        offer.answer = Some(Answer::Expired);
        offer.answered_at = Some(due);
        unit.assignments.put(offer);
    }
    touch(&mut order, now);
    Some(order)
}

/// Marks an order as changed at an instant.
pub fn touch(order: &mut WorkOrder, at: Timestamp) {
    mark(order, Heard::now(at));
}

/// When a decision was made that changes an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// When the server heard of it.
    pub at: Timestamp,
    /// Its effective stamp.
    pub stamp: Timestamp,
}

impl Heard {
    /// A decision of this moment.
    #[must_use]
    pub const fn now(at: Timestamp) -> Self {
        Self { at, stamp: at }
    }
}

/// Marks an order as changed by a decision.
pub fn mark(order: &mut WorkOrder, heard: Heard) {
    order.stamp = order.stamp.max(heard.stamp);
    order.updated_at = order.updated_at.max(heard.at);
}

/// The number of the order's next round: above every round that it has.
#[must_use]
pub fn next_round(unit: &UnitOfWork, order: &WorkOrder) -> i64 {
    unit.rounds.iter().filter(|r| r.work_order_id == order.id).map(|r| r.number).fold(order.round, i64::max) + 1
}

/// The order's round of a number.
#[must_use]
pub fn round_of(unit: &UnitOfWork, order: WorkOrderId, number: i64) -> Option<&Round> {
    unit.rounds.iter().find(|r| r.work_order_id == order && r.number == number)
}

/// Who submitted what, when a round is made of it.
#[derive(Debug, Clone, Copy)]
pub struct Submission {
    /// Number of the round.
    pub number: i64,
    /// Who submitted.
    pub by: AccountId,
    /// Of which organisation.
    pub organisation: Option<OrganisationId>,
    /// When.
    pub at: Timestamp,
    /// The event that it is made of.
    pub event: WorkEventId,
}

/// The id of a round follows from the order and the number: any submission names the same round.
#[must_use]
pub fn round_id(order: WorkOrderId, number: i64) -> RoundId {
    RoundId::new(name_uuid(&format!("round|{order}|{number}")))
}

/// A round of an order's current epoch, not yet judged.
#[must_use]
pub fn round(order: &WorkOrder, submission: &Submission) -> Round {
    Round {
        id: round_id(order.id, submission.number),
        rev: 0,
        work_order_id: order.id,
        ticket_id: order.ticket_id,
        number: submission.number,
        epoch: order.epoch,
        submitted_by: submission.by,
        submitted_org: submission.organisation,
        submitted_at: submission.at,
        event_id: submission.event,
        verdict: RoundVerdict::Pending,
        verdict_by: None,
        verdict_at: None,
        verdict_mutation: None,
        defects: Vec::new(),
        note: None,
        rework_due: None,
        without_bytes: None,
    }
}

/// Starts the next round of the holder of an order: a new epoch of the same assignment. It is due when `due` says, else the
/// category's time after the server heard of the return: the holder cannot know of it before. Answers when.
///
/// # Errors
/// The table does not allow it.
pub fn begin_rework(
    unit: &mut UnitOfWork,
    reference: &Reference,
    order: &mut WorkOrder,
    (heard, due): (Heard, Option<Timestamp>),
    by: &Mover<'_>,
) -> Result<Option<Timestamp>, NotAllowed> {
    by.take(order, WorkOrderState::Rework)?;
    let category = unit.tickets.get(order.ticket_id).and_then(|t| reference.categories.get(&t.category_id));
    let due = due.or(category.map(|c| heard.at.plus_minutes(c.resolve_minutes)));
    order.round = next_round(unit, order);
    order.epoch += 1;
    order.submitted_by = None;
    order.submitted_org = None;
    order.resolve_due = due.or(order.resolve_due);
    mark(order, heard);
    if let Some(mut held) = order.assignment_id.and_then(|a| unit.assignments.get(a)).cloned() {
        held.until_epoch = order.epoch;
        unit.assignments.put(held);
    }
    Ok(due)
}

/// Calls an order off. Its holder is shown that, so they stay named; what they still report is evidence for a supervisor.
///
/// # Errors
/// The table does not allow it.
pub fn call_off(unit: &mut UnitOfWork, order: &mut WorkOrder, at: Timestamp, reason: &str, by: &Mover<'_>) -> Result<(), NotAllowed> {
    by.take(order, WorkOrderState::Cancelled)?;
    withdraw_offer(unit, order, at, Some(reason));
    order.reason = Some(reason.to_owned());
    order.review_at = None;
    order.accept_due = None;
    touch(order, at);
    Ok(())
}
