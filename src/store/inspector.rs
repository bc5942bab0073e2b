//! Who inspects: grants in force, orders in hand, last known positions.

use std::collections::HashMap;

use diesel::{dsl::count_star, prelude::*};

use crate::{
    domain::{
        account::Role,
        follow_up::Inspector,
        geo::Point,
        ids::{AccountId, AreaId},
        organisation::ActiveState,
        text_enum::TextEnum as _,
        ticket_flow::in_hand,
        time::Timestamp,
        work_order::WorkOrderState,
    },
    error::Result,
    store::{
        schema::{accounts, role_grants, visits, work_orders},
        sql::{Json, db_error},
        tx::Tx,
    },
};

/// A visit older than this says nothing of where somebody is, days.
const POSITION_DAYS: i64 = 1;

/// Who was where: latitude, longitude, accuracy.
type Seen = (AccountId, Option<f64>, Option<f64>, Option<f64>);

/// Inspectors whose grants in force name one of the areas, with what they have in hand and where they were last.
///
/// # Errors
/// The database fails.
pub fn list_inspectors(tx: &mut Tx<'_>, areas: &std::collections::BTreeSet<AreaId>, at: Timestamp) -> Result<Vec<Inspector>> {
    let grants: Vec<(AccountId, Json<Vec<AreaId>>)> = on!(tx, |c| role_grants::table
        .inner_join(accounts::table.on(accounts::id.eq(role_grants::account_id)))
        .filter(role_grants::role.eq(Role::Inspector).and(accounts::state.eq(ActiveState::Active)))
        .filter(role_grants::valid_from.le(at).and(role_grants::valid_to.is_null().or(role_grants::valid_to.gt(at))))
        .order((role_grants::account_id, role_grants::id))
        .select((role_grants::account_id, role_grants::areas))
        .load(c))
    .map_err(db_error)?;
    let grants: Vec<(AccountId, Vec<AreaId>)> = grants
        .into_iter()
        .map(|(account, named)| (account, named.0))
        .filter(|(_, named)| named.iter().any(|a| areas.contains(a)))
        .collect();
    let accounts: Vec<AccountId> = grants.iter().map(|(account, _)| *account).collect();
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let open: Vec<WorkOrderState> = WorkOrderState::ALL.iter().copied().filter(|s| in_hand(*s)).collect();
    let loads: Vec<(Option<AccountId>, i64)> = on!(tx, |c| work_orders::table
        .filter(work_orders::account_id.eq_any(&accounts).and(work_orders::state.eq_any(&open)))
        .group_by(work_orders::account_id)
        .select((work_orders::account_id, count_star()))
        .load(c))
    .map_err(db_error)?;
    let seen: Vec<Seen> = on!(tx, |c| visits::table
        .filter(visits::actor.eq_any(&accounts).and(visits::arrived_est.gt(at.plus_days(-POSITION_DAYS))))
        .order((visits::arrived_est, visits::id))
        .select((visits::actor, visits::lat, visits::lon, visits::accuracy_m))
        .load(c))
    .map_err(db_error)?;
    let loads: HashMap<AccountId, i64> = loads.into_iter().filter_map(|(account, n)| Some((account?, n))).collect();
    // The later visit overwrites the earlier one.
    let positions: HashMap<AccountId, Point> = seen
        .into_iter()
        .filter_map(|(account, lat, lon, accuracy_m)| Some((account, Point { lat: lat?, lon: lon?, accuracy_m })))
        .collect();
    Ok(grants
        .into_iter()
        .map(|(account, areas)| Inspector {
            account,
            areas,
            load: loads.get(&account).copied().unwrap_or_default(),
            position: positions.get(&account).copied(),
        })
        .collect())
}
