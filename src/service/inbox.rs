//! The office's inbox: what waits for a person and for nobody else.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{
        account::{Device, RoleGrant},
        actor::Scope,
        conflict::{Conflict, ConflictKind, ConflictStatus, Severity},
        ids::{AccountId, AreaId, OrganisationId},
        policy::Permission,
        reference::Reference,
        ticket::{Boundary, Ticket, TicketStatus},
        work_order::{WorkOrder, WorkOrderKind},
    },
    error::{Code, Error, Result},
    service::{Ctx, reach::reach},
    store::{self, Tx, conflict::ConflictFilter, ticket::search::TicketFilter, ticket::search::list_tickets},
};

/// Rows of each kind that are shown; the counts are of all.
const SHOWN: i64 = 50;
/// Devices with a wrong clock that are looked at.
const DEVICES: i64 = 1_000;
/// Tickets that nobody has placed yet.
const UNPLACED: [TicketStatus; 3] = [TicketStatus::New, TicketStatus::Triaged, TicketStatus::ReopenRequested];

/// What waits.
#[derive(Debug, Clone, Default)]
pub struct Inbox {
    /// Orders that nobody could be asked to do, the oldest first.
    pub drafts: Vec<WorkOrder>,
    /// How many of each kind.
    pub draft_counts: Vec<(WorkOrderKind, i64)>,
    /// Open hard conflicts, the newest first.
    pub conflicts: Vec<Conflict>,
    /// How many conflicts of each kind and severity are open.
    pub conflict_counts: Vec<(ConflictKind, Severity, i64)>,
    /// Tickets outside every area, the newest first.
    pub outside: Vec<Ticket>,
    /// How many.
    pub outside_count: i64,
    /// Devices whose clock was off by more than a day.
    pub wrong_clocks: Vec<Device>,
}

/// What waits within the reach of who asks.
///
/// # Errors
/// No permission; the database fails.
pub fn get(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Inbox> {
    if !ctx.actor()?.may(Permission::ConflictRead) {
        return Err(Error::new(Code::Forbidden));
    }
    let reference = ctx.reference(tx)?;
    let reach = reach(ctx, &reference, Permission::ConflictRead)?;
    let hard =
        ConflictFilter { status: Some(ConflictStatus::Open), severity: Some(Severity::Hard), limit: SHOWN, ..ConflictFilter::default() };
    let sees_outside = reach.outside || reach.scope == Scope::All;
    let outside = TicketFilter { boundary: Some(Boundary::Outside), statuses: UNPLACED.to_vec(), limit: SHOWN, ..TicketFilter::default() };
    Ok(Inbox {
        drafts: store::inbox::list_drafts(tx, &reach, SHOWN)?,
        draft_counts: store::inbox::count_drafts(tx, &reach)?,
        conflicts: store::conflict::list_conflicts(tx, &hard, &reach)?,
        conflict_counts: store::conflict::count_open(tx, &reach)?,
        outside: if sees_outside { list_tickets(tx, &outside, &reach)? } else { Vec::new() },
        outside_count: if sees_outside { store::inbox::count_outside(tx, &UNPLACED)? } else { 0 },
        wrong_clocks: wrong_clocks(tx, ctx, &reference, &reach.scope)?,
    })
}

/// Devices with a wrong clock of people who work within a scope: in its areas, or for a contractor with orders there.
fn wrong_clocks(tx: &mut Tx<'_>, ctx: &Ctx, reference: &Reference, scope: &Scope) -> Result<Vec<Device>> {
    let devices = store::inbox::list_wrong_clocks(tx, DEVICES)?;
    let Scope::Within { areas, .. } = scope else { return Ok(devices) };
    let owners: BTreeSet<AccountId> = devices.iter().map(|d| d.account_id).collect();
    let mut grants: BTreeMap<AccountId, Vec<RoleGrant>> = BTreeMap::new();
    for grant in store::account::list_grants_of(tx, &owners.into_iter().collect::<Vec<_>>())? {
        if grant.in_force_at(ctx.now) {
            grants.entry(grant.account_id).or_default().push(grant);
        }
    }
    let organisations: BTreeSet<OrganisationId> = grants.values().flatten().filter_map(|g| g.organisation_id).collect();
    let at_work = store::inbox::list_at_work(tx, &organisations.into_iter().collect::<Vec<_>>(), areas)?;
    let here = |area: &AreaId| areas.contains(area) || reference.areas.below(*area).iter().any(|a| areas.contains(a));
    let within =
        |g: &RoleGrant| g.areas.iter().any(here) || (g.areas.is_empty() && g.organisation_id.is_some_and(|o| at_work.contains(&o)));
    Ok(devices.into_iter().filter(|d| grants.get(&d.account_id).is_some_and(|g| g.iter().any(within))).collect())
}
