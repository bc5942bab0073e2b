//! The office's commands, and its decisions of conflicts.

use serde_json::json;

use super::{
    Came, Scenario,
    field::{CREW, attempt, choices, put},
};
use crate::{
    account::Role,
    assigning::{Submission, round, round_id},
    conflict::{Conflict, ConflictKind, ConflictStatus, Resolution, Severity},
    office::{
        DecisionContext, OfficeResult, Officer,
        order::{Target, cancel, close, hold, object, offer, reassign, resume},
        resolution::{Decision, resolve},
        round::{Acceptance, Share, rework, verify},
        ticket::reject,
    },
    reference::Reference,
    sync::{
        engine::{Author, Authority},
        merge_context::MergeContext,
    },
    test_city::{DISTRICT, FIRST, NOW, POTHOLE, SECOND, TICKET, TREE, id, registered},
    unit_of_work::UnitOfWork,
    visibility::{Parts, Reach},
    work_order::{
        Answer, Assignment, Defect, Round, RoundVerdict, Standing, WorkEvent,
        WorkEventKind::{self, Decline, FailVisit, RequestRelief, Start, Submit},
        WorkOrder, WorkOrderState,
    },
};
use bazdid_protocol::{
    sides::{DeclineSide, Epoch, LateSide, LateState, ReliefState, RoundBase, Sides, SubmissionSide, VerdictSide},
    text_enum::TextEnum as _,
};

const ROLES: [Role; 3] = [Role::Operator, Role::Supervisor, Role::Inspector];
const CONFLICT: u128 = 800;

type Command = fn(&mut UnitOfWork, &DecisionContext<'_>, &WorkOrder) -> OfficeResult;

const COMMANDS: [(&str, u128, Command); 12] = [
    ("offer", POTHOLE, |w, d, o| offer(w, d, o.id, Target::Organisation(id(SECOND)), "x")),
    ("offer to an inspector", TREE, |w, d, o| offer(w, d, o.id, Target::Inspector(id(3)), "x")),
    ("take back", POTHOLE, |w, d, o| reassign(w, d, o.id, None, "x")),
    ("reassign", POTHOLE, |w, d, o| reassign(w, d, o.id, Some(Target::Organisation(id(SECOND))), "x")),
    ("reassign an inspection", TREE, |w, d, o| reassign(w, d, o.id, Some(Target::Inspector(id(3))), "x")),
    ("cancel", POTHOLE, |w, d, o| cancel(w, d, o.id, "not_needed", None)),
    ("hold", POTHOLE, |w, d, o| hold(w, d, o.id, "x", d.now.plus_days(1))),
    ("close", POTHOLE, |w, d, o| close(w, d, o.id)),
    ("object", POTHOLE, |w, d, o| object(w, d, o.id, "x", None)),
    ("verify", POTHOLE, |w, d, o| verify(w, d, round_id(o.id, o.round), Acceptance { share: Share::All, note: None, without_bytes: None })),
    ("rework", POTHOLE, |w, d, o| rework(w, d, round_id(o.id, o.round), &[Defect { code: "unsafe".into(), note: None }], None, None)),
    ("reject the ticket", POTHOLE, |w, d, _| reject(w, d, id(TICKET), "not_municipal", None)),
];

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut all = Vec::new();
    for role in ROLES {
        for state in WorkOrderState::ALL.iter().copied() {
            for (name, category, command) in COMMANDS {
                let unit = at(category, state);
                all.push(Scenario::new(format!("{name} {state} {role}"), move |r| give(r, role, &unit, command)));
            }
            for (name, kind, resolution, unit) in conflicts(state) {
                let play = move |r: &Reference| decide(r, role, &unit, kind, resolution);
                all.push(Scenario::new(format!("{name} {state} {role}"), play));
            }
        }
        for began in [WorkOrderState::Offered, WorkOrderState::Accepted, WorkOrderState::Rework] {
            for reports in choices().filter(|reports| reports.iter().all(|(kind, _)| *kind != Submit)) {
                let held = put(attempt(&CREW, began, &reports), WorkOrderState::OnHold);
                let name = format!("resume {began} {reports:?} {role}");
                all.push(Scenario::new(name, move |r| give(r, role, &held, |w, d, o| resume(w, d, o.id))));
            }
        }
    }
    all
}

fn the_order(unit: &UnitOfWork) -> WorkOrder {
    unit.work_orders.iter().next().unwrap().clone()
}

/// An order in a state, with a round that nobody has judged.
fn at(category: u128, state: WorkOrderState) -> UnitOfWork {
    let mut unit = registered(category);
    let row = the_order(&unit);
    unit.rounds.load([round(&row, &submission(&row))]);
    unit.work_orders.load([WorkOrder { state, ..row }]);
    unit
}

fn submission(order: &WorkOrder) -> Submission {
    Submission { number: order.round, by: id(5), organisation: order.organisation_id, at: NOW, event: id(70) }
}

fn give(reference: &Reference, role: Role, unit: &UnitOfWork, command: Command) -> Came {
    let mut unit = unit.clone();
    let row = the_order(&unit);
    let officer = Officer { account: id(900), organisations: vec![], roles: vec![role] };
    let context = DecisionContext { officer: &officer, reference, now: NOW.plus_minutes(5), command: id(990) };
    let done = command(&mut unit, &context, &row);
    Came { before: row.state, after: unit.work_orders.get(row.id).unwrap().state, told: format!("{done:?}") }
}

fn decide(reference: &Reference, role: Role, unit: &UnitOfWork, kind: ConflictKind, resolution: Resolution) -> Came {
    let mut unit = unit.clone();
    let row = the_order(&unit);
    let by = Author {
        account: id(900),
        device: None,
        roles: vec![role],
        reach: Reach::Parts(Parts {
            areas: [id(DISTRICT)].into(),
            offices: [id(DISTRICT)].into(),
            every_office: true,
            person: Some(id(900)),
            ..Parts::default()
        }),
        organisations: vec![],
        manages: vec![],
        authority: Authority::InForce,
    };
    let now = NOW.plus_minutes(5);
    let decision = Decision { resolution, note: None, value: None, into: None, by: &by, now, command: id(990), kept: &[] };
    let done = resolve(&mut unit, &MergeContext::new(reference), id(CONFLICT), &decision);
    let after = unit.work_orders.get(row.id).unwrap().state;
    Came { before: row.state, after, told: format!("{kind} {:?}", done.map(|d| d.rev)) }
}

/// Every conflict whose decision takes an order on, at an order in a state.
fn conflicts(state: WorkOrderState) -> Vec<(String, ConflictKind, Resolution, UnitOfWork)> {
    let mut all = Vec::new();
    for kind in [Start, FailVisit, Submit] {
        for resolution in [Resolution::AcceptWork, Resolution::ReassignBack] {
            all.push((format!("{resolution} of late {kind}"), ConflictKind::StaleEpoch, resolution, late(state, kind)));
        }
    }
    all.push(("relief".into(), ConflictKind::ReliefRequested, Resolution::Decline, relief(state)));
    all.push(("decline stands".into(), ConflictKind::DeclinedVsSubmitted, Resolution::TakeOther, declined(state)));
    all.push(("milder verdict".into(), ConflictKind::VerdictDisagrees, Resolution::TakeOther, judged(state)));
    all
}

fn event(order: &WorkOrder, n: u128, kind: WorkEventKind, standing: Standing) -> WorkEvent {
    WorkEvent {
        id: id(n),
        rev: 1,
        work_order_id: order.id,
        ticket_id: order.ticket_id,
        epoch: 1,
        kind,
        actor: id(301),
        organisation_id: Some(id(FIRST)),
        device_id: None,
        visit_id: None,
        args: json!({ "reason": "no_access" }),
        at: NOW,
        eff: NOW,
        standing,
    }
}

fn raise(unit: &mut UnitOfWork, kind: ConflictKind, sides: Sides) {
    let order = the_order(unit);
    unit.conflicts.load([Conflict {
        id: id(CONFLICT),
        rev: 1,
        key: kind.to_string(),
        kind,
        severity: Severity::Hard,
        ticket_id: order.ticket_id,
        work_order_id: Some(order.id),
        areas: vec![],
        sides,
        mutation_id: id(1),
        other_mutation_id: None,
        default_in_force: String::new(),
        status: ConflictStatus::Open,
        resolution: None,
        resolved_by: None,
        resolved_at: None,
        note: None,
        raised_at: NOW,
    }]);
}

/// The first contractor worked late; the second holds the order.
fn late(state: WorkOrderState, kind: WorkEventKind) -> UnitOfWork {
    let mut unit = registered(POTHOLE);
    let row = the_order(&unit);
    let first = unit.assignments.iter().next().unwrap().clone();
    let second = Assignment { id: id(32), epoch: 2, until_epoch: 2, organisation_id: Some(id(SECOND)), ..first.clone() };
    unit.assignments.load([Assignment { answer: Some(Answer::Withdrawn), ..first }, second]);
    unit.work_events.load([event(&row, 71, kind, Standing::Stale)]);
    unit.work_orders.load([WorkOrder { state, epoch: 2, assignment_id: Some(id(32)), organisation_id: Some(id(SECOND)), ..row }]);
    let late = LateSide { event: id(71), kind, at: NOW, actor: id(951) };
    let theirs = LateState { epoch: 2, state, double_work: false, submitted_at: None };
    raise(&mut unit, ConflictKind::StaleEpoch, Sides::Late { base: Epoch { epoch: 1 }, theirs, mine: vec![late] });
    unit
}

fn relief(state: WorkOrderState) -> UnitOfWork {
    let mut unit = registered(POTHOLE);
    let row = the_order(&unit);
    unit.work_events.load([event(&row, 71, RequestRelief, Standing::Effective)]);
    unit.work_orders.load([WorkOrder { state, ..row }]);
    let sides = Sides::Relief { base: Epoch { epoch: 1 }, theirs: ReliefState { epoch: 1, state }, mine: Vec::new() };
    raise(&mut unit, ConflictKind::ReliefRequested, sides);
    unit
}

fn declined(state: WorkOrderState) -> UnitOfWork {
    let mut unit = at(POTHOLE, state);
    let row = the_order(&unit);
    unit.work_events.load([event(&row, 71, Decline, Standing::Effective), event(&row, 72, Submit, Standing::Effective)]);
    let theirs = DeclineSide { declined: NOW, actor: id(951) };
    let mine = SubmissionSide { submitted: NOW, actor: id(951) };
    raise(&mut unit, ConflictKind::DeclinedVsSubmitted, Sides::Declined { base: Epoch { epoch: 1 }, theirs, mine });
    unit
}

/// A round was returned, and somebody else had accepted it.
fn judged(state: WorkOrderState) -> UnitOfWork {
    let mut unit = registered(POTHOLE);
    let row = the_order(&unit);
    let held = unit.assignments.iter().next().unwrap().clone();
    unit.assignments.load([Assignment { until_epoch: 2, ..held }]);
    let returned = Round { verdict: RoundVerdict::Rework, ..round(&row, &submission(&row)) };
    let base = RoundBase { round: returned.id, epoch: 1 };
    unit.rounds.load([returned]);
    unit.work_orders.load([WorkOrder { state, epoch: 2, round: 2, ..row }]);
    let said = |verdict, n| VerdictSide { verdict, by: Some(id(951)), at: NOW, mutation: id(n) };
    let (theirs, mine) = (said(RoundVerdict::Accepted, 99), said(RoundVerdict::Rework, 98));
    raise(&mut unit, ConflictKind::VerdictDisagrees, Sides::Verdicts { base, theirs, mine });
    unit
}
