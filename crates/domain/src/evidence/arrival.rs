//! How far the photos that a work order asks for have come: declared at all, and stored with their bytes.
//!
//! Derived from the order's needs and the photos that are there whenever somebody asks, so that it cannot go stale. A device
//! holds both and derives the same.

use crate::{
    category::EvidenceRule,
    evidence::rounds::Rounds,
    photo::{Photo, PhotoKind, PhotoState},
    unit_of_work::UnitOfWork,
    work_order::WorkOrder,
};
use bazdid_protocol::ids::OrganisationId;

bazdid_protocol::text_enum! {
    /// How far the evidence of a work order has come.
    EvidenceState {
        /// Of each kind that is asked for at least as many photos are stored as are asked for; nothing is asked for.
        Complete = "complete",
        /// Enough are declared, but the bytes of some that are needed have not all arrived.
        Pending = "pending",
        /// Of some kind fewer are declared than are asked for.
        Missing = "missing",
    }
}

/// What of one kind is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Kind of photo.
    pub kind: PhotoKind,
    /// So many are asked for.
    pub min: u32,
    /// So many are declared and not removed.
    pub declared: u32,
    /// Of so many the bytes are stored.
    pub stored: u32,
}

impl Tally {
    /// How far this kind has come. What was promised beyond what is asked for is not waited for.
    #[must_use]
    pub const fn state(&self) -> EvidenceState {
        if self.declared < self.min {
            EvidenceState::Missing
        } else if self.stored < self.min {
            EvidenceState::Pending
        } else {
            EvidenceState::Complete
        }
    }
}

/// What of each kind that is asked for is there, in the order of the rules.
pub fn tally(rules: &[EvidenceRule], photos: impl Iterator<Item = (PhotoKind, PhotoState)>) -> Vec<Tally> {
    let mut tallies: Vec<Tally> = rules.iter().map(|r| Tally { kind: r.kind, min: r.min, declared: 0, stored: 0 }).collect();
    for (kind, state) in photos {
        for tally in tallies.iter_mut().filter(|t| t.kind == kind) {
            tally.declared = tally.declared.saturating_add(1);
            tally.stored = tally.stored.saturating_add(u32::from(state == PhotoState::Stored));
        }
    }
    tallies
}

/// How far all kinds have come: as far as the one that is farthest behind.
#[must_use]
pub fn state(tallies: &[Tally]) -> EvidenceState {
    let is = |state| tallies.iter().any(|t| t.state() == state);
    if is(EvidenceState::Missing) {
        EvidenceState::Missing
    } else if is(EvidenceState::Pending) {
        EvidenceState::Pending
    } else {
        EvidenceState::Complete
    }
}

/// Whose photos are an order's evidence: who submitted it, and before that who holds it.
#[must_use]
pub fn party(order: &WorkOrder) -> Option<OrganisationId> {
    if order.submitted_by.is_some() { order.submitted_org } else { order.organisation_id }
}

/// The photos that a party took for an order, in whatever round.
pub fn photos_of<'w>(unit: &'w UnitOfWork, order: &'w WorkOrder, party: Option<OrganisationId>) -> impl Iterator<Item = &'w Photo> {
    let of_order = move |p: &&Photo| p.work_order_id == Some(order.id) && p.organisation_id == party && p.removed_at.is_none();
    unit.photos.iter().filter(of_order)
}

/// Those of them that count: of the attempt that is going on or waits for its verdict.
pub fn photos_of_round<'w>(unit: &'w UnitOfWork, order: &'w WorkOrder, party: Option<OrganisationId>) -> impl Iterator<Item = &'w Photo> {
    let rounds = Rounds::of(unit.rounds.iter().filter(|r| r.work_order_id == order.id), party);
    photos_of(unit, order, party).filter(move |p| rounds.is_current(p.captured_est))
}

/// What of each kind that an order asks for is there, of the party that has submitted or holds it.
#[must_use]
pub fn of_order(unit: &UnitOfWork, order: &WorkOrder) -> Vec<Tally> {
    tally(&order.evidence.photos, photos_of_round(unit, order, party(order)).map(|p| (p.kind, p.state)))
}

/// What an order's verification waits for: bytes that its category asks to be stored and that are not. Nothing: it may be judged.
#[must_use]
pub fn awaited(unit: &UnitOfWork, order: &WorkOrder) -> Option<Awaited> {
    if !order.evidence.stored {
        return None;
    }
    let tallies: Vec<Tally> = of_order(unit, order).into_iter().filter(|t| t.state() != EvidenceState::Complete).collect();
    if tallies.is_empty() {
        return None;
    }
    let mut photos: Vec<Photo> = photos_of_round(unit, order, party(order))
        .filter(|p| p.state != PhotoState::Stored && tallies.iter().any(|t| t.kind == p.kind))
        .cloned()
        .collect();
    photos.sort_by_key(|p| (p.captured_est, p.id));
    Some(Awaited { tallies, photos })
}

/// What a verification waits for.
#[derive(Debug, Clone, PartialEq)]
pub struct Awaited {
    /// The kinds of which too few are stored.
    pub tallies: Vec<Tally>,
    /// The declared photos of these kinds whose bytes are not all there, in the order of their capture.
    pub photos: Vec<Photo>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use PhotoState::{Failed, Partial, Promised, Stored};

    fn state_of(rules: &[(PhotoKind, u32)], photos: &[(PhotoKind, PhotoState)]) -> EvidenceState {
        let rules: Vec<_> = rules.iter().map(|(kind, min)| EvidenceRule { kind: *kind, min: *min }).collect();
        state(&tally(&rules, photos.iter().copied()))
    }

    #[test]
    fn an_order_is_as_far_as_the_kind_that_is_farthest_behind() {
        use EvidenceState::{Complete, Missing, Pending};
        use PhotoKind::{After, Before, Defect};
        let one_each: &[(PhotoKind, u32)] = &[(Before, 1), (After, 1)];
        let two: &[(PhotoKind, u32)] = &[(After, 2)];
        for (rules, photos, expected) in [
            (&[][..], &[][..], Complete),
            (&[], &[(Before, Promised)], Complete),
            (one_each, &[], Missing),
            (one_each, &[(Before, Stored)], Missing),
            (one_each, &[(Before, Stored), (Defect, Stored)], Missing),
            (one_each, &[(Before, Stored), (After, Promised)], Pending),
            (one_each, &[(Before, Stored), (After, Partial)], Pending),
            (one_each, &[(Before, Stored), (After, Failed)], Pending),
            (one_each, &[(Before, Promised), (After, Stored)], Pending),
            (one_each, &[(Before, Stored), (After, Stored)], Complete),
            (one_each, &[(Before, Stored), (After, Stored), (After, Failed), (Defect, Promised)], Complete),
            (two, &[(After, Stored)], Missing),
            (two, &[(After, Stored), (After, Promised)], Pending),
            (two, &[(After, Stored), (After, Promised), (After, Stored)], Complete),
        ] {
            assert_eq!(state_of(rules, photos), expected, "{rules:?} {photos:?}");
        }
    }
}
