//! The state graph of work orders, as a table: who may take an order from where to where.
//!
//! The table is the law; the rules that look at more than the state (evidence, four eyes, the epoch) stand beside their
//! commands. Inside an epoch the stage that the field reports is the maximum of its events: [`fold_stage`].

use crate::work_order::{WorkEventKind, WorkOrderState};
use bazdid_protocol::{
    ids::{AccountId, MutationId, OrganisationId},
    time::Timestamp,
};

bazdid_protocol::text_enum! {
    /// Who moves an order.
    Party {
        /// The contractor's manager.
        Contractor = "contractor",
        /// The contractor's crew.
        Crew = "crew",
        /// An inspector.
        Inspector = "inspector",
        /// The centre.
        Operator = "operator",
        /// Who verifies completion.
        Supervisor = "supervisor",
        /// The executive emergency group.
        EmergencyGroup = "emergency_group",
        /// The system itself: a timer or a policy.
        System = "system",
    }
}

bazdid_protocol::text_enum! {
    /// Whether a transition may be reported by a device that was offline.
    Offline {
        /// It may.
        Allowed = "allowed",
        /// It is the office's, online.
        No = "no",
    }
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Transition {
    /// From which state.
    pub from: WorkOrderState,
    /// To which state.
    pub to: WorkOrderState,
    /// By whom.
    pub who: &'static [Party],
    /// Whether it may be done offline.
    pub offline: Offline,
}

const fn line(from: WorkOrderState, to: WorkOrderState, who: &'static [Party], offline: Offline) -> Transition {
    Transition { from, to, who, offline }
}

use Offline::{Allowed, No};
use Party::{Contractor as C, Crew as W, EmergencyGroup as E, Inspector as I, Operator as O, Supervisor as S, System as Y};
use WorkOrderState::{
    Accepted, Cancelled, Closed, Declined, Draft, Expired, FailedVisit, InProgress, Offered, OnHold, Rework, Submitted, Verified,
};

/// The table.
pub const TRANSITIONS: &[Transition] = &[
    // The office or the dispatch asks somebody.
    line(Draft, Offered, &[O, S, Y], No),
    // An emergency group and the city's own staff are not asked.
    line(Draft, Accepted, &[O, S, Y], No),
    line(Offered, Accepted, &[C, W, I], Allowed),
    line(Offered, Declined, &[C], Allowed),
    line(Offered, Expired, &[Y], No),
    // An acceptance made in time but heard of late reinstates the offer.
    line(Expired, Accepted, &[C, W], Allowed),
    // The next rank is asked.
    line(Declined, Offered, &[O, S, Y], No),
    line(Expired, Offered, &[O, S, Y], No),
    // Nobody is left to ask: the office decides.
    line(Declined, Draft, &[O, S, Y], No),
    line(Expired, Draft, &[O, S, Y], No),
    line(Accepted, InProgress, &[W, C, I, E], Allowed),
    line(Rework, InProgress, &[W, C, I, E], Allowed),
    // The field asks for a hold; only the office's leave makes it one.
    line(Accepted, OnHold, &[S, Y], No),
    line(InProgress, OnHold, &[S, Y], No),
    line(OnHold, InProgress, &[C, W, S, Y], Allowed),
    // When a hold ends the order is where its holder's reports put it, less what he took back meanwhile.
    line(OnHold, Accepted, &[Y], No),
    line(OnHold, Offered, &[Y], No),
    line(OnHold, Declined, &[Y], No),
    line(OnHold, Rework, &[Y], No),
    line(OnHold, FailedVisit, &[Y], No),
    line(InProgress, Submitted, &[W, C, I, E], Allowed),
    line(Accepted, FailedVisit, &[W, C, I], Allowed),
    line(InProgress, FailedVisit, &[W, C, I], Allowed),
    // Never the submitter, nor anyone of the same organisation.
    line(Submitted, Verified, &[S, I, Y], Allowed),
    line(Submitted, Rework, &[S, I], Allowed),
    line(Verified, Closed, &[S, Y], No),
    // A citizen objected.
    line(Verified, Rework, &[S], No),
    line(Closed, Rework, &[S], No),
    // Taken from its holder, with a reason.
    line(Offered, Draft, &[O, S], No),
    line(Accepted, Draft, &[O, S], No),
    line(InProgress, Draft, &[O, S], No),
    line(OnHold, Draft, &[O, S], No),
    line(Submitted, Draft, &[O, S], No),
    line(FailedVisit, Draft, &[O, S], No),
    line(Rework, Draft, &[O, S], No),
    // Called off, with a reason, as long as nobody says that it is done.
    line(Draft, Cancelled, &[O, S], No),
    line(Offered, Cancelled, &[O, S], No),
    line(Accepted, Cancelled, &[O, S], No),
    line(Declined, Cancelled, &[O, S], No),
    line(Expired, Cancelled, &[O, S], No),
    line(InProgress, Cancelled, &[O, S], No),
    line(OnHold, Cancelled, &[O, S], No),
    line(FailedVisit, Cancelled, &[O, S], No),
    line(Rework, Cancelled, &[O, S], No),
];

/// Whether a party may take an order from one state to another.
#[must_use]
pub fn may(from: WorkOrderState, to: WorkOrderState, party: Party) -> bool {
    TRANSITIONS.iter().any(|t| t.from == from && t.to == to && t.who.contains(&party))
}

/// The states that an order can go to.
pub fn next_states(from: WorkOrderState) -> impl Iterator<Item = WorkOrderState> {
    TRANSITIONS.iter().filter(move |t| t.from == from).map(|t| t.to)
}

/// Whether nothing more is expected of anybody. A closed order may still come back after an objection.
#[must_use]
pub const fn is_final(state: WorkOrderState) -> bool {
    matches!(state, Closed | Cancelled)
}

/// What counts of an event when the stage is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageEvent {
    /// What was done.
    pub kind: WorkEventKind,
    /// Effective stamp.
    pub eff: Timestamp,
    /// The mutation: breaks ties.
    pub id: MutationId,
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
        // What the office had accepted for its holder is not his to decline.
        _ if newest(WorkEventKind::Decline).is_some() && start == Offered => Declined,
        _ => start,
    }
}

/// Four eyes: whether somebody may verify or return a round that `submitter` of `submitter_org` submitted.
#[must_use]
pub fn may_judge(submitter: AccountId, submitter_org: Option<OrganisationId>, judge: AccountId, judge_orgs: &[OrganisationId]) -> bool {
    submitter != judge && submitter_org.is_none_or(|org| !judge_orgs.contains(&org))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use bazdid_protocol::text_enum::TextEnum as _;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn reachable(from: WorkOrderState) -> BTreeSet<WorkOrderState> {
        let mut seen = BTreeSet::from([from]);
        let mut open = vec![from];
        while let Some(state) = open.pop() {
            open.extend(next_states(state).filter(|next| seen.insert(*next)));
        }
        seen
    }

    #[test]
    fn every_state_is_reachable_and_none_is_a_dead_end() {
        assert_eq!(reachable(Draft).len(), WorkOrderState::ALL.len());
        for state in WorkOrderState::ALL.iter().copied().filter(|s| !is_final(*s)) {
            assert!(reachable(state).contains(&Closed), "{state} must lead to closed");
        }
    }

    #[test]
    fn a_transition_stands_once_and_names_somebody() {
        let pairs: BTreeSet<_> = TRANSITIONS.iter().map(|t| (t.from, t.to)).collect();
        assert_eq!(pairs.len(), TRANSITIONS.len());
        assert!(TRANSITIONS.iter().all(|t| !t.who.is_empty() && t.from != t.to));
    }

    #[test]
    fn nobody_of_a_contractor_verifies_and_submitted_work_is_not_cancelled() {
        for party in [C, W, E] {
            assert!(!may(Submitted, Verified, party) && !may(Submitted, Rework, party));
        }
        for party in Party::ALL {
            assert!(!may(Submitted, Cancelled, *party) && !may(Verified, Cancelled, *party));
            assert!(!may(InProgress, Verified, *party), "nothing is verified that was not submitted");
        }
    }

    #[test]
    fn four_eyes() {
        let account = |n| AccountId::new(Uuid::from_u128(n));
        let org = |n| OrganisationId::new(Uuid::from_u128(n));
        assert!(!may_judge(account(1), None, account(1), &[]), "never the submitter");
        assert!(!may_judge(account(1), Some(org(9)), account(2), &[org(8), org(9)]), "nor a colleague");
        assert!(may_judge(account(1), Some(org(9)), account(2), &[org(8)]));
        assert!(may_judge(account(1), None, account(2), &[org(8)]));
    }

    proptest! {
        #[test]
        fn the_stage_does_not_depend_on_the_order_of_arrival_and_never_loses_a_submission(
            kinds in proptest::collection::vec(0..WorkEventKind::ALL.len(), 0..8), effs in proptest::collection::vec(0..5_i64, 8), turn in 0..8_usize,
        ) {
            let mut events: Vec<_> = kinds.iter().zip(&effs).enumerate().map(|(n, (kind, eff))| StageEvent {
                kind: WorkEventKind::ALL[*kind], eff: Timestamp::from_micros(*eff), id: MutationId::new(Uuid::from_u128(u128::try_from(n).unwrap())),
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
