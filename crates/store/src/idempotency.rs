//! Answers that were given under an idempotency key: the repeat gets the same one.

use diesel::prelude::*;
use serde_json::Value;

use crate::{
    schema::idempotency_keys,
    sql::{Json, db_error},
    tx::Tx,
};
use bazdid_protocol::{error::Result, ids::AccountId, time::Timestamp};

/// An answer under its key.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptAnswer {
    /// Who asked; keys of two people are two keys.
    pub account_id: AccountId,
    /// The key that the client made up.
    pub key: String,
    /// Keyed hash over method, path and body: the same key with another request is a mistake of the client.
    pub request_hash: Vec<u8>,
    /// HTTP status of the answer.
    pub status: i64,
    /// Its body.
    pub body: Value,
    /// When.
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys, treat_none_as_default_value = false)]
struct KeptAnswerRow {
    account_id: AccountId,
    idem_key: String,
    request_hash: Vec<u8>,
    status: i64,
    body: Json<Value>,
    created_at: Timestamp,
}

/// The answer that was given under a key.
///
/// # Errors
/// The database fails.
pub fn find_answer(tx: &mut Tx<'_>, account: AccountId, key: &str) -> Result<Option<KeptAnswer>> {
    let row: Option<KeptAnswerRow> = on!(tx, |c| idempotency_keys::table
        .filter(idempotency_keys::account_id.eq(account).and(idempotency_keys::idem_key.eq(key)))
        .select(KeptAnswerRow::as_select())
        .first(c)
        .optional())
    .map_err(db_error)?;
    Ok(row.map(|r| KeptAnswer {
        account_id: r.account_id,
        key: r.idem_key,
        request_hash: r.request_hash,
        status: r.status,
        body: r.body.0,
        created_at: r.created_at,
    }))
}

/// Keeps an answer in the transaction of what it answers. Of two requests at once under one key the second is told `false`
/// (on PostgreSQL after the first has committed): it must undo what it did and give the first one's answer.
///
/// # Errors
/// The database fails.
pub fn insert_answer(tx: &mut Tx<'_>, answer: &KeptAnswer) -> Result<bool> {
    let row = KeptAnswerRow {
        account_id: answer.account_id,
        idem_key: answer.key.clone(),
        request_hash: answer.request_hash.clone(),
        status: answer.status,
        body: Json(answer.body.clone()),
        created_at: answer.created_at,
    };
    on!(tx, |c| diesel::insert_into(idempotency_keys::table)
        .values(&row)
        .on_conflict((idempotency_keys::account_id, idempotency_keys::idem_key))
        .do_nothing()
        .execute(c))
    .map(|n| n == 1)
    .map_err(db_error)
}

/// Writes the answer of a key that was inserted in this transaction.
///
/// # Errors
/// The database fails.
pub fn update_answer(tx: &mut Tx<'_>, account: AccountId, key: &str, status: i64, body: &Value) -> Result<()> {
    on!(tx, |c| diesel::update(
        idempotency_keys::table.filter(idempotency_keys::account_id.eq(account).and(idempotency_keys::idem_key.eq(key)))
    )
    .set((idempotency_keys::status.eq(status), idempotency_keys::body.eq(Json(body.clone()))))
    .execute(c))
    .map(drop)
    .map_err(db_error)
}

/// Forgets the answers that were given before an instant; says how many.
///
/// # Errors
/// The database fails.
pub fn delete_answers_before(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize> {
    on!(tx, |c| diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(before))).execute(c)).map_err(db_error)
}
