//! Calls by filter.

use diesel::prelude::*;

use crate::{
    domain::{
        ids::{AccountId, CallId, TicketId},
        ticket::Call,
    },
    error::Result,
    store::{schema::calls, sql::db_error, ticket::CallRow, tx::Tx},
};

/// Which calls are asked for; what is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct CallFilter {
    /// That came of, or led to, this ticket.
    pub ticket: Option<TicketId>,
    /// Taken by this person.
    pub taken_by: Option<AccountId>,
    /// Of the caller with this hash.
    pub caller_hash: Option<Vec<u8>>,
    /// Older than this one.
    pub before: Option<CallId>,
    /// At most so many.
    pub limit: i64,
}

/// Calls by filter, newest first.
///
/// # Errors
/// The database fails.
pub fn list_calls_by(tx: &mut Tx<'_>, filter: &CallFilter) -> Result<Vec<Call>> {
    let rows: Vec<CallRow> = on!(tx, |c| {
        let mut query = calls::table.select(CallRow::as_select()).into_boxed();
        if let Some(ticket) = filter.ticket {
            query = query.filter(calls::ticket_id.eq(ticket));
        }
        if let Some(account) = filter.taken_by {
            query = query.filter(calls::taken_by.eq(account));
        }
        if let Some(hash) = &filter.caller_hash {
            query = query.filter(calls::caller_hash.eq(hash));
        }
        if let Some(before) = filter.before {
            query = query.filter(calls::id.lt(before));
        }
        query.order(calls::id.desc()).limit(filter.limit).load(c)
    })
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Into::into).collect())
}
