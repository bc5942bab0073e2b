//! What the holders of an order report, take back and report late, and the verdicts of the field.

use serde_json::{Value, json};

use super::{Came, Scenario};
use crate::{
    account::Role,
    assigning::{Submission, round, round_id},
    reference::Reference,
    sync::{
        engine::{self, Act, Author, Authority},
        merge_context::MergeContext,
        stamp::{Skew, Stamp},
    },
    test_city::{DISTRICT, EMERGENCY, FIRST, NOW, POTHOLE, SECOND, TICKET, id, order, registered, ticket},
    ticket::{Ticket, TicketStatus},
    unit_of_work::UnitOfWork,
    visibility::{Parts, Reach},
    visit::{MockFlag, Visit, VisitKind},
    work_order::{
        Answer, Assignment, Round, RoundVerdict, Standing, WorkEvent,
        WorkEventKind::{self, Accept, Decline, FailVisit, Start, Submit},
        WorkOrder, WorkOrderKind, WorkOrderState,
    },
    work_order_graph::{Party, StageEvent, fold_stage},
};
use bazdid_protocol::{
    command::Command,
    ids::{Id, OrganisationId},
    text_enum::TextEnum as _,
};

const MANAGER: u128 = 310;
const VISIT: u128 = 40;
const HELD: u128 = 30;
const OTHER: u128 = 31;

/// Who holds an order: a party by one of its people.
#[derive(Clone, Copy)]
pub(super) struct Holder {
    party: Party,
    organisation: Option<u128>,
    account: u128,
    role: Role,
}

const HOLDERS: [Holder; 4] = [
    Holder { party: Party::Contractor, organisation: Some(FIRST), account: MANAGER, role: Role::ContractorManager },
    CREW,
    Holder { party: Party::EmergencyGroup, organisation: Some(EMERGENCY), account: 302, role: Role::Crew },
    Holder { party: Party::Inspector, organisation: None, account: 2, role: Role::Inspector },
];
pub(super) const CREW: Holder = Holder { party: Party::Crew, organisation: Some(FIRST), account: 301, role: Role::Crew };

impl Holder {
    fn author(&self) -> Author {
        Author {
            account: id(self.account),
            device: Some(id(self.account + 1000)),
            roles: vec![self.role],
            reach: Reach::Parts(Parts {
                areas: self.organisation.is_none().then(|| id(DISTRICT)).into_iter().collect(),
                organisations: self.organisation.into_iter().map(id).collect(),
                person: Some(id(self.account)),
                ..Parts::default()
            }),
            organisations: self.organisation.into_iter().map(id).collect(),
            manages: self.organisation.filter(|_| self.role == Role::ContractorManager).into_iter().map(id).collect(),
            authority: Authority::InForce,
        }
    }

    /// Who of the party can decline.
    fn decliner(&self) -> u128 {
        if self.organisation.is_some() { MANAGER } else { self.account }
    }
}

/// What was reported before, minutes before now; all of it before the offer expires.
pub(super) const REPORTS: [(WorkEventKind, i64); 5] = [(Accept, 90), (Decline, 85), (Start, 80), (FailVisit, 70), (Submit, 50)];

/// Every choice of some of the reports.
pub(super) fn choices() -> impl Iterator<Item = Vec<(WorkEventKind, i64)>> {
    (0..1_usize << REPORTS.len()).map(|bits| (0..REPORTS.len()).filter(|n| bits & (1 << n) != 0).map(|n| REPORTS[n]).collect())
}

fn event(holder: &Holder, order: &WorkOrder, n: u128, (kind, minutes): (WorkEventKind, i64)) -> WorkEvent {
    let at = NOW.plus_minutes(-minutes);
    WorkEvent {
        id: id(n),
        rev: 1,
        work_order_id: order.id,
        ticket_id: order.ticket_id,
        epoch: order.epoch,
        kind,
        actor: id(if kind == Decline { holder.decliner() } else { holder.account }),
        organisation_id: holder.organisation.map(id),
        device_id: None,
        visit_id: None,
        args: json!({}),
        at,
        eff: at,
        standing: Standing::Effective,
    }
}

/// An order of a holder in an attempt that began in a state, where its reports put it.
pub(super) fn attempt(holder: &Holder, began: WorkOrderState, reports: &[(WorkEventKind, i64)]) -> UnitOfWork {
    let offered = registered(POTHOLE);
    let rework = began == WorkOrderState::Rework;
    let epoch = if rework { 2 } else { 1 };
    let mut unit = UnitOfWork::default();
    unit.tickets.load([Ticket { status: TicketStatus::InWork, ..ticket(TICKET, POTHOLE) }]);
    let mut row = WorkOrder {
        epoch,
        round: epoch,
        assignment_id: Some(id(HELD)),
        organisation_id: holder.organisation.map(id),
        account_id: holder.organisation.is_none().then(|| id(holder.account)),
        ..order(&offered, WorkOrderKind::Repair)
    };
    let asked = began == WorkOrderState::Offered;
    let given = NOW.plus_minutes(-200);
    unit.assignments.load(offered.assignments.iter().map(|offer| Assignment {
        id: id(HELD),
        until_epoch: epoch,
        organisation_id: row.organisation_id,
        account_id: row.account_id,
        contract_id: None,
        coverage_id: None,
        offered_at: given,
        expires_at: asked.then(|| NOW.plus_minutes(-10)),
        answer: (!asked).then_some(Answer::Accepted),
        answered_at: (!asked).then_some(given),
        ..offer.clone()
    }));
    let events: Vec<WorkEvent> = (600..).zip(reports).map(|(n, report)| event(holder, &row, n, *report)).collect();
    let stages: Vec<StageEvent> = events.iter().map(|e| StageEvent { kind: e.kind, eff: e.eff, id: Id::new(e.id.uuid()) }).collect();
    row.state = fold_stage(began, &stages);
    let submission = |row: &WorkOrder, number| Submission {
        number,
        by: id(holder.account),
        organisation: row.organisation_id,
        at: NOW.plus_minutes(-50),
        event: id(600),
    };
    if rework {
        unit.rounds.load([Round { epoch: 1, verdict: RoundVerdict::Rework, ..round(&row, &submission(&row, 1)) }]);
    }
    if row.state == WorkOrderState::Submitted {
        row.submitted_by = Some(id(holder.account));
        row.submitted_org = row.organisation_id;
        unit.rounds.load([round(&row, &submission(&row, row.round))]);
    }
    unit.work_events.load(events);
    unit.visits.load([visit(&row)]);
    unit.work_orders.load([row]);
    unit
}

fn visit(order: &WorkOrder) -> Visit {
    Visit {
        id: id(VISIT),
        rev: 1,
        ticket_id: order.ticket_id,
        work_order_id: Some(order.id),
        kind: VisitKind::Work,
        actor: id(CREW.account),
        organisation_id: None,
        device_id: None,
        arrived_at: NOW,
        arrived_est: NOW,
        received_at: NOW,
        left_est: None,
        point: None,
        mock: MockFlag::Unknown,
        distance_m: None,
        outcome: None,
        eff: NOW,
        writes: vec![],
    }
}

/// The same unit of work with the order in another state.
pub(super) fn put(mut unit: UnitOfWork, state: WorkOrderState) -> UnitOfWork {
    let row = order(&unit, WorkOrderKind::Repair);
    unit.work_orders.load([WorkOrder { state, ..row }]);
    unit
}

/// What somebody does with the order, minutes before now.
#[derive(Clone)]
struct Step {
    cmd: &'static str,
    args: Value,
    epoch: i64,
    minutes: i64,
}

fn send(unit: &UnitOfWork, reference: &Reference, author: &Author, step: &Step) -> Came {
    let mut unit = unit.clone();
    let before = order(&unit, WorkOrderKind::Repair);
    let command = Command::parse(step.cmd, 1, &step.args).unwrap();
    let est = NOW.plus_minutes(-step.minutes);
    let act = Act {
        id: id(700),
        entity: before.id.uuid(),
        base: None,
        epoch: Some(step.epoch),
        command: &command,
        args: &step.args,
        stamp: Stamp { est, eff: est, skew_us: 0, skew: Skew::Fine },
        received_at: NOW,
        office: false,
    };
    let outcome = engine::decide(&mut unit, &MergeContext::new(reference), author, &act);
    let after = order(&unit, WorkOrderKind::Repair).state;
    Came { before: before.state, after, told: format!("{:?} {:?} {:?}", outcome.status, outcome.code, outcome.v) }
}

/// What a holder can do with an order in an epoch.
fn steps(epoch: i64) -> Vec<Step> {
    let step = |cmd, args: &Value, minutes| Step { cmd, args: args.clone(), epoch, minutes };
    let reason = json!({ "reason": "rain" });
    let visit = json!({ "visit": id::<()>(VISIT) });
    let mut steps = vec![
        step("work.accept", &json!({}), 60),
        step("work.decline", &reason, 60),
        step("work.request_hold", &reason, 60),
        step("work.submit", &json!({}), 60),
    ];
    for minutes in [95, 75, 20] {
        steps.push(step("work.start", &visit, minutes));
        steps.push(step("work.resume", &json!({}), minutes));
        steps.push(step("work.fail_visit", &reason, minutes));
    }
    steps.extend((600..605).map(|n| step("work.retract", &json!({ "event": id::<()>(n) }), 10)));
    steps
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut all = Vec::new();
    for holder in HOLDERS {
        reports(&holder, &mut all);
        reinstated(&holder, &mut all);
    }
    for role in [Role::Inspector, Role::Supervisor] {
        verdicts(role, &mut all);
    }
    all
}

fn add(all: &mut Vec<Scenario>, name: String, unit: &UnitOfWork, author: &Author, step: Step) {
    let (unit, author) = (unit.clone(), author.clone());
    all.push(Scenario::new(format!("{name}: {} {}", step.cmd, step.minutes), move |reference| send(&unit, reference, &author, &step)));
}

fn reports(holder: &Holder, all: &mut Vec<Scenario>) {
    use WorkOrderState::{Accepted, Expired, Offered, OnHold, Rework, Submitted};
    for began in [Offered, Accepted, Rework] {
        for reports in choices() {
            let folded = attempt(holder, began, &reports);
            let stage = order(&folded, WorkOrderKind::Repair).state;
            let mut units = vec![folded.clone()];
            if stage != Submitted {
                units.push(put(folded.clone(), OnHold));
            }
            if stage == Offered {
                units.push(put(folded, Expired));
            }
            for unit in units {
                let row = order(&unit, WorkOrderKind::Repair);
                for step in steps(row.epoch) {
                    add(all, format!("{} {began} {reports:?} {}", holder.party, row.state), &unit, &holder.author(), step);
                }
            }
        }
    }
}

/// An offer that had expired, and what became of the order since: an acceptance in time reinstates it.
fn reinstated(holder: &Holder, all: &mut Vec<Scenario>) {
    use WorkOrderState::{Declined, Draft, Expired, Offered};
    for state in [Draft, Offered, Declined, Expired] {
        for late in [vec![], vec![(Start, 80)], vec![(Submit, 50)]] {
            let mut unit = attempt(holder, Offered, &[]);
            let row = order(&unit, WorkOrderKind::Repair);
            let held = unit.assignments.get(id(HELD)).unwrap().clone();
            let stale = late.iter().map(|report| WorkEvent { standing: Standing::Stale, ..event(holder, &row, 600, *report) });
            unit.work_events.load(stale.collect::<Vec<_>>());
            unit.assignments.load([Assignment { answer: Some(Answer::Expired), ..held.clone() }]);
            let other: Option<OrganisationId> = (state != Draft).then(|| id(SECOND));
            if other.is_some() {
                let next = Assignment { id: id(OTHER), epoch: 2, until_epoch: 2, organisation_id: other, account_id: None, ..held };
                unit.assignments.load([next]);
            }
            unit.work_orders.load([WorkOrder {
                state,
                epoch: 2,
                assignment_id: other.map(|_| id(OTHER)),
                organisation_id: other,
                account_id: None,
                ..row
            }]);
            let accept = Step { cmd: "work.accept", args: json!({}), epoch: 1, minutes: 100 };
            add(all, format!("{} reinstated {state} {late:?}", holder.party), &unit, &holder.author(), accept);
        }
    }
}

fn verdicts(role: Role, all: &mut Vec<Scenario>) {
    let judge = Holder { party: Party::Inspector, organisation: None, account: 950, role }.author();
    let submitted = attempt(&CREW, WorkOrderState::Offered, &[(Submit, 50)]);
    let row = order(&submitted, WorkOrderKind::Repair);
    let args = json!({ "round": round_id(row.id, row.round), "defects": [{ "code": "debris_left" }] });
    let judged = {
        let mut unit = submitted.clone();
        let round = unit.rounds.get(round_id(row.id, row.round)).unwrap().clone();
        let by = Some(id(951));
        unit.rounds.load([Round { verdict: RoundVerdict::Accepted, verdict_by: by, verdict_at: Some(NOW.plus_minutes(-30)), ..round }]);
        put(unit, WorkOrderState::Verified)
    };
    let units = WorkOrderState::ALL.iter().map(|state| put(submitted.clone(), *state)).chain([judged]);
    for unit in units {
        let state = order(&unit, WorkOrderKind::Repair).state;
        for cmd in ["round.verify", "round.rework"] {
            add(all, format!("{role} {state}"), &unit, &judge, Step { cmd, args: args.clone(), epoch: 1, minutes: 20 });
        }
    }
}
