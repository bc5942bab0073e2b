//! The keys that sign access tokens, sealed.

use diesel::prelude::*;

use crate::{schema::signing_keys, sql::db_error, tx::Tx};
use bazdid_protocol::{error::Result, time::Timestamp};

/// A key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys, treat_none_as_default_value = false)]
pub struct SigningKey {
    /// Its name in the tokens.
    pub kid: String,
    /// Its secret, sealed by the vault.
    pub sealed: Vec<u8>,
    /// Since when it may sign.
    pub created_at: Timestamp,
    /// Since when it signs no more.
    pub retired_at: Option<Timestamp>,
}

/// Every key.
///
/// # Errors
/// The database fails.
pub fn list_signing_keys(tx: &mut Tx<'_>) -> Result<Vec<SigningKey>> {
    on!(tx, |c| signing_keys::table.order(signing_keys::kid).select(SigningKey::as_select()).load(c)).map_err(db_error)
}

/// Writes a new key.
///
/// # Errors
/// The database fails.
pub fn insert_signing_key(tx: &mut Tx<'_>, key: &SigningKey) -> Result<()> {
    on!(tx, |c| diesel::insert_into(signing_keys::table).values(key).execute(c)).map(drop).map_err(db_error)
}

/// Retires every key that signs, except one.
///
/// # Errors
/// The database fails.
pub fn retire_signing_keys(tx: &mut Tx<'_>, but: &str, at: Timestamp) -> Result<usize> {
    on!(tx, |c| diesel::update(signing_keys::table.filter(signing_keys::retired_at.is_null().and(signing_keys::kid.ne(but))))
        .set(signing_keys::retired_at.eq(Some(at)))
        .execute(c))
    .map_err(db_error)
}

/// Deletes every key.
///
/// # Errors
/// The database fails.
pub fn delete_all_signing_keys(tx: &mut Tx<'_>) -> Result<usize> {
    on!(tx, |c| diesel::delete(signing_keys::table).execute(c)).map_err(db_error)
}

/// Deletes keys that were retired before an instant.
///
/// # Errors
/// The database fails.
pub fn delete_signing_keys(tx: &mut Tx<'_>, retired_before: Timestamp) -> Result<usize> {
    on!(tx, |c| diesel::delete(signing_keys::table.filter(signing_keys::retired_at.lt(Some(retired_before)))).execute(c)).map_err(db_error)
}
