//! The `changes` of a push, as the library makes them: `{table: {created: [row], updated: [row], deleted: [id]}}`.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    domain::{text_enum::TextEnum as _, watermelon::Table, watermelon::id},
    error::{Code, Error, FieldError, Result},
};

/// A row that was sent as new or changed.
#[derive(Debug, Clone, Copy)]
pub struct SentRow<'a> {
    /// In which table.
    pub table: Table,
    /// Its id here.
    pub id: Uuid,
    /// Its columns.
    pub columns: &'a Map<String, Value>,
}

/// What was sent.
#[derive(Debug, Clone, Default)]
pub struct Sent<'a> {
    /// Rows that are new or changed.
    pub rows: Vec<SentRow<'a>>,
    /// Rows that were deleted.
    pub deleted: Vec<(Table, Uuid)>,
}

impl Sent<'_> {
    /// The rows that are named, with the orders that events are about.
    pub fn named(&self) -> impl Iterator<Item = (Table, Uuid)> {
        let orders = self.rows.iter().filter(|row| row.table == Table::WorkEvents).filter_map(|row| {
            let order = row.columns.get("work_order_id").and_then(Value::as_str).and_then(id::read)?;
            Some((Table::WorkOrders, order))
        });
        self.rows.iter().map(|row| (row.table, row.id)).chain(self.deleted.iter().copied()).chain(orders)
    }
}

/// Reads the body of a push: `changes` itself, or an object that has it under this name. Tables that the server does not know are
/// the app's own and are passed over.
///
/// # Errors
/// It has another shape, or a row has no id that can stand for a UUID.
pub fn read(body: &Value) -> Result<Sent<'_>> {
    let (front, tables) = match body.get("changes") {
        Some(changes) => ("/changes", changes),
        None => ("", body),
    };
    let mut sent = Sent::default();
    for (name, changes) in object(tables, front)? {
        let Ok(table) = Table::parse(name) else { continue };
        let at = format!("{front}/{name}");
        let changes = object(changes, &at)?;
        for list in ["created", "updated"] {
            for (place, row) in array(changes, list, &at)?.iter().enumerate() {
                let at = format!("{at}/{list}/{place}");
                let columns = object(row, &at)?;
                sent.rows.push(SentRow { table, id: identity(columns.get("id"), &format!("{at}/id"))?, columns });
            }
        }
        for (place, row) in array(changes, "deleted", &at)?.iter().enumerate() {
            sent.deleted.push((table, identity(Some(row), &format!("{at}/deleted/{place}"))?));
        }
    }
    Ok(sent)
}

fn object<'a>(value: &'a Value, at: &str) -> Result<&'a Map<String, Value>> {
    value.as_object().ok_or_else(|| fault(at, "must be an object"))
}

fn array<'a>(changes: &'a Map<String, Value>, name: &str, at: &str) -> Result<&'a [Value]> {
    match changes.get(name) {
        None => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(fault(&format!("{at}/{name}"), "must be an array")),
    }
}

fn identity(value: Option<&Value>, at: &str) -> Result<Uuid> {
    let read = value.and_then(Value::as_str).and_then(id::read);
    read.ok_or_else(|| fault(at, "must be 16 letters and digits, as the library makes ids, or a UUID in lower case with hyphens"))
}

fn fault(at: &str, why: &str) -> Error {
    Error { fields: vec![FieldError { pointer: at.to_owned(), detail: why.to_owned() }], ..Error::new(Code::BadEnvelope) }
}
