//! Which channels carry which rows: the visibility of the sync, in one place.
//!
//! - A ticket and all below it is carried by the channels of its smallest areas: for inspectors and the office.
//! - A contractor's channel carries its current work orders, their tickets and rounds, and of the evidence below them what
//!   the contractor's own people recorded. When an order goes to somebody else, all of it leaves the channel.
//! - What somebody registers in the field stays with them: their own channel carries the ticket on each of their devices, and of
//!   a contractor's people their organisation's channel does, with what they recorded at it; where the ticket lies does not
//!   matter.
//! - A fact that somebody recorded (note, visit, photo, measurement, answer) is carried by their own channel too, whoever holds the
//!   order now and wherever the ticket lies. The channel lets go of it some time after its last change ([`may_let_go`]).
//! - A ticket outside every area is carried by the office's channel of nowhere ([`NOWHERE`]), which every operator and
//!   supervisor reads: somebody of them finds out where it belongs.
//! - Notes for the office and conflicts are carried by the office's channel of the area only.
//! - Nothing here ever says who called.

use std::collections::{BTreeSet, HashMap, HashSet};

use uuid::Uuid;

use crate::{
    conflict::Conflict,
    photo::Photo,
    ticket::{Ticket, TicketOrigin},
    visit::{Audience, ChecklistAnswer, Measurement, Note, Visit},
    work_order::{WorkOrder, WorkOrderState},
    world::{Entity, Table, World},
};
use bazdid_protocol::{
    channel::Channel,
    ids::{AccountId, AreaId, Id, OrganisationId, TicketId, WorkOrderId},
};

/// No area: the office's channel of it carries the tickets that lie outside every area.
pub const NOWHERE: AreaId = AreaId::new(Uuid::nil());

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

/// The tickets and orders that membership depends on, as they are or as they were.
struct View<'w> {
    ticket: &'w dyn Fn(TicketId) -> Option<&'w Ticket>,
    orders: &'w dyn Fn(TicketId) -> Vec<&'w WorkOrder>,
    order: &'w dyn Fn(WorkOrderId) -> Option<&'w WorkOrder>,
}

impl View<'_> {
    fn areas(&self, ticket: TicketId, channel: fn(AreaId) -> Channel) -> BTreeSet<Channel> {
        (self.ticket)(ticket).map(|t| areas(t, channel)).unwrap_or_default()
    }

    fn holder(&self, order: Option<WorkOrderId>) -> Option<OrganisationId> {
        order.and_then(|id| (self.order)(id)).and_then(holder)
    }
}

/// The organisation that holds an order, and whose channel carries it.
#[must_use]
pub fn holder(order: &WorkOrder) -> Option<OrganisationId> {
    if matches!(order.state, WorkOrderState::Draft | WorkOrderState::Declined | WorkOrderState::Expired) {
        None
    } else {
        order.organisation_id
    }
}

/// The channels of a ticket's areas; of one that lies nowhere the office's.
fn areas(ticket: &Ticket, channel: fn(AreaId) -> Channel) -> BTreeSet<Channel> {
    if ticket.leaf_areas.is_empty() {
        return BTreeSet::from([Channel::Office(NOWHERE)]);
    }
    ticket.leaf_areas.iter().map(|a| channel(*a)).collect()
}

/// Who registered a ticket in the field; absent if it came otherwise.
fn finder(ticket: &Ticket) -> Option<AccountId> {
    (ticket.origin == TicketOrigin::Field).then_some(ticket.created_by)
}

/// A row that the channels may carry.
trait Carried: Entity {
    /// The channels that carry it in a view.
    fn channels(&self, view: &View<'_>) -> BTreeSet<Channel>;
}

impl Carried for Ticket {
    fn channels(&self, view: &View<'_>) -> BTreeSet<Channel> {
        let mut channels = areas(self, Channel::Area);
        channels.extend(finder(self).map(Channel::User));
        channels.extend(self.created_org.map(Channel::Org));
        channels.extend((view.orders)(self.id).into_iter().filter_map(holder).map(Channel::Org));
        channels
    }
}

impl Carried for WorkOrder {
    fn channels(&self, view: &View<'_>) -> BTreeSet<Channel> {
        let mut channels = view.areas(self.ticket_id, Channel::Area);
        channels.extend(holder(self).map(Channel::Org));
        channels
    }
}

impl Carried for crate::work_order::Round {
    fn channels(&self, view: &View<'_>) -> BTreeSet<Channel> {
        let mut channels = view.areas(self.ticket_id, Channel::Area);
        channels.extend(view.holder(Some(self.work_order_id)).map(Channel::Org));
        channels
    }
}

impl Carried for Note {
    fn channels(&self, view: &View<'_>) -> BTreeSet<Channel> {
        if self.audience == Audience::Office {
            return view.areas(self.ticket_id, Channel::Office);
        }
        fact(self.ticket_id, self.work_order_id, self.organisation_id, self.actor, view)
    }
}

impl Carried for Conflict {
    /// By the areas of its ticket. Of a possible duplicate the older ticket may have come first, so that the younger one,
    /// whose conflict it is, was not loaded: then by the areas that the conflict was raised with.
    fn channels(&self, view: &View<'_>) -> BTreeSet<Channel> {
        match (view.ticket)(self.ticket_id) {
            Some(ticket) => areas(ticket, Channel::Office),
            None if self.areas.is_empty() => BTreeSet::from([Channel::Office(NOWHERE)]),
            None => self.areas.iter().map(|a| Channel::Office(*a)).collect(),
        }
    }
}

impl Carried for crate::work_order::WorkEvent {
    fn channels(&self, view: &View<'_>) -> BTreeSet<Channel> {
        evidence(self.ticket_id, Some(self.work_order_id), self.organisation_id, view)
    }
}

macro_rules! fact_rows {
    ($($ty:ty),+) => {$(
        impl Carried for $ty {
            fn channels(&self, view: &View<'_>) -> BTreeSet<Channel> {
                fact(self.ticket_id, self.work_order_id, self.organisation_id, Some(self.actor), view)
            }
        }
    )+};
}
fact_rows!(Visit, Measurement, ChecklistAnswer, Photo);

/// A fact is carried as evidence is, and by the channel of who recorded it.
fn fact(
    ticket: TicketId,
    order: Option<WorkOrderId>,
    organisation: Option<OrganisationId>,
    author: Option<AccountId>,
    view: &View<'_>,
) -> BTreeSet<Channel> {
    let mut channels = evidence(ticket, order, organisation, view);
    channels.extend(author.map(Channel::User));
    channels
}

/// Evidence is carried by the areas, and by the author's organisation while it holds the order. What the people of the organisation
/// that found a ticket recorded at the ticket itself is carried as the ticket is.
fn evidence(ticket: TicketId, order: Option<WorkOrderId>, organisation: Option<OrganisationId>, view: &View<'_>) -> BTreeSet<Channel> {
    let mut channels = view.areas(ticket, Channel::Area);
    if order.is_some() {
        channels.extend(view.holder(order).filter(|h| Some(*h) == organisation).map(Channel::Org));
    } else if let Some(ticket) = (view.ticket)(ticket) {
        channels.extend(ticket.created_org.filter(|o| Some(*o) == organisation).map(Channel::Org));
    }
    channels
}

fn by_ticket<'w>(orders: impl Iterator<Item = &'w WorkOrder>) -> HashMap<TicketId, Vec<&'w WorkOrder>> {
    let mut map: HashMap<TicketId, Vec<&WorkOrder>> = HashMap::new();
    for order in orders {
        map.entry(order.ticket_id).or_default().push(order);
    }
    map
}

/// A row of a world as it is now: its revision and the channels that carry it; nothing if there is no such row.
#[must_use]
pub fn carried(world: &World, kind: &str, id: Uuid) -> Option<(i64, BTreeSet<Channel>)> {
    fn of<E: Carried>(table: &Table<E>, kind: &str, id: Uuid, view: &View<'_>) -> Option<(i64, BTreeSet<Channel>)> {
        table.get(Id::new(id)).filter(|_| kind == E::KIND).map(|row| (row.rev(), row.channels(view)))
    }
    let now = View {
        ticket: &|id| world.tickets.get(id),
        orders: &|id| world.work_orders.iter().filter(|o| o.ticket_id == id).collect(),
        order: &|id| world.work_orders.get(id),
    };
    of(&world.tickets, kind, id, &now)
        .or_else(|| of(&world.work_orders, kind, id, &now))
        .or_else(|| of(&world.rounds, kind, id, &now))
        .or_else(|| of(&world.work_events, kind, id, &now))
        .or_else(|| of(&world.visits, kind, id, &now))
        .or_else(|| of(&world.notes, kind, id, &now))
        .or_else(|| of(&world.measurements, kind, id, &now))
        .or_else(|| of(&world.answers, kind, id, &now))
        .or_else(|| of(&world.photos, kind, id, &now))
        .or_else(|| of(&world.conflicts, kind, id, &now))
}

/// Whether the channel of who recorded a fact may let go of it, long after its last change: unless its bytes are still waited for, or
/// its author registered the ticket and so keeps it with all that they recorded at it. Of a row that is no fact, or is not here,
/// nothing is let go.
#[must_use]
pub fn may_let_go(world: &World, kind: &str, id: Uuid) -> bool {
    let of_finder = |ticket: TicketId, order: Option<WorkOrderId>, author: Option<AccountId>| {
        order.is_none() && author.is_some() && world.tickets.get(ticket).and_then(finder) == author
    };
    macro_rules! fact {
        ($table:ident) => {
            world.$table.get(Id::new(id)).map(|row| of_finder(row.ticket_id, row.work_order_id, Some(row.actor)))
        };
    }
    let stays = match kind {
        Note::KIND => world.notes.get(Id::new(id)).map(|n| of_finder(n.ticket_id, n.work_order_id, n.actor)),
        Visit::KIND => fact!(visits),
        Measurement::KIND => fact!(measurements),
        ChecklistAnswer::KIND => fact!(answers),
        Photo::KIND => world.photos.get(Id::new(id)).map(|p| p.is_awaited() || of_finder(p.ticket_id, p.work_order_id, Some(p.actor))),
        _ => None,
    };
    stays == Some(false)
}

/// The rows of a world that at least one of the channels carries now, by kind and id.
#[must_use]
pub fn carried_by(world: &World, channels: &BTreeSet<Channel>) -> BTreeSet<(&'static str, Uuid)> {
    let orders = by_ticket(world.work_orders.iter());
    let view = View {
        ticket: &|id| world.tickets.get(id),
        orders: &|id| orders.get(&id).cloned().unwrap_or_default(),
        order: &|id| world.work_orders.get(id),
    };
    let mut out = BTreeSet::new();
    macro_rules! add { ($($table:ident),+) => {$( add(&world.$table, &view, channels, &mut out); )+} }
    add!(tickets, work_orders, rounds, work_events, visits, notes, measurements, answers, photos, conflicts);
    out
}

fn add<E: Carried>(table: &Table<E>, view: &View<'_>, channels: &BTreeSet<Channel>, out: &mut BTreeSet<(&'static str, Uuid)>) {
    out.extend(table.iter().filter(|row| !row.channels(view).is_disjoint(channels)).map(|row| (E::KIND, row.id().uuid())));
}

/// Everything that a world's changes mean to the channels.
#[must_use]
pub fn moves(world: &World) -> Vec<Move> {
    let (orders_now, orders_before) = (by_ticket(world.work_orders.iter()), by_ticket(world.work_orders.all_before()));
    let now = View {
        ticket: &|id| world.tickets.get(id),
        orders: &|id| orders_now.get(&id).cloned().unwrap_or_default(),
        order: &|id| world.work_orders.get(id),
    };
    let before = View {
        ticket: &|id| world.tickets.before(id),
        orders: &|id| orders_before.get(&id).cloned().unwrap_or_default(),
        order: &|id| world.work_orders.before(id),
    };
    let restless: HashSet<TicketId> = restless(world).collect();
    let mut out = Vec::new();
    collect(&world.tickets, &before, &now, &restless, &mut out);
    collect(&world.work_orders, &before, &now, &restless, &mut out);
    collect(&world.rounds, &before, &now, &restless, &mut out);
    collect(&world.work_events, &before, &now, &restless, &mut out);
    collect(&world.visits, &before, &now, &restless, &mut out);
    collect(if restless.is_empty() { &world.notes } else { world.all_notes() }, &before, &now, &restless, &mut out);
    collect(&world.measurements, &before, &now, &restless, &mut out);
    collect(&world.answers, &before, &now, &restless, &mut out);
    collect(&world.photos, &before, &now, &restless, &mut out);
    collect(&world.conflicts, &before, &now, &restless, &mut out);
    out
}

/// Whether rows may move between channels that did not change themselves: then all of them must be loaded.
#[must_use]
pub fn may_move(world: &World) -> bool {
    restless(world).next().is_some()
}

/// The tickets that changed or at which an order changed: what hangs on a ticket moves with it and with its orders; below the others
/// only what changed itself can move.
fn restless(world: &World) -> impl Iterator<Item = TicketId> {
    world.tickets.changed().map(|(_, now)| now.id).chain(orders_changed(world))
}

/// The tickets at which an order changed.
fn orders_changed(world: &World) -> impl Iterator<Item = TicketId> {
    world.work_orders.changed().flat_map(|(was, now)| was.map(|w| w.ticket_id).into_iter().chain([now.ticket_id]))
}

fn collect<E: Carried>(table: &Table<E>, before: &View<'_>, now: &View<'_>, restless: &HashSet<TicketId>, out: &mut Vec<Move>) {
    for (was, row) in table.changed() {
        let old = was.map(|w| w.channels(before)).unwrap_or_default();
        let new = row.channels(now);
        out.extend(new.iter().map(|channel| to(*channel, row, Stay::Carried)));
        out.extend(old.difference(&new).map(|channel| to(*channel, row, Stay::Gone)));
    }
    for row in table.unchanged().filter(|row| restless.contains(&row.ticket_id())) {
        let (old, new) = (row.channels(before), row.channels(now));
        out.extend(new.difference(&old).map(|channel| to(*channel, row, Stay::Carried)));
        out.extend(old.difference(&new).map(|channel| to(*channel, row, Stay::Gone)));
    }
}

fn to<E: Entity>(channel: Channel, row: &E, stays: Stay) -> Move {
    Move { channel, kind: E::KIND, entity: row.id().uuid(), v: row.rev(), stays }
}
