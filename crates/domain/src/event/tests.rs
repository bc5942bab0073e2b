use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    conflict::{ConflictKind, Resolution, Severity},
    photo::{PhotoKind, PhotoState, Verdict},
    test_city::{DISTRICT, NOW, POTHOLE, TICKET, TREE, findings, follow, id, order, reference, registered, reload, ticket},
    ticket::TicketStatus,
    visit::{Audience, MockFlag, Note, Visit, VisitKind},
    work_order::{Answer, Defect, WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::{sides::Sides, text_enum::TextEnum};

/// What nobody may read in an event.
const SECRET: &str = "آقای ک، ۰۹۱۲۱۲۳۴۵۶۷";

fn kinds(events: &[DomainEvent]) -> Vec<EventKind> {
    events.iter().map(DomainEvent::kind).collect()
}

fn derived(unit: &UnitOfWork) -> Vec<DomainEvent> {
    derive(unit, NOW)
}

fn note(n: u128, ticket: u128) -> Note {
    Note {
        id: id(n),
        rev: 0,
        ticket_id: id(ticket),
        work_order_id: None,
        actor: None,
        organisation_id: None,
        audience: Audience::Office,
        text: SECRET.into(),
        eff: NOW,
        removed_at: None,
        writes: vec![],
    }
}

fn visit(n: u128, ticket: u128) -> Visit {
    Visit {
        id: id(n),
        rev: 0,
        ticket_id: id(ticket),
        work_order_id: None,
        kind: VisitKind::Work,
        actor: id(3),
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

fn photo(n: u128, ticket: u128) -> Photo {
    Photo {
        id: id(n),
        rev: 0,
        ticket_id: id(ticket),
        work_order_id: None,
        visit_id: None,
        kind: PhotoKind::After,
        actor: id(3),
        organisation_id: None,
        device_id: None,
        sha256: "00".repeat(32),
        bytes: 1,
        mime: "image/jpeg".into(),
        width: None,
        height: None,
        captured_at: NOW,
        captured_est: NOW,
        point: None,
        heading_deg: None,
        mock: MockFlag::Unknown,
        state: PhotoState::Promised,
        verdicts: vec![],
        eff: NOW,
        removed_at: None,
        received_at: NOW,
    }
}

fn round(n: u128, ticket: u128) -> Round {
    Round {
        id: id(n),
        rev: 0,
        work_order_id: id(n + 1),
        ticket_id: id(ticket),
        number: 1,
        epoch: 1,
        submitted_by: id(3),
        submitted_org: None,
        submitted_at: NOW,
        event_id: id(n + 2),
        verdict: RoundVerdict::Pending,
        verdict_by: None,
        verdict_at: None,
        verdict_mutation: None,
        defects: vec![],
        note: Some(SECRET.into()),
        rework_due: None,
        without_bytes: None,
    }
}

fn conflict(n: u128, ticket: u128) -> Conflict {
    Conflict {
        id: id(n),
        rev: 0,
        key: n.to_string(),
        kind: ConflictKind::ParallelUpdate,
        severity: Severity::Soft,
        ticket_id: id(ticket),
        work_order_id: None,
        areas: vec![id(DISTRICT)],
        sides: Sides::Other { base: Value::Null, theirs: json!(SECRET), mine: json!(SECRET) },
        mutation_id: id(n),
        other_mutation_id: None,
        default_in_force: SECRET.into(),
        status: ConflictStatus::Open,
        resolution: None,
        resolved_by: None,
        resolved_at: None,
        note: Some(SECRET.into()),
        raised_at: NOW,
    }
}

/// Tries every pair of words of a row: a pair of two tells once, with both words, a pair of one not at all.
fn pairs<W: TextEnum + PartialEq>(what: EventKind, names: (&str, &str), change: impl Fn(W, W) -> UnitOfWork) {
    for from in W::ALL {
        for to in W::ALL {
            let events = derived(&change(*from, *to));
            if from.as_str() == to.as_str() {
                assert_eq!(kinds(&events), [], "{what}: {} stays", from.as_str());
            } else {
                assert_eq!(kinds(&events), [what], "{} to {}", from.as_str(), to.as_str());
                let said = serde_json::to_value(&events[0].payload).unwrap();
                assert_eq!((said[names.0].as_str(), said[names.1].as_str()), (Some(from.as_str()), Some(to.as_str())));
            }
        }
    }
}

#[test]
fn every_change_of_a_word_gives_exactly_one_event() {
    let names = ("from", "to");
    pairs(EventKind::TicketStatusChanged, names, |from, to| {
        let mut unit = UnitOfWork::default();
        unit.tickets.load([Ticket { status: from, ..ticket(TICKET, POTHOLE) }]);
        unit.tickets.put(Ticket { status: to, ..ticket(TICKET, POTHOLE) });
        unit
    });
    pairs(EventKind::WorkOrderStateChanged, names, |from, to| {
        let (mut unit, row) = (UnitOfWork::default(), order(&registered(POTHOLE), WorkOrderKind::Repair));
        unit.work_orders.load([WorkOrder { state: from, ..row.clone() }]);
        unit.work_orders.put(WorkOrder { state: to, ..row });
        unit
    });
    pairs(EventKind::RoundJudged, ("from", "verdict"), |from, to| {
        let mut unit = UnitOfWork::default();
        unit.rounds.load([Round { verdict: from, ..round(1, TICKET) }]);
        unit.rounds.put(Round { verdict: to, ..round(1, TICKET) });
        unit
    });
    pairs(EventKind::PhotoStateChanged, names, |from, to| {
        let mut unit = UnitOfWork::default();
        unit.photos.load([Photo { state: from, ..photo(1, TICKET) }]);
        unit.photos.put(Photo { state: to, ..photo(1, TICKET) });
        unit
    });
}

#[test]
fn a_conflict_is_opened_and_resolved_once() {
    let loaded = |was: Option<ConflictStatus>, status| {
        let mut unit = UnitOfWork::default();
        unit.conflicts.load(was.map(|status| Conflict { status, ..conflict(1, TICKET) }));
        unit.conflicts.put(Conflict { status, resolution: Some(Resolution::Keep), ..conflict(1, TICKET) });
        kinds(&derived(&unit))
    };
    use ConflictStatus::{Open, Resolved};
    assert_eq!(loaded(None, Open), [EventKind::ConflictOpened]);
    assert_eq!(loaded(Some(Open), Resolved), [EventKind::ConflictResolved]);
    assert_eq!(loaded(None, Resolved), [], "raised and withdrawn in one transaction");
    assert_eq!(loaded(Some(Resolved), Open), [EventKind::ConflictOpened]);
    assert_eq!(loaded(Some(Open), Open), [], "its resolution alone tells nothing");
}

#[test]
fn an_offer_is_told_when_it_is_made_and_when_it_is_answered() {
    let offer = registered(POTHOLE).assignments.iter().next().unwrap().clone();
    assert!(offer.expires_at.is_some() && offer.answer.is_none());
    let told = |was: Option<Option<Answer>>, asked: bool, answer| {
        let row = Assignment { expires_at: offer.expires_at.filter(|_| asked), ..offer.clone() };
        let mut unit = UnitOfWork::default();
        unit.assignments.load(was.map(|answer| Assignment { answer, ..row.clone() }));
        unit.assignments.put(Assignment { answer, ..row });
        kinds(&derived(&unit))
    };
    assert_eq!(told(None, true, None), [EventKind::WorkOrderOffered]);
    assert_eq!(told(None, false, Some(Answer::Accepted)), [EventKind::WorkOrderAssigned], "who is not asked does not answer");
    for answer in Answer::ALL {
        assert_eq!(told(Some(None), true, Some(*answer)), [EventKind::WorkOrderAnswered]);
        assert_eq!(told(Some(Some(*answer)), true, Some(*answer)), []);
    }
    assert_eq!(told(Some(Some(Answer::Accepted)), false, Some(Answer::Withdrawn)), [EventKind::WorkOrderAnswered]);
    assert_eq!(told(None, true, Some(Answer::Accepted)), [EventKind::WorkOrderAnswered, EventKind::WorkOrderOffered]);
}

#[test]
fn each_field_of_a_ticket_is_named_when_it_changes() {
    type Change = fn(&mut Ticket);
    let cases: [(ChangedField, Change); 10] = [
        (ChangedField::Text, |t| t.text = "x".into()),
        (ChangedField::AddressText, |t| t.address_text = Some("x".into())),
        (ChangedField::Point, |t| t.point.lat += 0.1),
        (ChangedField::Areas, |t| t.areas.clear()),
        (ChangedField::Category, |t| t.category_id = id(TREE)),
        (ChangedField::Priority, |t| t.priority = crate::category::Priority::Urgent),
        (ChangedField::Hazard, |t| t.hazard = crate::category::Hazard::Critical),
        (ChangedField::PromiseAt, |t| t.promise_at = Some(NOW)),
        (ChangedField::Supporters, |t| t.supporters += 1),
        (ChangedField::DuplicateOf, |t| t.duplicate_of = None),
    ];
    assert_eq!(cases.len(), ChangedField::ALL.len());
    for (field, change) in cases {
        let was = Ticket { duplicate_of: Some(id(9)), ..ticket(TICKET, POTHOLE) };
        let mut now = was.clone();
        change(&mut now);
        let mut unit = UnitOfWork::default();
        unit.tickets.load([was]);
        unit.tickets.put(now);
        let events = derived(&unit);
        assert_eq!(kinds(&events), [EventKind::TicketChanged], "{field}");
        assert_eq!(serde_json::to_value(&events[0].payload).unwrap()["fields"], json!([field]));
    }
}

#[test]
fn a_new_ticket_is_told_with_the_work_that_follows() {
    let mut unit = UnitOfWork::default();
    unit.tickets.put(ticket(TICKET, POTHOLE));
    follow(&mut unit, &reference(None), NOW);
    let events = derived(&unit);
    assert_eq!(kinds(&events), [EventKind::TicketCreated, EventKind::WorkOrderCreated, EventKind::WorkOrderOffered]);
    let Payload::TicketCreated(said) = &events[0].payload else { panic!("{:?}", events[0]) };
    assert_eq!(said.status, unit.tickets.get(id(TICKET)).unwrap().status, "as it stands after the follow-up");
}

#[test]
fn a_refusal_is_told_though_the_order_is_offered_before_and_after() {
    let mut unit = registered(POTHOLE);
    let before = order(&unit, WorkOrderKind::Repair);
    let offer = unit.assignments.iter().next().unwrap().clone();
    unit.assignments.put(Assignment { answer: Some(Answer::Declined), reason: Some(SECRET.into()), ..offer });
    unit.work_orders.put(WorkOrder { state: WorkOrderState::Declined, reason: Some(SECRET.into()), ..before.clone() });
    follow(&mut unit, &reference(None), NOW.plus_minutes(5));
    assert_eq!(order(&unit, WorkOrderKind::Repair).state, before.state);
    let told = [EventKind::WorkOrderAnswered, EventKind::WorkOrderOffered, EventKind::WorkOrderRescheduled];
    assert_eq!(kinds(&derived(&unit)), told);
}

#[test]
fn a_defect_in_words_is_told_as_another_one() {
    let mut unit = UnitOfWork::default();
    unit.rounds.load([round(1, TICKET)]);
    let defects = [SECRET, "edge_not_sealed", ""].map(|code| Defect { code: code.into(), note: Some(SECRET.into()) });
    unit.rounds.put(Round { verdict: RoundVerdict::Rework, defects: defects.into(), ..round(1, TICKET) });
    let events = derived(&unit);
    let Payload::RoundJudged(judged) = &events[0].payload else { panic!("{events:?}") };
    assert_eq!(judged.defects, ["other", "edge_not_sealed", "other"]);
}

#[test]
fn an_inspection_that_concludes_itself_tells_of_the_round_and_of_the_repair() {
    let mut unit = registered(TREE);
    let looked = order(&unit, WorkOrderKind::Inspection);
    unit.visits.load([Visit { work_order_id: Some(looked.id), kind: VisitKind::Inspection, ..visit(9, TICKET) }]);
    unit.rounds.put(Round { work_order_id: looked.id, ..round(1, TICKET) });
    unit.work_orders.put(WorkOrder {
        state: WorkOrderState::Submitted,
        findings: Some(findings("confirmed")),
        submitted_by: Some(id(3)),
        ..looked
    });
    follow(&mut unit, &reference(None), NOW);
    let told = [
        EventKind::RoundSubmitted,
        EventKind::RoundJudged,
        EventKind::WorkOrderCreated,
        EventKind::WorkOrderOffered,
        EventKind::WorkOrderStateChanged,
        EventKind::TicketStatusChanged,
    ];
    assert_eq!(kinds(&derived(&unit)), told);
}

#[test]
fn what_is_not_changed_or_taken_back_is_not_told() {
    let mut unit = registered(POTHOLE);
    let mark = unit.mark();
    unit.notes.put(note(1, TICKET));
    unit.tickets.put(Ticket { status: TicketStatus::Cancelled, ..unit.tickets.get(id(TICKET)).unwrap().clone() });
    assert_eq!(derived(&unit).len(), 2);
    unit.rollback(mark);
    assert_eq!(derived(&unit), []);
    let same = reload(&unit);
    assert_eq!(derived(&same), []);
}

#[test]
fn merging_tells_into_which_ticket() {
    let mut unit = UnitOfWork::default();
    unit.tickets.load([ticket(TICKET, POTHOLE)]);
    unit.tickets.put(Ticket { status: TicketStatus::Duplicate, duplicate_of: Some(id(77)), ..ticket(TICKET, POTHOLE) });
    let events = derived(&unit);
    assert_eq!(kinds(&events), [EventKind::TicketMerged, EventKind::TicketStatusChanged]);
    assert_eq!(events[0].payload, Payload::TicketMerged(TicketMerged { into: id(77) }));
}

/// One change of a ticket's rows that tells one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Create,
    Status,
    Priority,
    Visit,
    Note,
    Photo,
    PhotoStored,
    PhotoJudged,
    PhotoRemoved,
    Round,
    Verdict,
    Conflict,
    Resolve,
}

impl Step {
    const ALL: [Self; 13] = [
        Self::Create,
        Self::Status,
        Self::Priority,
        Self::Visit,
        Self::Note,
        Self::Photo,
        Self::PhotoStored,
        Self::PhotoJudged,
        Self::PhotoRemoved,
        Self::Round,
        Self::Verdict,
        Self::Conflict,
        Self::Resolve,
    ];

    const fn kind(self) -> EventKind {
        match self {
            Self::Create => EventKind::TicketCreated,
            Self::Status => EventKind::TicketStatusChanged,
            Self::Priority => EventKind::TicketChanged,
            Self::Visit => EventKind::VisitRecorded,
            Self::Note => EventKind::NoteAdded,
            Self::Photo => EventKind::PhotoAdded,
            Self::PhotoStored => EventKind::PhotoStateChanged,
            Self::PhotoJudged => EventKind::PhotoJudged,
            Self::PhotoRemoved => EventKind::PhotoRemoved,
            Self::Round => EventKind::RoundSubmitted,
            Self::Verdict => EventKind::RoundJudged,
            Self::Conflict => EventKind::ConflictOpened,
            Self::Resolve => EventKind::ConflictResolved,
        }
    }

    fn take(self, unit: &mut UnitOfWork, n: u128) {
        let base = n * 1000;
        let seen = unit.tickets.get(id(base)).cloned();
        match self {
            Self::Create => drop(unit.tickets.put(ticket(base + 500, POTHOLE))),
            Self::Status => drop(unit.tickets.put(Ticket { status: TicketStatus::Cancelled, ..seen.unwrap() })),
            Self::Priority => drop(unit.tickets.put(Ticket { supporters: 7, ..seen.unwrap() })),
            Self::Visit => drop(unit.visits.put(visit(base + 1, base))),
            Self::Note => drop(unit.notes.put(note(base + 2, base))),
            Self::Photo => drop(unit.photos.put(photo(base + 3, base))),
            Self::PhotoStored => {
                unit.photos.load([photo(base + 4, base)]);
                unit.photos.put(Photo { state: PhotoState::Stored, ..photo(base + 4, base) });
            }
            Self::PhotoJudged => {
                let found = Verdict { check: "clock".into(), result: VerdictResult::Mismatch, figures: json!({}) };
                unit.photos.load([photo(base + 5, base)]);
                unit.photos.put(Photo { verdicts: vec![found], ..photo(base + 5, base) });
            }
            Self::PhotoRemoved => {
                unit.photos.load([photo(base + 6, base)]);
                unit.photos.put(Photo { removed_at: Some(NOW), ..photo(base + 6, base) });
            }
            Self::Round => drop(unit.rounds.put(round(base + 7, base))),
            Self::Verdict => {
                unit.rounds.load([round(base + 10, base)]);
                unit.rounds.put(Round { verdict: RoundVerdict::Accepted, ..round(base + 10, base) });
            }
            Self::Conflict => drop(unit.conflicts.put(conflict(base + 13, base))),
            Self::Resolve => {
                unit.conflicts.load([conflict(base + 14, base)]);
                unit.conflicts.put(Conflict { status: ConflictStatus::Resolved, ..conflict(base + 14, base) });
            }
        }
    }
}

proptest! {
    /// Whatever was done to whatever tickets, in whatever order: one event for each, together by ticket, in the order of the kinds.
    #[test]
    fn each_change_is_told_once_and_in_order(
        done in prop::collection::btree_set((1_u128..5, prop::sample::select(&Step::ALL[..])), 0..40)
            .prop_map(|set| set.into_iter().collect::<Vec<_>>())
            .prop_shuffle()
    ) {
        let mut unit = UnitOfWork::default();
        for n in 1..5 {
            unit.tickets.load([ticket(n * 1000, POTHOLE)]);
        }
        for (n, step) in &done {
            step.take(&mut unit, *n);
        }
        let events = derived(&unit);
        let mut expected: Vec<(TicketId, EventKind)> = done
            .iter()
            .map(|(n, step)| (id(n * 1000 + if *step == Step::Create { 500 } else { 0 }), step.kind()))
            .collect();
        expected.sort_unstable();
        let found: Vec<(TicketId, EventKind)> = events.iter().map(|e| (e.ticket.unwrap(), e.kind())).collect();
        prop_assert_eq!(found, expected);
        let ids: BTreeSet<_> = events.iter().map(|e| e.id).collect();
        prop_assert_eq!(ids.len(), events.len(), "each has an id of its own");
        prop_assert_eq!(&derived(&unit), &events, "the same again");
        let later = derive(&unit, NOW.plus_micros(1));
        prop_assert!(later.iter().all(|e| !ids.contains(&e.id)), "another commit tells other events");
        let written = events.iter().map(|e| serde_json::to_string(&e.payload).unwrap()).collect::<String>();
        prop_assert!(!written.contains(SECRET) && !written.contains("چاله"), "no free text: {}", written);
    }
}

#[test]
fn nobody_subscribes_to_a_test() {
    let others: Vec<_> = EventKind::ALL.iter().filter(|kind| !kind.is_subscribable()).collect();
    assert_eq!(others, [&EventKind::WebhookPing]);
}
