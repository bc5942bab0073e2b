//! What a report waits for, and what a verifier is told of.

use serde_json::{Value, json};

use crate::{
    category::{EvidenceNeeds, EvidenceRule, Step},
    evidence::needs::{Party, Report, missing},
    photo::PhotoKind,
    reference::Reference,
    sync::engine::{
        Author, Authority,
        tests::{NEW, ORDER, commit, crew, finish, go, id, inspector, key, photo, state, unit, visit},
    },
    unit_of_work::UnitOfWork,
    visit::Measurement,
    work_order::{Round, RoundVerdict, Standing, WorkEvent, WorkEventKind, WorkOrder, WorkOrderState},
};
use bazdid_protocol::{
    ids::{MeasurementId, MutationId, WorkEventId, WorkOrderId},
    outcome::{OutcomeCode, Status},
    time::Timestamp,
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
fn a_start_without_a_visit_waits_is_flagged_or_counts_as_the_category_says() {
    for (level, waits, flagged) in [("hold", true, false), ("flag", false, true), ("off", false, false)] {
        let mut w = unit(0);
        let ticket = w.tickets.iter().next().unwrap().clone();
        // The needs of the order stand where the category is not known.
        w.tickets.put(crate::ticket::Ticket { category_id: bazdid_protocol::ids::Id::new(key(3)), ..ticket });
        asks(&mut w, json!({ "photos": [], "steps": { "start": { "visit": level } } }));
        let c = crew(5, NEW);
        let started = |w: &mut UnitOfWork, who: &Author| go(w, who, 1, ORDER, 2, 100, "work.start", json!({}));
        let outcome = started(&mut w, &c);
        assert_eq!(outcome.status == Status::Held, waits, "{level}: {outcome:?}");
        if waits {
            assert_eq!(outcome.waits_for, Some(key(ORDER)), "whatever comes to the order");
            assert_eq!(state(&w), WorkOrderState::Offered);
            let mut adopted = w.clone();
            let let_in = started(&mut adopted, &Author { authority: Authority::Adopted, ..c.clone() });
            assert_eq!((let_in.status, state(&adopted)), (Status::Applied, WorkOrderState::InProgress), "a person has decided");
            assert_eq!(flags(&mut adopted), ["missing_evidence", "missing_visit"]);
            // Another party's visit is not what it waits for.
            go(&mut w, &inspector(51), 2, ORDER, 2, 110, "visit.record", visit(44));
            assert_eq!(started(&mut w, &c).status, Status::Held);
        } else {
            assert_eq!(flags(&mut w), if flagged { &["missing_evidence", "missing_visit"][..] } else { &[] }, "{level}");
        }
        go(&mut w, &c, 3, ORDER, 2, 110, "visit.record", visit(40));
        assert_eq!(started(&mut w, &c).status, Status::Applied, "{level}");
        assert_eq!(state(&w), WorkOrderState::InProgress);
        assert!(flags(&mut w).is_empty(), "{level}: the visit came");
    }
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

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// What a device did at an order, one thing after the other: it measured, or submitted what was returned. Its clock is set forward and back, so
/// the estimated times go to and fro, and the stamps never back. Gives the rows and whether there is a quantity since the last return.
fn measured_and_returned(seed: u64) -> (UnitOfWork, bool) {
    let mut dice = Dice(seed);
    let mut unit = unit(0);
    let (mut clock, mut last, mut is_measured) = (1_000, 0, false);
    let mut rounds = 0;
    for n in 0..8_u128 {
        clock += dice.roll(40) - 15;
        let (est, eff) = (Timestamp::from_micros(clock), Timestamp::from_micros(clock.max(last)));
        last = eff.micros();
        if dice.roll(2) == 0 {
            is_measured = true;
            unit.measurements.put(Measurement {
                id: id(300 + n),
                rev: 0,
                ticket_id: id(10),
                work_order_id: Some(id(ORDER)),
                visit_id: None,
                epoch: Some(2),
                item: "asphalt".into(),
                quantity: 1.0,
                unit: "m2".into(),
                supersedes: None,
                actor: id(5),
                organisation_id: Some(id(NEW)),
                eff,
            });
        } else {
            is_measured = false;
            rounds += 1;
            let event = WorkEvent {
                id: id(400 + n),
                rev: 0,
                work_order_id: id(ORDER),
                ticket_id: id(10),
                epoch: 2,
                kind: WorkEventKind::Submit,
                actor: id(5),
                organisation_id: Some(id(NEW)),
                device_id: None,
                visit_id: None,
                args: json!({}),
                at: est,
                eff,
                standing: Standing::Effective,
            };
            unit.work_events.put(event);
            unit.rounds.put(returned(500 + n, rounds, est, id(400 + n)));
            // The device has seen that the round was returned: what it does from now on has a later stamp.
            last += 1;
        }
    }
    (unit, is_measured)
}

fn returned(n: u128, number: i64, at: Timestamp, event: WorkEventId) -> Round {
    Round {
        id: id(n),
        rev: 0,
        work_order_id: id(ORDER),
        ticket_id: id(10),
        number,
        epoch: 2,
        submitted_by: id(5),
        submitted_org: Some(id(NEW)),
        submitted_at: at,
        event_id: event,
        verdict: RoundVerdict::Rework,
        verdict_by: Some(id(50)),
        verdict_at: Some(at),
        defects: vec![],
        note: None,
        rework_due: None,
        without_bytes: None,
        verdict_mutation: None,
    }
}

/// When stamps were held against estimated times, this failed with 89 of the seeds, with 3 and 4 first: a quantity of a round that was returned
/// counted for the next one.
#[test]
fn a_quantity_belongs_to_the_round_in_which_its_device_measured_it_whatever_its_clock_said() {
    let asks = json!({ "photos": [], "steps": { "submit": { "quantities": "flag", "visit": "off", "start": "off", "checklist": "off" } } });
    let needs: EvidenceNeeds = serde_json::from_value(asks).unwrap();
    for seed in 0..400 {
        let (unit, is_measured) = measured_and_returned(seed);
        let order = unit.work_orders.get(id(ORDER)).unwrap();
        let party = Party { organisation: Some(id(NEW)), account: id(5) };
        let reference = Reference::default();
        let report =
            Report { unit: &unit, reference: &reference, order, needs: &needs, step: Step::Submit, party, brings_quantities: false };
        assert_eq!(missing(&report).is_empty(), is_measured, "seed {seed}");
    }
}
