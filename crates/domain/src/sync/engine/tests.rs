#![expect(clippy::too_many_arguments, reason = "a line of a test reads as one act")]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    category::{EvidenceNeeds, EvidenceRule, Hazard, Priority},
    conflict::{Conflict, ConflictKind, ConflictStatus, Severity},
    photo::PhotoKind,
    reference::Reference,
    sync::stamp::Skew,
    ticket::{Boundary, PointSource, TicketOrigin, TicketStatus},
    visibility::Parts,
    work_order::{Answer, Assignment, Standing, WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::{channel::Channel, geo::Point, ids::Id, outcome::Status};

pub(super) const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
pub(super) const ORDER: u128 = 20;
pub(super) const OLD: u128 = 101;
pub(super) const NEW: u128 = 102;

pub(super) fn id<T>(n: u128) -> Id<T> {
    Id::new(Uuid::from_u128(n))
}

pub(super) fn ticket() -> Ticket {
    let point = Point { lat: 36.2688, lon: 50.0041, accuracy_m: Some(5.0) };
    Ticket {
        rev: 3,
        point_source: PointSource::Gps,
        areas: vec![id(7)],
        leaf_areas: vec![id(7)],
        boundary: Boundary::Clear,
        status: TicketStatus::InWork,
        created_at: NOW.plus_minutes(-900),
        ..Ticket::new(id(10), "0000000000".into(), id(1), "چاله".into(), point, id(1), NOW)
    }
}

pub(super) fn assignment(n: u128, organisation: u128, epoch: i64) -> Assignment {
    Assignment {
        id: id(n),
        rev: 1,
        work_order_id: id(ORDER),
        ticket_id: id(10),
        epoch,
        until_epoch: epoch,
        organisation_id: Some(id(organisation)),
        account_id: None,
        contract_id: None,
        coverage_id: None,
        rank: 1,
        offered_at: NOW.plus_minutes(-600),
        expires_at: Some(NOW.plus_minutes(-60)),
        answer: None,
        reason: None,
        answered_at: None,
    }
}

/// An order that the old contractor held in epoch 1 and the new one holds in epoch 2.
pub(super) fn unit(photos: u32) -> UnitOfWork {
    let mut unit = UnitOfWork::default();
    unit.tickets.load([ticket()]);
    unit.work_orders.load([WorkOrder {
        id: id(ORDER),
        rev: 4,
        stamp: NOW.plus_minutes(-900),
        ticket_id: id(10),
        kind: WorkOrderKind::Repair,
        state: WorkOrderState::Offered,
        epoch: 2,
        round: 1,
        assignment_id: Some(id(32)),
        organisation_id: Some(id(NEW)),
        account_id: None,
        contract_id: None,
        coverage_id: None,
        explanation: (&json!({})).into(),
        evidence: EvidenceNeeds {
            photos: if photos == 0 { vec![] } else { vec![EvidenceRule { kind: PhotoKind::After, min: photos }] },
            ..EvidenceNeeds::default()
        },
        flags: vec![],
        accept_due: None,
        resolve_due: None,
        reason: None,
        review_at: None,
        submitted_by: None,
        submitted_org: None,
        findings: None,
        created_at: NOW,
        updated_at: NOW.plus_minutes(-900),
    }]);
    unit.assignments.load([Assignment { answer: Some(Answer::Withdrawn), ..assignment(31, OLD, 1) }, assignment(32, NEW, 2)]);
    unit
}

pub(super) fn crew(account: u128, organisation: u128) -> Author {
    Author {
        account: id(account),
        device: Some(id(account + 1000)),
        roles: vec![Role::Crew],
        reach: Reach::Parts(Parts { organisations: [id(organisation)].into(), person: Some(id(account)), ..Parts::default() }),
        organisations: vec![id(organisation)],
        manages: vec![],
        authority: Authority::InForce,
    }
}

/// What somebody does `minutes` before now.
#[derive(Clone)]
pub(super) struct Step {
    pub n: u128,
    pub entity: u128,
    pub epoch: i64,
    pub minutes: i64,
    pub base: Option<i64>,
    pub office: bool,
    pub cmd: &'static str,
    pub args: Value,
}

pub(super) fn step(n: u128, entity: u128, epoch: i64, minutes: i64, cmd: &'static str, args: Value) -> Step {
    Step { n, entity, epoch, minutes, base: None, office: false, cmd, args }
}

pub(super) fn send(unit: &mut UnitOfWork, author: &Author, step: &Step) -> Outcome {
    let command = Command::parse(step.cmd, 1, &step.args).unwrap();
    let est = NOW.plus_minutes(-step.minutes);
    let act = Act {
        id: id(step.n),
        entity: Uuid::from_u128(step.entity),
        base: step.base,
        epoch: Some(step.epoch),
        command: &command,
        args: &step.args,
        stamp: Stamp { est, eff: est, skew_us: 0, skew: Skew::Fine },
        received_at: NOW,
        office: step.office,
    };
    decide(unit, &MergeContext::new(&REFERENCE), author, &act)
}

/// Does something `minutes` before now.
pub(super) fn go(
    unit: &mut UnitOfWork,
    author: &Author,
    n: u128,
    entity: u128,
    epoch: i64,
    minutes: i64,
    cmd: &'static str,
    args: Value,
) -> Outcome {
    send(unit, author, &step(n, entity, epoch, minutes, cmd, args))
}

/// The end of a batch.
pub(super) fn finish(unit: &mut UnitOfWork) {
    settle(unit, &MergeContext::new(&REFERENCE), NOW);
}

/// What a transaction wrote is what the next one loads.
pub(super) fn commit(unit: &UnitOfWork) -> UnitOfWork {
    let mut next = UnitOfWork::default();
    next.tickets.load(unit.tickets.iter().cloned());
    next.status_changes.load(unit.status_changes.iter().cloned());
    next.field_edits.load(unit.field_edits.iter().cloned());
    next.work_orders.load(unit.work_orders.iter().cloned());
    next.assignments.load(unit.assignments.iter().cloned());
    next.work_events.load(unit.work_events.iter().cloned());
    next.rounds.load(unit.rounds.iter().cloned());
    next.visits.load(unit.visits.iter().cloned());
    next.notes.load(unit.notes.iter().cloned());
    next.measurements.load(unit.measurements.iter().cloned());
    next.answers.load(unit.answers.iter().cloned());
    next.photos.load(unit.photos.iter().cloned());
    next.conflicts.load(unit.conflicts.iter().cloned());
    next.patrols.load(unit.patrols.iter().cloned());
    next
}

/// The only conflict of a kind.
pub(super) fn conflict(unit: &UnitOfWork, kind: ConflictKind) -> Conflict {
    let found: Vec<_> = unit.conflicts.iter().filter(|c| c.kind == kind).collect();
    assert_eq!(found.len(), 1, "{kind}");
    found[0].clone()
}

pub(super) fn key(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(super) fn visit(n: u128) -> Value {
    json!({"visit": key(n), "kind": "work", "arrived_at": "2026-09-01T08:00:00Z", "point": {"lat": 36.2689, "lon": 50.0041}})
}

pub(super) fn photo(n: u128) -> Value {
    json!({"photo": key(n), "kind": "after", "sha256": "ab".repeat(32), "bytes": 9, "mime": "image/jpeg", "captured_at": "2026-09-01T08:10:00Z"})
}

pub(super) fn state(unit: &UnitOfWork) -> WorkOrderState {
    unit.work_orders.get(id(ORDER)).unwrap().state
}

#[test]
fn a_day_of_the_holder_goes_through_and_the_round_stands() {
    let mut w = unit(1);
    let c = crew(5, NEW);
    assert_eq!(go(&mut w, &c, 1, ORDER, 2, 300, "work.accept", json!({})).status, Status::Applied);
    let early = go(&mut w, &c, 2, ORDER, 2, 200, "work.start", json!({"visit": key(40)}));
    assert_eq!((early.status, early.code, early.waits_for), (Status::Held, Some(OutcomeCode::Dependency), Some(key(40))));
    assert_eq!(go(&mut w, &c, 3, ORDER, 2, 210, "visit.record", visit(40)).status, Status::Applied);
    assert_eq!(go(&mut w, &c, 2, ORDER, 2, 200, "work.start", json!({"visit": key(40)})).status, Status::Applied);
    let bare = go(&mut w, &c, 4, ORDER, 2, 100, "work.submit", json!({}));
    assert_eq!(
        (bare.status, bare.code),
        (Status::Held, Some(OutcomeCode::Dependency)),
        "the photo that the category asks for is not known"
    );
    assert_eq!(state(&w), WorkOrderState::InProgress);
    assert_eq!(go(&mut w, &c, 5, ORDER, 2, 110, "photo.add", photo(41)).status, Status::Applied);
    assert_eq!(go(&mut w, &c, 4, ORDER, 2, 100, "work.submit", json!({})).status, Status::Applied);
    assert_eq!(state(&w), WorkOrderState::Submitted);
    assert_eq!(w.rounds.iter().map(|r| (r.number, r.submitted_by)).collect::<Vec<_>>(), [(1, id(5))]);
    assert!(w.conflicts.iter().next().is_none());
}

#[test]
fn work_of_a_past_epoch_is_kept_with_its_evidence_and_changes_nothing() {
    let mut w = unit(1);
    let late = crew(4, OLD);
    let order = w.work_orders.get(id(ORDER)).unwrap().clone();
    assert_eq!(go(&mut w, &late, 1, ORDER, 1, 400, "visit.record", visit(40)).status, Status::Applied);
    let start = go(&mut w, &late, 2, ORDER, 1, 390, "work.start", json!({"visit": key(40)}));
    assert_eq!(go(&mut w, &late, 3, ORDER, 1, 380, "photo.add", photo(41)).status, Status::Applied);
    let submit = go(&mut w, &late, 4, ORDER, 1, 370, "work.submit", json!({}));
    for outcome in [&start, &submit] {
        assert_eq!((outcome.status, outcome.code), (Status::Conflict, Some(OutcomeCode::StaleEpoch)));
    }
    assert_eq!(start.conflict, submit.conflict, "one conflict for one late attempt");
    assert_eq!(w.work_orders.get(id(ORDER)), Some(&order));
    assert_eq!((w.photos.iter().count(), w.visits.iter().count(), w.work_events.iter().count()), (1, 1, 2));
    assert!(w.work_events.iter().all(|e| e.standing == Standing::Stale));
    let conflict = w.conflicts.get(submit.conflict.unwrap()).unwrap();
    assert_eq!((conflict.severity, conflict.sides.mine().as_array().map(Vec::len)), (Severity::Hard, Some(2)));
}

#[test]
fn refusals_and_what_they_say() {
    let stranger = crew(9, 999);
    let holder = crew(5, NEW);
    let mut w = unit(0);
    let hidden = go(&mut w, &stranger, 1, ORDER, 2, 10, "work.accept", json!({}));
    let absent = go(&mut w, &stranger, 2, 777, 2, 10, "work.accept", json!({}));
    assert_eq!(
        (hidden.status, hidden.code, &hidden.detail),
        (absent.status, absent.code, &absent.detail),
        "nothing tells that the order exists"
    );
    assert_eq!(go(&mut w, &holder, 3, ORDER, 1, 10, "work.accept", json!({})).code, Some(OutcomeCode::NotAssigned));
    assert_eq!(go(&mut w, &holder, 4, ORDER, 3, 10, "work.accept", json!({})).code, Some(OutcomeCode::EpochUnknown));
    assert_eq!(go(&mut w, &holder, 5, ORDER, 2, 10, "work.start", json!({})).code, Some(OutcomeCode::Dependency));
    let clerk = Author { roles: vec![Role::Operator], ..holder };
    assert_eq!(go(&mut w, &clerk, 6, ORDER, 2, 10, "work.accept", json!({})).code, Some(OutcomeCode::NotPermitted));
    assert_eq!(w.work_events.iter().count(), 0);
}

#[test]
fn an_acceptance_made_in_time_reinstates_an_expired_offer() {
    for (minutes, status) in [(61, Status::Applied), (59, Status::Conflict)] {
        let mut w = unit(0);
        let mut order = w.work_orders.get(id(ORDER)).unwrap().clone();
        order.state = WorkOrderState::Expired;
        w.work_orders.put(order);
        assert_eq!(go(&mut w, &crew(5, NEW), 1, ORDER, 2, minutes, "work.accept", json!({})).status, status);
        assert_eq!(state(&w) == WorkOrderState::Accepted, status == Status::Applied);
    }
}

#[test]
fn evidence_at_a_cancelled_ticket_is_kept_and_the_office_hears_of_it() {
    let mut w = unit(0);
    w.tickets.put(Ticket { status: TicketStatus::Cancelled, ..ticket() });
    let outcome = go(&mut w, &crew(5, NEW), 1, ORDER, 2, 10, "photo.add", photo(41));
    assert_eq!((outcome.status, outcome.code), (Status::Conflict, Some(OutcomeCode::DeletedEntity)));
    assert_eq!(w.photos.iter().count(), 1);
    let submit = go(&mut w, &crew(5, NEW), 2, ORDER, 2, 9, "work.submit", json!({}));
    assert_eq!(submit.code, Some(OutcomeCode::DeletedEntity));
    assert_eq!((state(&w), w.work_events.iter().count()), (WorkOrderState::Offered, 1));
}

/// (author, command) of two crews and the manager of the holder, and one of the former holder.
fn acts() -> impl Strategy<Value = Vec<(u8, u8, i64)>> {
    proptest::collection::vec((0..4_u8, 0..6_u8, 70..300_i64), 1..9)
}

fn play(acts: &[(usize, (u8, u8, i64))]) -> UnitOfWork {
    let mut w = unit(0);
    w.visits.load([]);
    let opener = crew(5, NEW);
    go(&mut w, &opener, 900, ORDER, 2, 299, "visit.record", visit(40));
    for (n, (who, what, minutes)) in acts {
        let author = match who {
            3 => crew(8, OLD),
            2 => Author { roles: vec![Role::ContractorManager], ..crew(7, NEW) },
            _ => crew(5 + u128::from(*who), NEW),
        };
        let epoch = if *who == 3 { 1 } else { 2 };
        let (cmd, args) = match what {
            0 => ("work.accept", json!({})),
            1 => ("work.decline", json!({"reason": "no_capacity"})),
            2 => ("work.start", json!({"visit": key(40)})),
            3 => ("work.submit", json!({})),
            4 => ("work.fail_visit", json!({"reason": "no_access"})),
            _ => (
                "measurement.add",
                json!({"measurement": key(500 + u128::try_from(*n).unwrap()), "item": "asphalt", "quantity": f64::from(*who + 1), "unit": "t"}),
            ),
        };
        go(&mut w, &author, 1 + u128::try_from(*n).unwrap(), ORDER, epoch, *minutes, cmd, args);
    }
    w
}

/// What the law speaks of: rows without their revisions, and open conflicts.
pub(super) fn rows(w: &UnitOfWork) -> Vec<String> {
    let mut out = vec![format!("{:?}", w.work_orders.iter().map(|o| (o.state, o.epoch, o.submitted_by, o.stamp)).collect::<Vec<_>>())];
    out.extend(w.work_events.iter().map(|e| format!("{} {} {} {:?}", e.id, e.kind, e.standing, e.eff)));
    out.extend(w.assignments.iter().map(|a| format!("{} {:?} {:?}", a.id, a.answer, a.answered_at)));
    out.extend(w.rounds.iter().map(|r| format!("{} {} {:?}", r.id, r.submitted_by, r.submitted_at)));
    out.extend(w.measurements.iter().map(|m| format!("{} {}", m.id, m.quantity)));
    // A conflict that the system withdrew again is there or not, as things arrived.
    let open = w.conflicts.iter().filter(|c| c.status == ConflictStatus::Open);
    out.extend(open.map(|c| format!("{} {:?} {} {}", c.key, c.severity, c.sides.mine(), c.mutation_id)));
    out
}

/// So many cases of a law, or as many as `PROPTEST_CASES` asks for.
pub(super) fn cases(usual: u32) -> ProptestConfig {
    if std::env::var_os("PROPTEST_CASES").is_some() { ProptestConfig::default() } else { ProptestConfig::with_cases(usual) }
}

proptest! {
    #![proptest_config(cases(500))]
    #[test]
    fn rows_and_conflicts_do_not_depend_on_which_device_came_first(acts in acts()) {
        let named: Vec<_> = acts.into_iter().enumerate().collect();
        let mut other = named.clone();
        // A stable sort keeps each author's own order.
        other.sort_by_key(|(_, (who, _, _))| std::cmp::Reverse(*who));
        prop_assert_eq!(rows(&play(&named)), rows(&play(&other)));
    }

    #[test]
    fn a_stale_epoch_never_changes_the_order_and_evidence_only_grows(acts in acts()) {
        let late: Vec<_> = acts.into_iter().map(|(_, what, minutes)| (3, what, minutes)).enumerate().collect();
        let w = play(&late);
        prop_assert_eq!(state(&w), WorkOrderState::Offered);
        prop_assert_eq!(w.work_orders.get(id(ORDER)).unwrap().rev, 4);
        let sent = late.iter().filter(|(_, (_, what, _))| *what < 5).count();
        prop_assert_eq!(w.work_events.iter().count(), sent);
    }
}

/// Found by the property above: the answer to the offer was the last arrival's.
#[test]
fn a_decline_beside_a_start_leaves_the_same_answer_whichever_came_first() {
    let (start, decline) = ((0, (0, 2, 70)), (1, (1, 1, 70)));
    let (one, other) = (play(&[start, decline]), play(&[decline, start]));
    assert_eq!(rows(&one), rows(&other));
    assert_eq!(one.assignments.get(id(32)).unwrap().answer, Some(Answer::Accepted));
}

#[test]
fn the_generator_makes_the_hard_cases() {
    use WorkOrderState::{Accepted, Declined, FailedVisit, InProgress, Submitted};
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut kinds = std::collections::BTreeSet::new();
    let mut states = std::collections::BTreeSet::new();
    for _ in 0..400 {
        let acts = acts().new_tree(&mut runner).unwrap().current();
        let w = play(&acts.into_iter().enumerate().collect::<Vec<_>>());
        kinds.extend(w.conflicts.iter().map(|c| c.kind));
        states.insert(state(&w));
        states.extend(w.work_events.iter().filter(|e| e.standing == Standing::Redundant).map(|_| Submitted));
    }
    use ConflictKind::{DeclinedVsSubmitted, MeasurementDisagrees, ReliefRequested, StaleEpoch};
    assert!([DeclinedVsSubmitted, MeasurementDisagrees, ReliefRequested, StaleEpoch].iter().all(|k| kinds.contains(k)), "{kinds:?}");
    assert!([Accepted, Declined, FailedVisit, InProgress, Submitted].iter().all(|s| states.contains(s)), "{states:?}");
}

pub(super) fn inspector(account: u128) -> Author {
    Author {
        account: id(account),
        device: Some(id(account + 1000)),
        roles: vec![Role::Inspector],
        reach: Reach::Parts(Parts { areas: [id(7)].into(), person: Some(id(account)), ..Parts::default() }),
        organisations: vec![],
        manages: vec![],
        authority: Authority::InForce,
    }
}

/// Of the office of the inspectors' area.
pub(super) fn clerk(account: u128) -> Author {
    let (areas, person) = (std::collections::BTreeSet::from([id(7)]), Some(id(account)));
    let reach = Parts { areas: areas.clone(), offices: areas, every_office: true, person, ..Parts::default() };
    Author { roles: vec![Role::Operator], reach: Reach::Parts(reach), ..inspector(account) }
}

pub(super) fn submitted() -> (UnitOfWork, Value) {
    let mut w = unit(0);
    go(&mut w, &crew(5, NEW), 1, ORDER, 2, 100, "work.submit", json!({}));
    let round = w.rounds.iter().next().unwrap().id;
    (w, json!({"round": round, "defects": [{"code": "debris_left"}]}))
}

#[test]
fn a_returned_round_opens_a_new_epoch_for_the_same_party() {
    let (mut w, args) = submitted();
    assert_eq!(go(&mut w, &inspector(50), 2, ORDER, 2, 60, "round.rework", args).status, Status::Applied);
    let order = w.work_orders.get(id(ORDER)).unwrap();
    assert_eq!((order.state, order.epoch, order.round), (WorkOrderState::Rework, 3, 2));
    let late = go(&mut w, &crew(6, NEW), 3, ORDER, 2, 50, "work.submit", json!({}));
    assert_eq!(late.code, Some(OutcomeCode::StaleEpoch), "what is reported of the old round is late");
    assert_eq!(go(&mut w, &crew(5, NEW), 4, ORDER, 3, 40, "work.submit", json!({})).status, Status::Applied);
    assert_eq!(w.rounds.iter().count(), 2);
    let second = w.rounds.iter().find(|r| r.number == 2).unwrap().id;
    assert_eq!(go(&mut w, &inspector(50), 5, ORDER, 3, 30, "round.verify", json!({"round": second})).status, Status::Applied);
    assert_eq!(state(&w), WorkOrderState::Verified);
    assert_eq!(go(&mut w, &crew(5, NEW), 6, ORDER, 3, 20, "work.submit", json!({})).code, Some(OutcomeCode::TerminalState));
}

#[test]
fn nobody_judges_his_own_or_his_colleagues_work_and_two_judges_may_disagree() {
    let (mut w, args) = submitted();
    let colleague = Author { organisations: vec![id(NEW)], ..inspector(51) };
    assert_eq!(go(&mut w, &colleague, 2, ORDER, 2, 60, "round.verify", args.clone()).code, Some(OutcomeCode::NotPermitted));
    assert_eq!(go(&mut w, &crew(6, NEW), 3, ORDER, 2, 60, "round.verify", args.clone()).code, Some(OutcomeCode::NotPermitted));
    assert_eq!(state(&w), WorkOrderState::Submitted);
    assert_eq!(go(&mut w, &inspector(50), 4, ORDER, 2, 60, "round.verify", args.clone()).status, Status::Applied);
    assert_eq!(go(&mut w, &inspector(52), 5, ORDER, 2, 60, "round.verify", args).status, Status::Applied, "the same verdict twice");
}

#[test]
fn of_two_verdicts_the_stricter_stands_whichever_came_first() {
    let play = |order: [(u128, &'static str); 2]| {
        let (mut w, args) = submitted();
        let last = order.map(|(n, cmd)| go(&mut w, &inspector(n), n, ORDER, 2, 60, cmd, args.clone()));
        assert_eq!((last[1].status, last[1].code), (Status::Conflict, Some(OutcomeCode::ConcurrentEdit)));
        assert_eq!((state(&w), w.conflicts.iter().count()), (WorkOrderState::Rework, 1));
        let rounds: Vec<_> = w.rounds.iter().map(|r| (r.verdict, r.verdict_by)).collect();
        (rows(&w), rounds)
    };
    assert_eq!(play([(50, "round.verify"), (53, "round.rework")]), play([(53, "round.rework"), (50, "round.verify")]));
}

pub(super) static REFERENCE: std::sync::LazyLock<Reference> = std::sync::LazyLock::new(reference);

fn reference() -> Reference {
    let square = json!({"type": "MultiPolygon", "coordinates": [[[[50.0, 36.0], [50.1, 36.0], [50.1, 36.5], [50.0, 36.5], [50.0, 36.0]]]]});
    let rows = crate::reference::ReferenceRows {
        areas: vec![crate::area::Area {
            id: id(7),
            rev: 1,
            code: "1-1".into(),
            kind: crate::area::AreaKind::District,
            parent_id: None,
            name_fa: "ناحیهٔ ۱".into(),
            name_en: "District 1".into(),
            updated_at: NOW,
        }],
        shapes: vec![crate::area::AreaShape {
            id: id(7),
            area_id: id(7),
            valid_from: Timestamp::from_micros(0),
            valid_to: None,
            geometry: square,
            vertices: 5,
            source: "synthetic".into(),
        }],
        categories: [1, 2].map(category).to_vec(),
        contracts: vec![contract()],
        ..Default::default()
    };
    Reference::build("1".into(), rows, NOW, 0.0).unwrap()
}

/// Contract 80 ended 100 minutes ago.
fn contract() -> crate::contract::Contract {
    crate::contract::Contract {
        id: id(80),
        rev: 1,
        number: "80".into(),
        organisation_id: id(NEW),
        valid_from: Timestamp::from_micros(0),
        valid_to: NOW.plus_minutes(-100),
        status: crate::contract::ContractStatus::Active,
        daily_capacity: None,
        updated_at: NOW,
    }
}

/// Category 1 asks for what the test asks for; category 2 for a photo before and one after.
pub(super) fn category(n: u128) -> crate::category::Category {
    let photos = [PhotoKind::Before, PhotoKind::After].map(|kind| EvidenceRule { kind, min: 1 });
    crate::category::Category {
        id: id(n),
        rev: 1,
        code: format!("c{n}"),
        parent_id: None,
        name_fa: "چاله".into(),
        name_en: "Pothole".into(),
        synonyms: vec![],
        owner_id: None,
        hazard: if n == 2 { Hazard::High } else { Hazard::Low },
        default_priority: if n == 2 { Priority::High } else { Priority::Normal },
        evidence: EvidenceNeeds { photos: if n == 2 { photos.to_vec() } else { vec![] }, ..EvidenceNeeds::default() },
        needs_inspection: false,
        accept_minutes: 60,
        resolve_minutes: 600,
        evidence_radius_m: 30.0,
        evidence_thresholds: Default::default(),
        checklist_id: None,
        state: crate::organisation::ActiveState::Active,
        updated_at: NOW,
    }
}

pub(super) fn new_ticket(category: u128, lat: f64) -> Value {
    json!({"category": key(category), "text": "چالهٔ تازه", "point": {"lat": lat, "lon": 50.0041, "accuracy_m": 8.0}})
}

#[test]
fn a_ticket_made_in_the_field_has_its_areas_and_code_and_the_categorys_hazard() {
    let mut w = unit(0);
    let made = go(&mut w, &inspector(50), 1, 600, 0, 30, "ticket.create", new_ticket(2, 36.1));
    assert_eq!((made.status, made.v, made.conflict), (Status::Applied, Some(1), None));
    let ticket = w.tickets.get(id(600)).unwrap();
    assert_eq!((ticket.status, ticket.hazard, ticket.priority), (TicketStatus::New, Hazard::High, Priority::High));
    assert_eq!((&ticket.areas, ticket.boundary, ticket.created_org), (&vec![id(7)], Boundary::Clear, None));
    assert_eq!(crate::ticket_code::parse(&ticket.code).as_ref(), Some(&ticket.code));
    assert_eq!(ticket.created_at, NOW.plus_minutes(-30));
    assert_eq!(w.field_edits.iter().count(), 4);
    let again = go(&mut w, &inspector(50), 2, 600, 0, 29, "ticket.create", new_ticket(2, 36.1));
    assert_eq!((again.status, again.code), (Status::Rejected, Some(OutcomeCode::IdReuse)));
    let unknown = go(&mut w, &inspector(50), 3, 601, 0, 28, "ticket.create", new_ticket(99, 36.1));
    assert_eq!(unknown.code, Some(OutcomeCode::Validation));
    let manager = Author { roles: vec![Role::ContractorManager], ..crew(5, NEW) };
    assert_eq!(go(&mut w, &manager, 4, 602, 0, 28, "ticket.create", new_ticket(1, 36.1)).code, Some(OutcomeCode::NotPermitted));
}

#[test]
fn a_code_that_another_ticket_has_is_passed_over() {
    let taken = crate::ticket_code::code_for(id(600), 0);
    let context = MergeContext { codes_taken: [taken].into(), ..MergeContext::new(&REFERENCE) };
    let mut w = UnitOfWork::default();
    let args = new_ticket(1, 36.1);
    let command = Command::parse("ticket.create", 1, &args).unwrap();
    let stamp = Stamp { est: NOW, eff: NOW, skew_us: 0, skew: Skew::Fine };
    let act = Act {
        id: id(1),
        entity: key(600),
        base: None,
        epoch: None,
        command: &command,
        args: &args,
        stamp,
        received_at: NOW,
        office: false,
    };
    assert_eq!(decide(&mut w, &context, &inspector(50), &act).status, Status::Applied);
    assert_eq!(w.tickets.get(id(600)).unwrap().code, crate::ticket_code::code_for(id(600), 1));
}

#[test]
fn a_ticket_outside_every_area_stays_with_its_finder_and_reaches_the_office() {
    let mut w = UnitOfWork::default();
    let crew = crew(5, NEW);
    assert_eq!(go(&mut w, &crew, 1, 600, 0, 30, "ticket.create", new_ticket(1, 10.0)).status, Status::Applied);
    assert_eq!(go(&mut w, &crew, 2, 600, 0, 29, "note.add", json!({"note": key(700), "text": "کنار رود"})).status, Status::Applied);
    assert_eq!(w.tickets.get(id(600)).unwrap().boundary, Boundary::Outside);
    for kind in ["ticket", "note"] {
        let channels: Vec<_> = crate::membership::moves(&w).into_iter().filter(|m| m.kind == kind).map(|m| m.channel).collect();
        let office = Channel::Office(crate::visibility::NOWHERE);
        assert_eq!(channels, [office, Channel::Org(id(NEW)), Channel::User(id(5))], "{kind}");
    }
    assert_eq!(go(&mut w, &clerk(60), 3, 600, 0, 28, "note.add", json!({"note": key(701), "text": "؟"})).status, Status::Applied);
    let stranger = inspector(61);
    assert_eq!(go(&mut w, &stranger, 4, 600, 0, 27, "note.add", json!({"note": key(702), "text": "؟"})).status, Status::Held);
}

#[test]
fn two_tickets_at_one_place_may_be_one_whichever_came_first() {
    let play = |acts: [(u128, i64); 2]| {
        let mut w = UnitOfWork::default();
        let told: Vec<_> = acts
            .iter()
            .map(|(n, minutes)| go(&mut w, &inspector(50), *n, 600 + n, 0, *minutes, "ticket.create", new_ticket(1, 36.1)))
            .collect();
        assert!(told[0].conflict.is_none() && told[1].conflict.is_some());
        assert!(told.iter().all(|o| o.status == Status::Applied));
        w.conflicts.iter().map(|c| (c.key.clone(), c.ticket_id, c.severity, c.sides.mine().clone(), c.mutation_id)).collect::<Vec<_>>()
    };
    let found = play([(1, 30), (2, 20)]);
    assert_eq!(found, play([(2, 20), (1, 30)]));
    assert_eq!((found.len(), found[0].1, found[0].2), (1, id(602), Severity::Soft));
    for (category, lat, minutes) in [(2, 36.1, 30), (1, 36.1003, 30), (1, 36.1, 30 + 1441)] {
        let mut w = UnitOfWork::default();
        go(&mut w, &inspector(50), 1, 601, 0, 30, "ticket.create", new_ticket(1, 36.1));
        go(&mut w, &inspector(50), 2, 602, 0, minutes, "ticket.create", new_ticket(category, lat));
        assert_eq!(w.conflicts.iter().count(), 0, "{category} {lat} {minutes}");
    }
}

#[test]
fn who_found_a_ticket_elsewhere_may_see_it_and_not_judge_work_at_it() {
    let (mut w, args) = submitted();
    let row = w.tickets.get(id(10)).unwrap().clone();
    w.tickets.put(Ticket { origin: TicketOrigin::Field, created_by: id(50), areas: vec![id(8)], leaf_areas: vec![id(8)], ..row });
    let noted = go(&mut w, &inspector(50), 2, 10, 0, 60, "note.add", json!({"note": key(700), "text": "؟"}));
    assert_eq!(noted.status, Status::Applied);
    assert_eq!(go(&mut w, &inspector(50), 3, ORDER, 2, 60, "round.verify", args.clone()).code, Some(OutcomeCode::NotPermitted));
    assert_eq!(go(&mut w, &inspector(51), 4, ORDER, 2, 60, "round.verify", args).status, Status::Held, "others do not know of it");
}

#[test]
fn what_lay_outside_every_area_stays_known_to_every_office_that_may_hold_a_copy_of_it() {
    let office = |areas: &[u128], every_office| {
        let areas: std::collections::BTreeSet<_> = areas.iter().copied().map(id).collect();
        let reach = Parts { areas: areas.clone(), offices: areas, every_office, person: Some(id(62)), ..Parts::default() };
        Author { reach: Reach::Parts(reach), ..clerk(62) }
    };
    let mut w = UnitOfWork::default();
    go(&mut w, &crew(5, NEW), 1, 600, 0, 30, "ticket.create", new_ticket(1, 10.0));
    let moved = json!({"set": {"point": new_ticket(1, 36.1)["point"]}});
    assert_eq!(go(&mut w, &clerk(60), 2, 600, 0, 20, "ticket.edit", moved).status, Status::Applied);
    assert_eq!(w.tickets.get(id(600)).unwrap().leaf_areas, [id(7)]);
    let note =
        |w: &mut UnitOfWork, by: &Author, n: u128| go(w, by, n, 600, 0, 10, "note.add", json!({"note": key(700 + n), "text": "؟"})).status;
    assert_eq!(note(&mut w, &office(&[99], true), 3), Status::Applied);
    assert_eq!(note(&mut w, &office(&[99], false), 4), Status::Held);
}
