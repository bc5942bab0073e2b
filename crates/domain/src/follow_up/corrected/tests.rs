use super::*;
use crate::{
    assigning::NOT_IN_FORCE,
    category::{EvidenceNeeds, Priority},
    conflict::{Conflict, ConflictKind, ConflictStatus},
    contract::ContractStatus,
    dispatch::explanation::by_hand,
    follow_up::{FollowUpContext, take_offer_back, wake},
    organisation::ActiveState,
    test_city::{
        CITY, COLLAPSE, EMERGENCY, FIRST, NOW, POTHOLE, SECOND, TICKET, TREE, change, follow, id, order, reference, registered, reload,
    },
    ticket::Register,
    work_order::Answer,
};
use bazdid_protocol::text_enum::TextEnum as _;

const REPAIR: WorkOrderKind = WorkOrderKind::Repair;

/// The city, in which trees are more urgent than potholes and need stored photos. The first contractor has both, collapses are the
/// emergency group's.
fn city() -> Reference {
    let mut reference = reference(None);
    if let Some(tree) = reference.categories.get_mut(&id(TREE)) {
        tree.default_priority = Priority::High;
        tree.resolve_minutes = 120;
        tree.evidence = EvidenceNeeds { stored: true, ..EvidenceNeeds::default() };
    }
    reference
}

/// A pothole that was registered with the promise of its category, and its order in a state.
fn pothole(state: WorkOrderState) -> UnitOfWork {
    let mut unit = registered(POTHOLE);
    let row = unit.tickets.get(id(TICKET)).unwrap().clone();
    unit.tickets.put(Ticket { promise_at: Some(NOW.plus_minutes(600)), ..row });
    change(&mut unit, REPAIR, |o| o.state = state);
    reload(&unit)
}

/// Corrects the category, lets the system follow up twice in one transaction, and loads the rows again.
fn correct(mut unit: UnitOfWork, to: u128, reference: &Reference) -> UnitOfWork {
    let row = unit.tickets.get(id(TICKET)).unwrap().clone();
    unit.tickets.put(Ticket { category_id: id(to), ..row });
    follow(&mut unit, reference, NOW.plus_minutes(5));
    let once: Vec<WorkOrder> = unit.work_orders.iter().cloned().collect();
    follow(&mut unit, reference, NOW.plus_minutes(5));
    assert_eq!(unit.work_orders.iter().cloned().collect::<Vec<_>>(), once, "a second run changes nothing");
    reload(&unit)
}

fn question(unit: &UnitOfWork) -> Option<&Conflict> {
    unit.conflicts.iter().find(|c| c.kind == ConflictKind::AssignmentOutdated)
}

#[test]
fn what_nobody_has_begun_goes_to_who_is_to_be_asked_now_and_says_why() {
    for state in [WorkOrderState::Offered, WorkOrderState::Accepted] {
        let unit = correct(pothole(state), COLLAPSE, &city());
        let row = order(&unit, REPAIR);
        assert_eq!((row.state, row.organisation_id, row.epoch), (WorkOrderState::Offered, Some(id(EMERGENCY)), 2), "{state}");
        assert_eq!(row.explanation.value()["chosen"]["organisation"], id::<()>(EMERGENCY).to_string());
        assert_eq!((row.accept_due, row.resolve_due), (Some(NOW.plus_minutes(65)), Some(NOW.plus_minutes(605))));
        let first = unit.assignments.iter().find(|a| a.organisation_id == Some(id(FIRST))).unwrap();
        assert_eq!((first.answer, first.reason.as_deref()), (Some(Answer::Withdrawn), Some(CORRECTED)));
        assert!(question(&unit).is_none());
        // Who lost it to a correction is asked again when the correction was wrong.
        let back = correct(unit, POTHOLE, &city());
        let row = order(&back, REPAIR);
        assert_eq!((row.state, row.organisation_id, row.epoch), (WorkOrderState::Offered, Some(id(FIRST)), 3));
    }
}

#[test]
fn a_party_that_would_be_asked_now_keeps_the_order_with_the_new_evidence_and_due_time() {
    for state in [WorkOrderState::Offered, WorkOrderState::Accepted] {
        let was = order(&pothole(state), REPAIR);
        let unit = correct(pothole(state), TREE, &city());
        let row = order(&unit, REPAIR);
        assert_eq!((row.state, row.epoch, row.assignment_id), (state, was.epoch, was.assignment_id));
        assert!(row.evidence.stored && !was.evidence.stored);
        assert_eq!(row.resolve_due, Some(NOW.plus_minutes(120)), "counted from the offer");
    }
}

#[test]
fn begun_work_is_a_decision_of_the_office() {
    use WorkOrderState::{FailedVisit, InProgress, OnHold, Rework, Submitted};
    for state in [InProgress, OnHold, FailedVisit, Submitted, Rework] {
        for to in [COLLAPSE, TREE] {
            let was = order(&pothole(state), REPAIR);
            let unit = correct(pothole(state), to, &city());
            assert_eq!(order(&unit, REPAIR), was, "{state}: the holder goes on");
            let asked = question(&unit).unwrap_or_else(|| panic!("{state}: the office is asked"));
            let Sides::Assignment { base, theirs, mine } = &asked.sides else { panic!("{:?}", asked.sides) };
            assert_eq!((base.epoch, theirs.organisation, theirs.category), (was.epoch, Some(id(FIRST)), id(POTHOLE)));
            let next = if to == COLLAPSE { EMERGENCY } else { FIRST };
            assert_eq!((mine.organisation, mine.category), (Some(id(next)), id(to)));
            // Corrected back, there is nothing to decide.
            let unit = correct(unit, POTHOLE, &city());
            assert_eq!(question(&unit).map(|c| (c.status, c.resolved_by)), Some((ConflictStatus::Resolved, None)), "{state}");
        }
    }
}

#[test]
fn what_has_ended_and_what_is_given_by_hand_is_left_to_people() {
    for state in [WorkOrderState::Verified, WorkOrderState::Closed, WorkOrderState::Cancelled] {
        let unit = correct(pothole(state), COLLAPSE, &city());
        assert_eq!((order(&unit, REPAIR).organisation_id, question(&unit).is_none()), (Some(id(FIRST)), true), "{state}");
    }
    let mut unit = pothole(WorkOrderState::Accepted);
    change(&mut unit, REPAIR, |o| o.explanation = Document::from(&by_hand(id(1), Some(id::<()>(FIRST).uuid()), "near", NOW)));
    let unit = correct(reload(&unit), COLLAPSE, &city());
    assert_eq!((order(&unit, REPAIR).organisation_id, question(&unit).is_some()), (Some(id(FIRST)), true));
}

#[test]
fn a_draft_is_decided_again_with_the_evidence_of_the_new_category() {
    let mut unit = pothole(WorkOrderState::Draft);
    change(&mut unit, REPAIR, |o| {
        o.assignment_id = None;
        o.organisation_id = None;
    });
    let unit = correct(reload(&unit), TREE, &city());
    let row = order(&unit, REPAIR);
    assert_eq!(
        (row.state, row.organisation_id, row.evidence.stored),
        (WorkOrderState::Offered, Some(id(SECOND)), true),
        "the first was asked"
    );
}

#[test]
fn an_inspection_changes_hands_with_the_place_only() {
    let unit = correct(registered(TREE), POTHOLE, &city());
    assert_eq!((order(&unit, WorkOrderKind::Inspection).account_id, order(&unit, WorkOrderKind::Inspection).epoch), (Some(id(2)), 1));
    let mut unit = registered(TREE);
    let row = unit.tickets.get(id(TICKET)).unwrap().clone();
    unit.tickets.put(Ticket { areas: vec![id(CITY)], leaf_areas: vec![id(CITY)], ..row });
    follow(&mut unit, &city(), NOW);
    let row = order(&unit, WorkOrderKind::Inspection);
    assert_eq!((row.account_id, row.epoch, row.state), (Some(id(1)), 2, WorkOrderState::Accepted), "the inspector of the whole city");
}

#[test]
fn priority_and_promise_follow_the_category_unless_the_office_has_set_them() {
    let said = Register { eff: 0, by: id(1), actor: id(1), v: 1 };
    for by_hand in [None, Some(SetByHand::Priority), Some(SetByHand::Promise)] {
        let mut unit = pothole(WorkOrderState::Offered);
        let mut row = unit.tickets.get(id(TICKET)).unwrap().clone();
        if let Some(what) = by_hand {
            row.set_by_hand(what, said.clone());
        }
        unit.tickets.put(row);
        let unit = correct(reload(&unit), TREE, &city());
        let ticket = unit.tickets.get(id(TICKET)).unwrap();
        let priority = if by_hand == Some(SetByHand::Priority) { Priority::Normal } else { Priority::High };
        let promise = if by_hand == Some(SetByHand::Promise) { 600 } else { 120 };
        assert_eq!((ticket.priority, ticket.promise_at), (priority, Some(NOW.plus_minutes(promise))), "{by_hand:?}");
    }
    // What differs from the former category was set by somebody, before it was written down.
    let mut unit = pothole(WorkOrderState::Offered);
    let row = unit.tickets.get(id(TICKET)).unwrap().clone();
    unit.tickets.put(Ticket { priority: Priority::Urgent, promise_at: Some(NOW.plus_days(9)), ..row });
    let unit = correct(reload(&unit), TREE, &city());
    let ticket = unit.tickets.get(id(TICKET)).unwrap();
    assert_eq!((ticket.priority, ticket.promise_at), (Priority::Urgent, Some(NOW.plus_days(9))));
}

fn with_contract(reference: &mut Reference, status: ContractStatus) {
    let mut first = reference.contracts[&id(FIRST + 100)].clone();
    first.status = status;
    reference.contracts.insert(first.id, first);
}

#[test]
fn an_unanswered_offer_is_lost_with_its_contract_and_its_party_may_be_asked_again() {
    for status in ContractStatus::ALL.iter().copied() {
        let mut city = city();
        with_contract(&mut city, status);
        for state in WorkOrderState::ALL.iter().copied() {
            let mut unit = pothole(state);
            let row = order(&unit, REPAIR);
            let lost = take_offer_back(&mut unit, &city, row.id, NOW);
            assert_eq!(lost, state == WorkOrderState::Offered && status != ContractStatus::Active, "{status} {state}");
            if lost {
                let held = unit.assignments.get(row.assignment_id.unwrap()).unwrap();
                assert_eq!((held.answer, held.reason.as_deref()), (Some(Answer::Withdrawn), Some(NOT_IN_FORCE)));
                // The book of this city still has the contract, as if the suspension had ended meanwhile.
                follow(&mut unit, &city, NOW);
                assert_eq!(order(&unit, REPAIR).organisation_id, Some(id(FIRST)));
            }
        }
    }
    let mut city = city();
    city.organisations.get_mut(&id(FIRST)).unwrap().state = ActiveState::Disabled;
    let mut unit = pothole(WorkOrderState::Offered);
    let row = order(&unit, REPAIR);
    assert!(take_offer_back(&mut unit, &city, row.id, NOW), "an organisation out of use answers nothing");
}

#[test]
fn a_draft_wakes_when_somebody_can_be_asked_and_sleeps_on_otherwise() {
    let nobody = Reference { book: Default::default(), ..city() };
    let mut unit = registered(POTHOLE);
    let row = order(&unit, REPAIR);
    unit.assignments = Default::default();
    change(&mut unit, REPAIR, |o| *o = WorkOrder { state: WorkOrderState::Draft, assignment_id: None, organisation_id: None, ..o.clone() });
    let mut unit = reload(&unit);
    let asleep = unit.work_orders.get(row.id).cloned();
    let context = |reference| FollowUpContext { reference, now: NOW, usage: Usage::default(), inspectors: vec![] };
    assert!(wake(&mut unit, &context(&nobody), &[row.id]).is_empty());
    assert_eq!(unit.work_orders.get(row.id).cloned(), asleep, "it is not touched");
    let city = city();
    assert_eq!(wake(&mut unit, &context(&city), &[row.id]), [row.id]);
    follow(&mut unit, &city, NOW);
    assert_eq!(order(&unit, REPAIR).organisation_id, Some(id(FIRST)));
}
