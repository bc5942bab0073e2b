//! Repair of outlines that cross themselves: what a person most likely meant, by the overlay of the library `geo` (i_overlay).
//!
//! Each polygon is what an odd number of its rings' windings enclose: a figure of eight becomes two parts, a spike without width
//! goes, a hole that leaves its outline takes away what it covers. Parts that overlap become one. The result is an outline by the rules
//! of [`check`] or there is none.

use geo::{Area as _, BooleanOps as _, ChamberlainDuquetteArea as _, MultiPolygon};
use serde_json::Value;

use crate::geojson::{check, vertices};

/// How large and how detailed an outline is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// Polygons.
    pub parts: usize,
    /// Vertices, without the closing ones.
    pub vertices: i64,
    /// Area, square kilometres.
    pub km2: f64,
}

impl Extent {
    /// Of a shape.
    #[must_use]
    pub fn of(shape: &MultiPolygon<f64>) -> Self {
        Self { parts: shape.0.len(), vertices: vertices(shape), km2: shape.chamberlain_duquette_unsigned_area() / 1e6 }
    }
}

/// A valid outline in place of a faulty one; nothing if none comes of it.
#[must_use]
pub fn repair(shape: &MultiPolygon<f64>) -> Option<MultiPolygon<f64>> {
    let nothing = MultiPolygon::<f64>::new(Vec::new());
    let whole = shape.iter().map(|part| part.union(&nothing)).fold(nothing.clone(), |all, part| all.union(&part));
    (whole.unsigned_area() > 0.0 && check(&whole).is_ok()).then_some(whole)
}

/// A geometry whose open rings are closed; nothing if none is open.
#[must_use]
pub fn close_rings(geometry: &Value) -> Option<Value> {
    let mut closed = geometry.clone();
    let is_one = geometry.get("type").and_then(Value::as_str) == Some("Polygon");
    let parts = closed.get_mut("coordinates").and_then(Value::as_array_mut)?;
    let mut changed = false;
    let mut close = |rings: &mut Vec<Value>| {
        for ring in rings.iter_mut().filter_map(Value::as_array_mut) {
            if let Some(first) = ring.first().cloned().filter(|first| Some(first) != ring.last()) {
                ring.push(first);
                changed = true;
            }
        }
    };
    if is_one {
        close(parts);
    } else {
        parts.iter_mut().filter_map(Value::as_array_mut).for_each(&mut close);
    }
    changed.then_some(closed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geojson::multi_polygon;
    use serde_json::json;

    fn shape(coordinates: Value) -> MultiPolygon<f64> {
        multi_polygon(&json!({ "type": "MultiPolygon", "coordinates": coordinates })).unwrap()
    }

    #[test]
    fn what_crosses_itself_is_repaired_and_what_is_nothing_is_not() {
        for (coordinates, parts, area) in [
            // A figure of eight.
            (json!([[[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]]), 2, 0.5),
            // A spike without width.
            (json!([[[[0, 0], [2, 0], [1, 0], [1, 1], [0, 0]]]]), 1, 0.5),
            // A hole that leaves its outline.
            (json!([[[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], [[3, 1], [5, 1], [5, 2], [3, 2], [3, 1]]]]), 2, 16.0),
            // Parts that overlap, drawn in opposite directions.
            (json!([[[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]], [[[1, 0], [1, 2], [3, 2], [3, 0], [1, 0]]]]), 1, 6.0),
        ] {
            let faulty = shape(coordinates);
            assert!(check(&faulty).is_err());
            let repaired = repair(&faulty).unwrap();
            assert_eq!(repaired.0.len(), parts, "{faulty:?}");
            assert!((repaired.unsigned_area() - area).abs() < 1e-6, "{}", repaired.unsigned_area());
        }
        assert_eq!(repair(&shape(json!([[[[0, 0], [1, 1], [2, 2], [0, 0]]]]))), None);
    }

    #[test]
    fn open_rings_are_closed() {
        let open = json!({ "type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]] });
        assert_eq!(close_rings(&open).unwrap()["coordinates"], json!([[[0, 0], [1, 0], [1, 1], [0, 0]]]));
        assert_eq!(close_rings(&close_rings(&open).unwrap()), None);
        let parts = json!({ "type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1]]]] });
        assert!(multi_polygon(&close_rings(&parts).unwrap()).is_ok());
    }
}
