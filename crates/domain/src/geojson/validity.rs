//! Whether a polygon is one: no ring crosses or touches itself, no two rings cross, holes lie inside, parts lie apart.
//!
//! The rule is that of the OGC's simple features. Candidate pairs of edges come from an R-tree, every decision is exact, so an
//! outline of a hundred thousand vertices takes a fraction of a second.

use std::collections::BTreeSet;

use geo::{Coord, GeoNum, Kernel as _, LineString, MultiPolygon, Orientation, Polygon};
use rstar::{AABB, RTree, RTreeObject};

use crate::{
    area_index::prepared::{Prepared, Side},
    geojson::{GeometryFault, RingName},
};

#[derive(Debug, Clone, Copy)]
struct Edge {
    ring: usize,
    /// Position among the edges of its ring.
    at: usize,
    a: Coord<f64>,
    b: Coord<f64>,
}

impl RTreeObject for Edge {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners([self.a.x.min(self.b.x), self.a.y.min(self.b.y)], [self.a.x.max(self.b.x), self.a.y.max(self.b.y)])
    }
}

struct Ring {
    name: RingName,
    points: Vec<Coord<f64>>,
    prepared: Prepared,
}

/// How two edges meet.
enum Meeting {
    Apart,
    /// In one point that is an end of at least one of them.
    Touch(Coord<f64>),
    /// In one point inside both, or in a stretch.
    Cross(Coord<f64>),
}

/// What is wrong with the rings of a polygon, if anything.
///
/// # Errors
/// The first fault that was found.
pub fn check(shape: &MultiPolygon<f64>) -> Result<(), GeometryFault> {
    let rings = rings(shape)?;
    let touching = check_edges(&rings)?;
    for (one, other) in touching {
        if let (Some(one), Some(other)) = (rings.get(one), rings.get(other)) {
            keeps_to_one_side(one, other)?;
            keeps_to_one_side(other, one)?;
        }
    }
    check_nesting(&rings)
}

/// The rings without repeated points.
fn rings(shape: &MultiPolygon<f64>) -> Result<Vec<Ring>, GeometryFault> {
    let mut found = Vec::new();
    for (part, polygon) in shape.iter().enumerate() {
        for (hole, line) in std::iter::once(polygon.exterior()).chain(polygon.interiors()).enumerate() {
            let name = RingName { part, hole: hole.checked_sub(1) };
            let mut points = line.0.clone();
            points.dedup();
            if points.len() < 4 {
                return Err(GeometryFault::TooFewPoints(name));
            }
            let alone = MultiPolygon::new(vec![Polygon::new(LineString::new(points.clone()), Vec::new())]);
            found.push(Ring { name, points, prepared: Prepared::new(&alone).ok_or(GeometryFault::Empty)? });
        }
    }
    Ok(found)
}

/// Looks at every pair of edges that could meet; answers the pairs of rings that touch.
fn check_edges(rings: &[Ring]) -> Result<BTreeSet<(usize, usize)>, GeometryFault> {
    let mut edges = Vec::new();
    for (ring, Ring { points, .. }) in rings.iter().enumerate() {
        edges.extend(points.iter().zip(points.iter().skip(1)).enumerate().map(|(at, (a, b))| Edge { ring, at, a: *a, b: *b }));
    }
    let tree = RTree::bulk_load(edges.clone());
    let mut touching = BTreeSet::new();
    for one in &edges {
        for other in tree.locate_in_envelope_intersecting(&one.envelope()) {
            if (other.ring, other.at) <= (one.ring, one.at) {
                continue;
            }
            let names = || (rings.get(one.ring).map(|r| r.name), rings.get(other.ring).map(|r| r.name));
            match meeting(one, other) {
                Meeting::Apart => {}
                Meeting::Cross(near) => return Err(crossing(names(), near)),
                Meeting::Touch(_) if one.ring != other.ring => {
                    touching.insert((one.ring, other.ring));
                }
                Meeting::Touch(near) => {
                    let last = rings.get(one.ring).map_or(0, |r| r.points.len().saturating_sub(2));
                    let neighbours = other.at == one.at + 1 || (one.at == 0 && other.at == last);
                    if !neighbours {
                        return Err(crossing(names(), near));
                    }
                }
            }
        }
    }
    Ok(touching)
}

fn crossing(names: (Option<RingName>, Option<RingName>), near: Coord<f64>) -> GeometryFault {
    let one = names.0.unwrap_or_default();
    GeometryFault::Crossing { one, other: names.1.unwrap_or(one), near: (near.x, near.y) }
}

fn orient(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> Orientation {
    <f64 as GeoNum>::Ker::orient2d(a, b, c)
}

fn meeting(one: &Edge, other: &Edge) -> Meeting {
    use Orientation::Collinear;
    let (a, b) = (orient(one.a, one.b, other.a), orient(one.a, one.b, other.b));
    let (c, d) = (orient(other.a, other.b, one.a), orient(other.a, other.b, one.b));
    if a == Collinear && b == Collinear {
        return stretch(one, other);
    }
    let in_box =
        |e: &Edge, p: Coord<f64>| e.a.x.min(e.b.x) <= p.x && p.x <= e.a.x.max(e.b.x) && e.a.y.min(e.b.y) <= p.y && p.y <= e.a.y.max(e.b.y);
    let ends = [(a, one, other.a), (b, one, other.b), (c, other, one.a), (d, other, one.b)];
    if let Some((_, _, at)) = ends.into_iter().find(|(side, edge, end)| *side == Collinear && in_box(edge, *end)) {
        return Meeting::Touch(at);
    }
    if a != b && c != d && ![a, b, c, d].contains(&Collinear) {
        return Meeting::Cross(Coord { x: (one.a.x + one.b.x) / 2.0, y: (one.a.y + one.b.y) / 2.0 });
    }
    Meeting::Apart
}

/// Two edges of one line: in how much do they meet? Points of one line are ordered by (x, y).
fn stretch(one: &Edge, other: &Edge) -> Meeting {
    let sorted = |e: &Edge| {
        let (a, b) = ((e.a.x, e.a.y), (e.b.x, e.b.y));
        if a <= b { (a, b) } else { (b, a) }
    };
    let ((from, to), (other_from, other_to)) = (sorted(one), sorted(other));
    let begin = if from >= other_from { from } else { other_from };
    let end = if to <= other_to { to } else { other_to };
    let at = Coord { x: begin.0, y: begin.1 };
    if begin < end {
        Meeting::Cross(at)
    } else if begin == end {
        Meeting::Touch(at)
    } else {
        Meeting::Apart
    }
}

/// Rings that touch in points must not pass through each other there.
fn keeps_to_one_side(one: &Ring, other: &Ring) -> Result<(), GeometryFault> {
    let middles = one.points.iter().zip(one.points.iter().skip(1)).map(|(a, b)| Coord { x: (a.x + b.x) / 2.0, y: (a.y + b.y) / 2.0 });
    let mut first = None;
    for at in one.points.iter().copied().chain(middles) {
        match (other.prepared.side(at), first) {
            (Side::Border, _) => {}
            (side, None) => first = Some(side),
            (side, Some(expected)) if side == expected => {}
            (_, Some(_)) => return Err(crossing((Some(one.name), Some(other.name)), at)),
        }
    }
    Ok(())
}

/// Rings do not cross by now, so one point of a ring that is not on another's border tells where the whole ring lies.
fn check_nesting(rings: &[Ring]) -> Result<(), GeometryFault> {
    let lies = |one: &Ring, other: &Ring| one.points.iter().map(|p| other.prepared.side(*p)).find(|s| *s != Side::Border);
    for one in rings {
        let shell = rings.iter().find(|r| r.name.part == one.name.part && r.name.hole.is_none());
        if let Some(shell) = shell.filter(|_| one.name.hole.is_some())
            && lies(one, shell) == Some(Side::Outside)
        {
            return Err(GeometryFault::HoleOutside(one.name));
        }
        for other in rings.iter().filter(|other| other.name != one.name) {
            let same_kind = one.name.hole.is_some() == other.name.hole.is_some();
            let comparable = if one.name.hole.is_some() { same_kind && one.name.part == other.name.part } else { same_kind };
            // A part inside another is fine where it lies in a hole of that one.
            let in_hole = || {
                let of_other = |r: &&Ring| r.name.part == other.name.part && r.name.hole.is_some();
                rings.iter().filter(of_other).any(|hole| lies(one, hole) == Some(Side::Inside))
            };
            if comparable && lies(one, other) == Some(Side::Inside) && (one.name.hole.is_some() || !in_hole()) {
                return Err(GeometryFault::Overlap { one: one.name, other: other.name });
            }
        }
    }
    Ok(())
}
