//! A ticket's status: changed in one place, with its history, and derived from the work orders where it follows from them.

use crate::{
    ticket::{StatusChange, Ticket, TicketStatus},
    unit_of_work::UnitOfWork,
    work_order::{WorkOrder, WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::{
    ids::{AccountId, StatusChangeId, TicketId, name_uuid},
    time::Timestamp,
};

/// Why a status is what it is, who says so and when.
#[derive(Debug, Clone, Copy)]
pub struct Because<'a> {
    /// Who; absent: the system.
    pub actor: Option<AccountId>,
    /// Why, coded or in words.
    pub reason: Option<&'a str>,
    /// When.
    pub at: Timestamp,
}

/// Sets a ticket's status and writes its history. An equal status with an equal reason changes nothing.
pub fn set_status(unit: &mut UnitOfWork, ticket: TicketId, to: TicketStatus, because: Because<'_>) {
    let Some(mut row) = unit.tickets.get(ticket).cloned() else { return };
    if row.status == to && row.status_reason.as_deref() == because.reason {
        return;
    }
    let from = row.status;
    row.status = to;
    row.status_reason = because.reason.map(str::to_owned);
    row.stamp = row.stamp.max(because.at);
    row.updated_at = row.updated_at.max(because.at);
    let rev = unit.tickets.put(row);
    record(unit, ticket, rev, from, to, because);
}

/// Writes the first line of a new ticket's history, if nobody has written it.
pub fn record_creation(unit: &mut UnitOfWork, ticket: &Ticket) {
    let id = StatusChangeId::new(name_uuid(&format!("created|{}", ticket.id)));
    if unit.status_changes.get(id).is_none() {
        let because = Because { actor: Some(ticket.created_by), reason: None, at: ticket.created_at };
        unit.status_changes.put(line(id, ticket.id, None, ticket.status, because));
    }
}

/// Files a new ticket that was closed before it was registered here: its history has its opening and its closing, and nobody is asked
/// to work on it.
pub fn file_closed(unit: &mut UnitOfWork, ticket: TicketId, because: Because<'_>) {
    let Some(row) = unit.tickets.get(ticket).cloned() else { return };
    record_creation(unit, &row);
    set_status(unit, ticket, TicketStatus::Closed, because);
}

/// Writes a line of the history. Its id follows from the ticket, its revision and the status.
fn record(unit: &mut UnitOfWork, ticket: TicketId, rev: i64, from: TicketStatus, to: TicketStatus, because: Because<'_>) {
    let id = StatusChangeId::new(name_uuid(&format!("status|{ticket}|{rev}|{to}")));
    unit.status_changes.put(line(id, ticket, Some(from), to, because));
}

fn line(id: StatusChangeId, ticket_id: TicketId, from: Option<TicketStatus>, to: TicketStatus, because: Because<'_>) -> StatusChange {
    StatusChange { id, ticket_id, from, to, actor: because.actor, reason: because.reason.map(str::to_owned), at: because.at }
}

/// Whether somebody has the work in hand.
#[must_use]
pub const fn in_hand(state: WorkOrderState) -> bool {
    use WorkOrderState as S;
    matches!(state, S::Accepted | S::InProgress | S::OnHold | S::Submitted | S::FailedVisit | S::Rework)
}

/// Whether an order asks something of somebody.
#[must_use]
pub const fn is_open(state: WorkOrderState) -> bool {
    !matches!(state, WorkOrderState::Verified | WorkOrderState::Closed | WorkOrderState::Cancelled)
}

/// The orders of a ticket.
pub fn orders_of(unit: &UnitOfWork, ticket: TicketId) -> impl Iterator<Item = &WorkOrder> {
    unit.work_orders.iter().filter(move |o| o.ticket_id == ticket)
}

/// The status that follows from a ticket's work orders; `None` where the office has said something else.
///
/// - Somebody has work in hand: in work.
/// - Somebody was asked: triaged.
/// - All work is verified: resolved; all of it closed: closed. Inspections alone resolve nothing.
/// - Nobody has anything to do any more: triaged, the office decides. Resolved or closed without any work: it stays so.
#[must_use]
pub fn derived<'o>(ticket: &Ticket, orders: impl Iterator<Item = &'o WorkOrder>) -> Option<TicketStatus> {
    use TicketStatus as T;
    if !matches!(ticket.status, T::New | T::Triaged | T::InWork | T::Resolved | T::Closed) {
        return None;
    }
    let all: Vec<&WorkOrder> = orders.collect();
    if all.is_empty() && matches!(ticket.status, T::Resolved | T::Closed) {
        return None;
    }
    let live = || all.iter().filter(|o| o.state != WorkOrderState::Cancelled);
    if live().any(|o| in_hand(o.state)) {
        return Some(T::InWork);
    }
    if live().any(|o| o.state == WorkOrderState::Offered) {
        return Some(T::Triaged);
    }
    if live().any(|o| is_open(o.state)) || all.is_empty() {
        // Nobody could be asked yet: what was new stays new.
        return Some(if ticket.status == T::New { T::New } else { T::Triaged });
    }
    let works = || live().filter(|o| o.kind != WorkOrderKind::Inspection);
    if works().next().is_none() {
        return Some(T::Triaged);
    }
    Some(if works().all(|o| o.state == WorkOrderState::Closed) { T::Closed } else { T::Resolved })
}
