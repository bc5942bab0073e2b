//! The catalogue of the domain events, from the same schemas as their files: the generated part of `docs/events.md`.

use std::fmt::Write as _;

use serde_json::Value;

use crate::http::document::{schemas, typescript};
use bazdid_protocol::{
    error::{Error, Result},
    event,
};

/// The catalogue as Markdown: a section for each kind of event, in the order in which one transaction tells them.
///
/// # Errors
/// A schema cannot be written.
pub fn catalogue() -> Result<String> {
    let all = schemas::all()?;
    let mut out = String::new();
    for described in event::described() {
        let name = described.name.trim_end_matches("Event");
        let data = all.get(name).ok_or_else(|| Error::internal(format!("there is no schema {name}")))?;
        // Writing to a text does not fail.
        let _ = writeln!(out, "\n### `{}`\n\n{}\n\n| `data` | type | |\n|---|---|---|", described.kind, text(data));
        for (field, schema) in data.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let shown = typescript::of(schema, "").replace('|', "\\|");
            let _ = writeln!(out, "| `{field}` | `{shown}` | {} |", text(schema));
        }
    }
    Ok(out)
}

/// What a schema says of itself. That of a reference which may be absent stands beside the reference.
fn text(schema: &Value) -> String {
    let said = |schema: &Value| schema.get("description").and_then(Value::as_str).map(|text| text.replace('\n', " "));
    let choices = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    said(schema).or_else(|| choices.filter_map(said).next()).unwrap_or_default()
}
