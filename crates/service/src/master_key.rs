//! Which master key a database belongs to: it keeps a check value of the key, so that no process works with another one.

use serde_json::json;
use uuid::Uuid;

use crate::{Ctx, change::entry, keys};
use bazdid_protocol::{
    error::{Code, Error, Result},
    hex::{self, hex},
};
use bazdid_security::vault::{FIRST_VERSION, Vault};
use bazdid_store::{self as store, Tx};

/// Name of the check value among the server's own values.
const STATE: &str = "master_key";

/// What a database says of a master key.
#[derive(Debug)]
pub enum Recognised {
    /// It is the database's, in the version that the database is at.
    Right(Vault),
    /// The database has no check value yet, and nothing in it speaks against the key: see [`adopt`].
    New(Vault),
    /// The database belongs to another one.
    Other,
}

/// The version of the key and its check value, as they are kept: `1:` and hex digits.
fn find(tx: &mut Tx<'_>) -> Result<Option<(u16, [u8; 32])>> {
    let Some(text) = store::state::find_state(tx, STATE)? else { return Ok(None) };
    let read = text.split_once(':').and_then(|(version, value)| Some((version.parse().ok()?, hex::bytes(value)?)));
    read.map(Some).ok_or_else(|| Error::internal(format!("server_state.{STATE} is no check value")))
}

fn written(vault: &Vault) -> String {
    format!("{}:{}", vault.version(), hex(&vault.check_value()))
}

/// Looks whether a master key is the database's.
///
/// # Errors
/// The database fails, or has no tables yet.
pub fn recognise(tx: &mut Tx<'_>, master: &[u8; 32]) -> Result<Recognised> {
    if let Some((version, value)) = find(tx)? {
        let vault = Vault::of_version(master, version);
        return Ok(if vault.is_check_value(&value) { Recognised::Right(vault) } else { Recognised::Other });
    }
    // A database of a former version: what it has sealed tells.
    let vault = Vault::new(master);
    Ok(if keys::open_with(tx, &vault)? { Recognised::New(vault) } else { Recognised::Other })
}

/// Keeps the check value of a key that is new to a database, in a transaction that writes. Tells whether the database is the key's now: not if
/// another process was faster with another one.
///
/// # Errors
/// The database fails.
pub fn adopt(tx: &mut Tx<'_>, vault: &Vault) -> Result<bool> {
    store::state::insert_state(tx, STATE, &written(vault))?;
    is_right(tx, vault)
}

/// Whether a process works with the key of the database. Also where there is no check value yet.
///
/// # Errors
/// The database fails.
pub fn is_right(tx: &mut Tx<'_>, vault: &Vault) -> Result<bool> {
    Ok(find(tx)?.is_none_or(|(version, value)| version == vault.version() && vault.is_check_value(&value)))
}

/// Refuses to go on with a key that is not the database's.
///
/// # Errors
/// It is not (`unavailable`); the database fails.
pub fn require(tx: &mut Tx<'_>, vault: &Vault) -> Result<()> {
    if is_right(tx, vault)? { Ok(()) } else { Err(changed()) }
}

/// That the database has another master key than this process.
#[must_use]
pub fn changed() -> Error {
    Error::with(Code::Unavailable, "the master key is not that of the database: give this process the right one and start it anew")
        .retry_after(30)
}

/// Whether a database holds anything that a new master key could not belong to.
///
/// # Errors
/// The database fails, or has no tables yet.
pub fn has_data(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(find(tx)?.is_some() || !store::account::list_accounts(tx)?.is_empty() || !store::signing_key::list_signing_keys(tx)?.is_empty())
}

/// What is lost with a master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Logins that ended.
    pub sessions: usize,
    /// Calls and accounts whose phone numbers nobody can read any more.
    pub phones: i64,
    /// Receivers of webhooks, by address, that need a new secret before anything is sent to them.
    pub webhooks: Vec<String>,
}

/// The vault of a key that takes the place of one that was lost: with the next version.
///
/// # Errors
/// The key is that of the database, so there is nothing to replace; there are no more versions; the database fails.
pub fn successor(tx: &mut Tx<'_>, master: &[u8; 32]) -> Result<Vault> {
    match recognise(tx, master)? {
        Recognised::Right(_) | Recognised::New(_) => {
            Err(Error::with(Code::InvalidTransition, "the master key is that of the database: nothing is lost, and nothing was changed"))
        }
        Recognised::Other => {
            let version = find(tx)?.map_or(FIRST_VERSION, |(version, _)| version).checked_add(1);
            version.map(|v| Vault::of_version(master, v)).ok_or_else(|| Error::internal("there are no more versions of the master key"))
        }
    }
}

/// Gives a database a new master key in place of one that was lost, the one of `ctx`. Every login ends, because nothing that the old key signed can be
/// verified; passwords are untouched. What was sealed stays as it is, for the case that the old key is found after all, and cannot be read meanwhile.
///
/// # Errors
/// The database fails.
pub fn reset(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Lost> {
    let vault = &ctx.shared.vault;
    store::state::save_state(tx, STATE, &written(vault))?;
    store::signing_key::delete_all_signing_keys(tx)?;
    let sessions = store::session::revoke_all_sessions(tx, ctx.now, "master_key")?;
    // Their keyed hashes match nothing any more.
    store::throttle::delete_throttles(tx, ctx.now.plus_days(1))?;
    store::idempotency::delete_answers_before(tx, ctx.now.plus_days(1))?;
    let accounts = store::account::list_accounts(tx)?;
    let sealed = accounts.iter().filter_map(|a| a.phone_encrypted.as_ref()).filter(|sealed| !vault.is_of_this_key(sealed)).count();
    let phones = i64::try_from(sealed).unwrap_or(i64::MAX).saturating_add(store::ticket::call::count_sealed_calls(tx)?);
    let webhooks: Vec<String> = store::webhook::list_webhooks(tx)?.into_iter().map(|w| w.url).collect();
    let detail = json!({ "version": vault.version(), "sessions": sessions, "phones": phones, "webhooks": webhooks.len() });
    store::audit::save_audit_entries(tx, &[entry(ctx, "master_key.reset", "master_key", Uuid::nil(), detail)])?;
    ctx.shared.keys.forget();
    Ok(Lost { sessions, phones, webhooks })
}
