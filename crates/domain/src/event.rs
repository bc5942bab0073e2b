//! What happened, derived from what a unit of work changed: the office, the sync and the timers commit in one place, so all of them tell
//! it alike. Nothing else makes an event of a ticket. What the journal sets aside and no ticket has tells of itself ([`DomainEvent::quarantined`]).
//!
//! The laws, each for one transaction, by what stood before it and what stands after it:
//! - a row that is new gives one event of its creation, and none of a change (`photo.added`, …), but for a round that was judged at
//!   once, which gives `round.submitted` and `round.judged`; a conflict that was raised and withdrawn gives none;
//! - a word that says where something stands (status, state, verdict, answer) and differs gives exactly one event with both words, however
//!   many steps lay between;
//! - an offer gives one event when it is made and one when it is answered, also if the order stands where it stood.

use uuid::Uuid;

use crate::{
    conflict::{Conflict, ConflictStatus},
    office::is_code,
    patrol::Patrol,
    photo::{Photo, VerdictResult},
    sync::journal::Journaled,
    ticket::Ticket,
    unit_of_work::UnitOfWork,
    work_order::{Assignment, Round, RoundVerdict, WorkOrder},
};
use bazdid_protocol::{
    event::{
        ChangedField, ConflictOpened, ConflictResolved, EventKind, MutationQuarantined, NoteAdded, PatrolRecorded, Payload, PhotoAdded,
        PhotoJudged, PhotoRemoved, PhotoStateChanged, RoundJudged, RoundSubmitted, TicketChanged, TicketCreated, TicketMerged,
        TicketStatusChanged, VisitRecorded, WebhookPing, WorkOrderAnswered, WorkOrderAssigned, WorkOrderCreated, WorkOrderOffered,
        WorkOrderRescheduled, WorkOrderStateChanged,
    },
    ids::{EventId, TicketId, WebhookId, name_uuid},
    outcome::Status,
    time::Timestamp,
};

/// The code of a defect that somebody wrote in words.
const NO_CODE: &str = "other";

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainEvent {
    /// Identity. It follows from the row and its revision, so that a transaction that is run again makes no second event.
    pub id: EventId,
    /// The ticket that it belongs to, within which events are ordered.
    pub ticket: Option<TicketId>,
    /// When it was committed.
    pub occurred_at: Timestamp,
    /// What it says.
    pub payload: Payload,
}

impl DomainEvent {
    /// What happened.
    #[must_use]
    pub const fn kind(&self) -> EventKind {
        self.payload.kind()
    }

    /// A mutation was set aside. Nothing if it was not, or a conflict at a ticket tells of it.
    #[must_use]
    pub fn quarantined(row: &Journaled, at: Timestamp) -> Option<Self> {
        let is_unplaced = row.status == Status::Conflict && row.conflict_id.is_none();
        let id = EventId::new(name_uuid(&format!("event|{}|{}", EventKind::MutationQuarantined, row.id)));
        let said = MutationQuarantined { mutation: row.id, device: row.device_id, account: row.actor };
        is_unplaced.then(|| Self { id, ticket: None, occurred_at: at, payload: said.into() })
    }

    /// A test of a receiver.
    #[must_use]
    pub fn ping(id: EventId, webhook: WebhookId, at: Timestamp) -> Self {
        Self { id, ticket: None, occurred_at: at, payload: WebhookPing { webhook }.into() }
    }
}

/// The events of a unit of work, those of a ticket together (what has none comes first) and in the order of [`EventKind`].
#[must_use]
pub fn derive(unit: &UnitOfWork, at: Timestamp) -> Vec<DomainEvent> {
    let mut found = Found { at, events: Vec::new() };
    for (was, now) in unit.tickets.changed() {
        found.ticket(was, now);
    }
    for (_, now) in unit.visits.changed().filter(|(was, _)| was.is_none()) {
        let said = VisitRecorded { visit: now.id, work_order: now.work_order_id, kind: now.kind, arrived_at: now.arrived_est };
        found.add(now.ticket_id, (now.id.uuid(), now.rev), said);
    }
    for (_, now) in unit.notes.changed().filter(|(was, _)| was.is_none()) {
        let said = NoteAdded { note: now.id, work_order: now.work_order_id, audience: now.audience };
        found.add(now.ticket_id, (now.id.uuid(), now.rev), said);
    }
    for (_, now) in unit.patrols.changed().filter(|(was, _)| was.is_none()) {
        found.patrol(now);
    }
    for (was, now) in unit.photos.changed() {
        found.photo(was, now);
    }
    let mut rounds: Vec<_> = unit.rounds.changed().collect();
    rounds.sort_by_key(|(_, now)| (now.work_order_id, now.number));
    for (was, now) in rounds {
        found.round(was, now);
    }
    let mut offers: Vec<_> = unit.assignments.changed().collect();
    offers.sort_by_key(|(_, now)| (now.work_order_id, now.epoch));
    for (was, now) in offers {
        found.assignment(was, now);
    }
    for (was, now) in unit.work_orders.changed() {
        found.work_order(was, now);
    }
    for (was, now) in unit.conflicts.changed() {
        found.conflict(was, now);
    }
    found.events.sort_by_key(|event| (event.ticket, event.kind()));
    found.events
}

/// A row and its revision.
type Version = (Uuid, i64);

struct Found {
    at: Timestamp,
    events: Vec<DomainEvent>,
}

impl Found {
    fn add(&mut self, ticket: impl Into<Option<TicketId>>, (row, rev): Version, payload: impl Into<Payload>) {
        let payload = payload.into();
        // With the instant: after a backup was put back a row may have the same revision a second time.
        let id = EventId::new(name_uuid(&format!("event|{}|{row}|{rev}|{}", payload.kind(), self.at.micros())));
        self.events.push(DomainEvent { id, ticket: ticket.into(), occurred_at: self.at, payload });
    }

    fn ticket(&mut self, was: Option<&Ticket>, now: &Ticket) {
        let version = (now.id.uuid(), now.rev);
        if let Some(was) = was {
            let fields = changed_fields(was, now);
            if !fields.is_empty() {
                self.add(now.id, version, changed(fields, now));
            }
            if was.status != now.status {
                self.add(now.id, version, TicketStatusChanged { code: now.code.clone(), from: was.status, to: now.status });
            }
        } else {
            self.add(now.id, version, created(now));
        }
        if let Some(into) = now.duplicate_of.filter(|into| was.and_then(|was| was.duplicate_of) != Some(*into)) {
            self.add(now.id, version, TicketMerged { into });
        }
    }

    fn patrol(&mut self, now: &Patrol) {
        let said = PatrolRecorded {
            patrol: now.id,
            account: now.actor,
            organisation: now.organisation_id,
            area: now.area_id,
            outcome: now.outcome,
            tickets: now.tickets.clone(),
            finished_at: now.finished_est,
        };
        self.add(None, (now.id.uuid(), now.rev), said);
    }

    fn photo(&mut self, was: Option<&Photo>, now: &Photo) {
        let (photo, work_order, version) = (now.id, now.work_order_id, (now.id.uuid(), now.rev));
        let Some(was) = was else {
            return self.add(now.ticket_id, version, PhotoAdded { photo, work_order, kind: now.kind, state: now.state });
        };
        if was.state != now.state {
            self.add(now.ticket_id, version, PhotoStateChanged { photo, work_order, from: was.state, to: now.state });
        }
        if was.verdicts != now.verdicts {
            let found = now.verdicts.iter().filter(|v| v.result == VerdictResult::Mismatch);
            let mismatches = found.map(|v| v.check.clone()).collect();
            self.add(now.ticket_id, version, PhotoJudged { photo, work_order, mismatches });
        }
        if was.removed_at.is_none() && now.removed_at.is_some() {
            self.add(now.ticket_id, version, PhotoRemoved { photo, work_order });
        }
    }

    fn round(&mut self, was: Option<&Round>, now: &Round) {
        let (round, work_order, number, version) = (now.id, now.work_order_id, now.number, (now.id.uuid(), now.rev));
        if was.is_none() {
            let said = RoundSubmitted {
                round,
                work_order,
                number,
                epoch: now.epoch,
                organisation: now.submitted_org,
                submitted_at: now.submitted_at,
            };
            self.add(now.ticket_id, version, said);
        }
        let from = was.map_or(RoundVerdict::Pending, |was| was.verdict);
        if from != now.verdict {
            let defects = now.defects.iter().map(|d| if is_code(&d.code) { d.code.clone() } else { NO_CODE.to_owned() }).collect();
            let said = RoundJudged { round, work_order, number, from, verdict: now.verdict, defects, rework_due: now.rework_due };
            self.add(now.ticket_id, version, said);
        }
    }

    fn assignment(&mut self, was: Option<&Assignment>, now: &Assignment) {
        let (work_order, assignment, epoch, version) = (now.work_order_id, now.id, now.epoch, (now.id.uuid(), now.rev));
        let (organisation, account) = (now.organisation_id, now.account_id);
        let asked = now.expires_at.is_some();
        if was.is_none() {
            if asked {
                let said = WorkOrderOffered { work_order, assignment, epoch, organisation, account, accept_due: now.expires_at };
                self.add(now.ticket_id, version, said);
            } else {
                self.add(now.ticket_id, version, WorkOrderAssigned { work_order, assignment, epoch, organisation, account });
            }
        }
        // Who was not asked did not answer: that they have it is told by the assignment.
        let before = was.and_then(|was| was.answer);
        if let Some(answer) = now.answer.filter(|answer| before != Some(*answer) && (asked || was.is_some())) {
            self.add(now.ticket_id, version, WorkOrderAnswered { work_order, assignment, epoch, organisation, account, answer });
        }
    }

    fn work_order(&mut self, was: Option<&WorkOrder>, now: &WorkOrder) {
        let (work_order, version) = (now.id, (now.id.uuid(), now.rev));
        let Some(was) = was else {
            let WorkOrder { kind, state, accept_due, resolve_due, .. } = *now;
            return self.add(now.ticket_id, version, WorkOrderCreated { work_order, kind, state, accept_due, resolve_due });
        };
        if was.state != now.state {
            let said = WorkOrderStateChanged {
                work_order,
                kind: now.kind,
                from: was.state,
                to: now.state,
                epoch: now.epoch,
                round: now.round,
                organisation: now.organisation_id,
                account: now.account_id,
            };
            self.add(now.ticket_id, version, said);
        }
        let dates = |order: &WorkOrder| (order.accept_due, order.resolve_due, order.review_at);
        if dates(was) != dates(now) {
            let (accept_due, resolve_due, review_at) = dates(now);
            self.add(now.ticket_id, version, WorkOrderRescheduled { work_order, accept_due, resolve_due, review_at });
        }
    }

    fn conflict(&mut self, was: Option<&Conflict>, now: &Conflict) {
        // One that was raised and withdrawn in one transaction was never open to anybody.
        if was.map_or(ConflictStatus::Resolved, |was| was.status) == now.status {
            return;
        }
        let (conflict, work_order, kind, version) = (now.id, now.work_order_id, now.kind, (now.id.uuid(), now.rev));
        match now.status {
            ConflictStatus::Open => {
                let said = ConflictOpened { conflict, work_order, kind, severity: now.severity, areas: now.areas.clone() };
                self.add(now.ticket_id, version, said);
            }
            ConflictStatus::Resolved => {
                self.add(now.ticket_id, version, ConflictResolved { conflict, work_order, kind, resolution: now.resolution });
            }
        }
    }
}

fn created(now: &Ticket) -> TicketCreated {
    TicketCreated {
        code: now.code.clone(),
        category: now.category_id,
        status: now.status,
        priority: now.priority,
        hazard: now.hazard,
        origin: now.origin,
        point: now.point,
        boundary: now.boundary,
        areas: now.areas.clone(),
        organisation: now.created_org,
        created_at: now.created_at,
        promise_at: now.promise_at,
    }
}

fn changed(fields: Vec<ChangedField>, now: &Ticket) -> TicketChanged {
    TicketChanged {
        fields,
        category: now.category_id,
        priority: now.priority,
        hazard: now.hazard,
        point: now.point,
        areas: now.areas.clone(),
        promise_at: now.promise_at,
        supporters: now.supporters,
    }
}

/// The fields in which two versions of a ticket differ; status and merging have events of their own.
fn changed_fields(was: &Ticket, now: &Ticket) -> Vec<ChangedField> {
    let fields = [
        (ChangedField::Text, was.text != now.text),
        (ChangedField::AddressText, was.address_text != now.address_text),
        (ChangedField::Point, was.point != now.point),
        (ChangedField::Areas, was.areas != now.areas),
        (ChangedField::Category, was.category_id != now.category_id),
        (ChangedField::Priority, was.priority != now.priority),
        (ChangedField::Hazard, was.hazard != now.hazard),
        (ChangedField::PromiseAt, was.promise_at != now.promise_at),
        (ChangedField::Supporters, was.supporters != now.supporters),
        (ChangedField::DuplicateOf, was.duplicate_of.is_some() && now.duplicate_of.is_none()),
    ];
    fields.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect()
}

#[cfg(test)]
mod tests;
