//! How far two positions are from one another, against what their accuracies allow.

use serde_json::{Value, json};

use crate::photo::VerdictResult;
use bazdid_protocol::geo::Point;

/// How far two positions are from one another, and how far they may be.
pub(super) struct Apart {
    /// Along the ellipsoid.
    pub distance_m: f64,
    /// With the accuracies that are stated.
    pub allowed_m: f64,
    /// With the worst that the others may be.
    pub at_most_m: f64,
}

impl Apart {
    /// Two positions that may lie `slack_m` apart beside their accuracies; one that is not stated may be `unstated_m`.
    pub(super) fn of(a: &Point, b: &Point, slack_m: f64, unstated_m: f64) -> Self {
        let with = |unstated: f64| slack_m + a.accuracy_m.unwrap_or(unstated) + b.accuracy_m.unwrap_or(unstated);
        Self { distance_m: a.geodesic_m(b), allowed_m: with(0.0), at_most_m: with(unstated_m) }
    }

    pub(super) fn result(&self) -> VerdictResult {
        if !self.distance_m.is_finite() || !self.at_most_m.is_finite() {
            VerdictResult::Unknown
        } else if self.distance_m <= self.allowed_m {
            VerdictResult::Ok
        } else if self.distance_m <= self.at_most_m {
            VerdictResult::Unknown
        } else {
            VerdictResult::Mismatch
        }
    }

    pub(super) fn figures(&self) -> Value {
        json!({ "distance_m": self.distance_m, "allowed_m": self.allowed_m, "at_most_m": self.at_most_m })
    }
}
