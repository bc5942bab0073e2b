//! Two tickets are one.

use crate::{
    conflict::Conflict,
    office::{
        resolution::{Decision, Refusal},
        ticket::{DUPLICATE, join},
    },
    sync::merge_context::MergeContext,
    ticket::TicketStatus,
    ticket_flow::Because,
    unit_of_work::UnitOfWork,
};

/// One ticket becomes the duplicate of the other: its callers support the other, its open orders are called off. What was submitted
/// for it is judged and paid as ever. Both tickets must be loaded.
pub(super) fn merge(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    conflict: &Conflict,
    decision: &Decision<'_>,
) -> Result<(), Refusal> {
    let (one, other) = conflict.sides.tickets().ok_or(Refusal::Unknown)?;
    let into = decision.into.unwrap_or(one);
    if into != one && into != other {
        return Err(Refusal::argument("/into", "must be one of the two tickets of the conflict"));
    }
    let gone = if into == one { other } else { one };
    let (master, ticket) = unit.tickets.get(into).cloned().zip(unit.tickets.get(gone).cloned()).ok_or(Refusal::Unknown)?;
    if master.status.is_shut_by_office() {
        return Err(Refusal::State("the ticket to merge into was ended by the office; merge into the other, or reopen it"));
    }
    if ticket.status == TicketStatus::Duplicate {
        return Err(Refusal::State("this ticket was merged already"));
    }
    let because = Because { actor: Some(decision.by.account), reason: decision.note.or(Some(DUPLICATE)), at: decision.now };
    join(unit, ticket, master, because, &decision.mover(context));
    Ok(())
}
