//! How far somebody may look and reach: what lies beyond is "not found", whatever it is.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::Ctx;
use bazdid_domain::{
    account::RoleGrant,
    actor::{Actor, Scope},
    membership,
    policy::Permission,
    reference::Reference,
    ticket::{Boundary, Ticket, TicketOrigin},
    ticket_flow::orders_of,
    world::World,
};
use bazdid_protocol::{
    channel::Channel,
    error::{Code, Error, Result},
    ids::{AccountId, AreaId, OrganisationId, TicketId, WorkOrderId},
    time::Timestamp,
};
use bazdid_store::{self as store, Tx, ticket::search::Reach};

/// How far a permission reaches, as the store asks for it.
///
/// # Errors
/// Nobody has logged in.
pub fn reach(ctx: &Ctx, reference: &Reference, permission: Permission) -> Result<Reach> {
    let actor = ctx.actor()?;
    Ok(Reach {
        scope: actor.scope(permission, |a| reference.areas.below(a)),
        outside: actor.may(Permission::TicketManage),
        finder: actor.account_id,
    })
}

/// Whether a ticket is within reach: by its areas, by an order that the actor's organisation holds, because nobody else answers
/// for what lies outside every area, or because the actor found it.
#[must_use]
pub fn reaches(reach: &Reach, world: &World, ticket: &Ticket) -> bool {
    let Scope::Within { organisations, .. } = &reach.scope else { return true };
    reach.scope.reaches(&ticket.areas, ticket.created_org)
        || (reach.outside && ticket.boundary == Boundary::Outside)
        || (ticket.origin == TicketOrigin::Field && ticket.created_by == reach.finder)
        || orders_of(world, ticket.id).filter_map(membership::holder).any(|o| organisations.contains(&o))
}

/// What is asked for: to change it, or to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The rows are locked until the transaction ends.
    Write,
    /// In a snapshot.
    Read,
}

/// A ticket with all below it, if a permission reaches it.
///
/// # Errors
/// There is no such ticket within reach; the database fails.
pub fn ticket_within(tx: &mut Tx<'_>, ctx: &Ctx, id: TicketId, permission: Permission, access: Access) -> Result<World> {
    within(tx, ctx, &[id], permission, access, "ticket")
}

/// Tickets with all below them, if a permission reaches them all.
///
/// # Errors
/// One of them is not there or not within reach; the database fails.
pub fn tickets_within(tx: &mut Tx<'_>, ctx: &Ctx, ids: &[TicketId], permission: Permission) -> Result<World> {
    within(tx, ctx, ids, permission, Access::Write, "ticket")
}

fn within(tx: &mut Tx<'_>, ctx: &Ctx, ids: &[TicketId], permission: Permission, access: Access, what: &str) -> Result<World> {
    let reference = ctx.reference(tx)?;
    let reach = reach(ctx, &reference, permission)?;
    let world = match access {
        Access::Write => store::aggregate::load_world(tx, ids)?,
        Access::Read => store::aggregate::read_world(tx, ids)?,
    };
    for id in ids {
        let ticket = world.tickets.get(*id).ok_or_else(|| Error::not_found(what))?;
        if !reaches(&reach, &world, ticket) {
            return Err(Error::not_found(what));
        }
    }
    Ok(world)
}

/// The ticket of some row with all below it, if a permission reaches it.
///
/// # Errors
/// There is no such thing within reach; the database fails.
pub fn root_within(tx: &mut Tx<'_>, ctx: &Ctx, id: Uuid, permission: Permission, access: Access, what: &str) -> Result<World> {
    let ticket = store::aggregate::find_roots(tx, &[id])?.into_iter().next().map(|(_, t)| t).ok_or_else(|| Error::not_found(what))?;
    within(tx, ctx, &[ticket], permission, access, what)
}

/// Whether an order is within reach: by its ticket's areas, or because the actor's organisation holds it.
#[must_use]
pub fn reaches_order(reach: &Reach, world: &World, id: WorkOrderId) -> bool {
    let Some(order) = world.work_orders.get(id) else { return false };
    let Some(ticket) = world.tickets.get(order.ticket_id) else { return false };
    reach.scope.reaches(&ticket.areas, membership::holder(order)) || (reach.outside && ticket.boundary == Boundary::Outside)
}

/// The rows of a world that somebody may read, by kind and id; `None`: all of them.
#[must_use]
pub fn readable(actor: &Actor, reference: &Reference, world: &World) -> Option<BTreeSet<(&'static str, Uuid)>> {
    let office = actor.scope(Permission::ConflictRead, |a| reference.areas.below(a));
    let outside = actor.may(Permission::TicketManage);
    if world.tickets.iter().all(|t| office.reaches(&t.areas, None) || (outside && t.boundary == Boundary::Outside)) {
        return None;
    }
    let mut channels = BTreeSet::from([Channel::User(actor.account_id)]);
    if let Scope::Within { areas, organisations } = actor.scope(Permission::TicketRead, |a| reference.areas.below(a)) {
        channels.extend(areas.into_iter().map(Channel::Area));
        channels.extend(organisations.into_iter().map(Channel::Org));
    }
    Some(membership::carried_by(world, &channels))
}

/// The revision that the client read must be the one that stands.
///
/// # Errors
/// The thing has changed since.
pub fn same_rev(seen: i64, now: i64) -> Result<()> {
    if seen == now {
        return Ok(());
    }
    Err(Error::new(Code::PreconditionFailed).fact("rev", now))
}

/// Which people work within a scope: in its areas, or for a contractor with orders there. By the grants in force at an instant and the
/// orders of now, or, for what was done in the past, by all that they ever had.
///
/// # Errors
/// The database fails.
pub fn people_within(
    tx: &mut Tx<'_>,
    reference: &Reference,
    scope: &Scope,
    people: &[AccountId],
    at: Option<Timestamp>,
) -> Result<BTreeSet<AccountId>> {
    let Scope::Within { areas, .. } = scope else { return Ok(people.iter().copied().collect()) };
    let mut grants = store::account::list_grants_of(tx, people)?;
    grants.retain(|g| at.is_none_or(|at| g.in_force_at(at)));
    let organisations: BTreeSet<OrganisationId> = grants.iter().filter_map(|g| g.organisation_id).collect();
    let organisations: Vec<OrganisationId> = organisations.into_iter().collect();
    let at_work = match at {
        Some(_) => store::inbox::list_at_work(tx, &organisations, areas)?,
        None => store::inbox::list_ever_at_work(tx, &organisations, areas)?,
    };
    let here = |area: &AreaId| areas.contains(area) || reference.areas.below(*area).iter().any(|a| areas.contains(a));
    let within =
        |g: &&RoleGrant| g.areas.iter().any(here) || (g.areas.is_empty() && g.organisation_id.is_some_and(|o| at_work.contains(&o)));
    Ok(grants.iter().filter(within).map(|g| g.account_id).collect())
}
