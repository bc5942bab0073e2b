//! Calls by filter.

use diesel::prelude::*;

use crate::{
    listing::{Keyed, PageKey},
    schema::calls,
    sql::db_error,
    ticket::CallRow,
    tx::Tx,
};
use bazdid_domain::ticket::Call;
use bazdid_protocol::{
    error::Result,
    ids::{AccountId, CallId, TicketId},
    time::Timestamp,
};

/// The place of a call in a list.
pub type CallKey = PageKey<CallId, CallId>;

/// Which calls are asked for; what is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct CallFilter {
    /// That came of, or led to, this ticket.
    pub ticket: Option<TicketId>,
    /// Taken by this person.
    pub taken_by: Option<AccountId>,
    /// Of the caller with this hash.
    pub caller_hash: Option<Vec<u8>>,
    /// After this place of the list.
    pub before: Option<CallKey>,
    /// At most so many.
    pub limit: i64,
}

/// How many calls keep their caller's phone.
///
/// # Errors
/// The database fails.
pub fn count_sealed_calls(tx: &mut Tx<'_>) -> Result<i64> {
    on!(tx, |c| calls::table.filter(calls::caller_encrypted.is_not_null()).count().get_result(c)).map_err(db_error)
}

/// Calls by filter, those first that were stored last.
///
/// # Errors
/// The database fails.
pub fn list_calls_by(tx: &mut Tx<'_>, filter: &CallFilter) -> Result<Vec<Keyed<Call, CallKey>>> {
    let rows: Vec<(CallRow, Timestamp)> = on!(tx, |c| {
        let mut query = calls::table.select((CallRow::as_select(), calls::stored_at)).into_boxed();
        if let Some(ticket) = filter.ticket {
            query = query.filter(calls::ticket_id.eq(ticket));
        }
        if let Some(account) = filter.taken_by {
            query = query.filter(calls::taken_by.eq(account));
        }
        if let Some(hash) = &filter.caller_hash {
            query = query.filter(calls::caller_hash.eq(hash));
        }
        newest_first!(query, calls, filter.before, former by id).limit(filter.limit).load(c)
    })
    .map_err(db_error)?;
    let keyed = |(row, at): (CallRow, Timestamp)| Keyed { key: PageKey::of(filter.before.as_ref(), at, row.id, row.id), row: row.into() };
    Ok(rows.into_iter().map(keyed).collect())
}
