//! Which channels carry which rows: visibility as the feed renders it.
//!
//! Who may read a row stands in [`crate::visibility`]; a row is carried by the channels of its readers. Here stands what follows
//! for the feed: which rows enter and leave which channels when tickets and orders change, and what a channel may let go of.
//!
//! - When an order goes to somebody else, all of it leaves the channel of who held it.
//! - The channel of who recorded a fact lets go of it some time after its last change ([`may_let_go`]): they may still read it,
//!   and their devices do not keep it for ever.

use std::collections::{BTreeSet, HashSet};

use uuid::Uuid;

use crate::{
    patrol::Patrol,
    photo::Photo,
    unit_of_work::{Entity, Table, UnitOfWork},
    visibility::{Reader, Readers, View, Visible, by_ticket, finder, with_view},
    visit::{ChecklistAnswer, Measurement, Note, Visit},
};
use bazdid_protocol::{
    channel::Channel,
    ids::{AccountId, Id, TicketId, WorkOrderId},
};

/// A row's change in one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The channel.
    pub channel: Channel,
    /// Kind of the row.
    pub kind: &'static str,
    /// The row.
    pub entity: Uuid,
    /// Its revision.
    pub v: i64,
    /// Whether the channel carries it after the transaction.
    pub stays: Stay,
}

/// Whether a channel carries a row after the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// It does.
    Carried,
    /// It did before.
    Gone,
}

/// A row of a unit of work as it is now: its revision and the channels that carry it; nothing if there is no such row.
#[must_use]
pub fn carried(unit: &UnitOfWork, kind: &str, id: Uuid) -> Option<(i64, BTreeSet<Channel>)> {
    fn of<E: Visible>(table: &Table<E>, kind: &str, id: Uuid, view: &View<'_>) -> Option<(i64, Readers)> {
        table.get(Id::new(id)).filter(|_| kind == E::KIND).map(|row| (row.rev(), row.readers(view)))
    }
    let found = with_view(unit, |now| {
        of(&unit.tickets, kind, id, now)
            .or_else(|| of(&unit.work_orders, kind, id, now))
            .or_else(|| of(&unit.rounds, kind, id, now))
            .or_else(|| of(&unit.work_events, kind, id, now))
            .or_else(|| of(&unit.visits, kind, id, now))
            .or_else(|| of(&unit.notes, kind, id, now))
            .or_else(|| of(&unit.measurements, kind, id, now))
            .or_else(|| of(&unit.answers, kind, id, now))
            .or_else(|| of(&unit.photos, kind, id, now))
            .or_else(|| of(&unit.conflicts, kind, id, now))
            .or_else(|| of(&unit.patrols, kind, id, now))
    });
    found.map(|(v, readers)| (v, readers.into_iter().map(Reader::channel).collect()))
}

/// Whether the channel of who recorded a fact may let go of it, long after its last change: unless its bytes are still waited for, or
/// its author registered the ticket and so keeps it with all that they recorded at it. Of a row that is no fact, or is not here,
/// nothing is let go.
#[must_use]
pub fn may_let_go(unit: &UnitOfWork, kind: &str, id: Uuid) -> bool {
    let of_finder = |ticket: TicketId, order: Option<WorkOrderId>, author: Option<AccountId>| {
        order.is_none() && author.is_some() && unit.tickets.get(ticket).and_then(finder) == author
    };
    macro_rules! fact {
        ($table:ident) => {
            unit.$table.get(Id::new(id)).map(|row| of_finder(row.ticket_id, row.work_order_id, Some(row.actor)))
        };
    }
    let stays = match kind {
        Note::KIND => unit.notes.get(Id::new(id)).map(|n| of_finder(n.ticket_id, n.work_order_id, n.actor)),
        Visit::KIND => fact!(visits),
        Measurement::KIND => fact!(measurements),
        ChecklistAnswer::KIND => fact!(answers),
        Photo::KIND => unit.photos.get(Id::new(id)).map(|p| p.is_awaited() || of_finder(p.ticket_id, p.work_order_id, Some(p.actor))),
        Patrol::KIND => unit.patrols.get(Id::new(id)).map(|_| false),
        _ => None,
    };
    stays == Some(false)
}

/// Everything that a unit of work's changes mean to the channels.
#[must_use]
pub fn moves(unit: &UnitOfWork) -> Vec<Move> {
    let (orders_now, orders_before) = (by_ticket(unit.work_orders.iter()), by_ticket(unit.work_orders.all_before()));
    let now = View {
        ticket: &|id| unit.tickets.get(id),
        orders: &|id| orders_now.get(&id).cloned().unwrap_or_default(),
        order: &|id| unit.work_orders.get(id),
    };
    let before = View {
        ticket: &|id| unit.tickets.before(id),
        orders: &|id| orders_before.get(&id).cloned().unwrap_or_default(),
        order: &|id| unit.work_orders.before(id),
    };
    let restless: HashSet<TicketId> = restless(unit).collect();
    let mut out = Vec::new();
    collect(&unit.tickets, &before, &now, &restless, &mut out);
    collect(&unit.work_orders, &before, &now, &restless, &mut out);
    collect(&unit.rounds, &before, &now, &restless, &mut out);
    collect(&unit.work_events, &before, &now, &restless, &mut out);
    collect(&unit.visits, &before, &now, &restless, &mut out);
    collect(if restless.is_empty() { &unit.notes } else { unit.all_notes() }, &before, &now, &restless, &mut out);
    collect(&unit.measurements, &before, &now, &restless, &mut out);
    collect(&unit.answers, &before, &now, &restless, &mut out);
    collect(&unit.photos, &before, &now, &restless, &mut out);
    collect(&unit.conflicts, &before, &now, &restless, &mut out);
    collect(&unit.patrols, &before, &now, &restless, &mut out);
    out
}

/// Whether rows may move between channels that did not change themselves: then all of them must be loaded.
#[must_use]
pub fn may_move(unit: &UnitOfWork) -> bool {
    restless(unit).next().is_some()
}

/// The tickets that changed or at which an order changed: what hangs on a ticket moves with it and with its orders; below the others
/// only what changed itself can move.
fn restless(unit: &UnitOfWork) -> impl Iterator<Item = TicketId> {
    unit.tickets.changed().map(|(_, now)| now.id).chain(orders_changed(unit))
}

/// The tickets at which an order changed.
fn orders_changed(unit: &UnitOfWork) -> impl Iterator<Item = TicketId> {
    unit.work_orders.changed().flat_map(|(was, now)| was.map(|w| w.ticket_id).into_iter().chain([now.ticket_id]))
}

fn collect<E: Visible>(table: &Table<E>, before: &View<'_>, now: &View<'_>, restless: &HashSet<TicketId>, out: &mut Vec<Move>) {
    for (was, row) in table.changed() {
        let old = was.map(|w| w.readers(before)).unwrap_or_default();
        let new = row.readers(now);
        out.extend(new.iter().map(|reader| to(*reader, row, Stay::Carried)));
        out.extend(old.difference(&new).map(|reader| to(*reader, row, Stay::Gone)));
    }
    for row in table.unchanged().filter(|row| row.ticket_id().is_some_and(|ticket| restless.contains(&ticket))) {
        let (old, new) = (row.readers(before), row.readers(now));
        out.extend(new.difference(&old).map(|reader| to(*reader, row, Stay::Carried)));
        out.extend(old.difference(&new).map(|reader| to(*reader, row, Stay::Gone)));
    }
}

fn to<E: Entity>(reader: Reader, row: &E, stays: Stay) -> Move {
    Move { channel: reader.channel(), kind: E::KIND, entity: row.id().uuid(), v: row.rev(), stays }
}
