//! The feed forgets what left a channel long ago: two duties of the worker.
//!
//! Once a day the heads of the channels that moved are marked. What a mark covers that is older than the retention is known to be as
//! old: of it the entries go that only say that a row left the channel (or, in a device's channel, that it was told again), and the
//! channel's floor rises. A device whose cursor lies below the floor reads that channel from the beginning.

use crate::{
    domain::time::{MICROS_PER_DAY, Timestamp},
    error::Result,
    service::{Ctx, sync::limits::FEED_DAYS, timers::Step},
    store::{self, Tx, feed::compaction},
};

/// Under which name the instant of the last marking is kept, in microseconds.
const MARKED_AT: &str = "feed_marked_at";
/// Entries in one step.
const STEP: i64 = 5_000;

/// Marks the heads of the channels, once a day.
///
/// # Errors
/// The database fails.
pub fn mark_heads(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Step> {
    let last = store::state::find_state(tx, MARKED_AT)?.and_then(|text| text.parse().ok()).map(Timestamp::from_micros);
    if last.is_some_and(|at| ctx.now - at < MICROS_PER_DAY) {
        return Ok(Step::default());
    }
    let done = compaction::mark_heads(tx, ctx.now)?;
    store::state::save_state(tx, MARKED_AT, &ctx.now.micros().to_string())?;
    Ok(Step { done, more: false })
}

/// Deletes what is older than the retention from one channel.
///
/// # Errors
/// The database fails.
pub fn compact(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Step> {
    let Some((channel, through)) = compaction::find_due(tx, ctx.now.plus_days(-FEED_DAYS))? else { return Ok(Step::default()) };
    let deleted = compaction::delete_gone(tx, channel, through, STEP)?;
    if i64::try_from(deleted).is_ok_and(|n| n >= STEP) {
        return Ok(Step { done: deleted, more: true });
    }
    let marks = compaction::delete_marks(tx, channel, through)?;
    // Whether another channel is due the next step finds out.
    Ok(Step { done: deleted + marks, more: true })
}
