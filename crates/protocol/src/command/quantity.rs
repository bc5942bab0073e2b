//! Quantities of a submission.

use serde_json::Value;

use crate::command::args::Args;

/// A quantity of a submission. It becomes a measurement.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// Code of what was measured.
    pub item: String,
    /// How much.
    pub quantity: f64,
    /// In which unit.
    pub unit: String,
}

/// Entries of `quantities` that are looked at.
pub const MAX_QUANTITIES: usize = 100;

/// The entries of the argument `quantities` of a submission that can be used, and how many cannot.
#[must_use]
pub fn quantities(said: &Value) -> (Vec<Quantity>, usize) {
    let mut warnings = Vec::new();
    let args = serde_json::json!({ "quantities": said });
    let read = Args::new("", &args, &mut warnings).quantities("quantities");
    let entries = said.as_array().map_or(usize::from(!said.is_null()), Vec::len);
    let unread = entries.saturating_sub(read.len());
    (read, unread)
}
