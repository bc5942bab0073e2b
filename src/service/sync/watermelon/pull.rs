//! Pull: everything that changed since a snapshot, in one answer out of one snapshot of the database.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::{
    domain::{ids::DeviceId, sync::cursor::Cursor, time::Timestamp},
    error::{Code, Error, Result},
    service::{
        Ctx,
        sync::{
            pull::{positions::Positions, scope::Scope},
            watermelon::{
                KEPT_SNAPSHOTS, MAX_ROWS,
                changes::{Extent, collect},
                known_snapshot, messages,
            },
        },
    },
    store::{
        self, Tx,
        feed::FeedRow,
        watermelon::{Snapshot, delete_snapshots, insert_snapshot, list_numbers},
    },
};

pub use crate::service::sync::watermelon::changes::Changes;

/// Entries of the feed that are read at once.
const STEP: usize = 5_000;

/// What an app asks for.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// The device.
    pub device: DeviceId,
    /// Number of the snapshot that it has; absent: it has nothing.
    pub last_pulled_at: Option<i64>,
    /// Whether its tables have changed since then.
    pub shape: Shape,
}

/// Whether an app's tables have changed since its last pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// They have not.
    Same,
    /// They have: what it had may lack columns or tables.
    Migrated,
}

/// An answer, before its snapshot has a number.
#[derive(Debug, Clone)]
pub struct Pulled {
    /// What changed.
    pub changes: Changes,
    /// Whether the app must give up what is not in `changes`.
    pub replaces: Replaces,
    /// What the app then has.
    pub snapshot: Has,
}

/// What an app has after an answer.
#[derive(Debug, Clone)]
pub struct Has {
    device: DeviceId,
    positions: String,
    messages: BTreeMap<Uuid, String>,
    /// The number of the snapshot that it had, if nothing changed.
    same_as: Option<i64>,
}

/// Whether an answer takes the place of what the app had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaces {
    /// It adds to what the app had.
    Nothing,
    /// The app gives up what is not in it.
    Everything,
}

/// Answers a pull; [`keep`] gives its snapshot a number.
///
/// # Errors
/// The device may not pull, or sees more rows than this protocol can carry.
pub fn pull(tx: &mut Tx<'_>, ctx: &Ctx, request: &Request) -> Result<Pulled> {
    let scope = Scope::of(tx, ctx, request.device)?;
    let known = match request.last_pulled_at {
        Some(number) if request.shape == Shape::Same => known_snapshot(tx, ctx, &scope, number)?,
        _ => None,
    };
    let begin = |cursor: Option<Cursor>| Positions::new(&scope.channels, &scope.rows, cursor.map(Some), &BTreeSet::new());
    let since = known.map(|(snapshot, cursor)| (snapshot, begin(Some(cursor))));
    // A channel that was lost or that must be read from the beginning again leaves rows behind that nobody names: the whole is told.
    let since = since.filter(|(_, positions)| positions.lost.is_empty() && positions.reset.is_empty());
    let (snapshot, mut positions, extent) = match since {
        Some((snapshot, positions)) => (Some(snapshot), positions, Extent::Since),
        None => (None, begin(None), Extent::Everything),
    };
    let entries = read_all(tx, &mut positions)?;
    let numbers: Vec<i64> = scope.places().into_keys().collect();
    let mut changes = collect(tx, &numbers, &entries, extent)?;
    let has = messages::list_messages(tx, ctx, &scope.device)?;
    let had = snapshot.as_ref().map(|s| s.messages.clone()).unwrap_or_default();
    messages::add(&mut changes, &has, &had);
    let replaces = match (extent, request.last_pulled_at) {
        (Extent::Everything, Some(_)) => Replaces::Everything,
        _ => Replaces::Nothing,
    };
    let cursor = Cursor { feed_epoch: scope.epoch, positions: positions.after() };
    let positions = cursor.seal(|bytes| ctx.shared.vault.sign_cursor(bytes));
    let messages = messages::hashes(&has);
    let same_as = snapshot.filter(|s| s.positions == positions && s.messages == messages).map(|s| s.number);
    Ok(Pulled { changes, replaces, snapshot: Has { device: scope.device.id, positions, messages, same_as } })
}

/// All entries after the positions.
fn read_all(tx: &mut Tx<'_>, positions: &mut Positions<'_>) -> Result<Vec<FeedRow>> {
    let mut entries = Vec::new();
    while !positions.are_heads() {
        entries.extend(positions.read(tx, STEP)?);
        if entries.len() > MAX_ROWS {
            return Err(Error::with(
                Code::BatchTooLarge,
                format!(
                    "this device sees more than {MAX_ROWS} rows, more than one answer carries: use POST /v1/sync/pull, which has pages"
                ),
            )
            .fact("max_rows", MAX_ROWS));
        }
    }
    Ok(entries)
}

/// Keeps the snapshot of an answer and gives its number: the server's milliseconds, more than any before of the device. So a number
/// that was given before a restore of the database is never given again with another meaning.
///
/// # Errors
/// The database fails.
pub fn keep(tx: &mut Tx<'_>, ctx: &Ctx, has: &Has) -> Result<i64> {
    if let Some(number) = has.same_as {
        return Ok(number);
    }
    store::account::lock_device(tx, has.device)?;
    let newest = list_numbers(tx, has.device, i64::try_from(KEPT_SNAPSHOTS).unwrap_or(i64::MAX))?;
    let number = newest.first().map_or(0, |n| n.saturating_add(1)).max(milliseconds(ctx.now));
    if let Some(oldest) = newest.get(KEPT_SNAPSHOTS.saturating_sub(2)) {
        delete_snapshots(tx, has.device, *oldest)?;
    }
    insert_snapshot(
        tx,
        &Snapshot { device: has.device, number, taken_at: ctx.now, positions: has.positions.clone(), messages: has.messages.clone() },
    )?;
    store::account::touch_device_pull(tx, has.device, ctx.now)?;
    Ok(number)
}

fn milliseconds(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000).max(1)
}
