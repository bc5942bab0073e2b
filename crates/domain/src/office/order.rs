//! Work orders by hand: offered, taken from somebody, called off, paused, closed.

use crate::{
    assigning::{Heard, Party, Terms, assign, begin_rework, call_off, release, touch},
    dispatch::{Question, Usage, explanation::by_hand},
    office::{Desk, Refusal, Ruled, coded, field, long, reason_given, with_words},
    organisation::{ActiveState, OrganisationKind},
    sync::engine::end_hold,
    ticket::Ticket,
    work_order::{Standing, WorkEvent, WorkEventKind, WorkOrder, WorkOrderKind, WorkOrderState},
    world::World,
};
use bazdid_protocol::{
    document::Document,
    ids::{AccountId, OrganisationId, WorkOrderId},
    time::Timestamp,
};

/// To whom an order is given by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// An organisation; asked, but for an emergency group in an emergency.
    Organisation(OrganisationId),
    /// One of the city's inspectors, who is not asked. The caller has made sure that the account is one.
    Inspector(AccountId),
}

fn order_of(world: &World, id: WorkOrderId) -> Ruled<WorkOrder> {
    world.work_orders.get(id).cloned().ok_or(Refusal::Unknown("work order"))
}

fn ticket_of(world: &World, order: &WorkOrder) -> Ruled<Ticket> {
    let ticket = world.tickets.get(order.ticket_id).cloned().ok_or(Refusal::Unknown("ticket"))?;
    if ticket.status.is_shut_by_office() {
        return Err(Refusal::State("the office has ended the ticket; reopen it first"));
    }
    Ok(ticket)
}

/// Offers an order that nobody holds, with a reason given by hand. Under a contract if the organisation has one that fits, whatever
/// its rank and its capacity; without one all the same.
///
/// # Errors
/// Somebody holds it; the target does not fit.
pub fn offer(world: &mut World, desk: &Desk<'_>, id: WorkOrderId, to: Target, reason: &str) -> Ruled {
    let order = order_of(world, id)?;
    reason_given("/reason", reason)?;
    give(world, desk, order, to, reason)
}

/// Takes an order from its holder and gives it to somebody else; without a target the next candidate is asked. The old holder's
/// epoch has passed: what they still report is kept for a supervisor.
///
/// # Errors
/// Nobody holds it, or it is verified; the target does not fit.
pub fn reassign(world: &mut World, desk: &Desk<'_>, id: WorkOrderId, to: Option<Target>, reason: &str) -> Ruled {
    let mut order = order_of(world, id)?;
    reason_given("/reason", reason)?;
    let mark = world.mark();
    release(world, &mut order, desk.now, reason, &desk.mover())?;
    let given = match to {
        Some(to) => give(world, desk, order, to, reason),
        None => ticket_of(world, &order).map(drop),
    };
    given.inspect_err(|_| world.rollback(mark))
}

fn give(world: &mut World, desk: &Desk<'_>, mut order: WorkOrder, to: Target, reason: &str) -> Ruled {
    let ticket = ticket_of(world, &order)?;
    let category = desk.reference.categories.get(&ticket.category_id).ok_or(Refusal::Unknown("category"))?;
    let mut terms = Terms { at: desk.now, accept_minutes: None, resolve_minutes: category.resolve_minutes };
    let party = match to {
        Target::Inspector(account) => {
            if order.kind != WorkOrderKind::Inspection {
                return field("/account", "only inspections are given to a person; name an organisation");
            }
            Party { account: Some(account), ..Party::default() }
        }
        Target::Organisation(id) => {
            let Some(organisation) = desk.reference.organisations.get(&id).filter(|o| o.state == ActiveState::Active) else {
                return field("/organisation", "there is no such organisation in use");
            };
            if order.kind == WorkOrderKind::Inspection {
                return field("/organisation", "inspections are given to an inspector; name an account");
            }
            let at_once = order.kind == WorkOrderKind::Emergency && organisation.kind == OrganisationKind::EmergencyGroup;
            terms.accept_minutes = (!at_once).then_some(category.accept_minutes);
            contract_party(desk, &ticket, id)
        }
    };
    let named = party.organisation.map(OrganisationId::uuid).or(party.account.map(AccountId::uuid));
    assign(world, &mut order, &party, &terms, &desk.mover())?;
    order.explanation = Document::from(&by_hand(desk.officer.account, named, reason, desk.now));
    world.work_orders.put(order);
    Ok(())
}

/// An organisation under the contract by which it would be asked, if it has one that is in force there.
fn contract_party(desk: &Desk<'_>, ticket: &Ticket, organisation: OrganisationId) -> Party {
    let question =
        Question { areas: &ticket.areas, category: ticket.category_id, at: desk.now, boundary: ticket.boundary, already_asked: &[] };
    let decision = desk.reference.book.decide(&question, &Usage::default());
    let fits = decision.considered.iter().find(|c| c.organisation == organisation && c.reason.is_none_or(|r| r.is_of_order()));
    Party {
        organisation: Some(organisation),
        account: None,
        contract: fits.map(|c| c.contract),
        coverage: fits.map(|c| c.coverage),
        rank: fits.map_or(0, |c| c.rank),
    }
}

/// Calls an order off, with a coded reason.
///
/// # Errors
/// Somebody says that it is done; it has ended.
pub fn cancel(world: &mut World, desk: &Desk<'_>, id: WorkOrderId, code: &str, note: Option<&str>) -> Ruled {
    let mut order = order_of(world, id)?;
    coded("/code", code)?;
    long("/note", note)?;
    call_off(world, &mut order, desk.now, &with_words(code, note), &desk.mover())?;
    world.work_orders.put(order);
    Ok(())
}

/// Grants a hold, asked for or not, until a date of review.
///
/// # Errors
/// Nobody is at it; the date lies in the past.
pub fn hold(world: &mut World, desk: &Desk<'_>, id: WorkOrderId, reason: &str, review_at: Timestamp) -> Ruled {
    let mut order = order_of(world, id)?;
    reason_given("/reason", reason)?;
    if review_at <= desk.now {
        return field("/review_at", "must lie in the future");
    }
    desk.mover().take(&mut order, WorkOrderState::OnHold)?;
    // Whoever asked has been answered, also when the hold is over.
    for event in asked_for_hold(world, &order) {
        world.work_events.put(WorkEvent { standing: Standing::Redundant, ..event });
    }
    order.reason = Some(reason.to_owned());
    order.review_at = Some(review_at);
    touch(&mut order, desk.now);
    world.work_orders.put(order);
    Ok(())
}

/// The requests for a hold in the epoch in force that nobody has answered.
fn asked_for_hold(world: &World, order: &WorkOrder) -> Vec<WorkEvent> {
    let open = |e: &&WorkEvent| e.kind == WorkEventKind::RequestHold && e.standing == Standing::Effective;
    world.work_events.iter().filter(|e| e.work_order_id == order.id && e.epoch == order.epoch).filter(open).cloned().collect()
}

/// Refuses the holds that the field has asked for: the requests stand as overruled, the work goes on.
///
/// # Errors
/// Nobody has asked for one.
pub fn refuse_hold(world: &mut World, desk: &Desk<'_>, id: WorkOrderId, reason: &str) -> Ruled {
    let mut order = order_of(world, id)?;
    reason_given("/reason", reason)?;
    let asked = asked_for_hold(world, &order);
    if asked.is_empty() || !matches!(order.state, WorkOrderState::Accepted | WorkOrderState::InProgress) {
        return Err(Refusal::State("nobody has asked for a hold of this order"));
    }
    for event in asked {
        world.work_events.put(WorkEvent { standing: Standing::Overruled, ..event });
    }
    order.reason = Some(format!("hold_refused: {reason}"));
    touch(&mut order, desk.now);
    world.work_orders.put(order);
    Ok(())
}

/// Ends a hold before its date: the order is where its holder's reports put it.
///
/// # Errors
/// It is not on hold.
pub fn resume(world: &mut World, desk: &Desk<'_>, id: WorkOrderId) -> Ruled {
    let order = order_of(world, id)?;
    if order.state != WorkOrderState::OnHold {
        return Err(Refusal::Transition { from: order.state, to: WorkOrderState::InProgress });
    }
    end_hold(world, order, desk.now, &desk.mover())?.ok_or(Refusal::State("nobody holds this order")).map(drop)
}

/// Closes verified work.
///
/// # Errors
/// It is not verified.
pub fn close(world: &mut World, desk: &Desk<'_>, id: WorkOrderId) -> Ruled {
    let mut order = order_of(world, id)?;
    desk.mover().take(&mut order, WorkOrderState::Closed)?;
    touch(&mut order, desk.now);
    world.work_orders.put(order);
    Ok(())
}

/// Takes verified or closed work up again after an objection: the next round of its holder. To return what is submitted is a verdict.
///
/// # Errors
/// It is neither verified nor closed.
pub fn object(world: &mut World, desk: &Desk<'_>, id: WorkOrderId, reason: &str, due: Option<Timestamp>) -> Ruled {
    let mut order = order_of(world, id)?;
    reason_given("/reason", reason)?;
    if !matches!(order.state, WorkOrderState::Verified | WorkOrderState::Closed) {
        return Err(Refusal::Transition { from: order.state, to: WorkOrderState::Rework });
    }
    ticket_of(world, &order)?;
    begin_rework(world, desk.reference, &mut order, (Heard::now(desk.now), due), &desk.mover())?;
    order.reason = Some(reason.to_owned());
    world.work_orders.put(order);
    Ok(())
}
