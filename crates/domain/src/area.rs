//! Areas: city → region → district, with boundaries that change over time.

use serde_json::Value;

pub use bazdid_protocol::words::area::AreaKind;
use bazdid_protocol::{
    ids::{AreaId, AreaShapeId},
    time::Timestamp,
};

/// An area, stable over changes of its boundary.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Identity.
    pub id: AreaId,
    /// Revision.
    pub rev: i64,
    /// Code, unique.
    pub code: String,
    /// Level.
    pub kind: AreaKind,
    /// The area that it is part of.
    pub parent_id: Option<AreaId>,
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
    /// Last change.
    pub updated_at: Timestamp,
}

/// One version of an area's boundary, in force during `[valid_from, valid_to)`.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaShape {
    /// Identity.
    pub id: AreaShapeId,
    /// Whose boundary it is.
    pub area_id: AreaId,
    /// First instant of validity.
    pub valid_from: Timestamp,
    /// First instant after validity.
    pub valid_to: Option<Timestamp>,
    /// GeoJSON `MultiPolygon`, WGS84, longitude first.
    pub geometry: Value,
    /// Number of vertices.
    pub vertices: i64,
    /// Where the outline is from, with its licence; `synthetic` if it was made.
    pub source: String,
}

impl AreaShape {
    /// Whether the boundary is in force at an instant: `[valid_from, valid_to)`.
    #[must_use]
    pub fn in_force_at(&self, at: Timestamp) -> bool {
        self.valid_from <= at && self.valid_to.is_none_or(|end| at < end)
    }
}
