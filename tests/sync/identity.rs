//! Ids are unique over all kinds: nothing is made under the id of another thing, whatever the two are.

use std::collections::{BTreeMap, BTreeSet};

use bazdid_client::acts::Shot;
use bazdid_domain::{photo::PhotoKind, unit_of_work::UnitOfWork, visit::VisitKind};
use bazdid_protocol::{
    envelope::ResultItem,
    ids::TicketId,
    outcome::{OutcomeCode, Status},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    city::{CREW_OLD, D_WEST, INSPECTOR_E, INSPECTOR_W, OLD, POTHOLE, SharedCity, WEST, id, on_both, ticket_with_order},
    push::{mutation, registered, send},
};

/// Commands that make something, by what they make.
const MAKERS: &[&str] = &["ticket", "note", "visit", "photo", "measurement", "patrol", "work_event", "answer"];

/// A mutation that makes a thing of a kind under an id. `own` is the mutation's id where the thing does not take it.
fn make(kind: &str, thing: Uuid, own: u128, seq: i64, (ticket, order, visit): (Uuid, Uuid, Uuid)) -> Value {
    let point = json!({"lat": WEST.lat, "lon": WEST.lon, "accuracy_m": 5.0});
    let named = |cmd: &str, args: Value| mutation(seq, own, cmd, ticket, args);
    let mut item = match kind {
        "ticket" => mutation(seq, own, "ticket.create", thing, json!({"category": Uuid::from_u128(POTHOLE), "text": "x", "point": point})),
        "note" => named("note.add", json!({"note": thing, "text": "x"})),
        "visit" => named("visit.record", json!({"visit": thing, "kind": "work", "arrived_at": "2026-11-18T09:00:00Z", "point": point})),
        "photo" => named(
            "photo.add",
            json!({"photo": thing, "kind": "after", "sha256": "ab".repeat(32), "bytes": 9, "mime": "image/jpeg", "captured_at": "2026-11-18T09:00:00Z"}),
        ),
        "measurement" => named("measurement.add", json!({"measurement": thing, "item": "asphalt", "quantity": 1.0, "unit": "m2"})),
        "patrol" => mutation(seq, own, "patrol.record", thing, json!({"outcome": "nothing_found"})),
        "answer" => named("checklist.answer", json!({"visit": visit, "checklist": Uuid::from_u128(700), "item": "a", "value": 1})),
        "work_event" => mutation(seq, own, "work.start", order, json!({"visit": visit})),
        other => panic!("{other}"),
    };
    if kind == "work_event" {
        item["epoch"] = json!(1);
    }
    if matches!(kind, "answer" | "work_event") {
        item["id"] = json!(thing);
    }
    item
}

/// A thing of every kind that there is at the ticket or around it, by kind.
fn things(city: &SharedCity, ticket: TicketId) -> BTreeMap<&'static str, Uuid> {
    let unit = city.unit(ticket);
    let mut found: BTreeMap<&'static str, Uuid> = kinds(&unit);
    found.extend([("category", Uuid::from_u128(POTHOLE)), ("area", Uuid::from_u128(D_WEST)), ("organisation", Uuid::from_u128(OLD))]);
    found
}

fn kinds(unit: &UnitOfWork) -> BTreeMap<&'static str, Uuid> {
    let mut found = BTreeMap::new();
    macro_rules! first {
        ($($table:ident $kind:literal),+) => {$( found.extend(unit.$table.iter().next().map(|row| ($kind, row.id.uuid()))); )+};
    }
    first!(
        tickets "ticket", work_orders "work_order", assignments "assignment", work_events "work_event", rounds "round", visits "visit",
        notes "note", measurements "measurement", answers "answer", photos "photo", conflicts "conflict"
    );
    found
}

/// A ticket with something of every kind below it.
fn full_ticket(city: &SharedCity) -> (TicketId, Uuid, Uuid) {
    let (ticket, order) = ticket_with_order(city);
    let mut crew = city.device(CREW_OLD);
    crew.sync().unwrap();
    crew.accept(order.uuid());
    let visit = crew.arrive(order.uuid(), VisitKind::Work, WEST);
    crew.start(order.uuid(), visit);
    crew.add_photo(order.uuid(), Some(visit), &Shot::of(PhotoKind::After, WEST));
    crew.act("note.add", order.uuid(), json!({"note": Uuid::from_u128(0xa1), "text": "x"}));
    crew.act("measurement.add", order.uuid(), json!({"measurement": Uuid::from_u128(0xa2), "item": "i", "quantity": 1.0, "unit": "m"}));
    crew.act("checklist.answer", order.uuid(), json!({"visit": visit, "checklist": Uuid::from_u128(700), "item": "a", "value": 1}));
    crew.act("ticket.propose", ticket.uuid(), json!({"propose": {"priority": "high"}}));
    crew.submit(order.uuid(), "done");
    crew.sync().unwrap();
    (ticket, order.uuid(), visit.uuid())
}

fn word(result: &ResultItem) -> (Status, Option<OutcomeCode>) {
    (result.status, result.code)
}

#[test]
fn nothing_is_made_under_the_id_of_another_thing_of_any_kind() {
    on_both(|city| {
        let (ticket, order, visit) = full_ticket(city);
        let things = things(city, ticket);
        for kind in
            ["ticket", "work_order", "assignment", "work_event", "round", "visit", "note", "measurement", "answer", "photo", "conflict"]
        {
            assert!(things.contains_key(kind), "no {kind} in {things:?}");
        }
        let before = city.unit(ticket);
        // Of the same district, of another one that may not know of the ticket, and of the contractor.
        for who in [INSPECTOR_W, INSPECTOR_E, CREW_OLD] {
            let (phone, device) = registered(city, who);
            let mut seq = 0;
            let mut details = BTreeSet::new();
            for maker in MAKERS {
                for (kind, thing) in &things {
                    // The journal has the ids of events and answers as those of mutations: with other content that is `id_reuse` too.
                    seq += 1;
                    let own = (who << 64) + u128::try_from(seq).unwrap();
                    let item = make(maker, *thing, own, seq, (ticket.uuid(), order, visit));
                    let answer = send(&phone, device, &[item]).unwrap();
                    let result = answer.results.first().unwrap();
                    assert_eq!(
                        word(result),
                        (Status::Rejected, Some(OutcomeCode::IdReuse)),
                        "{who} makes a {maker} of a {kind}: {result:?}"
                    );
                    assert!(result.state.is_none() && result.v.is_none() && result.conflict.is_none(), "{result:?}");
                    if !matches!(*kind, "work_event" | "answer") {
                        details.insert((*maker, result.detail.clone()));
                    }
                }
            }
            assert_eq!(details.len(), MAKERS.len(), "the answer does not depend on the other thing: {details:?}");
        }
        assert_eq!(kinds(&city.unit(ticket)), kinds(&before));
        assert_eq!(city.unit(ticket).changed(), before.changed());
        assert_eq!(city.order(ticket).id.uuid(), order, "the office still finds the order");
    });
}

#[test]
fn the_ids_of_one_push_are_unique_over_all_kinds_too() {
    on_both(|city| {
        let (ticket, order, visit) = full_ticket(city);
        let (phone, device) = registered(city, INSPECTOR_W);
        let mut seq = 0;
        for first in &MAKERS[..6] {
            for second in &MAKERS[..6] {
                let thing = Uuid::from_u128(0xbeef_0000 + u128::try_from(seq).unwrap());
                let items: Vec<Value> = [first, second]
                    .into_iter()
                    .map(|kind| {
                        seq += 1;
                        make(kind, thing, 0xc0de_0000 + u128::try_from(seq).unwrap(), seq, (ticket.uuid(), order, visit))
                    })
                    .collect();
                let answer = send(&phone, device, &items).unwrap();
                assert_eq!(answer.results[0].status, Status::Applied, "{first}: {:?}", answer.results);
                assert_eq!(
                    word(&answer.results[1]),
                    (Status::Rejected, Some(OutcomeCode::IdReuse)),
                    "{first}, {second}: {:?}",
                    answer.results
                );
            }
        }
    });
}

#[test]
fn a_thing_may_have_the_id_of_its_own_mutation() {
    on_both(|city| {
        let (ticket, ..) = full_ticket(city);
        let (phone, device) = registered(city, INSPECTOR_W);
        let note = mutation(1, 0xd1, "note.add", ticket.uuid(), json!({"note": Uuid::from_u128(0xd1), "text": "x"}));
        assert_eq!(send(&phone, device, &[note]).unwrap().results[0].status, Status::Applied);
        assert!(city.unit(ticket).notes.get(id(0xd1)).is_some());
    });
}
