//! Gives an order to a party and takes it back: the only code that raises an order's epoch for an assignment.
//!
//! - Each new holder has an epoch of its own; what an earlier holder still reports is of an epoch that has passed.
//! - An order that is taken back and given to nobody has a new epoch too: nobody holds it.

use crate::{
    work_order::{Answer, Assignment, Round, RoundVerdict, WorkOrder, WorkOrderState},
    world::World,
};
use bazdid_protocol::{
    document::Document,
    ids::{AccountId, AssignmentId, ContractId, CoverageId, MutationId, OrganisationId, WorkEventId, WorkOrderId, name_uuid},
    time::Timestamp,
};

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

/// Takes an order from its holder, if it has one: the assignment is answered, the epoch passes.
pub fn withdraw(world: &mut World, order: &mut WorkOrder, at: Timestamp, reason: Option<&str>) {
    if let Some(mut held) = order.assignment_id.and_then(|a| world.assignments.get(a)).cloned() {
        if !matches!(held.answer, Some(Answer::Declined | Answer::Expired)) {
            held.answer = Some(Answer::Withdrawn);
            held.answered_at = Some(at);
            held.reason = reason.map(str::to_owned);
            world.assignments.put(held);
        }
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
pub fn release(world: &mut World, order: &mut WorkOrder, at: Timestamp, reason: &str) {
    withdraw(world, order, at, Some(reason));
    order.state = WorkOrderState::Draft;
    order.reason = None;
    order.review_at = None;
    // Nobody has decided for whom.
    order.explanation = Document::default();
    world.work_orders.put(order.clone());
}

/// Gives an order to a party: offered, or accepted for those that are not asked. Whoever held it before holds it no more.
pub fn assign(world: &mut World, order: &mut WorkOrder, to: &Party, terms: &Terms) {
    withdraw(world, order, terms.at, Some("reassigned"));
    let taken = world.assignments.iter().any(|a| a.work_order_id == order.id && a.until_epoch >= order.epoch);
    if taken || order.epoch == 0 {
        order.epoch += 1;
    }
    let expires_at = terms.accept_minutes.map(|m| terms.at.plus_minutes(m));
    let id = AssignmentId::new(name_uuid(&format!("assignment|{}|{}", order.id, order.epoch)));
    world.assignments.put(Assignment {
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
    order.state = if expires_at.is_some() { WorkOrderState::Offered } else { WorkOrderState::Accepted };
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
}

/// Marks an order as changed at an instant.
pub fn touch(order: &mut WorkOrder, at: Timestamp) {
    order.stamp = order.stamp.max(at);
    order.updated_at = order.updated_at.max(at);
}

/// The number of the order's next round: above every round that it has.
#[must_use]
pub fn next_round(world: &World, order: &WorkOrder) -> i64 {
    world.rounds.iter().filter(|r| r.work_order_id == order.id).map(|r| r.number).fold(order.round, i64::max) + 1
}

/// The order's round of a number.
#[must_use]
pub fn round_of(world: &World, order: WorkOrderId, number: i64) -> Option<&Round> {
    world.rounds.iter().find(|r| r.work_order_id == order && r.number == number)
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

/// A round of an order's current epoch, not yet judged. Its id follows from the order and the number.
#[must_use]
pub fn round(order: &WorkOrder, submission: &Submission) -> Round {
    Round {
        id: bazdid_protocol::ids::RoundId::new(name_uuid(&format!("round|{}|{}", order.id, submission.number))),
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

/// Starts the next round of the holder of an order: a new epoch of the same assignment.
pub fn begin_rework(world: &mut World, order: &mut WorkOrder, at: Timestamp, due: Option<Timestamp>) {
    order.round = next_round(world, order);
    order.epoch += 1;
    order.state = WorkOrderState::Rework;
    order.submitted_by = None;
    order.submitted_org = None;
    order.resolve_due = due.or(order.resolve_due);
    touch(order, at);
    if let Some(mut held) = order.assignment_id.and_then(|a| world.assignments.get(a)).cloned() {
        held.until_epoch = order.epoch;
        world.assignments.put(held);
    }
}

/// The command of a row that a work event made, for keys of conflicts.
#[must_use]
pub const fn mutation_of(event: WorkEventId) -> MutationId {
    MutationId::new(event.uuid())
}

/// Calls an order off. Its holder is shown that, so he stays named; what he still reports is evidence for a supervisor.
pub fn call_off(world: &mut World, order: &mut WorkOrder, at: Timestamp, reason: &str) {
    if let Some(mut held) = order.assignment_id.and_then(|a| world.assignments.get(a)).cloned()
        && !matches!(held.answer, Some(Answer::Declined | Answer::Expired))
    {
        held.answer = Some(Answer::Withdrawn);
        held.answered_at = Some(at);
        held.reason = Some(reason.to_owned());
        world.assignments.put(held);
    }
    order.state = WorkOrderState::Cancelled;
    order.reason = Some(reason.to_owned());
    order.review_at = None;
    order.accept_due = None;
    touch(order, at);
}
