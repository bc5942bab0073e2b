//! Areas of one level that cover the same ground: a ticket there belongs to both, and who works on it is chance.

use geo::{Area as _, BooleanOps as _, BoundingRect as _, MultiPolygon};

use crate::area::AreaKind;

/// Share of the smaller area from which on an overlap is told; borders that were drawn by hand never fit exactly.
const TOLD: f64 = 0.01;
/// Share of both from which on two outlines are the same.
const SAME: f64 = 0.999;

/// An area to compare.
#[derive(Debug, Clone)]
pub struct Outline {
    /// Code.
    pub code: String,
    /// Level.
    pub kind: AreaKind,
    /// Outline.
    pub shape: MultiPolygon<f64>,
}

/// Two areas of one level that overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// Code of one.
    pub one: String,
    /// Code of the other.
    pub other: String,
    /// Share of the smaller one that lies in both, 0 to 1.
    pub share: f64,
    /// Whether the outlines are the same.
    pub is_same: bool,
}

impl std::fmt::Display for Overlap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { one, other, share, is_same } = self;
        if *is_same {
            write!(f, "{one} and {other} have the same outline")
        } else {
            write!(f, "{one} and {other} overlap: {:.1} % of the smaller one", share * 100.0)
        }
    }
}

/// Overlaps of areas of one level, in the order of the outlines.
#[must_use]
pub fn overlaps(outlines: &[Outline]) -> Vec<Overlap> {
    let measured: Vec<_> = outlines.iter().filter_map(|o| Some((o, o.shape.bounding_rect()?, o.shape.unsigned_area()))).collect();
    let mut found = Vec::new();
    for (n, (one, bounds, area)) in measured.iter().enumerate() {
        for (other, other_bounds, other_area) in measured.iter().skip(n + 1) {
            let apart = bounds.max().x <= other_bounds.min().x
                || other_bounds.max().x <= bounds.min().x
                || bounds.max().y <= other_bounds.min().y
                || other_bounds.max().y <= bounds.min().y;
            if one.kind != other.kind || apart {
                continue;
            }
            let common = one.shape.intersection(&other.shape).unsigned_area();
            let (share, of_larger) = (common / area.min(*other_area), common / area.max(*other_area));
            if share >= TOLD {
                found.push(Overlap { one: one.code.clone(), other: other.code.clone(), share, is_same: of_larger >= SAME });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Rect, coord};

    fn square(code: &str, kind: AreaKind, west: f64) -> Outline {
        let shape = MultiPolygon::new(vec![Rect::new(coord! { x: west, y: 36.0 }, coord! { x: west + 0.02, y: 36.02 }).to_polygon()]);
        Outline { code: code.to_owned(), kind, shape }
    }

    #[test]
    fn overlaps_of_one_level_are_told_and_neighbours_are_not() {
        let district = |code: &str, west: f64| square(code, AreaKind::District, west);
        let found = overlaps(&[
            district("a", 50.0),
            district("b", 50.01),
            district("c", 50.0),
            district("d", 50.029_999),
            district("e", 51.0),
            square("city", AreaKind::City, 50.0),
        ]);
        let said: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            ["a and b overlap: 50.0 % of the smaller one", "a and c have the same outline", "b and c overlap: 50.0 % of the smaller one"]
        );
    }
}
