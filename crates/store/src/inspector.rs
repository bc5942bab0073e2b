//! Who inspects: grants in force, orders in hand, last known positions.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::{
    keys::Keys,
    open_order_counts::list_loads,
    schema::{accounts, role_grants, visits},
    sql::{Json, db_error},
    tx::Tx,
};
use bazdid_domain::{account::Role, follow_up::Inspector, organisation::ActiveState};
use bazdid_protocol::{
    error::Result,
    geo::Point,
    ids::{AccountId, AreaId, VisitId},
    time::Timestamp,
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
    let open_order_counts = list_loads(tx, &accounts)?;
    let positions = list_positions(tx, &accounts, at)?;
    Ok(grants
        .into_iter()
        .map(|(account, areas)| Inspector {
            account,
            areas,
            load: open_order_counts.get(&account).copied().unwrap_or_default(),
            position: positions.get(&account).copied(),
        })
        .collect())
}

/// Where accounts were last within [`POSITION_DAYS`], as far as that is known.
fn list_positions(tx: &mut Tx<'_>, of: &[AccountId], at: Timestamp) -> Result<HashMap<AccountId, Point>> {
    let of = Keys::new(of);
    let last: Vec<Option<VisitId>> = on!(tx, |c| {
        let visit = visits::table
            .filter(visits::actor.eq(accounts::id).and(visits::arrived_est.gt(at.plus_days(-POSITION_DAYS))))
            .filter(visits::lat.is_not_null().and(visits::lon.is_not_null()))
            .order((visits::arrived_est.desc(), visits::id.desc()))
            .select(visits::id)
            .limit(1);
        accounts::table.filter(of.hold(accounts::id)).select(visit.single_value()).load(c)
    })
    .map_err(db_error)?;
    let last: Vec<VisitId> = last.into_iter().flatten().collect();
    let last = Keys::new(&last);
    let seen: Vec<Seen> = on!(tx, |c| visits::table
        .filter(last.hold(visits::id))
        .select((visits::actor, visits::lat, visits::lon, visits::accuracy_m))
        .load(c))
    .map_err(db_error)?;
    let known = seen.into_iter().filter_map(|(account, lat, lon, accuracy_m)| Some((account, Point { lat: lat?, lon: lon?, accuracy_m })));
    Ok(known.collect())
}
