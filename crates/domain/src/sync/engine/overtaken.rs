//! Rounds that their order has left behind: it was taken from its holder, or ended. Nobody can judge such a round any more, so it is
//! withdrawn, and what was submitted is late work like any other: a supervisor decides about it.

use std::collections::BTreeSet;

use crate::{
    sync::engine::{
        attempt::{counts, goes_on},
        ended, late,
    },
    unit_of_work::UnitOfWork,
    work_order::{Round, RoundVerdict, Standing, WorkEvent, WorkEventKind, WorkOrderState},
};
use bazdid_protocol::{ids::TicketId, time::Timestamp};

/// Withdraws the rounds of some tickets that wait for a verdict which nobody can give any more, and tells of the work. Every round
/// that is still pending belongs to the current assignment of an order that is submitted.
pub(super) fn withdraw(unit: &mut UnitOfWork, now: Timestamp, tickets: &BTreeSet<TicketId>) {
    let left: Vec<Round> = unit
        .rounds
        .iter()
        .filter(|r| r.verdict == RoundVerdict::Pending && tickets.contains(&r.ticket_id) && !is_current(unit, r))
        .cloned()
        .collect();
    for round in left {
        leave_behind(unit, now, round);
    }
}

/// Whether a round is the one that its order waits for a verdict of.
pub(super) fn is_current(unit: &UnitOfWork, round: &Round) -> bool {
    let Some(order) = unit.work_orders.get(round.work_order_id) else { return false };
    let held = order.assignment_id.and_then(|a| unit.assignments.get(a));
    order.state == WorkOrderState::Submitted
        && order.round == round.number
        && held.is_some_and(|held| goes_on(unit, order, held, round.epoch))
}

fn leave_behind(unit: &mut UnitOfWork, now: Timestamp, round: Round) {
    let submissions = submissions(unit, &round);
    let order = round.work_order_id;
    unit.rounds.put(Round { verdict: RoundVerdict::Withdrawn, ..round });
    for event in &submissions {
        unit.work_events.put(WorkEvent { standing: Standing::Stale, ..event.clone() });
    }
    for event in &submissions {
        if ended::is_ended(unit, order) {
            ended::report_work(unit, now, order, ended::Party::of(event));
        } else {
            late::report_stale(unit, now, order, event.epoch);
        }
    }
}

/// The submissions that a round is made of: those of its party since the round before.
fn submissions(unit: &UnitOfWork, round: &Round) -> Vec<WorkEvent> {
    let before = unit.rounds.iter().filter(|r| r.work_order_id == round.work_order_id && r.number < round.number && r.epoch < round.epoch);
    let before = before.map(|r| r.epoch).max();
    let party = |e: &WorkEvent| match round.submitted_org {
        Some(_) => e.organisation_id == round.submitted_org,
        None => e.actor == round.submitted_by,
    };
    unit.work_events
        .iter()
        .filter(|e| e.work_order_id == round.work_order_id && e.kind == WorkEventKind::Submit && counts(e.standing) && party(e))
        .filter(|e| e.epoch <= round.epoch && before.is_none_or(|b| e.epoch > b))
        .cloned()
        .collect()
}
