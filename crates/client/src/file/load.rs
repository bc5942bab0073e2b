//! Reading a file that was written before.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    str::FromStr,
};

use diesel::{
    OptionalExtension as _, QueryableByName, RunQueryDsl as _,
    sql_types::{BigInt, Nullable, Text},
};
use serde::de::DeserializeOwned;

use crate::{
    DeviceState,
    copy::{Key, LocalCopy, Row, stored::Reading},
    file::{DeviceFile, Result, StorageError, write::DeviceRow},
    outbox::{Entry, Outbox, stored::Sequence},
};
use bazdid_protocol::channel::Channel;

#[derive(QueryableByName)]
struct StoredDevice {
    #[diesel(sql_type = Text)]
    account: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    nonce: String,
    #[diesel(sql_type = Nullable<Text>)]
    device: Option<String>,
    #[diesel(sql_type = Text)]
    former: String,
    #[diesel(sql_type = BigInt)]
    forks: i64,
    #[diesel(sql_type = BigInt)]
    numbering: i64,
    #[diesel(sql_type = BigInt)]
    before_seq: i64,
    #[diesel(sql_type = Nullable<Text>)]
    before_chain: Option<String>,
    #[diesel(sql_type = Text)]
    channels: String,
    #[diesel(sql_type = Nullable<Text>)]
    cursor: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    feed_epoch: Option<String>,
    #[diesel(sql_type = BigInt)]
    complete: i64,
}

#[derive(QueryableByName)]
struct StoredRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = BigInt)]
    v: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    ts: Option<i64>,
    #[diesel(sql_type = Text)]
    channels: String,
    #[diesel(sql_type = Text)]
    body: String,
}

#[derive(QueryableByName)]
struct StoredMembership {
    #[diesel(sql_type = Text)]
    channel: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    id: String,
}

#[derive(QueryableByName)]
struct StoredEntry {
    #[diesel(sql_type = BigInt)]
    numbering: i64,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    deed: String,
    #[diesel(sql_type = Nullable<Text>)]
    result: Option<String>,
    #[diesel(sql_type = BigInt)]
    settled: i64,
}

impl DeviceFile {
    /// What the file holds; nothing if no device was ever written.
    pub(super) fn load(&mut self) -> Result<Option<DeviceState>> {
        let Some(stored) = diesel::sql_query("SELECT * FROM device").get_result::<StoredDevice>(&mut self.conn).optional()? else {
            return Ok(None);
        };
        let device = device_row(stored)?;
        let (rows, unconfirmed) = (self.rows()?, self.memberships()?);
        self.unconfirmed = !unconfirmed.is_empty();
        let outbox = Outbox::put_together(self.entries()?, device.sequence);
        let DeviceRow { account, name, nonce, device: id, former, forks, reading, .. } = device.clone();
        self.device = Some(device);
        let copy = LocalCopy::put_together(rows, unconfirmed, reading);
        Ok(Some(DeviceState { device: id, nonce, name, account, copy, outbox, forks, former }))
    }

    fn rows(&mut self) -> Result<BTreeMap<Key, Row>> {
        let stored: Vec<StoredRow> = diesel::sql_query("SELECT * FROM copy_row").load(&mut self.conn)?;
        let row = |r: StoredRow| {
            let row = Row { v: r.v, ts: r.ts, row: json(&r.body)?, channels: json(&r.channels)? };
            Ok(((r.kind, parse(&r.id)?), row))
        };
        stored.into_iter().map(row).collect()
    }

    fn memberships(&mut self) -> Result<BTreeMap<Channel, BTreeSet<Key>>> {
        let stored: Vec<StoredMembership> = diesel::sql_query("SELECT * FROM unconfirmed").load(&mut self.conn)?;
        let mut found: BTreeMap<Channel, BTreeSet<Key>> = BTreeMap::new();
        for m in stored {
            found.entry(parse(&m.channel)?).or_default().insert((m.kind, parse(&m.id)?));
        }
        Ok(found)
    }

    fn entries(&mut self) -> Result<Vec<Entry>> {
        const ENTRIES: &str = "SELECT numbering, seq, deed, result, settled FROM entry ORDER BY numbering, seq";
        let stored: Vec<StoredEntry> = diesel::sql_query(ENTRIES).load(&mut self.conn)?;
        let entry = |e: StoredEntry| {
            let result = e.result.as_deref().map(json).transpose()?;
            Ok(Entry { numbering: e.numbering, seq: e.seq, result, settled: e.settled != 0, ..json(&e.deed)? })
        };
        stored.into_iter().map(entry).collect()
    }
}

fn device_row(stored: StoredDevice) -> Result<DeviceRow> {
    Ok(DeviceRow {
        account: parse(&stored.account)?,
        name: stored.name,
        nonce: stored.nonce,
        device: stored.device.as_deref().map(parse).transpose()?,
        former: json(&stored.former)?,
        forks: u32::try_from(stored.forks).map_err(damaged)?,
        sequence: Sequence {
            numbering: stored.numbering,
            before_seq: stored.before_seq,
            before_chain: stored.before_chain.as_deref().map(parse).transpose()?,
        },
        reading: Reading {
            channels: json(&stored.channels)?,
            cursor: stored.cursor,
            feed_epoch: stored.feed_epoch,
            complete: stored.complete != 0,
        },
    })
}

fn parse<T: FromStr<Err: Display>>(text: &str) -> Result<T> {
    text.parse().map_err(damaged)
}

fn json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(damaged)
}

fn damaged(error: impl Display) -> StorageError {
    StorageError::Damaged(error.to_string())
}
