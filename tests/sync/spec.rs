//! `api-spec/sync.md` says what the code says.

use bazdid::domain::{
    ids::{Id, MutationId},
    sync::{
        command::Command,
        digest::{Chain, ChannelDigest, row_hash},
        outcome::{OutcomeCode, Status},
    },
    text_enum::TextEnum as _,
};
use serde_json::json;
use uuid::Uuid;

const SPEC: &str = include_str!("../../api-spec/sync.md");

#[test]
fn every_status_code_and_command_is_explained() {
    let words = Status::ALL.iter().map(|s| s.as_str()).chain(OutcomeCode::ALL.iter().map(|c| c.as_str()));
    for word in words {
        assert!(SPEC.contains(&format!("`{word}`")), "{word} is not explained");
    }
    // Every command of the table is known, whatever its arguments.
    let table = SPEC.split("## 6. Commands").nth(1).unwrap().split("## 7.").next().unwrap();
    let commands: Vec<&str> = table
        .lines()
        .filter_map(|l| l.strip_prefix("| `"))
        .flat_map(|l| l.split('|').next().unwrap().split(", `"))
        .map(|c| c.trim_end_matches(['`', ' ']))
        .filter(|c| *c != "cmd")
        .collect();
    assert_eq!(commands.len(), 23, "{commands:?}");
    for command in commands {
        let unknown = Command::parse(command, 1, &json!({})).is_err_and(|f| f.code == OutcomeCode::UnknownCommand);
        assert!(!unknown, "{command}");
    }
}

#[test]
fn the_vectors_are_those_of_the_code() {
    let id = |n: u128| Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 | n);
    let (a, b) = (row_hash("ticket", id(0xaa), 59), row_hash("note", id(0xbb), 1));
    let both = ChannelDigest::default().with(a).with(b);
    let first = Chain::START.next(MutationId::new(id(0xaa)));
    let second = first.next(Id::new(id(0xbb)));
    for vector in [format!("{a:016x}"), format!("{b:016x}"), both.hex(), first.to_string(), second.to_string()] {
        assert!(SPEC.contains(&format!("`{vector}`")), "{vector}");
    }
}
