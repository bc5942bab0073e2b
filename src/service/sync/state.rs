//! The feed's epoch: what versions and cursors belong to.

use crate::{
    error::Result,
    service::Ctx,
    store::{self, Tx},
};

/// Name of the epoch among the server's own values.
const FEED_EPOCH: &str = "feed_epoch";

/// The epoch of the feed; empty as long as no device has registered.
///
/// # Errors
/// The database fails.
pub fn feed_epoch(tx: &mut Tx<'_>) -> Result<String> {
    Ok(store::state::find_state(tx, FEED_EPOCH)?.unwrap_or_default())
}

/// The epoch of the feed, made if there is none. A restore of the database makes another one, and every device begins anew.
///
/// # Errors
/// The database fails.
pub fn ensure_feed_epoch(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<String> {
    let known = feed_epoch(tx)?;
    if !known.is_empty() {
        return Ok(known);
    }
    let fresh = ctx.ids.uuid(ctx.now).to_string();
    store::state::save_state(tx, FEED_EPOCH, &fresh)?;
    Ok(fresh)
}
