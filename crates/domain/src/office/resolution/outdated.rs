//! A ticket was corrected while somebody works at it: the holder goes on, or the next is asked.

use crate::{
    assigning::{CORRECTED, release},
    conflict::Conflict,
    follow_up::evidence_of,
    office::resolution::{Decision, Refusal},
    sync::merge_context::MergeContext,
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::sides::Sides;

/// Takes the order from its holder: the system asks who is to be asked now, and what was reported is kept.
///
/// # Errors
/// The order has gone on since.
pub(super) fn take_back(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    conflict: &Conflict,
    decision: &Decision<'_>,
) -> Result<(), Refusal> {
    let mut order = conflict.work_order_id.and_then(|o| unit.work_orders.get(o)).cloned().ok_or(Refusal::Unknown)?;
    let ticket = unit.tickets.get(order.ticket_id).cloned().ok_or(Refusal::Unknown)?;
    let Sides::Assignment { base, .. } = &conflict.sides else { return Err(Refusal::Unknown) };
    if base.epoch != order.epoch {
        return Err(Refusal::State("the order has gone on since; keep what is in force"));
    }
    order.evidence = evidence_of(context.reference, &ticket, order.kind);
    release(unit, &mut order, decision.now, CORRECTED, &decision.mover(context))?;
    Ok(())
}
