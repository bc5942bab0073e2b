//! The laws of the merge over random histories: several devices of two contractors and of the city, an office that reassigns,
//! edits, holds, expires, verifies, returns and cancels. Devices know what they knew at their last pull and report in any order
//! that keeps each one's own; what the server alone does (it issues epochs and verdicts) stands between the phases.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{prelude::*, strategy::ValueTree as _};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Hold, Mover, refold};
use crate::{
    account::Role,
    conflict::{Conflict, ConflictKind, ConflictStatus},
    photo::Verdict,
    sync::engine::{
        Author, Authority,
        tests::{NEW, NOW, OLD, ORDER, REFERENCE, Step, assignment, cases, commit, crew, finish, id, inspector, key, send, step, unit},
    },
    ticket::{StatusChange, Ticket, TicketStatus},
    unit_of_work::UnitOfWork,
    work_order::{Answer, Assignment, RoundVerdict, WorkOrder, WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::outcome::{OutcomeCode, Status};

const INSPECTION: u128 = 21;
const OFFICE: u128 = 300;
const PEOPLE: usize = 7;

/// What a device does: who, what, how long ago, a value, and whether it pulls afterwards.
type Act = (usize, u8, i64, u8, bool);
/// Acts that arrive in one phase, and what the office does at its end.
type Phase = (Vec<Act>, u8);

fn history() -> impl Strategy<Value = Vec<Phase>> {
    let act = (0..PEOPLE, 0..22_u8, 1..400_i64, 0..3_u8, any::<bool>());
    proptest::collection::vec((proptest::collection::vec(act, 1..9), 0..14_u8), 1..5)
}

/// Nothing but what people report of work and take back: the cases in which what one says hangs on what another says.
fn reports() -> impl Strategy<Value = Vec<Phase>> {
    let what = proptest::sample::select(vec![0, 1, 1, 2, 3, 3, 4, 5, 6, 9, 9, 9]);
    let act = (0..PEOPLE, what, 1..400_i64, 0..3_u8, any::<bool>());
    let office = proptest::sample::select(vec![0, 0, 0, 1, 2, 3, 4, 7, 8, 10, 12]);
    proptest::collection::vec((proptest::collection::vec(act, 1..9), office), 1..5)
}

/// Two crews and the manager of the new contractor, a crew of the old one, two inspectors of the region's office, one revoked.
fn person(n: usize) -> Author {
    match n {
        0 | 1 => crew(5 + u128::try_from(n).unwrap(), NEW),
        2 => Author { roles: vec![Role::ContractorManager], ..crew(7, NEW) },
        3 => crew(4, OLD),
        4 | 5 => Author { organisations: vec![id(OFFICE)], ..inspector(46 + u128::try_from(n).unwrap()) },
        _ => Author { authority: Authority::Revoked, ..crew(8, OLD) },
    }
}

fn start() -> UnitOfWork {
    let mut w = unit(0);
    let order = w.work_orders.get(id(ORDER)).unwrap().clone();
    w.work_orders.put(WorkOrder {
        id: id(INSPECTION),
        kind: WorkOrderKind::Inspection,
        state: WorkOrderState::Accepted,
        epoch: 1,
        assignment_id: Some(id(39)),
        organisation_id: Some(id(OFFICE)),
        ..order
    });
    let given = Assignment { work_order_id: id(INSPECTION), expires_at: None, answer: Some(Answer::Accepted), ..assignment(39, OFFICE, 1) };
    w.assignments.put(Assignment { answered_at: Some(given.offered_at), ..given });
    for (n, who) in [(40, 0), (41, 3), (42, 4)] {
        let entity = if who == 4 { INSPECTION } else { ORDER };
        let args =
            json!({"visit": key(n), "kind": "work", "arrived_at": "2026-09-21T00:00:00Z", "point": {"lat": 36.2689, "lon": 50.0041}});
        assert_eq!(
            send(&mut w, &person(who), &step(900 + n, entity, if who == 0 { 2 } else { 1 }, 500, "visit.record", args)).status,
            Status::Applied
        );
    }
    commit(&w)
}

/// What a device knows and did.
#[derive(Clone, Default)]
struct Device {
    base: i64,
    epoch: i64,
    newest: i64,
    events: Vec<u128>,
    measured: Vec<u128>,
    photos: Vec<u128>,
}

/// The deed of an act by somebody who knows what their device knows.
fn make(n: u128, act: &Act, device: &mut Device) -> Step {
    let (who, what, minutes, value, _) = *act;
    // The clock of a device never goes back.
    let minutes = if device.newest == 0 { minutes } else { minutes.min(device.newest) };
    device.newest = minutes;
    let inspects = who == 4 || who == 5;
    let visit = key(if who == 3 {
        41
    } else if inspects {
        42
    } else {
        40
    });
    let place = f64::from(value).mul_add(0.001, 36.26);
    let (entity, epoch) = if inspects { (INSPECTION, 1) } else { (ORDER, device.epoch) };
    let mut event = |cmd, args| {
        device.events.push(n);
        (entity, cmd, args)
    };
    let (entity, cmd, args) = match what {
        0 => event("work.accept", json!({})),
        1 => event("work.decline", json!({"reason": "no_capacity"})),
        2 => event("work.start", json!({ "visit": visit })),
        3 if inspects => event("inspection.submit", json!({"findings": (["confirmed", "not_found", "not_ours"])[usize::from(value)]})),
        3 => event("work.submit", json!({})),
        4 => event("work.fail_visit", json!({"reason": "no_access"})),
        5 => event("work.request_hold", json!({"reason": "rain"})),
        6 => event("work.resume", json!({})),
        7 | 8 => {
            let corrects = device.measured.last().filter(|_| what == 8).map(|m| key(*m));
            device.measured.push(1000 + n);
            let quantity = f64::from(value + 1);
            (
                entity,
                "measurement.add",
                json!({"measurement": key(1000 + n), "item": "asphalt", "quantity": quantity, "unit": "t", "supersedes": corrects}),
            )
        }
        9 | 10 if !device.events.is_empty() => (entity, "work.retract", json!({"event": key(*device.events.last().unwrap())})),
        9..=11 => (10, "ticket.edit", json!({"set": {"text": format!("text {value}"), "address_text": format!("address {value}")}})),
        12 => (10, "ticket.edit", json!({"set": {"point": {"lat": place, "lon": 50.0041, "accuracy_m": f64::from(value * 6 + 2)}}})),
        13 => (10, "ticket.edit", json!({"set": {"category": key(1 + u128::from(value % 2))}})),
        14 => (entity, "checklist.answer", json!({"visit": visit, "checklist": key(90), "item": "barrier", "value": value})),
        15 => {
            device.photos.push(1500 + n);
            let (kind, at) = (["before", "after", "during"][usize::from(value)], NOW.plus_minutes(-minutes));
            let args = json!({"photo": key(1500 + n), "visit": visit, "kind": kind, "sha256": format!("{value:02x}").repeat(32), "bytes": 9,
                "mime": "image/jpeg", "captured_at": at, "point": {"lat": 36.2688, "lon": 50.0041, "accuracy_m": 5.0}});
            (entity, "photo.add", args)
        }
        16 if !device.photos.is_empty() => (entity, "photo.remove", json!({"photo": key(device.photos[0])})),
        16 | 17 => (entity, "note.add", json!({"note": key(1700 + n), "text": "seen"})),
        18 => (entity, "visit.leave", json!({"visit": visit, "outcome": (["done", "no_access", "not_found"])[usize::from(value)]})),
        19 => (10, "ticket.propose", json!({"propose": {"priority": "urgent"}})),
        // Away from the ticket that is edited: whether two may be one is judged when the later one arrives.
        _ => {
            let args = json!({"category": key(1), "text": "new", "point": {"lat": place - 0.1, "lon": 50.0041, "accuracy_m": 5.0}});
            (2000 + n, "ticket.create", args)
        }
    };
    Step { base: Some(device.base), ..step(n, entity, epoch, minutes, cmd, args) }
}

fn order(w: &UnitOfWork) -> WorkOrder {
    w.work_orders.get(id(ORDER)).unwrap().clone()
}

/// What the server does at the end of a phase.
fn office(w: &mut UnitOfWork, what: u8, n: u128) -> Option<OutcomeCode> {
    let row = order(w);
    let judge = Author { organisations: vec![], ..inspector(59) };
    let verdict = |w: &mut UnitOfWork, who: u128, round: Value, epoch, cmd| {
        let args = json!({"round": round, "defects": [{"code": "debris_left"}]});
        send(w, &Author { account: id(who), ..judge.clone() }, &step(n, ORDER, epoch, 0, cmd, args)).code
    };
    let (first, newest) = {
        let mut rounds: Vec<_> = w.rounds.iter().filter(|r| r.work_order_id == id(ORDER)).collect();
        rounds.sort_by_key(|r| r.number);
        (rounds.first().map(|r| json!(r.id)), rounds.last().map(|r| json!(r.id)))
    };
    let live = !matches!(row.state, WorkOrderState::Cancelled | WorkOrderState::Verified | WorkOrderState::Draft);
    match what {
        1 | 2 if live => give(w, row, if what == 1 { Answer::Withdrawn } else { Answer::Expired }),
        3 if live && row.state != WorkOrderState::Submitted => {
            w.work_orders.put(WorkOrder { state: WorkOrderState::Cancelled, ..row });
        }
        4 if matches!(row.state, WorkOrderState::Accepted | WorkOrderState::InProgress) => {
            w.work_orders.put(WorkOrder { state: WorkOrderState::OnHold, reason: Some("rain".into()), review_at: Some(NOW), ..row });
        }
        5 | 6 => {
            let base = w.tickets.get(id(10)).unwrap().rev;
            let set = if what == 5 { json!({"category": key(1)}) } else { json!({"text": "office"}) };
            let act = Step { base: Some(base), office: true, ..step(n, 10, 0, 0, "ticket.edit", json!({ "set": set })) };
            return send(w, &Author { roles: vec![Role::Operator], device: None, ..inspector(60) }, &act).code;
        }
        7 if row.state == WorkOrderState::Offered => {
            w.work_orders.put(WorkOrder { state: WorkOrderState::Expired, ..row.clone() });
            let asked = w.assignments.get(row.assignment_id.unwrap()).unwrap().clone();
            w.assignments.put(Assignment { answer: Some(Answer::Expired), expires_at: Some(NOW.plus_minutes(-150)), ..asked });
        }
        8 | 9 => return newest.and_then(|r| verdict(w, 59, r, row.epoch, "round.verify")),
        10 => return newest.and_then(|r| verdict(w, 58, r, row.epoch, "round.rework")),
        11 => return first.and_then(|r| verdict(w, 57, r, row.epoch, "round.rework")),
        12 => {
            let ticket = w.tickets.get(id(10)).unwrap().clone();
            let at = NOW.plus_minutes(-200);
            let (from, to) = (Some(ticket.status), TicketStatus::Rejected);
            w.status_changes.put(StatusChange { id: id(n), ticket_id: id(10), from, to, actor: None, reason: None, at });
            w.tickets.put(Ticket { status: to, ..ticket });
        }
        _ => {}
    }
    None
}

/// Takes the order from its holder and gives it to the other contractor.
fn give(w: &mut UnitOfWork, row: WorkOrder, answer: Answer) {
    let held = w.assignments.get(row.assignment_id.unwrap()).unwrap().clone();
    let other = if held.organisation_id == Some(id(NEW)) { OLD } else { NEW };
    // Nobody's acceptance was in time: a reinstatement issues an epoch, so that it is not a matter of the order of arrival.
    w.assignments.put(Assignment { answer: Some(answer), expires_at: Some(NOW.plus_minutes(-9000)), ..held });
    let epoch = row.epoch + 1;
    let next = Assignment { expires_at: Some(NOW.plus_minutes(9000)), ..assignment(3000 + u128::try_from(epoch).unwrap(), other, epoch) };
    w.work_orders.put(WorkOrder {
        state: WorkOrderState::Offered,
        epoch,
        assignment_id: Some(next.id),
        organisation_id: Some(id(other)),
        submitted_by: None,
        submitted_org: None,
        reason: None,
        ..row
    });
    w.assignments.put(next);
}

/// Whether each arrival is a transaction, or a phase is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    Arrival,
    Phase,
}

/// Reorders the arrivals of a phase by people.
type Order = dyn Fn(usize) -> usize;

struct Played {
    unit: UnitOfWork,
    steps: Vec<(usize, Step)>,
    statuses: BTreeSet<Status>,
    codes: BTreeSet<OutcomeCode>,
    kinds: BTreeSet<ConflictKind>,
    states: BTreeSet<WorkOrderState>,
}

fn play(history: &[Phase], by: &Order, cut: Cut) -> Played {
    let mut w = start();
    let mut devices: BTreeMap<usize, Device> =
        (0..PEOPLE).map(|n| (n, Device { base: 3, epoch: if n == 3 || n == 6 { 1 } else { 2 }, ..Device::default() })).collect();
    let (mut n, mut steps) = (100_u128, Vec::new());
    let mut out =
        Played { unit: UnitOfWork::default(), steps: vec![], statuses: [].into(), codes: [].into(), kinds: [].into(), states: [].into() };
    for (acts, end) in history {
        let mut arrivals: Vec<(usize, Step)> = acts
            .iter()
            .map(|act| {
                n += 1;
                (act.0, make(n, act, devices.get_mut(&act.0).unwrap()))
            })
            .collect();
        // A stable sort keeps each device's own order.
        arrivals.sort_by_key(|(who, _)| by(*who));
        for (who, step) in arrivals {
            let (epochs, evidence) = (order(&w).epoch, evidence(&w));
            let outcome = send(&mut w, &person(who), &step);
            assert!(order(&w).epoch >= epochs, "the epoch never goes down");
            assert!(evidence.iter().zip(self::evidence(&w)).all(|(before, now)| *before <= now), "evidence only grows");
            out.statuses.insert(outcome.status);
            out.codes.extend(outcome.code);
            out.states.insert(order(&w).state);
            steps.push((who, step));
            if cut == Cut::Arrival {
                finish(&mut w);
                w = commit(&w);
            }
        }
        finish(&mut w);
        w = commit(&w);
        n += 1;
        out.codes.extend(office(&mut w, *end, 5000 + n));
        finish(&mut w);
        w = commit(&w);
        assert_pending_rounds_are_current(&w);
        out.states.insert(order(&w).state);
        out.kinds.extend(w.conflicts.iter().map(|c| c.kind));
        let (base, epoch) = (w.tickets.get(id(10)).unwrap().rev, order(&w).epoch);
        for act in acts.iter().filter(|a| a.4) {
            let device = devices.get_mut(&act.0).unwrap();
            (device.base, device.epoch) = (base, epoch);
        }
    }
    Played { unit: w, steps, ..out }
}

/// Every pending round belongs to the current assignment of an order that is submitted: somebody can judge it.
fn assert_pending_rounds_are_current(w: &UnitOfWork) {
    for round in w.rounds.iter().filter(|r| r.verdict == RoundVerdict::Pending) {
        let order = w.work_orders.get(round.work_order_id).unwrap();
        let held = w.assignments.get(order.assignment_id.unwrap()).unwrap();
        assert_eq!((order.state, order.round), (WorkOrderState::Submitted, round.number), "{round:?}");
        assert!(round.epoch >= held.epoch && round.epoch <= order.epoch, "{round:?} {held:?}");
    }
}

fn evidence(w: &UnitOfWork) -> [usize; 6] {
    [
        w.photos.iter().count(),
        w.visits.iter().count(),
        w.notes.iter().count(),
        w.measurements.iter().count(),
        w.answers.iter().count(),
        w.work_events.iter().count(),
    ]
}

/// What the law speaks of: rows without their revisions, and open conflicts.
fn rows(w: &UnitOfWork) -> Vec<String> {
    let mut out = Vec::new();
    out.extend(w.tickets.iter().map(|t| {
        let registers: Vec<_> = t.registers.iter().map(|(f, r)| (f, r.eff, r.by, r.actor)).collect();
        format!(
            "{} {} {:?} {:?} {} {} {:?} {:?} {registers:?}",
            t.id, t.text, t.address_text, t.point, t.category_id, t.hazard, t.leaf_areas, t.status
        )
    }));
    out.extend(w.field_edits.iter().map(|e| format!("{} {} {} {:?}", e.mutation_id, e.field, e.value, e.eff)));
    out.extend(w.work_orders.iter().map(|o| {
        format!(
            "{} {} {} {} {:?} {:?} {:?} {:?} {:?} {:?}",
            o.id, o.state, o.epoch, o.round, o.assignment_id, o.submitted_by, o.findings, o.flags, o.reason, o.stamp
        )
    }));
    out.extend(w.work_events.iter().map(|e| format!("{} {} {} {} {:?}", e.id, e.kind, e.epoch, e.standing, e.eff)));
    out.extend(w.assignments.iter().map(|a| format!("{} {} {:?} {:?} {:?}", a.id, a.until_epoch, a.answer, a.answered_at, a.reason)));
    out.extend(w.rounds.iter().map(|r| {
        format!("{} {} {:?} {:?} {} {:?} {:?}", r.id, r.submitted_by, r.submitted_at, r.event_id, r.verdict, r.verdict_by, r.defects)
    }));
    out.extend(w.visits.iter().map(|v| format!("{} {:?} {:?} {:?} {:?}", v.id, v.left_est, v.outcome, v.distance_m, v.writes)));
    out.extend(w.notes.iter().map(|n| format!("{} {} {}", n.id, n.ticket_id, n.text)));
    out.extend(w.measurements.iter().map(|m| format!("{} {}", m.id, m.quantity)));
    out.extend(w.answers.iter().map(|a| format!("{} {} {}", a.id, a.value, a.standing)));
    out.extend(w.photos.iter().map(|p| {
        let verdicts: &Vec<Verdict> = &p.verdicts;
        format!("{} {:?} {verdicts:?}", p.id, p.removed_at)
    }));
    out.extend(w.conflicts.iter().filter(|c| c.status == ConflictStatus::Open).map(|c| {
        format!(
            "{} {:?} {} {} {} {} {:?} {:?}",
            c.key,
            c.severity,
            c.sides.base(),
            c.sides.theirs(),
            c.sides.mine(),
            c.mutation_id,
            c.other_mutation_id,
            c.areas
        )
    }));
    out
}

fn differences(a: &UnitOfWork, b: &UnitOfWork) -> Vec<String> {
    let (a, b): (BTreeSet<_>, BTreeSet<_>) = (rows(a).into_iter().collect(), rows(b).into_iter().collect());
    a.symmetric_difference(&b).cloned().collect()
}

/// Plays a history in several orders of arrival and cuts into batches: the same rows and open conflicts.
fn converges(history: &[Phase], turn: usize) -> Result<(), TestCaseError> {
    let plain = play(history, &|_| 0, Cut::Arrival).unit;
    let orders: [(Box<Order>, Cut); 4] = [
        (Box::new(|who| who), Cut::Arrival),
        (Box::new(|who| PEOPLE - who), Cut::Arrival),
        (Box::new(move |who| (who + turn) % PEOPLE), Cut::Phase),
        (Box::new(|_| 0), Cut::Phase),
    ];
    for (by, cut) in orders {
        let other = play(history, &by, cut).unit;
        prop_assert_eq!(differences(&plain, &other), Vec::<String>::new());
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(300))]
    #[test]
    fn rows_and_open_conflicts_do_not_depend_on_the_order_of_arrival_nor_on_the_cut_into_batches(history in history(), turn in 1..PEOPLE) {
        converges(&history, turn)?;
    }

    #[test]
    fn what_people_report_and_take_back_does_not_depend_on_the_order_of_arrival(history in reports(), turn in 1..PEOPLE) {
        converges(&history, turn)?;
    }

    #[test]
    fn what_was_decided_once_is_not_decided_again(history in history()) {
        let played = play(&history, &|_| 0, Cut::Arrival);
        let mut again = commit(&played.unit);
        for (who, step) in &played.steps {
            send(&mut again, &person(*who), step);
        }
        finish(&mut again);
        prop_assert_eq!(differences(&played.unit, &again), Vec::<String>::new());
    }

    #[test]
    fn the_fold_of_all_events_is_the_stored_state(history in history()) {
        let mut w = play(&history, &|_| 0, Cut::Arrival).unit;
        for stored in [ORDER, INSPECTION].map(|o| w.work_orders.get(id(o)).unwrap().clone()) {
            let Some(assignment) = stored.assignment_id.and_then(|a| w.assignments.get(a)).cloned() else { continue };
            if stored.state == WorkOrderState::Cancelled {
                continue;
            }
            let by = Mover::system(&REFERENCE.transitions);
            let folded = refold(&mut w, stored.clone(), assignment, Hold::Stays, &by).unwrap();
            prop_assert_eq!(WorkOrder { rev: stored.rev, review_at: stored.review_at, ..folded }, stored);
        }
    }

    #[test]
    fn every_accepted_value_is_current_in_history_or_in_a_note(history in history()) {
        let played = play(&history, &|_| 0, Cut::Arrival);
        let edits: BTreeSet<Uuid> = played.unit.field_edits.iter().map(|e| e.mutation_id.uuid()).collect();
        for (who, step) in played.steps.iter().filter(|(who, d)| d.cmd == "ticket.edit" && ![2, 3, 6].contains(who)) {
            prop_assert!(edits.contains(&key(step.n)), "{who} {step:?}", step = step.args);
        }
    }
}

/// Plays a history in the orders of the properties: the same rows. Answers the unit of work.
fn same_in_all_orders(history: &[Phase]) -> UnitOfWork {
    converges(history, 1).unwrap();
    play(history, &|_| 0, Cut::Arrival).unit
}

/// Found by the properties above: the second of two different answers at a ticket that the office had ended was not told.
#[test]
fn answers_at_an_ended_ticket_are_all_told() {
    let history = vec![(vec![(0, 0, 1, 0, false)], 12), (vec![(1, 14, 1, 0, false), (0, 14, 1, 1, false)], 0)];
    let one = same_in_all_orders(&history);
    let told: Vec<usize> =
        one.conflicts.iter().filter(|c| c.kind == ConflictKind::DeletedEntity).map(|c| c.sides.mine().as_array().unwrap().len()).collect();
    assert_eq!(told, [2], "one conflict of the party, with both people");
}

/// Found by the properties above: a dispute that was withdrawn, because the decline was taken back, stayed closed when a colleague
/// declined too.
#[test]
fn a_dispute_that_was_withdrawn_is_open_again_when_its_cause_comes_back() {
    let history = [(vec![(4, 3, 1, 0, false)], 0), (vec![(5, 1, 1, 0, false), (4, 1, 1, 0, false), (4, 9, 1, 0, false)], 0)];
    let w = same_in_all_orders(&history);
    let disputes = w.conflicts.iter().filter(|c| c.kind == ConflictKind::DeclinedVsSubmitted && c.status == ConflictStatus::Open);
    assert_eq!(disputes.count(), 1);
}

/// Found by the properties above: work that came late before the office ended the ticket and work that came after the end were told
/// twice, or once if the former had been taken back first.
#[test]
fn late_work_at_a_ticket_that_was_ended_is_told_once() {
    let history = [(vec![(3, 0, 1, 0, false)], 1), (vec![(2, 2, 1, 0, false)], 12), (vec![(2, 9, 1, 0, false), (0, 2, 1, 0, false)], 0)];
    let w = same_in_all_orders(&history);
    let told = |c: &&Conflict| c.status == ConflictStatus::Open && c.key.ends_with(&id::<()>(NEW).to_string());
    assert_eq!(w.conflicts.iter().filter(told).map(|c| c.kind).collect::<Vec<_>>(), [ConflictKind::DeletedEntity]);
}

/// Found by the properties above: a round that was withdrawn showed the submission that was taken back last.
#[test]
fn a_withdrawn_round_shows_the_first_submission_whichever_was_taken_back_first() {
    let history = [(vec![(1, 3, 1, 0, false)], 0), (vec![(1, 9, 1, 0, false), (2, 3, 1, 0, false), (2, 9, 1, 0, false)], 0)];
    let w = same_in_all_orders(&history);
    let rounds: Vec<_> = w.rounds.iter().map(|r| (r.verdict, r.submitted_by)).collect();
    assert_eq!(rounds, [(RoundVerdict::Withdrawn, person(1).account)]);
}

/// Found by the properties above: a submission that came after the office had ended the order, and was taken back, left a withdrawn
/// round if somebody took back anything else after it.
#[test]
fn a_submission_after_the_end_that_was_taken_back_leaves_no_round() {
    let history = [(vec![(0, 5, 1, 0, false)], 3), (vec![(1, 3, 1, 0, false), (0, 9, 1, 0, false), (1, 9, 1, 0, false)], 0)];
    assert_eq!(same_in_all_orders(&history).rounds.iter().count(), 0);
}

/// A round that the order left behind is withdrawn, and its work is told as late work, whether it was heard of before the order went
/// to somebody else or after.
#[test]
fn a_round_of_an_order_that_went_to_somebody_else_is_withdrawn_and_told_as_late_work() {
    let stale = |w: &UnitOfWork| {
        let open = w.conflicts.iter().filter(|c| c.kind == ConflictKind::StaleEpoch && c.status == ConflictStatus::Open);
        open.map(|c| (c.key.clone(), c.sides.mine().clone())).collect::<Vec<_>>()
    };
    let before = same_in_all_orders(&[(vec![(0, 3, 1, 0, false)], 1)]);
    let after = same_in_all_orders(&[(vec![], 1), (vec![(0, 3, 1, 0, false)], 0)]);
    assert_eq!(before.rounds.iter().map(|r| r.verdict).collect::<Vec<_>>(), [RoundVerdict::Withdrawn]);
    assert_eq!(stale(&before).len(), 1);
    assert_eq!(stale(&before)[0].1[0]["kind"], "submit");
    assert_eq!(stale(&after)[0].0, stale(&before)[0].0, "the same conflict");
    // The other submits too: its round is the only one that waits.
    let both = same_in_all_orders(&[(vec![(0, 3, 1, 0, false)], 1), (vec![(3, 18, 1, 0, true)], 0), (vec![(3, 3, 1, 0, false)], 0)]);
    let pending: Vec<_> = both.rounds.iter().filter(|r| r.verdict == RoundVerdict::Pending).map(|r| r.submitted_org).collect();
    assert_eq!(pending, [Some(id(OLD))]);
    let theirs: Vec<_> = both.conflicts.iter().filter(|c| c.kind == ConflictKind::StaleEpoch).map(|c| c.sides.is_double_work()).collect();
    assert_eq!(theirs, [true]);
}

/// A crew only asks: what the manager says counts, and the request is open as long as somebody must answer it.
#[test]
fn a_crew_that_declines_asks_and_its_manager_declines() {
    let open = |w: &UnitOfWork| {
        let open = w.conflicts.iter().filter(|c| c.status == ConflictStatus::Open);
        open.map(|c| c.kind).collect::<Vec<_>>()
    };
    let asked = same_in_all_orders(&[(vec![(0, 1, 9, 0, false), (1, 0, 5, 0, false)], 0)]);
    assert_eq!((order(&asked).state, open(&asked)), (WorkOrderState::Accepted, vec![ConflictKind::ReliefRequested]));
    let declined = same_in_all_orders(&[(vec![(0, 1, 9, 0, false), (2, 1, 5, 0, false)], 0)]);
    assert_eq!((order(&declined).state, open(&declined)), (WorkOrderState::Declined, vec![]));
    // Verified, cancelled or given to somebody else: there is nothing left to be relieved of.
    for (what, state) in [(8, WorkOrderState::Verified), (1, WorkOrderState::Offered)] {
        let over = same_in_all_orders(&[(vec![(0, 1, 9, 0, false), (1, 3, 5, 0, false)], what)]);
        assert_eq!(order(&over).state, state);
        assert!(!open(&over).contains(&ConflictKind::ReliefRequested), "{state}");
    }
}

/// Found by the properties above: a dispute over measurements said that it was of the epoch in which somebody corrected one of them.
#[test]
fn a_dispute_over_measurements_is_of_the_epoch_in_which_they_were_made() {
    let history = [(vec![(2, 7, 1, 2, false), (1, 7, 1, 0, true)], 1), (vec![(0, 7, 1, 1, false), (1, 8, 1, 0, false)], 0)];
    let w = same_in_all_orders(&history);
    let disputes: Vec<_> = w.conflicts.iter().filter(|c| c.kind == ConflictKind::MeasurementDisagrees).map(|c| c.sides.base()).collect();
    assert_eq!(disputes, [json!({ "epoch": 2 })]);
}

#[test]
fn the_generator_makes_every_kind_of_conflict_every_state_and_most_codes() {
    use ConflictKind as K;
    use OutcomeCode as C;
    use WorkOrderState as S;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut kinds, mut states, mut codes, mut statuses) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut verdicts = BTreeSet::new();
    for _ in 0..500 {
        let history = history().new_tree(&mut runner).unwrap().current();
        let played = play(&history, &|_| 0, Cut::Arrival);
        kinds.extend(played.kinds);
        states.extend(played.states);
        codes.extend(played.codes);
        statuses.extend(played.statuses);
        verdicts.extend(played.unit.rounds.iter().map(|r| r.verdict));
    }
    let missing = |all: &[K]| all.iter().filter(|k| !kinds.contains(k)).copied().collect::<Vec<_>>();
    // The two that are left are raised by the service, for what the engine holds.
    let all = [
        K::StaleEpoch,
        K::ParallelUpdate,
        K::CategoryProposal,
        K::Proposal,
        K::PointMoved,
        K::DeclinedVsSubmitted,
        K::ReliefRequested,
        K::AlreadySubmitted,
        K::MeasurementDisagrees,
        K::PossibleDuplicate,
        K::DeletedEntity,
        K::VerdictDisagrees,
        K::Quarantined,
    ];
    assert!(missing(&all).is_empty(), "{:?}", missing(&all));
    let all = [
        S::Offered,
        S::Accepted,
        S::Declined,
        S::Expired,
        S::InProgress,
        S::OnHold,
        S::Submitted,
        S::FailedVisit,
        S::Verified,
        S::Rework,
        S::Cancelled,
    ];
    assert!(all.iter().all(|s| states.contains(s)), "{states:?}");
    let all = [
        C::StaleEpoch,
        C::ConcurrentEdit,
        C::ParallelUpdate,
        C::TerminalState,
        C::DeletedEntity,
        C::AlreadySubmitted,
        C::NotAssigned,
        C::NotPermitted,
        C::UnknownEntity,
        C::Quarantined,
    ];
    assert!(all.iter().all(|c| codes.contains(c)), "{codes:?}");
    assert_eq!(statuses.len(), 5, "{statuses:?}");
    let all = [RoundVerdict::Pending, RoundVerdict::Accepted, RoundVerdict::Rework, RoundVerdict::Withdrawn];
    assert!(all.iter().all(|v| verdicts.contains(v)), "{verdicts:?}");
}
