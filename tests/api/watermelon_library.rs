//! The WatermelonDB library itself against the server: its own diagnosis is the judge. Needs `node` and `npm`; where they are missing
//! it is skipped with a line, unless `BAZDID_REQUIRE_NODE` is set.

#![allow(clippy::print_stdout, reason = "what is skipped and what was played is told")]

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
};

use bazdid_clock::Clock as _;
use bazdid_domain::account::Role;
use bazdid_protocol::ids::Id;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    node,
    town::Town,
    town_rows::{COLLAPSE, EAST, POTHOLE, TREE, WEST},
};

/// An access token is good for a quarter of an hour.
const MAX_SECONDS: u64 = 14 * 60;

/// The scripts beside the library.
fn installed() -> Option<PathBuf> {
    let folder = node::installed(
        "watermelon",
        "skipped: the WatermelonDB library needs node and npm",
        "skipped: npm could not fetch the WatermelonDB library (BAZDID_REQUIRE_NODE=1 shows why)",
    )?;
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("api-spec/watermelon-schema.json");
    fs::copy(schema, folder.join("watermelon-schema.json")).unwrap();
    Some(folder)
}

/// Plays a day; gives its summary.
fn play(folder: &Path, town: &mut Town, seed: u64) -> Value {
    let inspector = town.get("inspector", "/v1/me")["id"].as_str().unwrap().parse().unwrap();
    let mut backup = None;
    let mut node = node::start(folder, "play.js", &[]);
    let mut to = node.stdin.take().unwrap();
    let categories = [POTHOLE, TREE, COLLAPSE].map(Uuid::from_u128);
    let story = json!({
        "base": town.app.base(), "tokens": town.tokens(), "seed": seed, "steps": 400, "now": town.app.clock.now().micros() / 1_000,
        "categories": categories,
    });
    writeln!(to, "{story}").unwrap();
    let mut passed = 0;
    let mut summary = Value::Null;
    for line in BufReader::new(node.stdout.take().unwrap()).lines() {
        let said: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if let Some(seconds) = said["pass"].as_u64() {
            passed += seconds;
            assert!(passed < MAX_SECONDS, "the day is longer than a login");
            town.app.clock.advance_micros(i64::try_from(seconds).unwrap() * 1_000_000);
            writeln!(to).unwrap();
        } else if let Some(districts) = said["scope"].as_array() {
            let area = |name: &Value| Id::new(Uuid::from_u128(if name == "west" { WEST } else { EAST }));
            town.app.regrant(inspector, Role::Inspector, &districts.iter().map(area).collect::<Vec<_>>());
            writeln!(to).unwrap();
        } else if said["backUp"] == true {
            backup = Some(town.app.back_up());
            writeln!(to).unwrap();
        } else if said["restore"] == true {
            town.app.put_back(&backup.take().unwrap());
            writeln!(to).unwrap();
        } else {
            summary = said["done"].clone();
        }
    }
    assert!(node.wait().unwrap().success(), "the phones broke down with seed {seed}");
    summary
}

/// The events of its epoch without which an order does not come into a state; others are the office's. An inspector does not choose,
/// nor does the emergency group.
fn events_for(order: &Value) -> Option<&'static [&'static str]> {
    match order["state"].as_str().unwrap() {
        "accepted" if order["kind"] != "repair" => None,
        "accepted" => Some(&["accept"]),
        "declined" => Some(&["decline"]),
        "in_progress" => Some(&["start", "resume"]),
        "submitted" => Some(&["submit"]),
        "failed_visit" => Some(&["fail_visit"]),
        _ => None,
    }
}

#[test]
fn the_library_finds_its_copies_consistent_after_a_day_of_faults() {
    let Some(folder) = installed() else { return };
    let mut all: Vec<Value> = Vec::new();
    let (mut moved, mut counted) = (BTreeSet::new(), BTreeSet::new());
    for (mut town, seed) in Town::both().into_iter().zip([1_u64, 2]) {
        let done = play(&folder, &mut town, seed);
        for device in done["diagnoses"].as_array().unwrap() {
            assert_eq!((&device["issueCount"], &device["dirty"]), (&json!(0), &json!(false)), "{}: {}", device["name"], device["log"]);
        }
        assert_eq!(done["faults"], json!([]), "what the library calls an error");
        assert_eq!(done["missing"], json!([]), "everything that was made is there, or its author was told");
        let events = done["events"].as_array().unwrap();
        counted.extend(events.iter().filter(|e| e["standing"] == "effective").map(|e| e["kind"].to_string()));
        for order in done["orders"].as_array().unwrap() {
            let Some(kinds) = events_for(order) else { continue };
            let counts = |e: &&Value| {
                e["work_order_id"] == order["id"]
                    && e["epoch"] == order["epoch"]
                    && e["standing"] == "effective"
                    && kinds.contains(&e["kind"].as_str().unwrap())
            };
            assert!(events.iter().any(|e| counts(&e)), "{order} came there without an event of its epoch");
            moved.insert(order["state"].to_string());
        }
        // What the office sees over its own routes is what the phones hold.
        for order in done["orders"].as_array().unwrap() {
            let shown = town.get("operator", &format!("/v1/work-orders/{}", order["id"].as_str().unwrap()));
            assert_eq!((&shown["state"], &shown["epoch"]), (&order["state"], &order["epoch"]));
        }
        println!("seed {seed}: {} {}", done["count"], done["rows"]);
        all.push(done);
    }
    // A day without trouble proves nothing, nor one on which nothing moves.
    assert!(!moved.is_empty() && counted.len() >= 4, "{moved:?} {counted:?}");
    for name in ["created", "edited", "events", "lost", "repeated", "outdated", "reassigned", "illegal", "killed", "scopes", "sentAgain"] {
        assert!(all.iter().all(|d| d["count"][name].as_u64().unwrap() > 0), "{name}: {}", all[0]["count"]);
    }
    assert!(all.iter().flat_map(|d| d["messages"].as_array().unwrap()).any(|m| m["code"] == "stale_epoch"));
}
