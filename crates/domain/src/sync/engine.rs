//! Decides mutations against a world, one after another, without I/O.
//!
//! Evidence is always kept; only a transition can be refused. What the author may not know of is answered as what the server
//! does not know: held. Who may write is judged by history: the holder of an epoch may report what was done in it, whoever
//! he is now.

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
mod overtaken;
mod quarantine;
mod rejudge;
mod retract;
mod ticket;
mod work;

pub use attempt::{derive_order, end_hold};
pub use disputes::{Relief, relief};
pub use rejudge::{rejudge, settle};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    account::Role,
    policy::{Permission, role_allows},
    sync::{stamp::Stamp, surroundings::Surroundings},
    ticket::{Ticket, TicketField, TicketOrigin},
    work_order::WorkOrder,
    world::World,
};
use bazdid_protocol::{
    command::Command,
    geo::Point,
    ids::{AccountId, AreaId, DeviceId, MutationId, OrganisationId, TicketId, WorkOrderId},
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

/// Who acted, with what he held at the true time of the act.
#[derive(Debug, Clone)]
pub struct Author {
    /// The person.
    pub account: AccountId,
    /// The device; absent for the office.
    pub device: Option<DeviceId>,
    /// Roles.
    pub roles: Vec<Role>,
    /// Areas of the grants with all that lie below them.
    pub areas: Vec<AreaId>,
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

/// Decides one mutation. The world changes only as far as the outcome says; the caller takes a group back as a whole.
pub fn decide(world: &mut World, around: &Surroundings<'_>, author: &Author, act: &Act<'_>) -> Outcome {
    if let Some(aside) = quarantine::check(world, around, author, act) {
        return aside;
    }
    if let Some(refusal) = identity::refuse(world, around, act) {
        return refusal;
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
        | Command::ChecklistAnswer(_) => facts::decide(world, around, author, act),
        Command::WorkAccept
        | Command::WorkDecline(_)
        | Command::WorkStart(_)
        | Command::WorkRequestHold(_)
        | Command::WorkResume
        | Command::WorkSubmit(_)
        | Command::WorkFailVisit(_)
        | Command::InspectionSubmit(_) => work::decide(world, around, author, act),
        Command::WorkRetract(args) => retract::decide(world, around, author, act, args),
        Command::RoundVerify(_) | Command::RoundRework(_) => judge::decide(world, around, author, act),
        Command::TicketCreate(args) => ticket::create(world, around, author, act, args),
        Command::TicketEdit(args) => edit::edit(world, around, author, act, &args.set),
        Command::TicketPropose(args) => edit::propose(world, around, author, act, args),
    }
}

/// The ticket, and the work order if the entity is one, as far as the author may know of it, or may have known when they acted: a
/// ticket that has moved elsewhere since may still stand in the copy of a device that was out of reach.
fn target<'w>(world: &'w World, around: &Surroundings<'_>, author: &Author, entity: Uuid) -> Option<(&'w Ticket, Option<&'w WorkOrder>)> {
    let order = world.work_orders.get(WorkOrderId::new(entity));
    let ticket = world.tickets.get(order.map_or_else(|| TicketId::new(entity), |o| o.ticket_id))?;
    let reads = |areas: &[AreaId]| author.may(Permission::TicketRead) && areas.iter().any(|a| author.areas.contains(a));
    let in_area = reads(&ticket.areas) || !author.areas.is_empty() && former_areas(world, around, ticket).any(|areas| reads(&areas));
    // What lies outside every area is any office's.
    let nowhere = ticket.leaf_areas.is_empty() && author.may(Permission::TicketManage);
    let found = ticket.origin == TicketOrigin::Field && ticket.created_by == author.account;
    let found_by_us = ticket.created_org.is_some_and(|o| author.organisations.contains(&o));
    let held = |o: WorkOrderId| world.assignments.iter().any(|a| a.work_order_id == o && is_party(author, a.organisation_id, a.account_id));
    let has_held = match order {
        Some(order) => held(order.id),
        None => world.work_orders.iter().any(|o| o.ticket_id == ticket.id && held(o.id)),
    };
    (in_area || nowhere || found || found_by_us || has_held).then_some((ticket, order))
}

/// The areas of every point that anybody ever gave a ticket, whether it stood or not: what follows must not depend on the order in
/// which the edits arrived.
fn former_areas<'w>(world: &'w World, around: &'w Surroundings<'_>, ticket: &Ticket) -> impl Iterator<Item = Vec<AreaId>> {
    let id = ticket.id;
    let moves = world.field_edits.iter().filter(move |e| e.ticket_id == id && e.field == TicketField::Point);
    moves.filter_map(|e| serde_json::from_value::<Point>(e.value.clone()).ok()).map(|point| around.locate(&point).areas)
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
