//! What a report waits for, and what a verifier is told of.

use serde_json::{Value, json};

use crate::{
    category::{EvidenceNeeds, EvidenceRule},
    photo::PhotoKind,
    sync::engine::tests::{NEW, ORDER, commit, crew, finish, go, inspector, key, photo, state, unit, visit},
    unit_of_work::UnitOfWork,
    work_order::{RoundVerdict, WorkOrder, WorkOrderState},
};
use bazdid_protocol::{
    ids::{MeasurementId, MutationId, WorkOrderId},
    outcome::{OutcomeCode, Status},
};

fn order(w: &UnitOfWork) -> WorkOrder {
    w.work_orders.get(WorkOrderId::new(key(ORDER))).unwrap().clone()
}

fn flags(w: &mut UnitOfWork) -> Vec<String> {
    finish(w);
    order(w).flags
}

/// The needs of the order and of its category are these.
fn asks(w: &mut UnitOfWork, needs: Value) {
    let evidence: EvidenceNeeds = serde_json::from_value(needs).unwrap();
    w.work_orders.put(WorkOrder { evidence, ..order(w) });
}

#[test]
fn work_without_a_visit_or_a_start_is_kept_and_flagged_until_they_come() {
    let mut w = unit(0);
    let c = crew(5, NEW);
    assert_eq!(go(&mut w, &c, 1, ORDER, 2, 100, "work.submit", json!({})).status, Status::Applied, "nobody's work is lost");
    assert_eq!(flags(&mut w), ["missing_evidence", "missing_start", "missing_visit"]);
    assert_eq!(go(&mut w, &c, 2, ORDER, 2, 110, "visit.record", visit(40)).status, Status::Applied);
    assert_eq!(flags(&mut w), ["missing_evidence", "missing_start"]);
    assert_eq!(go(&mut w, &c, 3, ORDER, 2, 105, "work.start", json!({"visit": key(40)})).status, Status::Applied);
    assert!(flags(&mut w).is_empty());
    assert_eq!(go(&mut w, &c, 4, ORDER, 2, 90, "work.retract", json!({"event": key(1)})).status, Status::Applied);
    assert!(flags(&mut w).is_empty(), "nothing is submitted any more");
}

#[test]
fn another_partys_visit_is_nobodys_presence() {
    let mut w = unit(0);
    go(&mut w, &inspector(51), 2, ORDER, 2, 110, "visit.record", visit(40));
    go(&mut w, &crew(5, NEW), 1, ORDER, 2, 100, "work.submit", json!({}));
    assert_eq!(flags(&mut w), ["missing_evidence", "missing_start", "missing_visit"]);
}

#[test]
fn a_visit_at_which_nobody_could_work_needs_presence_and_a_photo() {
    let mut w = unit(0);
    let c = crew(5, NEW);
    go(&mut w, &c, 1, ORDER, 2, 100, "work.fail_visit", json!({"reason": "no_access"}));
    assert_eq!(state(&w), WorkOrderState::FailedVisit);
    assert_eq!(flags(&mut w), ["missing_evidence", "missing_photos", "missing_visit"]);
    go(&mut w, &c, 2, ORDER, 2, 110, "visit.record", visit(40));
    go(&mut w, &c, 3, ORDER, 2, 109, "photo.add", photo(41));
    assert!(flags(&mut w).is_empty());
}

#[test]
fn a_second_round_needs_a_visit_a_start_and_photos_of_its_own() {
    let mut w = unit(1);
    asks(&mut w, json!({ "photos": [{ "kind": "after", "min": 1 }] }));
    let ticket = w.tickets.iter().next().unwrap().clone();
    w.tickets.put(crate::ticket::Ticket { category_id: bazdid_protocol::ids::Id::new(key(3)), ..ticket });
    let c = crew(5, NEW);
    let shot = |n: u128, at: &str| {
        let mut args = photo(n);
        (args["captured_at"], args["sha256"]) = (json!(at), json!(format!("{n:02x}").repeat(32)));
        args
    };
    let rule = EvidenceRule { kind: PhotoKind::After, min: 1 };
    assert_eq!(order(&w).evidence.photos, [rule], "the order's needs stand where the category is not known");
    go(&mut w, &c, 1, ORDER, 2, 300, "visit.record", visit(40));
    go(&mut w, &c, 2, ORDER, 2, 290, "work.start", json!({"visit": key(40)}));
    go(&mut w, &c, 3, ORDER, 2, 280, "photo.add", shot(41, "2026-09-01T08:10:00Z"));
    go(&mut w, &c, 4, ORDER, 2, 200, "work.submit", json!({}));
    assert!(flags(&mut w).is_empty());
    let mut w = commit(&w);
    let round = w.rounds.iter().next().unwrap().id;
    let judge = json!({"round": round, "defects": [{"code": "uneven"}]});
    assert_eq!(go(&mut w, &inspector(50), 5, ORDER, 2, 150, "round.rework", judge).status, Status::Applied);
    assert_eq!((state(&w), w.rounds.get(round).unwrap().verdict), (WorkOrderState::Rework, RoundVerdict::Rework));
    // What was there of the first round lets the second one pass, flagged: clocks may be wrong, and work is not lost.
    let epoch = order(&w).epoch;
    assert_eq!(go(&mut w, &c, 6, ORDER, epoch, 100, "work.submit", json!({})).status, Status::Applied);
    assert_eq!(flags(&mut w), ["missing_evidence", "missing_photos", "missing_start", "missing_visit"]);
    let arrived = json!({"visit": key(42), "kind": "work"});
    go(&mut w, &c, 7, ORDER, epoch, 120, "visit.record", arrived);
    go(&mut w, &c, 8, ORDER, epoch, 119, "work.start", json!({"visit": key(42)}));
    let taken = json!({"photo": key(43), "kind": "after", "sha256": "cd".repeat(32), "bytes": 9, "mime": "image/jpeg"});
    go(&mut w, &c, 9, ORDER, epoch, 110, "photo.add", taken);
    assert!(flags(&mut w).is_empty());
}

#[test]
fn a_category_may_let_a_report_wait_or_ask_for_nothing() {
    let hold = json!({ "photos": [], "steps": {
        "start": { "visit": "flag" }, "submit": { "visit": "hold", "start": "hold", "quantities": "hold" }, "fail_visit": { "photos": "hold" },
    } });
    let mut w = unit(0);
    asks(&mut w, hold);
    let c = crew(5, NEW);
    let quantities = json!({"quantities": [{"item": "asphalt", "quantity": 2, "unit": "m2"}]});
    let waits = |w: &mut UnitOfWork, n, cmd, args: Value| {
        let outcome = go(w, &c, n, ORDER, 2, 100, cmd, args);
        (outcome.status == Status::Held).then(|| (outcome.code, outcome.detail.unwrap()))
    };
    let for_a = |what: &str| Some((Some(OutcomeCode::Dependency), format!("waits for {what}")));
    assert_eq!(waits(&mut w, 1, "work.fail_visit", json!({"reason": "x"})), for_a("what the category asks for: photos"));
    assert_eq!(waits(&mut w, 2, "work.submit", json!({})), for_a("what the category asks for: visit"));
    go(&mut w, &c, 3, ORDER, 2, 110, "visit.record", visit(40));
    assert_eq!(waits(&mut w, 2, "work.submit", json!({})), for_a("what the category asks for: start"));
    assert_eq!(go(&mut w, &c, 4, ORDER, 2, 109, "work.start", json!({})).status, Status::Applied, "no visit need be named");
    assert_eq!(waits(&mut w, 2, "work.submit", json!({})), for_a("what the category asks for: quantities"));
    assert_eq!(waits(&mut w, 5, "work.submit", quantities), None);

    let mut w = unit(1);
    asks(&mut w, json!({ "photos": [{ "kind": "after", "min": 1 }], "steps": { "submit": { "photos": "off" } } }));
    assert_eq!(waits(&mut w, 1, "work.submit", json!({})), None);
}

#[test]
fn quantities_of_a_submission_become_measurements_and_what_cannot_be_used_is_told() {
    let mut w = unit(0);
    let c = crew(5, NEW);
    let said = json!({"quantities": [
        {"item": "asphalt", "quantity": "۱۲٫۵", "unit": "m2"}, {"item": "asphalt", "quantity": -5, "unit": "m2"}, {"foo": 1}, "bar",
        {"item": "kerb", "quantity": 3, "unit": "m"},
    ]});
    assert_eq!(go(&mut w, &c, 1, ORDER, 2, 100, "work.submit", said).status, Status::Applied);
    let measured = |w: &UnitOfWork| {
        let mut found: Vec<_> = w.measurements.iter().map(|m| (m.item.clone(), m.quantity, m.unit.clone(), m.supersedes)).collect();
        found.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        found
    };
    let (asphalt, kerb) = (("asphalt".to_owned(), 12.5, "m2".to_owned(), None), ("kerb".to_owned(), 3.0, "m".to_owned(), None));
    assert_eq!(measured(&w), [asphalt.clone(), kerb.clone()]);
    let m = w.measurements.get(MeasurementId::submitted(MutationId::new(key(1)), 0)).unwrap();
    assert_eq!(
        (m.work_order_id, m.epoch, m.actor, m.organisation_id),
        (Some(order(&w).id), Some(2), c.account, Some(order(&w).organisation_id.unwrap()))
    );
    assert!(flags(&mut w).contains(&"unread_quantities".to_owned()));

    // Taken back and submitted anew: the later corrects the earlier.
    go(&mut w, &c, 2, ORDER, 2, 90, "work.retract", json!({"event": key(1)}));
    go(&mut w, &c, 3, ORDER, 2, 80, "work.submit", json!({"quantities": [{"item": "asphalt", "quantity": 11, "unit": "m2"}]}));
    let first = MeasurementId::submitted(MutationId::new(key(1)), 0);
    assert_eq!(measured(&w), [("asphalt".to_owned(), 11.0, "m2".to_owned(), Some(first)), asphalt, kerb]);
    assert!(!flags(&mut w).contains(&"unread_quantities".to_owned()));
    assert_eq!(w.conflicts.iter().count(), 0);
}
