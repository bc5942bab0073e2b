//! Verdicts on photos as the engine computes them: the same whatever came first.

use serde_json::{Value, json};

use crate::{
    photo::VerdictResult::{self, Mismatch, Ok, Unknown},
    sync::{
        engine::{
            Act, Author, decide,
            flags::EVIDENCE_MISMATCH,
            rejudge, settle,
            tests::{NEW, NOW, ORDER, REFERENCE, crew, finish, go, id, inspector, key, unit},
        },
        merge_context::MergeContext,
        stamp::{Skew, Stamp},
    },
    ticket::Ticket,
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::command::Command;

fn photo(n: u128, kind: &str, minutes: i64, sha: &str, lat: f64) -> Value {
    json!({
        "photo": key(n), "visit": key(40), "kind": kind, "sha256": sha.repeat(32), "bytes": 9, "mime": "image/jpeg", "mock": false,
        "captured_at": NOW.plus_minutes(-minutes), "point": {"lat": lat, "lon": 50.0041, "accuracy_m": 4.0},
    })
}

fn arrival(minutes: i64) -> Value {
    json!({"visit": key(40), "kind": "work", "arrived_at": NOW.plus_minutes(-minutes), "point": {"lat": 36.2688, "lon": 50.0041}})
}

fn verdict(unit: &UnitOfWork, n: u128, check: &str) -> VerdictResult {
    unit.photos.get(id(n)).unwrap().verdicts.iter().find(|v| v.check == check).unwrap().result
}

/// A good day: arrival, a photo before, one after, departure.
fn day() -> Vec<(u128, i64, &'static str, Value)> {
    vec![
        (1, 100, "visit.record", arrival(100)),
        (2, 90, "photo.add", photo(51, "before", 90, "ab", 36.2688)),
        (3, 40, "photo.add", photo(52, "after", 40, "cd", 36.2688)),
        (4, 30, "visit.leave", json!({"visit": key(40), "outcome": "done"})),
    ]
}

fn play(acts: &[(u128, i64, &'static str, Value)]) -> UnitOfWork {
    let mut w = unit(0);
    for (n, minutes, cmd, args) in acts {
        go(&mut w, &crew(5, NEW), *n, ORDER, 2, *minutes, cmd, args.clone());
    }
    finish(&mut w);
    w
}

fn verdicts(unit: &UnitOfWork) -> Vec<Value> {
    unit.photos.iter().map(|p| json!(p.verdicts)).collect()
}

#[test]
fn a_good_day_agrees_in_everything() {
    let w = play(&day());
    for n in [51, 52] {
        for check in ["distance", "mock_location", "inside_visit", "order", "unique_bytes", "clock"] {
            assert_eq!(verdict(&w, n, check), Ok, "{n} {check}");
        }
    }
    assert!(w.work_orders.get(id(ORDER)).unwrap().flags.is_empty());
}

#[test]
fn the_order_of_arrival_and_the_cut_into_batches_do_not_matter() {
    let whole = play(&day());
    let mut turned = day();
    turned.swap(0, 2);
    turned.swap(1, 2);
    assert_eq!(verdicts(&play(&turned)), verdicts(&whole));
    // A batch each.
    let mut w = unit(0);
    for (n, minutes, cmd, args) in day() {
        go(&mut w, &crew(5, NEW), n, ORDER, 2, minutes, cmd, args);
        finish(&mut w);
    }
    assert_eq!(verdicts(&w), verdicts(&whole));
    let before = w.clone();
    finish(&mut w);
    assert_eq!(verdicts(&w), verdicts(&before));
    let revs = |w: &UnitOfWork| w.photos.iter().map(|p| p.rev).collect::<Vec<_>>();
    assert_eq!(revs(&w), revs(&before), "running it again changes nothing");
}

#[test]
fn what_does_not_agree_is_said_and_flags_the_order() {
    for (change, n, check, result) in [
        (1, 51, "distance", Mismatch),
        (2, 51, "mock_location", Mismatch),
        (3, 51, "inside_visit", Mismatch),
        (4, 52, "order", Mismatch),
        (5, 52, "unique_bytes", Mismatch),
        (6, 51, "mock_location", Unknown),
    ] {
        let mut acts = day();
        match change {
            1 => acts[1].3 = photo(51, "before", 90, "ab", 36.28),
            2 => acts[1].3["mock"] = json!(true),
            3 => acts[1].3 = photo(51, "before", 200, "ab", 36.2688),
            4 => (acts[1].3, acts[2].3) = (photo(51, "before", 40, "ab", 36.2688), photo(52, "after", 90, "cd", 36.2688)),
            5 => acts[2].3 = photo(52, "after", 40, "ab", 36.2688),
            _ => acts[1].3["mock"] = Value::Null,
        }
        let w = play(&acts);
        assert_eq!(verdict(&w, n, check), result, "{check}");
        let flagged = w.work_orders.get(id(ORDER)).unwrap().flags.contains(&EVIDENCE_MISMATCH.to_owned());
        assert_eq!(flagged, result == Mismatch, "{check}");
    }
}

#[test]
fn a_photo_taken_under_a_clock_that_is_far_off_says_so() {
    let mut w = unit(0);
    let args = photo(51, "before", 60, "ab", 36.2688);
    let command = Command::parse("photo.add", 1, &args).unwrap();
    let est = NOW.plus_minutes(-70);
    let stamp = Stamp { est, eff: est, skew_us: 10 * 60_000_000, skew: Skew::Suspect };
    let act = Act {
        id: id(1),
        entity: key(ORDER),
        base: None,
        epoch: Some(2),
        command: &command,
        args: &args,
        stamp,
        received_at: NOW,
        office: false,
    };
    decide(&mut w, &MergeContext::new(&REFERENCE), &crew(5, NEW), &act);
    finish(&mut w);
    assert_eq!(verdict(&w, 51, "clock"), Mismatch);
}

#[test]
fn the_same_bytes_elsewhere_are_found_on_both_sides_and_a_removed_photo_does_not_count() {
    let mut w = play(&day());
    w.tickets.load([Ticket { id: id(11), code: "1".into(), ..w.tickets.get(id(10)).unwrap().clone() }]);
    let author = Author { reach: inspector(9).reach, roles: vec![crate::account::Role::Inspector], ..crew(9, 999) };
    let mut copy = photo(61, "before", 20, "ab", 36.2688);
    copy["visit"] = Value::Null;
    go(&mut w, &author, 5, 11, 0, 20, "photo.add", copy);
    finish(&mut w);
    assert_eq!((verdict(&w, 51, "unique_bytes"), verdict(&w, 61, "unique_bytes")), (Mismatch, Mismatch));
    go(&mut w, &author, 6, 11, 0, 10, "photo.remove", json!({"photo": key(61)}));
    finish(&mut w);
    assert_eq!(verdict(&w, 51, "unique_bytes"), Ok);
    // The other photo may not be loaded.
    let context = MergeContext { same_bytes: [("ab".repeat(32), [id(70)].into())].into(), ..MergeContext::new(&REFERENCE) };
    settle(&mut w, &context, NOW);
    assert_eq!(verdict(&w, 51, "unique_bytes"), Mismatch);
}

#[test]
fn a_ticket_that_moves_has_its_photos_judged_anew() {
    let mut w = play(&day());
    let far = bazdid_protocol::geo::Point { lat: 36.3, lon: 50.0041, accuracy_m: Some(4.0) };
    w.tickets.put(Ticket { point: far, ..w.tickets.get(id(10)).unwrap().clone() });
    rejudge(&mut w, &MergeContext::new(&REFERENCE), id(10), NOW);
    assert_eq!((verdict(&w, 51, "distance"), verdict(&w, 52, "distance")), (Mismatch, Mismatch));
}
