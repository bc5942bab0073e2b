//! Decides mutations against a unit of work, one after another, without I/O.
//!
//! Evidence is always kept; only a transition can be refused. What the author may not know of is answered as what the server
//! does not know: held. Who may write is judged by history: the holder of an epoch may report what was done in it, whoever
//! they are now.

pub mod absent;
pub mod alarm;
mod answers;
mod attempt;
mod clash;
mod disputes;
mod edit;
mod ended;
mod facts;
pub mod flags;
mod identity;
mod judge;
mod late;
pub mod outdated;
mod overtaken;
mod patrol;
mod quarantine;
mod rejudge;
mod retract;
mod ticket;
mod work;

pub(crate) use attempt::{counts, first_epoch};
pub use attempt::{derive_order, end_hold};
pub use disputes::{Relief, relief};
pub use rejudge::{rejudge, settle};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    account::Role,
    policy::{Permission, command_permissions, role_allows},
    sync::{merge_context::MergeContext, stamp::Stamp},
    ticket::{FieldEdit, Ticket, TicketField},
    unit_of_work::UnitOfWork,
    visibility::{Reach, Reader, at_place},
    work_order::WorkOrder,
};
use bazdid_protocol::{
    command::Command,
    geo::Point,
    ids::{AccountId, DeviceId, MutationId, OrganisationId, TicketId, WorkOrderId},
    outcome::{Outcome, OutcomeCode},
    time::Timestamp,
};

bazdid_protocol::text_enum! {
    /// Whether somebody is still allowed to act at all.
    Authority {
        /// Account and device are in service.
        InForce = "in_force",
        /// One of them was taken out of service: what still comes is set aside for a supervisor.
        Revoked = "revoked",
        /// A supervisor let in what had been set aside.
        Adopted = "adopted",
    }
}

/// Who acted, with what they held at the true time of the act.
#[derive(Debug, Clone)]
pub struct Author {
    /// The person.
    pub account: AccountId,
    /// The device; absent for the office.
    pub device: Option<DeviceId>,
    /// Roles.
    pub roles: Vec<Role>,
    /// How far the grants reach.
    pub reach: Reach,
    /// Organisations of the grants.
    pub organisations: Vec<OrganisationId>,
    /// Those of them of which the person is a manager.
    pub manages: Vec<OrganisationId>,
    /// Whether account and device are in service.
    pub authority: Authority,
}

impl Author {
    /// Whether one of the roles carries a permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|r| role_allows(*r, permission))
    }
}

/// A mutation as the engine sees it: read, stamped, its author known.
#[derive(Debug, Clone)]
pub struct Act<'a> {
    /// Its id.
    pub id: MutationId,
    /// What it is about.
    pub entity: Uuid,
    /// The revision of the entity that the author had before them; absent: none of the server's.
    pub base: Option<i64>,
    /// The epoch that the author knew.
    pub epoch: Option<i64>,
    /// What is to be done.
    pub command: &'a Command,
    /// The arguments as sent.
    pub args: &'a Value,
    /// When it was done.
    pub stamp: Stamp,
    /// When the server heard of it.
    pub received_at: Timestamp,
    /// Whether it is a command of the office, given online.
    pub office: bool,
}

/// Decides one mutation. The unit of work changes only as far as the outcome says; the caller takes a group back as a whole.
pub fn decide(unit: &mut UnitOfWork, context: &MergeContext<'_>, author: &Author, act: &Act<'_>) -> Outcome {
    if let Some(aside) = quarantine::check(unit, context, author, act) {
        return aside;
    }
    if let Some(refusal) = identity::refuse(unit, context, act) {
        return refusal;
    }
    if !command_permissions(act.command).iter().any(|permission| author.may(*permission)) {
        return Outcome::rejected(OutcomeCode::NotPermitted, "your roles do not allow this");
    }
    match act.command {
        Command::NoteAdd(_)
        | Command::NoteEdit(_)
        | Command::NoteRemove(_)
        | Command::VisitRecord(_)
        | Command::VisitLeave(_)
        | Command::PhotoAdd(_)
        | Command::PhotoRemove(_)
        | Command::MeasurementAdd(_)
        | Command::ChecklistAnswer(_) => facts::decide(unit, context, author, act),
        Command::WorkAccept
        | Command::WorkDecline(_)
        | Command::WorkStart(_)
        | Command::WorkRequestHold(_)
        | Command::WorkResume
        | Command::WorkSubmit(_)
        | Command::WorkFailVisit(_)
        | Command::InspectionSubmit(_) => work::decide(unit, context, author, act),
        Command::WorkRetract(args) => retract::decide(unit, context, author, act, args),
        Command::RoundVerify(_) | Command::RoundRework(_) => judge::decide(unit, context, author, act),
        Command::PatrolRecord(args) => patrol::record(unit, context, author, act, args),
        Command::TicketCreate(args) => ticket::create(unit, context, author, act, args),
        Command::TicketEdit(args) => edit::edit(unit, context, author, act, &args.set),
        Command::TicketPropose(args) => edit::propose(unit, context, author, act, args),
    }
}

/// The ticket, and the work order if the entity is one, as far as the author may know of it, or may have known when they acted: a
/// ticket that has moved elsewhere since may still stand in the copy of a device that was out of reach.
fn target<'w>(
    unit: &'w UnitOfWork,
    context: &MergeContext<'_>,
    author: &Author,
    entity: Uuid,
) -> Option<(&'w Ticket, Option<&'w WorkOrder>)> {
    let order = unit.work_orders.get(WorkOrderId::new(entity));
    let ticket = unit.tickets.get(order.map_or_else(|| TicketId::new(entity), |o| o.ticket_id))?;
    let is_known = author.reach.reads(unit, ticket) || was_within(unit, context, author, ticket) || has_held(unit, author, ticket, order);
    is_known.then_some((ticket, order))
}

/// Whether the author answers for the place of a ticket, or did for one that it had when they acted: what they found or hold is
/// theirs to see, not to judge.
fn answers_for(unit: &UnitOfWork, context: &MergeContext<'_>, author: &Author, ticket: &Ticket) -> bool {
    author.reach.includes_any(at_place(&ticket.leaf_areas, Reader::Area)) || was_within(unit, context, author, ticket)
}

/// Whether the author's reach includes a place that anybody ever gave a ticket, whether it stood or not: what follows must not depend
/// on the order in which the edits arrived.
fn was_within(unit: &UnitOfWork, context: &MergeContext<'_>, author: &Author, ticket: &Ticket) -> bool {
    let reaches_places = match &author.reach {
        Reach::Everything => true,
        Reach::Parts(parts) => parts.every_office || !parts.areas.is_empty(),
    };
    let moves = || unit.field_edits.iter().filter(|e| e.ticket_id == ticket.id && e.field == TicketField::Point);
    let point = |e: &FieldEdit| serde_json::from_value::<Point>(e.value.clone()).ok();
    reaches_places && moves().filter_map(point).any(|p| author.reach.includes_any(at_place(&context.locate(&p).leaf_areas, Reader::Area)))
}

/// Whether the author's party was ever asked to do an order, or any order of a ticket.
fn has_held(unit: &UnitOfWork, author: &Author, ticket: &Ticket, order: Option<&WorkOrder>) -> bool {
    let held = |o: WorkOrderId| unit.assignments.iter().any(|a| a.work_order_id == o && is_party(author, a.organisation_id, a.account_id));
    match order {
        Some(order) => held(order.id),
        None => unit.work_orders.iter().any(|o| o.ticket_id == ticket.id && held(o.id)),
    }
}

/// Whether the author is, or belongs to, the party that an assignment names.
fn is_party(author: &Author, organisation: Option<OrganisationId>, account: Option<AccountId>) -> bool {
    account == Some(author.account) || (account.is_none() && organisation.is_some_and(|o| author.organisations.contains(&o)))
}

/// What is said of a thing that is not there, or that the author may not know of: the same.
fn unknown(entity: Uuid) -> Outcome {
    Outcome::held(OutcomeCode::UnknownEntity, "/entity: the server does not know this thing yet", entity)
}

#[cfg(test)]
mod tests;
