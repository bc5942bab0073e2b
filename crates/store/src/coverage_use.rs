//! How many assignments a coverage or a contract has been given on a civil day: what daily capacities are held against.

use std::collections::BTreeMap;

use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    schema::coverage_use,
    sql::db_error,
    tx::{MAX_BINDS, Tx},
};
use bazdid_protocol::{error::Result, ids::Id};

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = coverage_use, treat_none_as_default_value = false)]
struct NewUse {
    subject: Id<()>,
    day: i64,
    used: i64,
}

/// Used counts of coverages and contracts on a civil day (days since 1970-01-01 in the municipality's time zone); what was
/// never used is left out.
///
/// # Errors
/// The database fails.
pub fn list_use(tx: &mut Tx<'_>, subjects: &[Uuid], day: i64) -> Result<BTreeMap<Uuid, i64>> {
    let mut used = BTreeMap::new();
    let ids: Vec<Id<()>> = subjects.iter().copied().map(Id::new).collect();
    for ids in ids.chunks(MAX_BINDS / 2) {
        let rows: Vec<(Id<()>, i64)> = on!(tx, |c| coverage_use::table
            .filter(coverage_use::day.eq(day).and(coverage_use::subject.eq_any(ids)))
            .select((coverage_use::subject, coverage_use::used))
            .load(c))
        .map_err(db_error)?;
        used.extend(rows.into_iter().map(|(subject, n)| (subject.uuid(), n)));
    }
    Ok(used)
}

/// Adds to used counts, keyed by (coverage or contract, civil day), and answers the new totals. The rows stay locked to the end
/// of the transaction on PostgreSQL, taken in the order of the keys, so a caller that finds a total above a capacity can
/// refuse: nobody else has taken the same place.
///
/// # Errors
/// The database fails.
pub fn add_use(tx: &mut Tx<'_>, added: &BTreeMap<(Uuid, i64), i64>) -> Result<BTreeMap<(Uuid, i64), i64>> {
    let rows: Vec<NewUse> =
        added.iter().map(|((subject, day), used)| NewUse { subject: Id::new(*subject), day: *day, used: *used }).collect();
    let mut totals = BTreeMap::new();
    for chunk in rows.chunks(MAX_BINDS / 3) {
        let new: Vec<(Id<()>, i64, i64)> = on!(tx, |c| diesel::insert_into(coverage_use::table)
            .values(chunk)
            .on_conflict((coverage_use::subject, coverage_use::day))
            .do_update()
            .set(coverage_use::used.eq(coverage_use::used + diesel::upsert::excluded(coverage_use::used)))
            .returning((coverage_use::subject, coverage_use::day, coverage_use::used))
            .get_results(c))
        .map_err(db_error)?;
        totals.extend(new.into_iter().map(|(subject, day, used)| ((subject.uuid(), day), used)));
    }
    Ok(totals)
}
