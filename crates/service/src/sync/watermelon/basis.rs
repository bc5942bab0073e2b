//! What the copy of an app can hold that names a snapshot.
//!
//! The library applies an answer and then stores its number in a second write. So an app that names a snapshot holds at least its rows, and
//! possibly what later answers made of them: an answer must be right for each of these copies.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::{
    Ctx,
    sync::{pull::scope::Scope, restore::renewed_at},
};
use bazdid_domain::sync::cursor::{Cursor, Position};
use bazdid_protocol::{channel::Channel, error::Result, time::Timestamp};
use bazdid_store::{
    Tx,
    watermelon::{Snapshot, list_snapshots},
};

/// Days after a restore of the server in which an app is assumed to hold acknowledged work that the server lacks.
pub const RESTORE_DAYS: i64 = 30;

/// What an answer is based on.
pub(super) enum Basis {
    /// The device never had an answer.
    Nothing,
    /// The device had answers, and nothing says which.
    Anything,
    /// One of these snapshots: the one that the app names, or one of the later ones.
    Since(Since),
    /// A snapshot of a time that the server lost in a restore: the device can hold work that the server acknowledged and does not have.
    Lost,
}

/// The snapshots that an app can have.
pub(super) struct Since {
    /// The number that the app named.
    pub number: i64,
    /// The positions of each of the snapshots; the first is the one that the app named.
    pub cursors: Vec<Cursor>,
    /// The sealed positions of the named snapshot.
    pub sealed: String,
    /// The messages of each of the snapshots.
    pub messages: Vec<BTreeMap<Uuid, String>>,
}

impl Since {
    /// The positions from which all of the copies are brought up to date: in each channel the lowest. A channel that one of the snapshots
    /// lacks is read from the beginning, because the answer to that snapshot may have deleted its rows.
    pub fn positions(&self) -> BTreeMap<Channel, Position> {
        let mut cursors = self.cursors.iter();
        let mut lowest = cursors.next().map(|c| c.positions.clone()).unwrap_or_default();
        for cursor in cursors {
            lowest.retain(|channel, at| {
                let other = cursor.positions.get(channel);
                if let Some(other) = other.filter(|other| other.seq < at.seq) {
                    *at = *other;
                }
                other.is_some()
            });
        }
        lowest
    }

    /// Every channel of which one of the copies holds rows.
    pub fn channels(&self) -> BTreeSet<Channel> {
        self.cursors.iter().flat_map(|c| c.positions.keys().copied()).collect()
    }
}

/// What an app has that names a snapshot, or none.
///
/// # Errors
/// The database fails.
pub(super) fn find_basis(tx: &mut Tx<'_>, ctx: &Ctx, scope: &Scope, named: Option<i64>) -> Result<Basis> {
    let device = scope.device.id;
    let Some(number) = named else {
        let is_first = list_snapshots(tx, device, 0)?.is_empty();
        return Ok(if is_first { Basis::Nothing } else { Basis::Anything });
    };
    let later = list_snapshots(tx, device, number)?;
    if later.first().is_none_or(|first| first.number != number) {
        return Ok(if was_lost(tx, scope, number)? { Basis::Lost } else { Basis::Anything });
    }
    let cursors: Vec<Cursor> = later.iter().filter_map(|s| open(ctx, s)).collect();
    if cursors.first().is_some_and(|c| c.feed_epoch != scope.epoch) {
        return Ok(Basis::Lost);
    }
    if cursors.len() < later.len() || cursors.iter().any(|c| c.feed_epoch != scope.epoch) {
        return Ok(Basis::Anything);
    }
    let sealed = later.first().map(|s| s.positions.clone()).unwrap_or_default();
    Ok(Basis::Since(Since { number, cursors, sealed, messages: later.into_iter().map(|s| s.messages).collect() }))
}

/// Whether a number that the server does not have was given in a time that it lost, and not only forgotten: then it is higher than the
/// oldest that is kept, or the restore came after it.
fn was_lost(tx: &mut Tx<'_>, scope: &Scope, number: i64) -> Result<bool> {
    let oldest = list_snapshots(tx, scope.device.id, 0)?.first().map(|s| s.number);
    if oldest.is_none_or(|oldest| number > oldest) {
        return Ok(true);
    }
    Ok(renewed_at(tx)?.is_some_and(|at| number <= milliseconds(at)))
}

/// Whether the device can hold acknowledged work that the server lost in a restore not long ago.
///
/// # Errors
/// The database fails.
pub(super) fn may_hold_lost_work(tx: &mut Tx<'_>, ctx: &Ctx, scope: &Scope) -> Result<bool> {
    let renewed = renewed_at(tx)?;
    Ok(renewed.is_some_and(|at| scope.device.enrolled_at <= at && ctx.now <= at.plus_days(RESTORE_DAYS)))
}

/// Every channel that a snapshot of the device names which the server has.
///
/// # Errors
/// The database fails.
pub(super) fn known_channels(tx: &mut Tx<'_>, ctx: &Ctx, scope: &Scope) -> Result<BTreeSet<Channel>> {
    let kept = list_snapshots(tx, scope.device.id, 0)?;
    Ok(kept.iter().filter_map(|s| open(ctx, s)).flat_map(|c| c.positions.into_keys()).collect())
}

pub(super) fn open(ctx: &Ctx, snapshot: &Snapshot) -> Option<Cursor> {
    Cursor::open(&snapshot.positions, |bytes| ctx.shared.vault.sign_cursor(bytes)).ok()
}

/// An instant as the library counts it; numbers of snapshots begin with it.
pub(super) fn milliseconds(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(positions: &[(u128, i64)]) -> Cursor {
        let channel = |n: u128| Channel::Area(Uuid::from_u128(n).into());
        let positions = positions.iter().map(|(n, seq)| (channel(*n), Position { seq: *seq, floor: 0 })).collect();
        Cursor { feed_epoch: "e".into(), positions }
    }

    #[test]
    fn the_lowest_positions_count_and_a_channel_that_one_lacks_is_read_anew() {
        let cursors = vec![cursor(&[(1, 5), (2, 7)]), cursor(&[(1, 4), (3, 9)]), cursor(&[(1, 8), (2, 9), (3, 1)])];
        let since = Since { number: 1, sealed: String::new(), messages: Vec::new(), cursors };
        assert_eq!(since.positions(), cursor(&[(1, 4)]).positions);
        assert_eq!(since.channels(), cursor(&[(1, 0), (2, 0), (3, 0)]).positions.into_keys().collect());
    }
}
