//! The sync that WatermelonDB speaks: rows since a numbered snapshot, and rows that the app changed. Written down in
//! `api-spec/watermelon.md`.
//!
//! It is another mouth of the one sync: what a device reads is derived as for [`crate::sync::pull`], and what it did goes
//! through [`crate::sync::push`]. Nothing is merged here.

pub mod basis;
mod changes;
mod messages;
pub mod pull;
pub mod push;

use crate::{Ctx, sync::pull::scope::Scope};
use bazdid_domain::sync::cursor::Cursor;
use bazdid_protocol::error::Result;
use bazdid_store::{Tx, watermelon::find_snapshot};

/// Snapshots that are kept of a device: so many pulls may be lost one after the other.
pub const KEPT_SNAPSHOTS: usize = 64;
/// Rows of one answer. An app that sees more cannot be served whole, and this protocol knows no pages.
pub const MAX_ROWS: usize = 50_000;

/// The positions of a snapshot that a device names; nothing if the server does not have it (any more), or
/// if it is another server's.
fn known_snapshot(tx: &mut Tx<'_>, ctx: &Ctx, scope: &Scope, number: i64) -> Result<Option<Cursor>> {
    let snapshot = find_snapshot(tx, scope.device.id, number)?;
    Ok(snapshot.and_then(|s| basis::open(ctx, &s)).filter(|c| c.feed_epoch == scope.epoch))
}
