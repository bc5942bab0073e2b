//! Snapshots that apps of WatermelonDB name by their numbers: how far each had read the feed, and which messages it had.

use std::collections::BTreeMap;

use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    schema::watermelon_snapshots,
    sql::{Json, db_error},
    tx::Tx,
};
use bazdid_protocol::{error::Result, ids::DeviceId, time::Timestamp};

/// What an app had after a pull.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Whose it is.
    pub device: DeviceId,
    /// Its number; grows with each snapshot of the device.
    pub number: i64,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// How far it had read each channel: a sealed cursor.
    pub positions: String,
    /// The messages that it had, each with a hash of its content.
    pub messages: BTreeMap<Uuid, String>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = watermelon_snapshots, treat_none_as_default_value = false)]
struct SnapshotRow {
    device_id: DeviceId,
    number: i64,
    taken_at: Timestamp,
    positions: String,
    messages: Json<BTreeMap<Uuid, String>>,
}

impl From<SnapshotRow> for Snapshot {
    fn from(r: SnapshotRow) -> Self {
        Self { device: r.device_id, number: r.number, taken_at: r.taken_at, positions: r.positions, messages: r.messages.0 }
    }
}

/// A snapshot of a device.
///
/// # Errors
/// The database fails.
pub fn find_snapshot(tx: &mut Tx<'_>, device: DeviceId, number: i64) -> Result<Option<Snapshot>> {
    let row: Option<SnapshotRow> = on!(tx, |c| watermelon_snapshots::table
        .filter(watermelon_snapshots::device_id.eq(device).and(watermelon_snapshots::number.eq(number)))
        .select(SnapshotRow::as_select())
        .first(c)
        .optional())
    .map_err(db_error)?;
    Ok(row.map(Snapshot::from))
}

/// The snapshots of a device with numbers from one on, the lowest first.
///
/// # Errors
/// The database fails.
pub fn list_snapshots(tx: &mut Tx<'_>, device: DeviceId, from: i64) -> Result<Vec<Snapshot>> {
    let rows: Vec<SnapshotRow> = on!(tx, |c| watermelon_snapshots::table
        .filter(watermelon_snapshots::device_id.eq(device).and(watermelon_snapshots::number.ge(from)))
        .order(watermelon_snapshots::number)
        .select(SnapshotRow::as_select())
        .load(c))
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Snapshot::from).collect())
}

/// Devices that ever had a snapshot.
///
/// # Errors
/// The database fails.
pub fn list_devices(tx: &mut Tx<'_>) -> Result<Vec<DeviceId>> {
    on!(tx, |c| watermelon_snapshots::table
        .select(watermelon_snapshots::device_id)
        .distinct()
        .order(watermelon_snapshots::device_id)
        .load(c))
    .map_err(db_error)
}

/// Numbers of the newest snapshots of a device, the newest first.
///
/// # Errors
/// The database fails.
pub fn list_numbers(tx: &mut Tx<'_>, device: DeviceId, limit: i64) -> Result<Vec<i64>> {
    on!(tx, |c| watermelon_snapshots::table
        .filter(watermelon_snapshots::device_id.eq(device))
        .order(watermelon_snapshots::number.desc())
        .limit(limit)
        .select(watermelon_snapshots::number)
        .load(c))
    .map_err(db_error)
}

/// Adds a snapshot.
///
/// # Errors
/// The number is taken; the database fails.
pub fn insert_snapshot(tx: &mut Tx<'_>, snapshot: &Snapshot) -> Result<()> {
    let row = SnapshotRow {
        device_id: snapshot.device,
        number: snapshot.number,
        taken_at: snapshot.taken_at,
        positions: snapshot.positions.clone(),
        messages: Json(snapshot.messages.clone()),
    };
    on!(tx, |c| diesel::insert_into(watermelon_snapshots::table).values(&row).execute(c)).map(drop).map_err(db_error)
}

/// Forgets the snapshots of a device with numbers below one.
///
/// # Errors
/// The database fails.
pub fn delete_snapshots(tx: &mut Tx<'_>, device: DeviceId, below: i64) -> Result<usize> {
    on!(tx, |c| diesel::delete(
        watermelon_snapshots::table.filter(watermelon_snapshots::device_id.eq(device).and(watermelon_snapshots::number.lt(below)))
    )
    .execute(c))
    .map_err(db_error)
}
