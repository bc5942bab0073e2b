//! Where a point lies among the areas.

use crate::ticket::Boundary;
use bazdid_protocol::ids::AreaId;

/// The areas that hold a point, and how clearly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Every area that holds the point, those above included, sorted.
    pub areas: Vec<AreaId>,
    /// The smallest of them, sorted: whose channels carry what lies there.
    pub leaf_areas: Vec<AreaId>,
    /// How clearly the point lies in them.
    pub boundary: Boundary,
}

impl Placement {
    /// Of a point that no area holds.
    #[must_use]
    pub const fn outside() -> Self {
        Self { areas: Vec::new(), leaf_areas: Vec::new(), boundary: Boundary::Outside }
    }
}
