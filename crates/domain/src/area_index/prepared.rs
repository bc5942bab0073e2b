//! One boundary, prepared for many questions: is a point inside, and how far is the border?
//!
//! The edges of all rings are sorted into horizontal bands of equal height; a band holds a copy of every edge that touches it, so
//! a question reads one short run of memory. Inside is decided by the parity of crossings to the east, each crossing and each
//! point on the border by an exact orientation (adaptive precision), so the answer is exact for the coordinates as given. Parity
//! needs no notion of shell and hole, and does not care which way a ring runs.

use geo::{Coord, GeoNum, Kernel as _, LineString, MultiPolygon, Orientation};
use rstar::AABB;

/// Metres in one degree of latitude, on the sphere that [`bazdid_protocol::geo::Point::distance_m`] uses.
pub const METRES_PER_DEGREE: f64 = 111_195.079_734;

/// Edges per band that are aimed at, and the most bands of one boundary.
const EDGES_PER_BAND: usize = 8;
const MAX_BANDS: usize = 8_192;

/// Where a point lies to a boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Inside, not on the border.
    Inside,
    /// Exactly on an edge or vertex.
    Border,
    /// Outside, or in a hole.
    Outside,
}

#[derive(Debug, Clone, Copy)]
struct Edge {
    a: Coord<f64>,
    b: Coord<f64>,
}

/// A point with what a degree measures there: distances are taken on the plane that touches the Earth at the point, good to
/// 0.1 % within 50 km.
#[derive(Debug, Clone, Copy)]
pub struct Probe {
    /// The point.
    pub at: Coord<f64>,
    metres_per_lon: f64,
}

impl Probe {
    /// A probe at a longitude and latitude.
    #[must_use]
    pub fn new(lon: f64, lat: f64) -> Self {
        Self { at: Coord { x: lon, y: lat }, metres_per_lon: METRES_PER_DEGREE * lat.to_radians().cos().max(1e-9) }
    }

    /// The box of everything within some metres.
    #[must_use]
    pub fn within(&self, metres: f64) -> AABB<[f64; 2]> {
        // A hair more than asked, so that rounding cuts nothing off; nothing more for no reach at all.
        let (x, y) = (metres * 1.000_001 / self.metres_per_lon, metres * 1.000_001 / METRES_PER_DEGREE);
        AABB::from_corners([self.at.x - x, self.at.y - y], [self.at.x + x, self.at.y + y])
    }

    /// Square of the distance to an edge, m².
    fn distance_sq(&self, edge: &Edge) -> f64 {
        let plane = |c: Coord<f64>| ((c.x - self.at.x) * self.metres_per_lon, (c.y - self.at.y) * METRES_PER_DEGREE);
        let ((ax, ay), (bx, by)) = (plane(edge.a), plane(edge.b));
        let (dx, dy) = (bx - ax, by - ay);
        let length = dx * dx + dy * dy;
        let t = if length > 0.0 { (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
        let (x, y) = (ax + t * dx, ay + t * dy);
        x * x + y * y
    }
}

/// A prepared boundary.
#[derive(Debug, Clone)]
pub struct Prepared {
    low: Coord<f64>,
    high: Coord<f64>,
    bands_per_degree: f64,
    /// Where each band begins in `edges`; one more than there are bands.
    starts: Vec<usize>,
    edges: Vec<Edge>,
}

impl Prepared {
    /// Prepares a boundary; absent if it has no edge or a coordinate that is no number.
    #[must_use]
    pub fn new(shape: &MultiPolygon<f64>) -> Option<Self> {
        let rings = || shape.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
        let edges: Vec<Edge> = rings().flat_map(LineString::lines).map(|l| Edge { a: l.start, b: l.end }).collect();
        let first = edges.first()?.a;
        let (mut low, mut high) = (first, first);
        for end in edges.iter().flat_map(|e| [e.a, e.b]) {
            if !end.x.is_finite() || !end.y.is_finite() {
                return None;
            }
            low = Coord { x: low.x.min(end.x), y: low.y.min(end.y) };
            high = Coord { x: high.x.max(end.x), y: high.y.max(end.y) };
        }
        let bands = (edges.len() / EDGES_PER_BAND).clamp(1, MAX_BANDS);
        let height = high.y - low.y;
        let bands_per_degree = if height > 0.0 { float(bands) / height } else { 0.0 };
        let mut prepared = Self { low, high, bands_per_degree, starts: vec![0; bands + 1], edges: Vec::new() };
        prepared.fill(&edges);
        Some(prepared)
    }

    /// The box around it.
    #[must_use]
    pub fn bounds(&self) -> AABB<[f64; 2]> {
        AABB::from_corners([self.low.x, self.low.y], [self.high.x, self.high.y])
    }

    /// Sorts the edges into their bands.
    fn fill(&mut self, edges: &[Edge]) {
        let mut placed: Vec<(usize, Edge)> = Vec::with_capacity(edges.len() * 2);
        for edge in edges {
            let (from, to) = (self.band(edge.a.y.min(edge.b.y)), self.band(edge.a.y.max(edge.b.y)));
            placed.extend((from..=to).map(|band| (band, *edge)));
        }
        placed.sort_by_key(|(band, _)| *band);
        for (band, start) in self.starts.iter_mut().enumerate() {
            *start = placed.partition_point(|(of, _)| *of < band);
        }
        self.edges = placed.into_iter().map(|(_, edge)| edge).collect();
    }

    /// The band of a latitude; those below and above the boundary count to the first and last. Never decreases with the latitude,
    /// so an edge lies in every band between those of its ends.
    fn band(&self, y: f64) -> usize {
        whole((y - self.low.y) * self.bands_per_degree).min(self.starts.len().saturating_sub(2))
    }

    fn edges_of(&self, from: usize, to: usize) -> &[Edge] {
        let begin = self.starts.get(from).copied().unwrap_or_default();
        let end = self.starts.get(to + 1).copied().unwrap_or_default();
        self.edges.get(begin..end).unwrap_or_default()
    }

    /// Whether a point is inside, exactly.
    #[must_use]
    pub fn side(&self, at: Coord<f64>) -> Side {
        if !(self.low.x <= at.x && at.x <= self.high.x && self.low.y <= at.y && at.y <= self.high.y) {
            return Side::Outside;
        }
        let band = self.band(at.y);
        let mut inside = false;
        for Edge { a, b } in self.edges_of(band, band) {
            if (a.y > at.y) == (b.y > at.y) {
                // Does not pass the latitude from one side to the other; the point may be its end or lie on it.
                if (a.y == at.y && a.x == at.x) || (a.y == at.y && b.y == at.y && (a.x > at.x) != (b.x > at.x)) {
                    return Side::Border;
                }
            } else if a.x < at.x && b.x < at.x {
                // Passes in the west.
            } else if a.x > at.x && b.x > at.x {
                inside = !inside;
            } else {
                match <f64 as GeoNum>::Ker::orient2d(*a, *b, at) {
                    Orientation::Collinear => return Side::Border,
                    // The point is left of an edge that runs north: it passes in the east.
                    Orientation::CounterClockwise => inside ^= b.y > a.y,
                    Orientation::Clockwise => inside ^= b.y < a.y,
                }
            }
        }
        if inside { Side::Inside } else { Side::Outside }
    }

    /// Distance to the border, metres, if it is less than `reach_m`.
    #[must_use]
    pub fn border_within(&self, probe: &Probe, reach_m: f64) -> Option<f64> {
        let reach = probe.within(reach_m);
        let ([west, south], [east, north]) = (reach.lower(), reach.upper());
        // Not a number anywhere: no.
        if !(west <= self.high.x && east >= self.low.x && south <= self.high.y && north >= self.low.y) {
            return None;
        }
        let mut nearest = reach_m * reach_m;
        let mut found = false;
        for edge in self.edges_of(self.band(south), self.band(north)) {
            let Edge { a, b } = edge;
            if (a.x < west && b.x < west) || (a.x > east && b.x > east) || (a.y < south && b.y < south) || (a.y > north && b.y > north) {
                continue;
            }
            let distance = probe.distance_sq(edge);
            if distance < nearest {
                (nearest, found) = (distance, true);
            }
        }
        found.then(|| nearest.sqrt())
    }
}

#[expect(clippy::as_conversions, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "f64 to usize saturates, NaN is 0")]
fn whole(value: f64) -> usize {
    value as usize
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a number of bands is far below 2^52")]
fn float(value: usize) -> f64 {
    value as f64
}
