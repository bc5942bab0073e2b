//! The generated parts of the specification are those of the code.

use std::{fs, path::Path};

use bazdid_domain::policy::Permission;
use bazdid_protocol::text_enum::TextEnum as _;
use bazdid_server::http::{document, v1::errors};

/// The routes that need no login; everything else does.
pub const PUBLIC: &[&str] = &[
    "GET /livez",
    "GET /metrics",
    "GET /readyz",
    "GET /v1/errors",
    "GET /v1/errors/{code}",
    "GET /version",
    "OPTIONS /v1/uploads",
    "OPTIONS /v1/uploads/{id}",
    "POST /v1/auth/login",
    "POST /v1/auth/refresh",
];

fn written(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("api-spec").join(name)).unwrap_or_default()
}

#[test]
fn the_written_document_is_that_of_the_code() {
    assert!(written("openapi.json") == document::text().unwrap(), "run `cargo run -- openapi --write`");
}

#[test]
fn the_written_catalogue_of_errors_is_that_of_the_code() {
    assert!(written("errors.md") == errors::catalogue(), "run `cargo run -- openapi --write`");
}

#[test]
fn every_operation_has_an_id_of_its_own() {
    let document = serde_json::to_value(document::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let mut ids: Vec<_> =
        paths.values().flat_map(|p| p.as_object().unwrap().values()).map(|o| o["operationId"].as_str().unwrap()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "{ids:?}");
}

#[test]
fn every_operation_names_its_permission_and_only_the_listed_ones_are_public() {
    let mut public = Vec::new();
    for (path, operations) in document::operations() {
        for operation in operations {
            let name = format!("{} {path}", operation.method);
            match operation.permission.as_deref() {
                None => panic!("{name} has no x-permission"),
                Some(document::PUBLIC) => public.push(name),
                Some(word) => assert!(Permission::parse(word).is_ok(), "{name}: {word} is no permission"),
            }
        }
    }
    public.sort();
    let mut listed = PUBLIC.to_vec();
    listed.sort_unstable();
    assert_eq!(public, listed);
}
