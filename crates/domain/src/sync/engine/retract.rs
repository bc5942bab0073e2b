//! Taking an own event back, before anybody has verified the work. The event stays for the record and counts no more.

use crate::{
    sync::{
        engine::{
            Act, Author,
            attempt::{goes_on, refold},
            disputes, late, target, unknown,
            work::{Event, holder_of, mover, record, refusal},
        },
        merge_context::MergeContext,
    },
    unit_of_work::UnitOfWork,
    work_order::{RoundVerdict, Standing, WorkEvent, WorkEventKind, WorkOrderState},
    work_order_graph::Hold,
};
use bazdid_protocol::{
    command::WorkRetract,
    ids::WorkEventId,
    outcome::{Outcome, OutcomeCode},
};

/// `work.retract`: the entity is the order, the argument names the mutation that made the event. What somebody has verified or
/// returned cannot be taken back; taking back what was taken back asks for nothing more. Late work that is taken back leaves the
/// conflict of its epoch.
pub(super) fn decide(unit: &mut UnitOfWork, context: &MergeContext<'_>, author: &Author, act: &Act<'_>, args: &WorkRetract) -> Outcome {
    let Some((_, Some(order))) = target(unit, context, author, act.entity) else {
        return unknown(act.entity);
    };
    let order = order.clone();
    let own = |e: &&WorkEvent| e.work_order_id == order.id && e.actor == author.account && e.kind != WorkEventKind::Retract;
    let Some(event) = unit.work_events.get(WorkEventId::of(args.event)).filter(own).cloned() else {
        return unknown(args.event.uuid());
    };
    let Some(assignment) = holder_of(unit, &order, event.epoch, author) else {
        return Outcome::rejected(OutcomeCode::NotAssigned, "this order was not yours in that epoch");
    };
    if event.standing == Standing::Retracted || unit.work_events.get(WorkEventId::of(act.id)).is_some() {
        return Outcome::applied(order.rev);
    }
    let judged = unit.rounds.iter().any(|r| {
        r.work_order_id == order.id
            && r.epoch >= event.epoch
            && r.submitted_org == event.organisation_id
            && !matches!(r.verdict, RoundVerdict::Pending | RoundVerdict::Withdrawn)
    });
    if event.standing != Standing::Stale && (judged || matches!(order.state, WorkOrderState::Verified | WorkOrderState::Closed)) {
        return Outcome::rejected(OutcomeCode::TerminalState, "the work was judged; what you reported cannot be taken back any more");
    }
    let was = event.standing;
    let counts = was != Standing::Stale && goes_on(unit, &order, &assignment, event.epoch);
    let mark = unit.mark();
    let epoch = event.epoch;
    unit.work_events.put(WorkEvent { standing: Standing::Retracted, ..event });
    let standing = if counts { Standing::Effective } else { Standing::Stale };
    record(unit, author, act, &assignment, Event { kind: WorkEventKind::Retract, epoch }, standing);
    if !counts {
        late::refresh(unit, act.received_at, &order);
        return Outcome::applied(order.rev);
    }
    let mut order = order;
    order.stamp = order.stamp.max(act.stamp.eff);
    // Of a cancelled order it says when the office ended it.
    if order.state != WorkOrderState::Cancelled {
        order.updated_at = order.updated_at.max(act.received_at);
    }
    let order = match refold(unit, order, assignment.clone(), Hold::Stays, &mover(context, author, &assignment)) {
        Ok(order) => order,
        Err(why) => {
            unit.rollback(mark);
            return refusal(why);
        }
    };
    disputes::report(unit, act.received_at, &order, &assignment);
    Outcome::applied(order.rev)
}

#[cfg(test)]
mod tests;
