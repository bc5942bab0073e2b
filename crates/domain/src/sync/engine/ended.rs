//! Work and evidence that is reported after the office had ended an order or its ticket. It changes nothing by itself: one conflict
//! for each late party lists all of it, and a supervisor reads there who came first.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::{
    conflict::{Cause, Conflict, ConflictKind, ConflictStatus, Resolution},
    sync::engine::{
        Act, Author,
        clash::{Clash, raise, withdraw},
        is_party,
        late::{is_decided, is_double, late_events, listed, parties, refer_master},
    },
    ticket::{Ticket, TicketStatus},
    unit_of_work::UnitOfWork,
    work_order::{Assignment, WorkEvent, WorkEventKind, WorkOrder, WorkOrderState},
};
use bazdid_protocol::{
    ids::{AccountId, ConflictId, OrganisationId, TicketId, WorkOrderId},
    sides::{EndedEpoch, EndedState, EvidenceSide, Recorded, Sides},
    time::Timestamp,
    words::conflict::CameFirst,
};

/// Who is late: the people of one contractor are one party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Party {
    /// An organisation that holds or held the order, or that found the ticket.
    Organisation(OrganisationId),
    /// A person who acts for none.
    Person(AccountId),
}

impl Party {
    /// The party of a work event.
    pub fn of(event: &WorkEvent) -> Self {
        event.organisation_id.map_or(Self::Person(event.actor), Self::Organisation)
    }

    /// The party of an assignment, by one of its people.
    pub fn holding(assignment: &Assignment, account: AccountId) -> Self {
        assignment.organisation_id.map_or(Self::Person(account), Self::Organisation)
    }

    /// How a key of a conflict names it.
    fn name(self) -> String {
        match self {
            Self::Organisation(id) => id.to_string(),
            Self::Person(id) => id.to_string(),
        }
    }
}

/// The party for which somebody recorded something at a ticket, and the order at which its work is told. Of several orders it is
/// the one that was given to the party last.
fn party_at(unit: &UnitOfWork, author: &Author, ticket: TicketId, order: Option<WorkOrderId>) -> (Option<WorkOrderId>, Party) {
    let held = unit
        .assignments
        .iter()
        .filter(|a| a.ticket_id == ticket && order.is_none_or(|o| o == a.work_order_id))
        .filter(|a| is_party(author, a.organisation_id, a.account_id))
        .max_by_key(|a| (a.offered_at, a.id));
    if let Some(held) = held {
        return (Some(held.work_order_id), Party::holding(held, author.account));
    }
    let found = unit.tickets.get(ticket).and_then(|t| t.created_org).filter(|o| author.organisations.contains(o));
    (None, found.map_or(Party::Person(author.account), Party::Organisation))
}

/// Whether the office has ended an order or its ticket.
pub(super) fn is_ended(unit: &UnitOfWork, order: WorkOrderId) -> bool {
    let order = unit.work_orders.get(order);
    let shut = order.and_then(|o| unit.tickets.get(o.ticket_id)).is_some_and(|t| t.status.is_shut_by_office());
    shut || order.is_some_and(|o| o.state == WorkOrderState::Cancelled)
}

/// When the office ended an order or its ticket, as far as it is known.
fn ended_at(unit: &UnitOfWork, ticket: &Ticket, order: Option<&WorkOrder>) -> Option<Timestamp> {
    if ticket.status.is_shut_by_office() {
        let shut = |s: &TicketStatus| s.is_shut_by_office();
        return unit.status_changes.iter().filter(|s| s.ticket_id == ticket.id && shut(&s.to)).map(|s| s.at).max();
    }
    order.filter(|o| o.state == WorkOrderState::Cancelled).map(|o| o.updated_at)
}

/// Which came first decides the pay.
fn came_first(work: Option<Timestamp>, ended: Option<Timestamp>) -> CameFirst {
    match (work, ended) {
        (Some(work), Some(ended)) if work < ended => CameFirst::Work,
        (Some(_), Some(_)) => CameFirst::Office,
        _ => CameFirst::Unknown,
    }
}

/// The evidence that a conflict lists already, by person.
fn evidence_of(conflict: Option<&Conflict>) -> BTreeMap<AccountId, EvidenceSide> {
    let Some(Sides::Ended { mine, .. }) = conflict.map(|c| &c.sides) else { return BTreeMap::new() };
    let recorded = mine.iter().filter_map(|side| match side {
        Recorded::Evidence(evidence) => Some((evidence.evidence_by, evidence.clone())),
        Recorded::Late(_) => None,
    });
    recorded.collect()
}

/// What is told of a party, as it is now: its evidence and its late events. `None` if there is neither (any more).
fn clash<'a>(
    unit: &UnitOfWork,
    ticket: TicketId,
    order: Option<WorkOrderId>,
    party: &'a str,
    evidence: &BTreeMap<AccountId, EvidenceSide>,
) -> Option<Clash<'a>> {
    let late = order.map(|o| late_events(unit, o, |e| Party::of(e).name() == party && !is_decided(unit, e))).unwrap_or_default();
    if late.is_empty() && evidence.is_empty() {
        return None;
    }
    // Of the work the submission counts, and without one the last report.
    let submitted = late.iter().filter(|e| e.kind == WorkEventKind::Submit).map(|e| e.at).min();
    let worked = submitted.or_else(|| late.iter().map(|e| e.at).max()).or_else(|| evidence.values().map(|e| e.from).min());
    let row = unit.tickets.get(ticket);
    let order_row = order.and_then(|o| unit.work_orders.get(o));
    let ended = row.and_then(|t| ended_at(unit, t, order_row));
    let theirs = EndedState {
        ticket: row.map(|t| t.status),
        work_order: order_row.map(|o| o.state),
        duplicate_of: row.and_then(|t| t.duplicate_of),
        ended_at: ended,
        came_first: came_first(worked, ended),
        double_work: order_row.filter(|_| !late.is_empty()).map(|order| is_double(order, &late)),
    };
    let recorded = evidence.values().cloned().map(Recorded::Evidence);
    let base = EndedEpoch { epoch: late.iter().map(|e| e.epoch).max() };
    Some(Clash {
        sides: Sides::Ended { base, theirs, mine: recorded.chain(listed(&late).into_iter().map(Recorded::Late)).collect() },
        parties: parties(&late).into_iter().chain(evidence.values().filter_map(|e| e.mutation).map(Cause::Command)).collect(),
        default_in_force: "the office's decision stands; the work and the evidence are kept",
        ..Clash::hard(ConflictKind::DeletedEntity, ticket, order, party)
    })
}

fn id_of(ticket: TicketId, order: Option<WorkOrderId>, party: &str) -> ConflictId {
    Clash::hard(ConflictKind::DeletedEntity, ticket, order, party).id()
}

/// Whether an open conflict of an office's end tells of a late event.
pub(super) fn tells_of(unit: &UnitOfWork, event: &WorkEvent) -> bool {
    let id = id_of(event.ticket_id, Some(event.work_order_id), &Party::of(event).name());
    unit.conflicts.get(id).is_some_and(|c| c.status == ConflictStatus::Open)
}

/// Raises the conflict of the work that a party reported after the office had ended the order, or brings it up to date.
pub(super) fn report_work(unit: &mut UnitOfWork, now: Timestamp, order: WorkOrderId, party: Party) -> Option<ConflictId> {
    let ticket = unit.work_orders.get(order)?.ticket_id;
    let party = party.name();
    let evidence = evidence_of(unit.conflicts.get(id_of(ticket, Some(order), &party)));
    let clash = clash(unit, ticket, Some(order), &party, &evidence)?;
    Some(raise(unit, now, clash))
}

/// Raises the conflict of facts and edits that somebody recorded at a ticket which the office had ended, or adds them to it.
pub(super) fn report_evidence(
    unit: &mut UnitOfWork,
    author: &Author,
    act: &Act<'_>,
    ticket: TicketId,
    order: Option<WorkOrderId>,
) -> Option<ConflictId> {
    let (order, party) = party_at(unit, author, ticket, order);
    let party = party.name();
    let mut evidence = evidence_of(unit.conflicts.get(id_of(ticket, order, &party)));
    // The earliest that each recorded: the same whatever came first.
    let mine = evidence.entry(author.account).or_insert(EvidenceSide { evidence_by: author.account, from: act.stamp.est, mutation: None });
    mine.from = mine.from.min(act.stamp.est);
    mine.mutation = Some(mine.mutation.map_or(act.id, |m| m.min(act.id)));
    let clash = clash(unit, ticket, order, &party, &evidence)?;
    let conflict = raise(unit, act.received_at, clash);
    refer_master(unit, act, ticket);
    Some(conflict)
}

/// What an open conflict tells, as it is now; nothing if nothing of it is left.
pub(super) fn clash_again<'a>(unit: &UnitOfWork, conflict: &Conflict, party: &'a str) -> Option<Clash<'a>> {
    if Uuid::parse_str(party).is_err() {
        // Raised when each epoch had a conflict of its own: it stays as it is.
        return Some(Clash {
            severity: conflict.severity,
            sides: conflict.sides.clone(),
            cumulative: true,
            default_in_force: "the office's decision stands; the work and the evidence are kept",
            ..Clash::hard(ConflictKind::DeletedEntity, conflict.ticket_id, conflict.work_order_id, party)
        });
    }
    clash(unit, conflict.ticket_id, conflict.work_order_id, party, &evidence_of(Some(conflict)))
}

/// Brings the open conflicts of evidence at some tickets, of parties that hold no order of them, up to date with what the office has
/// decided since.
pub(super) fn refresh_evidence(unit: &mut UnitOfWork, now: Timestamp, tickets: &BTreeSet<TicketId>) {
    let is_ours = |c: &&Conflict| {
        c.kind == ConflictKind::DeletedEntity
            && c.status == ConflictStatus::Open
            && c.work_order_id.is_none()
            && tickets.contains(&c.ticket_id)
    };
    let open: Vec<Conflict> = unit.conflicts.iter().filter(is_ours).cloned().collect();
    for conflict in open {
        let party = conflict.key.rsplit('|').next().unwrap_or_default();
        match clash_again(unit, &conflict, party) {
            Some(clash) => drop(raise(unit, now, clash)),
            None => withdraw(unit, conflict.id, Resolution::Dismiss, now),
        }
    }
}
