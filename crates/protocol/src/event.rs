//! Domain events: what subscribers are told when something has happened. `docs/events.md` lists them.
//!
//! An event holds ids, words, numbers and instants. It never holds personal data: no phone, no caller, and no free text, in which people
//! write such things. Who may read the thing fetches it by its id.

#[macro_use]
mod declare;

use serde::{Deserialize, Serialize};

use crate::{
    geo::Point,
    ids::{
        AccountId, AreaId, AssignmentId, CategoryId, ConflictId, DeviceId, EventId, MutationId, NoteId, OrganisationId, PatrolId, PhotoId,
        RoundId, TicketId, VisitId, WebhookId, WorkOrderId,
    },
    time::Timestamp,
    words::{
        category::{Hazard, Priority},
        conflict::{ConflictKind, Resolution, Severity},
        photo::{PhotoKind, PhotoState},
        ticket::{Boundary, TicketOrigin, TicketStatus},
        visit::{Audience, PatrolOutcome, VisitKind},
        work_order::{Answer, RoundVerdict, WorkOrderKind, WorkOrderState},
    },
};

crate::text_enum! {
    /// A field of a ticket of which an event tells that it changed.
    ChangedField {
        /// The citizen's words; the event does not repeat them.
        Text = "text",
        /// The address in words; the event does not repeat it.
        AddressText = "address_text",
        /// Where.
        Point = "point",
        /// The areas that contain the point.
        Areas = "areas",
        /// What it is about.
        Category = "category",
        /// How soon.
        Priority = "priority",
        /// How dangerous, from the category.
        Hazard = "hazard",
        /// Until when an answer was promised.
        PromiseAt = "promise_at",
        /// How many citizens asked for it.
        Supporters = "supporters",
        /// It is a duplicate no more.
        DuplicateOf = "duplicate_of",
    }
}

/// An event as it is delivered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Envelope<P> {
    /// Identity: the same for every attempt and every receiver.
    pub id: EventId,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// When the server committed it. When it was done in the field may be earlier and stands in `data`.
    pub timestamp: Timestamp,
    /// The ticket that it belongs to; absent: it belongs to none.
    pub ticket: Option<TicketId>,
    /// Rises from event to event of a ticket, with gaps.
    pub seq: i64,
    /// What the kind of event says.
    pub data: P,
}

events! {
    /// A ticket was registered, by a call, in the field or from a file.
    TicketCreated = "ticket.created" {
        /// Code that can be said by phone.
        code: String,
        /// What it is about.
        category: CategoryId,
        /// Where it stands: work may have been ordered in the same transaction.
        status: TicketStatus,
        /// How soon.
        priority: Priority,
        /// How dangerous.
        hazard: Hazard,
        /// Where it came from.
        origin: TicketOrigin,
        /// Where.
        point: Point,
        /// How clearly the point lies in the areas.
        boundary: Boundary,
        /// Every area that contains the point.
        areas: Vec<AreaId>,
        /// The contractor whose people registered it in the field.
        organisation: Option<OrganisationId>,
        /// When the citizen asked.
        created_at: Timestamp,
        /// Until when an answer was promised.
        promise_at: Option<Timestamp>,
    }

    /// What is known of a ticket changed: its promise, priority, category or place, its words, or how many ask for it.
    TicketChanged = "ticket.changed" {
        /// The fields that changed; the others are given as they are.
        fields: Vec<ChangedField>,
        /// What it is about.
        category: CategoryId,
        /// How soon.
        priority: Priority,
        /// How dangerous.
        hazard: Hazard,
        /// Where.
        point: Point,
        /// Every area that contains the point.
        areas: Vec<AreaId>,
        /// Until when an answer was promised.
        promise_at: Option<Timestamp>,
        /// How many citizens asked for it.
        supporters: i64,
    }

    /// A ticket was found to be the same as another one.
    TicketMerged = "ticket.merged" {
        /// The ticket that goes on.
        into: TicketId,
    }

    /// Somebody was at the place.
    VisitRecorded = "visit.recorded" {
        /// The visit.
        visit: VisitId,
        /// For which work order.
        work_order: Option<WorkOrderId>,
        /// Why.
        kind: VisitKind,
        /// Arrival, as the server estimates it.
        arrived_at: Timestamp,
    }

    /// A note was added; its text is read by its id.
    NoteAdded = "note.added" {
        /// The note.
        note: NoteId,
        /// About which work order.
        work_order: Option<WorkOrderId>,
        /// Who may read it.
        audience: Audience,
    }

    /// A photo was declared; its bytes may follow.
    PhotoAdded = "photo.added" {
        /// The photo.
        photo: PhotoId,
        /// For which work order.
        work_order: Option<WorkOrderId>,
        /// What it is meant to show.
        kind: PhotoKind,
        /// Where its bytes are.
        state: PhotoState,
    }

    /// The bytes of a photo came, wholly or in part, or do not agree with the declaration.
    PhotoStateChanged = "photo.state_changed" {
        /// The photo.
        photo: PhotoId,
        /// For which work order.
        work_order: Option<WorkOrderId>,
        /// Before.
        from: PhotoState,
        /// After.
        to: PhotoState,
    }

    /// The checks of a photo came to another result.
    PhotoJudged = "photo.judged" {
        /// The photo.
        photo: PhotoId,
        /// For which work order.
        work_order: Option<WorkOrderId>,
        /// Checks that found something that does not agree.
        mismatches: Vec<String>,
    }

    /// A photo was removed; its declaration is kept.
    PhotoRemoved = "photo.removed" {
        /// The photo.
        photo: PhotoId,
        /// For which work order.
        work_order: Option<WorkOrderId>,
    }

    /// Work was reported done and waits to be judged.
    RoundSubmitted = "round.submitted" {
        /// The round.
        round: RoundId,
        /// Of which work order.
        work_order: WorkOrderId,
        /// Number of the round, from 1.
        number: i64,
        /// The epoch in which it was submitted.
        epoch: i64,
        /// For which organisation.
        organisation: Option<OrganisationId>,
        /// When, as the server estimates it.
        submitted_at: Timestamp,
    }

    /// The verdict on a round changed: accepted, returned, or withdrawn.
    RoundJudged = "round.judged" {
        /// The round.
        round: RoundId,
        /// Of which work order.
        work_order: WorkOrderId,
        /// Number of the round.
        number: i64,
        /// Before.
        from: RoundVerdict,
        /// After.
        verdict: RoundVerdict,
        /// Codes of the defects; `other` for one that a device has written in words.
        defects: Vec<String>,
        /// When the next attempt is due.
        rework_due: Option<Timestamp>,
    }

    /// An offer of a work order was answered, ran out or was taken back.
    WorkOrderAnswered = "work_order.answered" {
        /// The work order.
        work_order: WorkOrderId,
        /// The offer.
        assignment: AssignmentId,
        /// The first epoch that the offer holds.
        epoch: i64,
        /// To which organisation it was made.
        organisation: Option<OrganisationId>,
        /// To which person it was made.
        account: Option<AccountId>,
        /// What became of it.
        answer: Answer,
    }

    /// A work order was made.
    WorkOrderCreated = "work_order.created" {
        /// The work order.
        work_order: WorkOrderId,
        /// What is to be done.
        kind: WorkOrderKind,
        /// Where it stands: it may have been offered in the same transaction.
        state: WorkOrderState,
        /// When an answer to the offer is due.
        accept_due: Option<Timestamp>,
        /// When the work is due.
        resolve_due: Option<Timestamp>,
    }

    /// A work order was offered to somebody who has to accept it.
    WorkOrderOffered = "work_order.offered" {
        /// The work order.
        work_order: WorkOrderId,
        /// The offer.
        assignment: AssignmentId,
        /// The first epoch that the offer holds.
        epoch: i64,
        /// To which organisation.
        organisation: Option<OrganisationId>,
        /// To which person.
        account: Option<AccountId>,
        /// Until when it may be accepted.
        accept_due: Option<Timestamp>,
    }

    /// A work order was given to somebody who need not accept it.
    WorkOrderAssigned = "work_order.assigned" {
        /// The work order.
        work_order: WorkOrderId,
        /// The assignment.
        assignment: AssignmentId,
        /// The first epoch that it holds.
        epoch: i64,
        /// To which organisation.
        organisation: Option<OrganisationId>,
        /// To which person.
        account: Option<AccountId>,
    }

    /// A work order went from one state to another.
    WorkOrderStateChanged = "work_order.state_changed" {
        /// The work order.
        work_order: WorkOrderId,
        /// What is to be done.
        kind: WorkOrderKind,
        /// Before.
        from: WorkOrderState,
        /// After.
        to: WorkOrderState,
        /// The epoch now.
        epoch: i64,
        /// The round now.
        round: i64,
        /// The organisation that holds it.
        organisation: Option<OrganisationId>,
        /// The person that holds it.
        account: Option<AccountId>,
    }

    /// The dates of a work order are others than before.
    WorkOrderRescheduled = "work_order.rescheduled" {
        /// The work order.
        work_order: WorkOrderId,
        /// When an answer to the offer is due.
        accept_due: Option<Timestamp>,
        /// When the work is due.
        resolve_due: Option<Timestamp>,
        /// When a hold is looked at again.
        review_at: Option<Timestamp>,
    }

    /// Something waits for the decision of a person: two people's work that the rules do not decide, or work that was quarantined.
    ConflictOpened = "conflict.opened" {
        /// The conflict.
        conflict: ConflictId,
        /// At which work order.
        work_order: Option<WorkOrderId>,
        /// Class.
        kind: ConflictKind,
        /// How much it matters.
        severity: Severity,
        /// Whose office sees it.
        areas: Vec<AreaId>,
    }

    /// A conflict was decided.
    ConflictResolved = "conflict.resolved" {
        /// The conflict.
        conflict: ConflictId,
        /// At which work order.
        work_order: Option<WorkOrderId>,
        /// Class.
        kind: ConflictKind,
        /// How.
        resolution: Option<Resolution>,
    }

    /// Somebody went round an area without a ticket. It belongs to no ticket: those that were registered on the way have events of their own.
    PatrolRecorded = "patrol.recorded" {
        /// The patrol.
        patrol: PatrolId,
        /// Who went.
        account: AccountId,
        /// For which contractor.
        organisation: Option<OrganisationId>,
        /// In which area; absent: in none.
        area: Option<AreaId>,
        /// What came of it.
        outcome: PatrolOutcome,
        /// The tickets that the person registered for what they found.
        tickets: Vec<TicketId>,
        /// End, as the server estimates it.
        finished_at: Timestamp,
    }

    /// Something that a device sent belongs to nothing that the server knows, or could not be decided; it waits in the office's quarantine.
    /// It belongs to no ticket: what does tells `conflict.opened`.
    MutationQuarantined = "mutation.quarantined" {
        /// The mutation.
        mutation: MutationId,
        /// The device that sent it.
        device: DeviceId,
        /// Whose push it came with.
        account: AccountId,
    }

    /// A ticket went from one status to another.
    TicketStatusChanged = "ticket.status_changed" {
        /// Code that can be said by phone.
        code: String,
        /// Before.
        from: TicketStatus,
        /// After.
        to: TicketStatus,
    }

    /// A test that an administrator asked for; it belongs to no ticket and nobody subscribes to it.
    WebhookPing = "webhook.ping" {
        /// The receiver that is tested.
        webhook: WebhookId,
    }
}

impl EventKind {
    /// Whether a receiver may subscribe to it.
    #[must_use]
    pub const fn is_subscribable(self) -> bool {
        !matches!(self, Self::WebhookPing)
    }
}
