//! Who recorded a fact keeps its row on their devices, whoever holds the order now; the ticket does not come with it.

use bazdid_client::acts::Shot;
use bazdid_domain::{
    photo::{Photo, PhotoKind, PhotoState},
    visit::VisitKind,
};
use bazdid_protocol::{ids::PhotoId, outcome::Status};
use bazdid_service::sync::compact;
use serde_json::json;
use uuid::Uuid;

use crate::city::{CREW_OLD, CREW_OLD_2, EAST, NEW, Phone, SharedCity, WEST, on_both, ticket_with_order};

const FACTS: [&str; 4] = ["visit", "photo", "note", "measurement"];

/// A visit, a photo, a note and a measurement at a ticket or an order.
fn record(phone: &mut Phone, entity: Uuid, n: u128) -> PhotoId {
    let visit = phone.arrive(entity, VisitKind::Work, WEST);
    let photo = phone.add_photo(entity, Some(visit), &Shot::of(PhotoKind::After, WEST));
    phone.act("note.add", entity, json!({"note": Uuid::from_u128(n), "text": "x"}));
    phone.act("measurement.add", entity, json!({"measurement": Uuid::from_u128(n + 1), "item": "i", "quantity": 1.0, "unit": "m"}));
    photo
}

/// How many facts of each kind a phone has.
fn held(phone: &Phone) -> [usize; 4] {
    FACTS.map(|kind| phone.state.copy.list(kind).count())
}

/// The worker's two duties with the feed, until nothing is due.
fn tidy(city: &SharedCity) {
    let ctx = city.ctx(None);
    city.write(move |tx| compact::mark_heads(tx, &ctx));
    loop {
        let ctx = city.ctx(None);
        if !city.write(move |tx| compact::compact(tx, &ctx)).more {
            return;
        }
    }
}

fn sync(phone: &mut Phone) {
    let (_, pulled) = phone.sync().unwrap();
    assert!(pulled.diverged.is_empty() && pulled.repaired.is_empty(), "{pulled:?}");
}

#[test]
fn what_a_crew_records_at_a_ticket_stays_on_its_phone() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let mut crew = city.device(CREW_OLD);
        sync(&mut crew);
        record(&mut crew, ticket.uuid(), 50);
        sync(&mut crew);
        assert_eq!(held(&crew), [1; 4]);
        assert!(crew.state.outbox.journal().filter_map(|e| crew.state.outbox.result(e.id)).all(|r| r.status == Status::Applied));
        // On another phone of the same person too, and on none of a colleague's.
        let mut second = city.device(CREW_OLD);
        sync(&mut second);
        assert_eq!(held(&second), [1; 4]);
        let mut colleague = city.device(CREW_OLD_2);
        sync(&mut colleague);
        assert_eq!(held(&colleague), [0; 4]);
    });
}

#[test]
fn facts_stay_after_the_order_went_to_others_until_their_bytes_have_been_there_for_thirty_days() {
    on_both(|city| {
        let (ticket, order) = ticket_with_order(city);
        let mut crew = city.device(CREW_OLD);
        sync(&mut crew);
        crew.accept(order.uuid());
        let photo = record(&mut crew, order.uuid(), 60);
        sync(&mut crew);
        city.reassign(ticket, NEW);
        // Where the ticket lies does not matter either.
        city.pass(1);
        city.office(ticket, |w| {
            let mut t = w.tickets.iter().next().unwrap().clone();
            t.point = EAST;
            w.tickets.put(t);
        });
        sync(&mut crew);
        assert_eq!(held(&crew), [1; 4]);
        for other in ["ticket", "work_order", "work_event", "round"] {
            assert_eq!(crew.state.copy.list(other).count(), 0, "no other row comes with them: {other}");
        }
        let days = |days: i64| {
            for _ in 0..days {
                city.pass(24 * 60);
                tidy(city);
            }
        };
        days(32);
        sync(&mut crew);
        assert_eq!(held(&crew), [0, 1, 0, 0], "the photo waits for its bytes");
        city.office(ticket, move |w| {
            let waiting = w.photos.get(photo).unwrap().clone();
            w.photos.put(Photo { state: PhotoState::Stored, ..waiting });
        });
        sync(&mut crew);
        assert_eq!(crew.state.copy.text("photo", photo.uuid(), "state"), Some("stored"), "now the file may go");
        days(29);
        sync(&mut crew);
        assert_eq!(held(&crew), [0, 1, 0, 0]);
        days(3);
        sync(&mut crew);
        assert_eq!(held(&crew), [0; 4]);
        let unit = city.unit(ticket);
        assert_eq!((unit.photos.iter().count(), unit.notes.iter().count()), (1, 1), "the server keeps them");
    });
}
