//! The columns of the app's tables: what an app declares, and what [`crate::watermelon::row`] fills.

use serde_json::{Value, json};

use crate::watermelon::Table;
use bazdid_protocol::text_enum::TextEnum as _;

/// The version of the schema that an app declares.
pub const VERSION: u32 = 1;

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Whether it holds a number; otherwise a text.
    pub is_number: bool,
    /// Whether every row has a value.
    pub is_required: bool,
}

/// A text that may be absent.
const fn text(name: &'static str) -> Column {
    Column { name, is_number: false, is_required: false }
}

/// A number that may be absent.
const fn number(name: &'static str) -> Column {
    Column { name, is_number: true, is_required: false }
}

impl Column {
    const fn required(self) -> Self {
        Self { is_required: true, ..self }
    }
}

/// The columns of a table beside `id`.
#[must_use]
pub const fn columns(table: Table) -> &'static [Column] {
    match table {
        Table::Tickets => {
            const {
                &[
                    text("text").required(),
                    text("address_text"),
                    text("category_id").required(),
                    text("code"),
                    text("point_source"),
                    text("areas"),
                    text("boundary"),
                    text("priority"),
                    text("hazard"),
                    text("status"),
                    text("status_reason"),
                    text("origin"),
                    text("duplicate_of"),
                    text("actor_id"),
                    number("lat").required(),
                    number("lon").required(),
                    number("accuracy_m"),
                    number("promise_at"),
                    number("supporters"),
                    number("created_at").required(),
                    number("updated_at").required(),
                ]
            }
        }
        Table::WorkOrders => {
            const {
                &[
                    text("ticket_id"),
                    text("kind"),
                    text("state"),
                    text("assignment_id"),
                    text("organisation_id"),
                    text("account_id"),
                    text("evidence"),
                    text("flags"),
                    text("reason"),
                    text("findings"),
                    number("epoch"),
                    number("round"),
                    number("accept_due"),
                    number("resolve_due"),
                    number("review_at"),
                    number("created_at").required(),
                ]
            }
        }
        Table::WorkEvents => {
            const {
                &[
                    text("work_order_id").required(),
                    text("kind").required(),
                    text("visit_id"),
                    text("reason"),
                    text("summary"),
                    text("quantities"),
                    text("ticket_id"),
                    text("actor_id"),
                    text("standing"),
                    number("epoch").required(),
                    number("at"),
                    number("review_at"),
                ]
            }
        }
        Table::Visits => {
            const {
                &[
                    text("ticket_id"),
                    text("work_order_id"),
                    text("kind").required(),
                    text("mock"),
                    text("outcome"),
                    text("actor_id"),
                    number("arrived_at").required(),
                    number("left_at"),
                    number("lat"),
                    number("lon"),
                    number("accuracy_m"),
                    number("distance_m"),
                ]
            }
        }
        Table::Photos => {
            const {
                &[
                    text("ticket_id"),
                    text("work_order_id"),
                    text("visit_id"),
                    text("kind").required(),
                    text("sha256").required(),
                    text("mime").required(),
                    text("mock"),
                    text("actor_id"),
                    text("state"),
                    text("verdicts"),
                    number("bytes").required(),
                    number("width"),
                    number("height"),
                    number("captured_at").required(),
                    number("lat"),
                    number("lon"),
                    number("accuracy_m"),
                    number("heading_deg"),
                ]
            }
        }
        Table::Measurements => {
            const {
                &[
                    text("ticket_id"),
                    text("work_order_id"),
                    text("visit_id"),
                    text("item").required(),
                    text("unit").required(),
                    text("supersedes"),
                    text("actor_id"),
                    number("quantity").required(),
                    number("epoch"),
                    number("at"),
                ]
            }
        }
        Table::Notes => {
            const { &[text("ticket_id"), text("work_order_id"), text("text").required(), text("actor_id"), text("audience"), number("at")] }
        }
        Table::SyncMessages => {
            const {
                &[
                    text("kind"),
                    text("status"),
                    text("code"),
                    text("severity"),
                    text("subject_table"),
                    text("subject_id"),
                    text("ticket_id"),
                    text("work_order_id"),
                    text("detail"),
                    text("data"),
                    number("at"),
                ]
            }
        }
    }
}

/// The schema as the library's `appSchema` takes it: `{version, tables: [{name, columns: [{name, type, isOptional?}]}]}`.
#[must_use]
pub fn app_schema() -> Value {
    let column = |c: &Column| {
        let kind = if c.is_number { "number" } else { "string" };
        if c.is_required { json!({ "name": c.name, "type": kind }) } else { json!({ "name": c.name, "type": kind, "isOptional": true }) }
    };
    let table = |t: &Table| json!({ "name": t, "columns": columns(*t).iter().map(column).collect::<Vec<_>>() });
    json!({ "version": VERSION, "tables": Table::ALL.iter().map(table).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::PathBuf};

    use super::*;

    /// The table of columns of `api-spec/watermelon.md`: for each table its texts and its numbers with what is required.
    fn documented(table: Table) -> Vec<(String, bool, bool)> {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../api-spec/watermelon.md");
        let text = fs::read_to_string(file).unwrap();
        let line = text.lines().find(|l| l.starts_with(&format!("| `{table}` | ")) && l.matches('|').count() == 4).unwrap();
        let cells: Vec<&str> = line.split('|').collect();
        let mut found = Vec::new();
        for (cell, is_number) in [(cells[2], false), (cells[3], true)] {
            // What stands in brackets explains a column.
            let mut depth = 0;
            let plain: String = cell
                .chars()
                .filter(|c| {
                    depth += i32::from(*c == '(');
                    let outside = depth == 0;
                    depth -= i32::from(*c == ')');
                    outside
                })
                .collect();
            for part in plain.split([',']).flat_map(|p| p.split(" or ")) {
                let name: String = part.split('`').nth(1).unwrap().to_owned();
                found.push((name, is_number, part.contains('!')));
            }
        }
        found
    }

    #[test]
    fn the_documented_columns_are_those_of_the_schema() {
        for table in Table::ALL {
            let ours: BTreeSet<_> = columns(*table).iter().map(|c| (c.name.to_owned(), c.is_number, c.is_required)).collect();
            assert_eq!(ours, documented(*table).into_iter().collect(), "{table}");
            assert_eq!(ours.len(), columns(*table).len(), "{table} names a column twice");
        }
    }
}
