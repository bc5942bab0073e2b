//! What waits for somebody of the office: orders that nobody could be asked to do, devices with a wrong clock.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::{
    account::DeviceRow,
    schema::{assignments, devices, ticket_areas, tickets, work_orders},
    sql::db_error,
    tx::Tx,
    work_order::WorkOrderRow,
};
use bazdid_domain::{
    account::{ClockTrust, Device},
    ticket::{Boundary, TicketStatus},
    visibility::Reach,
    work_order::{WorkOrder, WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::{
    error::Result,
    ids::{AreaId, OrganisationId},
};

/// The statuses of tickets for which nobody is looked for any more.
const DONE_WITH: [TicketStatus; 4] = [TicketStatus::Cancelled, TicketStatus::Duplicate, TicketStatus::Rejected, TicketStatus::Closed];

/// Orders within reach that nobody has and nobody is asked to do, the oldest first.
///
/// # Errors
/// The database fails.
pub fn list_drafts(tx: &mut Tx<'_>, reach: &Reach, limit: i64) -> Result<Vec<WorkOrder>> {
    let rows: Vec<WorkOrderRow> = on!(tx, |c| {
        let drafts = work_orders::table.select(WorkOrderRow::as_select());
        let live = tickets::table.filter(tickets::id.eq(work_orders::ticket_id).and(tickets::status.ne_all(DONE_WITH)));
        visible_orders!(drafts, reach)
            .filter(work_orders::state.eq(WorkOrderState::Draft).and(diesel::dsl::exists(live)))
            .order((work_orders::stored_at, work_orders::id))
            .limit(limit)
            .load(c)
    })
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// How many such orders there are of each kind.
///
/// # Errors
/// The database fails.
pub fn count_drafts(tx: &mut Tx<'_>, reach: &Reach) -> Result<Vec<(WorkOrderKind, i64)>> {
    on!(tx, |c| {
        let drafts = work_orders::table.group_by(work_orders::kind).select((work_orders::kind, diesel::dsl::count_star()));
        let live = tickets::table.filter(tickets::id.eq(work_orders::ticket_id).and(tickets::status.ne_all(DONE_WITH)));
        visible_orders!(drafts, reach)
            .filter(work_orders::state.eq(WorkOrderState::Draft).and(diesel::dsl::exists(live)))
            .order(work_orders::kind)
            .load(c)
    })
    .map_err(db_error)
}

/// How many tickets lie outside every area and still wait for somebody.
///
/// # Errors
/// The database fails.
pub fn count_outside(tx: &mut Tx<'_>, statuses: &[TicketStatus]) -> Result<i64> {
    on!(tx, |c| tickets::table.filter(tickets::boundary.eq(Boundary::Outside).and(tickets::status.eq_any(statuses))).count().get_result(c))
        .map_err(db_error)
}

/// Devices in service whose wall clock was off by more than a day at their last push, by id.
///
/// # Errors
/// The database fails.
pub fn list_wrong_clocks(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Device>> {
    let rows: Vec<DeviceRow> = on!(tx, |c| devices::table
        .filter(devices::clock_trust.eq(ClockTrust::Wrong).and(devices::revoked_at.is_null()))
        .order(devices::id)
        .limit(limit)
        .select(DeviceRow::as_select())
        .load(c))
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

macro_rules! at_work {
    ($tx:ident, $table:ident, $organisations:ident, $areas:ident) => {{
        let areas: Vec<AreaId> = $areas.iter().copied().collect();
        let found: Vec<Option<OrganisationId>> = on!($tx, |c| $table::table
            .filter($table::organisation_id.eq_any($organisations))
            .filter(at_tickets_in!($table, &areas))
            .select($table::organisation_id)
            .distinct()
            .load(c))
        .map_err(db_error)?;
        Ok(found.into_iter().flatten().collect())
    }};
}

/// Which of some organisations hold orders in some areas.
///
/// # Errors
/// The database fails.
pub fn list_at_work(tx: &mut Tx<'_>, organisations: &[OrganisationId], areas: &BTreeSet<AreaId>) -> Result<BTreeSet<OrganisationId>> {
    at_work!(tx, work_orders, organisations, areas)
}

/// Which of some organisations were ever asked to do something in some areas.
///
/// # Errors
/// The database fails.
pub fn list_ever_at_work(tx: &mut Tx<'_>, organisations: &[OrganisationId], areas: &BTreeSet<AreaId>) -> Result<BTreeSet<OrganisationId>> {
    at_work!(tx, assignments, organisations, areas)
}
