use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::{text_enum::TextEnum as _, words::conflict::ConflictKind};

fn id(n: u128) -> Value {
    json!(Uuid::from_u128(n))
}

const AT: &str = "2026-07-14T08:00:00.000000Z";

/// Sides as section 7 of `api-spec/sync.md` shows them.
fn shown() -> Vec<(ConflictKind, [Value; 3])> {
    use ConflictKind as K;
    let measured = |n| json!({ "measurement": id(n), "quantity": 2.5, "actor": id(1), "at": AT });
    let written = |n| json!({ "value": "x", "actor": id(n), "at": AT, "office": false, "mutation": id(n) });
    let verdict = |word, n| json!({ "verdict": word, "by": id(n), "at": AT, "mutation": id(n) });
    let late = json!([{ "event": id(5), "kind": "submit", "at": AT, "actor": id(1) }]);
    let ended = json!({ "ticket": "cancelled", "work_order": null, "duplicate_of": null, "ended_at": AT, "came_first": "work" });
    vec![
        (K::ParallelUpdate, [json!({ "field": "text", "value": null }), written(1), written(2)]),
        (
            K::AlreadySubmitted,
            [
                json!({}),
                json!({ "answer": id(1), "actor": id(1), "value": true, "at": AT }),
                json!([{ "answer": id(2), "actor": id(2), "value": [1], "at": AT }]),
            ],
        ),
        (
            K::AlreadySubmitted,
            [
                json!({ "epoch": 2 }),
                json!({ "event": id(1), "actor": id(1), "at": AT, "findings": { "findings": "confirmed" } }),
                json!([{ "event": id(2), "actor": id(2), "at": AT, "findings": { "findings": "not_ours" } }]),
            ],
        ),
        (K::MeasurementDisagrees, [json!({ "epoch": null }), measured(1), json!([measured(2)])]),
        (
            K::StaleEpoch,
            [json!({ "epoch": 1 }), json!({ "epoch": 2, "state": "offered", "double_work": false, "submitted_at": null }), late.clone()],
        ),
        (
            K::StaleEpoch,
            [
                json!({ "round": id(3), "epoch": 1 }),
                json!({ "epoch": 2, "round": 2 }),
                json!([{ "verdict": "rework", "by": id(1), "at": AT, "mutation": id(4), "defects": [] }]),
            ],
        ),
        (
            K::AssignmentOutdated,
            [
                json!({ "epoch": 1 }),
                json!({ "category": id(1), "organisation": id(2), "contract": id(3), "coverage": id(4) }),
                json!({ "category": id(5), "organisation": null, "contract": null, "coverage": null }),
            ],
        ),
        (K::VerdictDisagrees, [json!({ "round": id(3), "epoch": 1 }), verdict("accepted", 1), verdict("rework", 2)]),
        (
            K::DeletedEntity,
            [
                json!({}),
                ended,
                json!([{ "evidence_by": id(1), "from": AT }, { "event": id(5), "kind": "start", "at": AT, "actor": id(2) }]),
            ],
        ),
        (
            K::DeclinedVsSubmitted,
            [json!({ "epoch": 1 }), json!({ "declined": AT, "actor": id(1) }), json!({ "submitted": AT, "actor": id(2) })],
        ),
        (
            K::ReliefRequested,
            [
                json!({ "epoch": 1 }),
                json!({ "epoch": 1, "state": "accepted" }),
                json!([{ "event": id(1), "actor": id(1), "at": AT, "reason": null }]),
            ],
        ),
        (
            K::EpochUnknown,
            [
                json!({ "epoch": 1 }),
                json!({ "state": "offered" }),
                json!([{ "mutation": id(1), "cmd": "work.start", "at": AT, "epoch": 9, "actor": id(1) }]),
            ],
        ),
        (K::Quarantined, [json!({ "epoch": null }), json!({ "revoked": true }), json!([{ "mutation": id(1), "at": AT }])]),
        (
            K::HeldTooLong,
            [json!({}), json!({}), json!([{ "mutation": id(1), "cmd": "note.add", "at": AT, "actor": id(1), "waits_for": id(2) }])],
        ),
        (
            K::PhotoMissing,
            [
                json!({}),
                json!({}),
                json!({ "photo": id(1), "kind": "before", "actor": id(1), "organisation": null, "device": null, "captured_at": AT, "received_at": AT }),
            ],
        ),
        (
            K::Proposal,
            [
                json!({}),
                json!({ "priority": "normal" }),
                json!({ "propose": { "priority": "urgent" }, "reason": null, "by": id(1), "at": AT }),
            ],
        ),
        (
            K::PossibleDuplicate,
            [json!({}), json!({ "ticket": id(1), "created_at": AT, "distance_m": 3.5 }), json!({ "ticket": id(2), "by": id(1) })],
        ),
    ]
}

#[test]
fn the_sides_of_every_kind_of_conflict_are_read_by_their_type_and_written_as_they_were() {
    for (kind, values) in shown() {
        let sides = Sides::read(kind, values.clone());
        assert!(!matches!(sides, Sides::Other { .. }), "{kind}");
        assert_eq!(sides.values(), values, "{kind}");
    }
    let mut kinds: Vec<ConflictKind> =
        shown().into_iter().map(|(kind, _)| kind).chain([ConflictKind::CategoryProposal, ConflictKind::PointMoved]).collect();
    kinds.dedup();
    assert!(ConflictKind::ALL.iter().all(|kind| kinds.contains(kind)), "a kind is not shown");
}

#[test]
fn what_earlier_versions_stored_is_understood() {
    let found = [json!(null), json!({ "ticket": id(1) }), json!({ "ticket": id(2), "by": null })];
    let tickets = Sides::read(ConflictKind::PossibleDuplicate, found).tickets().unwrap();
    assert_eq!((tickets.0.uuid().as_u128(), tickets.1.uuid().as_u128()), (1, 2));
    let other = [json!({}), json!({ "actor": id(1), "more": 1 }), json!([{ "by": id(2) }, { "evidence_by": id(3) }])];
    let people = Sides::read(ConflictKind::StaleEpoch, other).people();
    assert_eq!(people.into_iter().map(|p| p.uuid().as_u128()).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn people_are_found_on_all_sides() {
    let people = |kind: ConflictKind, at: usize| {
        let (kind, values) = shown().into_iter().filter(|(k, _)| *k == kind).nth(at).unwrap();
        Sides::read(kind, values).people().into_iter().map(|p| p.uuid().as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(people(ConflictKind::ParallelUpdate, 0), [1, 2]);
    assert_eq!(people(ConflictKind::AlreadySubmitted, 0), [1, 2]);
    assert_eq!(people(ConflictKind::AlreadySubmitted, 1), [1, 2]);
    assert_eq!(people(ConflictKind::DeletedEntity, 0), [1, 2]);
    assert_eq!(people(ConflictKind::StaleEpoch, 1), [1]);
    assert_eq!(people(ConflictKind::Quarantined, 0), [0_u128; 0]);
}

proptest! {
    #[test]
    fn what_no_type_describes_is_kept_as_it_is(kind in proptest::sample::select(ConflictKind::ALL), base in "[a-z]{1,9}", n in 0_i64..9) {
        let values = [json!({ "earlier": base }), json!([n]), json!(null)];
        prop_assert_eq!(Sides::read(kind, values.clone()).values(), values);
    }
}
