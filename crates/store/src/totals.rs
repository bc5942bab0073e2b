//! Sums over the feed and the devices, and the count of statements: what operators watch.

use std::sync::Once;

use diesel::{
    QueryableByName, RunQueryDsl as _,
    connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation},
    sql_types::BigInt,
};

use crate::{sql::db_error, tx::Tx};
use bazdid_protocol::error::Result;

/// Sums over feed and devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Totals {
    /// Channels.
    #[diesel(sql_type = BigInt)]
    pub channels: i64,
    /// Sum of their heads: entries made so far.
    #[diesel(sql_type = BigInt)]
    pub heads: i64,
    /// Rows that they carry.
    #[diesel(sql_type = BigInt)]
    pub rows: i64,
    /// Devices in service.
    #[diesel(sql_type = BigInt)]
    pub devices: i64,
    /// Mutations that these had not sent yet when they last pushed.
    #[diesel(sql_type = BigInt)]
    pub pending: i64,
}

/// Sums. Costs the channels and the devices, never the rows.
///
/// # Errors
/// The database fails.
pub fn totals(tx: &mut Tx<'_>) -> Result<Totals> {
    const SQL: &str = "SELECT f.channels, f.heads, f.carried AS rows, d.devices, d.pending FROM \
        (SELECT count(*) AS channels, CAST(coalesce(sum(head), 0) AS BIGINT) AS heads, CAST(coalesce(sum(count), 0) AS BIGINT) AS carried \
         FROM channels) AS f, \
        (SELECT count(*) AS devices, CAST(coalesce(sum(pending), 0) AS BIGINT) AS pending FROM devices WHERE revoked_at IS NULL) AS d";
    on!(tx, |c| diesel::sql_query(SQL).get_result(c)).map_err(db_error)
}

/// Counts the statements of every connection that is opened from here on, as `bazdid_store_statements_total`.
pub fn count_statements() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let make = || -> Option<Box<dyn Instrumentation>> {
            let counter = metrics::counter!("bazdid_store_statements_total");
            Some(Box::new(move |event: InstrumentationEvent<'_>| {
                if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                    counter.increment(1);
                }
            }))
        };
        // Somebody else may count already; then the figure stays away.
        drop(set_default_instrumentation(make));
    });
}
