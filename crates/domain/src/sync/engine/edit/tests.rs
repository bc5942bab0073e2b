//! The table "What wins, field by field" of the protocol, line by line, as far as commands of devices write the fields.

use serde_json::{Value, json};

use crate::{
    account::Role,
    category::{Hazard, Priority},
    conflict::{ConflictKind, Severity},
    personal::MASK,
    sync::engine::{
        Author,
        tests::{NEW, ORDER, Step, clerk, commit, conflict, crew, finish, go, id, inspector, key, send, step, submitted, unit, visit},
    },
    ticket::{Boundary, Ticket, TicketStatus},
    unit_of_work::UnitOfWork,
    visit::Audience,
    work_order::{RoundVerdict, Standing, WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::outcome::{Outcome, OutcomeCode, Status};

/// An edit of ticket 10 by somebody who had seen revision `base`.
fn edit(unit: &mut UnitOfWork, author: &Author, n: u128, base: i64, minutes: i64, set: Value) -> Outcome {
    send(unit, author, &Step { base: Some(base), ..step(n, 10, 0, minutes, "ticket.edit", json!({ "set": set })) })
}

fn row(unit: &UnitOfWork) -> Ticket {
    unit.tickets.get(id(10)).unwrap().clone()
}

/// Both orders of arrival of two edits that have seen revision 3, each in a transaction of its own.
fn both(one: (&Author, i64, Value), other: (&Author, i64, Value)) -> [(UnitOfWork, [Outcome; 2]); 2] {
    [false, true].map(|turned| {
        let mut acts = [(1, &one), (2, &other)];
        if turned {
            acts.reverse();
        }
        let mut w = unit(0);
        let outcomes = acts.map(|(n, (author, minutes, set))| {
            let outcome = edit(&mut w, author, n, 3, *minutes, set.clone());
            finish(&mut w);
            w = commit(&w);
            (n, outcome)
        });
        let of = |n| outcomes.iter().find(|(m, _)| *m == n).unwrap().1.clone();
        (w, [of(1), of(2)])
    })
}

#[test]
fn text_and_address_the_newest_stands_and_the_loser_is_kept_as_a_note() {
    for field in ["text", "address_text"] {
        for (w, outcomes) in both((&inspector(50), 30, json!({ field: "older" })), (&inspector(51), 20, json!({ field: "newer" }))) {
            let stands = if field == "text" { row(&w).text } else { row(&w).address_text.unwrap() };
            assert_eq!(stands, "newer");
            let found = conflict(&w, ConflictKind::ParallelUpdate);
            assert_eq!(
                (found.severity, &found.sides.theirs()["value"], &found.sides.mine()["value"]),
                (Severity::Soft, &json!("newer"), &json!("older"))
            );
            let notes: Vec<_> = w.notes.iter().map(|n| (n.text.clone(), n.actor, n.audience)).collect();
            assert_eq!(notes, [(format!("overruled {field}: older"), None, Audience::Field)]);
            assert_eq!(outcomes[1].status, Status::Applied);
            assert!(outcomes[0].status == Status::Applied || outcomes[0].code == Some(OutcomeCode::ParallelUpdate));
        }
    }
}

#[test]
fn who_has_seen_the_other_value_overrules_it_without_a_conflict() {
    let mut w = unit(0);
    assert_eq!(edit(&mut w, &inspector(50), 1, 3, 20, json!({"text": "first"})).v, Some(4));
    w = commit(&w);
    // Their clock is behind: what they had seen came before all the same.
    let second = edit(&mut w, &inspector(51), 2, 4, 50, json!({"text": "second"}));
    assert_eq!((second.status, second.conflict, row(&w).text.as_str()), (Status::Applied, None, "second"));
    w = commit(&w);
    let own = edit(&mut w, &inspector(51), 3, 4, 10, json!({"text": "third"}));
    assert_eq!((own.status, own.conflict, row(&w).text.as_str()), (Status::Applied, None, "third"), "own edits never conflict");
    w = commit(&w);
    let same = edit(&mut w, &inspector(50), 4, 5, 5, json!({"text": "third"}));
    assert_eq!((same.status, same.conflict), (Status::Applied, None), "nor do equal values");
}

#[test]
fn a_text_over_masks_that_cannot_have_its_numbers_back_changes_nothing() {
    let mut w = unit(0);
    edit(&mut w, &clerk(60), 1, 3, 30, json!({ "text": "call 09121234567 or 09351234567", "address_text": "09121234567" }));
    w = commit(&w);
    let before = row(&w);
    for (n, set, detail) in [
        (2, json!({ "text": format!("call {MASK}") }), "/args/set/text: the text that stands hides another number of"),
        (3, json!({ "text": "call", "address_text": format!("5{MASK}") }), "/args/set/address_text: a number that is hidden would become"),
    ] {
        let refused = edit(&mut w, &inspector(51), n, 4, 20, set);
        assert_eq!((refused.status, refused.code), (Status::Rejected, Some(OutcomeCode::Validation)));
        assert!(refused.detail.as_deref().unwrap().starts_with(detail), "{refused:?}");
        assert_eq!(row(&w), before);
    }
    let kept = edit(&mut w, &inspector(51), 4, 4, 10, json!({ "text": format!("ring {MASK} or {MASK}") }));
    assert_eq!((kept.status, row(&w).text.as_str()), (Status::Applied, "ring 09121234567 or 09351234567"));
}

#[test]
fn a_revision_that_nobody_can_have_seen_is_not_believed() {
    let mut w = unit(0);
    edit(&mut w, &inspector(50), 1, 1_000_000, 30, json!({"text": "one"}));
    w = commit(&w);
    edit(&mut w, &inspector(51), 2, 3, 20, json!({"text": "two"}));
    assert_eq!(conflict(&w, ConflictKind::ParallelUpdate).severity, Severity::Soft);
}

#[test]
fn category_the_office_wins_over_concurrent_edits_of_the_field_only() {
    for (w, outcomes) in both((&clerk(60), 30, json!({"category": key(1)})), (&inspector(51), 20, json!({"category": key(2)}))) {
        assert_eq!((row(&w).category_id, row(&w).hazard), (id(1), Hazard::Low));
        assert_eq!(conflict(&w, ConflictKind::CategoryProposal).severity, Severity::Soft);
        assert_eq!(outcomes[0].status, Status::Applied);
        assert!(outcomes[1].code != Some(OutcomeCode::Validation));
    }
    let mut w = unit(0);
    edit(&mut w, &clerk(60), 1, 3, 30, json!({"category": key(1)}));
    w = commit(&w);
    let informed = edit(&mut w, &inspector(51), 2, 4, 20, json!({"category": key(2)}));
    assert_eq!((informed.status, row(&w).category_id, row(&w).hazard), (Status::Applied, id(2), Hazard::High));
    assert_eq!((row(&w).priority, w.conflicts.iter().count()), (Priority::Normal, 0), "priority is the office's");
    let merged = edit(&mut commit(&w), &inspector(52), 3, 3, 10, json!({"category": key(2)}));
    assert_eq!((merged.status, merged.code), (Status::Applied, None), "the same as what stands");
}

#[test]
fn priority_due_dates_and_assignment_are_proposed_and_never_set() {
    let mut w = unit(0);
    let args = json!({"propose": {"priority": "urgent", "deferral": {"until": "2026-12-01T00:00:00Z"}}, "reason": "school"});
    let outcome = go(&mut w, &inspector(50), 1, 10, 0, 30, "ticket.propose", args);
    let found = conflict(&w, ConflictKind::Proposal);
    assert_eq!((outcome.status, outcome.conflict, found.severity), (Status::Applied, Some(found.id), Severity::Soft));
    assert_eq!((row(&w).priority, row(&w).status), (Priority::Normal, TicketStatus::InWork));
    assert_eq!((&found.sides.mine()["propose"]["priority"], &found.sides.theirs()["priority"]), (&json!("urgent"), &json!("normal")));
    let unknown = go(&mut w, &inspector(50), 2, 10, 0, 30, "ticket.propose", json!({"propose": {"category": key(99)}}));
    assert_eq!(unknown.code, Some(OutcomeCode::Validation));
}

#[test]
fn point_the_better_fix_first_then_the_newest_and_far_moves_are_told() {
    let at = |lat: f64, accuracy: f64| json!({"point": {"lat": lat, "lon": 50.0041, "accuracy_m": accuracy}});
    // Both have seen the ticket's own fix of 5 m.
    for (w, _) in both((&inspector(50), 30, at(36.26, 4.0)), (&inspector(51), 20, at(36.27, 16.0))) {
        assert_eq!(row(&w).point.lat, 36.26, "a fix more than three times worse never overwrites");
        assert_eq!(conflict(&w, ConflictKind::PointMoved).severity, Severity::Soft);
    }
    for (w, _) in both((&inspector(50), 30, at(36.26, 4.0)), (&inspector(51), 20, at(36.2601, 12.0))) {
        assert_eq!((row(&w).point.lat, w.conflicts.iter().count()), (36.2601, 0), "11 m are no conflict");
    }
}

#[test]
fn a_ticket_that_moves_is_placed_anew_with_its_visits_and_conflicts() {
    let mut w = unit(0);
    go(&mut w, &crew(5, NEW), 1, ORDER, 2, 40, "visit.record", visit(40));
    go(&mut w, &crew(4, super::super::tests::OLD), 2, ORDER, 1, 40, "work.submit", json!({}));
    edit(&mut w, &inspector(50), 3, 3, 30, json!({"point": {"lat": 37.0, "lon": 50.0041, "accuracy_m": 4.0}}));
    finish(&mut w);
    assert_eq!((row(&w).boundary, row(&w).areas.len()), (Boundary::Outside, 0));
    assert!(w.visits.get(id(40)).unwrap().distance_m.unwrap() > 80_000.0);
    assert!(conflict(&w, ConflictKind::StaleEpoch).areas.is_empty());
}

#[test]
fn an_edit_of_a_ticket_that_the_office_ended_is_kept_and_told() {
    let mut w = unit(0);
    w.tickets.put(Ticket { status: TicketStatus::Cancelled, ..row(&w) });
    let outcome = edit(&mut w, &inspector(50), 1, 3, 30, json!({"text": "still here"}));
    assert_eq!((outcome.status, outcome.code), (Status::Conflict, Some(OutcomeCode::DeletedEntity)));
    assert_eq!((row(&w).text.as_str(), row(&w).status), ("still here", TicketStatus::Cancelled));
}

#[test]
fn the_office_uses_the_same_merge() {
    let mut w = unit(0);
    let act = Step { base: Some(3), office: true, ..step(1, 10, 0, 0, "ticket.edit", json!({"set": {"category": key(1)}})) };
    send(&mut w, &Author { device: None, roles: vec![Role::Supervisor], ..inspector(60) }, &act);
    assert!(w.field_edits.iter().any(|e| e.office && e.mutation_id == id(1)));
    let manager = Author { roles: vec![Role::ContractorManager], ..crew(5, NEW) };
    assert_eq!(edit(&mut w, &manager, 2, 3, 30, json!({"text": "x"})).code, Some(OutcomeCode::NotPermitted));
}

#[test]
fn measurements_of_one_epoch_that_differ_by_more_than_a_tenth_disagree_until_one_is_corrected() {
    let measure = |n: u128, quantity: f64, supersedes: Option<u128>| json!({"measurement": key(n), "item": "asphalt", "quantity": quantity, "unit": "t", "supersedes": supersedes.map(key)});
    let a = (5, vec![(1, measure(71, 10.0, None)), (2, measure(72, 20.0, Some(71)))]);
    let b = (6, vec![(3, measure(73, 20.0, None))]);
    for people in [[&a, &b], [&b, &a]] {
        let mut w = unit(0);
        for (who, acts) in people {
            for (n, args) in acts {
                go(&mut w, &crew(*who, NEW), *n, ORDER, 2, 30, "measurement.add", args.clone());
            }
        }
        let open = w.conflicts.iter().filter(|c| c.status == crate::conflict::ConflictStatus::Open).count();
        assert_eq!((w.measurements.iter().count(), open), (3, 0));
    }
    let mut w = unit(0);
    go(&mut w, &crew(5, NEW), 1, ORDER, 2, 30, "measurement.add", measure(71, 10.0, None));
    go(&mut w, &crew(6, NEW), 2, ORDER, 2, 30, "measurement.add", measure(72, 11.0, None));
    assert_eq!(w.conflicts.iter().count(), 0, "a tenth is tolerated");
    go(&mut w, &crew(6, NEW), 3, ORDER, 2, 30, "measurement.add", measure(73, 12.0, None));
    assert_eq!(conflict(&w, ConflictKind::MeasurementDisagrees).severity, Severity::Soft);
}

#[test]
fn checklist_answers_the_newest_stands_and_two_people_are_a_hard_conflict() {
    let answer = |value: &str| json!({"visit": key(40), "checklist": key(90), "item": "barrier", "value": value});
    let play = |order: [(u128, u128, i64, &str); 2]| {
        let mut w = unit(0);
        go(&mut w, &crew(5, NEW), 9, ORDER, 2, 90, "visit.record", visit(40));
        let outcomes =
            order.map(|(n, who, minutes, value)| go(&mut w, &crew(who, NEW), n, ORDER, 2, minutes, "checklist.answer", answer(value)));
        let rows: Vec<_> = w.answers.iter().map(|a| (a.mutation_id, a.value.clone(), a.standing)).collect();
        let conflicts: Vec<_> =
            w.conflicts.iter().map(|c| (c.kind, c.severity, c.sides.theirs().clone(), c.sides.mine().clone())).collect();
        (outcomes.map(|o| o.status), rows, conflicts)
    };
    let (statuses, rows, conflicts) = play([(1, 5, 50, "yes"), (2, 6, 40, "no")]);
    assert_eq!((statuses[0], statuses[1]), (Status::Applied, Status::Conflict));
    assert_eq!(rows, [(id(1), json!("yes"), Standing::Overruled), (id(2), json!("no"), Standing::Effective)]);
    assert_eq!((conflicts[0].0, conflicts[0].1), (ConflictKind::AlreadySubmitted, Severity::Hard));
    let turned = play([(2, 6, 40, "no"), (1, 5, 50, "yes")]);
    assert_eq!((turned.1, turned.2), (rows, conflicts));
    let (statuses, rows, conflicts) = play([(2, 5, 40, "no"), (1, 5, 50, "yes")]);
    assert_eq!((statuses[1], rows.len(), conflicts.len()), (Status::Merged, 2, 0), "the same person may change their mind");
    let mut w = unit(0);
    assert_eq!(go(&mut w, &crew(5, NEW), 1, ORDER, 2, 50, "checklist.answer", answer("yes")).status, Status::Held);
}

#[test]
fn inspection_findings_the_first_submission_is_in_force_and_another_persons_is_a_hard_conflict() {
    let play = |order: [(u128, u128, i64, &str); 2]| {
        let mut w = unit(0);
        let mut inspection = w.work_orders.get(id(ORDER)).unwrap().clone();
        (inspection.kind, inspection.state) = (WorkOrderKind::Inspection, WorkOrderState::Accepted);
        w.work_orders.put(inspection);
        let outcomes = order.map(|(n, who, minutes, findings)| {
            go(&mut w, &crew(who, NEW), n, ORDER, 2, minutes, "inspection.submit", json!({ "findings": findings }))
        });
        let row = w.work_orders.get(id(ORDER)).unwrap().clone();
        let conflicts: Vec<_> =
            w.conflicts.iter().map(|c| (c.kind, c.severity, c.sides.theirs().clone(), c.sides.mine().clone())).collect();
        (outcomes.map(|o| (o.status, o.code)), row.state, row.findings.unwrap()["findings"].clone(), row.submitted_by, conflicts)
    };
    let one = play([(1, 5, 50, "confirmed"), (2, 6, 40, "not_found")]);
    assert_eq!(one.0, [(Status::Applied, None), (Status::Conflict, Some(OutcomeCode::AlreadySubmitted))]);
    assert_eq!((one.1, &one.2, one.3), (WorkOrderState::Submitted, &json!("confirmed"), Some(id(5))));
    assert_eq!((one.4.len(), one.4[0].0, one.4[0].1), (1, ConflictKind::AlreadySubmitted, Severity::Hard));
    let other = play([(2, 6, 40, "not_found"), (1, 5, 50, "confirmed")]);
    assert_eq!((one.1, one.2, one.3, one.4), (other.1, other.2, other.3, other.4));
    let same = play([(1, 5, 50, "confirmed"), (2, 5, 40, "not_found")]);
    assert_eq!((same.0[1], same.4.len()), ((Status::Merged, Some(OutcomeCode::AlreadySubmitted)), 0));
    let agreed = play([(1, 5, 50, "confirmed"), (2, 6, 40, "confirmed")]);
    assert_eq!((agreed.0[1].0, agreed.4.len()), (Status::Applied, 0));
    let mut w = unit(0);
    let repair = go(&mut w, &crew(5, NEW), 1, ORDER, 2, 50, "inspection.submit", json!({"findings": "confirmed"}));
    assert_eq!((repair.status, repair.code), (Status::Rejected, Some(OutcomeCode::InvalidTransition)));
}

#[test]
fn two_equal_verdicts_keep_the_earlier_and_the_defects_of_both() {
    let play = |order: [(u128, i64, &'static str); 2]| {
        let (mut w, args) = submitted();
        for (n, minutes, code) in order {
            let mut args = args.clone();
            args["defects"] = json!([{ "code": code }]);
            assert_eq!(go(&mut w, &inspector(n), n, ORDER, 2, minutes, "round.rework", args).status, Status::Applied);
        }
        let round = w.rounds.iter().next().unwrap().clone();
        (round.verdict, round.verdict_by, round.defects, w.work_orders.get(id(ORDER)).unwrap().epoch)
    };
    let one = play([(50, 60, "debris_left"), (51, 50, "poor_quality")]);
    assert_eq!(one, play([(51, 50, "poor_quality"), (50, 60, "debris_left")]));
    assert_eq!((one.0, one.1, one.2.len(), one.3), (RoundVerdict::Rework, Some(id(50)), 2, 3));
}
