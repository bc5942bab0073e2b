//! The merge as cases that a client in any language can test itself with: `api-spec/merge-vectors/*.json`.
//!
//! They are made by the engine and checked against the files. `BAZDID_WRITE_VECTORS=1 cargo test --test sync vectors` writes them anew.

mod case;
mod fields;
mod fixture;
mod stamps;
mod work;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use bazdid_domain::visibility::Reach;
use serde_json::{Value, json};

use crate::vectors::{
    case::Case,
    fixture::{NOW, Who, reference_rows},
};

/// A value that fits on one line of so many characters stands on one line.
const LINE: usize = 150;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("api-spec/merge-vectors")
}

fn cases() -> Vec<Case> {
    fields::cases().into_iter().chain(work::cases()).collect()
}

/// JSON for people: small values, rows and mutations on one line each.
fn print(value: &Value, indent: usize, out: &mut String) {
    let line = value.to_string();
    let pad = " ".repeat(indent + 2);
    match value {
        _ if line.chars().count() + indent <= LINE || value.get("row").is_some() || value.get("cmd").is_some() => out.push_str(&line),
        Value::Object(fields) if !fields.is_empty() => {
            out.push_str("{\n");
            for (n, (name, field)) in fields.iter().enumerate() {
                out.push_str(&format!("{pad}{}: ", json!(name)));
                print(field, indent + 2, out);
                out.push_str(if n + 1 < fields.len() { ",\n" } else { "\n" });
            }
            out.push_str(&format!("{}}}", " ".repeat(indent)));
        }
        Value::Array(items) if !items.is_empty() => {
            out.push_str("[\n");
            for (n, item) in items.iter().enumerate() {
                out.push_str(&pad);
                print(item, indent + 2, out);
                out.push_str(if n + 1 < items.len() { ",\n" } else { "\n" });
            }
            out.push_str(&format!("{}]", " ".repeat(indent)));
        }
        _ => out.push_str(&line),
    }
}

fn text(value: &Value) -> String {
    let mut out = String::new();
    print(value, 0, &mut out);
    out.push('\n');
    out
}

/// What is the same for all cases.
fn context() -> Value {
    let rows = reference_rows();
    json!({
        "format": 1,
        "now": NOW,
        "areas": rows.shapes.iter().map(|s| json!({"id": s.area_id, "geometry": s.geometry})).collect::<Vec<_>>(),
        "categories": rows.categories.iter().map(|c| json!({
            "id": c.id, "evidence": c.evidence, "hazard": c.hazard, "default_priority": c.default_priority, "evidence_radius_m": c.evidence_radius_m,
        })).collect::<Vec<_>>(),
        "contracts": rows.contracts.iter().map(|c| json!({"id": c.id, "organisation": c.organisation_id, "valid_to": c.valid_to})).collect::<Vec<_>>(),
        "authors": Who::ALL.iter().map(|who| {
            let a = who.author();
            let Reach::Parts(parts) = &a.reach else { panic!("nobody in the vectors reaches everything") };
            (who.name().to_owned(), json!({"account": a.account, "device": a.device, "roles": a.roles, "areas": parts.areas, "organisations": a.organisations, "authority": a.authority}))
        }).collect::<serde_json::Map<_, _>>(),
    })
}

/// Every file with its text.
fn files() -> BTreeMap<String, String> {
    let mut by_file: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for case in cases() {
        by_file.entry(case.file).or_default().push(case.written());
    }
    let mut files: BTreeMap<String, String> =
        by_file.into_iter().map(|(file, cases)| (format!("{file}.json"), text(&json!({ "cases": cases })))).collect();
    files.insert("around.json".to_owned(), text(&context()));
    files.insert("stamps.json".to_owned(), text(&stamps::written()));
    files
}

#[test]
fn the_files_are_what_the_engine_makes_of_every_case_in_every_order_of_arrival() {
    let files = files();
    if std::env::var("BAZDID_WRITE_VECTORS").is_ok() {
        for (name, text) in &files {
            fs::write(folder().join(name), text).unwrap();
        }
    }
    let there = fs::read_dir(folder()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let there: BTreeSet<String> = there.filter(|name| name.ends_with(".json")).collect();
    assert_eq!(there, files.keys().cloned().collect(), "BAZDID_WRITE_VECTORS=1 writes them");
    for (name, text) in files {
        assert_eq!(fs::read_to_string(folder().join(&name)).unwrap(), text, "{name}: BAZDID_WRITE_VECTORS=1 writes it anew");
    }
}

/// The rows of the tables of section 7: what wins by its first column, what is late by the first two.
fn laws() -> BTreeSet<String> {
    let spec = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("api-spec/sync.md")).unwrap();
    let section = spec.split("## 7.").nth(1).unwrap().split("### Resolutions").next().unwrap();
    let mut laws = BTreeSet::new();
    let mut columns = 0;
    for line in section.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        match cells.first() {
            Some(&"what") => columns = 1,
            Some(&"late") => columns = 2,
            Some(first) if line.starts_with("| ") && columns > 0 && !first.is_empty() => drop(laws.insert(cells[..columns].join(" | "))),
            _ => {}
        }
    }
    laws
}

#[test]
fn every_row_of_the_tables_has_a_case() {
    let laws = laws();
    assert!(laws.len() > 20, "{laws:?}");
    let covered: BTreeSet<String> = cases().iter().map(|c| c.law.to_owned()).collect();
    assert_eq!(covered, laws);
    let names: BTreeSet<(&str, &str)> = cases().iter().map(|c| (c.file, c.name)).collect();
    assert_eq!(names.len(), cases().len(), "each case has a name of its own");
}
