//! The demonstration, played on both databases; and proof that its check can fail.

use std::{path::Path, sync::Arc};

use bazdid_clock::{SystemClock, SystemIds};
use bazdid_command::Env;
use bazdid_demo::{self as demo, Args, CityWord};
use bazdid_protocol::{envelope::ResultItem, outcome::Outcome};
use serde_json::Value;

use crate::common::TestDb;

fn args(data: &Path, city: CityWord, database: Option<String>) -> Args {
    Args {
        data: data.join("demo"),
        port: 0,
        exit: true,
        summary_file: Some(data.join("summary.json")),
        city,
        database,
        seed: 7,
        requests: Some(60),
        photo_pixels: 320,
    }
}

fn env() -> Env {
    Env { file: None, clock: Arc::new(SystemClock), ids: Arc::new(SystemIds) }
}

fn play(city: CityWord, database: Option<String>) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let args = args(folder.path(), city, database);
    demo::run(&args, &env()).unwrap();
    serde_json::from_str(&std::fs::read_to_string(args.summary_file.unwrap()).unwrap()).unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("not a number: {value}"))
}

/// What must be true of every summary.
fn check(summary: &Value) {
    assert_eq!((number(&summary["diverged"]), number(&summary["lost"])), (0, 0), "{:#}", summary["faults"]);
    assert_eq!(summary["surprises"], Value::Array(Vec::new()), "the day goes as its story says");
    let mutations = &summary["mutations"];
    let parts: u64 = ["applied", "merged", "conflict", "rejected", "held"].iter().map(|s| number(&mutations[*s])).sum();
    assert_eq!(number(&mutations["pushed"]), parts, "each mutation has one answer: {mutations}");
    for status in ["applied", "merged", "conflict"] {
        assert!(number(&mutations[status]) > 0, "{status}: {mutations}");
    }
    for kind in [
        "stale_epoch",
        "parallel_update",
        "category_proposal",
        "point_moved",
        "declined_vs_submitted",
        "measurement_disagrees",
        "possible_duplicate",
        "deleted_entity",
        "verdict_disagrees",
    ] {
        assert!(summary["conflicts"][kind].as_u64().is_some_and(|n| n > 0), "no conflict {kind}: {}", summary["conflicts"]);
    }
    let verdicts = &summary["verdicts"];
    assert!(number(&verdicts["by_result"]["ok"]) > number(&verdicts["by_result"]["mismatch"]), "{verdicts}");
    for check in ["distance", "unique_bytes", "order", "mock_location", "clock", "pair", "exif_position", "exif_time", "similar_picture"] {
        assert!(verdicts["mismatch_by_check"][check].as_u64().is_some_and(|n| n > 0), "no mismatch of {check}: {verdicts}");
    }
    bytes(summary);
    assert!(number(&summary["tickets"]) >= 60);
    assert!(number(&summary["devices"]) > 20 && number(&summary["rows"]) > 1000);
    assert!(number(&summary["lost_answers"]) > 0 && number(&summary["forks"]) == 1 && number(&summary["released"]) == 1);
    assert!(summary["assignments_by_area"].as_object().unwrap().len() >= 4);
    let logins = summary["logins"].as_array().unwrap();
    for role in ["admin", "operator", "supervisor", "inspector", "contractor_manager", "crew", "auditor"] {
        let login = logins.iter().find(|l| l["role"] == role).unwrap_or_else(|| panic!("no login of {role}"));
        assert!(login["password"].as_str().unwrap().len() >= 12);
    }
}

/// The pictures: real bytes, over lines that broke, kept once, given back as they were declared, and read.
fn bytes(summary: &Value) {
    let (photos, verdicts) = (&summary["photos"], &summary["verdicts"]["by_check"]);
    let of = |name: &str| number(&photos[name]);
    let (stored, partial) = (number(&photos["by_state"]["stored"]), number(&photos["by_state"]["partial"]));
    assert_eq!((of("declared"), of("waiting"), partial), (stored + 1, 1, 1), "one picture will never come: {photos}");
    assert_eq!((of("sent"), of("contents"), of("read_back")), (stored, stored - 1, stored - 1), "one file is used twice: {photos}");
    assert_eq!((of("lost"), of("unread")), (0, 0), "{photos}");
    assert!(stored > 40 && of("bytes") > stored * 5_000, "{photos}");
    assert!(of("cuts") > 10 && of("resumed") > of("cuts") / 2 && of("requests") > of("cuts") + stored, "{photos}");
    assert!(of("late") > 0, "{photos}");
    assert_eq!(number(&verdicts["bytes"]["ok"]), stored, "{verdicts}");
    assert_eq!(number(&verdicts["format"]["ok"]), stored, "{verdicts}");
    // The odd ones of the story and no other.
    for (check, mismatches) in [("exif_position", 2), ("exif_time", 2), ("similar_picture", 4), ("unique_bytes", 2)] {
        assert_eq!(number(&verdicts[check]["mismatch"]), mismatches, "{check}: {verdicts}");
    }
    assert!(verdicts["speed"]["mismatch"].is_null(), "nobody flies: {verdicts}");
    assert_eq!(number(&verdicts["exif_time"]["unknown"]), 1, "{verdicts}");
}

#[test]
fn the_day_in_qazvin_comes_out_right_on_sqlite() {
    let summary = play(CityWord::Qazvin, None);
    assert_eq!(
        (&summary["city"], &summary["outlines"], &summary["requests"]),
        (&"qazvin".into(), &"synthetic".into(), &"synthetic".into())
    );
    check(&summary);
}

#[test]
fn the_day_comes_out_right_on_postgresql_with_real_requests() {
    let Some(db) = TestDb::postgres() else { return };
    let summary = play(CityWord::Nyc, Some(db.url.clone()));
    assert_eq!((&summary["outlines"], &summary["requests"]), (&"real".into(), &"real".into()));
    check(&summary);
}

#[test]
fn the_check_finds_a_spoiled_copy_and_a_mutation_that_never_arrived_and_the_phone_sends_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let args = Args { requests: Some(20), ..args(folder.path(), CityWord::Qazvin, None) };
    let mut demo = demo::prepare(&args, &env()).unwrap();
    for phone in &mut demo.day.phones {
        phone.sync().unwrap();
    }
    let copy = &mut demo.day.phones[0].device.state.copy;
    let (kind, id) = copy.rows().map(|(kind, id, _)| (kind.to_owned(), id)).next().unwrap();
    copy.spoil(&kind, id);
    // Another phone believes that the server answered what it never sent.
    let has_ticket = |p: &&mut demo::people::Phone| p.device.state.copy.list("ticket").next().is_some();
    let device = &mut demo.day.phones.iter_mut().skip(1).find(has_ticket).unwrap().device;
    let ticket = device.state.copy.list("ticket").map(|(id, _)| id).next().unwrap();
    device.add_note(ticket, "هرگز فرستاده نشد");
    let (seq, mutation) = (device.state.outbox.next_seq() - 1, device.state.outbox.journal().last().unwrap().id);
    device.state.outbox.answer(&[ResultItem::first(Some(seq), Some(mutation), &Outcome::applied(1))]);
    let entry = device.state.outbox.journal().last().unwrap().clone();
    let lost = demo::check::lost(&entry, &device.state.copy).unwrap();
    assert!(lost.contains("its effect is nowhere"), "{lost}");
    // The server knows of fewer than the phone thinks: the phone notices and sends it.
    let outcome = demo.finish().unwrap();
    assert!(!outcome.is_good());
    assert_eq!((outcome.count.diverged.len(), outcome.count.lost.len()), (1, 0), "{:?}", outcome.count);
    demo.stage.close().unwrap();
}

#[test]
fn a_folder_or_database_of_something_else_is_left_alone_and_an_own_one_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("mine");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("bazdid.db"), "precious").unwrap();
    let refused = demo::stage::folder(&data).unwrap_err();
    assert!(format!("{refused:?}").contains("left alone"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(data.join("bazdid.db")).unwrap(), "precious");
    let own = folder.path().join("own");
    demo::stage::folder(&own).unwrap();
    std::fs::write(own.join("bazdid.db"), "yesterday").unwrap();
    demo::stage::folder(&own).unwrap();
    assert!(!own.join("bazdid.db").exists());
}
