//! Areas and their boundaries in the database.

use crate::{
    schema,
    sql::{Json, db_error},
    tx::Tx,
};
use bazdid_domain::area::{Area, AreaKind, AreaShape};
use bazdid_protocol::{
    error::Result,
    ids::{AreaId, AreaShapeId},
    time::Timestamp,
};
use diesel::prelude::*;
use serde_json::Value;

record! {
    /// Row of `areas`.
    AreaRow of areas, id: AreaId {
        rev: i64,
        code: String,
        kind: AreaKind,
        parent_id: Option<AreaId>,
        name_fa: String,
        name_en: String,
        updated_at: Timestamp,
    }
}

impl From<&Area> for AreaRow {
    fn from(e: &Area) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            code: e.code.clone(),
            kind: e.kind,
            parent_id: e.parent_id,
            name_fa: e.name_fa.clone(),
            name_en: e.name_en.clone(),
            updated_at: e.updated_at,
        }
    }
}

impl From<AreaRow> for Area {
    fn from(r: AreaRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            code: r.code,
            kind: r.kind,
            parent_id: r.parent_id,
            name_fa: r.name_fa,
            name_en: r.name_en,
            updated_at: r.updated_at,
        }
    }
}

record! {
    /// Row of `area_shapes`.
    AreaShapeRow of area_shapes, id: AreaShapeId {
        area_id: AreaId,
        valid_from: Timestamp,
        valid_to: Option<Timestamp>,
        geometry: Json<Value>,
        vertices: i64,
        source: String,
    }
}

impl From<&AreaShape> for AreaShapeRow {
    fn from(e: &AreaShape) -> Self {
        Self {
            id: e.id,
            area_id: e.area_id,
            valid_from: e.valid_from,
            valid_to: e.valid_to,
            geometry: Json(e.geometry.clone()),
            vertices: e.vertices,
            source: e.source.clone(),
        }
    }
}

impl From<AreaShapeRow> for AreaShape {
    fn from(r: AreaShapeRow) -> Self {
        Self {
            id: r.id,
            area_id: r.area_id,
            valid_from: r.valid_from,
            valid_to: r.valid_to,
            geometry: r.geometry.0,
            vertices: r.vertices,
            source: r.source,
        }
    }
}

entity_store!(Area, AreaRow of areas, find_area(AreaId), list_areas, save_areas);

entity_store!(AreaShape, AreaShapeRow of area_shapes, find_area_shape(AreaShapeId), list_area_shapes, save_area_shapes);

find_by!(Area, AreaRow of areas.code, find_area_by_code);

/// Every version of an area's boundary, the newest first.
///
/// # Errors
/// The database fails.
pub fn list_shapes_of(tx: &mut Tx<'_>, area: AreaId) -> Result<Vec<AreaShape>> {
    let rows: Vec<AreaShapeRow> = on!(tx, |c| schema::area_shapes::table
        .filter(schema::area_shapes::area_id.eq(area))
        .order(schema::area_shapes::valid_from.desc())
        .select(AreaShapeRow::as_select())
        .load(c))
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Into::into).collect())
}
