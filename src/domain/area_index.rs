//! Point → areas, in memory.

use std::collections::{BTreeSet, HashMap};

use geo::{Contains as _, MultiPolygon};

use crate::domain::{
    area::{Area, AreaShape},
    geo::Point,
    ids::AreaId,
    placement::Placement,
    ticket::Boundary,
    time::Timestamp,
};

/// A shape that is no outline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the shape of area {area} cannot be read: {why}")]
pub struct ShapeFault {
    /// Whose.
    pub area: AreaId,
    /// Why.
    pub why: String,
}

/// The areas and their outlines in force.
#[derive(Debug, Default)]
pub struct AreaIndex {
    areas: HashMap<AreaId, Area>,
    shapes: Vec<(AreaId, MultiPolygon)>,
}

impl AreaIndex {
    /// The index of the shapes that are valid at an instant.
    ///
    /// # Errors
    /// A stored geometry is no polygon.
    pub fn build(areas: &[Area], shapes: &[AreaShape], at: Timestamp) -> Result<Self, ShapeFault> {
        let shapes = shapes
            .iter()
            .filter(|s| s.valid_from <= at && s.valid_to.is_none_or(|end| at < end))
            .map(|s| {
                let fault = |why: String| ShapeFault { area: s.area_id, why };
                let geometry = serde_json::from_value::<geojson::Geometry>(s.geometry.clone()).map_err(|e| fault(e.to_string()))?;
                let outline = MultiPolygon::try_from(geometry.value).map_err(|e| fault(e.to_string()))?;
                Ok((s.area_id, outline))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { areas: areas.iter().map(|a| (a.id, a.clone())).collect(), shapes })
    }

    /// Where a point lies.
    #[must_use]
    pub fn locate(&self, point: &Point, _tolerance_m: f64) -> Placement {
        let here = geo::Point::new(point.lon, point.lat);
        let mut areas = BTreeSet::new();
        for (area, outline) in &self.shapes {
            if outline.contains(&here) {
                let mut next = Some(*area);
                while let Some(id) = next.filter(|id| areas.insert(*id)) {
                    next = self.areas.get(&id).and_then(|a| a.parent_id);
                }
            }
        }
        let parents: BTreeSet<AreaId> = areas.iter().filter_map(|a| self.areas.get(a).and_then(|a| a.parent_id)).collect();
        let leaf_areas: Vec<AreaId> = areas.difference(&parents).copied().collect();
        let boundary = if areas.is_empty() { Boundary::Outside } else { Boundary::Clear };
        Placement { areas: areas.into_iter().collect(), leaf_areas, boundary }
    }

    /// All areas below one, without itself.
    #[must_use]
    pub fn below(&self, area: AreaId) -> Vec<AreaId> {
        let mut found = BTreeSet::new();
        let mut open = vec![area];
        while let Some(parent) = open.pop() {
            open.extend(self.areas.values().filter(|a| a.parent_id == Some(parent)).map(|a| a.id).filter(|id| found.insert(*id)));
        }
        found.into_iter().collect()
    }

    /// An area by its id.
    #[must_use]
    pub fn area(&self, id: AreaId) -> Option<&Area> {
        self.areas.get(&id)
    }

    /// Every area, in no order.
    pub fn list(&self) -> impl Iterator<Item = &Area> {
        self.areas.values()
    }
}
