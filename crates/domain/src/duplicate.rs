//! Which tickets may be the same thing as a new one: suggestions for a person, never a decision.
//!
//! Two tickets of one category at most 25 m and 24 hours apart are likely the same; of one group of categories within 50 m and
//! 30 days, they may be. Words in common bring a suggestion forward.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{fold::fold, ticket::TicketStatus};
use bazdid_protocol::{
    geo::Point,
    ids::{CategoryId, TicketId},
    time::{MICROS_PER_DAY, MICROS_PER_HOUR, Timestamp},
};

/// Likely the same: at most so far apart, metres.
pub const SAME_PLACE_M: f64 = 25.0;
/// Likely the same: at most so long apart, microseconds.
pub const SAME_TIME_US: i64 = MICROS_PER_DAY;
/// Worth a look: at most so far apart, metres.
pub const NEAR_M: f64 = 50.0;
/// Worth a look: at most so many days apart.
pub const NEAR_DAYS: i64 = 30;
/// At most so many suggestions.
const SUGGESTIONS: usize = 10;

/// A ticket near the new one.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearby {
    /// Which.
    pub id: TicketId,
    /// Its code.
    pub code: String,
    /// Its category.
    pub category: CategoryId,
    /// Where.
    pub point: Point,
    /// When it was made.
    pub created_at: Timestamp,
    /// Where it stands.
    pub status: TicketStatus,
    /// Text and address, folded.
    pub folded: String,
}

bazdid_protocol::text_enum! {
    /// How likely two tickets are one.
    Likeness {
        /// Same category, same place, same day.
        Likely = "likely",
        /// Near enough for a look.
        Possible = "possible",
    }
}

/// A suggestion.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    /// Which ticket.
    pub ticket: TicketId,
    /// Its code.
    pub code: String,
    /// Its category.
    pub category: CategoryId,
    /// Where it stands.
    pub status: TicketStatus,
    /// How likely.
    pub likeness: Likeness,
    /// Metres between the two.
    pub distance_m: f64,
    /// Hours between the two.
    pub hours_apart: i64,
    /// Share of the words that both have, 0…1.
    pub words_in_common: f64,
}

/// What a new ticket is compared by.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its category.
    pub category: CategoryId,
    /// Where.
    pub point: &'a Point,
    /// When.
    pub created_at: Timestamp,
    /// Its text.
    pub text: &'a str,
}

/// The suggestions for a new ticket, the likeliest first.
#[must_use]
pub fn suggest(subject: &Subject<'_>, nearby: &[Nearby]) -> Vec<Suggestion> {
    let folded = fold(subject.text);
    let mine: BTreeSet<&str> = folded.split(' ').collect();
    let mut found: Vec<Suggestion> = nearby
        .iter()
        .filter_map(|other| {
            let distance_m = other.point.distance_m(subject.point);
            let apart_us = (subject.created_at - other.created_at).saturating_abs();
            if distance_m > NEAR_M || apart_us > NEAR_DAYS * MICROS_PER_DAY {
                return None;
            }
            let same = other.category == subject.category && distance_m <= SAME_PLACE_M && apart_us <= SAME_TIME_US;
            Some(Suggestion {
                ticket: other.id,
                code: other.code.clone(),
                category: other.category,
                status: other.status,
                likeness: if same { Likeness::Likely } else { Likeness::Possible },
                distance_m,
                hours_apart: apart_us / MICROS_PER_HOUR,
                words_in_common: in_common(&mine, &other.folded),
            })
        })
        .collect();
    let nearness = |s: &Suggestion| s.distance_m - NEAR_M * s.words_in_common;
    found.sort_by_key(|s| s.ticket);
    found.sort_by(|a, b| a.likeness.cmp(&b.likeness).then(nearness(a).total_cmp(&nearness(b))));
    found.truncate(SUGGESTIONS);
    found
}

fn in_common(mine: &BTreeSet<&str>, folded: &str) -> f64 {
    let theirs: BTreeSet<&str> = folded.split(' ').collect();
    let count = |n: usize| u32::try_from(n).map_or(f64::INFINITY, f64::from);
    count(mine.intersection(&theirs).count()) / count(mine.union(&theirs).count()).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_city::{NOW, POTHOLE, TREE, id};

    fn nearby(n: u128, category: u128, north_m: f64, hours: i64) -> Nearby {
        Nearby {
            id: id(n),
            code: "1".into(),
            category: id(category),
            point: Point { lat: 36.0 + north_m / 111_195.0, lon: 50.0, accuracy_m: None },
            created_at: NOW.plus_minutes(-60 * hours),
            status: TicketStatus::New,
            folded: "چاله بزرگ".into(),
        }
    }

    #[test]
    fn near_and_new_is_likely_a_little_farther_is_possible_and_the_rest_is_nothing() {
        let point = Point { lat: 36.0, lon: 50.0, accuracy_m: None };
        let subject = Subject { category: id(POTHOLE), point: &point, created_at: NOW, text: "چاله‌ي بزرگ" };
        let all = [
            nearby(1, POTHOLE, 60.0, 1),
            nearby(2, POTHOLE, 10.0, 31 * 24),
            nearby(3, POTHOLE, 40.0, 1),
            nearby(4, POTHOLE, 20.0, 25),
            nearby(5, TREE, 5.0, 1),
            nearby(6, POTHOLE, 24.0, 23),
        ];
        let found: Vec<_> = suggest(&subject, &all).into_iter().map(|s| (s.ticket, s.likeness)).collect();
        use Likeness::{Likely, Possible};
        assert_eq!(found, [(id(6), Likely), (id(5), Possible), (id(4), Possible), (id(3), Possible)]);
    }
}
