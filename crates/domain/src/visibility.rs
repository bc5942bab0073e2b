//! Who may see a ticket and what lies below it: orders, rounds, events, visits, notes, measurements, answers, photos, conflicts; and
//! patrols, which lie below none.
//!
//! This is the one definition. For each kind of row it lists the rules by which people may read the row ([`TicketRule`],
//! [`OrderRule`], [`FactRule`], [`OfficeRule`], [`PatrolRule`]); for each person it says what their grants reach ([`Reach`]). It is rendered three
//! times:
//!
//! | rendering | where | question that it answers |
//! |---|---|---|
//! | predicate | [`Visible::readers`] and [`Reach::includes`] | may this person read this loaded row? |
//! | SQL | `store::visibility`, one condition for each rule | which stored rows may this person read? |
//! | feed | [`Reader::channel`], [`Reach::channels`], [`crate::membership`] | which channels carry a row, and which does a device read? |
//!
//! `tests/sync/visibility.rs` compares the three over generated cities, on each database.
//!
//! Calls are rows of the office: whoever may use calls reads those of the tickets that this permission reaches, and those that
//! they took themselves. Nothing here ever says who called.

pub mod reach;

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

pub use reach::{Basis, Parts, Reach};

use crate::{
    conflict::Conflict,
    patrol::Patrol,
    photo::Photo,
    ticket::{Ticket, TicketOrigin},
    unit_of_work::{Entity, UnitOfWork},
    visit::{Audience, ChecklistAnswer, Measurement, Note, Visit},
    work_order::{Round, WorkEvent, WorkOrder, WorkOrderState},
};
use bazdid_protocol::{
    channel::Channel,
    ids::{AccountId, AreaId, OrganisationId, TicketId, WorkOrderId},
};

/// No area: the office's channel of it carries the tickets that lie outside every area.
pub const NOWHERE: AreaId = AreaId::new(Uuid::nil());

/// The states in which the organisation that an order names does not hold it.
pub const NOT_HELD: [WorkOrderState; 3] = [WorkOrderState::Draft, WorkOrderState::Declined, WorkOrderState::Expired];

/// The organisation that holds an order now.
#[must_use]
pub fn holder(order: &WorkOrder) -> Option<OrganisationId> {
    order.organisation_id.filter(|_| !NOT_HELD.contains(&order.state))
}

/// Who registered a ticket in the field; absent if it came otherwise.
#[must_use]
pub fn finder(ticket: &Ticket) -> Option<AccountId> {
    (ticket.origin == TicketOrigin::Field).then_some(ticket.created_by)
}

/// Some of the people who may read a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reader {
    /// The field people and the office of an area.
    Area(AreaId),
    /// The office of every area: for what lies outside all of them, so that somebody finds out where it belongs.
    EveryOffice,
    /// The office of an area alone.
    Office(AreaId),
    /// The people of a contractor.
    Organisation(OrganisationId),
    /// One person.
    Person(AccountId),
}

impl Reader {
    /// The channel that carries to devices what these people may read.
    #[must_use]
    pub const fn channel(self) -> Channel {
        match self {
            Self::Area(area) => Channel::Area(area),
            Self::EveryOffice => Channel::Office(NOWHERE),
            Self::Office(area) => Channel::Office(area),
            Self::Organisation(organisation) => Channel::Org(organisation),
            Self::Person(account) => Channel::User(account),
        }
    }
}

/// All who may read a row.
pub type Readers = BTreeSet<Reader>;

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident { $($(#[$rule_doc:meta])* $rule:ident,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$rule_doc])* $rule,)+
        }

        impl $name {
            /// Every rule; one that admits somebody is enough.
            pub const ALL: &[Self] = &[$(Self::$rule),+];
        }
    )+};
}

rules! {
    /// Who may read a ticket.
    TicketRule {
        /// The field people and the office of its smallest areas; of one that lies outside every area, the office of every area.
        Place,
        /// Who registered it in the field, wherever it lies.
        Finder,
        /// The contractor whose people registered it.
        FindersOrganisation,
        /// The contractors that hold one of its orders.
        Holders,
    }

    /// Who may read a work order, or a round of it.
    OrderRule {
        /// As of its ticket.
        Place,
        /// The contractor that holds the order.
        Holder,
    }

    /// Who may read what somebody recorded in the field: a visit, photo, measurement, answer or note.
    FactRule {
        /// As of its ticket.
        Place,
        /// The author's contractor, while it holds the order. Of what was recorded at the ticket itself: the contractor whose
        /// people registered the ticket, if the author is one of them.
        AuthorsSide,
        /// The author, whoever holds the order now and wherever the ticket lies.
        Author,
    }

    /// Who may read a patrol.
    PatrolRule {
        /// The office of its area; of one in no area, the office of every area.
        Place,
        /// Who went.
        Author,
    }

    /// Who may read a conflict, or a note for the office.
    OfficeRule {
        /// The office of the ticket's smallest areas; outside every area, the office of every area.
        Place,
    }
}

impl FactRule {
    /// Of work events: their author reads them while their organisation holds the order.
    pub const OF_EVENTS: &[Self] = &[Self::Place, Self::AuthorsSide];
}

/// The readers by place: of each of the smallest areas those that `of` names, outside every area the office of every area.
pub fn at_place(leaf_areas: &[AreaId], of: fn(AreaId) -> Reader) -> impl Iterator<Item = Reader> {
    let nowhere = leaf_areas.is_empty().then_some(Reader::EveryOffice);
    leaf_areas.iter().copied().map(of).chain(nowhere)
}

/// The tickets and orders around a row, as they are or as they were.
pub struct View<'w> {
    /// A ticket.
    pub ticket: &'w dyn Fn(TicketId) -> Option<&'w Ticket>,
    /// The orders of a ticket.
    pub orders: &'w dyn Fn(TicketId) -> Vec<&'w WorkOrder>,
    /// An order.
    pub order: &'w dyn Fn(WorkOrderId) -> Option<&'w WorkOrder>,
}

impl View<'_> {
    fn at_ticket(&self, ticket: TicketId, of: fn(AreaId) -> Reader, to: &mut Readers) {
        if let Some(ticket) = (self.ticket)(ticket) {
            to.extend(at_place(&ticket.leaf_areas, of));
        }
    }

    fn holder(&self, order: WorkOrderId) -> Option<OrganisationId> {
        (self.order)(order).and_then(holder)
    }
}

impl TicketRule {
    fn add(self, ticket: &Ticket, view: &View<'_>, to: &mut Readers) {
        match self {
            Self::Place => to.extend(at_place(&ticket.leaf_areas, Reader::Area)),
            Self::Finder => to.extend(finder(ticket).map(Reader::Person)),
            Self::FindersOrganisation => to.extend(ticket.created_org.map(Reader::Organisation)),
            Self::Holders => to.extend((view.orders)(ticket.id).into_iter().filter_map(holder).map(Reader::Organisation)),
        }
    }
}

impl OrderRule {
    fn add(self, ticket: TicketId, order: WorkOrderId, view: &View<'_>, to: &mut Readers) {
        match self {
            Self::Place => view.at_ticket(ticket, Reader::Area, to),
            Self::Holder => to.extend(view.holder(order).map(Reader::Organisation)),
        }
    }

    fn readers(ticket: TicketId, order: WorkOrderId, view: &View<'_>) -> Readers {
        let mut readers = Readers::new();
        Self::ALL.iter().for_each(|rule| rule.add(ticket, order, view, &mut readers));
        readers
    }
}

/// Where and by whom something was recorded.
#[derive(Debug, Clone, Copy)]
struct Recorded {
    ticket: TicketId,
    order: Option<WorkOrderId>,
    organisation: Option<OrganisationId>,
    author: Option<AccountId>,
}

impl Recorded {
    fn readers(self, rules: &[FactRule], view: &View<'_>) -> Readers {
        let mut readers = Readers::new();
        rules.iter().for_each(|rule| rule.add(self, view, &mut readers));
        readers
    }

    /// The contractor for whose people this counts as their own work.
    fn side(self, view: &View<'_>) -> Option<OrganisationId> {
        match self.order {
            Some(order) => view.holder(order),
            None => (view.ticket)(self.ticket).and_then(|t| t.created_org),
        }
    }
}

impl FactRule {
    fn add(self, of: Recorded, view: &View<'_>, to: &mut Readers) {
        match self {
            Self::Place => view.at_ticket(of.ticket, Reader::Area, to),
            Self::AuthorsSide => to.extend(of.side(view).filter(|side| of.organisation == Some(*side)).map(Reader::Organisation)),
            Self::Author => to.extend(of.author.map(Reader::Person)),
        }
    }
}

impl OfficeRule {
    /// `otherwise`: the smallest areas where the ticket is not loaded.
    fn readers(ticket: TicketId, otherwise: &[AreaId], view: &View<'_>) -> Readers {
        let mut readers = Readers::new();
        for rule in Self::ALL {
            match rule {
                Self::Place => {
                    let leaf_areas = (view.ticket)(ticket).map_or(otherwise, |t| &t.leaf_areas);
                    readers.extend(at_place(leaf_areas, Reader::Office));
                }
            }
        }
        readers
    }
}

/// A row that people may read.
pub trait Visible: Entity {
    /// All who may read it.
    fn readers(&self, view: &View<'_>) -> Readers;
}

impl Visible for Ticket {
    fn readers(&self, view: &View<'_>) -> Readers {
        let mut readers = Readers::new();
        TicketRule::ALL.iter().for_each(|rule| rule.add(self, view, &mut readers));
        readers
    }
}

impl Visible for WorkOrder {
    fn readers(&self, view: &View<'_>) -> Readers {
        OrderRule::readers(self.ticket_id, self.id, view)
    }
}

impl Visible for Round {
    fn readers(&self, view: &View<'_>) -> Readers {
        OrderRule::readers(self.ticket_id, self.work_order_id, view)
    }
}

impl Visible for WorkEvent {
    fn readers(&self, view: &View<'_>) -> Readers {
        let (ticket, order) = (self.ticket_id, Some(self.work_order_id));
        Recorded { ticket, order, organisation: self.organisation_id, author: Some(self.actor) }.readers(FactRule::OF_EVENTS, view)
    }
}

impl Visible for Note {
    fn readers(&self, view: &View<'_>) -> Readers {
        let (ticket, order) = (self.ticket_id, self.work_order_id);
        match self.audience {
            Audience::Office => OfficeRule::readers(ticket, &[], view),
            Audience::Field => {
                Recorded { ticket, order, organisation: self.organisation_id, author: self.actor }.readers(FactRule::ALL, view)
            }
        }
    }
}

macro_rules! fact_rows {
    ($($ty:ty),+) => {$(
        impl Visible for $ty {
            fn readers(&self, view: &View<'_>) -> Readers {
                let (ticket, order) = (self.ticket_id, self.work_order_id);
                Recorded { ticket, order, organisation: self.organisation_id, author: Some(self.actor) }.readers(FactRule::ALL, view)
            }
        }
    )+};
}
fact_rows!(Visit, Measurement, ChecklistAnswer, Photo);

impl Visible for Conflict {
    /// Of a possible duplicate the older ticket may have come first, so that the younger one, whose conflict it is, was not loaded:
    /// then the areas count that the conflict was raised with.
    fn readers(&self, view: &View<'_>) -> Readers {
        OfficeRule::readers(self.ticket_id, &self.areas, view)
    }
}

impl Visible for Patrol {
    fn readers(&self, _: &View<'_>) -> Readers {
        let mut readers = Readers::new();
        for rule in PatrolRule::ALL {
            match rule {
                PatrolRule::Place => readers.extend(at_place(self.area_id.as_slice(), Reader::Office)),
                PatrolRule::Author => readers.extend([Reader::Person(self.actor)]),
            }
        }
        readers
    }
}

/// Orders by their ticket.
#[must_use]
pub fn by_ticket<'w>(orders: impl Iterator<Item = &'w WorkOrder>) -> HashMap<TicketId, Vec<&'w WorkOrder>> {
    let mut map: HashMap<TicketId, Vec<&WorkOrder>> = HashMap::new();
    for order in orders {
        map.entry(order.ticket_id).or_default().push(order);
    }
    map
}

/// Lends a unit of work's view as it is now, for few rows: the orders of a ticket are looked for each time.
pub fn with_view<R>(unit: &UnitOfWork, look: impl FnOnce(&View<'_>) -> R) -> R {
    look(&View {
        ticket: &|id| unit.tickets.get(id),
        orders: &|id| unit.work_orders.iter().filter(|o| o.ticket_id == id).collect(),
        order: &|id| unit.work_orders.get(id),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bazdid_protocol::ids::Id;

    fn id<T>(n: u128) -> Id<T> {
        Id::new(Uuid::from_u128(n))
    }

    #[test]
    fn readers_sort_as_their_channels() {
        let readers = [
            Reader::Area(id(1)),
            Reader::Area(id(2)),
            Reader::EveryOffice,
            Reader::Office(id(1)),
            Reader::Organisation(id(1)),
            Reader::Person(id(1)),
        ];
        assert!(readers.is_sorted() && readers.map(Reader::channel).is_sorted());
    }
}
