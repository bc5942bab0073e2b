use super::*;
use crate::{
    test_city::{
        CITY, COLLAPSE, DISTRICT, EMERGENCY, FIRST, NOW, POTHOLE, SECOND, TICKET, TREE, change, findings, follow, id, order, reference,
        registered, reload, ticket,
    },
    work_order::{Answer, Round, RoundVerdict},
};

fn status(unit: &UnitOfWork) -> (TicketStatus, Option<String>) {
    let ticket = unit.tickets.get(id(TICKET)).unwrap();
    (ticket.status, ticket.status_reason.clone())
}

fn history(unit: &UnitOfWork) -> Vec<(Option<TicketStatus>, TicketStatus)> {
    let mut lines: Vec<_> = unit.status_changes.iter().map(|s| (s.from, s.to)).collect();
    lines.sort();
    lines
}

#[test]
fn a_new_ticket_is_offered_to_the_first_of_its_district_and_says_why() {
    let mut unit = UnitOfWork::default();
    unit.tickets.put(ticket(TICKET, POTHOLE));
    assert!(follow(&mut unit, &reference(None), NOW).is_empty(), "nothing is counted where nothing is capped");
    let row = order(&unit, WorkOrderKind::Repair);
    assert_eq!((row.state, row.epoch, row.organisation_id), (WorkOrderState::Offered, 1, Some(id(FIRST))));
    assert_eq!((row.accept_due, row.resolve_due), (Some(NOW.plus_minutes(60)), Some(NOW.plus_minutes(600))));
    assert_eq!(row.explanation.value()["considered"][1]["reason"], "lower_rank");
    assert_eq!(row.explanation.value()["other_categories"], 1);
    assert_eq!(status(&unit).0, TicketStatus::Triaged);
    assert_eq!(history(&unit), [(None, TicketStatus::New), (Some(TicketStatus::New), TicketStatus::Triaged)]);
    let assignment = unit.assignments.get(row.assignment_id.unwrap()).unwrap();
    assert_eq!((assignment.epoch, assignment.until_epoch, assignment.answer), (1, 1, None));
}

#[test]
fn the_ids_follow_from_the_ticket_and_a_second_look_changes_nothing() {
    let (one, mut other) = (registered(POTHOLE), registered(POTHOLE));
    let ids = |w: &UnitOfWork| (order(w, WorkOrderKind::Repair).id, order(w, WorkOrderKind::Repair).assignment_id);
    assert_eq!(ids(&one), ids(&other));
    let again = other.tickets.get(id(TICKET)).unwrap().clone();
    other.tickets.put(Ticket { priority: crate::category::Priority::High, ..again });
    follow(&mut other, &reference(None), NOW);
    assert_eq!((other.work_orders.changed().count(), other.status_changes.iter().count()), (0, 0));
}

#[test]
fn hazards_go_to_the_emergency_group_at_once_and_doubtful_things_to_the_districts_inspector() {
    let row = order(&registered(COLLAPSE), WorkOrderKind::Emergency);
    assert_eq!((row.state, row.organisation_id, row.accept_due), (WorkOrderState::Accepted, Some(id(EMERGENCY)), None));
    let unit = registered(TREE);
    let row = order(&unit, WorkOrderKind::Inspection);
    assert_eq!((row.state, row.account_id), (WorkOrderState::Accepted, Some(id(2))));
    assert_eq!(row.explanation.value()["considered"][2]["reason"], "larger_area");
    assert_eq!(status(&unit).0, TicketStatus::InWork);
}

#[test]
fn inspections_of_one_batch_are_shared_out_by_load() {
    let mut unit = UnitOfWork::default();
    for n in 0..4 {
        unit.tickets.put(ticket(60 + n, TREE));
    }
    follow(&mut unit, &reference(None), NOW);
    let mut held: Vec<_> = unit.work_orders.iter().filter_map(|o| o.account_id).collect();
    held.sort_unstable();
    assert_eq!(held, [id(2), id(2), id(3), id(3)]);
}

#[test]
fn outside_every_area_a_ticket_stays_new_and_says_why() {
    let mut unit = UnitOfWork::default();
    unit.tickets.put(Ticket { areas: vec![], leaf_areas: vec![], boundary: Boundary::Outside, ..ticket(TICKET, POTHOLE) });
    follow(&mut unit, &reference(None), NOW);
    assert_eq!(status(&unit), (TicketStatus::New, Some(OUTSIDE_AREAS.into())));
    assert_eq!(unit.work_orders.iter().count(), 0);
    // The office moves the point: the order follows and the reason goes.
    let mut unit = reload(&unit);
    let moved = unit.tickets.get(id(TICKET)).unwrap().clone();
    unit.tickets.put(Ticket { areas: vec![id(CITY), id(DISTRICT)], leaf_areas: vec![id(DISTRICT)], boundary: Boundary::Clear, ..moved });
    follow(&mut unit, &reference(None), NOW);
    assert_eq!(status(&unit), (TicketStatus::Triaged, None));
}

#[test]
fn a_capacity_is_counted_inside_a_batch_and_the_next_is_asked() {
    let mut unit = UnitOfWork::default();
    for n in 0..3 {
        unit.tickets.put(ticket(60 + n, POTHOLE));
    }
    let taken = follow(&mut unit, &reference(Some(2)), NOW);
    let mut asked: Vec<_> = unit.work_orders.iter().filter_map(|o| o.organisation_id).collect();
    asked.sort_unstable();
    assert_eq!(asked, [id(FIRST), id(FIRST), id(SECOND)]);
    assert_eq!(taken, Taken::from([(id::<()>(FIRST + 200).uuid(), 2)]));
}

#[test]
fn declined_and_expired_offers_go_to_the_next_rank_and_then_to_the_office() {
    let mut unit = registered(POTHOLE);
    for (state, answer, expected) in [
        (WorkOrderState::Declined, Answer::Declined, (WorkOrderState::Offered, 2, Some(id(SECOND)))),
        (WorkOrderState::Expired, Answer::Expired, (WorkOrderState::Draft, 3, None)),
    ] {
        let held = order(&unit, WorkOrderKind::Repair).assignment_id.unwrap();
        let mut row = unit.assignments.get(held).unwrap().clone();
        row.answer = Some(answer);
        unit.assignments.put(row);
        change(&mut unit, WorkOrderKind::Repair, |o| o.state = state);
        follow(&mut unit, &reference(None), NOW);
        let row = order(&unit, WorkOrderKind::Repair);
        assert_eq!((row.state, row.epoch, row.organisation_id), expected);
        assert_eq!(unit.assignments.get(held).unwrap().answer, Some(answer), "an answer stands");
        unit = reload(&unit);
    }
    let row = order(&unit, WorkOrderKind::Repair);
    assert!(row.explanation.value()["chosen"].is_null());
    let reasons: Vec<_> = (0..2).map(|n| row.explanation.value()["considered"][n]["reason"].clone()).collect();
    assert_eq!(reasons, ["already_asked", "already_asked"]);
    assert_eq!(status(&unit).0, TicketStatus::Triaged);
}

fn inspected(found: &str) -> UnitOfWork {
    let mut unit = registered(TREE);
    let order_id = order(&unit, WorkOrderKind::Inspection).id;
    unit.rounds.load([Round {
        number: 1,
        ..crate::assigning::round(
            &order(&unit, WorkOrderKind::Inspection),
            &crate::assigning::Submission { number: 1, by: id(2), organisation: None, at: NOW, event: id(70) },
        )
    }]);
    change(&mut unit, WorkOrderKind::Inspection, |o| {
        o.state = WorkOrderState::Submitted;
        o.findings = Some(findings(found));
    });
    follow(&mut unit, &reference(None), NOW);
    let row = unit.work_orders.get(order_id).unwrap();
    assert_eq!(row.state, WorkOrderState::Verified, "an inspection is verified by the system");
    assert!(unit.rounds.iter().all(|r| r.verdict == RoundVerdict::Accepted));
    unit
}

#[test]
fn findings_decide_what_follows() {
    let unit = inspected("confirmed");
    let row = order(&unit, WorkOrderKind::Repair);
    assert_eq!((row.state, row.organisation_id), (WorkOrderState::Offered, Some(id(FIRST))));
    assert_eq!(status(&unit), (TicketStatus::Triaged, None));
    for found in ["not_found", "not_ours", "needs_other"] {
        let unit = inspected(found);
        assert_eq!(status(&unit), (TicketStatus::Triaged, Some(format!("inspection_{found}"))), "the office decides");
        assert_eq!(unit.work_orders.iter().count(), 1);
    }
    let unit = inspected("duplicate_of");
    let conflict = unit.conflicts.iter().next().unwrap();
    assert_eq!((conflict.kind, conflict.severity), (ConflictKind::PossibleDuplicate, Severity::Soft));
}

#[test]
fn a_ticket_is_resolved_when_its_work_is_verified_and_closed_when_it_is_closed() {
    let mut unit = registered(POTHOLE);
    for (state, expected) in [
        (WorkOrderState::InProgress, TicketStatus::InWork),
        (WorkOrderState::Verified, TicketStatus::Resolved),
        (WorkOrderState::Rework, TicketStatus::InWork),
        (WorkOrderState::Closed, TicketStatus::Closed),
    ] {
        change(&mut unit, WorkOrderKind::Repair, |o| o.state = state);
        follow(&mut unit, &reference(None), NOW);
        assert_eq!(status(&unit).0, expected, "{state}");
        unit = reload(&unit);
    }
    let mut unit = registered(POTHOLE);
    change(&mut unit, WorkOrderKind::Repair, |o| o.state = WorkOrderState::Cancelled);
    follow(&mut unit, &reference(None), NOW);
    assert_eq!(status(&unit).0, TicketStatus::Triaged, "an order that the office called off is not made again");
    assert_eq!(unit.work_orders.iter().count(), 1);
}
