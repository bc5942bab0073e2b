//! Points on the Earth and distances between them.

use geo::{Distance as _, Geodesic};
use serde::{Deserialize, Serialize};

/// Mean radius of the Earth (IUGG R1), metres.
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Largest accuracy that is taken for one, metres.
const MAX_ACCURACY_M: f64 = 100_000.0;

/// A WGS84 position as it stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Latitude, degrees north, −90…90.
    pub lat: f64,
    /// Longitude, degrees east, −180…180.
    pub lon: f64,
    /// Radius of 68 % confidence, metres; absent if not known, and 0 is as good as absent.
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
        } else if self.accuracy_m.is_some_and(|a| !a.is_finite() || !(0.0..=MAX_ACCURACY_M).contains(&a)) {
            Some(("accuracy_m", "must be metres, from 0 to 100000"))
        } else {
            None
        }
    }

    /// The position as far as it says anything. Latitude and longitude 0 are what software writes that has no fix: no position. An
    /// accuracy of 0, or one that no receiver has, is what it writes that knows none: not stated.
    #[must_use]
    pub fn fix(&self) -> Option<Self> {
        let is_there = self.lat.is_finite() && self.lon.is_finite() && (self.lat != 0.0 || self.lon != 0.0);
        let accuracy_m = self.accuracy_m.filter(|a| *a > 0.0 && *a <= MAX_ACCURACY_M);
        is_there.then_some(Self { accuracy_m, ..*self })
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
/// So much more is looked through on each side, degrees (a tenth of a millimetre): distances are rounded.
const ROUNDING: f64 = 1e-9;
/// At most so many columns on each side: near a pole a circle crosses all of them.
const COLUMNS: i64 = 32;

/// The cell of a coarse grid that a point lies in.
#[must_use]
pub fn cell(point: &Point) -> i64 {
    at(row(point.lat), column(point.lon))
}

/// The cells in which the points lie that are at most `radius_m` metres (by [`Point::distance_m`]) from a point: below 60° four or fewer
/// for 25 m, six or fewer for 50 m. For up to 50 m complete up to 89° and not over the date line.
#[must_use]
pub fn cells_within(point: &Point, radius_m: f64) -> Vec<i64> {
    let angle = radius_m / EARTH_RADIUS_M;
    let tall = angle.to_degrees() + ROUNDING;
    // The circle's easternmost point lies nearer to the pole than its centre.
    let wide = (angle.sin() / point.lat.to_radians().cos()).min(1.0).asin().to_degrees() + ROUNDING;
    let middle = column(point.lon);
    let west = column(point.lon - wide).max(middle - COLUMNS);
    let east = column(point.lon + wide).min(middle + COLUMNS);
    (row(point.lat - tall)..=row(point.lat + tall)).flat_map(|row| (west..=east).map(move |column| at(row, column))).collect()
}

const fn at(row: i64, column: i64) -> i64 {
    row * CELLS_PER_ROW + column
}

fn row(lat: f64) -> i64 {
    grid((lat + 90.0) * CELLS_PER_DEGREE)
}

fn column(lon: f64) -> i64 {
    grid((lon + 180.0) * CELLS_PER_DEGREE)
}

#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "f64 to i64 saturates, and degrees are small")]
fn grid(value: f64) -> i64 {
    value.floor() as i64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_degree_of_latitude_is_about_111_195_metres() {
        let a = Point { lat: 36.0, lon: 50.0, accuracy_m: None };
        let b = Point { lat: 37.0, lon: 50.0, accuracy_m: None };
        assert!((a.distance_m(&b) - 111_195.0).abs() < 1.0);
    }

    #[test]
    fn what_software_writes_that_knows_nothing_is_no_fix() {
        let at = |lat, lon, accuracy_m| Point { lat, lon, accuracy_m };
        for (point, expected) in [
            (at(36.0, 50.0, Some(5.0)), Some(Some(5.0))),
            (at(36.0, 50.0, Some(100_000.0)), Some(Some(100_000.0))),
            (at(36.0, 0.0, None), Some(None)),
            (at(0.0, 50.0, None), Some(None)),
            (at(36.0, 50.0, Some(0.0)), Some(None)),
            (at(36.0, 50.0, Some(-0.0)), Some(None)),
            (at(36.0, 50.0, Some(-1.0)), Some(None)),
            (at(36.0, 50.0, Some(f64::NAN)), Some(None)),
            (at(36.0, 50.0, Some(f64::INFINITY)), Some(None)),
            (at(36.0, 50.0, Some(100_001.0)), Some(None)),
            (at(0.0, 0.0, Some(5.0)), None),
            (at(-0.0, 0.0, None), None),
            (at(f64::NAN, 50.0, None), None),
        ] {
            let fix = point.fix();
            assert_eq!(fix.map(|f| f.accuracy_m), expected, "{point:?}");
            assert!(fix.is_none_or(|f| (f.lat, f.lon) == (point.lat, point.lon) && f.fix() == Some(f)));
        }
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

    /// The point so many metres from another in a direction, degrees clockwise from north.
    fn destination(from: &Point, metres: f64, bearing: f64) -> Point {
        let (angle, bearing, lat) = (metres / EARTH_RADIUS_M, bearing.to_radians(), from.lat.to_radians());
        let north = lat.sin().mul_add(angle.cos(), lat.cos() * angle.sin() * bearing.cos()).asin();
        let east = (bearing.sin() * angle.sin() * lat.cos()).atan2(lat.sin().mul_add(-north.sin(), angle.cos()));
        Point { lat: north.to_degrees(), lon: from.lon + east.to_degrees(), accuracy_m: None }
    }

    #[test]
    fn few_cells_are_looked_through_for_a_short_way() {
        let middle = Point { lat: 36.250_5, lon: 50.000_5, accuracy_m: None };
        assert_eq!(cells_within(&middle, 25.0), [cell(&middle)]);
        let corner = Point { lat: 36.251, lon: 50.001, accuracy_m: None };
        assert_eq!(cells_within(&corner, 25.0).len(), 4);
        let pole = Point { lat: 90.0, lon: 50.0, accuracy_m: None };
        assert!(cells_within(&pole, 50.0).len() <= 130);
    }

    proptest! {
        #[test]
        fn whoever_is_within_the_way_lies_in_one_of_the_cells(
            lat in -89.0..89.0_f64, lon in -179.0..179.0_f64, on_border in any::<(bool, bool)>(), bearing in 0.0..360.0_f64,
            part in prop_oneof![Just(1.0), 0.0..1.0_f64], radius_m in prop_oneof![Just(25.0), Just(50.0)],
        ) {
            // On the border of a cell a step of any length leads into the next.
            let snap = |degrees: f64, yes: bool| if yes { (degrees * CELLS_PER_DEGREE).round() / CELLS_PER_DEGREE } else { degrees };
            let me = Point { lat: snap(lat, on_border.0), lon: snap(lon, on_border.1), accuracy_m: None };
            let other = destination(&me, radius_m * part, bearing);
            prop_assume!(me.distance_m(&other) <= radius_m);
            let cells = cells_within(&me, radius_m);
            prop_assert!(cells.contains(&cell(&other)), "{me:?} {other:?}");
            prop_assert!(me.lat.abs() > 60.0 || cells.len() <= if radius_m > 25.0 { 6 } else { 4 }, "{}", cells.len());
        }
    }
}
