//! Which inspector is asked: the most specific area, then the least load, then the nearest, then by id.

use std::{cmp::Ordering, collections::BTreeSet};

use serde::Serialize;

use super::Outcome;
use crate::area::AreaKind;
use bazdid_protocol::ids::AccountId;

/// An inspector who may be asked: holds the role by a grant in force.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InspectorCandidate {
    /// Who.
    pub account: AccountId,
    /// The smallest area that holds the ticket and that the grant names; absent: the grant does not reach the ticket.
    pub area: Option<AreaKind>,
    /// Open orders in hand.
    pub load: i64,
    /// Metres from the last known position to the ticket; absent if not known.
    pub distance_m: Option<f64>,
}

bazdid_protocol::text_enum! {
    /// Why an inspector was passed over.
    InspectorReason {
        /// The grant does not reach the ticket.
        AreaDiffers = "area_differs",
        /// Another is responsible for a smaller area.
        LargerArea = "larger_area",
        /// Another has less in hand.
        MoreLoad = "more_load",
        /// Another is nearer, or this one's position is not known.
        Farther = "farther",
        /// All else being equal, another comes first.
        AccountId = "account_id",
    }
}

impl InspectorReason {
    /// The reason as one sentence, Persian and English.
    #[must_use]
    pub const fn sentences(self) -> (&'static str, &'static str) {
        match self {
            Self::AreaDiffers => ("محل درخواست در محدودهٔ او نیست.", "The ticket lies outside this inspector's areas."),
            Self::LargerArea => ("بازرس دیگری مسئول محدودهٔ کوچک‌تری است.", "Another inspector is responsible for a smaller area."),
            Self::MoreLoad => ("بازرس دیگری کار کمتری در دست دارد.", "Another inspector has less in hand."),
            Self::Farther => {
                ("بازرس دیگری نزدیک‌تر است یا جای این یکی معلوم نیست.", "Another is nearer, or this one's position is not known.")
            }
            Self::AccountId => ("در شرایط برابر، بازرس دیگری مقدم است.", "All else being equal, another comes first."),
        }
    }
}

/// What is said of the chosen one.
pub(super) const CHOSEN: (&str, &str) =
    ("به ترتیب محدوده، کار در دست و نزدیکی، نخستین است.", "This inspector is the first by area, load and nearness.");

/// An inspector who was considered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConsideredInspector {
    /// Who.
    pub account: AccountId,
    /// The area by which the grant reaches the ticket.
    pub area: Option<AreaKind>,
    /// Open orders in hand.
    pub load: i64,
    /// Metres to the ticket, if known.
    pub distance_m: Option<f64>,
    /// Chosen or not.
    pub verdict: Outcome,
    /// Why not; absent for the chosen one.
    pub reason: Option<InspectorReason>,
}

/// The choice of an inspector with its explanation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InspectorDecision {
    /// Who is asked; absent: nobody can be.
    pub chosen: Option<AccountId>,
    /// Who was considered, in the order in which they would be asked; those who cannot be stand last.
    pub considered: Vec<ConsideredInspector>,
}

/// Chooses an inspector. The order of the candidates does not matter.
#[must_use]
pub fn choose_inspector(candidates: &[InspectorCandidate]) -> InspectorDecision {
    // A distance that is no number is not known.
    let mut ordered: Vec<_> =
        candidates.iter().map(|c| InspectorCandidate { distance_m: c.distance_m.filter(|d| d.is_finite()), ..*c }).collect();
    ordered.sort_by(|a, b| compare(a, b).0);
    // Somebody with several grants counts once, by the best of them.
    let mut seen = BTreeSet::new();
    ordered.retain(|c| seen.insert(c.account));
    let best = ordered.first().copied().filter(|c| c.area.is_some());
    let considered = ordered
        .iter()
        .map(|c| {
            let reason = match (c.area, best) {
                (Some(_), Some(best)) if best.account == c.account => None,
                (Some(_), Some(best)) => Some(compare(&best, c).1),
                _ => Some(InspectorReason::AreaDiffers),
            };
            ConsideredInspector {
                account: c.account,
                area: c.area,
                load: c.load,
                distance_m: c.distance_m,
                verdict: if reason.is_some() { Outcome::PassedOver } else { Outcome::Chosen },
                reason,
            }
        })
        .collect();
    InspectorDecision { chosen: best.map(|c| c.account), considered }
}

/// Who comes first, and what decides it.
fn compare(a: &InspectorCandidate, b: &InspectorCandidate) -> (Ordering, InspectorReason) {
    let far = |c: &InspectorCandidate| c.distance_m.unwrap_or(f64::INFINITY);
    [
        // `None` is the least, so the reversed order puts it last.
        (b.area.cmp(&a.area), InspectorReason::LargerArea),
        (a.load.cmp(&b.load), InspectorReason::MoreLoad),
        (far(a).total_cmp(&far(b)), InspectorReason::Farther),
    ]
    .into_iter()
    .find(|(ordering, _)| ordering.is_ne())
    .unwrap_or_else(|| (a.account.cmp(&b.account), InspectorReason::AccountId))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn candidate(n: u128, area: Option<AreaKind>, load: i64, distance_m: Option<f64>) -> InspectorCandidate {
        InspectorCandidate { account: AccountId::new(Uuid::from_u128(n)), area, load, distance_m }
    }

    #[test]
    fn area_then_load_then_nearness_then_id() {
        use AreaKind::{City, District, Region};
        let decision = choose_inspector(&[
            candidate(7, None, 0, Some(1.0)),
            candidate(6, Some(City), 0, Some(1.0)),
            candidate(5, Some(Region), 0, Some(1.0)),
            candidate(4, Some(District), 3, Some(1.0)),
            candidate(3, Some(District), 2, None),
            candidate(2, Some(District), 2, Some(80.0)),
            candidate(1, Some(District), 2, Some(80.0)),
        ]);
        assert_eq!(decision.chosen, Some(AccountId::new(Uuid::from_u128(1))));
        let reasons: Vec<_> = decision.considered.iter().map(|c| c.reason).collect();
        use InspectorReason::{AccountId as Id, AreaDiffers, Farther, LargerArea, MoreLoad};
        assert_eq!(reasons, [None, Some(Id), Some(Farther), Some(MoreLoad), Some(LargerArea), Some(LargerArea), Some(AreaDiffers)]);
    }

    #[test]
    fn somebody_with_several_grants_counts_once_by_the_best() {
        let decision = choose_inspector(&[
            candidate(1, Some(AreaKind::City), 0, None),
            candidate(2, Some(AreaKind::Region), 0, None),
            candidate(1, Some(AreaKind::District), 0, None),
        ]);
        let seen: Vec<_> = decision.considered.iter().map(|c| (c.account.uuid().as_u128(), c.reason)).collect();
        assert_eq!(seen, [(1, None), (2, Some(InspectorReason::LargerArea))]);
    }

    #[test]
    fn nobody_in_reach_is_nobody() {
        let decision = choose_inspector(&[candidate(1, None, 0, Some(0.0))]);
        assert_eq!((decision.chosen, decision.considered.len()), (None, 1));
        assert_eq!(choose_inspector(&[]).chosen, None);
    }

    proptest! {
        #[test]
        fn the_order_of_candidates_does_not_matter(
            raw in proptest::collection::vec((0..4_u8, 0..3_i64, proptest::option::of(prop_oneof![Just(1.0), Just(2.0), Just(f64::NAN)])), 1..8),
            turn in 0..8_usize,
        ) {
            let area = |n| match n { 0 => None, 1 => Some(AreaKind::City), 2 => Some(AreaKind::Region), _ => Some(AreaKind::District) };
            let mut all: Vec<_> = raw.iter().zip(1_u128..).map(|((kind, load, far), n)| candidate(n, area(*kind), *load, *far)).collect();
            let decision = choose_inspector(&all);
            prop_assert_eq!(decision.chosen.is_some(), all.iter().any(|c| c.area.is_some()));
            prop_assert_eq!(decision.considered.iter().filter(|c| c.verdict == Outcome::Chosen).count(), usize::from(decision.chosen.is_some()));
            let len = all.len();
            all.rotate_left(turn % len);
            all.reverse();
            prop_assert_eq!(choose_inspector(&all), decision);
        }
    }
}
