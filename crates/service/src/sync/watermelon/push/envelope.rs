//! The `changes` of a push, as the library makes them: `{table: {created: [row], updated: [row], deleted: [id]}}`. Each row is read by
//! itself: one that cannot be read costs no other.

use serde_json::{Map, Value};
use uuid::Uuid;

use bazdid_domain::watermelon::{Table, id, row_command::Sender};
use bazdid_protocol::{
    error::{Code, Error, FieldError, Result},
    ids::{MutationId, name_uuid},
    raw_json::{Broken, elements, members},
    text_enum::TextEnum as _,
};

/// What an id must look like, for messages.
const AN_ID: &str = "must be 16 letters and digits, as the library makes ids, or a UUID in lower case with hyphens";

/// A row that was sent as new or changed.
#[derive(Debug, Clone)]
pub struct SentRow {
    /// In which table.
    pub table: Table,
    /// Its id here.
    pub id: Uuid,
    /// Its columns.
    pub columns: Map<String, Value>,
}

/// A row, or the id of a deleted one, that cannot be read.
#[derive(Debug, Clone)]
pub struct UnreadRow {
    /// In which table.
    pub table: Table,
    /// Its id here, if that can be read.
    pub id: Option<Uuid>,
    /// Its id as it was sent; empty if there is none.
    pub sent_id: String,
    /// As it was sent.
    pub text: String,
    /// Why it cannot be read.
    pub why: String,
}

impl UnreadRow {
    /// Identity in the journal: follows from what was sent, so that what is sent again is known again.
    #[must_use]
    pub fn mutation_id(&self, sender: &Sender) -> MutationId {
        MutationId::new(name_uuid(&format!("watermelon|{}|{}|unread|{}", sender.device, self.table, self.text)))
    }
}

/// What was sent.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// Rows that are new or changed.
    pub rows: Vec<SentRow>,
    /// Rows that were deleted.
    pub deleted: Vec<(Table, Uuid)>,
    /// What of them cannot be read.
    pub unread: Vec<UnreadRow>,
}

impl Sent {
    /// How many rows there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.len() + self.deleted.len() + self.unread.len()
    }

    /// The rows that are named, with the orders that events are about.
    pub fn named(&self) -> impl Iterator<Item = (Table, Uuid)> {
        let orders = self.rows.iter().filter(|row| row.table == Table::WorkEvents).filter_map(|row| {
            let order = row.columns.get("work_order_id").and_then(Value::as_str).and_then(id::read)?;
            Some((Table::WorkOrders, order))
        });
        let unread = self.unread.iter().filter_map(|row| Some((row.table, row.id?)));
        self.rows.iter().map(|row| (row.table, row.id)).chain(self.deleted.iter().copied()).chain(unread).chain(orders)
    }
}

/// Reads the body of a push: `changes` itself, or an object that has it under this name. Tables that the server does not know are
/// the app's own and are passed over.
///
/// # Errors
/// The body cannot be taken apart into tables, lists and rows.
pub fn read(body: &str) -> Result<Sent> {
    let body = members(body).map_err(|e| broken("", e))?;
    let (front, tables) = match body.iter().find(|(name, _)| name == "changes") {
        Some((_, changes)) => ("/changes", members(changes).map_err(|e| broken("/changes", e))?),
        None => ("", body),
    };
    let mut sent = Sent::default();
    for (name, changes) in tables {
        let Ok(table) = Table::parse(&name) else { continue };
        let at = format!("{front}/{name}");
        for (list, rows) in members(changes).map_err(|e| broken(&at, e))? {
            let at = format!("{at}/{list}");
            match list.as_str() {
                "created" | "updated" => {
                    for text in elements(rows).map_err(|e| broken(&at, e))? {
                        match row(table, text) {
                            Ok(row) => sent.rows.push(row),
                            Err(unread) => sent.unread.push(unread),
                        }
                    }
                }
                "deleted" => {
                    for text in elements(rows).map_err(|e| broken(&at, e))? {
                        let sent_id: String = serde_json::from_str(text).unwrap_or_default();
                        match id::read(&sent_id) {
                            Some(id) => sent.deleted.push((table, id)),
                            None => sent.unread.push(UnreadRow { table, id: None, sent_id, text: text.to_owned(), why: AN_ID.to_owned() }),
                        }
                    }
                }
                _ => {}
            }
        }
    }
    Ok(sent)
}

fn row(table: Table, text: &str) -> Result<SentRow, UnreadRow> {
    let unread = |sent_id: String, why: String| UnreadRow { table, id: id::read(&sent_id), sent_id, text: text.to_owned(), why };
    let columns: Map<String, Value> = match serde_json::from_str(text) {
        Ok(columns) => columns,
        Err(e) => {
            let columns = members(text).unwrap_or_default();
            let sent_id = columns.iter().find(|(name, _)| name == "id").and_then(|(_, id)| serde_json::from_str(id).ok());
            return Err(unread(sent_id.unwrap_or_default(), format!("is no JSON object: {e}")));
        }
    };
    let sent_id = columns.get("id").and_then(Value::as_str).unwrap_or_default();
    match id::read(sent_id) {
        Some(id) => Ok(SentRow { table, id, columns }),
        None => Err(unread(sent_id.to_owned(), format!("/id: {AN_ID}"))),
    }
}

fn broken(at: &str, why: Broken) -> Error {
    Error {
        fields: vec![FieldError { pointer: at.to_owned(), detail: format!("is no JSON: {why}").into() }],
        ..Error::new(Code::BadEnvelope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_cannot_be_read_costs_that_row() {
        let body = r#"{"changes": {"notes": {"created": [
            {"id": "0000000000000001", "text": "a"}, {"id": "0000000000000002", "at": 1e999}, {"text": "c"}, 7, {"id": "no id"}],
            "deleted": ["0000000000000003", 4]}, "own": nonsense}}"#;
        let sent = read(body).unwrap();
        assert_eq!((sent.rows.len(), sent.deleted.len()), (1, 1));
        let unread: Vec<_> = sent.unread.iter().map(|u| (u.sent_id.as_str(), u.id.is_some())).collect();
        assert_eq!(unread, [("0000000000000002", true), ("", false), ("", false), ("no id", false), ("", false)]);
        for (body, pointer) in
            [("[]", ""), (r#"{"notes": []}"#, "/notes"), (r#"{"changes": {"notes": {"created": {}}}}"#, "/changes/notes/created")]
        {
            let error = read(body).unwrap_err();
            assert_eq!((error.code, error.fields[0].pointer.as_str()), (Code::BadEnvelope, pointer), "{body}");
        }
    }
}
