//! Messages for the person: the answers to their mutations that were not plain, beside the conflicts that the feed carries.
//!
//! An answer can change later and no channel carries it. So a snapshot holds which messages the app had, and the difference is
//! exact.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    Ctx,
    sync::{limits::RESULT_DAYS, watermelon::changes::Changes},
};
use bazdid_domain::{
    account::Device,
    sync::journal::Journaled,
    watermelon::{Table, id, row::Row},
};
use bazdid_protocol::{error::Result, hex::hex, text_enum::TextEnum as _};
use bazdid_store::{Tx, mutation::list_notable};

/// Messages of a device; older ones go.
const MAX_MESSAGES: i64 = 200;

/// The messages that a device has now.
pub(super) fn list_messages(tx: &mut Tx<'_>, ctx: &Ctx, device: &Device) -> Result<BTreeMap<Uuid, Row>> {
    let found = list_notable(tx, device.id, ctx.now.plus_days(-RESULT_DAYS), MAX_MESSAGES)?;
    Ok(found.iter().filter_map(|answer| Some((answer.id.uuid(), row(answer)?))).collect())
}

/// The messages as a snapshot keeps them.
pub(super) fn hashes(messages: &BTreeMap<Uuid, Row>) -> BTreeMap<Uuid, String> {
    let hash = |row: &Row| {
        let digest = Sha256::digest(Value::Object(row.clone()).to_string());
        digest.first_chunk::<8>().map(|first| hex(first)).unwrap_or_default()
    };
    messages.iter().map(|(id, row)| (*id, hash(row))).collect()
}

/// Adds what changed in the messages since any of some snapshots. Of a message that is deleted for another reason (the app had changed it)
/// the row as it stands is told.
pub(super) fn add(changes: &mut Changes, messages: &BTreeMap<Uuid, Row>, had: &[BTreeMap<Uuid, String>]) {
    let here = changes.entry(Table::SyncMessages).or_default();
    let has = hashes(messages);
    let again: Vec<Uuid> = here.deleted.iter().filter_map(|text| id::read(text)).filter(|id| messages.contains_key(id)).collect();
    here.deleted.retain(|text| id::read(text).is_none_or(|id| !messages.contains_key(&id)));
    let gone: BTreeSet<Uuid> = had.iter().flat_map(BTreeMap::keys).filter(|id| !has.contains_key(id)).copied().collect();
    here.deleted.extend(gone.into_iter().map(id::write));
    let is_known = |id: &Uuid| !had.is_empty() && had.iter().all(|had| had.get(id) == has.get(id));
    here.updated.extend(messages.iter().filter(|(id, _)| !is_known(id) || again.contains(id)).map(|(_, row)| row.clone()));
}

fn row(answer: &Journaled) -> Option<Row> {
    let (table, subject) = subject(answer);
    let row = json!({
        "id": id::write(answer.id.uuid()), "kind": "result", "status": answer.status, "code": answer.code, "severity": null,
        "subject_table": table, "subject_id": subject, "ticket_id": null, "work_order_id": null, "detail": answer.detail, "data": null,
        "at": answer.at.micros().div_euclid(1_000),
    });
    if let Value::Object(row) = row { Some(row) } else { None }
}

/// Which row of the app an answer is about. Of what could not be read the journal keeps all that was sent.
fn subject(answer: &Journaled) -> (Option<Table>, Option<String>) {
    let said = |name: &str| answer.args.get(name).and_then(Value::as_str).filter(|_| answer.cmd == "?");
    if let Some(table) = said("table").and_then(|name| Table::parse(name).ok()) {
        return (Some(table), said("row").filter(|row| !row.is_empty()).map(str::to_owned));
    }
    let unread = answer.args.get("cmd").and_then(Value::as_str).filter(|_| answer.cmd == "?");
    let cmd = unread.unwrap_or(&answer.cmd);
    let args = if unread.is_some() { answer.args.get("args") } else { Some(&answer.args) };
    let argument = |name: &str| args.and_then(|a| a.get(name)).and_then(Value::as_str).and_then(|text| Uuid::parse_str(text).ok());
    let (table, subject) = match cmd.split('.').next().unwrap_or_default() {
        "ticket" => (Table::Tickets, Some(answer.entity)),
        "work" => (Table::WorkEvents, Some(answer.id.uuid())),
        "visit" => (Table::Visits, argument("visit")),
        "photo" => (Table::Photos, argument("photo")),
        "measurement" => (Table::Measurements, argument("measurement")),
        "note" => (Table::Notes, argument("note")),
        _ => return (None, None),
    };
    (Some(table), subject.map(id::write))
}
