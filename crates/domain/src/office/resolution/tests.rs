use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::{
    account::Role,
    assigning::{Party, Terms, assign},
    category::Priority,
    conflict::Severity,
    membership::{Stay, moves},
    reference::Reference,
    sync::{
        engine::Authority,
        stamp::{Skew, Stamp},
    },
    test_city::{DISTRICT, FIRST, NOW, POTHOLE, SECOND, TICKET, TREE, follow, id, order, reference, registered, reload, ticket},
    ticket::{TicketOrigin, TicketStatus},
    ticket_flow::{Because, set_status},
    visibility::{Parts, Reach},
    work_order::{Answer, RoundVerdict, Standing, WorkOrder, WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::{
    command::Command,
    ids::Id,
    outcome::{OutcomeCode, Status},
    sides::Sides,
    text_enum::TextEnum as _,
};

const REPAIR: WorkOrderKind = WorkOrderKind::Repair;
const SUPERVISOR: u128 = 900;

/// A city in which one thing happens after another; each act is a transaction of its own.
struct Play {
    unit: UnitOfWork,
    reference: Reference,
    now: Timestamp,
    next: u128,
}

impl Play {
    fn new(category: u128) -> Self {
        Self { unit: registered(category), reference: reference(None), now: NOW.plus_minutes(1), next: 10_000 }
    }

    fn later(&mut self) -> u128 {
        self.next += 1;
        self.now = self.now.plus_minutes(1);
        self.next
    }

    fn committed(&mut self) {
        let reference = &self.reference;
        engine::settle(&mut self.unit, &MergeContext::new(reference), self.now);
        follow(&mut self.unit, reference, self.now);
        let changes: Vec<_> = self.unit.status_changes.iter().cloned().collect();
        self.unit = reload(&self.unit);
        self.unit.status_changes.load(changes);
    }

    /// Somebody does something now; answers the mutation and what became of it.
    fn act(&mut self, author: &Author, entity: Uuid, epoch: Option<i64>, base: Option<i64>, cmd: &str, args: Value) -> (u128, Outcome) {
        let n = self.later();
        let command = Command::parse(cmd, 1, &args).unwrap();
        let act = Act {
            id: id(n),
            entity,
            base,
            epoch,
            command: &command,
            args: &args,
            stamp: Stamp { est: self.now, eff: self.now, skew_us: 0, skew: Skew::Fine },
            received_at: self.now,
            office: false,
        };
        let outcome = engine::decide(&mut self.unit, &MergeContext::new(&self.reference), author, &act);
        self.committed();
        (n, outcome)
    }

    fn work(&mut self, author: &Author, epoch: i64, cmd: &str, args: Value) -> Outcome {
        let order = self.main().id;
        self.act(author, order.uuid(), Some(epoch), None, cmd, args).1
    }

    fn main(&self) -> WorkOrder {
        self.unit.work_orders.iter().next().unwrap().clone()
    }

    fn order(&self) -> WorkOrder {
        order(&self.unit, REPAIR)
    }

    fn ticket(&self) -> crate::ticket::Ticket {
        self.unit.tickets.get(id(TICKET)).unwrap().clone()
    }

    /// The office gives the order to the second contractor.
    fn reassign(&mut self) {
        self.later();
        let mut order = self.order();
        let to = Party { organisation: Some(id(SECOND)), coverage: Some(id(SECOND + 200)), rank: 2, ..Party::default() };
        let by = online(&self.reference.transitions, &[Role::Supervisor]);
        by.take(&mut order, WorkOrderState::Draft).unwrap();
        assign(&mut self.unit, &mut order, &to, &Terms { at: self.now, accept_minutes: Some(60), resolve_minutes: 600 }, &by).unwrap();
        self.unit.work_orders.put(order);
        self.committed();
    }

    fn visit(&mut self, author: &Author, n: u128) {
        let order = self.main();
        let args = json!({ "visit": Uuid::from_u128(n), "kind": "work", "arrived_at": self.now, "point": null });
        assert_eq!(self.act(author, order.id.uuid(), Some(order.epoch), None, "visit.record", args).1.status, Status::Applied);
    }

    fn conflict(&self, kind: ConflictKind) -> Conflict {
        let found: Vec<_> = self.unit.conflicts.iter().filter(|c| c.kind == kind && c.status == ConflictStatus::Open).collect();
        assert_eq!(found.len(), 1, "one open conflict of kind {kind}: {:?}", self.unit.conflicts.iter().collect::<Vec<_>>());
        found[0].clone()
    }

    fn decide_as(&mut self, by: &Author, kind: ConflictKind, resolution: Resolution, value: Option<&Value>) -> Result<Resolved, Refusal> {
        let command = id(self.later());
        let conflict = self.conflict(kind).id;
        let decision = Decision { resolution, note: Some("دیده شد"), value, into: None, by, now: self.now, command, kept: &[] };
        let outcome = resolve(&mut self.unit, &MergeContext::new(&self.reference), conflict, &decision);
        if let Ok(resolved) = &outcome {
            let row = self.unit.conflicts.get(conflict).unwrap();
            assert_eq!((row.status, row.resolution, row.resolved_by), (ConflictStatus::Resolved, Some(resolution), Some(by.account)));
            assert_eq!((row.rev, row.resolved_at), (resolved.rev, Some(self.now)));
            let again = resolve(&mut self.unit, &MergeContext::new(&self.reference), conflict, &decision);
            assert_eq!(again, Err(Refusal::Decided), "decided once");
        } else {
            assert_eq!(self.unit.conflicts.changed().count() + self.unit.work_orders.changed().count(), 0, "nothing changed");
        }
        outcome
    }

    fn decide(&mut self, kind: ConflictKind, resolution: Resolution, value: Option<&Value>) -> Result<Resolved, Refusal> {
        let outcome = self.decide_as(&supervisor(), kind, resolution, value);
        self.committed();
        outcome
    }
}

fn author(account: u128, role: Role, organisation: Option<u128>) -> Author {
    Author {
        account: id(account),
        device: Some(id(account + 1000)),
        roles: vec![role],
        reach: Reach::Parts(match organisation {
            Some(organisation) => Parts { organisations: [id(organisation)].into(), person: Some(id(account)), ..Parts::default() },
            None => Parts {
                areas: [id(DISTRICT)].into(),
                every_office: matches!(role, Role::Operator | Role::Supervisor),
                person: Some(id(account)),
                ..Parts::default()
            },
        }),
        organisations: organisation.into_iter().map(id).collect(),
        manages: organisation.filter(|_| role == Role::ContractorManager).into_iter().map(id).collect(),
        authority: Authority::InForce,
    }
}

fn crew(account: u128, organisation: u128) -> Author {
    author(account, Role::Crew, Some(organisation))
}

fn supervisor() -> Author {
    author(SUPERVISOR, Role::Supervisor, None)
}

fn first() -> Author {
    crew(301, FIRST)
}

fn second() -> Author {
    crew(302, SECOND)
}

/// The first contractor accepted, went out of reach, and the order went to the second; what it did in between comes late.
fn late_work(commands: &[&str]) -> Play {
    let mut play = Play::new(POTHOLE);
    play.work(&first(), 1, "work.accept", json!({}));
    play.visit(&first(), 401);
    play.reassign();
    for command in commands {
        let args = if *command == "work.start" { json!({ "visit": Uuid::from_u128(401) }) } else { json!({}) };
        assert_eq!(play.work(&first(), 1, command, args).code, Some(OutcomeCode::StaleEpoch), "{command}");
    }
    play
}

fn epoch_and_state(order: &WorkOrder) -> (i64, WorkOrderState, Option<u128>) {
    (order.epoch, order.state, order.organisation_id.map(|o| o.uuid().as_u128()))
}

/// A conflict of a kind without anything behind it.
fn bare(kind: ConflictKind) -> Conflict {
    Conflict {
        id: id(77),
        rev: 1,
        key: "k".into(),
        kind,
        severity: Severity::Hard,
        ticket_id: id(TICKET),
        work_order_id: None,
        areas: vec![],
        sides: Sides::default(),
        mutation_id: id(1),
        other_mutation_id: None,
        default_in_force: String::new(),
        status: ConflictStatus::Open,
        resolution: None,
        resolved_by: None,
        resolved_at: None,
        note: None,
        raised_at: NOW,
    }
}

#[test]
fn every_kind_accepts_at_least_two_resolutions_and_nothing_else() {
    let reference = reference(None);
    let by = supervisor();
    let mut used: std::collections::BTreeSet<Resolution> = std::collections::BTreeSet::new();
    for kind in ConflictKind::ALL.iter().copied() {
        assert!(accepted(kind).len() >= 2, "{kind}");
        used.extend(accepted(kind));
        for resolution in Resolution::ALL.iter().copied().filter(|r| !accepted(kind).contains(r)) {
            let mut unit = UnitOfWork::default();
            unit.tickets.load([ticket(TICKET, POTHOLE)]);
            unit.conflicts.load([bare(kind)]);
            let decision = Decision { resolution, note: None, value: None, into: None, by: &by, now: NOW, command: id(5), kept: &[] };
            let outcome = resolve(&mut unit, &MergeContext::new(&reference), id(77), &decision);
            assert_eq!(outcome, Err(Refusal::NotAccepted(kind)), "{kind} {resolution}");
        }
    }
    assert_eq!(used.len(), Resolution::ALL.len(), "every resolution is good for something");
}

#[test]
fn accepted_work_becomes_the_round_of_a_new_epoch_of_the_late_party() {
    let mut play = late_work(&["work.start", "work.submit"]);
    assert_eq!(epoch_and_state(&play.order()), (2, WorkOrderState::Offered, Some(SECOND)));
    play.decide_as(&supervisor(), ConflictKind::StaleEpoch, Resolution::AcceptWork, None).unwrap();
    let moves = moves(&play.unit);
    let moved = |org: u128, stays| {
        let channel = bazdid_protocol::channel::Channel::Org(id(org));
        moves.iter().any(|m| m.channel == channel && m.kind == "work_order" && m.stays == stays)
    };
    assert!(moved(FIRST, Stay::Carried) && moved(SECOND, Stay::Gone), "the devices see it");
    play.committed();
    let order = play.order();
    assert_eq!(epoch_and_state(&order), (3, WorkOrderState::Submitted, Some(FIRST)));
    assert_eq!((order.submitted_by, order.submitted_org), (Some(id(301)), Some(id(FIRST))));
    let round = play.unit.rounds.iter().next().unwrap().clone();
    assert_eq!((round.number, round.epoch, round.verdict, round.submitted_by), (1, 3, RoundVerdict::Pending, id(301)));
    let offers: Vec<_> = play.unit.assignments.iter().filter(|a| a.organisation_id == Some(id(SECOND))).map(|a| a.answer).collect();
    assert_eq!(offers, [Some(Answer::Withdrawn)]);
    // Deriving the state from the events again finds the same.
    play.work(&first(), 3, "work.accept", json!({}));
    assert_eq!(epoch_and_state(&play.order()), (3, WorkOrderState::Submitted, Some(FIRST)));
    assert_eq!(play.unit.rounds.iter().map(|r| r.verdict).collect::<Vec<_>>(), [RoundVerdict::Pending]);
    // The second contractor is the late one now.
    assert_eq!(play.work(&second(), 2, "work.accept", json!({})).code, Some(OutcomeCode::StaleEpoch));
}

#[test]
fn accepted_work_that_was_only_begun_goes_on() {
    let mut play = late_work(&["work.start"]);
    play.decide(ConflictKind::StaleEpoch, Resolution::AcceptWork, None).unwrap();
    assert_eq!(epoch_and_state(&play.order()), (3, WorkOrderState::InProgress, Some(FIRST)));
    assert_eq!(play.work(&first(), 3, "work.submit", json!({})).status, Status::Applied);
    assert_eq!(play.order().state, WorkOrderState::Submitted);
}

#[test]
fn dismissed_work_stays_late_and_new_late_work_opens_the_conflict_again() {
    let mut play = late_work(&["work.start"]);
    play.decide(ConflictKind::StaleEpoch, Resolution::Dismiss, None).unwrap();
    assert_eq!(epoch_and_state(&play.order()), (2, WorkOrderState::Offered, Some(SECOND)));
    assert!(play.unit.work_events.iter().any(|e| e.standing == Standing::Stale));
    assert_eq!(play.work(&second(), 2, "work.accept", json!({})).status, Status::Applied);
    assert!(play.unit.conflicts.iter().all(|c| c.status == ConflictStatus::Resolved), "what others do opens nothing");
    play.work(&first(), 1, "work.submit", json!({}));
    play.conflict(ConflictKind::StaleEpoch);
}

#[test]
fn an_order_that_goes_back_is_accepted_for_the_late_party() {
    let mut play = late_work(&["work.start"]);
    play.decide(ConflictKind::StaleEpoch, Resolution::ReassignBack, None).unwrap();
    assert_eq!(epoch_and_state(&play.order()), (3, WorkOrderState::Accepted, Some(FIRST)));
    assert_eq!(play.work(&first(), 3, "work.submit", json!({})).status, Status::Applied);
    assert_eq!(play.unit.rounds.iter().count(), 1);
}

#[test]
fn both_are_paid_the_state_stays_and_the_order_stays_marked() {
    let mut play = late_work(&[]);
    play.work(&second(), 2, "work.accept", json!({}));
    play.work(&second(), 2, "work.submit", json!({}));
    play.work(&first(), 1, "work.submit", json!({}));
    assert_eq!(play.conflict(ConflictKind::StaleEpoch).sides.theirs()["double_work"], json!(true));
    play.decide(ConflictKind::StaleEpoch, Resolution::PayBoth, None).unwrap();
    let order = play.order();
    assert_eq!(epoch_and_state(&order), (2, WorkOrderState::Submitted, Some(SECOND)));
    assert!(order.flags.contains(&engine::flags::DOUBLE_WORK.to_owned()));
    play.work(&second(), 2, "work.submit", json!({}));
    assert!(play.order().flags.contains(&engine::flags::DOUBLE_WORK.to_owned()), "as long as the decision stands");

    let mut accepted_only = late_work(&["work.accept"]);
    assert!(matches!(accepted_only.decide(ConflictKind::StaleEpoch, Resolution::PayBoth, None), Err(Refusal::State(_))));
}

#[test]
fn work_of_the_other_that_was_verified_is_not_taken_from_him() {
    let mut play = late_work(&["work.submit"]);
    play.work(&second(), 2, "work.accept", json!({}));
    play.work(&second(), 2, "work.submit", json!({}));
    let round = play.unit.rounds.iter().next().unwrap().id;
    let judge = author(SUPERVISOR + 1, Role::Supervisor, None);
    assert_eq!(play.work(&judge, 2, "round.verify", json!({ "round": round })).status, Status::Applied);
    for resolution in [Resolution::AcceptWork, Resolution::ReassignBack] {
        assert!(matches!(play.decide(ConflictKind::StaleEpoch, resolution, None), Err(Refusal::State(_))));
    }
    play.decide(ConflictKind::StaleEpoch, Resolution::PayBoth, None).unwrap();
}

#[test]
fn late_work_at_a_second_round_is_numbered_above_it() {
    let mut play = late_work(&["work.submit"]);
    play.work(&second(), 2, "work.accept", json!({}));
    play.work(&second(), 2, "work.submit", json!({}));
    play.decide(ConflictKind::StaleEpoch, Resolution::AcceptWork, None).unwrap();
    assert_eq!((play.order().round, play.order().submitted_org), (2, Some(id(FIRST))));
    assert_eq!(play.unit.rounds.iter().count(), 2);
}

fn end(play: &mut Play, status: TicketStatus) {
    play.later();
    set_status(&mut play.unit, id(TICKET), status, Because { actor: Some(id(1)), reason: Some("x"), at: play.now });
    play.committed();
}

#[test]
fn accepting_work_at_a_cancelled_ticket_takes_the_ticket_up_again() {
    let mut play = Play::new(POTHOLE);
    play.work(&first(), 1, "work.accept", json!({}));
    end(&mut play, TicketStatus::Cancelled);
    assert_eq!(play.work(&first(), 1, "work.submit", json!({})).code, Some(OutcomeCode::DeletedEntity));
    play.decide(ConflictKind::DeletedEntity, Resolution::AcceptWork, None).unwrap();
    assert_eq!(play.ticket().status, TicketStatus::InWork);
    assert_eq!(epoch_and_state(&play.order()), (2, WorkOrderState::Submitted, Some(FIRST)));
}

#[test]
fn a_ticket_of_which_only_evidence_came_late_is_new_again() {
    let mut play = Play::new(POTHOLE);
    end(&mut play, TicketStatus::Cancelled);
    let inspector = author(2, Role::Inspector, None);
    let note = json!({ "note": Uuid::from_u128(500), "text": "هنوز باز است" });
    assert_eq!(play.act(&inspector, Uuid::from_u128(TICKET), None, None, "note.add", note).1.code, Some(OutcomeCode::DeletedEntity));
    assert!(matches!(play.decide(ConflictKind::DeletedEntity, Resolution::PayBoth, None), Err(Refusal::State(_))));
    play.decide(ConflictKind::DeletedEntity, Resolution::AcceptWork, None).unwrap();
    assert!(!play.ticket().status.is_shut_by_office());
}

#[test]
fn work_submitted_for_a_duplicate_is_judged_there_and_the_ticket_stays_merged() {
    let mut play = Play::new(POTHOLE);
    play.work(&first(), 1, "work.accept", json!({}));
    end(&mut play, TicketStatus::Duplicate);
    play.visit_late();
    assert!(matches!(play.decide_nth(0, Resolution::AcceptWork), Err(Refusal::State(_))), "nothing submitted");
    play.work(&first(), 1, "work.submit", json!({}));
    let work = play.unit.conflicts.iter().position(|c| c.sides.mine().is_array()).unwrap();
    play.decide_nth(work, Resolution::AcceptWork).unwrap();
    play.committed();
    assert_eq!((play.ticket().status, play.order().state), (TicketStatus::Duplicate, WorkOrderState::Submitted));
}

impl Play {
    fn visit_late(&mut self) {
        let order = self.main();
        let args = json!({ "visit": Uuid::from_u128(402), "kind": "work", "arrived_at": self.now, "point": null });
        self.act(&first(), order.id.uuid(), Some(1), None, "visit.record", args);
    }

    fn decide_nth(&mut self, n: usize, resolution: Resolution) -> Result<Resolved, Refusal> {
        let conflict = self.unit.conflicts.iter().nth(n).unwrap().id;
        let by = supervisor();
        let command = id(self.later());
        let decision = Decision { resolution, note: None, value: None, into: None, by: &by, now: self.now, command, kept: &[] };
        resolve(&mut self.unit, &MergeContext::new(&self.reference), conflict, &decision)
    }
}

#[test]
fn nobody_decides_about_his_own_work_nor_his_organisations() {
    let mut play = late_work(&["work.submit"]);
    for by in [
        Author { roles: vec![Role::Supervisor], reach: supervisor().reach, ..first() },
        author(SUPERVISOR, Role::Supervisor, Some(FIRST)),
        author(SUPERVISOR, Role::Supervisor, Some(SECOND)),
    ] {
        let outcome = play.decide_as(&by, ConflictKind::StaleEpoch, Resolution::AcceptWork, None);
        assert_eq!(outcome, Err(Refusal::OwnWork));
    }
    play.decide(ConflictKind::StaleEpoch, Resolution::AcceptWork, None).unwrap();
}

fn edit(play: &mut Play, author: &Author, base: i64, set: Value) -> Outcome {
    play.act(author, Uuid::from_u128(TICKET), None, Some(base), "ticket.edit", json!({ "set": set })).1
}

/// Two inspectors write one field without having seen each other.
fn edits(one: Value, other: Value) -> Play {
    let mut play = Play::new(POTHOLE);
    let base = play.ticket().rev;
    edit(&mut play, &author(2, Role::Inspector, None), base, one);
    edit(&mut play, &author(3, Role::Inspector, None), base, other);
    play
}

#[test]
fn of_two_values_the_standing_one_is_kept_the_other_is_taken_or_a_third_is_set() {
    let text = |p: &Play| p.ticket().text;
    let two = || edits(json!({ "text": "یک" }), json!({ "text": "دو" }));
    let mut play = two();
    play.decide(ConflictKind::ParallelUpdate, Resolution::Keep, None).unwrap();
    assert_eq!(text(&play), "دو");
    let mut play = two();
    play.decide(ConflictKind::ParallelUpdate, Resolution::TakeOther, None).unwrap();
    assert_eq!(text(&play), "یک");
    assert!(play.unit.field_edits.iter().any(|e| e.office && e.value == json!("یک")), "an edit like any other");
    let mut play = two();
    assert!(matches!(play.decide(ConflictKind::ParallelUpdate, Resolution::Set, None), Err(Refusal::Argument { pointer: "/value", .. })));
    assert!(matches!(
        play.decide(ConflictKind::ParallelUpdate, Resolution::Set, Some(&json!(7))),
        Err(Refusal::Argument { pointer: "/value", .. })
    ));
    play.decide(ConflictKind::ParallelUpdate, Resolution::Set, Some(&json!("سه"))).unwrap();
    assert_eq!(text(&play), "سه");
    assert_eq!(play.unit.conflicts.iter().filter(|c| c.status == ConflictStatus::Open).count(), 0, "it conflicts with nothing");
}

#[test]
fn a_point_that_the_office_takes_stands_however_poor_its_fix_was() {
    let mut play = Play::new(POTHOLE);
    let base = play.ticket().rev;
    for (account, lat, accuracy_m) in [(800, 36.2688, 4.0), (801, 36.2708, 40.0)] {
        let point = json!({ "point": { "lat": lat, "lon": 50.0041, "accuracy_m": accuracy_m } });
        edit(&mut play, &author(account, Role::Operator, None), base, point);
    }
    assert_eq!(play.ticket().point.lat, 36.2688);
    let open: Vec<_> = play.unit.conflicts.iter().filter(|c| c.kind == ConflictKind::PointMoved).map(|c| c.id).collect();
    assert_eq!(open.len(), 1);
    play.decide(ConflictKind::PointMoved, Resolution::TakeOther, None).unwrap();
    assert_eq!((play.ticket().point.lat, play.ticket().point.accuracy_m), (36.2708, None));
}

#[test]
fn the_office_takes_the_categorys_proposal() {
    let mut play = Play::new(POTHOLE);
    let base = play.ticket().rev;
    edit(&mut play, &author(800, Role::Operator, None), base, json!({ "category": Id::<()>::new(Uuid::from_u128(13)) }));
    edit(&mut play, &author(3, Role::Inspector, None), base, json!({ "category": Id::<()>::new(Uuid::from_u128(TREE)) }));
    assert_eq!(play.ticket().category_id, id(13));
    play.decide(ConflictKind::CategoryProposal, Resolution::TakeOther, None).unwrap();
    assert_eq!(play.ticket().category_id, id(TREE));
}

#[test]
fn a_proposal_comes_into_force_as_it_was_meant_or_as_the_office_says() {
    let propose = || {
        let mut play = Play::new(POTHOLE);
        let until = play.now.plus_days(9);
        let args = json!({ "propose": { "priority": "high", "deferral": { "until": until } }, "reason": "زمستان" });
        play.act(&author(2, Role::Inspector, None), Uuid::from_u128(TICKET), None, None, "ticket.propose", args);
        (play, until)
    };
    let (mut play, _) = propose();
    play.decide(ConflictKind::Proposal, Resolution::Keep, None).unwrap();
    assert_eq!(play.ticket().priority, Priority::Normal);
    let (mut play, until) = propose();
    play.decide(ConflictKind::Proposal, Resolution::TakeOther, None).unwrap();
    let ticket = play.ticket();
    assert_eq!((ticket.priority, ticket.status, ticket.promise_at), (Priority::High, TicketStatus::Deferred, Some(until)));
    let (mut play, _) = propose();
    assert!(matches!(play.decide(ConflictKind::Proposal, Resolution::Set, Some(&json!({}))), Err(Refusal::Argument { .. })));
    play.decide(ConflictKind::Proposal, Resolution::Set, Some(&json!({ "priority": "low" }))).unwrap();
    assert_eq!((play.ticket().priority, play.ticket().status), (Priority::Low, TicketStatus::Triaged));
}

/// The first contractor submitted; two inspectors judged the round, one of them returned it.
fn two_verdicts() -> Play {
    let mut play = Play::new(POTHOLE);
    play.work(&first(), 1, "work.accept", json!({}));
    play.work(&first(), 1, "work.submit", json!({}));
    let round = play.unit.rounds.iter().next().unwrap().id;
    play.work(&author(2, Role::Inspector, None), 1, "round.verify", json!({ "round": round }));
    let returned = json!({ "round": round, "defects": [{ "code": "debris_left" }] });
    play.work(&author(3, Role::Inspector, None), 1, "round.rework", returned);
    assert_eq!(epoch_and_state(&play.order()), (2, WorkOrderState::Rework, Some(FIRST)));
    play
}

#[test]
fn the_milder_verdict_verifies_the_order_after_all() {
    let mut play = two_verdicts();
    play.decide(ConflictKind::VerdictDisagrees, Resolution::TakeOther, None).unwrap();
    let order = play.order();
    assert_eq!((order.state, order.round, order.submitted_org), (WorkOrderState::Verified, 1, Some(id(FIRST))));
    let round = play.unit.rounds.iter().next().unwrap();
    assert_eq!((round.verdict, round.verdict_by, round.defects.len()), (RoundVerdict::Accepted, Some(id(2)), 0));
    assert_eq!(play.ticket().status, TicketStatus::Resolved);
    play.work(&first(), 2, "work.accept", json!({}));
    assert_eq!(play.order().state, WorkOrderState::Verified, "what the party still reports of the next round changes nothing");
}

#[test]
fn the_stricter_verdict_is_kept_and_stands_alone_once_the_next_round_is_in() {
    let mut play = two_verdicts();
    play.decide(ConflictKind::VerdictDisagrees, Resolution::Keep, None).unwrap();
    assert_eq!(play.order().state, WorkOrderState::Rework);
    let mut play = two_verdicts();
    play.work(&first(), 2, "work.submit", json!({}));
    assert!(matches!(play.decide(ConflictKind::VerdictDisagrees, Resolution::TakeOther, None), Err(Refusal::State(_))));
}

fn declined_and_submitted() -> Play {
    let mut play = Play::new(POTHOLE);
    play.work(&first(), 1, "work.submit", json!({}));
    play.work(&author(303, Role::ContractorManager, Some(FIRST)), 1, "work.decline", json!({ "reason": "no_capacity" }));
    play
}

#[test]
fn of_a_decline_and_a_submission_either_stands() {
    let mut play = declined_and_submitted();
    play.decide(ConflictKind::DeclinedVsSubmitted, Resolution::Keep, None).unwrap();
    assert_eq!(play.order().state, WorkOrderState::Submitted);
    assert_eq!(play.work(&first(), 1, "work.submit", json!({})).status, Status::Applied, "it does not come up again");

    let mut play = declined_and_submitted();
    play.decide(ConflictKind::DeclinedVsSubmitted, Resolution::TakeOther, None).unwrap();
    assert_eq!(epoch_and_state(&play.order()), (2, WorkOrderState::Offered, Some(SECOND)), "the next is asked");
    assert_eq!(play.unit.rounds.iter().next().unwrap().verdict, RoundVerdict::Withdrawn);
    let declined = play.unit.assignments.iter().find(|a| a.organisation_id == Some(id(FIRST))).unwrap();
    assert_eq!((declined.answer, declined.reason.as_deref()), (Some(Answer::Declined), Some("no_capacity")));
}

#[test]
fn other_findings_lead_to_what_follows_from_them() {
    let two = || {
        let mut play = Play::new(TREE);
        // The city's own: whoever holds the order, and a colleague on their device.
        let mut order = play.main();
        order.account_id = None;
        order.organisation_id = Some(id(FIRST));
        let mut held = play.unit.assignments.iter().next().unwrap().clone();
        (held.account_id, held.organisation_id) = (None, Some(id(FIRST)));
        play.unit.work_orders.put(order);
        play.unit.assignments.put(held);
        play.committed();
        for (account, found) in [(311, "not_found"), (312, "confirmed")] {
            play.visit(&author(account, Role::Inspector, Some(FIRST)), 400 + account);
            play.work(&author(account, Role::Inspector, Some(FIRST)), 1, "inspection.submit", json!({ "findings": found }));
        }
        play
    };
    let mut play = two();
    assert_eq!(play.unit.work_orders.iter().count(), 1, "nothing to repair");
    play.decide(ConflictKind::AlreadySubmitted, Resolution::TakeOther, None).unwrap();
    let inspection = order(&play.unit, WorkOrderKind::Inspection);
    assert_eq!(inspection.findings.unwrap()["findings"], "confirmed");
    assert_eq!(play.order().state, WorkOrderState::Offered, "a repair follows");
    let mut play = two();
    assert!(matches!(play.decide(ConflictKind::AlreadySubmitted, Resolution::Set, Some(&json!("x"))), Err(Refusal::State(_))));
    play.decide(ConflictKind::AlreadySubmitted, Resolution::Keep, None).unwrap();
    assert_eq!(play.unit.work_orders.iter().count(), 1);
}

#[test]
fn the_office_answers_a_checklist_item_for_two_who_disagree() {
    let two = || {
        let mut play = Play::new(POTHOLE);
        play.visit(&author(2, Role::Inspector, None), 401);
        for (account, value) in [(2, "yes"), (3, "no")] {
            let args = json!({ "visit": Uuid::from_u128(401), "checklist": Uuid::from_u128(9), "item": "dry", "value": value });
            play.act(&author(account, Role::Inspector, None), play.main().id.uuid(), Some(1), None, "checklist.answer", args);
        }
        play
    };
    let stands = |p: &Play| {
        let found: Vec<_> = p.unit.answers.iter().filter(|a| a.standing == Standing::Effective).collect();
        assert_eq!(found.len(), 1);
        found[0].value.clone()
    };
    let mut play = two();
    play.decide(ConflictKind::AlreadySubmitted, Resolution::TakeOther, None).unwrap();
    assert_eq!(stands(&play), "yes");
    let mut play = two();
    play.decide(ConflictKind::AlreadySubmitted, Resolution::Set, Some(&json!("partly"))).unwrap();
    assert_eq!(stands(&play), "partly");
}

#[test]
fn the_office_measures_for_two_who_disagree() {
    let two = || {
        let mut play = Play::new(POTHOLE);
        for (account, n, quantity) in [(301, 601_u128, 10.0), (303, 602, 20.0)] {
            let args = json!({ "measurement": Uuid::from_u128(n), "item": "asphalt", "quantity": quantity, "unit": "m2" });
            play.act(&crew(account, FIRST), play.order().id.uuid(), Some(1), None, "measurement.add", args);
        }
        play
    };
    let office = |p: &Play| p.unit.measurements.iter().find(|m| m.actor == id(SUPERVISOR)).map(|m| (m.quantity, m.supersedes));
    let mut play = two();
    play.decide(ConflictKind::MeasurementDisagrees, Resolution::Keep, None).unwrap();
    assert_eq!(office(&play), None);
    let mut play = two();
    play.decide(ConflictKind::MeasurementDisagrees, Resolution::TakeOther, None).unwrap();
    assert_eq!(office(&play), Some((20.0, Some(id(601)))));
    let mut play = two();
    for wrong in [json!(-1), json!("12"), Value::Null] {
        assert!(matches!(
            play.decide(ConflictKind::MeasurementDisagrees, Resolution::Set, Some(&wrong)),
            Err(Refusal::Argument { pointer: "/value", .. })
        ));
    }
    play.decide(ConflictKind::MeasurementDisagrees, Resolution::Set, Some(&json!(14.5))).unwrap();
    assert_eq!(office(&play), Some((14.5, Some(id(601)))));
}

const OTHER: u128 = 51;

/// A ticket made in the field beside the one that is there.
fn possible_duplicate() -> Play {
    let mut play = Play::new(POTHOLE);
    let point = play.ticket().point;
    let args = json!({ "category": play.ticket().category_id, "text": "چاله", "point": point });
    let inspector = author(2, Role::Inspector, None);
    play.act(&inspector, Uuid::from_u128(OTHER), None, None, "ticket.create", args);
    assert_eq!(play.unit.tickets.get(id(OTHER)).unwrap().origin, TicketOrigin::Field);
    play
}

#[test]
fn a_merged_ticket_is_the_others_and_so_are_its_callers() {
    let mut play = possible_duplicate();
    play.decide(ConflictKind::PossibleDuplicate, Resolution::MergeInto, None).unwrap();
    let gone = play.unit.tickets.get(id(OTHER)).unwrap();
    assert_eq!((gone.status, gone.duplicate_of), (TicketStatus::Duplicate, Some(id(TICKET))));
    assert_eq!(play.ticket().supporters, 2);
    assert_eq!(play.order().state, WorkOrderState::Offered, "its own work goes on");
}

#[test]
fn a_person_may_merge_the_other_way_round_or_not_at_all() {
    let mut play = possible_duplicate();
    let conflict = play.conflict(ConflictKind::PossibleDuplicate).id;
    let by = supervisor();
    let mut into = |into| {
        let command = id(play.later());
        let decision = Decision {
            resolution: Resolution::MergeInto,
            note: None,
            value: None,
            into: Some(id(into)),
            by: &by,
            now: play.now,
            command,
            kept: &[],
        };
        resolve(&mut play.unit, &MergeContext::new(&play.reference), conflict, &decision)
    };
    assert!(matches!(into(52), Err(Refusal::Argument { pointer: "/into", .. })));
    into(OTHER).unwrap();
    assert_eq!(play.ticket().duplicate_of, Some(id(OTHER)));
    let order = play.order();
    assert_eq!(epoch_and_state(&order), (1, WorkOrderState::Cancelled, Some(FIRST)), "its holder sees that it is called off");
    assert_eq!(play.unit.assignments.iter().next().unwrap().answer, Some(Answer::Withdrawn));

    let mut play = possible_duplicate();
    play.decide(ConflictKind::PossibleDuplicate, Resolution::NotDuplicate, None).unwrap();
    assert_eq!((play.ticket().duplicate_of, play.ticket().supporters), (None, 1));

    let mut play = possible_duplicate();
    end(&mut play, TicketStatus::Cancelled);
    assert!(matches!(play.decide(ConflictKind::PossibleDuplicate, Resolution::MergeInto, None), Err(Refusal::State(_))));
}

#[test]
fn adopted_work_is_decided_as_if_nothing_had_stood_in_its_way() {
    let set_aside = || {
        let mut play = Play::new(POTHOLE);
        let revoked = Author { authority: Authority::Revoked, ..first() };
        assert_eq!(play.work(&revoked, 1, "work.submit", json!({})).code, Some(OutcomeCode::Quarantined));
        assert_eq!(play.order().state, WorkOrderState::Offered);
        play
    };
    let mut play = set_aside();
    let conflict = play.conflict(ConflictKind::Quarantined);
    let submitted = MutationId::new(conflict.mutation_id.uuid());
    let args = json!({});
    let command = Command::parse("work.submit", 1, &args).unwrap();
    let act = Act {
        id: submitted,
        entity: play.order().id.uuid(),
        base: None,
        epoch: Some(1),
        command: &command,
        args: &args,
        stamp: Stamp { est: NOW.plus_minutes(2), eff: NOW.plus_minutes(2), skew_us: 0, skew: Skew::Fine },
        received_at: NOW.plus_minutes(2),
        office: false,
    };
    let kept = [Kept { author: Author { authority: Authority::Adopted, ..first() }, act }];
    let by = supervisor();
    let decision = Decision {
        resolution: Resolution::Adopt,
        note: None,
        value: None,
        into: None,
        by: &by,
        now: play.now.plus_minutes(1),
        command: id(9_999),
        kept: &kept,
    };
    let resolved = resolve(&mut play.unit, &MergeContext::new(&play.reference), conflict.id, &decision).unwrap();
    assert_eq!(resolved.outcomes.iter().map(|(m, o)| (*m, o.status)).collect::<Vec<_>>(), [(submitted, Status::Applied)]);
    assert_eq!(play.order().state, WorkOrderState::Submitted);

    let mut play = set_aside();
    play.decide(ConflictKind::Quarantined, Resolution::Discard, None).unwrap();
    assert_eq!(play.order().state, WorkOrderState::Offered);
}

#[test]
fn a_photo_that_does_not_come_is_waited_for_no_more_or_taken_back() {
    for (resolution, removed) in [(Resolution::Dismiss, false), (Resolution::Discard, true)] {
        let mut play = late_work(&[]);
        let declared = json!({ "photo": Uuid::from_u128(41), "kind": "after", "sha256": "ab".repeat(32), "bytes": 9, "mime": "image/jpeg",
            "captured_at": "2026-09-01T08:10:00Z" });
        assert_eq!(play.work(&second(), 2, "photo.add", declared).status, Status::Applied);
        engine::absent::report(&mut play.unit, NOW, id(41)).unwrap();
        play.committed();
        assert_eq!(play.decide_as(&second(), ConflictKind::PhotoMissing, resolution, None), Err(Refusal::OwnWork));
        play.decide_as(&supervisor(), ConflictKind::PhotoMissing, resolution, None).unwrap();
        assert_eq!(play.unit.photos.get(id(41)).unwrap().removed_at.is_some(), removed, "{resolution}");
        let decided = play.unit.conflicts.iter().find(|c| c.kind == ConflictKind::PhotoMissing).unwrap();
        assert_eq!((decided.status, decided.resolution), (ConflictStatus::Resolved, Some(resolution)));
    }
}

fn crew_asks() -> (Play, Author) {
    let mut play = Play::new(POTHOLE);
    let crew = author(71, Role::Crew, Some(FIRST));
    let epoch = play.order().epoch;
    let asked = play.work(&crew, epoch, "work.decline", json!({ "reason": "no_capacity" }));
    assert_eq!((asked.status, asked.code), (Status::Conflict, Some(OutcomeCode::InvalidTransition)));
    assert_eq!(play.order().state, WorkOrderState::Offered, "the stage does not change");
    (play, crew)
}

#[test]
fn a_granted_request_declines_the_offer_and_the_next_is_asked() {
    let (mut play, crew) = crew_asks();
    play.decide(ConflictKind::ReliefRequested, Resolution::Decline, None).unwrap();
    let order = play.order();
    assert_eq!((order.state, order.organisation_id), (WorkOrderState::Offered, Some(id(SECOND))));
    let first = play.unit.assignments.iter().find(|a| a.organisation_id == Some(id(FIRST))).unwrap();
    assert_eq!((first.answer, first.reason.as_deref()), (Some(Answer::Declined), Some("no_capacity")));
    // What the office decided stays decided: an acceptance that is heard of afterwards is late.
    let late = play.work(&crew, first.epoch, "work.accept", json!({}));
    assert_eq!(late.code, Some(OutcomeCode::StaleEpoch));
    assert_eq!(play.order().organisation_id, Some(id(SECOND)));
}

#[test]
fn a_granted_request_takes_an_order_in_hand_from_its_holder() {
    let (mut play, crew) = crew_asks();
    let epoch = play.order().epoch;
    assert_eq!(play.work(&crew, epoch, "work.submit", json!({})).status, Status::Applied);
    play.decide(ConflictKind::ReliefRequested, Resolution::Decline, None).unwrap();
    assert_eq!((play.order().state, play.order().organisation_id), (WorkOrderState::Offered, Some(id(SECOND))));
    assert_eq!(play.unit.rounds.iter().map(|r| r.verdict).collect::<Vec<_>>(), [RoundVerdict::Withdrawn]);
    // The work that was submitted is not lost.
    play.decide(ConflictKind::StaleEpoch, Resolution::AcceptWork, None).unwrap();
    assert_eq!((play.order().state, play.order().organisation_id), (WorkOrderState::Submitted, Some(id(FIRST))));
}

#[test]
fn a_refused_request_changes_nothing_and_a_new_one_opens_it_again() {
    let (mut play, crew) = crew_asks();
    let epoch = play.order().epoch;
    play.decide(ConflictKind::ReliefRequested, Resolution::Keep, None).unwrap();
    assert_eq!((play.order().state, play.order().organisation_id), (WorkOrderState::Offered, Some(id(FIRST))));
    assert!(play.unit.work_events.iter().all(|e| e.standing == Standing::Overruled));
    assert_eq!(play.work(&crew, epoch, "work.accept", json!({})).status, Status::Applied);
    play.work(&crew, epoch, "work.decline", json!({ "reason": "too_far" }));
    assert_eq!(play.conflict(ConflictKind::ReliefRequested).sides.mine()[0]["reason"], "too_far");
}

#[test]
fn an_acceptance_in_time_beats_the_managers_decline_also_when_the_next_was_asked() {
    for declines_first in [true, false] {
        let mut play = Play::new(POTHOLE);
        let (crew, manager) = (author(71, Role::Crew, Some(FIRST)), author(72, Role::ContractorManager, Some(FIRST)));
        let epoch = play.order().epoch;
        let decline = |play: &mut Play| play.work(&manager, epoch, "work.decline", json!({ "reason": "no_capacity" }));
        if declines_first {
            decline(&mut play);
            assert_eq!(play.order().organisation_id, Some(id(SECOND)));
        }
        assert_eq!(play.work(&crew, epoch, "work.accept", json!({})).status, Status::Applied);
        if !declines_first {
            decline(&mut play);
        }
        let order = play.order();
        assert_eq!((order.state, order.organisation_id), (WorkOrderState::Accepted, Some(id(FIRST))));
        let held = play.unit.assignments.get(order.assignment_id.unwrap()).unwrap();
        assert_eq!(held.answer, Some(Answer::Accepted));
    }
}

#[test]
fn an_overtaken_round_is_withdrawn_and_its_work_can_still_be_accepted() {
    let mut play = Play::new(POTHOLE);
    let (first, second) = (author(71, Role::Crew, Some(FIRST)), author(81, Role::Crew, Some(SECOND)));
    let epoch = play.order().epoch;
    play.work(&first, epoch, "work.submit", json!({}));
    play.reassign();
    let epoch = play.order().epoch;
    play.work(&second, epoch, "work.submit", json!({}));
    let mut verdicts: Vec<_> = play.unit.rounds.iter().map(|r| (r.number, r.verdict)).collect();
    verdicts.sort_unstable_by_key(|v| v.0);
    assert_eq!(verdicts, [(1, RoundVerdict::Withdrawn), (2, RoundVerdict::Pending)]);
    assert_eq!(play.conflict(ConflictKind::StaleEpoch).sides.theirs()["double_work"], true);
    play.decide(ConflictKind::StaleEpoch, Resolution::AcceptWork, None).unwrap();
    let order = play.order();
    assert_eq!((order.state, order.organisation_id), (WorkOrderState::Submitted, Some(id(FIRST))));
    let pending: Vec<_> = play.unit.rounds.iter().filter(|r| r.verdict == RoundVerdict::Pending).map(|r| r.number).collect();
    assert_eq!(pending, [order.round], "only the round of the holder waits");
    // What the other did is late work now.
    let other = play.conflict(ConflictKind::StaleEpoch);
    assert_eq!(other.sides.mine()[0]["actor"], json!(second.account));
}
