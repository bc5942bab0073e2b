//! Single values that the server keeps about itself, by name.

use diesel::prelude::*;

use crate::{schema::server_state, sql::db_error, tx::Tx};
use bazdid_protocol::error::Result;

/// The value of a name.
///
/// # Errors
/// The database fails.
pub fn find_state(tx: &mut Tx<'_>, name: &str) -> Result<Option<String>> {
    on!(tx, |c| server_state::table.filter(server_state::name.eq(name)).select(server_state::value).first(c).optional()).map_err(db_error)
}

/// Sets the value of a name that has none. Tells whether it did.
///
/// # Errors
/// The database fails.
pub fn insert_state(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<bool> {
    on!(tx, |c| diesel::insert_into(server_state::table)
        .values((server_state::name.eq(name), server_state::value.eq(value)))
        .on_conflict(server_state::name)
        .do_nothing()
        .execute(c))
    .map(|n| n == 1)
    .map_err(db_error)
}

/// Sets the value of a name. On PostgreSQL the row stays locked to the end of the transaction.
///
/// # Errors
/// The database fails.
pub fn save_state(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<()> {
    on!(tx, |c| diesel::insert_into(server_state::table)
        .values((server_state::name.eq(name), server_state::value.eq(value)))
        .on_conflict(server_state::name)
        .do_update()
        .set(server_state::value.eq(diesel::upsert::excluded(server_state::value)))
        .execute(c))
    .map(drop)
    .map_err(db_error)
}

/// What a database says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Product and version.
    pub version: String,
    /// How texts are encoded.
    pub encoding: String,
}

#[derive(QueryableByName)]
struct AboutRow {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    encoding: String,
}

/// What the database says about itself.
///
/// # Errors
/// The database fails.
pub fn about(tx: &mut Tx<'_>) -> Result<About> {
    // A fork: each database introduces itself in words of its own.
    let row: AboutRow = on!(
        tx,
        pg | c | diesel::sql_query("SELECT version() AS version, current_setting('server_encoding') AS encoding").get_result(c),
        sqlite | c | diesel::sql_query("SELECT 'SQLite ' || sqlite_version() AS version, encoding FROM pragma_encoding").get_result(c)
    )
    .map_err(db_error)?;
    Ok(About { version: row.version, encoding: row.encoding })
}
