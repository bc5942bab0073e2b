//! From entries of the feed to rows of the app's tables.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use bazdid_domain::watermelon::{
    Table, id,
    row::{Row, show},
};
use bazdid_protocol::{error::Result, text_enum::TextEnum as _};
use bazdid_store::{
    Tx,
    feed::{FeedRow, find_memberships},
    rows::load_rows,
};

/// What changed in a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TableChanges {
    /// Always empty: the app may have the row already, and says so with `sendCreatedAsUpdated`.
    pub created: Vec<Value>,
    /// Rows as they stand.
    pub updated: Vec<Row>,
    /// Rows that the device does not see (any more).
    pub deleted: Vec<String>,
}

/// What changed, by table; every table is there.
pub type Changes = BTreeMap<Table, TableChanges>;

/// Whether the app has rows that it may have to give up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// It has what a snapshot held.
    Since,
    /// It is told everything.
    Everything,
}

/// The rows that entries of the feed speak of. A row of which the entries say that a channel lost it is deleted if no other
/// channel of the device carries it.
pub(super) fn collect(tx: &mut Tx<'_>, numbers: &[i64], entries: &[FeedRow], extent: Extent) -> Result<Changes> {
    let mut changes: Changes = Table::ALL.iter().map(|table| (*table, TableChanges::default())).collect();
    let touched: BTreeSet<(Table, Uuid)> = entries.iter().filter_map(|e| Some((Table::of(&e.kind)?, e.entity))).collect();
    let mut carried: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    let ids: Vec<Uuid> = touched.iter().map(|(_, id)| *id).collect();
    let mut seen: BTreeSet<(Table, Uuid)> = BTreeSet::new();
    for chunk in ids.chunks(5_000) {
        for (_, kind, id) in find_memberships(tx, numbers, chunk)? {
            let Some(table) = Table::of(&kind) else { continue };
            if touched.contains(&(table, id)) && seen.insert((table, id)) {
                carried.entry(table.kind()).or_default().push(id);
            }
        }
    }
    let unit = load_rows(tx, &carried)?;
    for (table, row) in touched {
        let here = changes.entry(table).or_default();
        match Some(row).filter(|_| seen.contains(&(table, row))).and_then(|row| show(&unit, table, row)) {
            Some(row) => here.updated.push(row),
            None if extent == Extent::Since => here.deleted.push(id::write(row)),
            None => {}
        }
    }
    Ok(changes)
}
