//! The keys that sign access tokens: kept sealed in the database, opened into a ring in memory, rotated.

use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;

use crate::{Ctx, change::entry, master_key};
use bazdid_protocol::{
    error::{Error, Result},
    time::{MICROS_PER_SECOND, Timestamp},
};
use bazdid_security::{
    token::{KeyRing, TokenKey},
    vault::Vault,
};
use bazdid_store::{
    self as store, Tx,
    signing_key::{SigningKey, delete_signing_keys, insert_signing_key, list_signing_keys, retire_signing_keys},
};

/// How long a ring in memory is believed: another process may have rotated. Shorter than the leeway that the ring gives to
/// tokens signed by a key that was retired meanwhile.
const FRESH_US: i64 = 30 * MICROS_PER_SECOND;
/// How long a retired key is kept: as long as an expired token still proves who hands in unsent work.
const KEEP_RETIRED_DAYS: i64 = super::auth::HAND_IN_DAYS + 1;

/// The ring that was read last, and when.
#[derive(Debug, Default)]
pub struct KeyCache(RwLock<Option<(Timestamp, Arc<KeyRing>)>>);

impl KeyCache {
    fn get(&self, now: Timestamp) -> Option<Arc<KeyRing>> {
        let cached = self.0.read().unwrap_or_else(PoisonError::into_inner);
        cached.as_ref().filter(|(at, _)| (0..FRESH_US).contains(&(now - *at))).map(|(_, ring)| Arc::clone(ring))
    }

    /// The ring is read again when it is needed next.
    pub(crate) fn forget(&self) {
        self.put(None);
    }

    fn put(&self, value: Option<(Timestamp, Arc<KeyRing>)>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = value;
    }
}

/// The ring, at most half a minute old.
///
/// # Errors
/// The database fails; a key does not open (another master key).
pub fn ring(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Arc<KeyRing>> {
    if let Some(ring) = ctx.shared.keys.get(ctx.now) { Ok(ring) } else { load(tx, ctx) }
}

/// The ring for a token: read again if it does not hold the token's key, which another process may just have made.
///
/// # Errors
/// As [`ring`].
pub fn ring_of(tx: &mut Tx<'_>, ctx: &Ctx, token: &str) -> Result<Arc<KeyRing>> {
    let cached = ring(tx, ctx)?;
    if cached.knows(token) { Ok(cached) } else { load(tx, ctx) }
}

/// A ring that can sign; the first key is made here.
///
/// # Errors
/// As [`ring`].
pub fn signing_ring(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Arc<KeyRing>> {
    let cached = ring(tx, ctx)?;
    if cached.signing_kid().is_some() {
        return Ok(cached);
    }
    create(tx, ctx)?;
    // Not remembered: the transaction may yet be rolled back.
    read(tx, ctx).map(Arc::new)
}

/// Makes a new key that signs from now on. The old ones verify until their last token has expired.
///
/// # Errors
/// The master key is not that of the database (`unavailable`); the database fails.
pub fn rotate_keys(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<()> {
    let kid = create(tx, ctx)?;
    let retired = retire_signing_keys(tx, &kid, ctx.now)?;
    delete_signing_keys(tx, ctx.now.plus_days(-KEEP_RETIRED_DAYS))?;
    let detail = serde_json::json!({ "kid": kid, "retired": retired });
    store::audit::save_audit_entries(tx, &[entry(ctx, "signing_key.rotate", "signing_key", Uuid::nil(), detail)])?;
    ctx.shared.keys.forget();
    Ok(())
}

/// Rotates when the newest key is older than some days. Tells whether it did.
///
/// # Errors
/// The database fails.
pub fn rotate_keys_older_than(tx: &mut Tx<'_>, ctx: &Ctx, days: i64) -> Result<bool> {
    let newest = list_signing_keys(tx)?.iter().filter(|k| k.retired_at.is_none()).map(|k| k.created_at).max();
    let due = newest.is_some_and(|at| at.plus_days(days) <= ctx.now);
    if due {
        rotate_keys(tx, ctx)?;
    }
    Ok(due)
}

fn load(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Arc<KeyRing>> {
    let ring = Arc::new(read(tx, ctx)?);
    ctx.shared.keys.put(Some((ctx.now, Arc::clone(&ring))));
    Ok(ring)
}

fn read(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<KeyRing> {
    list_signing_keys(tx)?.iter().map(|key| open(&ctx.shared.vault, key)).collect::<Result<Vec<_>>>().map(KeyRing::new)
}

/// Whether a vault opens the keys; also if there are none.
pub(crate) fn open_with(tx: &mut Tx<'_>, vault: &Vault) -> Result<bool> {
    Ok(list_signing_keys(tx)?.iter().all(|key| open(vault, key).is_ok()))
}

fn open(vault: &Vault, key: &SigningKey) -> Result<TokenKey> {
    let broken = || Error::internal(format!("signing_keys.sealed of {} is no key", key.kid));
    let secret: [u8; 32] = vault.open(&key.sealed, &aad(&key.kid))?.try_into().map_err(|_| broken())?;
    TokenKey::from_secret(&secret, key.created_at, key.retired_at).ok_or_else(broken)
}

fn create(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<String> {
    // A key that only this process could open would lock all others out.
    master_key::require(tx, &ctx.shared.vault)?;
    let (mut secret, mut nonce) = ([0; 32], [0; 12]);
    let key = loop {
        ctx.ids.fill(&mut secret);
        if let Some(key) = TokenKey::from_secret(&secret, ctx.now, None) {
            break key;
        }
    };
    ctx.ids.fill(&mut nonce);
    let kid = key.kid().to_owned();
    let sealed = ctx.shared.vault.seal(&secret, nonce, &aad(&kid))?;
    insert_signing_key(tx, &SigningKey { kid: kid.clone(), sealed, created_at: ctx.now, retired_at: None })?;
    Ok(kid)
}

fn aad(kid: &str) -> Vec<u8> {
    format!("signing_keys.sealed:{kid}").into_bytes()
}
