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
    FindingsSide, HeldSide, KnownEpoch, LateSide, LateState, LateVerdict, MeasurementSide, OrderState, PhotoSide, ProposalSide,
    QuarantineReason, QuarantinedSide, Recorded, ReliefSide, ReliefState, RoundBase, StandingValues, SubmissionSide, TicketSide,
    VerdictSide, WaitingSide,
};

use std::collections::BTreeSet;

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
            Self::Quarantined { .. } | Self::Other { .. } => BTreeSet::new(),
        }
    }

    /// The late reports that they list.
    #[must_use]
    pub fn late_events(&self) -> Vec<WorkEventId> {
        match self {
            Self::Late { mine, .. } => mine.iter().map(|late| late.event).collect(),
            Self::Ended { mine, .. } => mine.iter().filter_map(Recorded::event).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether they tell of work that two parties did.
    #[must_use]
    pub const fn is_double_work(&self) -> bool {
        match self {
            Self::Late { theirs, .. } => theirs.double_work,
            Self::Ended { theirs, .. } => matches!(theirs.double_work, Some(true)),
            _ => false,
        }
    }

    /// The two tickets that may be one: the older first.
    #[must_use]
    pub const fn tickets(&self) -> Option<(TicketId, TicketId)> {
        match self {
            Self::Tickets { theirs, mine, .. } => Some((theirs.ticket, mine.ticket)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
