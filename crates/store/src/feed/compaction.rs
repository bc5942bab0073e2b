//! The feed forgets what left a channel long ago.
//!
//! An entry has no date. How old it is, is known from marks: the head that a channel had at an instant. Every entry up to a mark is
//! at least as old as the mark.

use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    schema::{channels, feed, feed_marks},
    sql::db_error,
    tx::{MAX_BINDS, Tx},
};
use bazdid_protocol::{error::Result, ids::Id, time::Timestamp};

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = feed_marks, treat_none_as_default_value = false)]
struct Mark {
    channel: i64,
    seq: i64,
    at: Timestamp,
}

/// Marks the heads of the channels that moved since their last mark. Returns how many did.
///
/// # Errors
/// The database fails.
pub fn mark_heads(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize> {
    let marked = feed_marks::table.filter(feed_marks::channel.eq(channels::no).and(feed_marks::seq.ge(channels::head)));
    let moved: Vec<(i64, i64)> = on!(tx, |c| channels::table
        .filter(channels::head.gt(0).and(diesel::dsl::not(diesel::dsl::exists(marked))))
        .select((channels::no, channels::head))
        .load(c))
    .map_err(db_error)?;
    let marks: Vec<Mark> = moved.into_iter().map(|(channel, seq)| Mark { channel, seq, at: now }).collect();
    for chunk in marks.chunks(MAX_BINDS / 3) {
        // Another process may mark the same heads at the same time.
        on!(tx, |c| diesel::insert_into(feed_marks::table)
            .values(chunk)
            .on_conflict((feed_marks::channel, feed_marks::seq))
            .do_nothing()
            .execute(c))
        .map_err(db_error)?;
    }
    Ok(marks.len())
}

/// A channel with a mark that is at least as old as an instant, and the seq of its newest such mark; nothing if there is none.
///
/// # Errors
/// The database fails.
pub fn find_due(tx: &mut Tx<'_>, until: Timestamp) -> Result<Option<(i64, i64)>> {
    let old = || feed_marks::table.filter(feed_marks::at.le(until));
    let channel: Option<i64> =
        on!(tx, |c| old().order(feed_marks::at).select(feed_marks::channel).first(c).optional()).map_err(db_error)?;
    let Some(channel) = channel else { return Ok(None) };
    let newest: Option<i64> =
        on!(tx, |c| old().filter(feed_marks::channel.eq(channel)).select(diesel::dsl::max(feed_marks::seq)).first(c)).map_err(db_error)?;
    Ok(newest.map(|seq| (channel, seq)))
}

/// The name of a channel.
///
/// # Errors
/// The database fails.
pub fn find_name(tx: &mut Tx<'_>, channel: i64) -> Result<Option<String>> {
    on!(tx, |c| channels::table.filter(channels::no.eq(channel)).select(channels::name).first(c).optional()).map_err(db_error)
}

/// Rows of some kinds that a channel carries and that last changed after one seq and up to another, oldest first, at most `limit`:
/// (seq, row).
///
/// # Errors
/// The database fails.
pub fn list_unchanged(tx: &mut Tx<'_>, channel: i64, kinds: &[&str], (after, through): (i64, i64), limit: i64) -> Result<Vec<(i64, Uuid)>> {
    let rows: Vec<(i64, Id<()>)> = on!(tx, |c| feed::table
        .filter(feed::channel.eq(channel).and(feed::seq.gt(after)).and(feed::seq.le(through)))
        .filter(feed::present.eq(true).and(feed::kind.eq_any(kinds)))
        .order(feed::seq)
        .limit(limit)
        .select((feed::seq, feed::entity))
        .load(c))
    .map_err(db_error)?;
    Ok(rows.into_iter().map(|(seq, id)| (seq, id.uuid())).collect())
}

/// Deletes the oldest entries up to a seq that say that a row is not in the channel, at most `limit`, and raises the channel's floor to
/// the last of them: a cursor below it may have missed one. Returns how many were found.
///
/// # Errors
/// The database fails.
pub fn delete_gone(tx: &mut Tx<'_>, channel: i64, through: i64, limit: i64) -> Result<usize> {
    // Below the floor nothing is left to be found.
    let floor: Option<i64> =
        on!(tx, |c| channels::table.filter(channels::no.eq(channel)).select(channels::floor).first(c).optional()).map_err(db_error)?;
    let gone: Vec<i64> = on!(tx, |c| feed::table
        .filter(feed::channel.eq(channel).and(feed::present.eq(false)))
        .filter(feed::seq.gt(floor.unwrap_or_default()).and(feed::seq.le(through)))
        .order(feed::seq)
        .limit(limit)
        .select(feed::seq)
        .load(c))
    .map_err(db_error)?;
    let Some(last) = gone.last().copied() else { return Ok(0) };
    // The channel's row is locked by this, as writers lock it before they touch its entries.
    on!(tx, |c| diesel::update(channels::table.filter(channels::no.eq(channel).and(channels::floor.lt(last))))
        .set(channels::floor.eq(last))
        .execute(c))
    .map_err(db_error)?;
    on!(tx, |c| diesel::delete(feed::table.filter(feed::channel.eq(channel).and(feed::present.eq(false)).and(feed::seq.le(last))))
        .execute(c))
    .map_err(db_error)?;
    Ok(gone.len())
}

/// Deletes a channel's marks up to a seq.
///
/// # Errors
/// The database fails.
pub fn delete_marks(tx: &mut Tx<'_>, channel: i64, through: i64) -> Result<usize> {
    on!(tx, |c| diesel::delete(feed_marks::table.filter(feed_marks::channel.eq(channel).and(feed_marks::seq.le(through)))).execute(c))
        .map_err(db_error)
}
