//! The feed's epoch: what versions and cursors belong to.

use bazdid_protocol::error::{Error, Result};
use bazdid_store::{self as store, Tx};

/// The epoch of the feed. The first migration makes it; a restore of the database makes another one, and every device begins
/// anew.
///
/// # Errors
/// The database fails.
pub fn feed_epoch(tx: &mut Tx<'_>) -> Result<String> {
    store::state::find_state(tx, "feed_epoch")?.ok_or_else(|| Error::internal("server_state has no feed_epoch"))
}
