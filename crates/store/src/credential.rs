//! Password hashes, apart from the accounts: what is read for a list of colleagues never holds one.

use diesel::prelude::*;

use crate::{schema::credentials, sql::db_error, tx::Tx};
use bazdid_protocol::{error::Result, ids::AccountId, time::Timestamp};

/// An account's password.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = credentials, treat_none_as_default_value = false)]
pub struct Credential {
    /// Whose.
    pub account_id: AccountId,
    /// Argon2id with its parameters, as a PHC text.
    pub password_hash: String,
    /// When the password was last changed.
    pub changed_at: Timestamp,
    /// Whether somebody else has set it: its owner takes another one when they log in.
    pub must_change: bool,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credential({}, …)", self.account_id)
    }
}

/// An account's password hash, if it has one.
///
/// # Errors
/// The database fails.
pub fn find_credential(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<Credential>> {
    on!(tx, |c| credentials::table.filter(credentials::account_id.eq(account)).select(Credential::as_select()).first(c).optional())
        .map_err(db_error)
}

/// Sets an account's password hash.
///
/// # Errors
/// The database fails.
pub fn save_credential(tx: &mut Tx<'_>, credential: &Credential) -> Result<()> {
    on!(tx, |c| diesel::insert_into(credentials::table)
        .values(credential)
        .on_conflict(credentials::account_id)
        .do_update()
        .set((
            credentials::password_hash.eq(diesel::upsert::excluded(credentials::password_hash)),
            credentials::changed_at.eq(diesel::upsert::excluded(credentials::changed_at)),
            credentials::must_change.eq(diesel::upsert::excluded(credentials::must_change)),
        ))
        .execute(c))
    .map(drop)
    .map_err(db_error)
}

/// Replaces a hash by one that costs more, unless the password was changed in between. Tells whether it did.
///
/// # Errors
/// The database fails.
pub fn replace_hash(tx: &mut Tx<'_>, account: AccountId, old: &str, new: &str) -> Result<bool> {
    on!(tx, |c| diesel::update(credentials::table.filter(credentials::account_id.eq(account).and(credentials::password_hash.eq(old))))
        .set(credentials::password_hash.eq(new))
        .execute(c))
    .map(|n| n == 1)
    .map_err(db_error)
}
