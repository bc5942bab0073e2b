//! The stage of a work order, folded from the reports of its holder: the same on the server and on every device, whatever order the reports
//! come in.

use uuid::Uuid;

use crate::{
    ids::WorkEventId,
    time::Timestamp,
    words::work_order::{
        WorkEventKind,
        WorkOrderState::{
            self, Accepted, Cancelled, Closed, Declined, Draft, Expired, FailedVisit, InProgress, Offered, OnHold, Rework, Submitted,
            Verified,
        },
    },
};

/// What counts of an event when the stage is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageEvent {
    /// What was done.
    pub kind: WorkEventKind,
    /// Effective stamp.
    pub eff: Timestamp,
    /// Breaks ties.
    pub id: WorkEventId,
}

/// The stage of one epoch from its effective events; `start` is the state in which the epoch began (offered, accepted,
/// rework). The order of the events does not matter.
///
/// - Submitted beats everything: work that was done is seen.
/// - Of a failed visit and a start, the later one stands.
/// - Started beats accepted; accepted beats declined: a party that began has not refused. Who goes on has begun.
#[must_use]
pub fn fold_stage(start: WorkOrderState, events: &[StageEvent]) -> WorkOrderState {
    let newest = |kind| events.iter().filter(|e| e.kind == kind).map(|e| (e.eff, e.id)).max();
    if newest(WorkEventKind::Submit).is_some() {
        return Submitted;
    }
    match (newest(WorkEventKind::FailVisit), newest(WorkEventKind::Start).max(newest(WorkEventKind::Resume))) {
        (Some(failed), started) if started.is_none_or(|s| s < failed) => FailedVisit,
        (_, Some(_)) => InProgress,
        _ if newest(WorkEventKind::Accept).is_some() && start == Offered => Accepted,
        // What the office had accepted for its holder is not theirs to decline.
        _ if newest(WorkEventKind::Decline).is_some() && start == Offered => Declined,
        _ => start,
    }
}

/// What becomes of a hold when something is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It stays.
    Stays,
    /// Going on, or submitting, ends it: at the true time of the report.
    Ends,
}

impl Hold {
    /// What becomes of a hold by a report of a kind. Only the office's leave makes a hold: a request alone changes nothing.
    #[must_use]
    pub const fn after(kind: WorkEventKind) -> Self {
        match kind {
            WorkEventKind::Resume | WorkEventKind::Submit => Self::Ends,
            WorkEventKind::Accept
            | WorkEventKind::Decline
            | WorkEventKind::RequestRelief
            | WorkEventKind::Start
            | WorkEventKind::RequestHold
            | WorkEventKind::FailVisit
            | WorkEventKind::Retract => Self::Stays,
        }
    }
}

/// Whether an order stays where it is, whatever `stage` its holder's reports amount to: it is judged or ended, on hold, or its offer
/// has expired and nothing says that it was accepted in time.
#[must_use]
pub const fn stays(state: WorkOrderState, stage: WorkOrderState, hold: Hold) -> bool {
    match state {
        Verified | Closed | Cancelled => true,
        OnHold => matches!(hold, Hold::Stays),
        // Declining what has expired asks for nothing more.
        Expired => matches!(stage, Offered | Declined),
        Draft | Offered | Accepted | Declined | InProgress | Submitted | FailedVisit | Rework => false,
    }
}

/// The state of an order after one more report of its holder, newer than all others: as much as a device can know. Whether an offer
/// that has expired was accepted in time, and whose decline counts, the server tells.
#[must_use]
pub fn state_after(state: WorkOrderState, kind: WorkEventKind) -> WorkOrderState {
    use WorkEventKind::{Accept, Decline, FailVisit, RequestHold, RequestRelief, Resume, Retract, Start, Submit};
    let (began, before) = match state {
        Draft | Expired | Verified | Closed | Cancelled => return state,
        Offered | Accepted | Rework => (state, None),
        Declined => (Offered, None),
        OnHold => (Accepted, None),
        InProgress => (Accepted, Some(Start)),
        FailedVisit => (Accepted, Some(FailVisit)),
        Submitted => (Accepted, Some(Submit)),
    };
    match kind {
        Decline | RequestRelief | RequestHold | Retract => return state,
        Accept | Start | Resume | Submit | FailVisit => {}
    }
    let event = |kind, eff| StageEvent { kind, eff: Timestamp::from_micros(eff), id: WorkEventId::new(Uuid::nil()) };
    let events: Vec<StageEvent> = before.map(|kind| event(kind, 0)).into_iter().chain([event(kind, 1)]).collect();
    let stage = fold_stage(began, &events);
    if stays(state, stage, Hold::after(kind)) { state } else { stage }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text_enum::TextEnum as _;

    /// What a device shows of its own report is what the server makes of it, if nobody else reports anything.
    #[test]
    fn the_state_after_a_report_is_the_fold_of_all_reports() {
        use WorkEventKind::{Accept, FailVisit, Resume, Start, Submit};
        let kinds = [Accept, Start, Resume, FailVisit, Submit];
        for began in [Offered, Accepted, Rework] {
            for first in kinds {
                for second in kinds {
                    for third in kinds {
                        let all = [first, second, third];
                        let events: Vec<StageEvent> = (0..)
                            .zip(all)
                            .map(|(n, kind)| StageEvent { kind, eff: Timestamp::from_micros(n), id: WorkEventId::new(Uuid::nil()) })
                            .collect();
                        let shown = all.iter().fold(began, |state, kind| state_after(state, *kind));
                        assert_eq!(shown, fold_stage(began, &events), "{began} {all:?}");
                    }
                }
            }
        }
        for ended in [Draft, Expired, Verified, Closed, Cancelled] {
            assert!(kinds.iter().all(|kind| state_after(ended, *kind) == ended), "{ended}");
        }
        assert_eq!((state_after(OnHold, FailVisit), state_after(OnHold, Submit)), (OnHold, Submitted));
    }

    proptest! {
        #[test]
        fn the_stage_does_not_depend_on_the_order_of_arrival_and_never_loses_a_submission(
            kinds in proptest::collection::vec(0..WorkEventKind::ALL.len(), 0..8), effs in proptest::collection::vec(0..5_i64, 8), turn in 0..8_usize,
        ) {
            let mut events: Vec<_> = kinds.iter().zip(&effs).enumerate().map(|(n, (kind, eff))| StageEvent {
                kind: WorkEventKind::ALL[*kind], eff: Timestamp::from_micros(*eff), id: WorkEventId::new(Uuid::from_u128(u128::try_from(n).unwrap())),
            }).collect();
            let stage = fold_stage(Offered, &events);
            if !events.is_empty() {
                let turn = turn % events.len();
                events.rotate_left(turn);
                events.reverse();
            }
            prop_assert_eq!(fold_stage(Offered, &events), stage);
            prop_assert_eq!(stage == Submitted, events.iter().any(|e| e.kind == WorkEventKind::Submit));
        }
    }
}
