//! Reading areas from GeoJSON: each fault is precise and names its feature.
//!
//! Takes bytes, gives features or faults; knows nothing of files or the database. Longitude comes first, the datum is WGS84
//! (RFC 7946). Points in the file (labels) are told of and left out; everything else must be an area.

pub mod fault;
pub mod overlap;
mod read;
pub mod repair;
mod validity;

pub use fault::{Fault, FeatureFault, GeometryFault, RingName};
use geo::{Coord, LineString, MultiPolygon, Polygon};
pub use read::{Expected, FeatureArea, Invalid, MAX_BYTES, Names, Reading, Repaired, Skipped, count_features, read_areas, read_areas_with};
use serde_json::{Value, json};
pub use validity::check;

/// The polygons of a GeoJSON `Polygon` or `MultiPolygon`; heights are dropped.
///
/// # Errors
/// It is no polygon, a ring is not closed or too short, or a coordinate is no longitude and latitude.
pub fn multi_polygon(geometry: &Value) -> Result<MultiPolygon<f64>, GeometryFault> {
    let kind = geometry.get("type").and_then(Value::as_str).ok_or(GeometryFault::Missing)?;
    let coordinates = geometry.get("coordinates").and_then(Value::as_array).ok_or(GeometryFault::NoCoordinates)?;
    let parts: Vec<Polygon<f64>> = match kind {
        "Polygon" => vec![polygon(coordinates, 0)?],
        "MultiPolygon" => coordinates
            .iter()
            .enumerate()
            .map(|(part, rings)| polygon(rings.as_array().ok_or(GeometryFault::NoCoordinates)?, part))
            .collect::<Result<_, _>>()?,
        other => return Err(GeometryFault::Kind(other.to_owned())),
    };
    if parts.is_empty() { Err(GeometryFault::Empty) } else { Ok(MultiPolygon::new(parts)) }
}

fn polygon(rings: &[Value], part: usize) -> Result<Polygon<f64>, GeometryFault> {
    let mut lines = rings.iter().enumerate().map(|(n, ring)| line(ring, RingName { part, hole: n.checked_sub(1) }));
    let shell = lines.next().ok_or(GeometryFault::Empty)??;
    Ok(Polygon::new(shell, lines.collect::<Result<_, _>>()?))
}

fn line(ring: &Value, name: RingName) -> Result<LineString<f64>, GeometryFault> {
    let positions = ring.as_array().ok_or(GeometryFault::NoCoordinates)?;
    let points = positions.iter().map(position).collect::<Result<Vec<_>, _>>()?;
    if points.is_empty() {
        return Err(GeometryFault::Empty);
    }
    if points.first() != points.last() {
        return Err(GeometryFault::Unclosed(name));
    }
    // A triangle that ends where it began.
    if points.len() < 4 {
        return Err(GeometryFault::TooFewPoints(name));
    }
    Ok(LineString::new(points))
}

fn position(value: &Value) -> Result<Coord<f64>, GeometryFault> {
    let numbers = value.as_array().ok_or(GeometryFault::NoCoordinates)?;
    let number = |n: usize| numbers.get(n).and_then(Value::as_f64).filter(|n| n.is_finite()).ok_or(GeometryFault::NoCoordinates);
    let (x, y) = (number(0)?, number(1)?);
    if (-180.0..=180.0).contains(&x) && (-90.0..=90.0).contains(&y) {
        Ok(Coord { x, y })
    } else if (-90.0..=90.0).contains(&x) && (-180.0..=180.0).contains(&y) {
        Err(GeometryFault::LatitudeFirst(x, y))
    } else {
        Err(GeometryFault::NotDegrees(x, y))
    }
}

/// Polygons as a GeoJSON `MultiPolygon`.
#[must_use]
pub fn to_geojson(shape: &MultiPolygon<f64>) -> Value {
    let ring = |line: &LineString<f64>| line.coords().map(|c| json!([c.x, c.y])).collect::<Vec<_>>();
    let part = |p: &Polygon<f64>| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect::<Vec<_>>();
    json!({ "type": "MultiPolygon", "coordinates": shape.iter().map(part).collect::<Vec<_>>() })
}

/// Number of vertices; the closing one of a ring is not counted.
#[must_use]
pub fn vertices(shape: &MultiPolygon<f64>) -> i64 {
    let rings = shape.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    rings.map(|r| i64::try_from(r.0.len()).unwrap_or(i64::MAX).saturating_sub(1)).sum()
}

#[cfg(test)]
mod tests;
