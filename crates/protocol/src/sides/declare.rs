//! Which sides the conflicts of a kind have.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    sides::shape::{
        AnswerSide, DeclineSide, EmptySide, EndedEpoch, EndedState, Epoch, EpochRound, FieldBase, FieldSide, FindingsSide, HeldSide,
        KnownEpoch, LateSide, LateState, LateVerdict, MeasurementSide, OrderState, PartySide, PhotoSide, ProposalSide, QuarantineReason,
        QuarantinedSide, Recorded, ReliefSide, ReliefState, RoundBase, StandingValues, SubmissionSide, TicketSide, VerdictSide,
        WaitingSide,
    },
    words::conflict::ConflictKind,
};

/// The JSON of a side. No side has a map whose keys are no texts, so this cannot fail.
fn to_value<T: Serialize>(side: &T) -> Value {
    serde_json::to_value(side).unwrap_or_default()
}

fn from_value<T: DeserializeOwned>(side: &Value) -> Option<T> {
    T::deserialize(side).ok()
}

macro_rules! sides {
    ($($(#[$meta:meta])* $name:ident of $($kind:ident)|+ { $base:ty, $theirs:ty, $mine:ty })+) => {
        /// What the sides of a conflict say.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Sides {
            $(
                $(#[$meta])*
                $name {
                    /// What both had seen.
                    base: $base,
                    /// What stood.
                    theirs: $theirs,
                    /// What came.
                    mine: $mine,
                },
            )+
            /// Sides that no type describes: of a conflict that an earlier version stored.
            Other {
                /// What both had seen.
                base: Value,
                /// What stood.
                theirs: Value,
                /// What came.
                mine: Value,
            },
        }

        impl Sides {
            /// `base`, `theirs` and `mine` as JSON.
            #[must_use]
            pub fn values(&self) -> [Value; 3] {
                match self {
                    $(Self::$name { base, theirs, mine } => [to_value(base), to_value(theirs), to_value(mine)],)+
                    Self::Other { base, theirs, mine } => [base.clone(), theirs.clone(), mine.clone()],
                }
            }

            /// Reads `base`, `theirs` and `mine` of a conflict.
            #[must_use]
            pub fn read(kind: ConflictKind, [base, theirs, mine]: [Value; 3]) -> Self {
                $(
                    if matches!(kind, $(ConflictKind::$kind)|+)
                        && let (Some(base), Some(theirs), Some(mine)) = (from_value(&base), from_value(&theirs), from_value(&mine))
                    {
                        return Self::$name { base, theirs, mine };
                    }
                )+
                Self::Other { base, theirs, mine }
            }
        }

        #[cfg(feature = "openapi")]
        crate::sides::schema::documented! {
            base as ConflictBase "What both had seen; which of these it is follows from the kind of the conflict" { $($name($base))+ }
            theirs as ConflictTheirs "What stood; which of these it is follows from the kind of the conflict" { $($name($theirs))+ }
            mine as ConflictMine "What came; which of these it is follows from the kind of the conflict" { $($name($mine))+ }
        }
    };
}

sides! {
    /// Two people wrote one field of a ticket: `theirs` stands.
    Field of ParallelUpdate | CategoryProposal | PointMoved { FieldBase, FieldSide, FieldSide }
    /// Two people answered one item of a checklist: the newest stands.
    Answers of AlreadySubmitted { EmptySide, AnswerSide, Vec<AnswerSide> }
    /// Two people submitted an inspection: the first findings are in force.
    Findings of AlreadySubmitted { Epoch, FindingsSide, Vec<FindingsSide> }
    /// Two people measured one thing.
    Measurements of MeasurementDisagrees { KnownEpoch, MeasurementSide, Vec<MeasurementSide> }
    /// Work of an epoch that had passed.
    Late of StaleEpoch { Epoch, LateState, Vec<LateSide> }
    /// Verdicts on a round that the order had left behind.
    LateVerdicts of StaleEpoch { RoundBase, EpochRound, Vec<LateVerdict> }
    /// Two verdicts on one round: `theirs` is the milder, `mine` the stricter.
    Verdicts of VerdictDisagrees { RoundBase, VerdictSide, VerdictSide }
    /// Work and evidence at what the office had ended.
    Ended of DeletedEntity { EndedEpoch, EndedState, Vec<Recorded> }
    /// One of a party declined what another submitted.
    Declined of DeclinedVsSubmitted { Epoch, DeclineSide, SubmissionSide }
    /// People of a contractor ask to be relieved.
    Relief of ReliefRequested { Epoch, ReliefState, Vec<ReliefSide> }
    /// A ticket was corrected while somebody works at it: `theirs` is who does, `mine` who would be asked now.
    Assignment of AssignmentOutdated { Epoch, PartySide, PartySide }
    /// What waits for an epoch that this server has not issued.
    EpochUnknown of EpochUnknown { Epoch, OrderState, Vec<WaitingSide> }
    /// What was set aside because its author was no longer allowed to do it.
    Quarantined of Quarantined { KnownEpoch, QuarantineReason, Vec<QuarantinedSide> }
    /// What has waited too long.
    Held of HeldTooLong { EmptySide, EmptySide, Vec<HeldSide> }
    /// A photo whose bytes have not come.
    PhotoMissing of PhotoMissing { EmptySide, EmptySide, PhotoSide }
    /// What only the office may set.
    Proposal of Proposal { EmptySide, StandingValues, ProposalSide }
    /// Two tickets that may be one: `theirs` is the older.
    Tickets of PossibleDuplicate { EmptySide, TicketSide, TicketSide }
}

impl Default for Sides {
    /// Nothing is said.
    fn default() -> Self {
        Self::Other { base: json!({}), theirs: json!({}), mine: json!({}) }
    }
}
