//! How far somebody may look and reach: what lies beyond is "not found", whatever it is.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::Ctx;
use bazdid_domain::{
    account::RoleGrant,
    policy::Permission,
    reference::Reference,
    unit_of_work::UnitOfWork,
    visibility::{Parts, Reach},
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{AccountId, AreaId, OrganisationId, TicketId, WorkOrderId},
    time::Timestamp,
};
use bazdid_store::{self as store, Tx};

/// How far a permission of who asks reaches.
///
/// # Errors
/// Nobody has logged in.
pub fn reach(ctx: &Ctx, reference: &Reference, permission: Permission) -> Result<Reach> {
    let actor = ctx.actor()?;
    Ok(Reach::of(actor.account_id, actor.grants(), permission, |a| reference.areas.below(a)))
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
pub fn ticket_within(tx: &mut Tx<'_>, ctx: &Ctx, id: TicketId, permission: Permission, access: Access) -> Result<UnitOfWork> {
    within(tx, ctx, &[id], permission, access, "ticket")
}

/// Tickets with all below them, if a permission reaches them all.
///
/// # Errors
/// One of them is not there or not within reach; the database fails.
pub fn tickets_within(tx: &mut Tx<'_>, ctx: &Ctx, ids: &[TicketId], permission: Permission) -> Result<UnitOfWork> {
    within(tx, ctx, ids, permission, Access::Write, "ticket")
}

fn within(tx: &mut Tx<'_>, ctx: &Ctx, ids: &[TicketId], permission: Permission, access: Access, what: &str) -> Result<UnitOfWork> {
    let reference = ctx.reference(tx)?;
    let reach = reach(ctx, &reference, permission)?;
    let unit = match access {
        Access::Write => store::aggregate::load_unit(tx, ids)?,
        Access::Read => store::aggregate::read_unit(tx, ids)?,
    };
    for id in ids {
        let ticket = unit.tickets.get(*id).ok_or_else(|| Error::not_found(what))?;
        if !reach.reads(&unit, ticket) {
            return Err(Error::not_found(what));
        }
    }
    Ok(unit)
}

/// The ticket of some row with all below it, if a permission reaches it.
///
/// # Errors
/// There is no such thing within reach; the database fails.
pub fn root_within(tx: &mut Tx<'_>, ctx: &Ctx, id: Uuid, permission: Permission, access: Access, what: &str) -> Result<UnitOfWork> {
    let ticket = store::aggregate::find_roots(tx, &[id])?.into_iter().next().map(|(_, t)| t).ok_or_else(|| Error::not_found(what))?;
    within(tx, ctx, &[ticket], permission, access, what)
}

/// Whether an order of a unit of work is within reach.
#[must_use]
pub fn reaches_order(reach: &Reach, unit: &UnitOfWork, id: WorkOrderId) -> bool {
    unit.work_orders.get(id).is_some_and(|order| reach.reads(unit, order))
}

/// The rows of a unit of work that who asks may read, by kind and id; `None`: all of them.
///
/// # Errors
/// Nobody has logged in.
pub fn readable(ctx: &Ctx, reference: &Reference, unit: &UnitOfWork) -> Result<Option<BTreeSet<(&'static str, Uuid)>>> {
    Ok(reach(ctx, reference, Permission::TicketRead)?.readable(unit))
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

/// Which people work within a reach: in its areas, or for a contractor with orders there. By the grants in force at an instant and the
/// orders of now, or, for what was done in the past, by all that they ever had.
///
/// # Errors
/// The database fails.
pub fn people_within(
    tx: &mut Tx<'_>,
    reference: &Reference,
    reach: &Reach,
    people: &[AccountId],
    at: Option<Timestamp>,
) -> Result<BTreeSet<AccountId>> {
    let Reach::Parts(Parts { areas, .. }) = reach else { return Ok(people.iter().copied().collect()) };
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
