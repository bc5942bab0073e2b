//! The rows that devices hold: the same for every reader, without personal data. Section 4 of `api-spec/sync.md` lists them.
//!
//! On the wire a row stands beside its kind ([`WireRow::KIND`]), its id and its revision, so it carries no tag of its own. An absent value
//! is `null`.

#[macro_use]
mod declare;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    geo::Point,
    ids::{
        AccountId, AnswerId, AreaId, AssignmentId, CategoryId, ChecklistId, ConflictId, MeasurementId, NoteId, OrganisationId, PatrolId,
        PhotoId, RoundId, TicketId, VisitId, WorkEventId, WorkOrderId,
    },
    time::Timestamp,
    words::{
        area::AreaKind,
        category::{EvidenceNeeds, Hazard, Priority},
        conflict::{ConflictKind, ConflictStatus, Resolution, Severity},
        organisation::{ActiveState, OrganisationKind},
        photo::{PhotoKind, PhotoState, VerdictResult},
        ticket::{Boundary, PointSource, TicketOrigin, TicketStatus},
        visit::{Audience, MockFlag, PatrolOutcome, VisitKind, VisitOutcome},
        work_order::{Defect, RoundVerdict, Standing, WorkEventKind, WorkOrderKind, WorkOrderState},
    },
};

/// A row as it travels.
pub trait WireRow: Serialize + DeserializeOwned {
    /// The word for its kind: `t` of a change.
    const KIND: &'static str;

    /// The row as JSON.
    fn to_value(&self) -> Value {
        // Rows have no map whose keys are no texts, so this cannot fail.
        serde_json::to_value(self).unwrap_or_default()
    }
}

rows! {
    /// A ticket. Who called is in no row.
    Ticket TicketRow = "ticket" {
        /// Identity.
        id: TicketId,
        /// Code that can be said by phone.
        code: String,
        /// What it is about.
        category: CategoryId,
        /// The citizen's words.
        text: String,
        /// Where, in words.
        address_text: Option<String>,
        /// Where.
        point: Point,
        /// Where the point came from.
        point_source: PointSource,
        /// Every area that contained the point when the ticket was created or moved.
        areas: Vec<AreaId>,
        /// How clearly the point lies in them.
        boundary: Boundary,
        /// Priority; the office's alone.
        priority: Priority,
        /// Hazard, from the category.
        hazard: Hazard,
        /// Where it stands.
        status: TicketStatus,
        /// Coded or free reason of the status.
        status_reason: Option<String>,
        /// Where it came from.
        origin: TicketOrigin,
        /// When the citizen asked.
        created_at: Timestamp,
        /// Until when an answer was promised.
        promise_at: Option<Timestamp>,
        /// The ticket that it duplicates.
        duplicate_of: Option<TicketId>,
        /// How many citizens asked for it.
        supporters: i64,
    }
    /// A work order. Its state is folded by the server from the events of its epoch.
    WorkOrder WorkOrderRow = "work_order" {
        /// Identity.
        id: WorkOrderId,
        /// For which ticket.
        ticket: TicketId,
        /// What is to be done.
        kind: WorkOrderKind,
        /// Where it stands.
        state: WorkOrderState,
        /// Fencing token: raised with each assignment and each round that is returned.
        epoch: i64,
        /// Number of the current round, from 1.
        round: i64,
        /// The current offer.
        assignment: Option<AssignmentId>,
        /// The organisation that holds it.
        organisation: Option<OrganisationId>,
        /// The person that holds it.
        account: Option<AccountId>,
        /// What a submission must bring.
        evidence: EvidenceNeeds,
        /// What a verifier must know: `missing_evidence`, `evidence_mismatch`, `double_work`, `hold_requested`.
        flags: Vec<String>,
        /// When an answer to the offer is due.
        accept_due: Option<Timestamp>,
        /// When the work is due.
        resolve_due: Option<Timestamp>,
        /// The reason of a hold, a cancellation or a failed visit.
        reason: Option<String>,
        /// When a hold is reviewed.
        review_at: Option<Timestamp>,
        /// Findings of an inspection: the arguments of `inspection.submit`.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::InspectionFindings>))]
        findings: Option<Value>,
        /// Creation.
        created_at: Timestamp,
    }
    /// What somebody in the field did with a work order; append-only.
    WorkEvent WorkEventRow = "work_event" {
        /// Identity: the mutation's.
        id: WorkEventId,
        /// Of which work order.
        work_order: WorkOrderId,
        /// Its ticket.
        ticket: TicketId,
        /// The epoch that the author knew.
        epoch: i64,
        /// What was done.
        kind: WorkEventKind,
        /// By whom.
        actor: AccountId,
        /// On which visit.
        visit: Option<VisitId>,
        /// The arguments of the command as the device sent them, whatever of them could be used.
        args: Value,
        /// When, as the server estimates it.
        at: Timestamp,
        /// Whether it counts.
        standing: Standing,
    }
    /// One submission of a work order, to be verified.
    Round RoundRow = "round" {
        /// Identity.
        id: RoundId,
        /// Of which work order.
        work_order: WorkOrderId,
        /// Its ticket.
        ticket: TicketId,
        /// From 1.
        number: i64,
        /// The epoch in which it was submitted.
        epoch: i64,
        /// By whom.
        submitted_by: AccountId,
        /// When, as the server estimates it.
        submitted_at: Timestamp,
        /// What was decided.
        verdict: RoundVerdict,
        /// By whom.
        verdict_by: Option<AccountId>,
        /// When.
        verdict_at: Option<Timestamp>,
        /// Why it was returned.
        defects: Vec<Defect>,
        /// In words.
        note: Option<String>,
        /// When the next attempt is due.
        rework_due: Option<Timestamp>,
        /// Why it was accepted before the bytes of its photos had arrived.
        without_bytes: Option<String>,
    }
    /// The presence of a person at a ticket.
    Visit VisitRow = "visit" {
        /// Identity.
        id: VisitId,
        /// At which ticket.
        ticket: TicketId,
        /// For which work order.
        work_order: Option<WorkOrderId>,
        /// Why.
        kind: VisitKind,
        /// Who.
        actor: AccountId,
        /// Arrival, corrected by the server.
        arrived_at: Timestamp,
        /// Departure, corrected by the server.
        left_at: Option<Timestamp>,
        /// Where.
        point: Option<Point>,
        /// Whether the fix was simulated.
        mock: MockFlag,
        /// Metres to the ticket's point.
        distance_m: Option<f64>,
        /// What came of it.
        outcome: Option<VisitOutcome>,
    }
    /// Text by a person, or by the system.
    Note NoteRow = "note" {
        /// Identity.
        id: NoteId,
        /// On which ticket.
        ticket: TicketId,
        /// On which work order.
        work_order: Option<WorkOrderId>,
        /// By whom; `null`: the system.
        actor: Option<AccountId>,
        /// Who may read it.
        audience: Audience,
        /// The text.
        text: String,
        /// When it was removed.
        removed_at: Option<Timestamp>,
    }
    /// A measured quantity. A correction is another row that supersedes it.
    Measurement MeasurementRow = "measurement" {
        /// Identity.
        id: MeasurementId,
        /// At which ticket.
        ticket: TicketId,
        /// For which work order.
        work_order: Option<WorkOrderId>,
        /// On which visit.
        visit: Option<VisitId>,
        /// Code of what was measured.
        item: String,
        /// How much.
        quantity: f64,
        /// In which unit, such as `m2`, `m`, `t`, `piece`.
        unit: String,
        /// The measurement that it corrects.
        supersedes: Option<MeasurementId>,
        /// By whom.
        actor: AccountId,
    }
    /// An answer to one item of a checklist on one visit.
    Answer AnswerRow = "answer" {
        /// Identity: the mutation's.
        id: AnswerId,
        /// At which ticket.
        ticket: TicketId,
        /// For which work order.
        work_order: Option<WorkOrderId>,
        /// On which visit.
        visit: VisitId,
        /// The version of the checklist.
        checklist: ChecklistId,
        /// Code of the item.
        item: String,
        /// The answer: any JSON that the app understands for the kind of the item.
        value: Value,
        /// By whom.
        actor: AccountId,
        /// `effective`, or `overruled` by a newer answer.
        standing: Standing,
    }
    /// A photo, by the metadata of its capture. How its bytes go up: `api-spec/uploads.md`.
    Photo PhotoRow = "photo" {
        /// Identity.
        id: PhotoId,
        /// Of which ticket.
        ticket: TicketId,
        /// For which work order.
        work_order: Option<WorkOrderId>,
        /// On which visit.
        visit: Option<VisitId>,
        /// What it is meant to show.
        kind: PhotoKind,
        /// Who took it.
        actor: AccountId,
        /// SHA-256 of the bytes, 64 hex digits.
        sha256: String,
        /// Number of bytes.
        bytes: i64,
        /// Media type.
        mime: String,
        /// Pixels across.
        width: Option<i64>,
        /// Pixels down.
        height: Option<i64>,
        /// Capture, corrected by the server.
        captured_at: Timestamp,
        /// Where.
        point: Option<Point>,
        /// Compass direction of the camera, degrees from north, 0…360.
        heading_deg: Option<f64>,
        /// Whether the fix was simulated.
        mock: MockFlag,
        /// Where the bytes are.
        state: PhotoState,
        /// What the checks found. Their figures name thresholds and other people's photos, so they stay at the office.
        verdicts: Vec<PhotoVerdict>,
        /// When it was removed; the declaration is kept.
        removed_at: Option<Timestamp>,
    }
    /// A round through an area without a ticket.
    Patrol PatrolRow = "patrol" {
        /// Identity.
        id: PatrolId,
        /// Who went.
        actor: AccountId,
        /// The area, as they named it; else the smallest in which the round ended or began; `null`: in none.
        area: Option<AreaId>,
        /// Beginning, corrected by the server; `null`: unknown.
        started_at: Option<Timestamp>,
        /// End, corrected by the server.
        finished_at: Timestamp,
        /// Where it began.
        start_point: Option<Point>,
        /// Where it ended.
        end_point: Option<Point>,
        /// Whether the fixes were simulated.
        mock: MockFlag,
        /// What came of it.
        outcome: PatrolOutcome,
        /// The tickets that the person registered for what they found, as the device named them.
        tickets: Vec<TicketId>,
        /// In words.
        note: Option<String>,
    }
    /// Two people's work that the rules do not decide; for the office only. The sides depend on the kind: section 7 of `api-spec/sync.md`.
    Conflict ConflictRow = "conflict" {
        /// Identity.
        id: ConflictId,
        /// Class.
        kind: ConflictKind,
        /// How much it matters.
        severity: Severity,
        /// At which ticket.
        ticket: TicketId,
        /// At which work order.
        work_order: Option<WorkOrderId>,
        /// What both had seen; its members depend on `kind`.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::sides::ConflictBase))]
        base: Value,
        /// What stood; its members depend on `kind`.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::sides::ConflictTheirs))]
        theirs: Value,
        /// What came; its members depend on `kind`. A list where several came.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::sides::ConflictMine))]
        mine: Value,
        /// The first mutation (of measurements, possible duplicates and missing photos: the row).
        mutation: uuid::Uuid,
        /// The second.
        other_mutation: Option<uuid::Uuid>,
        /// What holds until somebody decides.
        default_in_force: String,
        /// Decided or not.
        status: ConflictStatus,
        /// How.
        resolution: Option<Resolution>,
        /// When.
        resolved_at: Option<Timestamp>,
        /// In words.
        note: Option<String>,
        /// When it was raised.
        raised_at: Timestamp,
    }
    /// A category of requests; two levels.
    Category CategoryRow = "category" {
        /// Identity.
        id: CategoryId,
        /// Code, unique, such as `roads.pothole`.
        code: String,
        /// The group that it belongs to; `null` for a group.
        parent: Option<CategoryId>,
        /// Persian name.
        name_fa: String,
        /// English name.
        name_en: String,
        /// Other words that callers use.
        synonyms: Vec<String>,
        /// How dangerous it is while it waits.
        hazard: Hazard,
        /// What a submission must bring.
        evidence: EvidenceNeeds,
        /// Whether an inspector looks first.
        needs_inspection: bool,
        /// What is asked on a visit.
        checklist: Option<ChecklistId>,
        /// Whether it is in use.
        state: ActiveState,
    }
    /// A city, region or district, without its outline.
    Area AreaRow = "area" {
        /// Identity.
        id: AreaId,
        /// Code, unique.
        code: String,
        /// Level.
        kind: AreaKind,
        /// The area that it is part of.
        parent: Option<AreaId>,
        /// Persian name.
        name_fa: String,
        /// English name.
        name_en: String,
    }
    /// An organisation.
    Organisation OrganisationRow = "organisation" {
        /// Identity.
        id: OrganisationId,
        /// Short code, unique.
        code: String,
        /// What it is to the city.
        kind: OrganisationKind,
        /// Persian name.
        name_fa: String,
        /// English name.
        name_en: String,
        /// Whether it is in use.
        state: ActiveState,
    }
    /// One version of a checklist.
    Checklist ChecklistRow = "checklist" {
        /// Identity of this version.
        id: ChecklistId,
        /// Code, the same over versions.
        code: String,
        /// Version number.
        version: i64,
        /// What is asked, in this order.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::openapi::ChecklistItem>))]
        items: Value,
    }
}

/// What a check of a photo found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhotoVerdict {
    /// Which check; `docs/evidence.md` says what each compares.
    pub check: String,
    /// What it found.
    pub result: VerdictResult,
}
