//! What the planner of PostgreSQL knows of the tables.

use diesel::{QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _, sql_types::Text};

use crate::{Tx, sql::db_error};
use bazdid_protocol::error::Result;

/// Changes of a table that is too small for its plans to matter.
const FEW_CHANGES: i64 = 1_000;

#[derive(QueryableByName)]
struct Table {
    /// Quoted where it needs to be.
    #[diesel(sql_type = Text)]
    name: String,
}

/// Renews the statistics of tables of which half the rows are newer than these; answers how many.
///
/// A prepared statement keeps its plan until the statistics of its tables are renewed, so one that was planned while a table
/// was small would go on reading it whole. PostgreSQL's autovacuum renews them too, but looks once a minute and may be switched off; where it was
/// here first nothing is left to do. SQLite's plans do not depend on statistics.
///
/// # Errors
/// The database fails.
pub fn renew(tx: &mut Tx<'_>) -> Result<usize> {
    on!(
        tx,
        pg | c | {
            let due: Vec<Table> = diesel::sql_query(
                "SELECT quote_ident(relname) AS name FROM pg_stat_user_tables WHERE schemaname = current_schema() \
             AND n_mod_since_analyze > $1 AND 2 * n_mod_since_analyze > n_live_tup ORDER BY relname",
            )
            .bind::<diesel::sql_types::BigInt, _>(FEW_CHANGES)
            .load(c)
            .map_err(db_error)?;
            for table in &due {
                c.batch_execute(&format!("ANALYZE (SKIP_LOCKED) {}", table.name)).map_err(db_error)?;
            }
            Ok(due.len())
        },
        sqlite | _c | Ok(0)
    )
}
