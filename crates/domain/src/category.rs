//! The catalogue of what citizens ask for.

use serde_json::Value;

use crate::{evidence::thresholds::EvidenceThresholds, organisation::ActiveState};
pub use bazdid_protocol::words::category::{EvidenceNeeds, EvidenceRule, Hazard, Need, NeedLevel, Priority, Step, StepNeeds};
use bazdid_protocol::{
    ids::{CategoryId, ChecklistId, OrganisationId},
    time::Timestamp,
};

/// A category; two levels.
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// Identity.
    pub id: CategoryId,
    /// Revision.
    pub rev: i64,
    /// Code, unique, such as `roads.pothole`.
    pub code: String,
    /// The group that it belongs to; absent for a group.
    pub parent_id: Option<CategoryId>,
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
    /// Other words that callers use, both languages.
    pub synonyms: Vec<String>,
    /// Which organisation answers for it.
    pub owner_id: Option<OrganisationId>,
    /// Hazard level.
    pub hazard: Hazard,
    /// Priority of a new ticket.
    pub default_priority: Priority,
    /// What a submission must bring.
    pub evidence: EvidenceNeeds,
    /// Whether an inspector looks first.
    pub needs_inspection: bool,
    /// Minutes that a contractor has to answer an offer.
    pub accept_minutes: i64,
    /// Minutes from the offer until the work is due.
    pub resolve_minutes: i64,
    /// How far from the ticket's point evidence may be taken, metres, beyond both accuracies.
    pub evidence_radius_m: f64,
    /// How much else evidence may deviate, where that is not as usual.
    pub evidence_thresholds: EvidenceThresholds,
    /// Checklist of a visit.
    pub checklist_id: Option<ChecklistId>,
    /// In use or not.
    pub state: ActiveState,
    /// Last change.
    pub updated_at: Timestamp,
}

impl Category {
    /// Until when an answer is promised to a citizen who asks at an instant.
    #[must_use]
    pub fn promise_of(&self, asked_at: Timestamp) -> Timestamp {
        asked_at.plus_minutes(self.resolve_minutes)
    }
}

/// One version of a checklist; an answer pins the version it was given to.
#[derive(Debug, Clone, PartialEq)]
pub struct Checklist {
    /// Identity of this version.
    pub id: ChecklistId,
    /// Revision.
    pub rev: i64,
    /// Code, the same over versions.
    pub code: String,
    /// Version number.
    pub version: i64,
    /// Items: `[{code, name_fa, name_en, kind}]`.
    pub items: Value,
    /// Last change.
    pub updated_at: Timestamp,
}
