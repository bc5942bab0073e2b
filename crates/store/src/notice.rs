//! What administrators are told of each other.

use diesel::prelude::*;

use crate::{schema::notices, sql::db_error, tx::Tx};
use bazdid_protocol::{
    error::Result,
    ids::{AccountId, NoticeId},
    time::Timestamp,
    words::account::NoticeKind,
};

/// Something that the administrators should know.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = notices, treat_none_as_default_value = false)]
pub struct Notice {
    /// Identity.
    pub id: NoticeId,
    /// What happened.
    pub kind: NoticeKind,
    /// Whose account it is about.
    pub account_id: AccountId,
    /// When.
    pub raised_at: Timestamp,
    /// The administrator who has seen it.
    pub seen_by: Option<AccountId>,
    /// When they said so.
    pub seen_at: Option<Timestamp>,
    /// The administrator whose deed it was; absent if a server of the version before this column has written it: then it is `account_id`.
    pub raised_by: Option<AccountId>,
}

/// Writes a new notice.
///
/// # Errors
/// The database fails.
pub fn insert_notice(tx: &mut Tx<'_>, notice: &Notice) -> Result<()> {
    on!(tx, |c| diesel::insert_into(notices::table).values(notice).execute(c)).map(drop).map_err(db_error)
}

/// A notice.
///
/// # Errors
/// The database fails.
pub fn find_notice(tx: &mut Tx<'_>, id: NoticeId) -> Result<Option<Notice>> {
    on!(tx, |c| notices::table.filter(notices::id.eq(id)).select(Notice::as_select()).first(c).optional()).map_err(db_error)
}

/// Notices, newest first; only those that nobody has seen, if `open`.
///
/// # Errors
/// The database fails.
pub fn page_notices(tx: &mut Tx<'_>, open: bool, before: Option<(Timestamp, NoticeId)>, limit: i64) -> Result<Vec<Notice>> {
    on!(tx, |c| {
        let mut query = notices::table.select(Notice::as_select()).into_boxed();
        if open {
            query = query.filter(notices::seen_at.is_null());
        }
        if let Some((at, id)) = before {
            query = query.filter(notices::raised_at.lt(at).or(notices::raised_at.eq(at).and(notices::id.lt(id))));
        }
        query.order((notices::raised_at.desc(), notices::id.desc())).limit(limit).load(c)
    })
    .map_err(db_error)
}

/// Notes who has seen a notice. Tells whether nobody had before.
///
/// # Errors
/// The database fails.
pub fn see_notice(tx: &mut Tx<'_>, id: NoticeId, by: AccountId, at: Timestamp) -> Result<bool> {
    on!(tx, |c| diesel::update(notices::table.filter(notices::id.eq(id).and(notices::seen_at.is_null())))
        .set((notices::seen_by.eq(Some(by)), notices::seen_at.eq(Some(at))))
        .execute(c))
    .map(|n| n == 1)
    .map_err(db_error)
}
