//! Areas: import of outlines, names, what is where.
//!
//! An import is safe to repeat: what is the same stays untouched; an outline that differs begins a new version and closes the old
//! one, so that yesterday's borders stay on record.

use std::collections::{BTreeMap, btree_map::Entry};

use serde_json::json;

use crate::{
    Ctx, change,
    faults::Faults,
    reference_change::{expect_rev, keep, lock},
};
use bazdid_domain::{
    area::{Area, AreaKind, AreaShape},
    geojson::{
        Expected, Fault, FeatureArea, FeatureFault, Reading, multi_polygon,
        overlap::{Outline, Overlap, overlaps},
        to_geojson, vertices,
    },
    reference::ReferenceRows,
};
use bazdid_protocol::{
    error::{Error, FieldError, Result},
    ids::{AreaId, AreaShapeId},
    phrase::Phrase,
};
use bazdid_store::{self as store, Tx};

/// How far from the areas that are known new ones may lie before swapped coordinates are suspected, degrees.
const NEAR_DEGREES: f64 = 3.0;

/// Whether an import is kept or only told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// Keep it.
    Real,
    /// Say what it would do.
    Dry,
}

/// What an import did, or would do. Codes, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AreaImport {
    /// New areas.
    pub created: Vec<String>,
    /// Areas whose name, level or parent changed.
    pub changed: Vec<String>,
    /// Areas that got a new version of their outline.
    pub redrawn: Vec<String>,
    /// Areas that were the same already.
    pub unchanged: usize,
}

/// Where areas of a file are expected: near those that are known.
///
/// # Errors
/// The database fails.
pub fn expected_place(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Expected> {
    let extent = ctx.reference(tx)?.areas.extent(None);
    Ok(extent.map_or(Expected::Anywhere, |[w, s, e, n]| {
        Expected::Near([w - NEAR_DEGREES, s - NEAR_DEGREES, e + NEAR_DEGREES, n + NEAR_DEGREES])
    }))
}

/// Faults of a file as an error whose fields are its features.
#[must_use]
pub fn refused(faults: &[FeatureFault]) -> Error {
    let pointer = |f: &FeatureFault| f.feature.map_or_else(String::new, |n| format!("/features/{n}"));
    let fields = faults.iter().map(|f| FieldError { pointer: pointer(f), detail: f.to_string().into() }).collect();
    Error { detail: Some("nothing was imported".into()), ..Error::invalid(fields) }
}

/// Imports the areas of a file: by code, all or nothing. An area that the file does not name is left as it is, and so is the
/// parent of an area for which the file names none.
///
/// # Errors
/// A parent is unknown or not of a higher level; the database fails.
pub fn import_areas(tx: &mut Tx<'_>, ctx: &Ctx, reading: &Reading, run: Run) -> Result<AreaImport> {
    lock(tx)?;
    let known: BTreeMap<String, Area> = store::area::list_areas(tx)?.into_iter().map(|a| (a.code.clone(), a)).collect();
    let mut current: BTreeMap<AreaId, AreaShape> =
        store::area::list_area_shapes(tx)?.into_iter().filter(|s| s.valid_to.is_none()).map(|s| (s.area_id, s)).collect();

    let mut planned = known.clone();
    for read in &reading.areas {
        planned.entry(read.code.clone()).or_insert_with(|| Area {
            id: ctx.ids.id(ctx.now),
            rev: 0,
            code: read.code.clone(),
            kind: read.kind,
            parent_id: None,
            name_fa: read.name_fa.clone(),
            name_en: read.name_en.clone(),
            updated_at: ctx.now,
        });
    }
    name_and_level(&mut planned, &reading.areas);
    set_parents(&mut planned, &reading.areas).map_err(|faults| refused(&faults))?;

    let (mut done, mut rows) = (AreaImport::default(), ReferenceRows::default());
    for read in &reading.areas {
        let Some(mut area) = planned.get(&read.code).cloned() else { continue };
        let before = known.get(&read.code);
        let is_changed = before != Some(&area);
        let outline = new_outline(ctx, &area, read, current.remove(&area.id))?;
        match (before.is_some(), is_changed, outline.is_empty()) {
            (false, _, _) => done.created.push(read.code.clone()),
            (true, false, true) => done.unchanged += 1,
            (true, true, _) => done.changed.push(read.code.clone()),
            (true, false, false) => {}
        }
        if before.is_some() && !outline.is_empty() {
            done.redrawn.push(read.code.clone());
        }
        rows.shapes.extend(outline);
        if is_changed {
            (area.rev, area.updated_at) = (area.rev + 1, ctx.now);
            rows.areas.push(area);
        }
    }
    // Parents stand before their children: a foreign key looks at once on one of the databases.
    rows.areas.sort_by_key(|a| a.kind);
    if run == Run::Real {
        let detail = |a: &Area| json!({ "code": a.code, "rev": a.rev });
        let mut audit: Vec<_> = rows.areas.iter().map(|a| change::entry(ctx, "area.import", "area", a.id.uuid(), detail(a))).collect();
        audit.extend(rows.shapes.iter().filter(|s| s.valid_to.is_none()).map(|s| {
            change::entry(
                ctx,
                "area.redraw",
                "area",
                s.area_id.uuid(),
                json!({ "shape": s.id, "vertices": s.vertices, "source": s.source }),
            )
        }));
        keep(tx, ctx, &rows, &audit)?;
    }
    Ok(done)
}

/// Areas of one level that overlap: those in force, with the outlines of a file in place of theirs.
///
/// # Errors
/// The database fails.
pub fn list_overlaps(tx: &mut Tx<'_>, planned: &[FeatureArea]) -> Result<Vec<Overlap>> {
    let areas: BTreeMap<AreaId, Area> = store::area::list_areas(tx)?.into_iter().map(|a| (a.id, a)).collect();
    let mut outlines: BTreeMap<String, Outline> = BTreeMap::new();
    for stored in store::area::list_area_shapes(tx)?.into_iter().filter(|s| s.valid_to.is_none()) {
        let Some(area) = areas.get(&stored.area_id) else { continue };
        let unreadable = |e| Error::internal(format!("the stored outline of area {} cannot be read", area.code)).caused_by(e);
        let shape = multi_polygon(&stored.geometry).map_err(unreadable)?;
        outlines.insert(area.code.clone(), Outline { code: area.code.clone(), kind: area.kind, shape });
    }
    for read in planned {
        outlines.insert(read.code.clone(), Outline { code: read.code.clone(), kind: read.kind, shape: read.shape.clone() });
    }
    Ok(overlaps(&outlines.into_values().collect::<Vec<_>>()))
}

fn name_and_level(planned: &mut BTreeMap<String, Area>, read: &[FeatureArea]) {
    for read in read {
        if let Entry::Occupied(mut area) = planned.entry(read.code.clone()) {
            let area = area.get_mut();
            area.name_fa.clone_from(&read.name_fa);
            area.name_en.clone_from(&read.name_en);
            area.kind = read.kind;
        }
    }
}

/// Sets the parents that the file names; every parent must be of a higher level, so there can be no loop.
fn set_parents(planned: &mut BTreeMap<String, Area>, read: &[FeatureArea]) -> Result<(), Vec<FeatureFault>> {
    let mut faults = Vec::new();
    let by_id: BTreeMap<AreaId, (AreaKind, String)> = planned.values().map(|a| (a.id, (a.kind, a.code.clone()))).collect();
    let by_code: BTreeMap<String, AreaId> = planned.values().map(|a| (a.code.clone(), a.id)).collect();
    for read in read {
        let Some(area) = planned.get_mut(&read.code) else { continue };
        let mut fault = |said: String| {
            faults.push(FeatureFault { feature: Some(read.feature), label: Some(read.code.clone()), fault: Fault::Parent(said) });
        };
        if let Some(code) = &read.parent {
            match by_code.get(code) {
                Some(id) => area.parent_id = Some(*id),
                None => fault(format!("there is no area with the code \"{code}\" for a parent, neither in the file nor in the database")),
            }
        }
        if let Some((kind, code)) = area.parent_id.and_then(|p| by_id.get(&p))
            && *kind >= area.kind
        {
            fault(format!("its parent \"{code}\" is a {kind}; the parent of a {} must be of a higher level", area.kind));
        }
    }
    let children = planned.values().filter_map(|a| Some((a, by_id.get(&a.parent_id?)?)));
    for (child, (kind, code)) in children.filter(|(child, (kind, _))| *kind >= child.kind) {
        if !read.iter().any(|r| r.code == child.code) {
            let said = format!("it would become a {kind}, but \"{}\", a {}, lies below it", child.code, child.kind);
            let feature = read.iter().find(|r| r.code == *code).map(|r| r.feature);
            faults.push(FeatureFault { feature, label: Some(code.clone()), fault: Fault::Parent(said) });
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// The rows that a new outline makes: itself and the end of the one before. None if nothing changed.
fn new_outline(ctx: &Ctx, area: &Area, read: &FeatureArea, current: Option<AreaShape>) -> Result<Vec<AreaShape>> {
    let unreadable = |e| Error::internal(format!("the stored outline of area {} cannot be read", area.code)).caused_by(e);
    let mut rows = Vec::new();
    let mut id: AreaShapeId = ctx.ids.id(ctx.now);
    if let Some(mut before) = current {
        if multi_polygon(&before.geometry).map_err(unreadable)? == read.shape {
            return Ok(rows);
        }
        if before.valid_from < ctx.now {
            before.valid_to = Some(ctx.now);
            rows.push(before);
        } else {
            // Drawn twice at the same instant: the first was never in force.
            id = before.id;
        }
    }
    rows.push(AreaShape {
        id,
        area_id: area.id,
        valid_from: ctx.now,
        valid_to: None,
        geometry: to_geojson(&read.shape),
        vertices: vertices(&read.shape),
        source: read.source.clone(),
    });
    Ok(rows)
}

/// What of an area a person may change; outlines come by import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaData {
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
    /// The area above.
    pub parent_id: Option<AreaId>,
}

/// Which areas.
#[derive(Debug, Clone, Copy, Default)]
pub struct AreaFilter {
    /// Of one level.
    pub kind: Option<AreaKind>,
    /// Directly below one area.
    pub parent_id: Option<AreaId>,
}

/// Areas by level and code; few enough for one answer.
///
/// # Errors
/// The database fails.
pub fn list_areas(tx: &mut Tx<'_>, ctx: &Ctx, filter: AreaFilter) -> Result<Vec<Area>> {
    let reference = ctx.reference(tx)?;
    let wanted = |a: &&Area| filter.kind.is_none_or(|k| a.kind == k) && filter.parent_id.is_none_or(|parent| a.parent_id == Some(parent));
    let mut areas: Vec<Area> = reference.areas.list().filter(wanted).cloned().collect();
    areas.sort_by(|a, b| (a.kind, &a.code).cmp(&(b.kind, &b.code)));
    Ok(areas)
}

/// An area.
///
/// # Errors
/// There is none; the database fails.
pub fn get_area(tx: &mut Tx<'_>, id: AreaId) -> Result<Area> {
    store::area::find_area(tx, id)?.ok_or_else(|| Error::not_found("area"))
}

/// The outline of an area that is in force, if it has one of its own.
///
/// # Errors
/// There is no such area; the database fails.
pub fn find_outline(tx: &mut Tx<'_>, ctx: &Ctx, id: AreaId) -> Result<(Area, Option<AreaShape>)> {
    let area = get_area(tx, id)?;
    let shapes = store::area::list_shapes_of(tx, id)?;
    Ok((area, shapes.into_iter().find(|s| s.in_force_at(ctx.now))))
}

/// Changes an area's names and parent.
///
/// # Errors
/// A field is wrong; the area has changed since it was read; there is none; the database fails.
pub fn update_area(tx: &mut Tx<'_>, ctx: &Ctx, id: AreaId, rev: i64, data: &AreaData) -> Result<Area> {
    lock(tx)?;
    let before = get_area(tx, id)?;
    expect_rev(before.rev, rev)?;
    let mut faults = Faults::default();
    faults.name("/name_fa", &data.name_fa);
    faults.name("/name_en", &data.name_en);
    if let Some(parent) = data.parent_id {
        match store::area::find_area(tx, parent)? {
            None => faults.add("/parent_id", "there is no such area"),
            Some(parent) if parent.kind >= before.kind => {
                faults.add(
                    "/parent_id",
                    Phrase::with(
                        "is a {kind}; the parent of a {child} must be of a higher level",
                        &[("kind", &parent.kind), ("child", &before.kind)],
                    ),
                );
            }
            Some(_) => {}
        }
    }
    faults.finish()?;
    let AreaData { name_fa, name_en, parent_id } = data.clone();
    let area = Area { name_fa, name_en, parent_id, ..before.clone() };
    if area == before {
        return Ok(area);
    }
    let area = Area { rev: before.rev + 1, updated_at: ctx.now, ..area };
    let audit = [change::entry(ctx, "area.update", "area", id.uuid(), json!({ "code": area.code, "rev": area.rev }))];
    keep(tx, ctx, &ReferenceRows { areas: vec![area.clone()], ..ReferenceRows::default() }, &audit)?;
    Ok(area)
}
