//! Examples of requests and responses, one file for each tag and one entry for each operation.
//!
//! `request` is the body of a request, `response` that of the main success; `geojson` is the response in that format. A test checks each of
//! them against its schema.

use serde_json::{Map, Value};
use utoipa::openapi::{Content, RefOr, path::Operation};

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        const FILES: &[&str] = &[$(include_str!(concat!("examples/", $name, ".json"))),+];
    };
}

files![
    "accounts",
    "areas",
    "audit",
    "auth",
    "calls",
    "categories",
    "conflicts",
    "contracts",
    "coverages",
    "devices",
    "errors",
    "health",
    "inbox",
    "organisations",
    "patrols",
    "photos",
    "rounds",
    "sync",
    "tickets",
    "vocabulary",
    "webhooks",
    "work_orders",
];

/// The examples of all operations, by their ids.
pub(super) fn all() -> Map<String, Value> {
    // A test sees to it that every file can be read and every operation has its examples.
    FILES.iter().filter_map(|text| serde_json::from_str::<Map<String, Value>>(text).ok()).flatten().collect()
}

/// Puts the examples of an operation where its bodies are.
pub(super) fn add(operation: &mut Operation, all: &Map<String, Value>) {
    let Some(examples) = operation.operation_id.as_ref().and_then(|id| all.get(id)) else { return };
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        body.content.values_mut().for_each(|content| put(content, examples.get("request")));
    }
    let success = operation.responses.responses.iter_mut().find(|(status, _)| status.starts_with('2'));
    if let Some((_, RefOr::T(response))) = success {
        for (media_type, content) in &mut response.content {
            let named = if media_type == "application/geo+json" { examples.get("geojson") } else { None };
            put(content, named.or_else(|| examples.get("response")));
        }
    }
}

fn put(content: &mut RefOr<Content>, example: Option<&Value>) {
    if let (RefOr::T(content), Some(example)) = (content, example) {
        content.example = Some(example.clone());
    }
}
