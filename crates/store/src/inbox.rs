//! What waits for somebody of the office and is in no list of its own: devices with a wrong clock; and who is at work where.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::{
    account::DeviceRow,
    schema::{assignments, devices, ticket_areas, work_orders},
    sql::db_error,
    tx::Tx,
};
use bazdid_domain::account::{ClockTrust, Device};
use bazdid_protocol::{
    error::Result,
    ids::{AreaId, OrganisationId},
};

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
