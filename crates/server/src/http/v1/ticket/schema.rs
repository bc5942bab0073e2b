//! How rows with their revision and tickets on a map look in the document.

#![expect(dead_code, reason = "these types are only described, never made")]

use utoipa::ToSchema;

use bazdid_domain::{
    category::{Hazard, Priority},
    ticket::{Boundary, PointSource, TicketOrigin, TicketStatus},
};
use bazdid_protocol::{
    ids::{AreaId, CategoryId, TicketId},
    rows::{AnswerRow, ConflictRow, MeasurementRow, NoteRow, PhotoRow, VisitRow, WorkEventRow},
    time::Timestamp,
};

macro_rules! revised {
    ($($name:ident($row:ty)),+ $(,)?) => {$(
        /// The row as the sync carries it, with its revision.
        #[derive(ToSchema)]
        pub(super) struct $name {
            /// The row.
            #[serde(flatten)]
            row: $row,
            /// Revision.
            rev: i64,
        }
    )+};
}

revised! {
    RevisedWorkEvent(WorkEventRow),
    RevisedVisit(VisitRow),
    RevisedNote(NoteRow),
    RevisedMeasurement(MeasurementRow),
    RevisedAnswer(AnswerRow),
    RevisedPhoto(PhotoRow),
    RevisedConflict(ConflictRow),
}

/// A page of tickets as GeoJSON (RFC 7946).
#[derive(ToSchema)]
#[schema(as = TicketFeatures)]
pub(super) struct Features {
    r#type: FeatureCollectionType,
    /// The tickets.
    features: Vec<Feature>,
    /// The cursor of the next page; `null` at the end.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// `FeatureCollection`.
#[derive(ToSchema)]
enum FeatureCollectionType {
    FeatureCollection,
}

/// A ticket as a feature.
#[derive(ToSchema)]
#[schema(as = TicketFeature)]
struct Feature {
    r#type: FeatureType,
    /// The ticket.
    id: TicketId,
    /// Where it is.
    geometry: PointGeometry,
    /// What it is.
    properties: Properties,
}

/// `Feature`.
#[derive(ToSchema)]
enum FeatureType {
    Feature,
}

/// A point.
#[derive(ToSchema)]
struct PointGeometry {
    r#type: PointType,
    /// Longitude, latitude.
    coordinates: [f64; 2],
}

/// `Point`.
#[derive(ToSchema)]
#[schema(as = PointGeometryType)]
enum PointType {
    Point,
}

/// The ticket's row without what the feature says itself.
#[derive(ToSchema)]
#[schema(as = TicketProperties)]
struct Properties {
    /// Revision.
    rev: i64,
    /// Code that can be said by phone.
    code: String,
    /// What it is about.
    category: CategoryId,
    /// The citizen's words.
    text: String,
    /// Where, in words.
    #[schema(required = true)]
    address_text: Option<String>,
    /// Accuracy of the point, metres.
    #[schema(required = true)]
    accuracy_m: Option<f64>,
    /// Where the point came from.
    point_source: PointSource,
    /// Every area that holds the point.
    areas: Vec<AreaId>,
    /// How clearly the point lies in them.
    boundary: Boundary,
    /// Priority.
    priority: Priority,
    /// Hazard.
    hazard: Hazard,
    /// Where it stands.
    status: TicketStatus,
    /// Why.
    #[schema(required = true)]
    status_reason: Option<String>,
    /// Where it came from.
    origin: TicketOrigin,
    /// When the citizen asked.
    created_at: Timestamp,
    /// Until when an answer was promised.
    #[schema(required = true)]
    promise_at: Option<Timestamp>,
    /// The ticket that it duplicates.
    #[schema(required = true)]
    duplicate_of: Option<TicketId>,
    /// How many citizens asked for it.
    supporters: i64,
}
