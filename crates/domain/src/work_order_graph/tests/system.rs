//! The follow-up and the timers.

use serde_json::Value;

use super::{
    Came, Scenario,
    field::{CREW, attempt, choices, put},
};
use crate::{
    assigning::{Party as To, Submission, Terms, assign, expire, round},
    reference::Reference,
    sync::engine::end_hold,
    test_city::{COLLAPSE, FIRST, NOW, POTHOLE, SECOND, TICKET, TREE, findings, follow, id, registered, ticket},
    work_order::{WorkOrder, WorkOrderKind, WorkOrderState},
    work_order_graph::{Mode, Mover, Party, TransitionTable},
    world::World,
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

fn the_order(world: &World) -> WorkOrder {
    world.work_orders.iter().next().unwrap().clone()
}

/// An order in a state, after so many parties were asked.
fn asked(category: u128, state: WorkOrderState, asked: usize) -> World {
    let mut world = World::default();
    world.tickets.load([ticket(TICKET, category)]);
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
        assign(&mut world, &mut row, &to, &Terms { at: NOW, accept_minutes: Some(60), resolve_minutes: 600 }, &by).unwrap();
    }
    world.work_orders.put(WorkOrder { state, ..row });
    world
}

fn dispatch(reference: &Reference, category: u128, state: WorkOrderState, parties: usize) -> Came {
    let mut world = asked(category, state, parties);
    let id = the_order(&world).id;
    follow(&mut world, reference, NOW);
    let row = world.work_orders.get(id).unwrap();
    Came { before: state, after: row.state, told: format!("{:?} {:?} {}", row.organisation_id, row.account_id, row.epoch) }
}

fn conclude(reference: &Reference, state: WorkOrderState) -> Came {
    let mut world = registered(TREE);
    let row = the_order(&world);
    let found: Value = findings("not_ours");
    let submission = Submission { number: row.round, by: id(1), organisation: None, at: NOW, event: id(70) };
    world.rounds.load([round(&row, &submission)]);
    world.work_orders.put(WorkOrder { state, findings: Some(found), ..row.clone() });
    follow(&mut world, reference, NOW);
    let after = world.work_orders.get(row.id).unwrap().state;
    Came { before: state, after, told: format!("{:?}", world.rounds.iter().map(|r| r.verdict).collect::<Vec<_>>()) }
}

fn overdue(reference: &Reference, state: WorkOrderState) -> Came {
    let mut world = registered(POTHOLE);
    let row = WorkOrder { state, ..the_order(&world) };
    let expired = expire(&mut world, row, NOW.plus_days(1), &Mover::system(&reference.transitions));
    let after = expired.map_or(state, |o| o.state);
    Came { before: state, after, told: format!("{:?}", world.assignments.iter().map(|a| a.answer).collect::<Vec<_>>()) }
}

fn hold_over(reference: &Reference, held: &World) -> Came {
    let mut world = held.clone();
    let row = the_order(&world);
    let ended = end_hold(&mut world, row.clone(), NOW, &Mover::system(&reference.transitions));
    Came { before: row.state, after: the_order(&world).state, told: format!("{:?}", ended.map(|o| o.map(|o| o.state))) }
}
