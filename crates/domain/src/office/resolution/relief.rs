//! A crew asked to be relieved of an order, and the office answers.

use crate::{
    assigning::{release, touch},
    conflict::{Conflict, Resolution},
    office::resolution::{Decision, Refusal},
    sync::{engine::relief, merge_context::MergeContext},
    unit_of_work::UnitOfWork,
    work_order::{Answer, Assignment, Standing, WorkEvent, WorkOrder, WorkOrderState},
    work_order_graph::Mover,
};
use bazdid_protocol::sides::Sides;

/// Why an order that had been accepted is taken from its holder.
const RELIEVED: &str = "relief_granted";

/// Declined: an offer that nobody has accepted is declined as if the manager had done it; an order that the party has in hand is
/// taken from it. Either way the system asks the next. Kept: the requests are overruled and nothing else changes.
///
/// # Errors
/// The order has gone on since.
pub(super) fn answer(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    conflict: &Conflict,
    decision: &Decision<'_>,
) -> Result<(), Refusal> {
    let order = conflict.work_order_id.and_then(|o| unit.work_orders.get(o)).cloned().ok_or(Refusal::Unknown)?;
    let Sides::Relief { base, .. } = &conflict.sides else { return Err(Refusal::Unknown) };
    let asked = relief(unit, &order).filter(|r| r.epoch == base.epoch);
    let Some(asked) = asked else {
        return match decision.resolution {
            Resolution::Keep => Ok(()),
            _ => Err(Refusal::State("the order has gone on since; keep what is in force")),
        };
    };
    let standing = if decision.resolution == Resolution::Keep { Standing::Overruled } else { Standing::Redundant };
    for event in &asked.requests {
        unit.work_events.put(WorkEvent { standing, ..event.clone() });
    }
    if decision.resolution == Resolution::Keep {
        return Ok(());
    }
    relieve(unit, decision, order, &asked.requests, &decision.mover(context))
}

fn relieve(
    unit: &mut UnitOfWork,
    decision: &Decision<'_>,
    mut order: WorkOrder,
    requests: &[WorkEvent],
    by: &Mover<'_>,
) -> Result<(), Refusal> {
    let first = requests.first();
    let reason = first.and_then(WorkEvent::reason);
    let held = order.assignment_id.and_then(|a| unit.assignments.get(a)).cloned();
    match held.filter(|_| order.state == WorkOrderState::Offered) {
        Some(held) => {
            by.take(&mut order, WorkOrderState::Declined)?;
            unit.assignments.put(Assignment {
                answer: Some(Answer::Declined),
                answered_at: first.map(|e| e.at).or(Some(decision.now)),
                reason: reason.map(str::to_owned),
                ..held
            });
            touch(&mut order, decision.now);
            unit.work_orders.put(order);
        }
        None => release(unit, &mut order, decision.now, reason.unwrap_or(RELIEVED), by)?,
    }
    Ok(())
}
