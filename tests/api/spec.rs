//! The generated parts of the specification are those of the code.

use std::{fs, path::Path};

use bazdid_domain::policy::Permission;
use bazdid_protocol::{command::COMMANDS, text_enum::TextEnum as _};
use bazdid_server::http::{
    document::{self, events, schemas, typescript},
    v1::errors,
};
use serde_json::Value;

use crate::{
    contract_check::{faults, root},
    node,
};

/// The routes that need no login; everything else does.
pub const PUBLIC: &[&str] = &[
    "GET /livez",
    "GET /metrics",
    "GET /readyz",
    "GET /v1/errors",
    "GET /v1/errors/{code}",
    "GET /v1/vocabulary",
    "GET /version",
    "OPTIONS /v1/uploads",
    "OPTIONS /v1/uploads/{id}",
    "POST /v1/auth/login",
    "POST /v1/auth/redeem",
    "POST /v1/auth/refresh",
];

fn written(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("api-spec").join(name)).unwrap_or_default()
}

#[test]
fn the_written_document_is_that_of_the_code() {
    assert!(written("openapi.json") == document::text().unwrap(), "run `bazdid openapi --write`");
}

#[test]
fn the_written_catalogue_of_errors_is_that_of_the_code() {
    assert!(written("errors.md") == errors::catalogue(), "run `bazdid openapi --write`");
}

#[test]
fn the_written_schemas_and_types_are_those_of_the_code() {
    assert!(written("types.d.ts") == typescript::text().unwrap(), "run `bazdid openapi --write`");
    let files = schemas::files().unwrap();
    for (name, text) in &files {
        assert!(written(name) == *text, "{name}: run `bazdid openapi --write`");
    }
    let folder = |name: &str| fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("api-spec/schemas").join(name)).unwrap().count();
    let schemas = files.iter().filter(|(name, _)| name.starts_with("schemas/")).count();
    assert_eq!(folder("rows") + folder("commands") + folder("events"), schemas, "no file of a row, command or event that is gone");
}

#[test]
fn the_catalogue_of_events_is_that_of_the_types() {
    const MARK: &str = "<!-- From here on generated: BAZDID_WRITE_DOCS=1 cargo test --test api catalogue_of_events -->\n";
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/events.md");
    let before = fs::read_to_string(&page).unwrap();
    let head = before.split_once(MARK).expect("the mark before the generated part").0;
    let now = format!("{head}{MARK}{}", events::catalogue().unwrap());
    if std::env::var_os("BAZDID_WRITE_DOCS").is_some() {
        fs::write(&page, &now).unwrap();
    }
    assert!(fs::read_to_string(&page).unwrap() == now, "BAZDID_WRITE_DOCS=1 writes it anew");
}

#[test]
fn the_types_are_typescript_that_a_program_can_use() {
    let installed =
        node::installed("typescript", "no node: the TypeScript types are not compiled", "no typescript: the types are not compiled");
    let Some(folder) = installed else { return };
    fs::write(folder.join("types.d.ts"), typescript::text().unwrap()).unwrap();
    let compiler = folder.join("node_modules/typescript/bin/tsc");
    let args = ["--strict", "--noEmit", "--target", "es2020", "use.ts"];
    let out = std::process::Command::new("node").arg(compiler).args(args).current_dir(&folder).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
}

#[test]
fn the_example_of_every_command_fits_its_schema() {
    let schemas: std::collections::BTreeMap<_, _> = schemas::files().unwrap().into_iter().collect();
    for cmd in COMMANDS {
        let schema: Value = serde_json::from_str(&schemas[&format!("schemas/commands/{cmd}.v1.json")]).unwrap();
        let example: Value = serde_json::from_str(&written(&format!("commands/{cmd}.v1.json"))).unwrap();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        let faults: Vec<_> = validator.iter_errors(&example).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(faults.is_empty(), "{cmd}: {faults:#?}");
        let own = schema["$defs"].as_object().unwrap().iter().find(|(name, _)| name.ends_with("Args")).unwrap().1;
        let named: Vec<_> = own["properties"].as_object().into_iter().flat_map(|p| p.keys()).collect();
        let given: Vec<_> = example["args"].as_object().unwrap().keys().collect();
        assert_eq!(given, named, "{cmd}: the example has every argument");
    }
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

/// Verbs that a summary begins with.
const VERBS: &[&str] = &[
    "Accept",
    "Acknowledge",
    "Activate",
    "Add",
    "Adopt",
    "Cancel",
    "Change",
    "Check",
    "Claim",
    "Close",
    "Create",
    "Defer",
    "Disable",
    "Discard",
    "Enable",
    "End",
    "Exchange",
    "Fetch",
    "Find",
    "Get",
    "Grant",
    "List",
    "Log",
    "Merge",
    "Object",
    "Offer",
    "Preview",
    "Pull",
    "Push",
    "Put",
    "Reassign",
    "Record",
    "Refer",
    "Refuse",
    "Register",
    "Reject",
    "Release",
    "Remove",
    "Reopen",
    "Report",
    "Resolve",
    "Return",
    "Reveal",
    "Revoke",
    "Send",
    "Set",
    "Stream",
    "Suspend",
    "Terminate",
    "Triage",
    "Wait",
];

/// Where the document says no more than that something is there, and why. By component and field.
const FREE: &[(&str, &str)] = &[
    ("AnswerRow.value", "an answer is whatever the field app understands for the kind of the item"),
    ("AnswerSide.value", "as AnswerRow.value"),
    ("AuditView.detail", "each action has members of its own"),
    ("ChecklistAnswerArgs.value", "as AnswerRow.value"),
    ("ConflictBase", "besides the types: sides of conflicts that an earlier version stored"),
    ("ConflictMine", "as ConflictBase"),
    ("ConflictTheirs", "as ConflictBase"),
    ("EmptySide", "nothing is said on this side, so it has no members"),
    ("FieldBase.value", "as the field of the ticket has it"),
    ("FieldSide.value", "as FieldBase.value"),
    ("InspectionFindings.duplicate_of", "kept as the device sent it, whatever it is"),
    ("InspectionFindings.quantities", "kept as the device sent it, whatever it is"),
    ("InspectionFindings.severity", "kept as the device sent it, whatever it is"),
    ("QuarantinedView.args", "of what could not be read, all that was sent"),
    ("ResolveBody.value", "as the field, the finding or the proposal takes it that the conflict is about"),
    ("ValueView.value", "a text, a point, an id or an answer"),
    ("WatermelonSentChanges.created", "rows are read one by one, and what cannot be used of them is told"),
    ("WatermelonSentChanges.updated", "as created"),
    ("WorkEventRow.args", "kept as the device sent them, whatever they are"),
];

fn operations() -> impl Iterator<Item = (String, &'static Value)> {
    let paths = root()["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    })
}

fn resolved(response: &'static Value) -> &'static Value {
    response["$ref"].as_str().map_or(response, |name| root().pointer(name.trim_start_matches('#')).unwrap())
}

#[test]
fn every_operation_has_a_summary_and_a_description() {
    for (name, operation) in operations() {
        let summary = operation["summary"].as_str().unwrap_or_default();
        assert!(VERBS.contains(&summary.split(' ').next().unwrap()) && !summary.ends_with('.'), "{name}: {summary}");
        let description = operation["description"].as_str().unwrap_or_default();
        assert!(description.len() > 40 && description.ends_with('.'), "{name}: {description}");
        for response in operation["responses"].as_object().unwrap().values() {
            assert!(
                resolved(response)["description"].as_str().is_some_and(|d| !d.is_empty()),
                "{name} has a response without a description"
            );
        }
    }
}

#[test]
fn every_operation_names_its_problems() {
    let mut named = std::collections::BTreeSet::new();
    for (name, operation) in operations() {
        let mut has = Vec::new();
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = resolved(response);
            assert!(status != "default", "{name}");
            if !status.starts_with(['4', '5']) {
                continue;
            }
            let content = response["content"].as_object().unwrap();
            assert_eq!(content.keys().collect::<Vec<_>>(), ["application/problem+json"], "{name} {status}");
            let problem = &content["application/problem+json"];
            let faults = faults(&problem["schema"], &problem["example"]);
            assert!(faults.is_empty(), "{name} {status}: {faults:?}");
            let codes = problem["schema"]["allOf"][1]["properties"]["code"]["enum"].as_array().unwrap();
            named.extend(codes.iter().map(|code| code.as_str().unwrap()));
            has.push(status.as_str());
        }
        let parameter = |place: &str, of: &str| {
            operation["parameters"].as_array().is_some_and(|all| all.iter().any(|p| p["in"] == place && p["name"] == of))
        };
        let body = operation["requestBody"]["content"].get("application/json").is_some();
        for (status, needed) in [
            ("401", operation["x-permission"] != document::PUBLIC),
            ("403", operation["x-permission"] != document::PUBLIC),
            ("404", parameter("path", "id") && !name.starts_with("OPTIONS")),
            ("412", parameter("header", "If-Match")),
            ("428", parameter("header", "If-Match")),
            ("400", body),
            ("413", body),
            ("415", body),
            ("500", true),
        ] {
            assert!(!needed || has.contains(&status), "{name} should have {status}, has {has:?}");
        }
    }
    // No code without an operation that answers it: neither is left over from former times.
    let unused: Vec<_> = bazdid_protocol::error::Code::ALL.iter().map(|c| c.info().slug).filter(|slug| !named.contains(slug)).collect();
    assert_eq!(unused, UNUSED);
}

/// Codes that no operation answers: of methods that a path does not know, and of former versions.
const UNUSED: &[&str] = &["device_busy", "outside_areas"];

#[test]
fn every_operation_has_examples_that_fit_their_schemas() {
    for (name, operation) in operations() {
        let request = operation["requestBody"]["content"].as_object().into_iter().flatten().filter(|(kind, _)| kind.ends_with("json"));
        let success = operation["responses"].as_object().unwrap().iter().filter(|(status, _)| status.starts_with('2'));
        let responses = success.filter_map(|(_, response)| response["content"].as_object()).flatten();
        let responses = responses.filter(|(kind, _)| !matches!(kind.as_str(), "image/*" | "application/octet-stream"));
        for (kind, content) in request.chain(responses) {
            let example = content.get("example").unwrap_or_else(|| panic!("{name} has no example of {kind}"));
            let faults = faults(&content["schema"], example);
            assert!(faults.is_empty(), "{name}: {kind}: {faults:#?}");
        }
    }
}

#[test]
fn nothing_is_left_untyped_but_what_stands_here() {
    let mut found = Vec::new();
    for (name, schema) in root()["components"]["schemas"].as_object().unwrap() {
        free(name, schema, &mut found);
    }
    for (name, operation) in operations() {
        for content in operation["responses"].as_object().unwrap().values().map(resolved).filter_map(|r| r["content"].as_object()).flatten()
        {
            free(&name, &content.1["schema"], &mut found);
        }
    }
    found.sort();
    found.dedup();
    let listed: Vec<_> = FREE.iter().map(|(place, _)| (*place).to_owned()).collect();
    assert_eq!(found, listed);
}

/// The places below a schema that say nothing of what is there.
fn free(at: &str, schema: &Value, found: &mut Vec<String>) {
    const SAY: &[&str] = &["$ref", "allOf", "anyOf", "oneOf", "enum", "properties", "maxProperties"];
    let says = |key: &str| schema.get(key).is_some();
    let is_object = schema["type"] == "object" || schema["type"].as_array().is_some_and(|types| types.iter().any(|t| t == "object"));
    let typed_map = schema.get("additionalProperties").is_some_and(|a| a.as_object().is_some_and(|a| !a.is_empty()));
    if !SAY.iter().any(|key| says(key)) && (!says("type") || (is_object && !typed_map)) {
        found.push(at.to_owned());
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        schema[key].as_array().into_iter().flatten().for_each(|part| free(at, part, found));
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        free(&format!("{}.{name}", at.split('.').next().unwrap()), field, found);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(part) = schema.get(key).filter(|part| part.is_object()) {
            free(at, part, found);
        }
    }
}
