//! Passwords of accounts: changed by their owner, set by an administrator.
//!
//! Hashing takes tens of milliseconds, so it is done before the transaction: a use case takes a [`NewPassword`], which is a hash.

use serde_json::json;

use super::{audit, authorise, claim};
use crate::{
    Ctx,
    account::Person,
    auth::{self, Answer, Attempt, Login, Verified, hash_password},
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{AccountId, SessionId},
};
use bazdid_security::password::validate_new;
use bazdid_store::{
    Tx,
    account::find_account,
    credential::{Credential, save_credential},
    session::revoke_sessions,
};

/// A new password, checked and hashed.
#[derive(Clone)]
pub struct NewPassword(String);

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

impl NewPassword {
    /// Checks and hashes what was typed; `pointer` names its field. Outside any transaction.
    ///
    /// # Errors
    /// It cannot be a password of that login.
    pub fn new(ctx: &Ctx, password: &str, login: &str, pointer: &str) -> Result<Self> {
        validate_new(password, login, pointer)?;
        hash_password(ctx, password).map(Self)
    }

    /// The hash.
    pub(super) fn hash(&self) -> &str {
        &self.0
    }
}

/// Step one of what asks for one's own password once more, in a transaction that writes: it is a guess like at a login, and counted like one.
/// Then comes [`Attempt::verify`], without a database, then what was to be done, such as [`change`].
///
/// # Errors
/// The database fails. In the answer: `validation`, `too_many_attempts`.
pub fn admit_owner(tx: &mut Tx<'_>, ctx: &Ctx, password: &str) -> Result<Answer<Attempt>> {
    let account = find_account(tx, ctx.account()?)?.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    auth::admit(tx, ctx, &Login { login: account.login, password: password.to_owned(), address: None })
}

/// Changes one's own password. Every other login of the account ends; `session` is the one that goes on.
///
/// # Errors
/// The old password is wrong, which is kept as a failure by step one; the database fails.
pub fn change(tx: &mut Tx<'_>, ctx: &Ctx, old: &Verified, new: &NewPassword, session: Option<SessionId>) -> Result<()> {
    let id = ctx.account()?;
    if !auth::confirm(tx, ctx, old, id)? {
        return Err(Error::field("/old_password", "is not your password"));
    }
    store(tx, ctx, id, new, session)?;
    audit(tx, ctx, "account.password_change", id, json!({}))
}

/// Sets somebody's password. Every login of the account ends.
///
/// # Errors
/// The account has changed since it was read; no permission; the database fails.
pub fn reset(tx: &mut Tx<'_>, ctx: &Ctx, id: AccountId, rev: i64, new: &NewPassword) -> Result<Person> {
    authorise(ctx)?;
    let person = claim(tx, ctx, id, rev)?;
    store(tx, ctx, id, new, None)?;
    audit(tx, ctx, "account.password_reset", id, json!({}))?;
    Ok(person)
}

/// Ends every login of an account: a phone was lost.
///
/// # Errors
/// The account has changed since it was read; no permission; the database fails.
pub fn end_sessions(tx: &mut Tx<'_>, ctx: &Ctx, id: AccountId, rev: i64) -> Result<Person> {
    authorise(ctx)?;
    let person = claim(tx, ctx, id, rev)?;
    let ended = revoke_sessions(tx, id, None, ctx.now, "admin")?;
    audit(tx, ctx, "account.end_sessions", id, json!({ "ended": ended }))?;
    Ok(person)
}

fn store(tx: &mut Tx<'_>, ctx: &Ctx, id: AccountId, new: &NewPassword, but: Option<SessionId>) -> Result<()> {
    save_credential(tx, &Credential { account_id: id, password_hash: new.0.clone(), changed_at: ctx.now })?;
    revoke_sessions(tx, id, but, ctx.now, "password").map(drop)
}
