//! Which arguments a command can do without, and what becomes of a value that cannot be used. `api-spec/sync.md` has the same table.

use std::{collections::BTreeMap, fs};

use bazdid_protocol::{
    command::{COMMANDS, Command, MAX_SHORT, MAX_TEXT, Parsed},
    upcast::STEPS,
    warning::WarningCode,
};
use serde_json::{Value, json};

const SPEC: &str = include_str!("../../api-spec/sync.md");

/// Commands, arguments (`.` leads into an object), and whether the commands can do without them.
const ARGUMENTS: &[(&[&str], &[&str], Need)] = &[
    (&["ticket.create"], &["category", "text", "point"], Need::Required),
    (&["ticket.create"], &["address_text"], Need::Optional),
    (&["ticket.create", "visit.record", "photo.add"], &["point.accuracy_m"], Need::Optional),
    (&["patrol.record"], &["start_point.accuracy_m", "end_point.accuracy_m"], Need::Optional),
    (&["ticket.edit"], &["set"], Need::Required),
    (&["ticket.edit"], &["set.text", "set.address_text", "set.point", "set.point.accuracy_m", "set.category"], Need::Optional),
    (&["ticket.propose"], &["propose"], Need::Required),
    (&["ticket.propose"], &["propose.priority", "propose.category", "propose.deferral"], Need::Optional),
    (&["ticket.propose"], &["propose.deferral.until", "reason"], Need::Optional),
    (&["note.add", "note.edit"], &["note", "text"], Need::Required),
    (&["note.remove"], &["note"], Need::Required),
    (&["visit.record", "visit.leave", "checklist.answer"], &["visit"], Need::Required),
    (&["work.start"], &["visit"], Need::Required),
    (&["visit.record"], &["kind", "arrived_at", "point", "mock"], Need::Optional),
    (&["visit.leave"], &["outcome"], Need::Optional),
    (&["patrol.record"], &["outcome", "tickets"], Need::Required),
    (&["patrol.record"], &["area", "started_at", "finished_at", "start_point", "end_point", "mock", "note"], Need::Optional),
    (&["photo.add"], &["photo", "sha256", "bytes"], Need::Required),
    (&["photo.add"], &["kind", "mime", "captured_at", "visit", "width", "height", "point", "heading_deg", "mock"], Need::Optional),
    (&["photo.remove"], &["photo"], Need::Required),
    (&["measurement.add"], &["measurement", "item", "quantity", "unit"], Need::Required),
    (&["measurement.add"], &["visit", "supersedes"], Need::Optional),
    (&["checklist.answer"], &["checklist", "item", "value"], Need::Required),
    (&["work.decline", "work.request_hold", "work.fail_visit"], &["reason"], Need::Required),
    (&["work.request_hold"], &["review_at"], Need::Optional),
    (&["work.fail_visit"], &["visit"], Need::Optional),
    (&["work.submit"], &["summary"], Need::Optional),
    (&["work.submit", "inspection.submit"], &["quantities"], Need::Optional),
    (&["work.retract"], &["event"], Need::Required),
    (&["inspection.submit"], &["findings", "duplicate_of"], Need::Required),
    (&["inspection.submit"], &["severity"], Need::Optional),
    (&["round.verify", "round.rework"], &["round"], Need::Required),
    (&["round.verify", "round.rework"], &["note"], Need::Optional),
    (&["round.rework"], &["defects"], Need::Required),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

fn table() -> BTreeMap<(String, String), Need> {
    let pairs = ARGUMENTS.iter().flat_map(|(cmds, names, need)| {
        cmds.iter().flat_map(move |cmd| names.iter().map(move |name| (((*cmd).to_owned(), (*name).to_owned()), *need)))
    });
    pairs.collect()
}

/// The arguments of a command with all that they may hold.
fn golden(cmd: &str) -> Value {
    let path = format!("{}/api-spec/commands/{cmd}.v1.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str::<Value>(&fs::read_to_string(path).unwrap()).unwrap()["args"].clone()
}

fn pointer(path: &str) -> String {
    format!("/{}", path.replace('.', "/"))
}

fn read(cmd: &str, args: &Value) -> Result<Parsed, String> {
    Command::parse_by(STEPS, cmd, 1, args).map_err(|fault| fault.detail)
}

/// What no argument can use all of.
fn strange() -> Vec<Value> {
    vec![json!({"x": 1}), json!([1]), json!(-1), json!(1.0e30), json!(true), json!("no such value"), json!("   ")]
}

#[test]
fn the_table_names_every_argument_and_the_specification_says_the_same() {
    let table = table();
    for cmd in COMMANDS {
        let of: Vec<&str> = table.keys().filter(|(c, _)| c == cmd).map(|(_, name)| name.as_str()).collect();
        let args = golden(cmd);
        for name in args.as_object().unwrap().keys() {
            assert!(of.contains(&name.as_str()), "{cmd}: {name}");
        }
        for path in of {
            assert!(args.pointer(&pointer(path)).is_some(), "{cmd}: {path} is not in its file");
        }
    }
    let section = SPEC.split("### Arguments that cannot be used").nth(1).unwrap().split("\n## ").next().unwrap();
    let words = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let mut told = BTreeMap::new();
    for line in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').collect();
        let need = match cells[3].trim() {
            "required" => Need::Required,
            "optional" => Need::Optional,
            other => panic!("{other}: {line}"),
        };
        for cmd in words(cells[1]) {
            told.extend(words(cells[2]).into_iter().map(|name| ((cmd.clone(), name), need)));
        }
    }
    assert_eq!(told, table);
}

#[test]
fn an_optional_value_that_cannot_be_used_costs_the_value_and_not_the_command() {
    for ((cmd, path), need) in table() {
        let whole = golden(&cmd);
        assert_eq!(read(&cmd, &whole).unwrap().warnings, [], "{cmd}");
        let at = format!("/args{}", pointer(&path));
        let mut unusable = 0;
        for value in strange() {
            let mut args = whole.clone();
            *args.pointer_mut(&pointer(&path)).unwrap() = value.clone();
            match (read(&cmd, &args), need) {
                (Ok(parsed), _) => {
                    assert!(parsed.warnings.iter().all(|w| w.pointer.starts_with(&at)), "{cmd} {path} {value}: {:?}", parsed.warnings);
                    unusable += usize::from(!parsed.warnings.is_empty());
                }
                (Err(detail), Need::Required) => {
                    assert!(detail.starts_with(&at), "{cmd} {path} {value}: {detail}");
                    unusable += 1;
                }
                (Err(detail), Need::Optional) => panic!("{cmd} {path} {value}: {detail}"),
            }
        }
        assert!(unusable >= 3 || path == "value", "{cmd} {path}: {unusable}");
    }
}

#[test]
fn a_text_that_is_too_long_is_cut() {
    for (cmd, path, max) in [
        ("ticket.create", "text", MAX_TEXT),
        ("ticket.create", "address_text", MAX_TEXT),
        ("ticket.edit", "set.text", MAX_TEXT),
        ("ticket.edit", "set.address_text", MAX_TEXT),
        ("ticket.propose", "reason", MAX_TEXT),
        ("note.add", "text", MAX_TEXT),
        ("note.edit", "text", MAX_TEXT),
        ("patrol.record", "note", MAX_TEXT),
        ("measurement.add", "item", MAX_SHORT),
        ("measurement.add", "unit", MAX_SHORT),
        ("checklist.answer", "item", MAX_SHORT),
        ("work.decline", "reason", MAX_SHORT),
        ("work.request_hold", "reason", MAX_SHORT),
        ("work.fail_visit", "reason", MAX_SHORT),
        ("work.submit", "summary", MAX_TEXT),
        ("inspection.submit", "severity", MAX_SHORT),
        ("round.verify", "note", MAX_TEXT),
        ("round.rework", "note", MAX_TEXT),
        ("round.rework", "defects.0.code", MAX_SHORT),
        ("round.rework", "defects.0.note", MAX_TEXT),
    ] {
        for (length, warnings) in [(max, 0), (max + 1, 1)] {
            let mut args = golden(cmd);
            *args.pointer_mut(&pointer(path)).unwrap() = json!("😀".repeat(length));
            let parsed = read(cmd, &args).unwrap();
            let told: Vec<_> = parsed.warnings.iter().map(|w| (w.pointer.clone(), w.code)).collect();
            assert_eq!(told, vec![(format!("/args{}", pointer(path)), WarningCode::TooLong); warnings], "{cmd} {path}");
            assert!(!format!("{:?}", parsed.command).contains(&"😀".repeat(max + 1)), "{cmd} {path}");
        }
    }
}

#[test]
fn fields_that_the_server_does_not_know_are_passed_over_if_one_is_left_that_it_knows() {
    for (cmd, object) in [("ticket.edit", "set"), ("ticket.propose", "propose")] {
        let mut args = golden(cmd);
        args[object]["colour/now"] = json!("red");
        let parsed = read(cmd, &args).unwrap();
        let told: Vec<_> = parsed.warnings.iter().map(|w| (w.pointer.as_str(), w.code)).collect();
        assert_eq!(told, [(&*format!("/args/{object}/colour~1now"), WarningCode::UnknownField)]);
        assert_eq!(parsed.command, read(cmd, &golden(cmd)).unwrap().command);
        assert!(read(cmd, &json!({ object: { "colour": "red" } })).unwrap_err().starts_with(&format!("/args/{object}:")));
        // Of an argument beside it nothing is told: that is how commands grow.
        args = golden(cmd);
        args["more"] = json!(1);
        assert_eq!(read(cmd, &args).unwrap().warnings, []);
    }
}

#[test]
fn what_is_said_of_a_simulated_fix_is_read_as_a_boolean_and_as_the_word_of_the_row() {
    for (said, word) in [
        (json!(true), "Mock"),
        (json!("mock"), "Mock"),
        (json!(false), "Real"),
        (json!("real"), "Real"),
        (json!("unknown"), "Unknown"),
        (Value::Null, "Unknown"),
    ] {
        let mut args = golden("photo.add");
        args["mock"] = said.clone();
        let parsed = read("photo.add", &args).unwrap();
        assert_eq!(parsed.warnings, [], "{said}");
        assert!(format!("{:?}", parsed.command).contains(&format!("mock: {word}")), "{said}");
    }
}
