//! How rows with their revision and tickets on a map look in the document.

#![expect(dead_code, reason = "these types are only described, never made")]

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::http::v1::lists::TotalView;
use bazdid_protocol::{
    ids::TicketId,
    rows::{AnswerRow, ConflictRow, MeasurementRow, NoteRow, PhotoRow, TicketRow, VisitRow, WorkEventRow},
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
    /// How many tickets there are on all pages; `null` if `total=true` did not ask for it.
    #[schema(required = true)]
    total: Option<TotalView>,
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

/// The ticket's row without what the feature says itself: see `feature` of the use case.
struct Properties;

/// What the feature's properties have beside the row.
#[derive(ToSchema)]
struct Added {
    /// Accuracy of the point, metres.
    #[schema(required = true)]
    accuracy_m: Option<f64>,
    /// Revision.
    rev: i64,
}

impl PartialSchema for Properties {
    fn schema() -> RefOr<Schema> {
        let (RefOr::T(Schema::Object(mut row)), RefOr::T(Schema::Object(added))) = (TicketRow::schema(), Added::schema()) else {
            return TicketRow::schema();
        };
        row.properties.extend(added.properties);
        row.required.extend(added.required);
        for said in ["id", "point"] {
            row.properties.remove(said);
            row.required.retain(|name| name != said);
        }
        row.description = Some("The ticket's row without what the feature says itself.".to_owned());
        row.into()
    }
}

impl ToSchema for Properties {
    fn name() -> Cow<'static, str> {
        "TicketProperties".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        TicketRow::schemas(schemas);
    }
}
