//! Every response that an API test receives is checked against the OpenAPI document: status, content type, body. So the document cannot
//! say what the server does not do.
//!
//! Bodies are checked more strictly than the document asks: a field that the document does not name is an error here, though clients have
//! to ignore it.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    fs,
    path::Path,
    sync::{Arc, LazyLock, Mutex},
};

use bazdid_server::http::document;
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

static DOCUMENT: LazyLock<Document> = LazyLock::new(Document::read);

/// Checks a response. The body of a stream that does not end is not known.
#[track_caller]
pub fn check(method: &str, path: &str, status: u16, media_type: &str, body: Option<&[u8]>) {
    let path = path.split('?').next().unwrap();
    if let Err(why) = DOCUMENT.check(method, path, status, media_type, body) {
        let text = body.map(|b| String::from_utf8_lossy(b).chars().take(2_000).collect::<String>());
        panic!("{method} {path} answered {status} {media_type}, which the document does not allow: {why}\n{}", text.unwrap_or_default());
    }
}

/// The whole document as JSON.
pub fn root() -> &'static Value {
    &DOCUMENT.root
}

/// What is wrong with a value of the document by a schema of it, such as an example.
pub fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let validator = DOCUMENT.compile(schema, true);
    validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

struct Document {
    root: Value,
    /// Schemas by name, each closed against fields that it does not name (`closed`) and as it is (`open`), for those that others extend.
    schemas: BTreeMap<String, Value>,
    validators: Mutex<BTreeMap<String, Arc<Validator>>>,
    /// Operations with the statuses that were seen.
    seen: Mutex<BTreeMap<String, BTreeSet<u16>>>,
}

impl Document {
    fn read() -> Self {
        let root = serde_json::to_value(document::document()).unwrap();
        let mut schemas = BTreeMap::new();
        for (name, schema) in root["components"]["schemas"].as_object().unwrap() {
            schemas.insert(format!("open_{name}"), close(schema, true));
            schemas.insert(format!("closed_{name}"), close(schema, false));
        }
        Self { root, schemas, validators: Mutex::default(), seen: Mutex::default() }
    }

    /// The operation of a request; of two paths that fit the one with fewer parameters.
    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let fits = |pattern: &str| {
            let (a, b): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
            a.len() == b.len() && a.iter().zip(&b).all(|(p, s)| p.starts_with('{') || p == s)
        };
        let paths = self.root["paths"].as_object().unwrap();
        let found = paths.iter().filter(|(pattern, _)| fits(pattern)).min_by_key(|(pattern, _)| pattern.matches('{').count());
        found?.1.get(method.to_ascii_lowercase())
    }

    fn check(&self, method: &str, path: &str, status: u16, media_type: &str, body: Option<&[u8]>) -> Result<(), String> {
        let Some(operation) = self.operation(method, path) else { return Ok(()) };
        let id = operation["operationId"].as_str().unwrap();
        self.note(id, status);
        let responses = operation["responses"].as_object().unwrap();
        let Some(response) = responses.get(&status.to_string()) else {
            return Err(format!("{id} has only {:?}", responses.keys().collect::<Vec<_>>()));
        };
        let response = match response["$ref"].as_str() {
            Some(name) => self.root.pointer(name.trim_start_matches('#')).unwrap(),
            None => response,
        };
        if method == "HEAD" {
            return Ok(());
        }
        let Some(content) = response["content"].as_object() else {
            return if body.is_none_or(<[u8]>::is_empty) { Ok(()) } else { Err("it should have no body".into()) };
        };
        let essence = media_type.split(';').next().unwrap().trim();
        let fits = |key: &str| key == essence || key.strip_suffix('*').is_some_and(|front| essence.starts_with(front));
        let Some((key, content)) = content.iter().find(|(key, _)| fits(key)) else {
            return Err(format!("it should be {:?}", content.keys().collect::<Vec<_>>()));
        };
        let Some(body) = body.filter(|_| key.ends_with("json")) else { return Ok(()) };
        let value: Value = serde_json::from_slice(body).map_err(|e| format!("it is no JSON: {e}"))?;
        let validator = self.validator(&format!("{id} {status} {key}"), &content["schema"], !key.contains("problem"));
        let faults: Vec<String> = validator.iter_errors(&value).take(5).map(|e| format!("{}: {e}", e.instance_path())).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").chars().take(4_000).collect()) }
    }

    fn validator(&self, name: &str, schema: &Value, strict: bool) -> Arc<Validator> {
        if let Some(known) = self.validators.lock().unwrap().get(name) {
            return Arc::clone(known);
        }
        let made = Arc::new(self.compile(schema, strict));
        self.validators.lock().unwrap().insert(name.to_owned(), Arc::clone(&made));
        made
    }

    /// A schema with what it refers to.
    fn compile(&self, schema: &Value, strict: bool) -> Validator {
        let schema = close(schema, !strict);
        let mut needed = BTreeMap::new();
        let mut open = references(&schema);
        while let Some(name) = open.pop() {
            if let Entry::Vacant(free) = needed.entry(name) {
                let found = &self.schemas[free.key()];
                open.extend(references(found));
                free.insert(found.clone());
            }
        }
        let whole = json!({ "$ref": "#/$defs/it", "$defs": needed.into_iter().chain([("it".to_owned(), schema)]).collect::<Map<_, _>>() });
        jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).build(&whole).unwrap()
    }

    /// Keeps `target/api-operations.txt` up to date: what the tests have exercised.
    fn note(&self, id: &str, status: u16) {
        let mut seen = self.seen.lock().unwrap();
        if seen.entry(id.to_owned()).or_default().insert(status) {
            let list: Vec<String> = seen.iter().map(|(id, statuses)| format!("{id} {statuses:?}\n")).collect();
            let _ = fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("target/api-operations.txt"), list.concat());
        }
    }
}

/// Forbids fields that a schema does not name, unless it is `open` for another one to extend it.
fn close(schema: &Value, open: bool) -> Value {
    let Value::Object(schema) = schema else { return schema.clone() };
    let mut out = Map::new();
    for (key, value) in schema {
        let closed = match (key.as_str(), value) {
            ("$ref", Value::String(name)) => {
                json!(name.replace("#/components/schemas/", if open { "#/$defs/open_" } else { "#/$defs/closed_" }))
            }
            ("allOf", Value::Array(parts)) => parts.iter().map(|part| close(part, true)).collect(),
            ("oneOf" | "anyOf", Value::Array(parts)) => parts.iter().map(|part| close(part, open)).collect(),
            ("properties", Value::Object(fields)) => fields.iter().map(|(name, field)| (name.clone(), close(field, false))).collect(),
            ("items" | "additionalProperties", value) => close(value, false),
            // No keywords of JSON Schema.
            ("example" | "discriminator", _) => continue,
            (_, value) => value.clone(),
        };
        out.insert(key.clone(), closed);
    }
    if !open && !out.contains_key("additionalProperties") && (out.contains_key("properties") || out.contains_key("allOf")) {
        out.insert("unevaluatedProperties".into(), json!(false));
    }
    Value::Object(out)
}

fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| match value.as_str().filter(|_| key == "$ref") {
                Some(name) => vec![name.trim_start_matches("#/$defs/").to_owned()],
                None => references(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn a_response_that_the_document_does_not_allow_is_found() {
    let wrong = |status, media_type, body: Value| {
        DOCUMENT.check("GET", "/version", status, media_type, Some(body.to_string().as_bytes())).unwrap_err()
    };
    let right = json!({ "name": "bazdid", "version": "1", "database": "sqlite", "schema": 1 });
    assert!(DOCUMENT.check("GET", "/version", 200, "application/json", Some(right.to_string().as_bytes())).is_ok());
    assert!(wrong(418, "application/json", right.clone()).contains("only"));
    assert!(wrong(200, "text/plain", right.clone()).contains("application/json"));
    for (field, value) in [("schema", json!("1")), ("unheard_of", json!(1)), ("name", Value::Null)] {
        let mut body = right.clone();
        body[field] = value;
        assert!(!wrong(200, "application/json", body).is_empty(), "{field}");
    }
    let problem = json!({ "type": "/v1/errors/conflict", "title": "", "status": 500, "code": "conflict", "retryable": false,
        "request_id": "0192f000-0000-7000-8000-00000000ffff" });
    assert!(wrong(500, "application/problem+json", problem).contains("code"), "a code that the operation does not have");
}
