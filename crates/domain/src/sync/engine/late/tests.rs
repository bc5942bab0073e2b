//! The table "Late operations" of the protocol, line by line.

use serde_json::{Value, json};

use crate::{
    category::EvidenceNeeds,
    conflict::{Conflict, ConflictKind, ConflictStatus, Severity},
    sync::engine::{
        Author, Authority,
        flags::{DOUBLE_WORK, MISSING_EVIDENCE},
        tests::{
            NEW, NOW, OLD, ORDER, assignment, commit, conflict, crew, finish, go, id, inspector, key, photo, state, submitted, ticket,
            unit, visit,
        },
    },
    ticket::{StatusChange, Ticket, TicketStatus},
    unit_of_work::UnitOfWork,
    work_order::{Answer, Assignment, RoundVerdict, Standing, WorkOrder, WorkOrderState},
};
use bazdid_protocol::outcome::{OutcomeCode, Status};

fn order(unit: &UnitOfWork) -> WorkOrder {
    unit.work_orders.get(id(ORDER)).unwrap().clone()
}

fn set(unit: &mut UnitOfWork, change: impl FnOnce(&mut WorkOrder)) {
    let mut row = order(unit);
    change(&mut row);
    unit.work_orders.put(row);
}

fn hold(unit: &mut UnitOfWork, n: u128, change: impl FnOnce(&mut Assignment)) {
    let mut row = unit.assignments.get(id(n)).unwrap().clone();
    change(&mut row);
    unit.assignments.put(row);
}

/// The old contractor's offer expired an hour ago; the new one has been asked.
fn expired() -> UnitOfWork {
    let mut w = unit(0);
    hold(&mut w, 31, |a| a.answer = Some(Answer::Expired));
    hold(&mut w, 32, |a| a.expires_at = Some(NOW.plus_minutes(60)));
    commit(&w)
}

#[test]
fn accept_when_the_offer_expired_and_nobody_else_took_it_is_reinstated() {
    let mut w = expired();
    let late = crew(4, OLD);
    assert_eq!(go(&mut w, &late, 1, ORDER, 1, 61, "work.accept", json!({})).status, Status::Applied);
    let row = order(&w);
    assert_eq!((row.state, row.epoch, row.organisation_id, row.assignment_id), (WorkOrderState::Accepted, 3, Some(id(OLD)), Some(id(31))));
    assert_eq!(w.assignments.get(id(32)).unwrap().answer, Some(Answer::Withdrawn));
    assert_eq!(w.assignments.get(id(31)).unwrap().answer, Some(Answer::Accepted));
    // The rest of the day, done under the epoch that the crew knew, counts.
    go(&mut w, &late, 2, ORDER, 1, 50, "visit.record", visit(40));
    assert_eq!(go(&mut w, &late, 3, ORDER, 1, 50, "work.start", json!({"visit": key(40)})).status, Status::Applied);
    assert_eq!(go(&mut w, &late, 4, ORDER, 1, 40, "work.submit", json!({})).status, Status::Applied);
    assert_eq!((state(&w), w.rounds.iter().next().unwrap().epoch), (WorkOrderState::Submitted, 3));
    assert_eq!(w.conflicts.iter().count(), 0);
    // Whoever was asked meanwhile is late.
    let asked = go(&mut w, &crew(5, NEW), 5, ORDER, 2, 30, "work.accept", json!({}));
    assert_eq!((asked.status, asked.code), (Status::Conflict, Some(OutcomeCode::StaleEpoch)));
}

#[test]
fn accept_after_the_window_is_refused_and_changes_nothing() {
    let mut w = expired();
    let before = order(&w);
    let late = go(&mut w, &crew(4, OLD), 1, ORDER, 1, 59, "work.accept", json!({}));
    assert_eq!((late.status, late.code), (Status::Conflict, Some(OutcomeCode::StaleEpoch)));
    assert_eq!(order(&w), before);
}

#[test]
fn accept_when_the_next_contractor_accepted_changes_nothing() {
    let mut w = expired();
    assert_eq!(go(&mut w, &crew(5, NEW), 1, ORDER, 2, 30, "work.accept", json!({})).status, Status::Applied);
    let before = order(&w);
    let late = go(&mut w, &crew(4, OLD), 2, ORDER, 1, 61, "work.accept", json!({}));
    assert_eq!((late.status, late.code), (Status::Conflict, Some(OutcomeCode::StaleEpoch)));
    assert_eq!(order(&w), before);
}

#[test]
fn work_begun_after_the_window_is_seen_and_counts_when_the_offer_is_reinstated() {
    let mut w = unit(0);
    set(&mut w, |o| o.state = WorkOrderState::Expired);
    go(&mut w, &crew(5, NEW), 1, ORDER, 2, 50, "visit.record", visit(40));
    let start = go(&mut w, &crew(5, NEW), 2, ORDER, 2, 50, "work.start", json!({"visit": key(40)}));
    assert_eq!((start.status, start.code, state(&w)), (Status::Conflict, Some(OutcomeCode::StaleEpoch), WorkOrderState::Expired));
    assert_eq!(go(&mut w, &crew(6, NEW), 3, ORDER, 2, 61, "work.accept", json!({})).status, Status::Applied);
    finish(&mut w);
    assert_eq!((state(&w), conflict(&w, ConflictKind::StaleEpoch).status), (WorkOrderState::InProgress, ConflictStatus::Resolved));
}

#[test]
fn decline_when_it_had_expired_is_applied_without_effect() {
    // Nobody else was asked yet; somebody else was.
    let mut same = unit(0);
    set(&mut same, |o| o.state = WorkOrderState::Expired);
    hold(&mut same, 32, |a| a.answer = Some(Answer::Expired));
    let outcome = go(&mut same, &crew(5, NEW), 1, ORDER, 2, 70, "work.decline", json!({"reason": "no_capacity"}));
    assert_eq!((outcome.status, state(&same)), (Status::Applied, WorkOrderState::Expired));
    assert_eq!(same.assignments.get(id(32)).unwrap().answer, Some(Answer::Expired));
    let mut next = expired();
    let before = order(&next);
    let outcome = go(&mut next, &crew(4, OLD), 1, ORDER, 1, 70, "work.decline", json!({"reason": "no_capacity"}));
    assert_eq!((outcome.status, order(&next)), (Status::Applied, before));
    assert_eq!(next.conflicts.iter().count(), 0);
}

#[test]
fn start_and_submit_after_a_reassignment_are_kept_for_the_supervisor() {
    let mut w = unit(0);
    go(&mut w, &crew(4, OLD), 1, ORDER, 1, 400, "visit.record", visit(40));
    for (n, cmd, args) in [(2, "work.start", json!({"visit": key(40)})), (3, "work.submit", json!({}))] {
        assert_eq!(go(&mut w, &crew(4, OLD), n, ORDER, 1, 390, cmd, args).code, Some(OutcomeCode::StaleEpoch), "{cmd}");
    }
    finish(&mut w);
    let found = conflict(&w, ConflictKind::StaleEpoch);
    assert_eq!((found.severity, &found.sides.theirs()["double_work"]), (Severity::Hard, &Value::Bool(false)));
    assert_eq!((state(&w), order(&w).flags.len()), (WorkOrderState::Offered, 0));
}

#[test]
fn start_or_submit_when_the_other_has_submitted_too_is_marked_double_work_whichever_came_first() {
    let play = |late_first: bool| {
        let mut w = unit(0);
        let mut acts = vec![(crew(4, OLD), 1, 1, 300), (crew(5, NEW), 2, 2, 200)];
        if !late_first {
            acts.reverse();
        }
        for (author, n, epoch, minutes) in acts {
            go(&mut w, &author, 10 + n, ORDER, epoch, minutes + 9, "visit.record", visit(40 + n));
            go(&mut w, &author, 20 + n, ORDER, epoch, minutes + 8, "work.start", json!({"visit": key(40 + n)}));
            go(&mut w, &author, n, ORDER, epoch, minutes, "work.submit", json!({}));
        }
        finish(&mut w);
        let Conflict { sides, severity, .. } = conflict(&w, ConflictKind::StaleEpoch);
        (sides.theirs(), sides.mine(), severity, order(&w).flags, state(&w))
    };
    let (theirs, _, severity, flags, state) = play(true);
    assert_eq!(play(true), play(false));
    assert_eq!((&theirs["double_work"], severity, state), (&Value::Bool(true), Severity::Hard, WorkOrderState::Submitted));
    assert_eq!(flags, [DOUBLE_WORK]);
}

#[test]
fn submit_at_a_ticket_that_was_ended_says_which_came_first() {
    for (minutes, first) in [(200, "work"), (50, "office")] {
        for by_ticket in [true, false] {
            let mut w = unit(0);
            if by_ticket {
                w.tickets.put(Ticket { status: TicketStatus::Cancelled, ..ticket() });
                let (from, to, at) = (Some(TicketStatus::InWork), TicketStatus::Cancelled, NOW.plus_minutes(-100));
                w.status_changes.put(StatusChange { id: id(901), ticket_id: id(10), from, to, actor: None, reason: None, at });
            } else {
                set(&mut w, |o| (o.state, o.updated_at) = (WorkOrderState::Cancelled, NOW.plus_minutes(-100)));
            }
            let submit = go(&mut w, &crew(5, NEW), 1, ORDER, 2, minutes, "work.submit", json!({}));
            assert_eq!((submit.status, submit.code), (Status::Conflict, Some(OutcomeCode::DeletedEntity)));
            assert_eq!(conflict(&w, ConflictKind::DeletedEntity).sides.theirs()["came_first"], first, "{by_ticket}");
            assert!(w.work_events.iter().all(|e| e.standing == Standing::Stale) && w.rounds.iter().next().is_none());
        }
    }
}

#[test]
fn evidence_at_a_duplicate_stays_and_the_office_finds_it_at_the_master() {
    let mut w = unit(0);
    w.tickets.load([Ticket { id: id(11), code: "1".into(), ..ticket() }]);
    w.tickets.put(Ticket { status: TicketStatus::Duplicate, duplicate_of: Some(id(11)), ..ticket() });
    let outcome = go(&mut w, &crew(5, NEW), 1, ORDER, 2, 10, "photo.add", photo(41));
    assert_eq!(outcome.code, Some(OutcomeCode::DeletedEntity));
    assert_eq!(go(&mut w, &crew(5, NEW), 2, ORDER, 2, 9, "work.submit", json!({})).code, Some(OutcomeCode::DeletedEntity));
    assert_eq!(w.photos.get(id(41)).unwrap().ticket_id, id(10));
    let notes: Vec<_> = w.notes.iter().map(|n| (n.ticket_id, n.text.clone(), n.eff)).collect();
    assert_eq!(notes, [(id(11), format!("evidence at duplicate {}", ticket().code), NOW.plus_minutes(-10))]);
}

#[test]
fn submit_when_the_category_asks_for_other_evidence_by_now_is_flagged() {
    let mut w = unit(1);
    w.tickets.put(Ticket { category_id: id(2), ..ticket() });
    go(&mut w, &crew(5, NEW), 8, ORDER, 2, 30, "visit.record", visit(40));
    go(&mut w, &crew(5, NEW), 9, ORDER, 2, 25, "work.start", json!({"visit": key(40)}));
    go(&mut w, &crew(5, NEW), 1, ORDER, 2, 20, "photo.add", photo(41));
    assert_eq!(go(&mut w, &crew(5, NEW), 2, ORDER, 2, 10, "work.submit", json!({})).status, Status::Applied);
    finish(&mut w);
    assert_eq!((state(&w), order(&w).flags), (WorkOrderState::Submitted, vec![MISSING_EVIDENCE.to_owned(), "missing_photos".to_owned()]));
    let mut before = photo(42);
    before["kind"] = json!("before");
    before["sha256"] = json!("cd".repeat(32));
    before["captured_at"] = json!("2026-09-01T07:00:00Z");
    go(&mut w, &crew(5, NEW), 3, ORDER, 2, 9, "photo.add", before);
    finish(&mut w);
    assert!(!order(&w).flags.contains(&MISSING_EVIDENCE.to_owned()), "the photo came after all");
}

#[test]
fn submit_by_a_second_crew_in_the_same_epoch_joins_the_round() {
    let mut w = unit(0);
    assert_eq!(go(&mut w, &crew(5, NEW), 1, ORDER, 2, 100, "work.submit", json!({})).status, Status::Applied);
    assert_eq!(go(&mut w, &crew(6, NEW), 2, ORDER, 2, 50, "photo.add", photo(41)).status, Status::Applied);
    assert_eq!(go(&mut w, &crew(6, NEW), 3, ORDER, 2, 50, "work.submit", json!({})).status, Status::Applied);
    let standings: Vec<_> = w.work_events.iter().map(|e| e.standing).collect();
    assert_eq!(standings, [Standing::Effective, Standing::Redundant]);
    assert_eq!((w.rounds.iter().count(), order(&w).submitted_by, w.conflicts.iter().count()), (1, Some(id(5)), 0));
}

#[test]
fn submit_while_on_hold_ends_the_hold() {
    let mut w = unit(0);
    set(&mut w, |o| (o.state, o.reason, o.review_at) = (WorkOrderState::OnHold, Some("rain".into()), Some(NOW)));
    go(&mut w, &crew(5, NEW), 1, ORDER, 2, 60, "visit.record", visit(40));
    go(&mut w, &crew(5, NEW), 2, ORDER, 2, 50, "work.start", json!({"visit": key(40)}));
    assert_eq!(state(&w), WorkOrderState::OnHold, "a start alone does not end it");
    assert_eq!(go(&mut w, &crew(5, NEW), 3, ORDER, 2, 40, "work.submit", json!({})).status, Status::Applied);
    let row = order(&w);
    assert_eq!((row.state, row.reason, row.review_at), (WorkOrderState::Submitted, None, None));
    assert_eq!(w.rounds.iter().next().unwrap().submitted_at, NOW.plus_minutes(-40));
}

#[test]
fn resume_ends_a_hold_and_a_request_is_a_flag_only() {
    let mut w = unit(0);
    go(&mut w, &crew(5, NEW), 1, ORDER, 2, 90, "work.accept", json!({}));
    go(&mut w, &crew(5, NEW), 2, ORDER, 2, 80, "work.request_hold", json!({"reason": "rain"}));
    finish(&mut w);
    assert_eq!((state(&w), order(&w).flags), (WorkOrderState::Accepted, vec!["hold_requested".to_owned()]));
    set(&mut w, |o| o.state = WorkOrderState::OnHold);
    go(&mut w, &crew(5, NEW), 3, ORDER, 2, 70, "work.resume", json!({}));
    finish(&mut w);
    assert_eq!((state(&w), order(&w).flags.len()), (WorkOrderState::InProgress, 0));
}

#[test]
fn a_verdict_on_a_round_that_the_order_has_left_behind_is_kept_as_an_inspection_of_it() {
    for (cmd, verdict) in [("round.verify", RoundVerdict::Accepted), ("round.rework", RoundVerdict::Rework)] {
        let (mut w, args) = submitted();
        // Taken from its holder and given to another, who has submitted: a newer round.
        set(&mut w, |o| {
            (o.epoch, o.state, o.organisation_id, o.assignment_id) = (3, WorkOrderState::Accepted, Some(id(OLD)), Some(id(33)));
        });
        w.assignments.put(Assignment {
            expires_at: None,
            answer: Some(Answer::Accepted),
            answered_at: Some(NOW),
            ..assignment(33, OLD, 3)
        });
        assert_eq!(go(&mut w, &crew(4, OLD), 2, ORDER, 3, 50, "work.submit", json!({})).status, Status::Applied);
        assert_eq!(w.rounds.iter().count(), 2, "another party's round is another round");
        let before = order(&w);
        let first = w.rounds.iter().find(|r| r.epoch == 2).unwrap().id;
        let judged = go(&mut w, &inspector(50), 3, ORDER, 2, 60, cmd, args);
        assert_eq!((judged.status, judged.code), (Status::Conflict, Some(OutcomeCode::StaleEpoch)));
        assert_eq!(order(&w), before);
        assert_eq!(conflict(&w, ConflictKind::StaleEpoch).sides.mine()[0]["verdict"], json!(verdict));
        finish(&mut w);
        assert_eq!(w.rounds.get(first).unwrap().verdict, RoundVerdict::Withdrawn, "the verdict is an inspection, the round is left");
    }
}

#[test]
fn verify_when_another_inspector_asked_for_rework_is_a_conflict_and_the_stricter_stands() {
    let (mut w, args) = submitted();
    go(&mut w, &inspector(50), 2, ORDER, 2, 60, "round.rework", args.clone());
    let verify = go(&mut w, &inspector(51), 3, ORDER, 2, 70, "round.verify", args);
    assert_eq!((verify.status, verify.code, state(&w)), (Status::Conflict, Some(OutcomeCode::ConcurrentEdit), WorkOrderState::Rework));
    assert_eq!(conflict(&w, ConflictKind::VerdictDisagrees).severity, Severity::Hard);
}

#[test]
fn anything_of_a_revoked_device_is_set_aside_and_can_be_adopted() {
    let mut w = unit(0);
    let revoked = Author { authority: Authority::Revoked, ..crew(5, NEW) };
    for (n, cmd, args) in
        [(1, "photo.add", photo(41)), (2, "work.accept", json!({})), (3, "note.add", json!({"note": key(60), "text": "x"}))]
    {
        let outcome = go(&mut w, &revoked, n, ORDER, 2, 200, cmd, args);
        assert_eq!((outcome.status, outcome.code), (Status::Conflict, Some(OutcomeCode::Quarantined)), "{cmd}");
    }
    assert_eq!((state(&w), w.photos.iter().count(), w.work_events.iter().count()), (WorkOrderState::Offered, 0, 0));
    let found = conflict(&w, ConflictKind::Quarantined);
    assert_eq!((found.severity, found.sides.mine().as_array().map(Vec::len)), (Severity::Hard, Some(3)));
    let adopted = Author { authority: Authority::Adopted, ..crew(5, NEW) };
    assert_eq!(go(&mut w, &adopted, 2, ORDER, 2, 200, "work.accept", json!({})).status, Status::Applied);
    let hidden = go(&mut w, &Author { authority: Authority::Revoked, ..crew(9, 999) }, 4, ORDER, 2, 9, "work.accept", json!({}));
    assert_eq!((hidden.code, hidden.conflict), (Some(OutcomeCode::Quarantined), None));
}

#[test]
fn anything_after_the_contract_ended_is_set_aside_and_what_was_done_before_is_valid() {
    for (minutes, status) in [(100, Status::Conflict), (101, Status::Applied)] {
        for (n, cmd, args) in [(1, "photo.add", photo(41)), (2, "work.submit", json!({}))] {
            let mut w = unit(0);
            hold(&mut w, 32, |a| a.contract_id = Some(id(80)));
            let outcome = go(&mut w, &crew(5, NEW), n, ORDER, 2, minutes, cmd, args);
            assert_eq!(outcome.status, status, "{cmd} {minutes}");
            assert_eq!(outcome.code == Some(OutcomeCode::Quarantined), status == Status::Conflict);
        }
    }
}

#[test]
fn an_epoch_that_the_server_has_not_issued_is_held() {
    let mut w = unit(0);
    let outcome = go(&mut w, &crew(5, NEW), 1, ORDER, 9, 10, "work.accept", json!({}));
    assert_eq!((outcome.status, outcome.code, outcome.waits_for), (Status::Held, Some(OutcomeCode::EpochUnknown), Some(key(ORDER))));
}

#[test]
fn what_comes_after_the_verification_joins_the_round_and_changes_nothing() {
    let (mut w, args) = submitted();
    go(&mut w, &inspector(50), 2, ORDER, 2, 60, "round.verify", args);
    let again = go(&mut w, &crew(6, NEW), 3, ORDER, 2, 50, "work.submit", json!({}));
    assert_eq!((again.status, again.code), (Status::Applied, Some(OutcomeCode::TerminalState)));
    let round = w.rounds.iter().next().unwrap();
    assert_eq!((state(&w), round.verdict, round.submitted_by), (WorkOrderState::Verified, RoundVerdict::Accepted, id(5)));
}

#[test]
fn a_submission_with_pinned_evidence_missing_waits() {
    let mut w = unit(2);
    go(&mut w, &crew(5, NEW), 1, ORDER, 2, 20, "photo.add", photo(41));
    let held = go(&mut w, &crew(5, NEW), 2, ORDER, 2, 10, "work.submit", json!({}));
    assert_eq!((held.status, held.code), (Status::Held, Some(OutcomeCode::Dependency)));
    set(&mut w, |o| o.evidence = EvidenceNeeds::default());
    assert_eq!(go(&mut w, &crew(5, NEW), 2, ORDER, 2, 10, "work.submit", json!({})).status, Status::Applied);
}
