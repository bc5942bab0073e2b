//! Who looks after something in the inbox of the office. A claim ends by itself; one that has ended is as if it had not been.

use diesel::prelude::*;

use crate::{schema::inbox_claims, sql::db_error, tx::Tx};
use bazdid_protocol::{error::Result, ids::AccountId, time::Timestamp};

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = inbox_claims)]
pub struct Claim {
    /// The item.
    pub item: String,
    /// Who looks after it.
    pub account_id: AccountId,
    /// Since when.
    pub claimed_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
}

/// Makes a claim, or prolongs one's own. Whose it is in the end: another's if theirs has not ended.
///
/// # Errors
/// The database fails.
pub fn claim(tx: &mut Tx<'_>, claim: &Claim) -> Result<Claim> {
    let (item, by, now) = (&claim.item, claim.account_id, claim.claimed_at);
    let free = inbox_claims::account_id.eq(by).or(inbox_claims::ends_at.le(now));
    on!(tx, |c| diesel::insert_into(inbox_claims::table).values(claim).on_conflict(inbox_claims::item).do_nothing().execute(c))
        .map_err(db_error)?;
    on!(tx, |c| diesel::update(inbox_claims::table.filter(inbox_claims::item.eq(item).and(free)))
        .set((inbox_claims::account_id.eq(by), inbox_claims::claimed_at.eq(now), inbox_claims::ends_at.eq(claim.ends_at)))
        .execute(c))
    .map_err(db_error)?;
    on!(tx, |c| inbox_claims::table.filter(inbox_claims::item.eq(item)).select(Claim::as_select()).first(c)).map_err(db_error)
}

/// Gives up one's own claim. Whether there was one.
///
/// # Errors
/// The database fails.
pub fn release(tx: &mut Tx<'_>, item: &str, by: AccountId) -> Result<bool> {
    on!(tx, |c| diesel::delete(inbox_claims::table.filter(inbox_claims::item.eq(item).and(inbox_claims::account_id.eq(by)))).execute(c))
        .map(|n| n > 0)
        .map_err(db_error)
}

/// The claims of some items that have not ended.
///
/// # Errors
/// The database fails.
pub fn list_claims(tx: &mut Tx<'_>, items: &[String], now: Timestamp) -> Result<Vec<Claim>> {
    on!(tx, |c| inbox_claims::table
        .filter(inbox_claims::item.eq_any(items).and(inbox_claims::ends_at.gt(now)))
        .select(Claim::as_select())
        .load(c))
    .map_err(db_error)
}

/// Forgets the claims that have ended. How many.
///
/// # Errors
/// The database fails.
pub fn delete_ended(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize> {
    on!(tx, |c| diesel::delete(inbox_claims::table.filter(inbox_claims::ends_at.le(now))).execute(c)).map_err(db_error)
}
