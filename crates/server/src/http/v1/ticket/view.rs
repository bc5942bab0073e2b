//! Tickets as they are answered.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::v1::{round::RoundView, ticket::schema, work_order::WorkOrderView};
use bazdid_domain::{
    category::{Hazard, Priority},
    duplicate::{Likeness, Suggestion},
    personal::is_marked,
    ticket::{Boundary, PointSource, StatusChange, Ticket, TicketOrigin, TicketStatus},
    ticket_history::{Writer, Written},
    unit_of_work::{Entity, Table},
    wire,
};
use bazdid_protocol::{
    error::{Error, Result},
    geo::Point,
    ids::{AccountId, AreaId, CategoryId, DeviceId, TicketId, WriteId},
    rows::{AnswerRow, ConflictRow, MeasurementRow, NoteRow, PhotoRow, VisitRow, WorkEventRow},
    time::Timestamp,
};
use bazdid_service::{Ctx, summary::References, ticket::Detail, work_order::Shown};
use bazdid_store::Tx;

/// A ticket. Who called is in no answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketView {
    /// Identity.
    pub id: TicketId,
    /// Revision.
    pub rev: i64,
    /// Code that can be said by phone.
    #[schema(example = "0485123976")]
    pub code: String,
    /// What it is about.
    pub category: CategoryId,
    /// The citizen's words.
    pub text: String,
    /// Where, in words.
    #[schema(required = true)]
    pub address_text: Option<String>,
    /// Whether text or address have numbers that look like phones or national ids. They are masked (`•••••••`) for everybody outside the office
    /// and on devices; better take them out.
    pub personal_numbers: bool,
    /// Where.
    pub point: Point,
    /// Where the point came from.
    pub point_source: PointSource,
    /// Every area that holds the point.
    pub areas: Vec<AreaId>,
    /// The smallest of them.
    pub leaf_areas: Vec<AreaId>,
    /// How clearly the point lies in them.
    pub boundary: Boundary,
    /// Priority.
    pub priority: Priority,
    /// Hazard.
    pub hazard: Hazard,
    /// Where it stands.
    pub status: TicketStatus,
    /// Why.
    #[schema(required = true)]
    pub status_reason: Option<String>,
    /// Where it came from.
    pub origin: TicketOrigin,
    /// When the citizen asked.
    pub created_at: Timestamp,
    /// Until when an answer was promised.
    #[schema(required = true)]
    pub promise_at: Option<Timestamp>,
    /// The ticket that it duplicates.
    #[schema(required = true)]
    pub duplicate_of: Option<TicketId>,
    /// How many citizens asked for it.
    pub supporters: i64,
    /// Identity in the system that it was imported from.
    #[schema(required = true)]
    pub source_ref: Option<String>,
    /// Last change.
    pub updated_at: Timestamp,
}

impl From<Ticket> for TicketView {
    fn from(t: Ticket) -> Self {
        Self {
            id: t.id,
            rev: t.rev,
            code: t.code,
            category: t.category_id,
            personal_numbers: is_marked(&t.text) || t.address_text.as_deref().is_some_and(is_marked),
            text: t.text,
            address_text: t.address_text,
            point: t.point,
            point_source: t.point_source,
            areas: t.areas,
            leaf_areas: t.leaf_areas,
            boundary: t.boundary,
            priority: t.priority,
            hazard: t.hazard,
            status: t.status,
            status_reason: t.status_reason,
            origin: t.origin,
            created_at: t.created_at,
            promise_at: t.promise_at,
            duplicate_of: t.duplicate_of,
            supporters: t.supporters,
            source_ref: t.source_ref,
            updated_at: t.updated_at,
        }
    }
}

/// A ticket that may be the same thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestionView {
    /// Which.
    pub ticket: TicketId,
    /// Its code.
    pub code: String,
    /// Its category.
    pub category: CategoryId,
    /// Where it stands.
    pub status: TicketStatus,
    /// How likely.
    pub likeness: Likeness,
    /// Metres between the two.
    pub distance_m: f64,
    /// Hours between the two.
    pub hours_apart: i64,
    /// Share of the words that both have, 0…1.
    pub words_in_common: f64,
}

impl From<Suggestion> for SuggestionView {
    fn from(s: Suggestion) -> Self {
        let Suggestion { ticket, code, category, status, likeness, distance_m, hours_apart, words_in_common } = s;
        Self { ticket, code, category, status, likeness, distance_m, hours_apart, words_in_common }
    }
}

/// A change of a status.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusChangeView {
    /// Before; absent at the creation.
    #[schema(required = true)]
    pub from: Option<TicketStatus>,
    /// After.
    pub to: TicketStatus,
    /// By whom, for the office; absent: the system.
    #[schema(required = true)]
    pub actor: Option<AccountId>,
    /// Why.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl From<&StatusChange> for StatusChangeView {
    fn from(s: &StatusChange) -> Self {
        Self { from: s.from, to: s.to, actor: s.actor, reason: s.reason.clone(), at: s.at }
    }
}

/// Who wrote the value that stands instead of another.
#[derive(Debug, Serialize, ToSchema)]
pub struct WriterView {
    /// The command; absent: not known.
    #[schema(required = true)]
    pub mutation: Option<WriteId>,
    /// The person; absent: not for the reader to know.
    #[schema(required = true)]
    pub actor: Option<AccountId>,
    /// The device; absent: the office, or not known.
    #[schema(required = true)]
    pub device: Option<DeviceId>,
    /// When.
    pub at: Timestamp,
}

impl From<&Writer> for WriterView {
    fn from(w: &Writer) -> Self {
        Self { mutation: w.mutation, actor: w.actor, device: w.device, at: w.at }
    }
}

/// A value that was written more than once: what stands, and what does not.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValueView {
    /// What was written: `text`, `address_text`, `point`, `category`, or `note`, `visit_outcome`, `answer`, `findings`.
    #[schema(example = "text")]
    pub field: &'static str,
    /// The row that has the value, if it is not the ticket: a note, a visit, an answer or a work event.
    #[schema(required = true)]
    pub row: Option<Uuid>,
    /// The value, as in the command that wrote it: a text, a point, an id or the answer of a checklist, so it may be any JSON.
    pub value: Value,
    /// The command; absent: not known.
    #[schema(required = true)]
    pub mutation: Option<WriteId>,
    /// The person; absent: not for the reader to know.
    #[schema(required = true)]
    pub actor: Option<AccountId>,
    /// The device; absent: the office, or not known.
    #[schema(required = true)]
    pub device: Option<DeviceId>,
    /// When.
    pub at: Timestamp,
    /// Who wrote the value that stands instead; absent: this one stands.
    #[schema(required = true)]
    pub overruled_by: Option<WriterView>,
}

impl From<&Written> for ValueView {
    fn from(w: &Written) -> Self {
        Self {
            field: w.field,
            row: w.row.map(|(_, id)| id),
            value: w.value.clone(),
            mutation: w.writer.mutation,
            actor: w.writer.actor,
            device: w.writer.device,
            at: w.writer.at,
            overruled_by: w.overruled_by.as_ref().map(WriterView::from),
        }
    }
}

/// An entry of a ticket's history: a change of its status, or a value that was written (it has a `field`).
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum HistoryView {
    /// A change of the status.
    Status(StatusChangeView),
    /// A value.
    Value(ValueView),
}

impl HistoryView {
    const fn at(&self) -> Timestamp {
        match self {
            Self::Status(status) => status.at,
            Self::Value(value) => value.at,
        }
    }
}

/// A row as the sync carries it, with its revision.
#[derive(Debug, Serialize)]
pub struct Revised<R> {
    /// The row.
    #[serde(flatten)]
    pub row: R,
    /// Revision.
    pub rev: i64,
}

/// A ticket with what lies below it. The rows below are as the sync carries them.
#[derive(Debug, Serialize, ToSchema)]
pub struct DetailView {
    /// The ticket.
    #[serde(flatten)]
    pub ticket: TicketView,
    /// The history of its status and of the values that were written more than once, oldest first.
    pub history: Vec<HistoryView>,
    /// Its work orders.
    pub work_orders: Vec<WorkOrderView>,
    /// Their rounds.
    pub rounds: Vec<RoundView>,
    /// What the field did with the orders.
    #[schema(value_type = Vec<schema::RevisedWorkEvent>)]
    pub work_events: Vec<Revised<WorkEventRow>>,
    /// Who was there.
    #[schema(value_type = Vec<schema::RevisedVisit>)]
    pub visits: Vec<Revised<VisitRow>>,
    /// Notes.
    #[schema(value_type = Vec<schema::RevisedNote>)]
    pub notes: Vec<Revised<NoteRow>>,
    /// What was measured.
    #[schema(value_type = Vec<schema::RevisedMeasurement>)]
    pub measurements: Vec<Revised<MeasurementRow>>,
    /// Answers to checklists.
    #[schema(value_type = Vec<schema::RevisedAnswer>)]
    pub answers: Vec<Revised<AnswerRow>>,
    /// Photos with their verdicts.
    #[schema(value_type = Vec<schema::RevisedPhoto>)]
    pub photos: Vec<Revised<PhotoRow>>,
    /// What a person must decide or has decided.
    #[schema(value_type = Vec<schema::RevisedConflict>)]
    pub conflicts: Vec<Revised<ConflictRow>>,
}

impl DetailView {
    /// What somebody may read of a ticket.
    ///
    /// # Errors
    /// The ticket is not in its own unit of work; the database fails.
    pub fn new(tx: &mut Tx<'_>, ctx: &Ctx, detail: &Detail, id: TicketId) -> Result<Self> {
        fn rows<E: Entity, R>(table: &Table<E>, detail: &Detail, wire: fn(&E) -> R) -> Vec<Revised<R>> {
            let shown = table.iter().filter(|row| detail.shows(E::KIND, row.id().uuid()));
            shown.map(|row| Revised { row: wire(row), rev: row.rev() }).collect()
        }
        let unit = &detail.unit;
        let shows = |kind, id: Uuid| detail.shows(kind, id);
        let orders: Vec<_> = unit.work_orders.iter().filter(|o| shows("work_order", o.id.uuid())).collect();
        let rounds: Vec<_> = unit.rounds.iter().filter(|r| shows("round", r.id.uuid())).collect();
        let names = References::of(orders.iter().copied()).and(rounds.iter().copied()).look_up(tx, ctx)?;
        let changes = detail.history.iter().map(StatusChangeView::from).map(HistoryView::Status);
        let values = detail.values.iter().map(ValueView::from).map(HistoryView::Value);
        let mut history: Vec<HistoryView> = changes.chain(values).collect();
        history.sort_by_key(HistoryView::at);
        Ok(Self {
            ticket: unit.tickets.get(id).cloned().ok_or_else(|| Error::not_found("ticket"))?.into(),
            history,
            work_orders: orders
                .into_iter()
                .map(|o| WorkOrderView::as_read(Shown::within(unit, o.clone()), &names, detail.is_office()))
                .collect::<Result<_>>()?,
            rounds: rounds.into_iter().map(|r| RoundView::new(r.clone(), &names)).collect::<Result<_>>()?,
            work_events: rows(&unit.work_events, detail, wire::work_event),
            visits: rows(&unit.visits, detail, wire::visit),
            notes: rows(&unit.notes, detail, |n| NoteRow { text: n.text.clone(), ..wire::note(n) }),
            measurements: rows(&unit.measurements, detail, wire::measurement),
            answers: rows(&unit.answers, detail, wire::answer),
            photos: rows(&unit.photos, detail, wire::photo),
            conflicts: rows(&unit.conflicts, detail, wire::conflict),
        })
    }
}
