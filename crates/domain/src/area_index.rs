//! Which areas hold a point.
//!
//! An R-tree over the boundaries that are in force at one instant, each prepared once. The index is rebuilt when areas change; it
//! is never changed. Answers, in this order:
//!
//! - a point exactly on a border belongs to every area that the border touches: `ambiguous_boundary`;
//! - a point nearer to a border than its accuracy belongs to the areas on both sides: `ambiguous_boundary`;
//! - a point in two smallest areas at once (boundaries that overlap) belongs to both: `ambiguous_boundary`;
//! - a point in a hole is not inside;
//! - a point inside: `clear`;
//! - a point outside everything belongs to the nearest area within the tolerance: `nearest`;
//! - else it belongs to none: `outside`.
//!
//! An area above one that holds the point holds it too, with or without a boundary of its own. A boundary that crosses the 180th
//! meridian must be cut there, as GeoJSON asks.

pub(crate) mod prepared;

use std::collections::{BTreeMap, BTreeSet};

use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};

pub use crate::placement::Placement;
use crate::{
    area::{Area, AreaShape},
    geojson::{GeometryFault, multi_polygon},
    ticket::Boundary,
};
use bazdid_protocol::{geo::Point, ids::AreaId, time::Timestamp};
pub use prepared::METRES_PER_DEGREE;
use prepared::{Prepared, Probe, Side};

/// Distances that differ by less are equal: two areas that share a border are equally near from outside, whatever rounding says.
const SAME_DISTANCE_M: f64 = 0.001;

/// A stored boundary that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the boundary of area {area} cannot be used: {fault}")]
pub struct ShapeFault {
    /// Whose boundary.
    pub area: AreaId,
    /// What is wrong.
    pub fault: GeometryFault,
}

#[derive(Debug, Clone)]
struct Node {
    area: Area,
    /// All that lie above, the nearest first.
    above: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Shape {
    node: usize,
    prepared: Prepared,
}

/// Areas and their boundaries at one instant.
#[derive(Debug, Clone, Default)]
pub struct AreaIndex {
    /// Sorted by id.
    nodes: Vec<Node>,
    shapes: Vec<Shape>,
    tree: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

impl AreaIndex {
    /// An index of areas with the boundaries that are in force at an instant. Boundaries of areas that are not given are left out.
    ///
    /// # Errors
    /// A boundary is no polygon.
    pub fn build(areas: &[Area], shapes: &[AreaShape], at: Timestamp) -> Result<Self, ShapeFault> {
        let sorted: BTreeMap<AreaId, &Area> = areas.iter().map(|a| (a.id, a)).collect();
        let place: BTreeMap<AreaId, usize> = sorted.keys().enumerate().map(|(n, id)| (*id, n)).collect();
        let nodes = sorted.values().map(|area| Node { area: (*area).clone(), above: above(area, &sorted, &place) }).collect();
        let mut prepared = Vec::new();
        for shape in shapes.iter().filter(|s| s.in_force_at(at)) {
            let Some(node) = place.get(&shape.area_id).copied() else { continue };
            let fault = |fault| ShapeFault { area: shape.area_id, fault };
            let polygons = multi_polygon(&shape.geometry).map_err(fault)?;
            prepared.push(Shape { node, prepared: Prepared::new(&polygons).ok_or_else(|| fault(GeometryFault::Empty))? });
        }
        let boxes = prepared.iter().enumerate().map(|(n, s)| {
            let bounds = s.prepared.bounds();
            GeomWithData::new(Rectangle::from_corners(bounds.lower(), bounds.upper()), n)
        });
        let tree = RTree::bulk_load(boxes.collect());
        Ok(Self { nodes, shapes: prepared, tree })
    }

    /// The areas of a point. `tolerance_m`: how far outside everything a point may lie and still be given to the nearest area.
    #[must_use]
    pub fn locate(&self, p: &Point, tolerance_m: f64) -> Placement {
        let probe = Probe::new(p.lon, p.lat);
        let reach_m = p.accuracy_m.filter(|a| a.is_finite()).unwrap_or_default().max(0.0);
        let mut holding = Vec::with_capacity(8);
        let mut doubtful = false;
        for shape in self.touching(&probe.within(reach_m)) {
            let side = shape.prepared.side(probe.at);
            let near_border = side == Side::Border || (reach_m > 0.0 && shape.prepared.border_within(&probe, reach_m).is_some());
            doubtful |= near_border;
            if near_border || side == Side::Inside {
                holding.push(shape.node);
            }
        }
        let boundary = if !holding.is_empty() {
            if doubtful { Boundary::Ambiguous } else { Boundary::Clear }
        } else {
            holding = self.nearest(&probe, tolerance_m);
            if holding.is_empty() { Boundary::Outside } else { Boundary::Nearest }
        };
        self.placement(holding, boundary)
    }

    /// Nodes of the boundaries that are nearest to a point outside all of them.
    fn nearest(&self, probe: &Probe, tolerance_m: f64) -> Vec<usize> {
        if !tolerance_m.is_finite() || tolerance_m <= 0.0 {
            return Vec::new();
        }
        let distances: Vec<(f64, usize)> = self
            .touching(&probe.within(tolerance_m))
            .filter_map(|shape| Some((shape.prepared.border_within(probe, tolerance_m)?, shape.node)))
            .collect();
        let least = distances.iter().map(|(d, _)| *d).fold(f64::INFINITY, f64::min);
        distances.into_iter().filter(|(d, _)| *d <= least + SAME_DISTANCE_M).map(|(_, node)| node).collect()
    }

    fn touching<'s>(&'s self, bounds: &AABB<[f64; 2]>) -> impl Iterator<Item = &'s Shape> {
        self.tree.locate_in_envelope_intersecting(bounds).filter_map(|found| self.shapes.get(found.data))
    }

    /// Adds the areas above and tells which are the smallest.
    fn placement(&self, mut holding: Vec<usize>, boundary: Boundary) -> Placement {
        let mut above: Vec<usize> = holding.iter().filter_map(|n| self.nodes.get(*n)).flat_map(|n| n.above.iter().copied()).collect();
        above.sort_unstable();
        holding.extend_from_slice(&above);
        // Places are in the order of ids.
        holding.sort_unstable();
        holding.dedup();
        let id = |n: &usize| self.nodes.get(*n).map(|n| n.area.id);
        let leaf_areas: Vec<AreaId> = holding.iter().filter(|n| above.binary_search(n).is_err()).filter_map(id).collect();
        let overlap = boundary == Boundary::Clear && leaf_areas.len() > 1;
        let boundary = if overlap { Boundary::Ambiguous } else { boundary };
        Placement { areas: holding.iter().filter_map(id).collect(), leaf_areas, boundary }
    }

    /// All areas below one, without itself, sorted.
    #[must_use]
    pub fn below(&self, a: AreaId) -> Vec<AreaId> {
        let Some(n) = self.place(a) else { return Vec::new() };
        self.nodes.iter().filter(|node| node.area.id != a && node.above.contains(&n)).map(|node| node.area.id).collect()
    }

    /// All areas above one, without itself, the nearest first.
    #[must_use]
    pub fn above(&self, a: AreaId) -> Vec<AreaId> {
        let node = self.place(a).and_then(|n| self.nodes.get(n));
        node.into_iter().flat_map(|n| &n.above).filter_map(|n| self.nodes.get(*n)).map(|n| n.area.id).collect()
    }

    /// An area.
    #[must_use]
    pub fn area(&self, id: AreaId) -> Option<&Area> {
        self.place(id).and_then(|n| self.nodes.get(n)).map(|n| &n.area)
    }

    /// Every area, by id.
    pub fn list(&self) -> impl Iterator<Item = &Area> {
        self.nodes.iter().map(|n| &n.area)
    }

    /// The box around all boundaries of an area (around everything, if absent): west, south, east, north.
    #[must_use]
    pub fn extent(&self, area: Option<AreaId>) -> Option<[f64; 4]> {
        let node = area.map(|a| self.place(a));
        let of = self.shapes.iter().filter(|s| node.is_none_or(|n| n == Some(s.node)));
        of.map(|s| s.prepared.bounds()).map(|b| (b.lower(), b.upper())).fold(None, |all: Option<[f64; 4]>, ([w, s], [e, n])| {
            Some(all.map_or([w, s, e, n], |[aw, a_s, ae, an]| [aw.min(w), a_s.min(s), ae.max(e), an.max(n)]))
        })
    }

    fn place(&self, id: AreaId) -> Option<usize> {
        self.nodes.binary_search_by_key(&id, |n| n.area.id).ok()
    }
}

/// Places of all areas above one, the nearest first. A loop of parents ends where it began.
fn above(area: &Area, all: &BTreeMap<AreaId, &Area>, place: &BTreeMap<AreaId, usize>) -> Vec<usize> {
    let mut seen = BTreeSet::from([area.id]);
    let mut found = Vec::new();
    let mut next = area.parent_id;
    while let Some(parent) = next.filter(|p| seen.insert(*p)) {
        found.extend(place.get(&parent));
        next = all.get(&parent).and_then(|a| a.parent_id);
    }
    found
}

#[cfg(test)]
pub(crate) mod tests;
