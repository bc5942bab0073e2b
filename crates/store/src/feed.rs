//! The change feed: (channel, kind, id) → seq, compacted to the newest, with a count and a digest per channel.
//!
//! A seq comes from its channel's row, which is locked in the order of names, last in the transaction, one bump a batch: no
//! lower seq can appear after a higher one was read.

pub mod compaction;

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    hub::Heads,
    keys::Keys,
    schema::{channels, feed},
    sql::db_error,
    tx::{LIST, MAX_BINDS, Tx},
};
use bazdid_protocol::{channel, error::Result, ids::Id};

/// A row entered, changed in or left a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The channel.
    pub channel: channel::Channel,
    /// Kind of the row, as on the wire.
    pub kind: &'static str,
    /// The row.
    pub entity: Uuid,
    /// Its revision.
    pub v: i64,
    /// Whether the channel carries it now.
    pub presence: Presence,
}

/// Whether a channel carries a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It does; the row counts in the channel's digest.
    Put,
    /// It does not any more.
    Drop,
    /// It is to be sent again, whatever the device thinks; it does not count in the digest (device channels).
    Echo,
}

/// A channel's counter row.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = channels)]
pub struct Channel {
    /// Number; never leaves the server.
    pub no: i64,
    /// Name, such as `area:…`.
    pub name: String,
    /// Newest seq.
    pub head: i64,
    /// Entries below this seq may be gone: a cursor between 0 and it must start again.
    pub floor: i64,
    /// Rows that the channel carries.
    pub count: i64,
    /// Sum of their hashes modulo 2⁶⁴, as the same 64 bits.
    pub digest: i64,
}

/// An entry as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRow {
    /// Number of the channel.
    pub channel: i64,
    /// Kind of the row.
    pub kind: String,
    /// The row.
    pub entity: Uuid,
    /// Position in the channel.
    pub seq: i64,
    /// Revision when it was entered.
    pub v: i64,
    /// Whether the channel carries the row.
    pub present: bool,
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = channels, treat_none_as_default_value = false)]
struct NewChannel<'a> {
    name: &'a str,
    head: i64,
    floor: i64,
    count: i64,
    digest: i64,
}

#[derive(Debug, Clone)]
struct NewEntry {
    channel: i64,
    kind: &'static str,
    entity: Id<()>,
    seq: i64,
    v: i64,
    present: bool,
}

/// Whether an entry is one of some channels, said so that no index is looked for: entries are found by their rows, which stand in few
/// channels, while a channel has any number of rows.
macro_rules! in_channels {
    ($numbers:expr) => {
        (feed::channel + 0_i64).eq_any($numbers)
    };
}

/// What the caller computes of a row: its share of the digest.
pub type RowHash = fn(kind: &str, entity: Uuid, v: i64) -> u64;

/// What is appended at the end of a group of closures; all of it with the same hash.
#[derive(Debug, Default)]
pub(crate) struct Later {
    entries: Vec<Entry>,
    row_hash: Option<RowHash>,
}

impl Later {
    /// Adds what comes after it.
    pub fn extend(&mut self, later: Self) {
        self.entries.extend(later.entries);
        self.row_hash = later.row_hash.or(self.row_hash);
    }
}

/// Appends entries; call it once, last in the transaction. Of several entries of one row in one channel the last counts.
///
/// # Errors
/// The database fails.
pub fn append(tx: &mut Tx<'_>, entries: &[Entry], row_hash: RowHash) -> Result<()> {
    let Some(later) = tx.later() else { return append_now(tx, entries, row_hash) };
    later.extend(Later { entries: entries.to_vec(), row_hash: Some(row_hash) });
    Ok(())
}

/// Appends what was put off.
///
/// # Errors
/// The database fails.
pub(crate) fn append_later(tx: &mut Tx<'_>, later: &Later) -> Result<()> {
    later.row_hash.map_or(Ok(()), |row_hash| append_now(tx, &later.entries, row_hash))
}

fn append_now(tx: &mut Tx<'_>, entries: &[Entry], row_hash: RowHash) -> Result<()> {
    let mut changes_of: BTreeMap<channel::Channel, BTreeMap<(&'static str, Uuid), &Entry>> = BTreeMap::new();
    for e in entries {
        changes_of.entry(e.channel).or_default().insert((e.kind, e.entity), e);
    }
    if changes_of.is_empty() {
        return Ok(());
    }
    let by_name: BTreeMap<String, _> = changes_of.into_iter().map(|(channel, changes)| (channel.to_string(), changes)).collect();
    let names: Vec<String> = by_name.keys().cloned().collect();
    let mut rows = lock_channels(tx, &names)?;
    if rows.len() < names.len() {
        let missing: Vec<NewChannel<'_>> = names
            .iter()
            .filter(|n| !rows.iter().any(|r| r.name == **n))
            .map(|name| NewChannel { name, head: 0, floor: 0, count: 0, digest: 0 })
            .collect();
        on!(tx, |c| diesel::insert_into(channels::table).values(&missing).on_conflict(channels::name).do_nothing().execute(c))
            .map_err(db_error)?;
        rows = lock_channels(tx, &names)?;
    }
    let numbers: Vec<i64> = rows.iter().map(|r| r.no).collect();
    let old = existing(tx, &numbers, entries)?;
    let mut writes = Vec::with_capacity(entries.len());
    for row in &mut rows {
        let Some(changes) = by_name.get(&row.name) else { continue };
        for ((kind, entity), change) in changes {
            let before = old.get(&(row.no, *kind, *entity)).copied();
            if let Some(v) = before {
                row.count -= 1;
                row.digest = row.digest.wrapping_sub(row_hash(kind, *entity, v).cast_signed());
            } else if change.presence == Presence::Drop && !old_entry_possible(row) {
                continue;
            }
            if change.presence == Presence::Put {
                row.count += 1;
                row.digest = row.digest.wrapping_add(row_hash(kind, *entity, change.v).cast_signed());
            }
            row.head += 1;
            let present = change.presence == Presence::Put;
            writes.push(NewEntry { channel: row.no, kind, entity: Id::new(*entity), seq: row.head, v: change.v, present });
        }
    }
    save_entries(tx, &writes)?;
    for row in &rows {
        tx.note_head(&row.name, row.head);
    }
    bulk!(
        tx,
        &rows,
        Channel => channels { no: i64, name: String, head: i64, floor: i64, count: i64, digest: i64 },
        "ON CONFLICT (no) DO UPDATE SET head = excluded.head, count = excluded.count, digest = excluded.digest"
    )
    .map(drop)
}

/// A channel that never carried anything cannot lose anything.
const fn old_entry_possible(row: &Channel) -> bool {
    row.head > 0
}

fn lock_channels(tx: &mut Tx<'_>, names: &[String]) -> Result<Vec<Channel>> {
    let keys = Keys::new(names);
    on!(
        tx,
        pg | c | channels::table.filter(keys.hold(channels::name)).order(channels::name).for_update().select(Channel::as_select()).load(c),
        sqlite | c | channels::table.filter(keys.hold(channels::name)).order(channels::name).select(Channel::as_select()).load(c)
    )
    .map_err(db_error)
}

/// Revisions of those of the entries' rows that the channels carry now.
fn existing(tx: &mut Tx<'_>, numbers: &[i64], entries: &[Entry]) -> Result<BTreeMap<(i64, &'static str, Uuid), i64>> {
    let kinds: BTreeSet<&'static str> = entries.iter().map(|e| e.kind).collect();
    let mut ids: Vec<Id<()>> = entries.iter().map(|e| Id::new(e.entity)).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut found = BTreeMap::new();
    for ids in ids.chunks(LIST) {
        let keys = Keys::new(ids);
        let rows: Vec<(i64, String, Id<()>, i64)> = on!(tx, |c| feed::table
            .filter(keys.hold(feed::entity).and(feed::present.eq(true)))
            .select((feed::channel, feed::kind, feed::entity, feed::v))
            .load(c))
        .map_err(db_error)?;
        // A row stands in few channels, mostly in those that are asked for.
        for (channel, kind, entity, v) in rows.into_iter().filter(|r| numbers.contains(&r.0)) {
            if let Some(kind) = kinds.get(kind.as_str()) {
                found.insert((channel, *kind, entity.uuid()), v);
            }
        }
    }
    Ok(found)
}

fn save_entries(tx: &mut Tx<'_>, writes: &[NewEntry]) -> Result<()> {
    bulk!(
        tx,
        writes,
        NewEntry => feed { channel: i64, kind: &'static str, entity: Id<()>, seq: i64, v: i64, present: bool },
        "ON CONFLICT (channel, kind, entity) DO UPDATE SET seq = excluded.seq, v = excluded.v, present = excluded.present"
    )
    .map(drop)
}

/// Counter rows of channels, by name; a channel that nothing was ever entered in has none.
///
/// # Errors
/// The database fails.
pub fn list_channels(tx: &mut Tx<'_>, names: &[String]) -> Result<Vec<Channel>> {
    let keys = Keys::new(names);
    on!(tx, |c| channels::table.filter(keys.hold(channels::name)).order(channels::name).select(Channel::as_select()).load(c))
        .map_err(db_error)
}

/// Heads of channels, by name, in one query unless there are very many.
///
/// # Errors
/// The database fails.
pub fn list_heads(tx: &mut Tx<'_>, names: &[String]) -> Result<Heads> {
    let mut heads = Heads::new();
    for names in names.chunks(MAX_BINDS) {
        let keys = Keys::new(names);
        let found: Vec<(String, i64)> =
            on!(tx, |c| channels::table.filter(keys.hold(channels::name)).select((channels::name, channels::head)).load(c))
                .map_err(db_error)?;
        heads.extend(found);
    }
    Ok(heads)
}

/// Entries of one channel after a seq, oldest first, at most `limit`.
///
/// # Errors
/// The database fails.
pub fn list_after(tx: &mut Tx<'_>, channel: i64, after: i64, limit: i64) -> Result<Vec<FeedRow>> {
    let rows: Vec<(i64, String, Id<()>, i64, i64, bool)> = on!(tx, |c| feed::table
        .filter(feed::channel.eq(channel).and(feed::seq.gt(after)))
        .order(feed::seq)
        .limit(limit)
        .select((feed::channel, feed::kind, feed::entity, feed::seq, feed::v, feed::present))
        .load(c))
    .map_err(db_error)?;
    Ok(rows
        .into_iter()
        .map(|(channel, kind, entity, seq, v, present)| FeedRow { channel, kind, entity: entity.uuid(), seq, v, present })
        .collect())
}

/// Which of the channels carry which of the rows: (channel, kind, row).
///
/// # Errors
/// The database fails.
pub fn find_memberships(tx: &mut Tx<'_>, numbers: &[i64], entities: &[Uuid]) -> Result<Vec<(i64, String, Uuid)>> {
    if numbers.is_empty() || entities.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Id<()>> = entities.iter().copied().map(Id::new).collect();
    let rows: Vec<(i64, String, Id<()>)> = on!(tx, |c| feed::table
        .filter(feed::entity.eq_any(&ids).and(in_channels!(numbers)).and(feed::present.eq(true)))
        .select((feed::channel, feed::kind, feed::entity))
        .load(c))
    .map_err(db_error)?;
    Ok(rows.into_iter().map(|(channel, kind, id)| (channel, kind, id.uuid())).collect())
}

/// Rows that a channel carries, by kind and id, after a row if one is given: (kind, row, revision), at most `limit`.
///
/// # Errors
/// The database fails.
pub fn list_carried(tx: &mut Tx<'_>, channel: i64, after: Option<(&str, Uuid)>, limit: i64) -> Result<Vec<(String, Uuid, i64)>> {
    let mut found: Vec<(String, Id<()>, i64)> = Vec::new();
    if let Some((kind, id)) = after {
        // The rest of the kind and the kinds after it by a query each: each is one stretch of the key.
        found = on!(tx, |c| feed::table
            .filter(feed::channel.eq(channel).and(feed::kind.eq(kind)).and(feed::entity.gt(Id::<()>::new(id))).and(feed::present.eq(true)))
            .order(feed::entity)
            .limit(limit)
            .select((feed::kind, feed::entity, feed::v))
            .load(c))
        .map_err(db_error)?;
    }
    let room = limit.saturating_sub(i64::try_from(found.len()).unwrap_or(i64::MAX));
    if room > 0 {
        let kind = after.map_or("", |(kind, _)| kind);
        let rest: Vec<(String, Id<()>, i64)> = on!(tx, |c| feed::table
            .filter(feed::channel.eq(channel).and(feed::kind.gt(kind)).and(feed::present.eq(true)))
            .order((feed::kind, feed::entity))
            .limit(room)
            .select((feed::kind, feed::entity, feed::v))
            .load(c))
        .map_err(db_error)?;
        found.extend(rest);
    }
    Ok(found.into_iter().map(|(kind, id, v)| (kind, id.uuid(), v)).collect())
}

/// The entries of rows in some of the channels.
///
/// # Errors
/// The database fails.
pub fn find_entries(tx: &mut Tx<'_>, numbers: &[i64], entities: &[Uuid]) -> Result<Vec<FeedRow>> {
    let mut found = Vec::new();
    for chunk in entities.chunks(LIST) {
        let ids: Vec<Id<()>> = chunk.iter().copied().map(Id::new).collect();
        let keys = Keys::new(&ids);
        let rows: Vec<(i64, String, Id<()>, i64, i64, bool)> = on!(tx, |c| feed::table
            .filter(keys.hold(feed::entity).and(in_channels!(numbers)))
            .select((feed::channel, feed::kind, feed::entity, feed::seq, feed::v, feed::present))
            .load(c))
        .map_err(db_error)?;
        found.extend(rows.into_iter().map(|(channel, kind, entity, seq, v, present)| FeedRow {
            channel,
            kind,
            entity: entity.uuid(),
            seq,
            v,
            present,
        }));
    }
    Ok(found)
}
