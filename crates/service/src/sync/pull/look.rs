//! Whether a pull would bring anything, and what is to move before one does.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Ctx,
    sync::pull::{positions::Positions, scope::Scope},
};
use bazdid_protocol::{error::Result, ids::DeviceId};
use bazdid_store::Tx;

/// How a device stands to the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Whether a pull from the cursor brings anything: changes, or channels that are gained, lost or begin again.
    pub behind: bool,
    /// The heads of all channels that the device reads, by name; 0 for one in which nothing ever lay.
    pub heads: BTreeMap<String, i64>,
}

/// Looks where a device stands. Costs the channels, never the changes.
///
/// # Errors
/// The device may not pull.
pub fn look(tx: &mut Tx<'_>, ctx: &Ctx, device: DeviceId, cursor: Option<&str>) -> Result<Look> {
    let scope = Scope::of(tx, ctx, device)?;
    let positions = Positions::new(&scope.channels, &scope.rows, scope.open(ctx, cursor), &BTreeSet::new());
    let stands = positions.gained.is_empty() && positions.lost.is_empty() && positions.reset.is_empty() && positions.are_heads();
    let head = |channel| scope.rows.get(channel).map_or(0, |row| row.head);
    let heads = scope.channels.iter().chain(&scope.silent).map(|channel| (channel.to_string(), head(channel))).collect();
    Ok(Look { behind: !stands, heads })
}
