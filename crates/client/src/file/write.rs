//! Writing what changed, as one transaction. Many rows go in one statement, as one JSON text: SQLite takes it apart.

use diesel::{RunQueryDsl as _, SqliteConnection, sql_types::Text};
use serde_json::{Value, json};

use crate::{
    DeviceState,
    copy::stored::Reading,
    file::{DeviceFile, Outlives, Result, StorageError},
    outbox::{Entry, stored::Sequence},
};
use bazdid_protocol::ids::{AccountId, DeviceId};

/// Rows in one statement.
const CHUNK: usize = 500;

const PUT_DEVICE: &str = "INSERT OR REPLACE INTO device (one, account, name, nonce, device, former, forks, numbering, before_seq, before_chain, \
    channels, cursor, feed_epoch, complete) SELECT 1, ?1 ->> 0, ?1 ->> 1, ?1 ->> 2, ?1 ->> 3, ?1 -> 4, ?1 ->> 5, ?1 ->> 6, ?1 ->> 7, ?1 ->> 8, \
    ?1 -> 9, ?1 ->> 10, ?1 ->> 11, ?1 ->> 12";
const PUT_ROWS: &str = "INSERT INTO copy_row (kind, id, v, ts, channels, body) \
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value -> 4, value ->> 5 FROM json_each(?1) WHERE true \
    ON CONFLICT (kind, id) DO UPDATE SET v = excluded.v, ts = excluded.ts, channels = excluded.channels, body = excluded.body";
const DROP_ROWS: &str = "DELETE FROM copy_row WHERE (kind, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))";
const FORGET_CHANNELS: &str = "DELETE FROM unconfirmed WHERE channel IN (SELECT value FROM json_each(?1))";
const FORGET_KEYS: &str = "DELETE FROM unconfirmed WHERE (kind, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))";
const PUT_UNCONFIRMED: &str = "INSERT OR IGNORE INTO unconfirmed (channel, kind, id) \
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1)";
const PUT_ENTRIES: &str = "INSERT INTO entry (id, numbering, seq, deed, result, settled) \
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?1) WHERE true \
    ON CONFLICT (id) DO UPDATE SET numbering = excluded.numbering, seq = excluded.seq, result = excluded.result, settled = excluded.settled";
const DROP_ENTRIES: &str = "DELETE FROM entry WHERE id IN (SELECT value FROM json_each(?1))";

/// The row of the device.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DeviceRow {
    pub(super) account: AccountId,
    pub(super) name: String,
    pub(super) nonce: String,
    pub(super) device: Option<DeviceId>,
    pub(super) former: Vec<DeviceId>,
    pub(super) forks: u32,
    pub(super) sequence: Sequence,
    pub(super) reading: Reading,
}

impl DeviceRow {
    fn of(state: &DeviceState) -> Self {
        Self {
            account: state.account,
            name: state.name.clone(),
            nonce: state.nonce.clone(),
            device: state.device,
            former: state.former.clone(),
            forks: state.forks,
            sequence: state.outbox.sequence(),
            reading: state.copy.reading(),
        }
    }

    fn text(&self) -> String {
        let Self { account, name, nonce, device, former, forks, sequence, reading } = self;
        let Sequence { numbering, before_seq, before_chain } = sequence;
        let Reading { channels, cursor, feed_epoch, complete } = reading;
        json!([
            account,
            name,
            nonce,
            device,
            former,
            forks,
            numbering,
            before_seq,
            before_chain,
            channels,
            cursor,
            feed_epoch,
            i32::from(*complete),
        ])
        .to_string()
    }
}

impl DeviceFile {
    /// Writes what of the state the file does not hold; all of it or nothing. Nothing to write is no transaction.
    ///
    /// # Errors
    /// The file cannot be written: it is as it was, and the next call writes what this one could not.
    pub(crate) fn save(&mut self, state: &mut DeviceState, outlives: Outlives) -> Result<()> {
        let device = DeviceRow::of(state);
        let changed = (self.device.as_ref() != Some(&device)).then(|| device.text());
        let (rows, begun) = (state.copy.unwritten_rows(), state.copy.begun());
        let memberships = state.copy.unwritten_memberships();
        let entries = state.outbox.unwritten();
        let nothing = rows.put.is_empty() && rows.gone.is_empty() && entries.put.is_empty() && entries.gone.is_empty();
        if changed.is_none() && nothing && begun.is_empty() && !rows.all && !entries.all {
            return Ok(());
        }
        self.set(outlives)?;
        let unconfirmed = self.unconfirmed;
        self.conn.immediate_transaction::<_, StorageError, _>(|conn| {
            if rows.all {
                empty(conn, &["copy_row", "unconfirmed"])?;
            }
            put(conn, PUT_ROWS, &rows.put, |((kind, id), row)| json!([kind, id, row.v, row.ts, row.channels, row.row.to_string()]))?;
            put(conn, DROP_ROWS, &rows.gone, |(kind, id)| json!([kind, id]))?;
            if unconfirmed && !rows.all {
                put(conn, FORGET_CHANNELS, &begun, |channel| json!(channel))?;
                put(conn, FORGET_KEYS, &rows.put, |((kind, id), _)| json!([kind, id]))?;
                put(conn, FORGET_KEYS, &rows.gone, |(kind, id)| json!([kind, id]))?;
            }
            put(conn, PUT_UNCONFIRMED, &memberships, |(channel, (kind, id))| json!([channel, kind, id]))?;
            if entries.all {
                empty(conn, &["entry"])?;
            }
            put(conn, DROP_ENTRIES, &entries.gone, |id| json!(id))?;
            put(conn, PUT_ENTRIES, &entries.put, |entry| entry_row(entry))?;
            if let Some(text) = &changed {
                run(conn, PUT_DEVICE, text)?;
            }
            Ok(())
        })?;
        self.unconfirmed = state.copy.has_unconfirmed();
        self.device = Some(device);
        state.copy.is_written();
        state.outbox.is_written();
        Ok(())
    }
}

fn entry_row(entry: &Entry) -> Value {
    let result = entry.result.as_ref().map(|r| json!(r).to_string());
    json!([entry.id, entry.numbering, entry.seq, json!(entry).to_string(), result, i32::from(entry.settled)])
}

/// Runs a statement over rows, many at once.
fn put<T>(conn: &mut SqliteConnection, sql: &str, rows: &[T], as_json: impl Fn(&T) -> Value) -> Result<()> {
    for chunk in rows.chunks(CHUNK) {
        run(conn, sql, &chunk.iter().map(&as_json).collect::<Value>().to_string())?;
    }
    Ok(())
}

fn run(conn: &mut SqliteConnection, sql: &str, text: &str) -> Result<()> {
    diesel::sql_query(sql).bind::<Text, _>(text).execute(conn)?;
    Ok(())
}

fn empty(conn: &mut SqliteConnection, tables: &[&str]) -> Result<()> {
    for table in tables {
        diesel::sql_query(format!("DELETE FROM {table}")).execute(conn)?;
    }
    Ok(())
}
