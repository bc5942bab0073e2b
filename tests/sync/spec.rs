//! `api-spec/sync.md` says what the code says.

use bazdid_protocol::{
    command::{COMMANDS, Command},
    digest::{Chain, ChannelDigest, row_hash},
    error::Code,
    ids::{Id, MutationId},
    outcome::{OutcomeCode, Status},
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
    let table = SPEC.split("## 6. Commands").nth(1).unwrap().split("**Who may send what.**").next().unwrap();
    let commands: Vec<&str> = table
        .lines()
        .filter_map(|l| l.strip_prefix("| `"))
        .flat_map(|l| l.split('|').next().unwrap().split(", `"))
        .map(|c| c.trim_end_matches(['`', ' ']))
        .filter(|c| *c != "cmd")
        .collect();
    assert_eq!(commands, COMMANDS);
    for command in commands {
        let unknown = Command::parse(command, 1, &json!({})).is_err_and(|f| f.code == OutcomeCode::UnknownCommand);
        assert!(!unknown, "{command}");
    }
}

const UPLOADS: &str = include_str!("../../api-spec/uploads.md");
/// Problems that no request of the sync is answered with.
const OF_OTHER_REQUESTS: &[&str] = &["already_exists", "idempotency_mismatch", "outside_areas"];

#[test]
fn of_every_problem_it_says_what_a_client_does() {
    let section = SPEC.split("### Problems").nth(1).unwrap().split("\n## ").next().unwrap();
    for info in Code::ALL.iter().map(|code| code.info()) {
        let line = section.lines().find(|l| l.starts_with('|') && l.contains(&format!("`{}`", info.slug)));
        if OF_OTHER_REQUESTS.contains(&info.slug) {
            assert_eq!(line, None, "{}", info.slug);
            continue;
        }
        let Some(line) = line else {
            assert!(UPLOADS.contains(&format!("`{}`", info.slug)), "{} is not explained", info.slug);
            continue;
        };
        assert!(line.split('|').nth(1).unwrap().contains(&info.status.to_string()), "{line}");
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
