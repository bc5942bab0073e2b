use serde_json::json;

use super::{
    order::{Target, cancel, close, hold, object, offer, reassign, refuse_hold, resume},
    round::{Acceptance, Share, rework, verify},
    ticket::{Triage, defer, merge, refer, reject, reopen, triage},
    *,
};
use crate::{
    assigning::{Submission, round as new_round},
    category::Hazard,
    test_city::{
        COLLAPSE, EMERGENCY, FIRST, NOW, POTHOLE, SECOND, TICKET, TREE, change, follow, id, order as the_order, reference, registered,
        reload, ticket as new_ticket,
    },
    ticket::{Boundary, Ticket},
    ticket_flow::orders_of,
    unit_of_work::UnitOfWork,
    work_order::{Answer, Defect, RoundVerdict, Standing, WorkEvent, WorkEventKind, WorkOrder, WorkOrderKind},
    work_order_graph::{Cell, Party},
};
use bazdid_protocol::{
    ids::{RoundId, WorkOrderId},
    text_enum::TextEnum as _,
};

fn officer(role: Role) -> Officer {
    Officer { account: id(900), organisations: vec![id(901)], roles: vec![role] }
}

/// Somebody of the office does something, and the system follows up.
fn act<T>(unit: &mut UnitOfWork, role: Role, f: impl FnOnce(&mut UnitOfWork, &DecisionContext<'_>) -> OfficeResult<T>) -> OfficeResult<T> {
    let (reference, officer) = (reference(None), officer(role));
    let context = DecisionContext { officer: &officer, reference: &reference, now: NOW.plus_minutes(5), command: id(990) };
    let before = unit.clone();
    let done = f(unit, &context);
    if done.is_err() {
        let rows = |w: &UnitOfWork| (w.tickets.changed().count(), w.work_orders.changed().count(), w.assignments.changed().count());
        assert_eq!(rows(unit), rows(&before), "a refusal changes nothing");
    }
    follow(unit, &reference, context.now);
    *unit = reload(unit);
    done
}

fn repair(unit: &UnitOfWork) -> WorkOrder {
    the_order(unit, WorkOrderKind::Repair)
}

fn at(state: WorkOrderState) -> UnitOfWork {
    let mut unit = registered(POTHOLE);
    change(&mut unit, WorkOrderKind::Repair, |o| o.state = state);
    reload(&unit)
}

fn accept(share: Share, note: Option<&str>) -> Acceptance<'_> {
    Acceptance { share, note, without_bytes: None }
}

/// The contractor has submitted.
fn submitted() -> (UnitOfWork, RoundId) {
    let mut unit = at(WorkOrderState::Submitted);
    let order = repair(&unit);
    let round = new_round(&order, &Submission { number: 1, by: id(5), organisation: Some(id(FIRST)), at: NOW, event: id(70) });
    let round_id = round.id;
    unit.rounds.put(round);
    (reload(&unit), round_id)
}

#[test]
fn every_command_asks_the_graph_for_every_state_and_every_role() {
    type Command = fn(&mut UnitOfWork, &DecisionContext<'_>, WorkOrderId) -> OfficeResult;
    let commands: [(&str, WorkOrderState, Command); 6] = [
        ("offer", WorkOrderState::Offered, |w, d, o| offer(w, d, o, Target::Organisation(id(SECOND)), "نزدیک‌تر است")),
        ("reassign", WorkOrderState::Draft, |w, d, o| reassign(w, d, o, None, "پاسخ نمی‌دهد")),
        ("cancel", WorkOrderState::Cancelled, |w, d, o| cancel(w, d, o, "not_needed", None)),
        ("hold", WorkOrderState::OnHold, |w, d, o| hold(w, d, o, "باران", d.now.plus_days(1))),
        ("close", WorkOrderState::Closed, close),
        ("object", WorkOrderState::Rework, |w, d, o| object(w, d, o, "دوباره خراب شد", None)),
    ];
    for (name, to, command) in commands {
        for from in WorkOrderState::ALL {
            for (role, party) in
                [(Role::Operator, Party::Operator), (Role::Supervisor, Party::Supervisor), (Role::Inspector, Party::Inspector)]
            {
                let mut unit = at(*from);
                let order = repair(&unit).id;
                let done = act(&mut unit, role, |w, d| command(w, d, order));
                // An objection is to what was verified. To return a round is a verdict, and to end a hold another command.
                let objects = matches!(from, WorkOrderState::Verified | WorkOrderState::Closed);
                let online = Cell { from: *from, to, party, mode: Mode::Online };
                let allowed = TransitionTable::default().allows(online) && (name != "object" || objects);
                assert_eq!(done.is_ok(), allowed, "{name} from {from} by {role}: {done:?}");
                if !allowed {
                    assert_eq!(done, Err(Refusal::Transition { from: *from, to }), "{name}");
                }
            }
        }
    }
}

#[test]
fn an_order_is_taken_from_its_holder_under_a_new_epoch_and_the_next_is_asked() {
    for state in [WorkOrderState::Offered, WorkOrderState::InProgress, WorkOrderState::OnHold, WorkOrderState::Submitted] {
        let mut unit = at(state);
        let old = repair(&unit);
        act(&mut unit, Role::Operator, |w, d| reassign(w, d, old.id, None, "پاسخ نمی‌دهد")).unwrap();
        let new = repair(&unit);
        assert_eq!((new.state, new.organisation_id, new.epoch), (WorkOrderState::Offered, Some(id(SECOND)), old.epoch + 1), "{state}");
        let held = unit.assignments.get(old.assignment_id.unwrap()).unwrap();
        assert_eq!((held.answer, held.reason.as_deref(), held.until_epoch), (Some(Answer::Withdrawn), Some("پاسخ نمی‌دهد"), old.epoch));
        act(&mut unit, Role::Operator, |w, d| reassign(w, d, new.id, None, "او هم نه")).unwrap();
        let nobody = repair(&unit);
        assert_eq!((nobody.state, nobody.organisation_id), (WorkOrderState::Draft, None));
        assert!(nobody.epoch > new.epoch, "nobody holds the epoch of a draft");
    }
}

#[test]
fn by_hand_an_order_goes_to_whom_the_office_names_under_his_contract_if_there_is_one() {
    let mut unit = at(WorkOrderState::Offered);
    let order = repair(&unit).id;
    act(&mut unit, Role::Supervisor, |w, d| reassign(w, d, order, Some(Target::Organisation(id(SECOND))), "نزدیک‌تر است")).unwrap();
    let row = repair(&unit);
    assert_eq!((row.organisation_id, row.contract_id, row.epoch), (Some(id(SECOND)), Some(id(SECOND + 100)), 2));
    assert_eq!((&row.explanation.value()["how"], &row.explanation.value()["reason"]), (&json!("by_hand"), &json!("نزدیک‌تر است")));
    act(&mut unit, Role::Supervisor, |w, d| reassign(w, d, order, Some(Target::Organisation(id(EMERGENCY))), "قراردادی ندارد")).unwrap();
    let row = repair(&unit);
    assert_eq!((row.state, row.contract_id), (WorkOrderState::Offered, None), "of repairs an emergency group is asked too");

    let wrong = [(Target::Organisation(id(1)), "/organisation"), (Target::Inspector(id(2)), "/account")];
    for (target, at) in wrong {
        let refused = act(&mut unit, Role::Operator, |w, d| reassign(w, d, order, Some(target), "x"));
        assert!(matches!(refused, Err(Refusal::Field { pointer, .. }) if pointer == at), "{refused:?}");
        assert_eq!(repair(&unit).epoch, row.epoch);
    }
    let mut unit = registered(TREE);
    let order = the_order(&unit, WorkOrderKind::Inspection).id;
    act(&mut unit, Role::Operator, |w, d| reassign(w, d, order, Some(Target::Inspector(id(3))), "بازرس دیگر")).unwrap();
    let row = the_order(&unit, WorkOrderKind::Inspection);
    assert_eq!((row.state, row.account_id, row.epoch), (WorkOrderState::Accepted, Some(id(3)), 2));
}

#[test]
fn a_cancelled_order_is_shown_to_its_holder_and_not_made_again() {
    let mut unit = at(WorkOrderState::InProgress);
    let order = repair(&unit).id;
    let refused = act(&mut unit, Role::Operator, |w, d| cancel(w, d, order, "Not needed", None));
    assert!(matches!(refused, Err(Refusal::Field { pointer: "/code", .. })));
    act(&mut unit, Role::Operator, |w, d| cancel(w, d, order, "not_needed", Some("شهروند منصرف شد"))).unwrap();
    let row = repair(&unit);
    assert_eq!(
        (row.state, row.organisation_id, row.reason.as_deref()),
        (WorkOrderState::Cancelled, Some(id(FIRST)), Some("not_needed: شهروند منصرف شد"))
    );
    assert_eq!(unit.tickets.get(id(TICKET)).unwrap().status, TicketStatus::Triaged);
}

/// What the contractor has reported of their order.
fn reported(order: &WorkOrder, n: u128, kind: WorkEventKind) -> WorkEvent {
    WorkEvent {
        id: id(n),
        rev: 1,
        work_order_id: order.id,
        ticket_id: order.ticket_id,
        epoch: order.epoch,
        kind,
        actor: id(5),
        organisation_id: Some(id(FIRST)),
        device_id: None,
        visit_id: None,
        args: json!({}),
        at: NOW,
        eff: NOW,
        standing: Standing::Effective,
    }
}

#[test]
fn what_nobody_had_begun_waits_again_when_its_hold_ends() {
    let reports: &[(&[WorkEventKind], WorkOrderState)] = &[
        // The acceptance was taken back while it was on hold.
        (&[], WorkOrderState::Offered),
        (&[WorkEventKind::Accept], WorkOrderState::Accepted),
        (&[WorkEventKind::Accept, WorkEventKind::Start], WorkOrderState::InProgress),
        (&[WorkEventKind::Accept, WorkEventKind::FailVisit], WorkOrderState::FailedVisit),
    ];
    for (kinds, after) in reports {
        let mut unit = at(WorkOrderState::Accepted);
        let order = repair(&unit);
        unit.work_events.load((71..).zip(*kinds).map(|(n, kind)| reported(&order, n, *kind)));
        act(&mut unit, Role::Supervisor, |w, d| hold(w, d, order.id, "باران", d.now.plus_days(2))).unwrap();
        act(&mut unit, Role::Supervisor, |w, d| resume(w, d, order.id)).unwrap();
        assert_eq!((repair(&unit).state, repair(&unit).review_at), (*after, None), "{kinds:?}");
    }
}

#[test]
fn holds_are_granted_refused_and_ended() {
    let mut unit = at(WorkOrderState::InProgress);
    let order = repair(&unit);
    let nobody_asked = act(&mut unit, Role::Supervisor, |w, d| refuse_hold(w, d, order.id, "باران نیست"));
    assert!(matches!(nobody_asked, Err(Refusal::State(_))));
    unit.work_events.load([reported(&order, 71, WorkEventKind::RequestHold), reported(&order, 72, WorkEventKind::Start)]);
    act(&mut unit, Role::Supervisor, |w, d| refuse_hold(w, d, order.id, "باران نیست")).unwrap();
    assert_eq!(unit.work_events.get(id(71)).unwrap().standing, Standing::Overruled);
    unit.work_events.load([reported(&order, 73, WorkEventKind::RequestHold)]);
    let past = act(&mut unit, Role::Supervisor, |w, d| hold(w, d, order.id, "باران", d.now));
    assert!(matches!(past, Err(Refusal::Field { pointer: "/review_at", .. })));
    act(&mut unit, Role::Supervisor, |w, d| hold(w, d, order.id, "باران", d.now.plus_days(2))).unwrap();
    assert_eq!(repair(&unit).state, WorkOrderState::OnHold);
    assert_eq!(unit.work_events.get(id(73)).unwrap().standing, Standing::Redundant, "who asked was answered");
    act(&mut unit, Role::Supervisor, |w, d| resume(w, d, order.id)).unwrap();
    assert_eq!((repair(&unit).state, repair(&unit).review_at), (WorkOrderState::InProgress, None));
}

#[test]
fn a_round_is_accepted_by_other_eyes_or_returned_with_defects() {
    let (mut unit, round) = submitted();
    act(&mut unit, Role::Supervisor, |w, d| verify(w, d, round, accept(Share::All, None))).unwrap();
    assert_eq!(repair(&unit).state, WorkOrderState::Verified);
    assert_eq!(unit.tickets.get(id(TICKET)).unwrap().status, TicketStatus::Resolved);
    let again = act(&mut unit, Role::Supervisor, |w, d| verify(w, d, round, accept(Share::All, None)));
    assert!(matches!(again, Err(Refusal::State(_))), "somebody has judged it");

    let (mut unit, round) = submitted();
    let defects = [Defect { code: "debris_left".into(), note: None }];
    assert!(matches!(act(&mut unit, Role::Inspector, |w, d| rework(w, d, round, &[], None, None)), Err(Refusal::Field { .. })));
    act(&mut unit, Role::Inspector, |w, d| rework(w, d, round, &defects, None, Some("جمع کنید"))).unwrap();
    let row = repair(&unit);
    assert_eq!((row.state, row.round, row.epoch, row.organisation_id), (WorkOrderState::Rework, 2, 2, Some(id(FIRST))));
    assert_eq!(unit.assignments.get(row.assignment_id.unwrap()).unwrap().until_epoch, 2);
    let judged = unit.rounds.get(round).unwrap();
    assert_eq!((judged.verdict, judged.defects.len(), judged.rework_due), (RoundVerdict::Rework, 1, Some(NOW.plus_minutes(605))));

    let (mut unit, round) = submitted();
    let part = act(&mut unit, Role::Supervisor, |w, d| verify(w, d, round, accept(Share::Part, None)));
    assert!(matches!(part, Err(Refusal::Field { pointer: "/note", .. })));
    act(&mut unit, Role::Supervisor, |w, d| verify(w, d, round, accept(Share::Part, Some("۸ متر مربع از ۱۰")))).unwrap();
    assert_eq!(unit.rounds.get(round).unwrap().verdict, RoundVerdict::Partly);
}

#[test]
fn nobody_judges_his_own_work_nor_that_of_his_organisation() {
    let (mut unit, round) = submitted();
    let mut own = unit.rounds.get(round).unwrap().clone();
    for (by, organisation) in [(id(900), None), (id(5), Some(id(901)))] {
        own.submitted_by = by;
        own.submitted_org = organisation;
        unit.rounds.load([own.clone()]);
        let refused = act(&mut unit, Role::Supervisor, |w, d| verify(w, d, round, accept(Share::All, None)));
        assert_eq!(refused, Err(Refusal::OwnWork));
    }
    let operator = act(&mut submitted().0, Role::Operator, |w, d| verify(w, d, submitted().1, accept(Share::All, None)));
    assert!(matches!(operator, Err(Refusal::Transition { .. })), "the centre does not verify");
}

/// What the office does with a ticket.
type End = fn(&mut UnitOfWork, &DecisionContext<'_>) -> OfficeResult;

#[test]
fn a_ticket_is_put_off_passed_on_refused_and_taken_up_again() {
    let window = (NOW.plus_days(3), NOW.plus_days(10));
    let ends: [(TicketStatus, End); 3] = [
        (TicketStatus::Deferred, |w, d| defer(w, d, id(TICKET), "بودجه", (NOW.plus_days(3), NOW.plus_days(10)))),
        (TicketStatus::Referred, |w, d| refer(w, d, id(TICKET), id(SECOND), "برق است")),
        (TicketStatus::Rejected, |w, d| reject(w, d, id(TICKET), "not_municipal", None)),
    ];
    for (status, end) in ends {
        let mut unit = registered(POTHOLE);
        act(&mut unit, Role::Operator, end).unwrap();
        let ticket = unit.tickets.get(id(TICKET)).unwrap();
        assert_eq!(ticket.status, status);
        assert!(ticket.status_reason.is_some());
        assert_eq!(ticket.promise_at == Some(window.1), status == TicketStatus::Deferred, "the citizen gets a date");
        assert_eq!(repair(&unit).state, WorkOrderState::Cancelled);
        assert!(matches!(act(&mut unit, Role::Operator, end), Err(Refusal::Status { .. })), "once");
        act(&mut unit, Role::Operator, |w, d| reopen(w, d, id(TICKET), "شهروند اعتراض کرد")).unwrap();
        let open: Vec<_> = orders_of(&unit, id(TICKET)).filter(|o| o.state == WorkOrderState::Offered).collect();
        assert_eq!(open.len(), 1, "the system asks again");
    }
    let mut unit = at(WorkOrderState::InProgress);
    assert!(matches!(act(&mut unit, Role::Operator, |w, d| defer(w, d, id(TICKET), "بودجه", window)), Err(Refusal::State(_))));
    assert!(matches!(act(&mut unit, Role::Operator, |w, d| reopen(w, d, id(TICKET), "x")), Err(Refusal::Status { .. })));
}

#[test]
fn a_merged_ticket_gives_its_callers_to_the_other_and_takes_them_back() {
    let mut unit = registered(POTHOLE);
    unit.tickets.load([Ticket { supporters: 2, status: TicketStatus::InWork, ..new_ticket(51, TREE) }]);
    act(&mut unit, Role::Operator, |w, d| merge(w, d, id(TICKET), id(51), None)).unwrap();
    let ticket = unit.tickets.get(id(TICKET)).unwrap();
    assert_eq!((ticket.status, ticket.duplicate_of), (TicketStatus::Duplicate, Some(id(51))));
    assert_eq!(unit.tickets.get(id(51)).unwrap().supporters, 3);
    assert_eq!(repair(&unit).state, WorkOrderState::Cancelled);
    let back = act(&mut unit, Role::Operator, |w, d| merge(w, d, id(51), id(TICKET), None));
    assert!(matches!(back, Err(Refusal::State(_))), "no chains");
    act(&mut unit, Role::Operator, |w, d| reopen(w, d, id(TICKET), "دو چیز است")).unwrap();
    assert_eq!((unit.tickets.get(id(51)).unwrap().supporters, unit.tickets.get(id(TICKET)).unwrap().duplicate_of), (2, None));
}

#[test]
fn triage_writes_fields_as_the_office_and_asks_anew_for_what_nobody_holds() {
    let mut unit = UnitOfWork::default();
    let lost = Ticket { areas: vec![], leaf_areas: vec![], boundary: Boundary::Outside, ..new_ticket(TICKET, POTHOLE) };
    unit.tickets.load([Ticket { rev: 4, ..lost }]);
    let change = Triage { priority: Some(crate::category::Priority::Urgent), category: Some(id(COLLAPSE)), ..Triage::default() };
    act(&mut unit, Role::Operator, |w, d| triage(w, d, id(TICKET), &change)).unwrap();
    let ticket = unit.tickets.get(id(TICKET)).unwrap();
    assert_eq!((ticket.status, ticket.hazard), (TicketStatus::Triaged, Hazard::Critical));
    assert_eq!(ticket.registers["category"].v, 5);
    let edits: Vec<_> = unit.field_edits.iter().map(|e| (e.field, e.office, e.base, e.v)).collect();
    let category = crate::ticket::TicketField::Category;
    assert_eq!(edits.len(), 2, "what stood before is kept");
    assert!(edits.contains(&(category, true, 0, 1)) && edits.contains(&(category, true, 4, 5)));
    let wrong = Triage { category: Some(id(1)), ..Triage::default() };
    assert!(matches!(
        act(&mut unit, Role::Operator, |w, d| triage(w, d, id(TICKET), &wrong)),
        Err(Refusal::Field { pointer: "/category", .. })
    ));
}
