//! Logging in and staying logged in.
//!
//! A login takes three steps, because what it counts must stay though it is refused, and because hashing a password takes tens
//! of milliseconds that no transaction should be open for: [`admit`] (write), [`Attempt::verify`] (no database), [`login`] (write).
//!
//! **Refresh tokens rotate.** Each is exchanged for its successor. An answer may be lost, and an app may send several exchanges of one
//! token at once. So within [`GRACE_S`] of its first exchange every exchange of a token gives the same successor, which is derived from
//! the token ([`bazdid_security::refresh`]). A token that comes later than that is held by two parties: the whole session ends
//! (`token_reused`).

mod bearer;
mod client;
mod throttle;

pub use bearer::{Authenticated, authenticate, authenticate_to_hand_in};
pub(crate) use bearer::{in_force, of_session};

use std::net::IpAddr;

use serde_json::json;
use uuid::Uuid;

use crate::{
    Ctx,
    account::password::NewPassword,
    auth::throttle::{Asker, IfItFails},
    change::entry,
    keys,
    timers::Step,
};
use bazdid_domain::{
    account::{Account, Role},
    actor::Actor,
    organisation::ActiveState,
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    fold,
    ids::{AccountId, SessionId},
    phrase::Phrase,
    time::{MICROS_PER_HOUR, MICROS_PER_SECOND, Timestamp},
};
use bazdid_security::{
    password::{self, Cost, Verdict},
    refresh,
    token::{Claims, LIFE_S},
};
use bazdid_store::{
    self as store, Tx,
    account::{find_account, find_account_by_login, list_grants_of},
    credential::{Credential, find_credential, replace_hash, save_credential},
    session::{
        RefreshToken, Session, find_refresh_token, find_session, insert_refresh_token, insert_session, revoke_session, revoke_sessions,
        use_refresh_token,
    },
};

/// How long a refresh token is good without being used: a phone in a drawer logs in again after that.
pub const REFRESH_DAYS: i64 = 30;
/// How long a session may be refreshed at all.
pub const SESSION_DAYS: i64 = 180;
/// How long after the first exchange of a refresh token each further exchange gives the same successor, seconds.
pub const GRACE_S: i64 = 30;
/// How long an expired refresh token is told from an unknown one.
const KEEP_TOKENS_DAYS: i64 = 7;
/// How long a key signs access tokens.
const KEY_DAYS: i64 = 90;
/// Name of the last tidying among the server's own values.
const TIDIED_AT: &str = "auth_tidied_at";
/// How long the last access token of a disabled account still proves whose unsent work is handed in.
pub const HAND_IN_DAYS: i64 = 14;

/// An answer that is kept though it may be a refusal: the outer result is the transaction's, the inner one is what the client is
/// told. A refused closure would roll back what it counted.
pub type Answer<T> = std::result::Result<T, Error>;

/// What somebody types to log in.
#[derive(Clone)]
pub struct Login {
    /// Login name.
    pub login: String,
    /// Password.
    pub password: String,
    /// From where.
    pub origin: Origin,
    /// What the client was given at its last login: by it a client is known that has logged in before.
    pub known_client: Option<String>,
}

/// From where somebody logs in, for the throttle and the audit log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The address; absent only where there is no network between.
    pub address: Option<IpAddr>,
    /// What the client says that it is (`User-Agent`).
    pub agent: Option<String>,
}

impl Origin {
    /// What the audit log keeps of a login to an account.
    fn audited(&self, account: AccountId) -> serde_json::Value {
        json!({ "account": account, "address": self.address, "agent": self.agent })
    }
}

/// What holds a secret is never printed.
macro_rules! secret {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}
secret!(Login, Attempt, Verified, Tokens);

/// An attempt that may be looked at.
#[derive(Clone)]
pub struct Attempt {
    command: Login,
    account: Option<AccountId>,
    stored: Option<Credential>,
    cost: Cost,
    asker: Asker,
    if_it_fails: IfItFails,
}

/// An attempt whose password was looked at.
#[derive(Clone)]
pub struct Verified {
    attempt: Attempt,
    right: Option<AccountId>,
    /// A hash as they are made today, if the stored one is not.
    new_hash: Option<String>,
}

/// What a client needs to work.
#[derive(Clone)]
pub struct Tokens {
    /// Good for [`LIFE_S`] seconds.
    pub access_token: String,
    /// Seconds.
    pub expires_in: i64,
    /// Exchanged for the next pair.
    pub refresh_token: String,
    /// Who it is.
    pub account: Account,
    /// The roles in force.
    pub roles: Vec<Role>,
    /// For the client's next login; of a login only.
    pub known_client: Option<String>,
}

/// Step one, in a transaction that writes: counts the attempt before anything is known about it (so that a hundred guesses at once are a
/// hundred), and refuses it unseen while its asker has to wait. Who waits for what stands in `throttle`.
///
/// # Errors
/// The database fails. In the answer: `validation`, `too_many_attempts`.
pub fn admit(tx: &mut Tx<'_>, ctx: &Ctx, command: &Login) -> Result<Answer<Attempt>> {
    let login = normal_login(&command.login);
    if login.is_empty() || login.len() > MAX_LOGIN_BYTES || login.contains('\0') {
        return Ok(Err(Error::field("/login", Phrase::with("must have 1 to {max} bytes", &[("max", &MAX_LOGIN_BYTES)]))));
    }
    let account = find_account_by_login(tx, &login)?.map(|a| a.id);
    let stored = account.map(|id| find_credential(tx, id)).transpose()?.flatten();
    let number = stored.as_ref().zip(command.known_client.as_deref()).and_then(|(password, token)| client::known(ctx, password, token));
    let asker = number.map_or(Asker::Stranger, Asker::Client);
    admit_as(tx, ctx, Login { login, ..command.clone() }, account, stored, asker)
}

/// [`admit`] for somebody who has logged in and is asked for their password once more: what others try at their login is nothing to them.
pub(crate) fn admit_session(tx: &mut Tx<'_>, ctx: &Ctx, account: &Account, session: SessionId, password: &str) -> Result<Answer<Attempt>> {
    let command = Login { login: account.login.clone(), password: password.to_owned(), origin: Origin::default(), known_client: None };
    let stored = find_credential(tx, account.id)?;
    admit_as(tx, ctx, command, Some(account.id), stored, Asker::Session(session))
}

fn admit_as(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    command: Login,
    account: Option<AccountId>,
    stored: Option<Credential>,
    asker: Asker,
) -> Result<Answer<Attempt>> {
    if command.password.is_empty() || command.password.len() > password::MAX_BYTES {
        return Ok(Err(Error::field("/password", Phrase::with("must have 1 to {max} bytes", &[("max", &password::MAX_BYTES)]))));
    }
    let counted = throttle::count(tx, ctx, asker, &command.login, command.origin.address)?;
    let cost = ctx.shared.settings.password_cost;
    Ok(counted.map(|if_it_fails| Attempt { command, account, stored, cost, asker, if_it_fails }))
}

impl Attempt {
    /// Step two, without a database: looks at the password. Takes as long for a login that does not exist.
    ///
    /// # Errors
    /// The stored hash cannot be read.
    pub fn verify(self, ctx: &Ctx) -> Result<Verified> {
        let password = &self.command.password;
        let verdict = password::verify(password, self.stored.as_ref().map(|c| c.password_hash.as_str()), self.cost)?;
        let new_hash = match verdict {
            Verdict::RightButOld => Some(hash_password(ctx, password)?),
            Verdict::Right | Verdict::Wrong => None,
        };
        let right = self.account.filter(|_| verdict != Verdict::Wrong);
        Ok(Verified { attempt: self, right, new_hash })
    }
}

impl Verified {
    /// The password that is to take the place of the one that was right, without a database; nothing if that was wrong.
    ///
    /// # Errors
    /// It cannot be a password of the login, or is the one that it replaces.
    pub fn renewed(&self, ctx: &Ctx, typed: &str) -> Result<Option<NewPassword>> {
        const FIELD: &str = "/new_password";
        if self.right.is_none() {
            return Ok(None);
        }
        if fold::password(typed) == fold::password(&self.attempt.command.password) {
            return Err(Error::field(FIELD, "must be another one than before"));
        }
        NewPassword::new(ctx, typed, &self.attempt.command.login, FIELD).map(Some)
    }
}

/// Step three, in a transaction that writes: opens a session, or keeps the failure. A new password takes the place of the old one, and ends every
/// other login.
///
/// # Errors
/// The database fails. In the answer: `bad_credentials`, and to who knows the password `account_disabled`, or `password_change_required` if
/// somebody else has set it and there is no new one.
pub fn login(tx: &mut Tx<'_>, ctx: &Ctx, verified: &Verified, new: Option<&NewPassword>) -> Result<Answer<Tokens>> {
    let Verified { attempt, right, new_hash } = verified;
    let account = match right {
        Some(id) => find_account(tx, *id)?,
        None => None,
    };
    let Some(account) = account else {
        if let Some(id) = attempt.account {
            let action = match attempt.if_it_fails {
                IfItFails::Waits => "login.blocked",
                IfItFails::GoesOn => "login.failed",
            };
            audit(tx, ctx, action, "account", id.uuid(), attempt.command.origin.audited(id))?;
        }
        return Ok(Err(Error::new(Code::BadCredentials)));
    };
    if !confirm(tx, ctx, verified, account.id)? {
        return Ok(Err(Error::new(Code::BadCredentials)));
    }
    if account.state != ActiveState::Active {
        audit(tx, ctx, "login.refused_disabled", "account", account.id.uuid(), attempt.command.origin.audited(account.id))?;
        return Ok(Err(Error::new(Code::AccountDisabled)));
    }
    match (&attempt.stored, new, new_hash) {
        (_, Some(new), _) => {
            replace_password(tx, ctx, account.id, new, None)?;
            audit(tx, ctx, "account.password_change", "account", account.id.uuid(), json!({}))?;
        }
        (Some(Credential { must_change: true, .. }), None, _) => return Ok(Err(Error::new(Code::PasswordChangeRequired))),
        (Some(old), None, Some(hash)) => drop(replace_hash(tx, account.id, &old.password_hash, hash)?),
        (_, None, _) => {}
    }
    let number = if let Asker::Client(number) = attempt.asker { Some(number) } else { None };
    open(tx, ctx, account, &attempt.command.origin, number, "login").map(Ok)
}

/// Opens a session, for a client that is known from now on.
pub(crate) fn open(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    account: Account,
    origin: &Origin,
    known: Option<client::Number>,
    action: &str,
) -> Result<Tokens> {
    let session = Session { id: ctx.ids.id(ctx.now), account_id: account.id, created_at: ctx.now, revoked_at: None, revoked_reason: None };
    insert_session(tx, &session)?;
    audit(tx, ctx, action, "session", session.id.uuid(), origin.audited(account.id))?;
    let number = known.unwrap_or_else(|| {
        let mut number = client::Number::default();
        ctx.ids.fill(&mut number);
        number
    });
    let known_client = find_credential(tx, account.id)?.map(|password| client::token(ctx, &password, number));
    let mut secret = [0; 32];
    ctx.ids.fill(&mut secret);
    let tokens = issue(tx, ctx, &session, account, &secret, None)?;
    Ok(Tokens { known_client, ..tokens })
}

/// Sets a password that its owner has chosen. Every login ends but one.
pub(crate) fn replace_password(tx: &mut Tx<'_>, ctx: &Ctx, account: AccountId, new: &NewPassword, but: Option<SessionId>) -> Result<()> {
    save_credential(tx, &new.credential(account, ctx.now))?;
    store::access_code::delete_access_codes(tx, account, None)?;
    revoke_sessions(tx, account, but, ctx.now, "password").map(drop)
}

/// Whether a verified attempt proves that somebody is the owner of an account; if so, the count of attempts is forgotten.
///
/// # Errors
/// The database fails.
pub(super) fn confirm(tx: &mut Tx<'_>, ctx: &Ctx, verified: &Verified, account: AccountId) -> Result<bool> {
    let Verified { attempt, right, .. } = verified;
    // The password may have been changed since step one looked.
    let hash = |credential: &Credential| credential.password_hash.clone();
    let proven = *right == Some(account) && find_credential(tx, account)?.as_ref().map(hash) == attempt.stored.as_ref().map(hash);
    if proven {
        throttle::forgive(tx, ctx, attempt.asker, &attempt.command.login, attempt.command.origin.address)?;
    }
    Ok(proven)
}

/// The password was right, and what came with it is refused, such as a new one: it was no wrong try, and does not count as one. In a transaction
/// that writes; nothing if the password was wrong.
///
/// # Errors
/// The database fails.
pub fn excuse(tx: &mut Tx<'_>, ctx: &Ctx, verified: &Verified) -> Result<()> {
    verified.right.map_or(Ok(()), |account| confirm(tx, ctx, verified, account).map(drop))
}

/// Exchanges a refresh token for a new pair, in a transaction that writes.
///
/// # Errors
/// The database fails. In the answer: `unauthenticated`, `token_expired`, `token_reused`, `account_disabled`.
pub fn refresh(tx: &mut Tx<'_>, ctx: &Ctx, token: &str) -> Result<Answer<Tokens>> {
    let Some(secret) = refresh::secret(token) else { return Ok(Err(Error::new(Code::Unauthenticated))) };
    let hash = refresh::hash(&secret);
    let Some(old) = find_refresh_token(tx, &hash)? else { return Ok(Err(Error::new(Code::Unauthenticated))) };
    let Some(session) = find_session(tx, old.session_id)? else { return Ok(Err(Error::new(Code::Unauthenticated))) };
    let Some(account) = find_account(tx, session.account_id)? else { return Ok(Err(Error::new(Code::Unauthenticated))) };
    if session.revoked_at.is_some() {
        let reused = session.revoked_reason.as_deref() == Some("reuse");
        return Ok(Err(if reused { Error::new(Code::TokenReused) } else { ended(&session) }));
    }
    if account.state != ActiveState::Active {
        return Ok(Err(Error::new(Code::AccountDisabled)));
    }
    if old.expires_at <= ctx.now || session.created_at.plus_days(SESSION_DAYS) <= ctx.now {
        return Ok(Err(Error::new(Code::TokenExpired)));
    }
    let first = use_refresh_token(tx, &hash, ctx.now)?;
    if first || is_in_grace(tx, ctx, &hash)? {
        let next = ctx.shared.vault.next_refresh_secret(&secret);
        return issue(tx, ctx, &session, account, &next, Some(hash)).map(Ok);
    }
    // Two parties hold this token: nobody keeps anything.
    if revoke_session(tx, session.id, ctx.now, "reuse")? {
        audit(tx, ctx, "session.reuse", "session", session.id.uuid(), json!({ "account": account.id }))?;
    }
    Ok(Err(Error::new(Code::TokenReused)))
}

/// Whether the first exchange of a token was so short a time ago that the token is still exchanged.
fn is_in_grace(tx: &mut Tx<'_>, ctx: &Ctx, hash: &[u8]) -> Result<bool> {
    // Read again: of several exchanges at once the slower ones see here what the fastest one wrote.
    let used_at = find_refresh_token(tx, hash)?.and_then(|t| t.used_at);
    Ok(used_at.is_some_and(|at| ctx.now - at <= GRACE_S * MICROS_PER_SECOND))
}

fn issue(tx: &mut Tx<'_>, ctx: &Ctx, session: &Session, account: Account, secret: &[u8; 32], previous: Option<Vec<u8>>) -> Result<Tokens> {
    let (hash, expires_at) = (refresh::hash(secret), ctx.now.plus_days(REFRESH_DAYS));
    insert_refresh_token(tx, &RefreshToken { hash, session_id: session.id, issued_at: ctx.now, expires_at, used_at: None, previous })?;
    let ring = keys::signing_ring(tx, ctx)?;
    let access_token = ring.issue(&Claims::new(account.id, session.id, ctx.ids.uuid(ctx.now), ctx.now))?;
    let roles = Actor::new(account.id, list_grants_of(tx, &[account.id])?, ctx.now).roles().into_iter().collect();
    Ok(Tokens { access_token, expires_in: LIFE_S, refresh_token: refresh::token(secret), account, roles, known_client: None })
}

/// Ends a session: its access tokens are good for nothing from now on. Again: nothing happens.
///
/// # Errors
/// The database fails.
pub fn logout(tx: &mut Tx<'_>, ctx: &Ctx, session: SessionId) -> Result<()> {
    if revoke_session(tx, session, ctx.now, "logout")? {
        audit(tx, ctx, "logout", "session", session.uuid(), json!({}))?;
    }
    Ok(())
}

/// Why a session that has ended is refused.
fn ended(session: &Session) -> Error {
    Error::new(if session.lost_its_device() { Code::DeviceRevoked } else { Code::Unauthenticated })
}

/// Forgets what is of no more use, and signs with a new key when the old one has served its time. For the background worker, which
/// may ask as often as it likes: it is done once an hour.
///
/// # Errors
/// The database fails.
pub fn tidy(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Step> {
    let last = store::state::find_state(tx, TIDIED_AT)?.and_then(|text| Timestamp::parse(&text).ok());
    if last.is_some_and(|at| (0..MICROS_PER_HOUR).contains(&(ctx.now - at))) {
        return Ok(Step::default());
    }
    store::state::save_state(tx, TIDIED_AT, &ctx.now.to_string())?;
    let counts = store::throttle::delete_throttles(tx, ctx.now.plus_days(-2))?;
    let tokens = store::session::delete_refresh_tokens(tx, ctx.now.plus_days(-KEEP_TOKENS_DAYS))?;
    let codes = store::access_code::delete_expired_access_codes(tx, ctx.now)?;
    let rotated = keys::rotate_keys_older_than(tx, ctx, KEY_DAYS)?;
    Ok(Step { done: counts + tokens + codes + usize::from(rotated), more: false })
}

/// Most bytes of a login name.
pub const MAX_LOGIN_BYTES: usize = 64;

/// A login as it is compared: see [`fold::login`].
#[must_use]
pub fn normal_login(typed: &str) -> String {
    fold::login(typed)
}

/// Hashes a password at today's cost, outside any transaction: it takes tens of milliseconds.
///
/// # Errors
/// The cost is impossible.
pub fn hash_password(ctx: &Ctx, password: &str) -> Result<String> {
    let mut salt = [0; 16];
    ctx.ids.fill(&mut salt);
    password::hash(password, salt, ctx.shared.settings.password_cost)
}

fn audit(tx: &mut Tx<'_>, ctx: &Ctx, action: &str, kind: &str, id: Uuid, detail: serde_json::Value) -> Result<()> {
    store::audit::save_audit_entries(tx, &[entry(ctx, action, kind, id, detail)])
}
