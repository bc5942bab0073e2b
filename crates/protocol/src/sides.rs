//! The sides of a conflict: what both had seen (`base`), what stood (`theirs`) and what came (`mine`), typed by what the conflict is
//! about. On the wire and in the database they are three JSON values; [`Sides::read`] finds their type from the kind of the conflict.

mod declare;
#[cfg(feature = "openapi")]
mod schema;
mod shape;

pub use declare::Sides;
#[cfg(feature = "openapi")]
pub use declare::{ConflictBase, ConflictMine, ConflictTheirs};
pub use shape::{
    AnswerSide, DeclineSide, Deferred, EmptySide, EndedEpoch, EndedState, Epoch, EpochRound, EvidenceSide, FieldBase, FieldSide,
    FindingsSide, HeldSide, KnownEpoch, LateSide, LateState, LateVerdict, MeasurementSide, OrderState, PartySide, PhotoSide, ProposalSide,
    QuarantineReason, QuarantinedSide, Recorded, ReliefSide, ReliefState, RoundBase, StandingValues, SubmissionSide, TicketSide,
    VerdictSide, WaitingSide,
};

use std::collections::BTreeSet;

use serde::Deserialize as _;
use serde_json::Value;

use crate::ids::{AccountId, TicketId, WorkEventId};

impl Sides {
    /// `base` as JSON.
    #[must_use]
    pub fn base(&self) -> Value {
        let [base, ..] = self.values();
        base
    }

    /// `theirs` as JSON.
    #[must_use]
    pub fn theirs(&self) -> Value {
        let [_, theirs, _] = self.values();
        theirs
    }

    /// `mine` as JSON.
    #[must_use]
    pub fn mine(&self) -> Value {
        let [.., mine] = self.values();
        mine
    }

    /// The people whose work the sides are about.
    #[must_use]
    pub fn people(&self) -> BTreeSet<AccountId> {
        match self {
            Self::Field { theirs, mine, .. } => BTreeSet::from([theirs.actor, mine.actor]),
            Self::Answers { theirs, mine, .. } => mine.iter().chain([theirs]).map(|s| s.actor).collect(),
            Self::Findings { theirs, mine, .. } => mine.iter().chain([theirs]).map(|s| s.actor).collect(),
            Self::Measurements { theirs, mine, .. } => mine.iter().chain([theirs]).map(|s| s.actor).collect(),
            Self::Late { mine, .. } => mine.iter().map(|s| s.actor).collect(),
            Self::LateVerdicts { mine, .. } => mine.iter().map(|s| s.by).collect(),
            Self::Verdicts { theirs, mine, .. } => [theirs.by, mine.by].into_iter().flatten().collect(),
            Self::Ended { mine, .. } => mine.iter().map(Recorded::person).collect(),
            Self::Declined { theirs, mine, .. } => BTreeSet::from([theirs.actor, mine.actor]),
            Self::Relief { mine, .. } => mine.iter().map(|s| s.actor).collect(),
            Self::EpochUnknown { mine, .. } => mine.iter().map(|s| s.actor).collect(),
            Self::Held { mine, .. } => mine.iter().map(|s| s.actor).collect(),
            Self::PhotoMissing { mine, .. } => BTreeSet::from([mine.actor]),
            Self::Proposal { mine, .. } => BTreeSet::from([mine.by]),
            Self::Tickets { theirs, mine, .. } => [theirs.by, mine.by].into_iter().flatten().collect(),
            Self::Quarantined { .. } | Self::Assignment { .. } => BTreeSet::new(),
            Self::Other { theirs, mine, .. } => [theirs, mine].into_iter().flat_map(named).collect(),
        }
    }

    /// The late reports that they list.
    #[must_use]
    pub fn late_events(&self) -> Vec<WorkEventId> {
        self.late_work().0
    }

    /// Whether they tell of work that two parties did.
    #[must_use]
    pub fn is_double_work(&self) -> bool {
        self.late_work().1
    }

    /// The late reports that they list, and whether another party did the same work.
    fn late_work(&self) -> (Vec<WorkEventId>, bool) {
        match self {
            Self::Late { theirs, mine, .. } => (mine.iter().map(|late| late.event).collect(), theirs.double_work),
            Self::Ended { theirs, mine, .. } => (mine.iter().filter_map(Recorded::event).collect(), theirs.double_work.unwrap_or_default()),
            Self::Field { .. }
            | Self::Answers { .. }
            | Self::Findings { .. }
            | Self::Measurements { .. }
            | Self::LateVerdicts { .. }
            | Self::Verdicts { .. }
            | Self::Declined { .. }
            | Self::Relief { .. }
            | Self::Assignment { .. }
            | Self::EpochUnknown { .. }
            | Self::Quarantined { .. }
            | Self::Held { .. }
            | Self::PhotoMissing { .. }
            | Self::Proposal { .. }
            | Self::Tickets { .. }
            | Self::Other { .. } => (Vec::new(), false),
        }
    }

    /// The two tickets that may be one: the older first.
    #[must_use]
    pub const fn tickets(&self) -> Option<(TicketId, TicketId)> {
        if let Self::Tickets { theirs, mine, .. } = self { Some((theirs.ticket, mine.ticket)) } else { None }
    }
}

/// The people that a side names which no type describes.
fn named(side: &Value) -> Vec<AccountId> {
    match side {
        Value::Array(sides) => sides.iter().flat_map(named).collect(),
        Value::Object(side) => {
            ["actor", "by", "evidence_by"].iter().filter_map(|key| AccountId::deserialize(side.get(*key)?).ok()).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
