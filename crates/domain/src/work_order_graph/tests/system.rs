//! The follow-up and the timers.

use serde_json::Value;

use super::{
    Came, Scenario,
    field::{CREW, attempt, choices, put},
};
use crate::{
    assigning::{Party as To, Submission, Terms, assign, expire, round},
    follow_up::{reconsider, take_offer_back},
    reference::Reference,
    sync::engine::end_hold,
    test_city::{CITY, COLLAPSE, FIRST, NOW, POTHOLE, SECOND, TICKET, TREE, findings, follow, id, registered, reload, ticket},
    ticket::Ticket,
    unit_of_work::UnitOfWork,
    work_order::{WorkOrder, WorkOrderKind, WorkOrderState},
    work_order_graph::{Mode, Mover, Party, TransitionTable},
};
use bazdid_protocol::{document::Document, text_enum::TextEnum as _};

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut all = Vec::new();
    for state in WorkOrderState::ALL.iter().copied() {
        for category in [POTHOLE, TREE, COLLAPSE] {
            for asked in 0..4 {
                all.push(Scenario::new(format!("follow up {category} {state} after {asked}"), move |r| {
                    dispatch(r, category, state, asked)
                }));
            }
        }
        for category in [POTHOLE, TREE, COLLAPSE] {
            all.push(Scenario::new(format!("corrected {category} {state}"), move |r| corrected(r, category, state)));
        }
        all.push(Scenario::new(format!("contract over {state}"), move |r| contract_over(r, state)));
        all.push(Scenario::new(format!("findings {state}"), move |r| conclude(r, state)));
        all.push(Scenario::new(format!("expire {state}"), move |r| overdue(r, state)));
    }
    for began in [WorkOrderState::Offered, WorkOrderState::Accepted, WorkOrderState::Rework] {
        for reports in choices() {
            let held = put(attempt(&CREW, began, &reports), WorkOrderState::OnHold);
            if reports.iter().all(|(kind, _)| *kind != crate::work_order::WorkEventKind::Submit) {
                all.push(Scenario::new(format!("end hold {began} {reports:?}"), move |r| hold_over(r, &held)));
            }
        }
    }
    all
}

fn the_order(unit: &UnitOfWork) -> WorkOrder {
    unit.work_orders.iter().next().unwrap().clone()
}

/// An order in a state, after so many parties were asked.
fn asked(category: u128, state: WorkOrderState, asked: usize) -> UnitOfWork {
    let mut unit = UnitOfWork::default();
    unit.tickets.load([ticket(TICKET, category)]);
    let mut row = WorkOrder {
        state: WorkOrderState::Draft,
        epoch: 0,
        assignment_id: None,
        explanation: Document::default(),
        ..the_order(&registered(category))
    };
    let law = TransitionTable::default();
    let by = Mover::new(&law, [Party::Supervisor], Mode::Online);
    for n in 0..asked {
        let to = if row.kind == WorkOrderKind::Inspection {
            To { account: Some(id(u128::try_from(n).unwrap() + 1)), ..To::default() }
        } else {
            let organisation = if n == 0 { FIRST } else { SECOND };
            To { organisation: Some(id(organisation)), coverage: Some(id(organisation + 200)), ..To::default() }
        };
        if row.state != WorkOrderState::Draft {
            by.take(&mut row, WorkOrderState::Draft).unwrap();
        }
        assign(&mut unit, &mut row, &to, &Terms { at: NOW, accept_minutes: Some(60), resolve_minutes: 600 }, &by).unwrap();
    }
    unit.work_orders.put(WorkOrder { state, ..row });
    unit
}

fn dispatch(reference: &Reference, category: u128, state: WorkOrderState, parties: usize) -> Came {
    let mut unit = asked(category, state, parties);
    let id = the_order(&unit).id;
    follow(&mut unit, reference, NOW);
    let row = unit.work_orders.get(id).unwrap();
    Came { before: state, after: row.state, told: format!("{:?} {:?} {}", row.organisation_id, row.account_id, row.epoch) }
}

/// A ticket was of another category, and elsewhere.
fn corrected(reference: &Reference, category: u128, state: WorkOrderState) -> Came {
    let mut unit = reload(&asked(category, state, 1));
    let (row, was) = (the_order(&unit), unit.tickets.iter().next().unwrap().clone());
    let other = if category == COLLAPSE { POTHOLE } else { COLLAPSE };
    unit.tickets.put(Ticket { category_id: id(other), areas: vec![id(CITY)], ..was });
    reconsider(&mut unit, reference, NOW);
    let after = unit.work_orders.get(row.id).unwrap();
    Came {
        before: state,
        after: after.state,
        told: format!("{} {:?}", after.epoch, unit.conflicts.iter().map(|c| c.kind).collect::<Vec<_>>()),
    }
}

/// The contract of an offer has ended.
fn contract_over(reference: &Reference, state: WorkOrderState) -> Came {
    let mut unit = asked(POTHOLE, state, 1);
    let row = WorkOrder { contract_id: Some(id(FIRST + 100)), ..the_order(&unit) };
    unit.work_orders.put(row.clone());
    let taken = take_offer_back(&mut unit, reference, row.id, NOW.plus_days(30));
    Came { before: state, after: the_order(&unit).state, told: taken.to_string() }
}

fn conclude(reference: &Reference, state: WorkOrderState) -> Came {
    let mut unit = registered(TREE);
    let row = the_order(&unit);
    let found: Value = findings("not_ours");
    let submission = Submission { number: row.round, by: id(1), organisation: None, at: NOW, event: id(70) };
    unit.rounds.load([round(&row, &submission)]);
    unit.work_orders.put(WorkOrder { state, findings: Some(found), ..row.clone() });
    follow(&mut unit, reference, NOW);
    let after = unit.work_orders.get(row.id).unwrap().state;
    Came { before: state, after, told: format!("{:?}", unit.rounds.iter().map(|r| r.verdict).collect::<Vec<_>>()) }
}

fn overdue(reference: &Reference, state: WorkOrderState) -> Came {
    let mut unit = registered(POTHOLE);
    let row = WorkOrder { state, ..the_order(&unit) };
    let expired = expire(&mut unit, row, NOW.plus_days(1), &Mover::system(&reference.transitions));
    let after = expired.map_or(state, |o| o.state);
    Came { before: state, after, told: format!("{:?}", unit.assignments.iter().map(|a| a.answer).collect::<Vec<_>>()) }
}

fn hold_over(reference: &Reference, held: &UnitOfWork) -> Came {
    let mut unit = held.clone();
    let row = the_order(&unit);
    let ended = end_hold(&mut unit, row.clone(), NOW, &Mover::system(&reference.transitions));
    Came { before: row.state, after: the_order(&unit).state, told: format!("{:?}", ended.map(|o| o.map(|o| o.state))) }
}
