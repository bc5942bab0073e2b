//! Work at a ticket that the office moved to another district while a device was out of reach, and work of a clock that is wrong by
//! years: what people did is kept.

use bazdid_domain::visit::VisitKind;
use bazdid_protocol::outcome::{OutcomeCode, Status};
use serde_json::json;
use uuid::Uuid;

use crate::{
    city::{D_EAST, EAST, INSPECTOR_E, SUPERVISOR, SharedCity, WEST, grant, id, on_both, ticket_with_order},
    push::{mutation, registered, send},
};
use bazdid_client::acts::Shot;
use bazdid_domain::{account::Role, photo::PhotoKind};
use bazdid_protocol::ids::TicketId;
use bazdid_store as store;

/// The office moves a ticket to the east.
fn move_east(city: &SharedCity, ticket: TicketId) {
    let mut desk = city.device(SUPERVISOR);
    desk.sync().unwrap();
    desk.act("ticket.edit", ticket.uuid(), json!({"set": {"point": {"lat": EAST.lat, "lon": EAST.lon}}}));
    desk.sync().unwrap();
    assert!(city.unit(ticket).tickets.get(ticket).unwrap().leaf_areas.contains(&id(D_EAST)));
}

#[test]
fn what_was_done_at_a_ticket_that_moved_to_another_district_counts() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let entity = ticket.uuid();
        // Another inspector of the west than who registered it: nothing but the district lets them see it.
        city.write(|tx| {
            store::account::save_accounts(tx, &[crate::city::account(8)])?;
            store::account::save_grants(tx, &[grant(608, 8, Role::Inspector, crate::city::HALL, &[crate::city::D_WEST])])
        });
        let mut inspector = city.device(8);
        inspector.sync().unwrap();
        assert!(inspector.state.copy.get("ticket", entity).is_some());
        city.pass(10);
        // Before the move and after it, both out of reach.
        let visit = inspector.arrive(entity, VisitKind::Inspection, WEST);
        city.pass(10);
        move_east(city, ticket);
        city.pass(10);
        inspector.add_photo(entity, Some(visit), &Shot::of(PhotoKind::Before, WEST));
        inspector.act("note.add", entity, json!({"note": Uuid::from_u128(77), "text": "still there"}));
        inspector.act("ticket.edit", entity, json!({"set": {"text": "two holes"}}));
        inspector.push().unwrap();
        for item in inspector.state.outbox.journal().filter_map(|e| inspector.state.outbox.result(e.id)) {
            assert!(matches!(item.status, Status::Applied | Status::Merged), "{item:?}");
            assert!(item.state.is_none(), "nothing is told of a ticket that they may no longer see: {item:?}");
        }
        let unit = city.unit(ticket);
        assert_eq!((unit.visits.iter().count(), unit.photos.iter().count(), unit.notes.iter().count()), (1, 1, 1));
        assert_eq!(unit.tickets.get(ticket).unwrap().text, "two holes", "the edit is decided by the registers");
        // Their own facts stay with them, the ticket does not.
        inspector.sync().unwrap();
        assert!(inspector.state.copy.get("ticket", entity).is_none());
        assert_eq!(inspector.state.copy.list("note").count(), 1);
        // Who never had it in their district knows nothing of it still.
        let (stranger, device) = registered(city, INSPECTOR_E);
        let (other, _) = ticket_with_order(city);
        let item = mutation(1, 0xe1, "note.add", other.uuid(), json!({"note": Uuid::from_u128(0xe2), "text": "x"}));
        let answer = send(&stranger, device, &[item]).unwrap();
        assert_eq!((answer.results[0].status, answer.results[0].code), (Status::Held, Some(OutcomeCode::UnknownEntity)));
    });
}

/// Of a clock at 1970 the estimate lies before the author's first grant.
#[test]
fn a_fact_is_kept_though_its_clock_says_that_nobody_had_a_grant_yet() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let now = city.now();
        // In force since yesterday.
        city.write(move |tx| {
            store::account::save_accounts(tx, &[crate::city::account(8)])?;
            let new = bazdid_domain::account::RoleGrant {
                valid_from: now.plus_days(-1),
                ..grant(608, 8, Role::Inspector, crate::city::HALL, &[crate::city::D_WEST])
            };
            store::account::save_grants(tx, &[new])
        });
        let (phone, device) = registered(city, 8);
        let note = |seq: i64, n: u128, at: &str| {
            let mut item = mutation(seq, n, "note.add", ticket.uuid(), json!({"note": Uuid::from_u128(n + 1), "text": "x"}));
            item["at"] = json!(at);
            item
        };
        let answer = send(&phone, device, &[note(1, 0xf0, "1970-01-01T00:00:00Z")]).unwrap();
        assert_eq!((answer.results[0].status, answer.results[0].code), (Status::Applied, Some(OutcomeCode::ClockSuspect)), "{answer:?}");
        // A grant that began and ended since: nobody knows whether it was done in its time, so a supervisor decides.
        city.write(move |tx| {
            store::account::save_accounts(tx, &[crate::city::account(9)])?;
            let over = bazdid_domain::account::RoleGrant {
                valid_from: now.plus_days(-3),
                valid_to: Some(now.plus_days(1)),
                ..grant(609, 9, Role::Inspector, crate::city::HALL, &[crate::city::D_WEST])
            };
            store::account::save_grants(tx, &[over])
        });
        let (phone, device) = registered(city, 9);
        city.pass(2 * 24 * 60);
        let answer = send(&phone, device, &[note(1, 0x1f0, "1970-01-01T00:00:00Z")]).unwrap();
        assert_eq!((answer.results[0].status, answer.results[0].code), (Status::Conflict, Some(OutcomeCode::Quarantined)), "{answer:?}");
    });
}
