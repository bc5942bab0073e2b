//! What follows when the category or the place of a ticket was corrected, whoever did it.
//!
//! | the order is | then |
//! |---|---|
//! | a draft | it is decided again |
//! | offered or accepted: nobody has begun | it stays with a party that would be asked now, with the evidence and the due time of the new category; else it is taken from the party and decided again |
//! | declined or expired | the next is asked anyway, with the evidence of the new category |
//! | begun, or given by hand | if another party would be asked now, or other evidence is needed, a person decides: a conflict `assignment_outdated` |
//! | verified, closed, cancelled | nothing |
//!
//! An inspection stays with its inspector unless the areas differ before it was begun. Priority and promise follow the category where they
//! still are what the former category gave; what the office has set stays.
//!
//! It compares with the rows as they were loaded, so a second run in the same transaction changes nothing.

use crate::{
    assigning::{CORRECTED, release},
    dispatch::{Question, Usage},
    follow_up::{choice::is_asked, evidence_of},
    reference::Reference,
    sync::engine::outdated,
    ticket::{SetByHand, Ticket},
    ticket_flow::orders_of,
    unit_of_work::UnitOfWork,
    work_order::{WorkOrder, WorkOrderKind, WorkOrderState},
    work_order_graph::Mover,
};
use bazdid_protocol::{
    document::Document,
    ids::WorkOrderId,
    sides::{Epoch, PartySide, Sides},
    time::Timestamp,
};

/// Reconsiders the orders of every ticket whose category or place has changed in a unit of work.
pub fn reconsider(unit: &mut UnitOfWork, reference: &Reference, now: Timestamp) {
    let corrected = |(was, ticket): (Option<&Ticket>, &Ticket)| {
        let was = was.filter(|was| was.category_id != ticket.category_id || was.areas != ticket.areas)?;
        (!ticket.status.is_shut_by_office()).then(|| (was.clone(), ticket.clone()))
    };
    let tickets: Vec<(Ticket, Ticket)> = unit.tickets.changed().filter_map(corrected).collect();
    for (was, ticket) in tickets {
        let ticket = follow_category(unit, reference, &was, ticket);
        let orders: Vec<WorkOrderId> = orders_of(unit, ticket.id).map(|o| o.id).collect();
        for order in orders {
            look_again(unit, reference, (&was, &ticket), order, now);
        }
    }
}

/// Gives a ticket the priority and the promise of its category, where it had those of the former one.
fn follow_category(unit: &mut UnitOfWork, reference: &Reference, was: &Ticket, mut ticket: Ticket) -> Ticket {
    let categories = (reference.categories.get(&was.category_id), reference.categories.get(&ticket.category_id));
    let (Some(former), Some(category)) = categories else { return ticket };
    let before = (ticket.priority, ticket.promise_at);
    if was.priority == former.default_priority && !ticket.is_set_by_hand(SetByHand::Priority) {
        ticket.priority = category.default_priority;
    }
    if was.promise_at == Some(former.promise_of(was.created_at)) && !ticket.is_set_by_hand(SetByHand::Promise) {
        ticket.promise_at = Some(category.promise_of(ticket.created_at));
    }
    if before != (ticket.priority, ticket.promise_at) {
        unit.tickets.put(ticket.clone());
    }
    ticket
}

/// Looks at one order of a corrected ticket again.
fn look_again(unit: &mut UnitOfWork, reference: &Reference, (was, ticket): (&Ticket, &Ticket), id: WorkOrderId, now: Timestamp) {
    use WorkOrderState as S;
    let Some(order) = unit.work_orders.get(id).cloned() else { return };
    let evidence = evidence_of(reference, ticket, order.kind);
    // Who was asked since the rows were loaded was asked for the ticket as it is now.
    let same_holder = unit.work_orders.before(id).is_some_and(|was| was.assignment_id == order.assignment_id);
    match order.state {
        S::Draft | S::Declined | S::Expired => {
            let again = unit.work_orders.before(id).is_some_and(|was| was.explanation == order.explanation);
            let explanation = if again && order.state == S::Draft { Document::default() } else { order.explanation.clone() };
            put(unit, WorkOrder { evidence, explanation, ..order });
        }
        S::Offered | S::Accepted if order.kind == WorkOrderKind::Inspection => {
            if was.areas != ticket.areas && same_holder {
                take_back(unit, reference, order, now);
            }
        }
        S::Offered | S::Accepted if !order.is_given_by_hand() => {
            if same_holder && asked_now(unit, reference, ticket, &order, now).coverage != order.coverage_id {
                take_back(unit, reference, WorkOrder { evidence, ..order }, now);
            } else if was.category_id != ticket.category_id {
                let held = order.assignment_id.and_then(|a| unit.assignments.get(a));
                let minutes = reference.categories.get(&ticket.category_id).map(|c| c.resolve_minutes);
                let resolve_due = held.zip(minutes).map(|(held, minutes)| held.offered_at.plus_minutes(minutes)).or(order.resolve_due);
                put(unit, WorkOrder { evidence, resolve_due, ..order });
            }
        }
        S::Offered | S::Accepted | S::InProgress | S::OnHold | S::FailedVisit | S::Submitted | S::Rework => {
            if order.kind != WorkOrderKind::Inspection {
                let asked = asked_now(unit, reference, ticket, &order, now);
                ask_office(unit, (was, ticket), &order, asked, order.evidence == evidence, now);
            }
        }
        S::Verified | S::Closed | S::Cancelled => {}
    }
}

fn put(unit: &mut UnitOfWork, order: WorkOrder) {
    if unit.work_orders.get(order.id) != Some(&order) {
        unit.work_orders.put(order);
    }
}

/// Takes an order that nobody has begun from its party, and leaves it to the system to decide again.
fn take_back(unit: &mut UnitOfWork, reference: &Reference, mut order: WorkOrder, now: Timestamp) {
    let by = Mover::system(&reference.transitions);
    // What the system may not do stays as it is.
    release(unit, &mut order, now, CORRECTED, &by).unwrap_or_default();
}

/// Who would be asked for an order now, if not for the capacities of the day: its own party counts as not asked yet.
fn asked_now(unit: &UnitOfWork, reference: &Reference, ticket: &Ticket, order: &WorkOrder, now: Timestamp) -> PartySide {
    let others = unit.assignments.iter().filter(|a| a.work_order_id == order.id && Some(a.id) != order.assignment_id && is_asked(a));
    let already_asked: Vec<_> = others.filter_map(|a| a.coverage_id).collect();
    let question =
        Question { areas: &ticket.areas, category: ticket.category_id, at: now, boundary: ticket.boundary, already_asked: &already_asked };
    let chosen = reference.book.decide(&question, &Usage::default()).chosen;
    PartySide {
        category: ticket.category_id,
        organisation: chosen.map(|c| c.organisation),
        contract: chosen.map(|c| c.contract),
        coverage: chosen.map(|c| c.coverage),
    }
}

/// Leaves it to a person whether begun work goes on with its holder; asks nothing any more where nothing would change.
fn ask_office(
    unit: &mut UnitOfWork,
    (was, ticket): (&Ticket, &Ticket),
    order: &WorkOrder,
    asked: PartySide,
    same_evidence: bool,
    now: Timestamp,
) {
    let same_party = match order.coverage_id {
        Some(coverage) => asked.coverage == Some(coverage),
        None => asked.organisation == order.organisation_id,
    };
    let holder = PartySide {
        category: was.category_id,
        organisation: order.organisation_id,
        contract: order.contract_id,
        coverage: order.coverage_id,
    };
    let sides = Sides::Assignment { base: Epoch { epoch: order.epoch }, theirs: holder, mine: asked };
    outdated::settle(unit, now, ticket.id, order, (!(same_party && same_evidence)).then_some(sides));
}

#[cfg(test)]
mod tests;
