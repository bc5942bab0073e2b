use serde_json::json;

use crate::{
    assigning::call_off,
    conflict::{ConflictKind, ConflictStatus},
    sync::engine::tests::{NEW, NOW, OLD, ORDER, REFERENCE, conflict, crew, go, id, inspector, key, rows, state, submitted, unit, visit},
    work_order::{Answer, RoundVerdict, WorkOrderState},
    work_order_graph::{Mode, Mover, Party},
};
use bazdid_protocol::outcome::{OutcomeCode, Status};

#[test]
fn a_submission_taken_back_leaves_the_order_where_it_was_and_can_be_made_again() {
    let mut w = unit(0);
    let c = crew(5, NEW);
    go(&mut w, &c, 1, ORDER, 2, 100, "visit.record", visit(40));
    go(&mut w, &c, 2, ORDER, 2, 90, "work.start", json!({"visit": key(40)}));
    go(&mut w, &c, 3, ORDER, 2, 80, "work.submit", json!({}));
    let before = rows(&w).len();
    assert_eq!(go(&mut w, &c, 4, ORDER, 2, 70, "work.retract", json!({"event": key(3)})).status, Status::Applied);
    let round = w.rounds.iter().next().unwrap().clone();
    assert_eq!((state(&w), round.verdict), (WorkOrderState::InProgress, RoundVerdict::Withdrawn));
    assert_eq!(rows(&w).len(), before + 1, "the event stays, and its retraction stands beside it");
    let verify = go(&mut w, &inspector(50), 5, ORDER, 2, 60, "round.verify", json!({"round": round.id}));
    assert_eq!((verify.status, verify.code), (Status::Conflict, Some(OutcomeCode::StaleEpoch)));
    assert_eq!(go(&mut w, &c, 6, ORDER, 2, 50, "work.submit", json!({})).status, Status::Applied);
    let round = w.rounds.get(round.id).unwrap();
    assert_eq!((state(&w), round.verdict, w.rounds.iter().count()), (WorkOrderState::Submitted, RoundVerdict::Pending, 1));
}

#[test]
fn an_acceptance_taken_back_leaves_the_offer_open() {
    let mut w = unit(0);
    go(&mut w, &crew(5, NEW), 1, ORDER, 2, 100, "work.accept", json!({}));
    assert_eq!(w.assignments.get(id(32)).unwrap().answer, Some(Answer::Accepted));
    go(&mut w, &crew(5, NEW), 2, ORDER, 2, 90, "work.retract", json!({"event": key(1)}));
    assert_eq!((state(&w), w.assignments.get(id(32)).unwrap().answer), (WorkOrderState::Offered, None));
    assert_eq!(go(&mut w, &crew(5, NEW), 3, ORDER, 2, 80, "work.retract", json!({"event": key(1)})).status, Status::Applied, "already so");
}

#[test]
fn what_was_judged_or_is_somebody_elses_cannot_be_taken_back() {
    let (mut w, args) = submitted();
    let other = go(&mut w, &crew(6, NEW), 2, ORDER, 2, 90, "work.retract", json!({"event": key(1)}));
    assert_eq!((other.status, other.code), (Status::Held, Some(OutcomeCode::UnknownEntity)));
    go(&mut w, &inspector(50), 3, ORDER, 2, 60, "round.rework", args);
    let late = go(&mut w, &crew(5, NEW), 4, ORDER, 3, 50, "work.retract", json!({"event": key(1)}));
    assert_eq!((late.status, late.code, state(&w)), (Status::Rejected, Some(OutcomeCode::TerminalState), WorkOrderState::Rework));
}

#[test]
fn late_work_taken_back_leaves_the_supervisor_nothing_to_decide() {
    let mut w = unit(0);
    go(&mut w, &crew(4, OLD), 1, ORDER, 1, 400, "work.submit", json!({}));
    assert_eq!(conflict(&w, ConflictKind::StaleEpoch).status, ConflictStatus::Open);
    assert_eq!(go(&mut w, &crew(4, OLD), 2, ORDER, 1, 390, "work.retract", json!({"event": key(1)})).status, Status::Applied);
    assert_eq!((conflict(&w, ConflictKind::StaleEpoch).status, state(&w)), (ConflictStatus::Resolved, WorkOrderState::Offered));
}

#[test]
fn taking_back_at_a_cancelled_order_does_not_change_when_the_office_ended_it() {
    let mut w = unit(0);
    let c = crew(5, NEW);
    go(&mut w, &c, 1, ORDER, 2, 100, "work.accept", json!({}));
    let ended = NOW.plus_minutes(-50);
    let mut order = w.work_orders.get(id(ORDER)).unwrap().clone();
    order.updated_at = ended;
    let supervisor = Mover::new(&REFERENCE.transitions, [Party::Supervisor], Mode::Online);
    call_off(&mut w, &mut order, ended, "not_needed", &supervisor).unwrap();
    w.work_orders.put(order);
    let withdrawn = w.assignments.get(id(32)).unwrap().clone();
    go(&mut w, &c, 2, ORDER, 2, 30, "work.resume", json!({}));
    let first = |w: &_| {
        (
            conflict(w, ConflictKind::DeletedEntity).sides.theirs()["ended_at"].clone(),
            conflict(w, ConflictKind::DeletedEntity).sides.theirs()["came_first"].clone(),
        )
    };
    let told = first(&w);
    assert_eq!(told, (json!(ended), json!("office")));
    go(&mut w, &c, 3, ORDER, 2, 20, "work.retract", json!({"event": key(1)}));
    go(&mut w, &c, 4, ORDER, 2, 30, "work.start", json!({}));
    assert_eq!(first(&w), told);
    let now = w.assignments.get(id(32)).unwrap();
    assert_eq!((now.answer, now.answered_at, &now.reason), (Some(Answer::Withdrawn), Some(ended), &withdrawn.reason));
}
