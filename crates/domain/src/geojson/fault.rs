//! What can be wrong with a file of areas, in sentences that say where and what would be right.

use std::fmt;

/// Names a ring of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct RingName {
    /// Which polygon, from 0.
    pub part: usize,
    /// Which hole of it, from 0; absent: the outer ring.
    pub hole: Option<usize>,
}

impl fmt::Display for RingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.hole {
            None => write!(f, "the outer ring of polygon {}", self.part + 1),
            Some(hole) => write!(f, "hole {} of polygon {}", hole + 1, self.part + 1),
        }
    }
}

/// What is wrong with a shape.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GeometryFault {
    /// No geometry at all.
    #[error("it has no geometry")]
    Missing,
    /// Not an area.
    #[error("its geometry is a {0}; an area needs a Polygon or MultiPolygon")]
    Kind(String),
    /// No list of numbers where one must be.
    #[error("its coordinates are not lists of finite numbers")]
    NoCoordinates,
    /// A polygon without points.
    #[error("its geometry is empty")]
    Empty,
    /// Fewer than three corners.
    #[error("{0} has fewer than three corners")]
    TooFewPoints(RingName),
    /// Does not end where it began.
    #[error("{0} is not closed: its last position must equal its first")]
    Unclosed(RingName),
    /// Swapped, as the ranges show.
    #[error("the order of coordinates is wrong: [{0}, {1}] has the latitude first; GeoJSON wants [longitude, latitude]")]
    LatitudeFirst(f64, f64),
    /// Swapped, as the expected place shows.
    #[error(
        "the order of coordinates seems wrong: it lies near [{0}, {1}], but exactly where it is expected if longitude and latitude are swapped; GeoJSON wants [longitude, latitude]"
    )]
    SwappedAgainstExpected(f64, f64),
    /// Far from where it should be.
    #[error("it lies near [{0}, {1}] (longitude, latitude), outside the expected box")]
    Elsewhere(f64, f64),
    /// Metres of some projection, most likely.
    #[error("[{0}, {1}] is no longitude and latitude in degrees; convert the file to WGS84 (EPSG:4326) first")]
    NotDegrees(f64, f64),
    /// A ring crosses or touches itself, or two rings cross.
    #[error("{}", crossing(*.one, *.other, *.near))]
    Crossing {
        /// A ring.
        one: RingName,
        /// The same or another.
        other: RingName,
        /// Where: longitude, latitude.
        near: (f64, f64),
    },
    /// A hole that is none.
    #[error("{0} lies outside its outer ring")]
    HoleOutside(RingName),
    /// Wider than half the globe, which no area of a city is.
    #[error(
        "{0} is more than 180° wide: it crosses the date line, so that it reads as everything but the area; \
         cut it at 180° into two polygons of one MultiPolygon, as RFC 7946 has it"
    )]
    DateLine(RingName),
    /// One lies in the other.
    #[error("{one} lies inside {other}")]
    Overlap {
        /// A ring.
        one: RingName,
        /// Another of the same kind.
        other: RingName,
    },
}

fn crossing(one: RingName, other: RingName, near: (f64, f64)) -> String {
    let what = if one == other { format!("{one} crosses or touches itself") } else { format!("{one} and {other} cross or share an edge") };
    format!("{what} near [{:.6}, {:.6}] (longitude, latitude)", near.0, near.1)
}

/// What is wrong with a file or one of its features.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fault {
    /// The shape.
    #[error("{0}")]
    Geometry(#[from] GeometryFault),
    /// Larger than is read.
    #[error("the file has {bytes} bytes; at most {max} are read. Simplify the outlines or split the file")]
    TooLarge {
        /// So large it is.
        bytes: usize,
        /// So large it may be.
        max: usize,
    },
    /// No JSON; NaN and numbers beyond any range are none.
    #[error("it is not valid JSON: {0}")]
    NotJson(String),
    /// Some other JSON.
    #[error("it is not a GeoJSON FeatureCollection or Feature")]
    NotGeoJson,
    /// No feature that could be an area.
    #[error("the file holds no area")]
    NoAreas,
    /// Not WGS84.
    #[error("the file's coordinate reference system is {0}; only WGS84 (CRS84, EPSG:4326) is read, convert it first")]
    Crs(String),
    /// A property that must be there.
    #[error("the property \"{0}\" is missing or empty")]
    Property(String),
    /// Not a level.
    #[error("{0}")]
    Kind(#[from] bazdid_protocol::text_enum::UnknownWord),
    /// Twice the same.
    #[error("the code \"{code}\" was used by feature {first} already")]
    Duplicate {
        /// The code.
        code: String,
        /// Position of the feature that has it first, from 0.
        first: usize,
    },
    /// A text that cannot be kept.
    #[error("the property \"{0}\" is too long or holds a control character")]
    Text(String),
    /// A parent that is not there, or a loop.
    #[error("{0}")]
    Parent(String),
}

/// A fault and the feature that has it.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureFault {
    /// Position in the file, from 0; absent: the file itself.
    pub feature: Option<usize>,
    /// Code or name of the feature, as far as it has one.
    pub label: Option<String>,
    /// What is wrong.
    pub fault: Fault,
}

impl fmt::Display for FeatureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.feature, &self.label) {
            (Some(n), Some(label)) => write!(f, "feature {n} ({label}): {}", self.fault),
            (Some(n), None) => write!(f, "feature {n}: {}", self.fault),
            (None, _) => write!(f, "{}", self.fault),
        }
    }
}

impl std::error::Error for FeatureFault {}
