//! Pull: everything that changed since a snapshot, in one answer out of one snapshot of the database.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use uuid::Uuid;

use crate::{
    Ctx,
    change::entry,
    sync::{
        pull::{positions::Positions, scope::Scope},
        restore::renewed_at,
        watermelon::{
            KEPT_SNAPSHOTS, MAX_ROWS,
            basis::{Basis, Since, find_basis, known_channels, may_hold_lost_work, milliseconds},
            changes::{Extent, collect},
            messages,
        },
    },
};
use bazdid_domain::sync::cursor::Cursor;
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::DeviceId,
    phrase::Phrase,
};
use bazdid_store::{
    self as store, Tx,
    feed::{FeedRow, list_after, list_channels},
    watermelon::{Snapshot, delete_snapshots, insert_snapshot, list_numbers},
};

pub use crate::sync::watermelon::changes::Changes;

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
    /// The number that the app named, if it is of a time that the server lost in a restore: the app is asked to push again what it has.
    pub lost: Option<i64>,
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
    /// The number that the app named, if it is of a time that the server lost.
    lost: Option<i64>,
}

/// Whether an answer takes the place of what the app had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaces {
    /// It adds to what the app had.
    Nothing,
    /// The app gives up what is not in it.
    Everything,
    /// The app gives up what is not in it of the tables that the server alone writes.
    ServersTables,
}

/// Answers a pull; [`keep`] gives its snapshot a number.
///
/// Whatever snapshot the app names, it has the rows of a fresh pull after it has applied the answer to any copy that it can have. Only work
/// that the server acknowledged and lost in a restore stays beside them.
///
/// # Errors
/// The device may not pull, or sees more rows than this protocol can carry.
pub fn pull(tx: &mut Tx<'_>, ctx: &Ctx, request: &Request) -> Result<Pulled> {
    let scope = Scope::of(tx, ctx, request.device)?;
    let basis = find_basis(tx, ctx, &scope, request.last_pulled_at)?;
    let begin = |cursor: Option<Cursor>| Positions::new(&scope.channels, &scope.rows, cursor.map(Some), &BTreeSet::new());
    // A channel that was lost or that must be read from the beginning again leaves rows behind that nobody names: the whole is told.
    let is_whole = |cursor: &Cursor| {
        let positions = begin(Some(cursor.clone()));
        positions.lost.is_empty() && positions.reset.is_empty()
    };
    let plan = match basis {
        Basis::Since(since) if request.shape == Shape::Same && since.cursors.iter().all(is_whole) => Plan::Since(since),
        Basis::Nothing => Plan::First,
        Basis::Lost => Plan::Sparing(Lost::Yes),
        Basis::Since(_) | Basis::Anything if may_hold_lost_work(tx, ctx, &scope)? => Plan::Sparing(Lost::No),
        Basis::Since(_) | Basis::Anything => Plan::Replace,
    };
    let mut positions = match &plan {
        Plan::Since(since) => {
            begin(Some(Cursor { feed_epoch: scope.epoch.clone(), positions: since.positions() })).holding(since.channels())
        }
        Plan::Sparing(_) => begin(None).holding(scope.channels.iter().copied().collect()),
        Plan::First | Plan::Replace => begin(None),
    };
    let mut entries = read_all(tx, &mut positions)?;
    if matches!(plan, Plan::Sparing(_)) {
        entries.extend(read_left(tx, ctx, &scope)?);
    }
    let extent = match plan {
        Plan::Since(_) | Plan::Sparing(_) => Extent::Since,
        Plan::First | Plan::Replace => Extent::Everything,
    };
    let numbers: Vec<i64> = scope.places().into_keys().collect();
    let mut changes = collect(tx, &numbers, &entries, extent)?;
    let has = messages::list_messages(tx, ctx, &scope.device)?;
    let had = if let Plan::Since(since) = &plan { since.messages.as_slice() } else { &[] };
    messages::add(&mut changes, &has, had);
    let cursor = Cursor { feed_epoch: scope.epoch, positions: positions.after() };
    let positions = cursor.seal(|bytes| ctx.shared.vault.sign_cursor(bytes));
    let messages = messages::hashes(&has);
    let same_as = match &plan {
        // Of several copies the next pull begins with one.
        Plan::Since(since) if since.sealed == positions && since.messages.iter().eq([&messages]) => Some(since.number),
        Plan::Since(_) | Plan::First | Plan::Replace | Plan::Sparing(_) => None,
    };
    let replaces = match plan {
        Plan::Since(_) | Plan::First => Replaces::Nothing,
        Plan::Replace => Replaces::Everything,
        Plan::Sparing(_) => Replaces::ServersTables,
    };
    let lost = request.last_pulled_at.filter(|_| matches!(plan, Plan::Sparing(Lost::Yes)));
    Ok(Pulled { changes, replaces, lost, snapshot: Has { device: scope.device.id, positions, messages, same_as, lost } })
}

/// How a pull is answered.
enum Plan {
    /// Everything, to a device that has nothing.
    First,
    /// What changed since any of these snapshots.
    Since(Since),
    /// Everything in place of what the app has.
    Replace,
    /// Everything, and what is known to have left the device's channels. The app keeps the facts and tickets that the server does not know.
    Sparing(Lost),
}

/// Whether the app names a snapshot of a time that the server lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lost {
    Yes,
    No,
}

/// What channels carried that the device has read before and does not read any more.
fn read_left(tx: &mut Tx<'_>, ctx: &Ctx, scope: &Scope) -> Result<Vec<FeedRow>> {
    let left: Vec<String> =
        known_channels(tx, ctx, scope)?.iter().filter(|c| !scope.channels.contains(c)).map(ToString::to_string).collect();
    let mut entries = Vec::new();
    for channel in list_channels(tx, &left)? {
        let mut after = 0;
        loop {
            let found = list_after(tx, channel.no, after, i64::try_from(STEP).unwrap_or(i64::MAX))?;
            let Some(last) = found.last() else { break };
            after = last.seq;
            entries.extend(found);
        }
    }
    Ok(entries)
}

/// All entries after the positions.
fn read_all(tx: &mut Tx<'_>, positions: &mut Positions<'_>) -> Result<Vec<FeedRow>> {
    let mut entries = Vec::new();
    while !positions.are_heads() {
        entries.extend(positions.read(tx, STEP)?);
        if entries.iter().filter(|e: &&FeedRow| e.present).count() > MAX_ROWS {
            return Err(Error::with(
                Code::BatchTooLarge,
                Phrase::with(
                    "this device sees more than {max} rows, more than one answer carries: use POST /v1/sync/pull, which has pages",
                    &[("max", &MAX_ROWS)],
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
    if let Some(named) = has.lost {
        note_lost(tx, ctx, has.device, named)?;
    }
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

/// Tells the operators once of each device that it is ahead of a server that was put back.
fn note_lost(tx: &mut Tx<'_>, ctx: &Ctx, device: DeviceId, named: i64) -> Result<()> {
    let restored = renewed_at(tx)?;
    tracing::warn!(device.id = %device, snapshot = named, "an app of WatermelonDB has a snapshot that this server lost: what it acknowledged then may be missing");
    let newest = list_numbers(tx, device, 1)?.first().copied();
    if newest.is_some_and(|n| restored.is_some_and(|at| n >= milliseconds(at))) {
        return Ok(());
    }
    let detail = json!({ "snapshot": named, "restored_at": restored });
    store::audit::save_audit_entries(tx, &[entry(ctx, "device.snapshot_lost", "device", device.uuid(), detail)])
}
