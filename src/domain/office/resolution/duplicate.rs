//! Two tickets are one.

use crate::domain::{
    assigning::touch,
    conflict::Conflict,
    ids::TicketId,
    office::resolution::{Decision, Refusal},
    ticket::{Ticket, TicketStatus},
    ticket_flow::{Because, orders_of, set_status},
    work_order::{Answer, Assignment, WorkOrder, WorkOrderState},
    work_order_graph::{Party, may},
    world::World,
};

/// Coded reason of what ends with a merge.
const MERGED: &str = "duplicate";

fn side(value: &serde_json::Value) -> Option<TicketId> {
    value.get("ticket").cloned().and_then(|v| serde_json::from_value(v).ok())
}

/// One ticket becomes the duplicate of the other: its callers support the other, its open orders are called off. What was submitted
/// for it is judged and paid as ever. Both tickets must be loaded.
pub(super) fn merge(world: &mut World, conflict: &Conflict, decision: &Decision<'_>) -> Result<(), Refusal> {
    let (one, other) = side(&conflict.theirs).zip(side(&conflict.mine)).ok_or(Refusal::Unknown)?;
    let into = decision.into.unwrap_or(one);
    if into != one && into != other {
        return Err(Refusal::argument("/into", "must be one of the two tickets of the conflict"));
    }
    let gone = if into == one { other } else { one };
    let (master, ticket) = world.tickets.get(into).cloned().zip(world.tickets.get(gone).cloned()).ok_or(Refusal::Unknown)?;
    if master.status.is_shut_by_office() {
        return Err(Refusal::State("the ticket to merge into was ended by the office; merge into the other, or reopen it"));
    }
    if ticket.status == TicketStatus::Duplicate {
        return Err(Refusal::State("this ticket was merged already"));
    }
    world.tickets.put(Ticket {
        supporters: master.supporters + ticket.supporters,
        stamp: master.stamp.max(decision.now),
        updated_at: master.updated_at.max(decision.now),
        ..master
    });
    world.tickets.put(Ticket { duplicate_of: Some(into), ..ticket });
    let because = Because { actor: Some(decision.by.account), reason: decision.note.or(Some(MERGED)), at: decision.now };
    set_status(world, gone, TicketStatus::Duplicate, because);
    let open: Vec<WorkOrder> =
        orders_of(world, gone).filter(|o| may(o.state, WorkOrderState::Cancelled, Party::Supervisor)).cloned().collect();
    for order in open {
        call_off(world, order, decision);
    }
    Ok(())
}

/// The holder is shown that the order is called off, so he keeps it.
fn call_off(world: &mut World, mut order: WorkOrder, decision: &Decision<'_>) {
    let held = order.assignment_id.and_then(|a| world.assignments.get(a)).cloned();
    if let Some(held) = held.filter(|a| !matches!(a.answer, Some(Answer::Declined | Answer::Expired))) {
        world.assignments.put(Assignment {
            answer: Some(Answer::Withdrawn),
            answered_at: Some(decision.now),
            reason: Some(MERGED.to_owned()),
            ..held
        });
    }
    order.state = WorkOrderState::Cancelled;
    order.reason = Some(MERGED.to_owned());
    order.review_at = None;
    order.accept_due = None;
    touch(&mut order, decision.now);
    world.work_orders.put(order);
}
