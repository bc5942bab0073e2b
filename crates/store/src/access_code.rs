//! One-time codes that the office hands over, by their keyed hashes.

use diesel::prelude::*;

use crate::{schema::access_codes, sql::db_error, tx::Tx};
use bazdid_protocol::{error::Result, ids::AccountId, text_enum::TextEnum as _, time::Timestamp, words::account::CodePurpose};

/// A code that was not used yet.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = access_codes, treat_none_as_default_value = false)]
pub struct AccessCode {
    /// Keyed hash of the code.
    pub hash: Vec<u8>,
    /// Whose account it opens.
    pub account_id: AccountId,
    /// What for.
    pub purpose: CodePurpose,
    /// When it was made.
    pub created_at: Timestamp,
    /// Not good from then on.
    pub expires_at: Timestamp,
}

/// Writes a new code.
///
/// # Errors
/// The database fails.
pub fn insert_access_code(tx: &mut Tx<'_>, code: &AccessCode) -> Result<()> {
    on!(tx, |c| diesel::insert_into(access_codes::table).values(code).execute(c)).map(drop).map_err(db_error)
}

/// The code with a hash.
///
/// # Errors
/// The database fails.
pub fn find_access_code(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Option<AccessCode>> {
    on!(tx, |c| access_codes::table.filter(access_codes::hash.eq(hash)).select(AccessCode::as_select()).first(c).optional())
        .map_err(db_error)
}

/// Uses a code up. Of several at once exactly one is told that it did.
///
/// # Errors
/// The database fails.
pub fn take_access_code(tx: &mut Tx<'_>, hash: &[u8]) -> Result<bool> {
    on!(tx, |c| diesel::delete(access_codes::table.filter(access_codes::hash.eq(hash))).execute(c)).map(|n| n == 1).map_err(db_error)
}

/// Forgets the codes of an account, or those for one purpose.
///
/// # Errors
/// The database fails.
pub fn delete_access_codes(tx: &mut Tx<'_>, account: AccountId, purpose: Option<CodePurpose>) -> Result<usize> {
    let purposes = purpose.map_or_else(|| CodePurpose::ALL.to_vec(), |one| vec![one]);
    on!(tx, |c| diesel::delete(
        access_codes::table.filter(access_codes::account_id.eq(account).and(access_codes::purpose.eq_any(&purposes)))
    )
    .execute(c))
    .map_err(db_error)
}

/// Forgets every code that expired before an instant.
///
/// # Errors
/// The database fails.
pub fn delete_expired_access_codes(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize> {
    on!(tx, |c| diesel::delete(access_codes::table.filter(access_codes::expires_at.lt(before))).execute(c)).map_err(db_error)
}
