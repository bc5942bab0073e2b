//! Counts of failed attempts, by subject: an account or an address, named by a keyed hash.

use diesel::prelude::*;

use crate::{schema::login_throttles, sql::db_error, tx::Tx};
use bazdid_protocol::{error::Result, time::Timestamp};

/// The count of one subject.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = login_throttles, treat_none_as_default_value = false)]
pub struct Throttle {
    /// Whose attempts.
    pub subject: String,
    /// Attempts that did not succeed (yet).
    pub failures: i64,
    /// The last of them.
    pub last_at: Timestamp,
    /// Until when further ones are refused unseen.
    pub blocked_until: Option<Timestamp>,
}

/// The counts of subjects, made where they are missing and locked to the end of the transaction, in the order of the names.
///
/// # Errors
/// The database fails.
pub fn lock_throttles(tx: &mut Tx<'_>, subjects: &[String], now: Timestamp) -> Result<Vec<Throttle>> {
    let mut fresh: Vec<Throttle> =
        subjects.iter().map(|s| Throttle { subject: s.clone(), failures: 0, last_at: now, blocked_until: None }).collect();
    fresh.sort_by(|a, b| a.subject.cmp(&b.subject));
    // An update that changes nothing takes the lock.
    on!(tx, |c| diesel::insert_into(login_throttles::table)
        .values(&fresh)
        .on_conflict(login_throttles::subject)
        .do_update()
        .set(login_throttles::failures.eq(login_throttles::failures))
        .returning(Throttle::as_returning())
        .get_results(c))
    .map_err(db_error)
}

/// Writes counts.
///
/// # Errors
/// The database fails.
pub fn save_throttles(tx: &mut Tx<'_>, rows: &[Throttle]) -> Result<()> {
    on!(tx, |c| diesel::insert_into(login_throttles::table)
        .values(rows)
        .on_conflict(login_throttles::subject)
        .do_update()
        .set((
            login_throttles::failures.eq(diesel::upsert::excluded(login_throttles::failures)),
            login_throttles::last_at.eq(diesel::upsert::excluded(login_throttles::last_at)),
            login_throttles::blocked_until.eq(diesel::upsert::excluded(login_throttles::blocked_until)),
        ))
        .execute(c))
    .map(drop)
    .map_err(db_error)
}

/// Forgets counts whose last attempt lies before an instant.
///
/// # Errors
/// The database fails.
pub fn delete_throttles(tx: &mut Tx<'_>, last_before: Timestamp) -> Result<usize> {
    on!(tx, |c| diesel::delete(login_throttles::table.filter(login_throttles::last_at.lt(last_before))).execute(c)).map_err(db_error)
}
