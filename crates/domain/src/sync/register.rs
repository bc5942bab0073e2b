//! The merge of one field of a ticket: a law over the set of its edits, whatever the order in which they arrived.
//!
//! | field | which edit stands |
//! |---|---|
//! | text, address | the newest by (eff, mutation) |
//! | category | the newest of those that no office edit is concurrent with: the office wins, the field's becomes a proposal |
//! | point | of the fixes at most three times worse than the best, the newest; a point set by hand (no accuracy) counts as good |
//!
//! Two edits are concurrent when neither author had seen the other's: each was made on a revision below the other's. An edit
//! and its author's own others never conflict, nor do equal values. Every pair of concurrent edits of different authors and
//! different values is one soft conflict, so that the set of conflicts does not depend on the order either.

use crate::{
    conflict::ConflictKind,
    ticket::{FieldEdit, TicketField},
};
use bazdid_protocol::geo::Point;

/// A fix this many times worse than the best never stands.
const WORSE: f64 = 3.0;
/// Points farther apart than this are worth a look, metres.
const MOVED_M: f64 = 50.0;

/// Whether neither author had seen the other's edit.
#[must_use]
pub const fn concurrent(a: &FieldEdit, b: &FieldEdit) -> bool {
    a.v > b.base && b.v > a.base
}

/// The edit of one field that stands. `None` if there is none.
#[must_use]
pub fn standing<'e>(field: TicketField, edits: &[&'e FieldEdit]) -> Option<&'e FieldEdit> {
    let newest = |candidates: &mut dyn Iterator<Item = &'e FieldEdit>| candidates.max_by_key(|e| (e.eff, e.mutation_id));
    match field {
        TicketField::Text | TicketField::AddressText => newest(&mut edits.iter().copied()),
        TicketField::Category => newest(&mut edits.iter().copied().filter(|e| !overruled_by_office(e, edits))),
        TicketField::Point => {
            let best = edits.iter().filter_map(|e| accuracy(e)).fold(f64::INFINITY, f64::min);
            newest(&mut edits.iter().copied().filter(|e| accuracy(e).is_none_or(|a| a <= best * WORSE)))
        }
    }
}

fn overruled_by_office(edit: &FieldEdit, edits: &[&FieldEdit]) -> bool {
    !edit.office && edits.iter().any(|other| other.office && concurrent(edit, other))
}

fn point(edit: &FieldEdit) -> Option<Point> {
    serde_json::from_value(edit.value.clone()).ok()
}

fn accuracy(edit: &FieldEdit) -> Option<f64> {
    point(edit).and_then(|p| p.accuracy_m)
}

/// The conflict of two edits of one field, if they are one.
#[must_use]
pub fn conflict(field: TicketField, a: &FieldEdit, b: &FieldEdit) -> Option<ConflictKind> {
    if a.actor == b.actor || a.value == b.value || !concurrent(a, b) {
        return None;
    }
    match field {
        TicketField::Text | TicketField::AddressText => Some(ConflictKind::ParallelUpdate),
        TicketField::Category if a.office != b.office => Some(ConflictKind::CategoryProposal),
        TicketField::Category => Some(ConflictKind::ParallelUpdate),
        TicketField::Point => {
            let apart = point(a).zip(point(b)).map(|(a, b)| a.distance_m(&b));
            apart.is_some_and(|m| m > MOVED_M).then_some(ConflictKind::PointMoved)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::{prelude::*, strategy::ValueTree as _};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use bazdid_protocol::{ids::Id, text_enum::TextEnum as _, time::Timestamp};

    /// What a device does in a phase: nothing, or one edit; afterwards it may pull.
    #[derive(Debug, Clone)]
    struct Act {
        device: usize,
        value: u8,
        accuracy: u8,
        clock: i64,
        pulls: bool,
    }

    /// One history: phases of acts. Inside a phase the arrivals may come in any order that keeps each device's own.
    fn history() -> impl Strategy<Value = Vec<Vec<Act>>> {
        let act = (0..4_usize, 0..3_u8, 0..40_u8, 0..50_i64, any::<bool>()).prop_map(|(device, value, accuracy, clock, pulls)| Act {
            device,
            value,
            accuracy,
            clock,
            pulls,
        });
        proptest::collection::vec(proptest::collection::vec(act, 1..5), 1..5)
    }

    /// Reorders the arrivals of a phase.
    type Order = dyn Fn(&mut [(u128, Act)]);
    /// What stands, the conflicts, and how many pairs were concurrent.
    type Played = (u128, BTreeSet<(u128, u128)>, usize);

    /// Lets the edits arrive and returns what stands, the conflicts, and how many pairs were concurrent.
    fn play(field: TicketField, history: &[Vec<Act>], order: &Order) -> Played {
        let mut edits: Vec<FieldEdit> = Vec::new();
        let mut seen = [(0_i64, 0_i64); 4]; // what each device had seen: revision and newest stamp
        let mut name = 0_u128;
        for phase in history {
            let mut arrivals: Vec<(u128, Act)> = phase
                .iter()
                .map(|a| {
                    name += 1;
                    (name, a.clone())
                })
                .collect();
            let mut own = seen;
            let stamps: Vec<(u128, i64)> = arrivals
                .iter()
                .map(|(id, a)| {
                    let eff = a.clock.max(own[a.device].1 + 1);
                    own[a.device].1 = eff;
                    (*id, eff)
                })
                .collect();
            order(&mut arrivals);
            for (id, act) in &arrivals {
                let eff = stamps.iter().find(|(n, _)| n == id).unwrap().1;
                let value = match field {
                    TicketField::Point => {
                        json!({"lat": 36.0 + f64::from(act.value) * 0.001, "lon": 50.0, "accuracy_m": f64::from(act.accuracy)})
                    }
                    _ => json!(act.value),
                };
                edits.push(FieldEdit {
                    id: Id::new(Uuid::from_u128(*id)),
                    mutation_id: Id::new(Uuid::from_u128(*id)),
                    ticket_id: Id::new(Uuid::from_u128(1)),
                    field,
                    value,
                    actor: Id::new(Uuid::from_u128(u128::try_from(act.device).unwrap())),
                    office: act.device == 0,
                    base: seen[act.device].0,
                    v: i64::try_from(edits.len()).unwrap() + 1,
                    eff: Timestamp::from_micros(eff),
                    device_id: None,
                });
            }
            let head = i64::try_from(edits.len()).unwrap();
            let newest = edits.iter().map(|e| e.eff.micros()).max().unwrap_or(0);
            for act in phase.iter().filter(|a| a.pulls) {
                seen[act.device] = (head, newest);
            }
            for device in 0..4 {
                seen[device].1 = seen[device].1.max(own[device].1);
            }
        }
        let refs: Vec<&FieldEdit> = edits.iter().collect();
        let winner = standing(field, &refs).unwrap();
        let mut conflicts = BTreeSet::new();
        let mut pairs = 0;
        for (i, a) in edits.iter().enumerate() {
            for b in &edits[..i] {
                pairs += usize::from(concurrent(a, b) && a.actor != b.actor);
                if conflict(field, a, b).is_some() {
                    let (x, y) = (a.mutation_id.uuid().as_u128(), b.mutation_id.uuid().as_u128());
                    conflicts.insert((x.min(y), x.max(y)));
                }
            }
        }
        (winner.mutation_id.uuid().as_u128(), conflicts, pairs)
    }

    /// A stable sort by device keeps each device's own order.
    fn by_device(arrivals: &mut [(u128, Act)]) {
        arrivals.sort_by_key(|(_, a)| a.device);
    }
    fn by_device_reversed(arrivals: &mut [(u128, Act)]) {
        arrivals.sort_by_key(|(_, a)| std::cmp::Reverse(a.device));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn what_stands_and_the_conflicts_do_not_depend_on_the_order_of_arrival(history in history()) {
            for field in TicketField::ALL {
                let (winner, conflicts, _) = play(*field, &history, &|_| ());
                for order in [by_device, by_device_reversed] {
                    let other = play(*field, &history, &order);
                    prop_assert_eq!(other.0, winner, "{}", field);
                    prop_assert_eq!(&other.1, &conflicts, "{}", field);
                }
            }
        }
    }

    #[test]
    fn the_generator_makes_concurrent_edits_and_conflicts_of_every_field() {
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let mut found = [(0, 0); 4];
        for _ in 0..200 {
            let history = history().new_tree(&mut runner).unwrap().current();
            for (n, field) in TicketField::ALL.iter().enumerate() {
                let (_, conflicts, pairs) = play(*field, &history, &|_| ());
                found[n].0 += pairs;
                found[n].1 += conflicts.len();
            }
        }
        assert!(found.iter().all(|(pairs, conflicts)| *pairs > 100 && *conflicts > 50), "{found:?}");
    }

    fn edit(n: u128, actor: u128, value: serde_json::Value, base: i64, v: i64, eff: i64) -> FieldEdit {
        FieldEdit {
            id: Id::new(Uuid::from_u128(n)),
            mutation_id: Id::new(Uuid::from_u128(n)),
            ticket_id: Id::new(Uuid::from_u128(1)),
            field: TicketField::Text,
            value,
            actor: Id::new(Uuid::from_u128(actor)),
            office: actor == 0,
            base,
            v,
            eff: Timestamp::from_micros(eff),
            device_id: None,
        }
    }

    #[test]
    fn the_office_wins_over_a_concurrent_field_edit_even_with_an_older_stamp() {
        let (office, field) = (edit(1, 0, json!("a"), 1, 2, 10), edit(2, 5, json!("b"), 1, 3, 99));
        assert_eq!(standing(TicketField::Category, &[&office, &field]).unwrap().actor, office.actor);
        assert_eq!(conflict(TicketField::Category, &office, &field), Some(ConflictKind::CategoryProposal));
        let informed = edit(3, 5, json!("b"), 2, 3, 99);
        assert_eq!(standing(TicketField::Category, &[&office, &informed]).unwrap().actor, informed.actor);
        assert_eq!(conflict(TicketField::Category, &office, &informed), None);
    }

    #[test]
    fn a_much_worse_fix_never_stands_and_a_small_move_is_no_conflict() {
        let fix = |n, accuracy: f64, lat: f64, eff| edit(n, n, json!({"lat": lat, "lon": 50.0, "accuracy_m": accuracy}), 1, 1 + eff, eff);
        let (good, poor, fair) = (fix(1, 5.0, 36.0, 1), fix(2, 16.0, 36.01, 3), fix(3, 15.0, 36.0001, 2));
        assert_eq!(standing(TicketField::Point, &[&good, &poor, &fair]).unwrap().id, fair.id);
        assert_eq!(conflict(TicketField::Point, &good, &poor), Some(ConflictKind::PointMoved));
        assert_eq!(conflict(TicketField::Point, &good, &fair), None);
    }
}
