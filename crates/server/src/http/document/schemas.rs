//! JSON Schemas (draft 2020-12) of the rows and the commands of the sync and of the domain events, for programs that read neither Rust nor OpenAPI.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use bazdid_domain::watermelon::schema::app_schema;
use bazdid_protocol::{
    envelope::{PullRequest, PullResponse, PushRequest, PushResponse},
    error::{Error, Result},
    event,
    openapi::{Event, Mutation, commands},
    repair::{FetchRequest, FetchResponse, ManifestRequest, ManifestResponse},
    rows::described,
};

/// The prefix of a reference in the document.
const COMPONENT: &str = "#/components/schemas/";
/// Says which JSON Schema it is.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Named schemas as JSON.
pub(super) type Named = BTreeMap<String, Value>;

/// The files: their paths below `api-spec` and what stands in them.
///
/// # Errors
/// A schema cannot be written.
pub fn files() -> Result<Vec<(String, String)>> {
    let all = all()?;
    let mut files = Vec::new();
    for row in described() {
        files.push((format!("schemas/rows/{}.json", row.kind), file(&all, &row.name)?));
    }
    for command in commands() {
        let name = format!("{}Mutation", command.name.trim_end_matches("Args"));
        files.push((format!("schemas/commands/{}.v1.json", command.cmd), file(&all, &name)?));
    }
    let app =
        serde_json::to_string_pretty(&app_schema()).map_err(|e| Error::internal("the app's schema cannot be written").caused_by(e))?;
    files.push(("watermelon-schema.json".to_owned(), format!("{app}\n")));
    for event in event::described() {
        files.push((format!("schemas/events/{}.json", event.kind), file(&all, &event.name)?));
    }
    Ok(files)
}

/// Every schema of the sync and of the events with all that it refers to.
///
/// # Errors
/// A schema cannot be written.
pub(super) fn all() -> Result<Named> {
    let mut all = Vec::new();
    add::<PushRequest>(&mut all);
    add::<PushResponse>(&mut all);
    add::<PullRequest>(&mut all);
    add::<PullResponse>(&mut all);
    add::<ManifestRequest>(&mut all);
    add::<ManifestResponse>(&mut all);
    add::<FetchRequest>(&mut all);
    add::<FetchResponse>(&mut all);
    add::<Mutation>(&mut all);
    add::<Event>(&mut all);
    all.into_iter().map(|(name, schema)| Ok((name, json(&schema)?))).collect()
}

fn add<T: PartialSchema + ToSchema>(all: &mut Vec<(String, RefOr<Schema>)>) {
    all.push((T::name().into_owned(), T::schema()));
    T::schemas(all);
}

fn json(schema: &RefOr<Schema>) -> Result<Value> {
    serde_json::to_value(schema).map_err(|e| Error::internal("a schema cannot be written").caused_by(e))
}

fn file(all: &Named, name: &str) -> Result<String> {
    let schema = all.get(name).ok_or_else(|| Error::internal(format!("there is no schema {name}")))?;
    let mut definitions = Map::new();
    let mut open = references(schema);
    while let Some(name) = open.pop() {
        if let Some(found) = all.get(&name).filter(|_| !definitions.contains_key(&name)) {
            open.extend(references(found));
            definitions.insert(name, local(found));
        }
    }
    let mut whole = Map::from_iter([("$schema".to_owned(), json!(DIALECT)), ("title".to_owned(), json!(name))]);
    if let Value::Object(members) = local(schema) {
        whole.extend(members);
    }
    if !definitions.is_empty() {
        whole.insert("$defs".into(), definitions.into());
    }
    let mut text = serde_json::to_string_pretty(&whole).map_err(|e| Error::internal("a schema cannot be written").caused_by(e))?;
    text.push('\n');
    Ok(text)
}

/// The names that a schema refers to.
pub(super) fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, value)| match value.as_str().and_then(|r| r.strip_prefix(COMPONENT)).filter(|_| key == "$ref") {
                Some(name) => vec![name.to_owned()],
                None => references(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// The schema with its references below `$defs`, and without what only OpenAPI knows.
fn local(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => members
            .iter()
            .filter(|(key, value)| !(*key == "discriminator" && value.get("propertyName").is_some()))
            .map(|(key, value)| match value.as_str().and_then(|r| r.strip_prefix(COMPONENT)) {
                Some(name) => (key.clone(), json!(format!("#/$defs/{name}"))),
                None => (key.clone(), local(value)),
            })
            .collect(),
        Value::Array(items) => items.iter().map(local).collect(),
        other => other.clone(),
    }
}
