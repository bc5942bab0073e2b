//! One attempt at a work order: what its holder did since the offer, or since the last round was returned. State, answer and round
//! follow from the set of its events.
//!
//! An attempt is mostly one epoch. An offer that was reinstated after it had expired goes on under a new epoch; what its party did
//! in the old one counts on, because no round lies between them.

use std::collections::BTreeSet;

use crate::{
    assigning::{Submission, next_round, round, round_id, touch},
    unit_of_work::UnitOfWork,
    work_order::{Answer, Assignment, Round, RoundVerdict, Standing, WorkEvent, WorkEventKind, WorkOrder, WorkOrderState},
    work_order_graph::{Hold, Mover, NotAllowed, StageEvent, fold_stage, stays},
};
use bazdid_protocol::{command::MAX_SHORT, ids::WorkEventId, time::Timestamp};

/// The first epoch of the current attempt: that of the offer, or the one after the last round that was judged.
pub(crate) fn first_epoch(unit: &UnitOfWork, order: &WorkOrder, assignment: &Assignment) -> i64 {
    unit.rounds
        .iter()
        .filter(|r| r.work_order_id == order.id && r.number < order.round && r.epoch < order.epoch)
        .map(|r| r.epoch + 1)
        .fold(assignment.epoch, i64::max)
}

/// Whether an epoch belongs to the attempt that is going on.
pub(super) fn goes_on(unit: &UnitOfWork, order: &WorkOrder, assignment: &Assignment, epoch: i64) -> bool {
    order.assignment_id == Some(assignment.id) && (first_epoch(unit, order, assignment)..=order.epoch).contains(&epoch)
}

/// Whether an event was made by the party of an assignment.
pub(super) fn by_party(event: &WorkEvent, assignment: &Assignment) -> bool {
    event.work_order_id == assignment.work_order_id
        && event.organisation_id == assignment.organisation_id
        && assignment.account_id.is_none_or(|a| a == event.actor)
}

pub(crate) const fn counts(standing: Standing) -> bool {
    matches!(standing, Standing::Effective | Standing::Redundant)
}

/// The events of the current attempt that count, by stamp.
pub(super) fn events(unit: &UnitOfWork, order: &WorkOrder, assignment: &Assignment) -> Vec<WorkEvent> {
    let epochs = first_epoch(unit, order, assignment)..=order.epoch;
    let mut events: Vec<WorkEvent> =
        unit.work_events.iter().filter(|e| by_party(e, assignment) && epochs.contains(&e.epoch) && counts(e.standing)).cloned().collect();
    events.sort_by_key(|e| (e.eff, e.id));
    events
}

/// Late events of the attempt count again: the offer was reinstated.
pub(super) fn revive(unit: &mut UnitOfWork, order: &WorkOrder, assignment: &Assignment) {
    let epochs = first_epoch(unit, order, assignment)..=order.epoch;
    let late: Vec<WorkEvent> = unit
        .work_events
        .iter()
        .filter(|e| by_party(e, assignment) && epochs.contains(&e.epoch) && e.standing == Standing::Stale)
        .cloned()
        .collect();
    for event in late {
        unit.work_events.put(WorkEvent { standing: Standing::Effective, ..event });
    }
}

/// Whether an event says that its party has taken the offer.
pub(super) const fn takes(kind: WorkEventKind) -> bool {
    matches!(kind, WorkEventKind::Accept | WorkEventKind::Start | WorkEventKind::Resume | WorkEventKind::Submit | WorkEventKind::FailVisit)
}

/// Whether the office, not an event, gave the answer that stands: emergency groups and the city's own staff are not asked.
fn answered_by_office(unit: &UnitOfWork, assignment: &Assignment) -> bool {
    assignment.answer == Some(Answer::Accepted)
        && !unit.work_events.iter().any(|e| by_party(e, assignment) && takes(e.kind) && Some(e.at) == assignment.answered_at)
}

/// Whether the office decided that the party gives the order up: it granted a request for relief, or let a decline stand against work.
pub(super) fn decided_by_office(unit: &UnitOfWork, assignment: &Assignment) -> bool {
    let decided = |e: &WorkEvent| match e.standing {
        Standing::Redundant => e.kind == WorkEventKind::RequestRelief,
        Standing::Overruled => takes(e.kind),
        _ => false,
    };
    let epochs = assignment.epoch..=assignment.until_epoch;
    unit.work_events.iter().any(|e| by_party(e, assignment) && epochs.contains(&e.epoch) && decided(e))
}

/// Derives state, answer and round from the events of the current attempt and writes all that changed. What is verified or closed
/// stays so: later reports of the same attempt join it.
///
/// # Errors
/// The table of transitions does not allow `by` what the events amount to; nothing has changed.
pub(super) fn refold(
    unit: &mut UnitOfWork,
    mut order: WorkOrder,
    mut assignment: Assignment,
    hold: Hold,
    by: &Mover<'_>,
) -> Result<WorkOrder, NotAllowed> {
    let by_office = answered_by_office(unit, &assignment);
    let events = events(unit, &order, &assignment);
    let began = if first_epoch(unit, &order, &assignment) > assignment.epoch {
        WorkOrderState::Rework
    } else if by_office {
        WorkOrderState::Accepted
    } else {
        WorkOrderState::Offered
    };
    let folded: Vec<StageEvent> = events.iter().map(|e| StageEvent { kind: e.kind, eff: e.eff, id: e.id }).collect();
    let stage = fold_stage(began, &folded);
    order.stamp = events.iter().map(|e| e.eff).fold(order.stamp, Timestamp::max);
    if !stays(order.state, stage, hold) {
        if stage != order.state {
            by.take(&mut order, stage)?;
        }
        order.review_at = None;
        let failed = events.iter().rev().find(|e| e.kind == WorkEventKind::FailVisit);
        order.reason = failed.filter(|_| stage == WorkOrderState::FailedVisit).and_then(reason);
    }
    // Of a cancelled order the office has withdrawn the offer.
    if !by_office && order.state != WorkOrderState::Cancelled {
        answer(unit, &order, &mut assignment, stage);
    }
    settle_round(unit, &mut order, &assignment);
    if unit.assignments.get(assignment.id) != Some(&assignment) {
        unit.assignments.put(assignment);
    }
    order.rev = unit.work_orders.put(order.clone());
    Ok(order)
}

fn assignment_of(unit: &UnitOfWork, order: &WorkOrder) -> Option<Assignment> {
    order.assignment_id.and_then(|a| unit.assignments.get(a)).cloned()
}

/// Ends a hold: the stage is what the party has reported, as if there had been none. What nobody had begun waits again.
/// Nothing if nobody holds the order.
///
/// # Errors
/// The table of transitions does not allow it.
pub fn end_hold(unit: &mut UnitOfWork, mut order: WorkOrder, at: Timestamp, by: &Mover<'_>) -> Result<Option<WorkOrder>, NotAllowed> {
    let Some(assignment) = assignment_of(unit, &order) else { return Ok(None) };
    touch(&mut order, at);
    refold(unit, order, assignment, Hold::Ends, by).map(Some)
}

/// Brings an order to where the reports of its current attempt put it, after reports were let in. Nothing if nobody holds the order.
///
/// # Errors
/// The table of transitions does not allow it.
pub fn derive_order(unit: &mut UnitOfWork, order: WorkOrder, by: &Mover<'_>) -> Result<Option<WorkOrder>, NotAllowed> {
    let Some(assignment) = assignment_of(unit, &order) else { return Ok(None) };
    refold(unit, order, assignment, Hold::Stays, by).map(Some)
}

/// Why, as far as a reason is taken; the event itself has all that was written.
fn reason(event: &WorkEvent) -> Option<String> {
    event.reason().map(|text| text.chars().take(MAX_SHORT).collect())
}

/// The answer to the offer, from all events of its party: who began has accepted, and accepted beats declined. Of several answers
/// of one kind the earliest stands.
fn answer(unit: &UnitOfWork, order: &WorkOrder, assignment: &mut Assignment, stage: WorkOrderState) {
    let refused = stage == WorkOrderState::Declined;
    let first = unit
        .work_events
        .iter()
        .filter(|e| by_party(e, assignment) && (assignment.epoch..=order.epoch).contains(&e.epoch) && counts(e.standing))
        .filter(|e| if refused { e.kind == WorkEventKind::Decline } else { takes(e.kind) })
        .min_by_key(|e| (e.eff, e.id));
    let (given, at, why) = match first {
        // An offer that had expired is not declined any more.
        _ if order.state == WorkOrderState::Expired => return,
        Some(first) if refused => (Some(Answer::Declined), Some(first.at), reason(first)),
        Some(first) => (Some(Answer::Accepted), Some(first.at), None),
        None => (None, None, None),
    };
    assignment.answer = given;
    assignment.answered_at = at;
    assignment.reason = why;
}

/// Makes or mends the round of the current attempt: the earliest submission made it, later ones join it. When all were taken back
/// it is withdrawn, and shows the earliest of them, whichever came and went first. What was said of it stays.
fn settle_round(unit: &mut UnitOfWork, order: &mut WorkOrder, assignment: &Assignment) {
    let mut submissions = events(unit, order, assignment).into_iter().filter(|e| e.kind == WorkEventKind::Submit);
    let Some(first) = submissions.next() else {
        withdraw_round(unit, order, assignment);
        return;
    };
    for later in submissions {
        stand(unit, later, Standing::Redundant);
    }
    order.submitted_by = Some(first.actor);
    order.submitted_org = first.organisation_id;
    if let Some(findings) = first.findings() {
        order.findings = Some(findings.clone());
    }
    put_round(unit, order, assignment, &first, RoundVerdict::Pending);
    stand(unit, first, Standing::Effective);
}

fn withdraw_round(unit: &mut UnitOfWork, order: &mut WorkOrder, assignment: &Assignment) {
    if matches!(order.state, WorkOrderState::Verified | WorkOrderState::Closed) {
        return;
    }
    order.submitted_by = None;
    order.submitted_org = None;
    order.findings = None;
    // What was late, or came after the end, and was taken back had made no round.
    let taken_back: BTreeSet<WorkEventId> = events(unit, order, assignment).iter().filter_map(WorkEvent::takes_back).collect();
    let first = unit
        .work_events
        .iter()
        .filter(|e| e.kind == WorkEventKind::Submit && by_party(e, assignment) && taken_back.contains(&e.id))
        .min_by_key(|e| (e.eff, e.id))
        .cloned();
    if let Some(first) = first {
        put_round(unit, order, assignment, &first, RoundVerdict::Withdrawn);
    }
}

/// Writes the round of the current attempt as its first submission makes it. What was judged keeps its verdict.
fn put_round(unit: &mut UnitOfWork, order: &mut WorkOrder, assignment: &Assignment, first: &WorkEvent, verdict: RoundVerdict) {
    // The number may be another party's round: the order was taken from it after it had submitted.
    let begins = first_epoch(unit, order, assignment);
    let number = |order: &WorkOrder| round_id(order.id, order.round);
    if unit.rounds.get(number(order)).is_some_and(|r| r.epoch < begins) {
        order.round = next_round(unit, order);
    }
    let before = unit.rounds.get(number(order)).cloned();
    let submission =
        Submission { number: order.round, by: first.actor, organisation: first.organisation_id, at: first.at, event: first.id };
    let fresh = Round { rev: before.as_ref().map_or(0, |b| b.rev), verdict, ..round(order, &submission) };
    let stands = before.clone().filter(|b| match b.verdict {
        RoundVerdict::Withdrawn => false,
        RoundVerdict::Pending => verdict == RoundVerdict::Pending,
        RoundVerdict::Accepted | RoundVerdict::Partly | RoundVerdict::Rework => true,
    });
    let round = match stands {
        Some(stands) => Round {
            submitted_by: fresh.submitted_by,
            submitted_org: fresh.submitted_org,
            submitted_at: fresh.submitted_at,
            event_id: fresh.event_id,
            epoch: fresh.epoch,
            ..stands
        },
        None => fresh,
    };
    if before.as_ref() != Some(&round) {
        unit.rounds.put(round);
    }
}

fn stand(unit: &mut UnitOfWork, event: WorkEvent, standing: Standing) {
    if event.standing != standing {
        unit.work_events.put(WorkEvent { standing, ..event });
    }
}

/// Gives an order back to a party whose acceptance came in time but was heard of late, and that nobody else has taken since. The
/// offer that is out is withdrawn; the epoch rises, so that whoever was asked meanwhile is late.
///
/// # Errors
/// The table of transitions does not allow it.
pub(super) fn reinstate(
    unit: &mut UnitOfWork,
    order: &mut WorkOrder,
    assignment: &mut Assignment,
    now: Timestamp,
    by: &Mover<'_>,
) -> Result<(), NotAllowed> {
    by.take(order, WorkOrderState::Accepted)?;
    let asked = order.assignment_id.filter(|a| *a != assignment.id).and_then(|a| unit.assignments.get(a)).cloned();
    if let Some(asked) = asked.filter(|a| a.answer.is_none()) {
        unit.assignments.put(Assignment {
            answer: Some(Answer::Withdrawn),
            answered_at: Some(now),
            reason: Some("reinstated".to_owned()),
            ..asked
        });
    }
    order.epoch += 1;
    assignment.until_epoch = order.epoch;
    assignment.answer = None;
    unit.assignments.put(assignment.clone());
    order.assignment_id = Some(assignment.id);
    order.organisation_id = assignment.organisation_id;
    order.account_id = assignment.account_id;
    order.contract_id = assignment.contract_id;
    order.coverage_id = assignment.coverage_id;
    order.accept_due = None;
    Ok(())
}

#[cfg(test)]
mod tests;
