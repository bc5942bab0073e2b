//! Points on the Earth and distances between them.

use geo::{Distance as _, Geodesic};
use serde::{Deserialize, Serialize};

/// Mean radius of the Earth (IUGG R1), metres.
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A WGS84 position as it stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Latitude, degrees north, −90…90.
    pub lat: f64,
    /// Longitude, degrees east, −180…180.
    pub lon: f64,
    /// Radius of 68 % confidence, metres; absent if not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<f64>,
}

impl Point {
    /// What is wrong with the numbers, if anything: (field, why).
    #[must_use]
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        if !self.lat.is_finite() || !(-90.0..=90.0).contains(&self.lat) {
            Some(("lat", "must be a latitude in degrees, from -90 to 90"))
        } else if !self.lon.is_finite() || !(-180.0..=180.0).contains(&self.lon) {
            Some(("lon", "must be a longitude in degrees, from -180 to 180"))
        } else if self.accuracy_m.is_some_and(|a| !a.is_finite() || !(0.0..=100_000.0).contains(&a)) {
            Some(("accuracy_m", "must be metres, from 0 to 100000"))
        } else {
            None
        }
    }

    /// Great-circle distance to another point, metres (haversine; within 0.6 % of the geodesic).
    #[must_use]
    pub fn distance_m(&self, other: &Self) -> f64 {
        let (lat1, lat2) = (self.lat.to_radians(), other.lat.to_radians());
        let half_lat = ((other.lat - self.lat).to_radians() / 2.0).sin();
        let half_lon = ((other.lon - self.lon).to_radians() / 2.0).sin();
        let h = half_lat.mul_add(half_lat, lat1.cos() * lat2.cos() * half_lon * half_lon);
        2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
    }

    /// Distance to another point along the WGS84 ellipsoid, metres, to the micrometre (C. F. F. Karney, "Algorithms for geodesics",
    /// J. Geodesy 87, 2013). Some thirty times as dear as [`Point::distance_m`]: for what is held against somebody.
    #[must_use]
    pub fn geodesic_m(&self, other: &Self) -> f64 {
        Geodesic.distance(geo::Point::new(self.lon, self.lat), geo::Point::new(other.lon, other.lat))
    }
}

/// Cells per degree of the grid that finds neighbours: a cell is about 111 m tall.
const CELLS_PER_DEGREE: f64 = 1000.0;
/// Cells in one row of the grid.
const CELLS_PER_ROW: i64 = 360_001;

/// The cell of a coarse grid that a point lies in. Points within 50 m of each other lie in the same cell or in
/// neighbouring ones up to latitude 63°.
#[must_use]
pub fn cell(point: &Point) -> i64 {
    grid((point.lat + 90.0) * CELLS_PER_DEGREE) * CELLS_PER_ROW + grid((point.lon + 180.0) * CELLS_PER_DEGREE)
}

/// The cell of a point and the eight around it.
#[must_use]
pub fn cells_around(point: &Point) -> Vec<i64> {
    let middle = cell(point);
    [-1, 0, 1].into_iter().flat_map(|row| [-1, 0, 1].map(|column| middle + row * CELLS_PER_ROW + column)).collect()
}

#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "f64 to i64 saturates, and degrees are small")]
fn grid(value: f64) -> i64 {
    value.floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_latitude_is_about_111_195_metres() {
        let a = Point { lat: 36.0, lon: 50.0, accuracy_m: None };
        let b = Point { lat: 37.0, lon: 50.0, accuracy_m: None };
        assert!((a.distance_m(&b) - 111_195.0).abs() < 1.0);
    }

    #[test]
    fn geodesics_are_those_of_another_library() {
        // By GeographicLib for Python, `Geodesic.WGS84.Inverse(…)["s12"]`: near and far, over the pole, over the date line, almost
        // on the other side of the Earth.
        for (from, to, expected) in [
            ((36.0, 50.0), (37.0, 50.0), 110_968.304_439_956),
            ((35.5, 50.0), (36.5, 50.0), 110_959.009_650_088),
            ((36.25, 50.0), (36.25, 50.001), 89.878_252_012_863),
            ((35.7, 51.4), (35.700_45, 51.400_45), 64.432_686_623_516),
            ((0.0, 0.0), (0.0, 1.0), 111_319.490_793_274),
            ((89.9, 10.0), (89.9, -170.0), 22_338.795_682_520),
            ((36.25, 179.9999), (36.25, -179.9999), 17.975_650_403_287),
            ((36.25, 50.05), (-36.25, -129.9), 20_003_700.697_353_26),
        ] {
            let [a, b] = [from, to].map(|(lat, lon)| Point { lat, lon, accuracy_m: None });
            assert!((a.geodesic_m(&b) - expected).abs() < 1e-6, "{from:?} {to:?}: {}", a.geodesic_m(&b));
            assert!((a.geodesic_m(&b) - b.geodesic_m(&a)).abs() < 1e-6 && a.geodesic_m(&a) == 0.0);
        }
    }
}
