//! After a backup was put back: a database that was set to an earlier state issues seqs and revisions a second time, with other
//! content. A new epoch of the feed tells every device to begin anew; what devices know and the server lost they send again.

use serde_json::json;
use uuid::Uuid;

use crate::{Ctx, change::entry, reference, sync::state::feed_epoch};
use bazdid_protocol::{error::Result, time::Timestamp};
use bazdid_store::{self as store, Tx};

/// Name of the time of the last new epoch among the server's own values.
const RENEWED_AT: &str = "feed_renewed_at";

/// What says that the database was put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// An operator says so.
    Operator,
    /// A device holds a cursor of this server with a position that the feed has not reached.
    Cursor,
}

impl Sign {
    const fn word(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Cursor => "cursor",
        }
    }
}

/// When the feed got its epoch after a restore; nothing if the database was never put back.
///
/// # Errors
/// The database fails.
pub fn renewed_at(tx: &mut Tx<'_>) -> Result<Option<Timestamp>> {
    Ok(store::state::find_state(tx, RENEWED_AT)?.and_then(|text| Timestamp::parse(&text).ok()))
}

/// Gives the feed a new epoch. `seen`: the one that the sign belongs to; if the feed has another by now, somebody was faster and nothing
/// happens. Whether there is a new one.
///
/// # Errors
/// The database fails.
pub fn renew_feed(tx: &mut Tx<'_>, ctx: &Ctx, seen: &str, sign: Sign) -> Result<bool> {
    // The row stays locked: of two at once the second sees the epoch of the first.
    store::state::save_state(tx, RENEWED_AT, &ctx.now.to_string())?;
    if feed_epoch(tx)? != seen {
        return Ok(false);
    }
    store::state::save_state(tx, "feed_epoch", &ctx.ids.uuid(ctx.now).to_string())?;
    // Reference data may have been another under the version that a process remembers.
    reference::bump(tx, ctx)?;
    let detail = json!({ "sign": sign.word() });
    store::audit::save_audit_entries(tx, &[entry(ctx, "feed.renew", "feed", Uuid::nil(), detail)])?;
    Ok(true)
}
