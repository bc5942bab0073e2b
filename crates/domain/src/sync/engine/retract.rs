//! Taking an own event back, before anybody has verified the work. The event stays for the record and counts no more.

use crate::{
    policy::Permission,
    sync::{
        engine::{
            Act, Author,
            attempt::{goes_on, refold},
            disputes, late, target, unknown,
            work::{Event, holder_of, mover, record, refusal},
        },
        surroundings::Surroundings,
    },
    work_order::{RoundVerdict, Standing, WorkEvent, WorkEventKind, WorkOrderState},
    work_order_graph::Hold,
    world::World,
};
use bazdid_protocol::{
    command::WorkRetract,
    ids::WorkEventId,
    outcome::{Outcome, OutcomeCode},
};

/// `work.retract`: the entity is the order, the argument names the mutation that made the event. What somebody has verified or
/// returned cannot be taken back; taking back what was taken back asks for nothing more. Late work that is taken back leaves the
/// conflict of its epoch.
pub(super) fn decide(world: &mut World, around: &Surroundings<'_>, author: &Author, act: &Act<'_>, args: &WorkRetract) -> Outcome {
    if !author.may(Permission::WorkPerform) {
        return Outcome::rejected(OutcomeCode::NotPermitted, "your roles do not allow this");
    }
    let Some((_, Some(order))) = target(world, around, author, act.entity) else {
        return unknown(act.entity);
    };
    let order = order.clone();
    let own = |e: &&WorkEvent| e.work_order_id == order.id && e.actor == author.account && e.kind != WorkEventKind::Retract;
    let Some(event) = world.work_events.get(WorkEventId::of(args.event)).filter(own).cloned() else {
        return unknown(args.event.uuid());
    };
    let Some(assignment) = holder_of(world, &order, event.epoch, author) else {
        return Outcome::rejected(OutcomeCode::NotAssigned, "this order was not yours in that epoch");
    };
    if event.standing == Standing::Retracted || world.work_events.get(WorkEventId::of(act.id)).is_some() {
        return Outcome::applied(order.rev);
    }
    let judged = world.rounds.iter().any(|r| {
        r.work_order_id == order.id
            && r.epoch >= event.epoch
            && r.submitted_org == event.organisation_id
            && !matches!(r.verdict, RoundVerdict::Pending | RoundVerdict::Withdrawn)
    });
    if event.standing != Standing::Stale && (judged || matches!(order.state, WorkOrderState::Verified | WorkOrderState::Closed)) {
        return Outcome::rejected(OutcomeCode::TerminalState, "the work was judged; what you reported cannot be taken back any more");
    }
    let was = event.standing;
    let counts = was != Standing::Stale && goes_on(world, &order, &assignment, event.epoch);
    let mark = world.mark();
    let epoch = event.epoch;
    world.work_events.put(WorkEvent { standing: Standing::Retracted, ..event });
    let standing = if counts { Standing::Effective } else { Standing::Stale };
    record(world, author, act, &assignment, Event { kind: WorkEventKind::Retract, epoch }, standing);
    if !counts {
        late::refresh(world, act.received_at, &order);
        return Outcome::applied(order.rev);
    }
    let mut order = order;
    order.stamp = order.stamp.max(act.stamp.eff);
    // Of a cancelled order it says when the office ended it.
    if order.state != WorkOrderState::Cancelled {
        order.updated_at = order.updated_at.max(act.received_at);
    }
    let order = match refold(world, order, assignment.clone(), Hold::Stays, &mover(around, author, &assignment)) {
        Ok(order) => order,
        Err(why) => {
            world.rollback(mark);
            return refusal(why);
        }
    };
    disputes::report(world, act.received_at, &order, &assignment);
    Outcome::applied(order.rev)
}

#[cfg(test)]
mod tests;
