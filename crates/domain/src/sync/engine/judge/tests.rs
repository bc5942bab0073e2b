use serde_json::{Value, json};

use super::*;
use crate::{
    account::Role,
    office::{self, DecisionContext, Officer},
    photo::{Photo, PhotoState},
    sync::engine::tests::{NOW, ORDER, REFERENCE, commit, crew, go, id, inspector, key, photo, state, unit},
    work_order::{WorkOrder, WorkOrderState},
};
use bazdid_protocol::ids::PhotoId;

const CREW: u128 = 131;

/// A round of an order whose category asks for one stored photo after the work; the photo is declared.
fn waiting() -> (UnitOfWork, Value) {
    let mut w = unit(1);
    let order = w.work_orders.get(id(ORDER)).unwrap().clone();
    let party = order.organisation_id.unwrap().uuid().as_u128();
    let mut evidence = order.evidence.clone();
    evidence.stored = true;
    w.work_orders.put(WorkOrder { evidence, ..order });
    let holder = crew(5, party);
    assert_eq!(go(&mut w, &holder, CREW, ORDER, 2, 110, "photo.add", photo(41)).status, Status::Applied);
    assert_eq!(go(&mut w, &holder, CREW + 1, ORDER, 2, 100, "work.submit", json!({})).status, Status::Applied);
    let round = w.rounds.iter().next().unwrap().id;
    (commit(&w), json!({"round": round, "defects": [{"code": "debris_left"}]}))
}

/// The bytes of the photo have come this far.
fn bytes(unit: &mut UnitOfWork, state: PhotoState) {
    let photo = unit.photos.get(PhotoId::new(key(41))).unwrap().clone();
    unit.photos.put(Photo { state, ..photo });
}

#[test]
fn an_acceptance_waits_for_the_bytes_that_the_category_asks_for() {
    for so_far in [PhotoState::Promised, PhotoState::Partial, PhotoState::Failed] {
        let (mut w, args) = waiting();
        bytes(&mut w, so_far);
        let held = go(&mut w, &inspector(50), 2, ORDER, 2, 60, "round.verify", args.clone());
        assert_eq!((held.status, held.code, held.waits_for), (Status::Held, Some(OutcomeCode::Dependency), Some(key(ORDER))));
        assert!(held.detail.unwrap().contains(&format!("{} (after {so_far})", key(41))), "it says which photo is waited for");
        assert_eq!((state(&w), w.rounds.iter().next().unwrap().verdict), (WorkOrderState::Submitted, RoundVerdict::Pending));
        bytes(&mut w, PhotoState::Stored);
        assert_eq!(go(&mut w, &inspector(50), 2, ORDER, 2, 60, "round.verify", args).status, Status::Applied);
        assert_eq!(state(&w), WorkOrderState::Verified);
    }
}

#[test]
fn a_return_does_not_wait_and_an_acceptance_that_did_meets_it_as_if_it_came_later() {
    let (mut w, args) = waiting();
    assert_eq!(go(&mut w, &inspector(50), 2, ORDER, 2, 60, "round.verify", args.clone()).status, Status::Held);
    assert_eq!(go(&mut w, &inspector(53), 3, ORDER, 2, 50, "round.rework", args.clone()).status, Status::Applied);
    let late = go(&mut w, &inspector(50), 2, ORDER, 2, 60, "round.verify", args.clone());
    assert_eq!((late.status, late.code), (Status::Conflict, Some(OutcomeCode::ConcurrentEdit)));
    assert_eq!((state(&w), w.conflicts.iter().count()), (WorkOrderState::Rework, 1), "the stricter stands");

    let (mut stored, args) = waiting();
    bytes(&mut stored, PhotoState::Stored);
    go(&mut stored, &inspector(50), 2, ORDER, 2, 60, "round.verify", args.clone());
    go(&mut stored, &inspector(53), 3, ORDER, 2, 50, "round.rework", args);
    let sides =
        |w: &UnitOfWork| w.conflicts.iter().map(|c| (c.sides.theirs().clone(), c.sides.mine().clone(), c.mutation_id)).collect::<Vec<_>>();
    assert_eq!(sides(&w), sides(&stored), "the same two verdicts disagree, whenever the bytes came");
}

#[test]
fn a_photo_that_was_removed_is_missing_and_said_so() {
    let (mut w, args) = waiting();
    let gone = w.photos.get(PhotoId::new(key(41))).unwrap().clone();
    w.photos.put(Photo { state: PhotoState::Stored, removed_at: Some(gone.eff), ..gone });
    let held = go(&mut w, &inspector(50), 2, ORDER, 2, 60, "round.verify", args);
    assert_eq!(held.status, Status::Held);
    assert!(held.detail.unwrap().ends_with("1 more photo(s) of kind after"));
}

/// A round is returned in the field half an hour before the server hears of it, and one like it in the office when the server does.
#[test]
fn a_round_that_is_returned_in_the_field_is_due_when_one_of_the_office_is() {
    let (submitted, args) = waiting();
    let round = submitted.rounds.iter().next().unwrap().id;
    let mut field = submitted.clone();
    assert_eq!(go(&mut field, &inspector(50), 2, ORDER, 2, 30, "round.rework", args).status, Status::Applied);
    let mut office = submitted;
    let officer = Officer { account: id(50), organisations: vec![], roles: vec![Role::Inspector] };
    let context = DecisionContext { officer: &officer, reference: &REFERENCE, now: NOW, command: id(2) };
    let defects = [Defect { code: "debris_left".into(), note: None }];
    office::round::rework(&mut office, &context, round, &defects, None, None).unwrap();
    let due = |w: &UnitOfWork| (w.rounds.get(round).unwrap().rework_due, w.work_orders.get(id(ORDER)).unwrap().resolve_due);
    assert_eq!(due(&field), (Some(NOW.plus_minutes(600)), Some(NOW.plus_minutes(600))));
    assert_eq!(due(&field), due(&office));
    let row = |w: &UnitOfWork| {
        let order = w.work_orders.get(id(ORDER)).unwrap().clone();
        let until = w.assignments.get(order.assignment_id.unwrap()).unwrap().until_epoch;
        (order.state, order.epoch, order.round, order.submitted_by, order.updated_at, until)
    };
    assert_eq!(row(&field), row(&office));
}

#[test]
fn the_first_return_that_is_heard_of_says_when_the_next_attempt_is_due() {
    let (mut w, args) = waiting();
    go(&mut w, &inspector(50), 2, ORDER, 2, 30, "round.rework", args.clone());
    let due = w.rounds.iter().next().unwrap().rework_due;
    go(&mut w, &inspector(53), 3, ORDER, 2, 60, "round.rework", args);
    let round = w.rounds.iter().next().unwrap();
    assert_eq!((round.verdict_by, round.rework_due), (Some(id(53)), due), "of two equal verdicts the earlier stands");
}
