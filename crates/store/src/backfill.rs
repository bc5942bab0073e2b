//! Dates rows that were stored before their table had the column `stored_at`.

use diesel::prelude::*;

use crate::{
    sql::{db_error, types::Micros},
    tx::Tx,
};
use bazdid_protocol::{error::Result, time::Timestamp};

/// The listed tables, and what comes nearest to when a row of each was first stored.
const LISTED: [(&str, &str); 6] = [
    (
        "tickets",
        "coalesce((SELECT min(received_at) FROM mutations WHERE mutations.entity = tickets.id AND cmd = 'ticket.create'), tickets.created_at)",
    ),
    ("work_orders", "work_orders.created_at"),
    ("rounds", "coalesce((SELECT received_at FROM mutations WHERE mutations.id = rounds.event_id), rounds.submitted_at)"),
    ("photos", "photos.received_at"),
    ("conflicts", "conflicts.raised_at"),
    ("calls", "calls.taken_at"),
];

/// What stands in `stored_at` of a row that has no date yet; every date is later.
const UNKNOWN: Timestamp = Timestamp::from_micros(0);

/// Dates at most `limit` rows that have no `stored_at` yet, those with the newest ids first, never later than `now`. Answers how many:
/// none when all have one.
///
/// # Errors
/// The database fails.
pub fn backfill_stored_at(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<usize> {
    for (table, estimate) in LISTED {
        let sql = format!(
            "UPDATE {table} SET stored_at = (SELECT CASE WHEN e.at < $1 THEN $1 WHEN e.at > $2 THEN $2 ELSE e.at END \
             FROM (SELECT {estimate} AS at) AS e) \
             WHERE id IN (SELECT id FROM {table} WHERE stored_at = $3 ORDER BY id DESC LIMIT {limit})"
        );
        let done = on!(tx, |c| diesel::sql_query(sql.as_str())
            .bind::<Micros, _>(UNKNOWN.plus_micros(1))
            .bind::<Micros, _>(now)
            .bind::<Micros, _>(UNKNOWN)
            .execute(c))
        .map_err(db_error)?;
        if done > 0 {
            return Ok(done);
        }
    }
    Ok(0)
}
