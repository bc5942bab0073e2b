//! What creates is done once for each idempotency key: the repeat gets the first answer, and another request under the same key
//! is told so.

use serde_json::Value;

use crate::Ctx;
use bazdid_protocol::error::{Code, Error, Result};
use bazdid_store::{
    Tx,
    idempotency::{KeptAnswer, find_answer, insert_answer, update_answer},
};

/// A request under its key.
#[derive(Debug, Clone)]
pub struct Once {
    /// The key that the client made up; absent: every request is a new one.
    pub key: Option<String>,
    /// SHA-256 over method, path and body. It is never stored: see [`Vault::request_hash`](bazdid_security::vault::Vault::request_hash).
    pub request_hash: [u8; 32],
}

/// An answer: HTTP status and body.
pub type Answer = (u16, Value);

/// Runs `effect` unless its key was used before. Key, effect and answer are kept together or not at all: after a failure the
/// same key may be tried again.
///
/// # Errors
/// `idempotency_mismatch`; the effect's.
pub fn once(tx: &mut Tx<'_>, ctx: &Ctx, once: &Once, effect: impl FnOnce(&mut Tx<'_>) -> Result<Answer>) -> Result<Answer> {
    let Some(key) = &once.key else { return effect(tx) };
    let account_id = ctx.account()?;
    let request_hash = ctx.shared.vault.request_hash(&once.request_hash);
    // The key is taken before the effect: a second request at once waits here and then finds the first one's answer.
    let taken = KeptAnswer { account_id, key: key.clone(), request_hash, status: 0, body: Value::Null, created_at: ctx.now };
    if insert_answer(tx, &taken)? {
        let (status, body) = effect(tx)?;
        update_answer(tx, account_id, key, i64::from(status), &body)?;
        return Ok((status, body));
    }
    let kept = find_answer(tx, account_id, key)?.ok_or_else(|| Error::internal("a kept answer is gone"))?;
    if kept.request_hash != taken.request_hash {
        return Err(Error::new(Code::IdempotencyMismatch));
    }
    let status = u16::try_from(kept.status).map_err(|e| Error::internal("idempotency_keys.status is out of range").caused_by(e))?;
    Ok((status, kept.body))
}
