//! Golden files: one mutation of every version of every command that was ever shipped, with all that it may hold.

use std::{collections::BTreeSet, fs, path::PathBuf};

use bazdid_protocol::{
    command::{COMMANDS, Command},
    mutation::{MAX_MUTATION_BYTES, content_hash, parse_bounded},
    upcast::{STEPS, newest},
};
use serde_json::Value;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("api-spec")
}

/// The arguments that the specification names for a command.
fn arguments(cmd: &str) -> BTreeSet<String> {
    let spec = fs::read_to_string(folder().join("sync.md")).unwrap();
    let section = spec.split("\n## 6. Commands").nth(1).unwrap().split("\n## 7.").next().unwrap().to_owned();
    let row = section.lines().find(|l| l.starts_with('|') && l.split('|').nth(1).unwrap().contains(&format!("`{cmd}`")));
    let row = row.unwrap_or_else(|| panic!("{cmd} is not in the table"));
    let cell = row.split('|').nth(3).unwrap();
    // `note, text` / `note`: of two commands in one row each has its own.
    let names: Vec<&str> = row.split('|').nth(1).unwrap().split(',').map(|n| n.trim().trim_matches('`')).collect();
    let sides: Vec<&str> = cell.split(" / ").collect();
    let at = names.iter().position(|n| *n == cmd).unwrap();
    let cell = if sides.len() == names.len() { sides[at] } else { cell };
    let inside = cell.split('`').nth(1).unwrap_or_default();
    let mut depth = 0;
    let mut names = BTreeSet::new();
    let mut word = String::new();
    for c in inside.chars().chain([',']) {
        match c {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth -= 1,
            ',' | ':' if depth == 0 => {
                names.insert(word.trim().trim_end_matches('?').to_owned());
                word.clear();
            }
            c if depth == 0 => word.push(c),
            _ => {}
        }
    }
    names.remove("");
    names
}

#[test]
fn every_version_of_every_command_has_a_golden_file_that_is_read() {
    let mut expected = BTreeSet::new();
    for cmd in COMMANDS {
        for version in 1..=newest(STEPS, cmd) {
            let name = format!("{cmd}.v{version}.json");
            let text = fs::read_to_string(folder().join("commands").join(&name)).unwrap_or_else(|e| panic!("{name}: {e}"));
            let item: Value = serde_json::from_str(&text).unwrap();
            let mutation = parse_bounded(&item, MAX_MUTATION_BYTES).unwrap_or_else(|e| panic!("{name}: {e:?}"));
            assert_eq!((mutation.cmd.as_str(), mutation.v), (*cmd, version));
            Command::parse(&mutation.cmd, mutation.v, &mutation.args).unwrap_or_else(|e| panic!("{name}: {e:?}"));
            assert_eq!(content_hash(&mutation), content_hash(&parse_bounded(&item, MAX_MUTATION_BYTES).unwrap()));
            let whole = [
                mutation.base.is_some(),
                mutation.seen_ts.is_some(),
                mutation.up.is_some(),
                mutation.boot.is_some(),
                mutation.group.is_some(),
            ];
            assert!(whole.iter().all(|there| *there), "{name}: all that a mutation may hold");
            if version == newest(STEPS, cmd) {
                let held: BTreeSet<String> = mutation.args.as_object().unwrap().keys().cloned().collect();
                assert_eq!(held, arguments(cmd), "{name}: all that the specification names");
            }
            expected.insert(name);
        }
    }
    let found: BTreeSet<String> =
        fs::read_dir(folder().join("commands")).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(found, expected, "a file for each and no other");
}

#[test]
fn the_table_of_names_is_that_of_the_reader() {
    for cmd in COMMANDS {
        let fault = Command::parse(cmd, 99, &Value::Null).unwrap_err();
        assert_eq!(fault.code.to_string(), "unsupported_version", "{cmd}");
        // Without arguments it is read or refused, but it is known.
        if let Err(fault) = Command::parse(cmd, 1, &serde_json::json!({})) {
            assert_eq!(fault.code.to_string(), "validation", "{cmd}");
        }
    }
    assert_eq!(Command::parse("work.dance", 1, &Value::Null).unwrap_err().code.to_string(), "unknown_command");
}
