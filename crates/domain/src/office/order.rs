//! Work orders by hand: offered, taken from somebody, called off, paused, closed.

use crate::{
    assigning::{Heard, Party, Terms, assign, begin_rework, call_off, release, touch},
    dispatch::{Question, Usage, explanation::by_hand},
    office::{DecisionContext, OfficeResult, Refusal, coded, field, long, reason_given, with_words},
    organisation::{ActiveState, OrganisationKind, does_contract_work},
    sync::engine::end_hold,
    ticket::Ticket,
    unit_of_work::UnitOfWork,
    work_order::{Standing, WorkEvent, WorkEventKind, WorkOrder, WorkOrderKind, WorkOrderState},
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

fn order_of(unit: &UnitOfWork, id: WorkOrderId) -> OfficeResult<WorkOrder> {
    unit.work_orders.get(id).cloned().ok_or(Refusal::Unknown("work order"))
}

fn ticket_of(unit: &UnitOfWork, order: &WorkOrder) -> OfficeResult<Ticket> {
    let ticket = unit.tickets.get(order.ticket_id).cloned().ok_or(Refusal::Unknown("ticket"))?;
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
pub fn offer(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: WorkOrderId, to: Target, reason: &str) -> OfficeResult {
    let order = order_of(unit, id)?;
    reason_given("/reason", reason)?;
    give(unit, context, order, to, reason)
}

/// Takes an order from its holder and gives it to somebody else; without a target the next candidate is asked. The old holder's
/// epoch has passed: what they still report is kept for a supervisor.
///
/// # Errors
/// Nobody holds it, or it is verified; the target does not fit.
pub fn reassign(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: WorkOrderId, to: Option<Target>, reason: &str) -> OfficeResult {
    let mut order = order_of(unit, id)?;
    reason_given("/reason", reason)?;
    let mark = unit.mark();
    release(unit, &mut order, context.now, reason, &context.mover())?;
    let given = match to {
        Some(to) => give(unit, context, order, to, reason),
        None => ticket_of(unit, &order).map(drop),
    };
    given.inspect_err(|_| unit.rollback(mark))
}

fn give(unit: &mut UnitOfWork, context: &DecisionContext<'_>, mut order: WorkOrder, to: Target, reason: &str) -> OfficeResult {
    let ticket = ticket_of(unit, &order)?;
    let category = context.reference.categories.get(&ticket.category_id).ok_or(Refusal::Unknown("category"))?;
    let mut terms = Terms { at: context.now, accept_minutes: None, resolve_minutes: category.resolve_minutes };
    let party = match to {
        Target::Inspector(account) => {
            if order.kind != WorkOrderKind::Inspection {
                return field("/account", "only inspections are given to a person; name an organisation");
            }
            Party { account: Some(account), ..Party::default() }
        }
        Target::Organisation(id) => {
            let Some(organisation) = context.reference.organisations.get(&id).filter(|o| o.state == ActiveState::Active) else {
                return field("/organisation", "there is no such organisation in use");
            };
            if !does_contract_work(organisation.kind) {
                return field("/organisation", "only contractors and emergency groups are given work; to a partner the ticket is referred");
            }
            if order.kind == WorkOrderKind::Inspection {
                return field("/organisation", "inspections are given to an inspector; name an account");
            }
            let at_once = order.kind == WorkOrderKind::Emergency && organisation.kind == OrganisationKind::EmergencyGroup;
            terms.accept_minutes = (!at_once).then_some(category.accept_minutes);
            contract_party(context, &ticket, id)
        }
    };
    let named = party.organisation.map(OrganisationId::uuid).or(party.account.map(AccountId::uuid));
    assign(unit, &mut order, &party, &terms, &context.mover())?;
    order.explanation = Document::from(&by_hand(context.officer.account, named, reason, context.now));
    unit.work_orders.put(order);
    Ok(())
}

/// An organisation under the contract by which it would be asked, if it has one that is in force there.
fn contract_party(context: &DecisionContext<'_>, ticket: &Ticket, organisation: OrganisationId) -> Party {
    let question =
        Question { areas: &ticket.areas, category: ticket.category_id, at: context.now, boundary: ticket.boundary, already_asked: &[] };
    let decision = context.reference.book.decide(&question, &Usage::default());
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
pub fn cancel(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: WorkOrderId, code: &str, note: Option<&str>) -> OfficeResult {
    let mut order = order_of(unit, id)?;
    coded("/code", code)?;
    long("/note", note)?;
    call_off(unit, &mut order, context.now, &with_words(code, note), &context.mover())?;
    unit.work_orders.put(order);
    Ok(())
}

/// Grants a hold, asked for or not, until a date of review.
///
/// # Errors
/// Nobody is at it; the date lies in the past.
pub fn hold(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: WorkOrderId, reason: &str, review_at: Timestamp) -> OfficeResult {
    let mut order = order_of(unit, id)?;
    reason_given("/reason", reason)?;
    if review_at <= context.now {
        return field("/review_at", "must lie in the future");
    }
    context.mover().take(&mut order, WorkOrderState::OnHold)?;
    // Whoever asked has been answered, also when the hold is over.
    for event in asked_for_hold(unit, &order) {
        unit.work_events.put(WorkEvent { standing: Standing::Redundant, ..event });
    }
    order.reason = Some(reason.to_owned());
    order.review_at = Some(review_at);
    touch(&mut order, context.now);
    unit.work_orders.put(order);
    Ok(())
}

/// The requests for a hold in the epoch in force that nobody has answered.
fn asked_for_hold(unit: &UnitOfWork, order: &WorkOrder) -> Vec<WorkEvent> {
    let open = |e: &&WorkEvent| e.kind == WorkEventKind::RequestHold && e.standing == Standing::Effective;
    unit.work_events.iter().filter(|e| e.work_order_id == order.id && e.epoch == order.epoch).filter(open).cloned().collect()
}

/// Refuses the holds that the field has asked for: the requests stand as overruled, the work goes on.
///
/// # Errors
/// Nobody has asked for one.
pub fn refuse_hold(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: WorkOrderId, reason: &str) -> OfficeResult {
    let mut order = order_of(unit, id)?;
    reason_given("/reason", reason)?;
    let asked = asked_for_hold(unit, &order);
    if asked.is_empty() || !matches!(order.state, WorkOrderState::Accepted | WorkOrderState::InProgress) {
        return Err(Refusal::State("nobody has asked for a hold of this order"));
    }
    for event in asked {
        unit.work_events.put(WorkEvent { standing: Standing::Overruled, ..event });
    }
    order.reason = Some(format!("hold_refused: {reason}"));
    touch(&mut order, context.now);
    unit.work_orders.put(order);
    Ok(())
}

/// Ends a hold before its date: the order is where its holder's reports put it.
///
/// # Errors
/// It is not on hold.
pub fn resume(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: WorkOrderId) -> OfficeResult {
    let order = order_of(unit, id)?;
    if order.state != WorkOrderState::OnHold {
        return Err(Refusal::Transition { from: order.state, to: WorkOrderState::InProgress });
    }
    end_hold(unit, order, context.now, &context.mover())?.ok_or(Refusal::State("nobody holds this order")).map(drop)
}

/// Closes verified work.
///
/// # Errors
/// It is not verified.
pub fn close(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: WorkOrderId) -> OfficeResult {
    let mut order = order_of(unit, id)?;
    context.mover().take(&mut order, WorkOrderState::Closed)?;
    touch(&mut order, context.now);
    unit.work_orders.put(order);
    Ok(())
}

/// Takes verified or closed work up again after an objection: the next round of its holder. To return what is submitted is a verdict.
///
/// # Errors
/// It is neither verified nor closed.
pub fn object(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: WorkOrderId, reason: &str, due: Option<Timestamp>) -> OfficeResult {
    let mut order = order_of(unit, id)?;
    reason_given("/reason", reason)?;
    if !matches!(order.state, WorkOrderState::Verified | WorkOrderState::Closed) {
        return Err(Refusal::Transition { from: order.state, to: WorkOrderState::Rework });
    }
    ticket_of(unit, &order)?;
    begin_rework(unit, context.reference, &mut order, (Heard::now(context.now), due), &context.mover())?;
    order.reason = Some(reason.to_owned());
    unit.work_orders.put(order);
    Ok(())
}
