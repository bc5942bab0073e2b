//! A backup is put back: devices converge, and nothing that a device still has is lost or doubled.

use std::{collections::BTreeMap, sync::Arc};

use bazdid_client::{Device, DeviceState, acts::Shot, clocks::DeviceClock, copy::LocalCopy};
use bazdid_domain::{photo::PhotoKind, visit::VisitKind};
use bazdid_protocol::{envelope::PullResponse, ids::AccountId, outcome::Status};
use bazdid_service::{
    Settings, Shared,
    sync::{
        restore::{Sign, renew_feed},
        state::feed_epoch,
    },
};
use bazdid_store::{self as store, Db, DbOptions};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    city::{CREW_OLD, CREW_OLD_2, City, EAST, INSPECTOR_E, INSPECTOR_W, Phone, SUPERVISOR, SharedCity, WEST, category},
    common::{
        TestDb,
        backup::{back_up, put_back},
    },
};

/// Phones without a server.
type Parked = Vec<(DeviceState, DeviceClock, AccountId)>;

fn park(phones: Vec<Phone>) -> Parked {
    phones.into_iter().map(|p| (p.state, p.clock, p.transport.account)).collect()
}

fn unpark(city: &SharedCity, parked: Parked) -> Vec<Phone> {
    let back = |(state, clock, account): (DeviceState, DeviceClock, AccountId)| {
        let line = city.device(account.uuid().as_u128()).transport;
        Device::restored(state, line, clock, Arc::clone(&city.ids))
    };
    parked.into_iter().map(back).collect()
}

/// Another process on a database: nothing is remembered but what stands in it.
fn open(before: &Stopped, url: &str) -> SharedCity {
    City {
        db: Db::open(&DbOptions { url: url.to_owned(), connections: 4 }).unwrap(),
        url: url.to_owned(),
        clock: Arc::clone(&before.clock),
        ids: Arc::clone(&before.ids),
        shared: Arc::new(Shared::new(Settings::default(), &[7; 32])),
    }
    .into()
}

/// What outlives a server.
struct Stopped {
    clock: Arc<bazdid_clock::ManualClock>,
    ids: bazdid_clock::SharedIds,
}

fn stop(city: SharedCity) -> Stopped {
    let stopped = Stopped { clock: Arc::clone(&city.clock), ids: Arc::clone(&city.ids) };
    assert_eq!(std::rc::Rc::strong_count(&city), 1, "somebody still holds the server");
    drop(city);
    stopped
}

fn first(phone: &Phone, kind: &str) -> Uuid {
    phone.state.copy.list(kind).next().unwrap().0
}

fn fresh(phone: &Phone) -> LocalCopy {
    let mut copy = LocalCopy::default();
    loop {
        let body = json!({"device": phone.state.device, "cursor": copy.cursor()});
        let page: PullResponse = serde_json::from_value(phone.transport.pull(&body).unwrap()).unwrap();
        copy.apply(&page).unwrap();
        if page.complete {
            return copy;
        }
    }
}

fn held(copy: &LocalCopy) -> Vec<String> {
    copy.rows().map(|(t, id, r)| format!("{t} {id} {} {} {:?} {:?}", r.v, r.row, r.ts, r.channels)).collect()
}

/// Work that every phone does and that the server acknowledges.
fn a_shift(phones: &mut [Phone], word: &str) {
    for (n, phone) in phones.iter_mut().enumerate() {
        let ticket = first(phone, "ticket");
        for i in 0..3 {
            phone.add_note(ticket, &format!("{word} {n} {i}"));
        }
        let order = phone.state.copy.list("work_order").next().map(|(id, _)| id);
        if let Some(order) = order.filter(|_| n == 1) {
            let visit = phone.arrive(order, VisitKind::Work, WEST);
            phone.start(order, visit);
            phone.add_photo(order, Some(visit), &Shot::of(PhotoKind::After, WEST));
        }
        phone.sync().unwrap();
    }
}

/// The notes of the server, by text.
fn notes(city: &SharedCity, phones: &[Phone]) -> BTreeMap<String, usize> {
    let mut tickets: Vec<_> =
        phones.iter().flat_map(|p| p.state.copy.list("ticket").map(|(id, _)| bazdid_protocol::ids::Id::new(id))).collect();
    tickets.sort_unstable();
    tickets.dedup();
    let unit = city.write(move |tx| store::aggregate::load_unit(tx, &tickets));
    let mut notes = BTreeMap::new();
    for note in unit.notes.iter() {
        *notes.entry(note.text.clone()).or_default() += 1;
    }
    notes
}

/// Whether an operator says that a backup was put back, or the server finds out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Report {
    ByOperator,
    ByNobody,
}

fn play(mut t: TestDb, told: Report) {
    let folder = tempfile::tempdir().unwrap();
    let city = City::build(&t, 11);
    t.db = None;
    let mut phones: Vec<Phone> = [INSPECTOR_W, CREW_OLD, SUPERVISOR].map(|p| city.device(p)).into();
    phones[0].create_ticket(category(), "چاله", WEST, None);
    for _ in 0..2 {
        phones.iter_mut().for_each(|p| drop(p.sync().unwrap()));
    }
    a_shift(&mut phones, "before");
    let parked = park(phones);
    let stopped = stop(city);
    let copy = back_up(&t, folder.path());

    // The time that will be lost: acknowledged work, a ticket, a device that registers, an edit, and something that is not sent.
    let city = open(&stopped, &t.url);
    let mut phones = unpark(&city, parked);
    city.pass(60);
    a_shift(&mut phones, "lost");
    let ticket = first(&phones[2], "ticket");
    phones[2].edit_ticket(bazdid_protocol::ids::Id::new(ticket), json!({"text": "a text of the lost time"}));
    let mut late: Vec<Phone> = [CREW_OLD_2, INSPECTOR_E].map(|p| city.device(p)).into();
    late[1].create_ticket(category(), "چاله شرق", EAST, None);
    late.iter_mut().for_each(|p| drop(p.sync().unwrap()));
    late[0].add_note(ticket, "of a device that the backup does not know");
    let east = first(&late[1], "ticket");
    late[1].add_note(east, "in the east");
    late.iter_mut().for_each(|p| drop(p.sync().unwrap()));
    phones.extend(late);
    phones.iter_mut().for_each(|p| drop(p.sync().unwrap()));
    phones[0].add_note(ticket, "not sent yet");
    let acknowledged: Vec<_> = phones.iter().flat_map(|p| p.state.outbox.journal().map(|e| (e.id, e.args["text"].clone()))).collect();
    let parked = park(phones);
    stop(city);
    put_back(&t, &copy);

    let city = open(&stopped, &t.url);
    city.pass(60);
    let lost_epoch = city.read(feed_epoch);
    if told == Report::ByOperator {
        let ctx = city.ctx(None);
        city.write(move |tx| {
            let epoch = feed_epoch(tx)?;
            renew_feed(tx, &ctx, &epoch, Sign::Operator).map(drop)
        });
        // Somebody else writes other things under the revisions that were given out already, until the feed has passed every cursor.
        let mut office = city.device(SUPERVISOR);
        office.sync().unwrap();
        for n in 0..40 {
            office.add_note(ticket, &format!("anew {n}"));
        }
        office.edit_ticket(bazdid_protocol::ids::Id::new(ticket), json!({"text": "another text under the same revision"}));
        office.sync().unwrap();
    }
    let mut phones = unpark(&city, parked);
    let mut restored = 0;
    for _ in 0..3 {
        for phone in &mut phones {
            let (_, pulled) = phone.sync().unwrap();
            restored += usize::from(pulled.server_restored);
            phone.refresh_results().unwrap();
        }
    }
    assert!(restored > 0, "{told:?}");
    assert_ne!(city.read(feed_epoch), lost_epoch, "{told:?}: every device began anew");
    for phone in &mut phones {
        let (_, pulled) = phone.sync().unwrap();
        assert!(pulled.diverged.is_empty() && pulled.repaired.is_empty() && !pulled.server_restored, "{told:?}: {pulled:?}");
        assert_eq!(phone.state.outbox.pending(), 0);
        assert_eq!(held(&phone.state.copy), held(&fresh(phone)), "{told:?}");
    }
    // Every mutation of every phone is in the journal, once, and had its effect, once.
    let ids: Vec<_> = acknowledged.iter().map(|(id, _)| *id).collect();
    let journal = city.read(|tx| store::mutation::find_mutations(tx, &ids));
    assert_eq!(journal.len(), ids.len());
    assert!(journal.iter().all(|row| matches!(row.status, Status::Applied | Status::Merged | Status::Conflict)), "{journal:?}");
    let notes = notes(&city, &phones);
    let texts: Vec<&str> = acknowledged.iter().filter_map(|(_, text)| Value::as_str(text)).filter(|t| !t.starts_with("چاله")).collect();
    assert!(texts.len() > 20);
    for text in &texts {
        assert_eq!(notes.get(*text), Some(&1), "{told:?}: {text}");
    }
    drop(phones);
    stop(city);
}

#[test]
fn after_a_backup_was_put_back_devices_converge_and_nothing_that_they_have_is_lost() {
    for told in [Report::ByOperator, Report::ByNobody] {
        TestDb::both().into_iter().for_each(|t| play(t, told));
    }
}
