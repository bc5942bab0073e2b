//! Passwords of accounts: changed by their owner, set by an administrator.
//!
//! Hashing takes tens of milliseconds, so it is done before the transaction: a use case takes a [`NewPassword`], which is a hash.

use serde_json::json;

use super::{audit, authorise, claim};
use crate::{
    Ctx,
    account::Person,
    auth::{self, Answer, Attempt, Verified, hash_password},
    notice,
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{AccountId, SessionId},
    time::Timestamp,
};
use bazdid_security::password::validate_new;
use bazdid_store::{self as store, Tx, account::find_account, credential::Credential, session::revoke_sessions};

/// A new password, checked and hashed.
#[derive(Clone)]
pub struct NewPassword {
    hash: String,
    must_change: bool,
}

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
        Ok(Self { hash: hash_password(ctx, password)?, must_change: false })
    }

    /// The same, chosen for somebody else: they log in with it once, and choose another one.
    #[must_use]
    pub fn to_be_changed(self) -> Self {
        Self { must_change: true, ..self }
    }

    /// As it is stored.
    pub(crate) fn credential(&self, account_id: AccountId, changed_at: Timestamp) -> Credential {
        Credential { account_id, password_hash: self.hash.clone(), changed_at, must_change: self.must_change }
    }
}

/// Step one of what asks for one's own password once more, in a transaction that writes: it is a guess like at a login, and counted
/// against the login that is under way, so that nobody else can keep the owner from it.
/// Then comes [`Attempt::verify`], without a database, then what was to be done, such as [`change`].
///
/// # Errors
/// The database fails. In the answer: `validation`, `too_many_attempts`.
pub fn admit_owner(tx: &mut Tx<'_>, ctx: &Ctx, session: SessionId, password: &str) -> Result<Answer<Attempt>> {
    let account = find_account(tx, ctx.account()?)?.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    auth::admit_session(tx, ctx, &account, session, password)
}

/// Changes one's own password to a [`renewed`](Verified::renewed) one. Every other login of the account ends; `session` is the one that goes on.
///
/// # Errors
/// The old password is wrong, which is kept as a failure by step one; the database fails.
pub fn change(tx: &mut Tx<'_>, ctx: &Ctx, old: &Verified, new: Option<&NewPassword>, session: Option<SessionId>) -> Result<()> {
    let id = ctx.account()?;
    let is_owner = auth::confirm(tx, ctx, old, id)?;
    let Some(new) = new.filter(|_| is_owner) else {
        return Err(Error::field("/old_password", "is not your password"));
    };
    auth::replace_password(tx, ctx, id, new, session)?;
    audit(tx, ctx, "account.password_change", id, json!({}))
}

/// Sets somebody's password. Every login of the account ends. The other administrators are told if the account sees who called ([`notice`]).
///
/// # Errors
/// The account has changed since it was read; no permission; the database fails.
pub fn reset(tx: &mut Tx<'_>, ctx: &Ctx, id: AccountId, rev: i64, new: &NewPassword) -> Result<Person> {
    authorise(ctx)?;
    let person = claim(tx, ctx, id, rev)?;
    auth::replace_password(tx, ctx, id, new, None)?;
    audit(tx, ctx, "account.password_reset", id, json!({}))?;
    notice::of_access(tx, ctx, id)?;
    Ok(person)
}

/// Ends every login of an account: a phone was lost.
///
/// # Errors
/// The account has changed since it was read; no permission; the database fails.
pub fn end_sessions(tx: &mut Tx<'_>, ctx: &Ctx, id: AccountId, rev: i64) -> Result<Person> {
    authorise(ctx)?;
    let person = claim(tx, ctx, id, rev)?;
    store::access_code::delete_access_codes(tx, id, None)?;
    let ended = revoke_sessions(tx, id, None, ctx.now, "admin")?;
    audit(tx, ctx, "account.end_sessions", id, json!({ "ended": ended }))?;
    Ok(person)
}
