//! The photos of a work order as a verifier looks at them: attempt by attempt, what was before beside what was after.
//!
//! A photo names no round: the round was not yet there when it was taken. [`Rounds`] says to which it belongs.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    evidence::rounds::Rounds,
    photo::{Photo, PhotoKind},
    work_order::{Round, RoundVerdict},
};
use bazdid_protocol::ids::OrganisationId;

/// Before and after, as far as both are there.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Before the work.
    pub before: Option<Photo>,
    /// After it.
    pub after: Option<Photo>,
}

/// What one party showed of one attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Whose people took the photos.
    pub party: Option<OrganisationId>,
    /// The round that was made of it; absent while nothing is submitted.
    pub round: Option<Round>,
    /// Before and after.
    pub pairs: Vec<Pair>,
    /// What is neither: during the work, defects, papers.
    pub others: Vec<Photo>,
}

impl Attempt {
    /// Every photo of the attempt.
    pub fn photos(&self) -> impl Iterator<Item = &Photo> {
        self.pairs.iter().flat_map(|pair| pair.before.iter().chain(&pair.after)).chain(&self.others)
    }
}

/// The attempts of an order, party by party and in their order; removed photos and withdrawn rounds do not count.
#[must_use]
pub fn attempts(rounds: &[Round], photos: &[Photo]) -> Vec<Attempt> {
    let rounds: Vec<&Round> = rounds.iter().filter(|r| r.verdict != RoundVerdict::Withdrawn).collect();
    let photos: Vec<&Photo> = photos.iter().filter(|p| p.removed_at.is_none()).collect();
    let parties: BTreeSet<_> = rounds.iter().map(|r| r.submitted_org).chain(photos.iter().map(|p| p.organisation_id)).collect();
    parties.into_iter().flat_map(|party| of_party(party, &rounds, &photos)).collect()
}

fn of_party(party: Option<OrganisationId>, rounds: &[&Round], photos: &[&Photo]) -> Vec<Attempt> {
    let rounds = Rounds::of(rounds.iter().copied(), party);
    // Behind the rounds stands the attempt that is not submitted.
    let mut shown: BTreeMap<usize, Vec<&Photo>> = (0..rounds.all().len()).map(|n| (n, Vec::new())).collect();
    for photo in photos.iter().copied().filter(|p| p.organisation_id == party) {
        shown.entry(rounds.place(photo.captured_est)).or_default().push(photo);
    }
    let attempt = |(place, photos): (usize, Vec<&Photo>)| {
        let of = |kind| photos.iter().copied().filter(move |p| p.kind == kind).collect::<Vec<_>>();
        let mut others: Vec<Photo> =
            photos.iter().filter(|p| !matches!(p.kind, PhotoKind::Before | PhotoKind::After)).map(|p| (*p).clone()).collect();
        others.sort_by_key(|p| (p.captured_est, p.id));
        let round = rounds.all().get(place).map(|r| (*r).clone());
        Attempt { party, round, pairs: pairs(of(PhotoKind::Before), of(PhotoKind::After)), others }
    };
    shown.into_iter().map(attempt).collect()
}

/// Each photo before the work with the one after it that was taken nearest to it, the nearest pairs first; where nobody knows the
/// place in the order in which they were taken. What is left over stands alone.
fn pairs(mut before: Vec<&Photo>, mut after: Vec<&Photo>) -> Vec<Pair> {
    before.sort_by_key(|p| (p.captured_est, p.id));
    after.sort_by_key(|p| (p.captured_est, p.id));
    let mut near: Vec<(f64, &Photo, &Photo)> = Vec::new();
    for b in &before {
        for a in &after {
            if let Some((here, there)) = b.fix().zip(a.fix()) {
                near.push((here.distance_m(&there), b, a));
            }
        }
    }
    near.sort_by(|(x, b, a), (y, d, c)| x.total_cmp(y).then((b.captured_est, b.id, a.id).cmp(&(d.captured_est, d.id, c.id))));
    let mut pairs = Vec::new();
    let mut taken = BTreeSet::new();
    for (_, b, a) in near {
        if !taken.contains(&b.id) && !taken.contains(&a.id) {
            taken.extend([b.id, a.id]);
            pairs.push(Pair { before: Some(b.clone()), after: Some(a.clone()) });
        }
    }
    let left = |photos: Vec<&Photo>| photos.into_iter().filter(|p| !taken.contains(&p.id)).cloned().collect::<Vec<_>>();
    let (mut before, mut after) = (left(before).into_iter(), left(after).into_iter());
    loop {
        let (b, a) = (before.next(), after.next());
        if b.is_none() && a.is_none() {
            break;
        }
        pairs.push(Pair { before: b, after: a });
    }
    pairs.sort_by_key(|pair| pair.before.iter().chain(&pair.after).map(|p| (p.captured_est, p.id)).min());
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::tests::photo as taken;
    use bazdid_protocol::{geo::Point, ids::Id, time::Timestamp};
    use uuid::Uuid;

    const NOON: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    fn at(n: u128, kind: PhotoKind, minutes: i64, lat: Option<f64>) -> Photo {
        let point = lat.map(|lat| Point { lat, lon: 50.0, accuracy_m: Some(5.0) });
        Photo { point, organisation_id: Some(id(7)), ..taken(n, kind, NOON.plus_minutes(minutes)) }
    }

    fn id<T>(n: u128) -> Id<T> {
        Id::new(Uuid::from_u128(n))
    }

    fn round(number: i64, minutes: i64, verdict: RoundVerdict) -> Round {
        Round {
            id: id(u128::try_from(number).unwrap()),
            rev: 1,
            work_order_id: id(1),
            ticket_id: id(1),
            number,
            epoch: number,
            submitted_by: id(5),
            submitted_org: Some(id(7)),
            submitted_at: NOON.plus_minutes(minutes),
            event_id: id(1),
            verdict,
            verdict_by: None,
            verdict_at: None,
            verdict_mutation: None,
            defects: Vec::new(),
            note: None,
            rework_due: None,
            without_bytes: None,
        }
    }

    /// Number of the round, its pairs, its others, by their ids.
    type Shape = (Option<i64>, Vec<[u128; 2]>, Vec<u128>);

    fn shape(attempts: &[Attempt]) -> Vec<Shape> {
        let n = |p: &Photo| p.id.uuid().as_u128();
        let one = |p: &Option<Photo>| p.as_ref().map_or(0, n);
        attempts
            .iter()
            .map(|a| {
                let pairs = a.pairs.iter().map(|p| [one(&p.before), one(&p.after)]).collect();
                (a.round.as_ref().map(|r| r.number), pairs, a.others.iter().map(n).collect())
            })
            .collect()
    }

    #[test]
    fn photos_stand_with_the_attempt_that_they_were_taken_for() {
        use PhotoKind::{After, Before, During};
        let photos = [at(1, Before, 0, None), at(2, During, 5, None), at(3, After, 10, None), at(4, After, 40, None)];
        let first = round(1, 20, RoundVerdict::Pending);
        assert_eq!(shape(&attempts(&[], &photos)), [(None, vec![[1, 3], [0, 4]], vec![2])]);
        assert_eq!(
            shape(&attempts(std::slice::from_ref(&first), &photos)),
            [(Some(1), vec![[1, 3], [0, 4]], vec![2])],
            "a late one is its too"
        );
        let returned = Round { verdict: RoundVerdict::Rework, ..first.clone() };
        assert_eq!(
            shape(&attempts(std::slice::from_ref(&returned), &photos)),
            [(Some(1), vec![[1, 3]], vec![2]), (None, vec![[0, 4]], vec![])]
        );
        let second = round(2, 50, RoundVerdict::Pending);
        assert_eq!(
            shape(&attempts(&[second, returned.clone()], &photos)),
            [(Some(1), vec![[1, 3]], vec![2]), (Some(2), vec![[0, 4]], vec![])]
        );
        let withdrawn = Round { verdict: RoundVerdict::Withdrawn, ..first };
        assert_eq!(shape(&attempts(&[withdrawn], &photos)).len(), 1);
        let removed = photos.map(|p| Photo { removed_at: Some(NOON), ..p });
        assert_eq!(shape(&attempts(&[returned], &removed)), [(Some(1), vec![], vec![])], "a round without photos is shown");
    }

    #[test]
    fn a_photo_stands_beside_the_one_that_was_taken_nearest_to_it_whatever_their_order() {
        use PhotoKind::{After, Before};
        let mut photos = vec![
            at(1, Before, 0, Some(36.000)),
            at(2, Before, 1, Some(36.001)),
            at(3, After, 9, Some(36.001)),
            at(4, After, 10, Some(36.000)),
            at(5, After, 11, None),
        ];
        for _ in 0..photos.len() {
            photos.rotate_left(1);
            assert_eq!(shape(&attempts(&[], &photos)), [(None, vec![[1, 4], [2, 3], [0, 5]], vec![])]);
        }
    }

    #[test]
    fn parties_are_not_mixed() {
        let other = Photo { organisation_id: Some(id(8)), ..at(2, PhotoKind::After, 5, None) };
        let found = attempts(&[round(1, 20, RoundVerdict::Pending)], &[at(1, PhotoKind::Before, 0, None), other]);
        assert_eq!(found.iter().map(|a| a.party).collect::<Vec<_>>(), [Some(id(7)), Some(id(8))]);
        assert_eq!(shape(&found), [(Some(1), vec![[1, 0]], vec![]), (None, vec![[0, 2]], vec![])]);
    }
}
