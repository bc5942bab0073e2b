//! To which attempt at an order something belongs that names none: a photo, a visit, an answer.
//!
//! It belongs to the first round of its party that was submitted after it; what came after the last submission belongs to that one
//! while it is not judged, and to the next attempt once it was returned. Photos and visits have the estimated time of what they tell, and are
//! held against that of the submission; answers and quantities have a stamp, and are held against its stamp.

use crate::work_order::{Round, RoundVerdict};
use bazdid_protocol::{ids::OrganisationId, time::Timestamp};

/// The rounds of one party at an order, without withdrawn ones, by number.
#[derive(Debug, Clone)]
pub struct Rounds<'r>(Vec<&'r Round>);

impl<'r> Rounds<'r> {
    /// Those of a party among the rounds of one order.
    pub fn of(rounds: impl Iterator<Item = &'r Round>, party: Option<OrganisationId>) -> Self {
        let counts = |r: &&Round| r.submitted_org == party && r.verdict != RoundVerdict::Withdrawn;
        let mut found: Vec<&Round> = rounds.filter(counts).collect();
        found.sort_by_key(|r| (r.number, r.id));
        Self(found)
    }

    /// The rounds, by number.
    #[must_use]
    pub fn all(&self) -> &[&'r Round] {
        &self.0
    }

    /// Which attempt something of an instant belongs to: a place among the rounds, or behind them if that attempt is not submitted.
    #[must_use]
    pub fn place(&self, at: Timestamp) -> usize {
        self.first_after(|r| at <= r.submitted_at)
    }

    /// The attempt that is going on or waits for its verdict.
    fn current(&self) -> usize {
        let goes_on = self.0.last().is_some_and(|last| last.verdict != RoundVerdict::Rework);
        if goes_on { self.0.len().saturating_sub(1) } else { self.0.len() }
    }

    /// Whether something of an instant belongs to the attempt that is going on or waits for its verdict.
    #[must_use]
    pub fn is_current(&self, at: Timestamp) -> bool {
        self.place(at) == self.current()
    }

    /// As [`Self::is_current`], by stamps in place of instants: `stamp` is that of a round's submission. A stamp is held against stamps
    /// alone, because it may be later than the estimated time of the same act.
    #[must_use]
    pub fn is_current_by_stamp(&self, at: Timestamp, stamp: impl Fn(&Round) -> Timestamp) -> bool {
        self.first_after(|r| at <= stamp(r)) == self.current()
    }

    fn first_after(&self, is_after: impl Fn(&Round) -> bool) -> usize {
        self.0.iter().position(|r| is_after(r)).unwrap_or_else(|| self.current())
    }
}
