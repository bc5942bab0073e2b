//! Tickets by hand: looked at, put off, passed on, refused, merged, taken up again.

use crate::{
    assigning::call_off,
    category::Priority,
    intake::{Written, edit, ensure_origin, text_fault},
    office::{DecisionContext, OfficeResult, Refusal, coded, field, long, reason_given, with_words},
    organisation::ActiveState,
    ticket::{PointSource, Register, SetByHand, Ticket, TicketField, TicketStatus},
    ticket_flow::{Because, is_open, orders_of, set_status},
    unit_of_work::UnitOfWork,
    work_order::{WorkOrder, WorkOrderState},
    work_order_graph::Mover,
};
use bazdid_protocol::{
    fold::is_blank,
    geo::Point,
    ids::{CategoryId, OrganisationId, TicketId, WriteId},
    time::Timestamp,
};

/// What the office changes of a ticket; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Triage {
    /// Priority.
    pub priority: Option<Priority>,
    /// What it is about.
    pub category: Option<CategoryId>,
    /// The citizen's words, as the office understands them.
    pub text: Option<String>,
    /// Where, in words.
    pub address_text: Option<String>,
    /// Where.
    pub point: Option<Point>,
    /// Until when an answer is promised.
    pub promise_at: Option<Timestamp>,
}

fn ticket_of(unit: &UnitOfWork, id: TicketId) -> OfficeResult<Ticket> {
    unit.tickets.get(id).cloned().ok_or(Refusal::Unknown("ticket"))
}

fn because<'a>(context: &DecisionContext<'_>, reason: &'a str) -> Because<'a> {
    Because { actor: Some(context.officer.account), reason: Some(reason), at: context.now }
}

/// Looks at a ticket: what was new is triaged, and its fields are put right. What follows for its orders from another category or place
/// the follow-up finds ([`crate::follow_up::reconsider`]).
///
/// # Errors
/// The office has ended it; a field cannot be accepted.
pub fn triage(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: TicketId, triage: &Triage) -> OfficeResult {
    let before = ticket_of(unit, id)?;
    if before.status.is_shut_by_office() {
        return Err(Refusal::Status { from: before.status, to: TicketStatus::Triaged });
    }
    let mut ticket = before.clone();
    apply(&mut ticket, context, triage)?;
    let v = before.rev + 1;
    let write = WriteId::of_command(context.command);
    let register = Register { eff: context.now.micros(), by: write, actor: context.officer.account, v };
    for (what, said) in [(SetByHand::Priority, triage.priority.is_some()), (SetByHand::Promise, triage.promise_at.is_some())] {
        if said {
            ticket.set_by_hand(what, register.clone());
        }
    }
    for field in changed_fields(&before, &ticket) {
        ticket.registers.insert(field.to_string(), register.clone());
        ensure_origin(unit, id, field);
        let written = Written { by: context.officer.account, device: None, office: true, at: context.now, base: before.rev, v };
        unit.field_edits.put(edit(write, &ticket, field, &written));
    }
    if ticket != before {
        ticket.stamp = ticket.stamp.max(context.now);
        ticket.updated_at = ticket.updated_at.max(context.now);
        unit.tickets.put(ticket);
    }
    if before.status == TicketStatus::New {
        let looked = Because { actor: Some(context.officer.account), reason: None, at: context.now };
        set_status(unit, id, TicketStatus::Triaged, looked);
    }
    Ok(())
}

fn changed_fields(before: &Ticket, now: &Ticket) -> Vec<TicketField> {
    let differs = [
        (TicketField::Text, before.text != now.text),
        (TicketField::AddressText, before.address_text != now.address_text),
        (TicketField::Point, before.point != now.point),
        (TicketField::Category, before.category_id != now.category_id),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

fn apply(ticket: &mut Ticket, context: &DecisionContext<'_>, triage: &Triage) -> OfficeResult {
    if let Some(text) = &triage.text {
        if is_blank(text) || text_fault(text).is_some() {
            return field("/text", "must have 1 to 4000 characters, none of them NUL");
        }
        ticket.text.clone_from(text);
    }
    if let Some(address) = &triage.address_text {
        if text_fault(address).is_some() {
            return field("/address_text", "must have at most 4000 characters, none of them NUL");
        }
        ticket.address_text = Some(address.clone()).filter(|a| !is_blank(a));
    }
    if let Some(point) = triage.point {
        if let Some((_, why)) = point.fault() {
            return field("/point", why);
        }
        let place = context.reference.locate(&point);
        // Set by a person who knows: however rough the map was, no worse fix overrules it.
        ticket.point = Point { accuracy_m: None, ..point };
        ticket.point_source = PointSource::Map;
        ticket.areas = place.areas;
        ticket.leaf_areas = place.leaf_areas;
        ticket.boundary = place.boundary;
    }
    if let Some(id) = triage.category {
        let Some(category) = context.reference.categories.get(&id).filter(|c| c.state == ActiveState::Active) else {
            return field("/category", "there is no such category in use");
        };
        ticket.category_id = id;
        ticket.hazard = category.hazard;
    }
    ticket.priority = triage.priority.unwrap_or(ticket.priority);
    if let Some(promise) = triage.promise_at {
        if promise <= context.now {
            return field("/promise_at", "must lie in the future");
        }
        ticket.promise_at = Some(promise);
    }
    Ok(())
}

/// Puts a ticket off, with a reason for the citizen and the window in which it is planned. Orders that nobody has begun are called
/// off.
///
/// # Errors
/// Somebody is at it; the window is none; the office has ended it.
pub fn defer(
    unit: &mut UnitOfWork,
    context: &DecisionContext<'_>,
    id: TicketId,
    reason: &str,
    (from, to): (Timestamp, Timestamp),
) -> OfficeResult {
    let ticket = ticket_of(unit, id)?;
    reason_given("/reason", reason)?;
    if from > to || to <= context.now {
        return field("/planned_to", "the window must end in the future and not before it begins");
    }
    may_leave(&ticket, TicketStatus::Deferred)?;
    put_off(unit, ticket, to, because(context, &format!("{reason} [{from}/{to}]")), &context.mover()).map_err(Refusal::State)
}

/// Puts a ticket off until an instant, and calls off the orders that nobody has begun.
pub(in crate::office) fn put_off(
    unit: &mut UnitOfWork,
    ticket: Ticket,
    until: Timestamp,
    because: Because<'_>,
    by: &Mover<'_>,
) -> Result<(), &'static str> {
    let id = ticket.id;
    let begun = |o: &WorkOrder| {
        use WorkOrderState::{InProgress, OnHold, Rework, Submitted};
        matches!(o.state, InProgress | OnHold | Submitted | Rework)
    };
    if orders_of(unit, id).any(begun) {
        return Err("somebody is at the work; let it end or cancel the order first");
    }
    unit.tickets.put(Ticket { promise_at: Some(until), ..ticket });
    call_off_all(unit, id, because.at, "deferred", by);
    set_status(unit, id, TicketStatus::Deferred, because);
    Ok(())
}

/// Whether the office may still say something else of a ticket.
fn may_leave(ticket: &Ticket, to: TicketStatus) -> OfficeResult {
    if ticket.status.is_shut_by_office() || matches!(ticket.status, TicketStatus::Closed) || ticket.status == to {
        return Err(Refusal::Status { from: ticket.status, to });
    }
    Ok(())
}

/// Calls off every order that can be; what was submitted is judged and paid as ever.
fn call_off_all(unit: &mut UnitOfWork, id: TicketId, now: Timestamp, reason: &str, by: &Mover<'_>) {
    let orders: Vec<WorkOrder> = orders_of(unit, id).cloned().collect();
    for mut order in orders {
        if call_off(unit, &mut order, now, reason, by).is_ok() {
            unit.work_orders.put(order);
        }
    }
}

/// Passes a ticket to a partner organisation.
///
/// # Errors
/// The organisation is none; the office has ended the ticket.
pub fn refer(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: TicketId, to: OrganisationId, reason: &str) -> OfficeResult {
    let ticket = ticket_of(unit, id)?;
    reason_given("/reason", reason)?;
    let Some(organisation) = context.reference.organisations.get(&to).filter(|o| o.state == ActiveState::Active) else {
        return field("/organisation", "there is no such organisation in use");
    };
    may_leave(&ticket, TicketStatus::Referred)?;
    call_off_all(unit, id, context.now, "referred", &context.mover());
    let why = format!("{}: {reason}", organisation.code);
    set_status(unit, id, TicketStatus::Referred, because(context, &why));
    Ok(())
}

/// Says that a request will not be done, with a coded reason.
///
/// # Errors
/// The office has ended the ticket.
pub fn reject(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: TicketId, code: &str, note: Option<&str>) -> OfficeResult {
    end(unit, context, id, TicketStatus::Rejected, code, note)
}

/// Withdraws a ticket, with a coded reason.
///
/// # Errors
/// The office has ended the ticket.
pub fn cancel(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: TicketId, code: &str, note: Option<&str>) -> OfficeResult {
    end(unit, context, id, TicketStatus::Cancelled, code, note)
}

fn end(
    unit: &mut UnitOfWork,
    context: &DecisionContext<'_>,
    id: TicketId,
    to: TicketStatus,
    code: &str,
    note: Option<&str>,
) -> OfficeResult {
    let ticket = ticket_of(unit, id)?;
    coded("/code", code)?;
    long("/note", note)?;
    may_leave(&ticket, to)?;
    call_off_all(unit, id, context.now, code, &context.mover());
    set_status(unit, id, to, because(context, &with_words(code, note)));
    Ok(())
}

/// Merges a ticket into another: its callers support the other, its open orders are called off. Both must be loaded.
///
/// # Errors
/// They are one already, or the other has ended or is itself a duplicate.
pub fn merge(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: TicketId, into: TicketId, note: Option<&str>) -> OfficeResult {
    let ticket = ticket_of(unit, id)?;
    long("/note", note)?;
    let master = unit.tickets.get(into).cloned().ok_or(Refusal::Unknown("ticket to merge into"))?;
    if id == into {
        return field("/into", "a ticket is not merged into itself");
    }
    if master.status.is_shut_by_office() {
        return Err(Refusal::State("the ticket to merge into was ended by the office"));
    }
    may_leave(&ticket, TicketStatus::Duplicate)?;
    join(unit, ticket, master, because(context, &with_words(DUPLICATE, note)), &context.mover());
    Ok(())
}

/// Coded reason of what ends with a merge.
pub(in crate::office) const DUPLICATE: &str = "duplicate";

/// Makes a ticket the duplicate of another: its callers support the other, its open orders are called off.
pub(in crate::office) fn join(unit: &mut UnitOfWork, ticket: Ticket, master: Ticket, because: Because<'_>, by: &Mover<'_>) {
    let (id, into) = (ticket.id, master.id);
    unit.tickets.put(Ticket {
        supporters: master.supporters + ticket.supporters,
        stamp: master.stamp.max(because.at),
        updated_at: master.updated_at.max(because.at),
        ..master
    });
    unit.tickets.put(Ticket { duplicate_of: Some(into), ..ticket });
    call_off_all(unit, id, because.at, DUPLICATE, by);
    set_status(unit, id, TicketStatus::Duplicate, because);
}

/// Takes a ticket up again: it is new, and the system gives it an order if none is open.
///
/// # Errors
/// It is being worked at.
pub fn reopen(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: TicketId, reason: &str) -> OfficeResult {
    let ticket = ticket_of(unit, id)?;
    reason_given("/reason", reason)?;
    if matches!(ticket.status, TicketStatus::New | TicketStatus::Triaged | TicketStatus::InWork) {
        return Err(Refusal::Status { from: ticket.status, to: TicketStatus::New });
    }
    if let Some(mut master) = ticket.duplicate_of.and_then(|m| unit.tickets.get(m)).cloned() {
        master.supporters = (master.supporters - ticket.supporters).max(1);
        unit.tickets.put(master);
    }
    unit.tickets.put(Ticket { duplicate_of: None, ..ticket });
    let open = orders_of(unit, id).any(|o| is_open(o.state));
    let to = if open { TicketStatus::Triaged } else { TicketStatus::New };
    set_status(unit, id, to, because(context, reason));
    Ok(())
}
