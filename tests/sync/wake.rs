//! Waking: by writes of the same process and of others, and a crowd without a storm.

use std::{sync::Arc, time::Duration};

use bazdid_client::Device;
use bazdid_domain::account::{Role, RoleGrant};
use bazdid_protocol::{
    channel::Channel,
    digest::row_hash,
    error::{Code, Error},
    ids::{AreaId, DeviceId, Id},
};
use bazdid_server::worker::wake;
use bazdid_service::sync::pull::{Look, look};
use bazdid_store::{
    self as store, Db, DbOptions, Tx,
    feed::{Entry, Presence},
    hub::{Heads, Waiting, Woken},
};
use futures_util::FutureExt as _;
use tokio::{runtime::Runtime, time::timeout};
use uuid::Uuid;

use crate::{
    city::{CITY, D_EAST, D_WEST, HALL, INSPECTOR_W, Phone, SUPERVISOR, SharedCity, WEST, category, grant, id, on_both},
    load::statements,
};

/// Nothing here takes so long unless it never comes.
const SOON: Duration = Duration::from_secs(20);

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn look_of(city: &SharedCity, phone: &Phone, cursor: Option<&str>) -> Look {
    let ctx = city.ctx(Some(phone.state.account));
    let device = phone.state.device.unwrap();
    city.read(|tx| look(tx, &ctx, device, cursor))
}

/// How a device stands that has just pulled.
fn level(city: &SharedCity, account: u128) -> (Phone, Look) {
    let mut phone = city.device(account);
    phone.sync().unwrap();
    let look = look_of(city, &phone, phone.state.copy.cursor());
    assert!(!look.behind, "who has pulled is up to date");
    (phone, look)
}

fn enter(tx: &mut Tx<'_>, channel: Channel, n: u128) -> bazdid_protocol::error::Result<()> {
    let entry = Entry { channel, kind: "ticket", entity: Uuid::from_u128(n), v: 1, presence: Presence::Put };
    store::feed::append(tx, &[entry], row_hash)
}

fn area(n: u128) -> Channel {
    Channel::Area(AreaId::new(Uuid::from_u128(n)))
}

fn now(waiting: &mut Waiting) -> Option<Woken> {
    waiting.woken().now_or_never()
}

#[test]
fn a_look_says_whether_a_pull_would_bring_anything() {
    on_both(|city| {
        let (mut phone, _) = level(city, INSPECTOR_W);
        assert_eq!(phone.wait(0), Ok(false));
        let cursor = phone.state.copy.cursor().map(str::to_owned);
        let reader = Device::restored(phone.state.clone(), phone.transport.clone(), phone.clock.clone(), city.ids.clone());
        let behind = |cursor: Option<&str>| look_of(city, &reader, cursor).behind;
        assert!(behind(None) && behind(Some("nonsense")), "it would begin from the beginning");
        assert!(!behind(cursor.as_deref()));
        // What others read does not concern it.
        city.write(|tx| enter(tx, area(D_EAST), 1));
        assert!(!behind(cursor.as_deref()));
        let mut other = city.device(INSPECTOR_W);
        other.create_ticket(category(), "new", WEST, None);
        other.sync().unwrap();
        assert!(behind(cursor.as_deref()));
        assert_eq!(phone.wait(0), Ok(true));
        // A channel that is gained or lost.
        let (phone, _) = level(city, INSPECTOR_W);
        let behind = || look_of(city, &phone, phone.state.copy.cursor()).behind;
        let both = RoleGrant { valid_from: city.now(), ..grant(700, INSPECTOR_W, Role::Inspector, HALL, &[D_EAST]) };
        let ended = RoleGrant { valid_to: Some(city.now().plus_minutes(1)), ..both.clone() };
        assert!(!behind());
        city.write(move |tx| store::account::save_grants(tx, std::slice::from_ref(&both)));
        assert!(behind());
        city.write(move |tx| store::account::save_grants(tx, std::slice::from_ref(&ended)));
        city.pass(1);
        assert!(!behind(), "as if it had never been");
    });
}

#[test]
fn who_waits_is_woken_by_what_was_committed_and_by_nothing_else() {
    on_both(|city| {
        let (phone, look) = level(city, SUPERVISOR);
        let device = phone.state.device.unwrap();
        assert_eq!(look.heads.get(&area(CITY).to_string()), Some(&0), "a channel that is not told of yet is waited for too");
        let seat = city.db.hub().enter(10).unwrap();
        let mut waiting = seat.wait(device, look.heads.clone());
        // A transaction that fails.
        let failed = city.db.write_blocking(|tx| {
            enter(tx, area(D_WEST), 1)?;
            Err::<(), _>(Error::new(Code::Conflict))
        });
        assert_eq!(failed.unwrap_err().code, Code::Conflict);
        // A step that is taken back in one that does not.
        city.write(|tx| {
            let step = tx.step(|tx| {
                enter(tx, area(D_WEST), 1)?;
                Err::<(), _>(Error::new(Code::Conflict))
            });
            assert!(step.is_err());
            Ok(())
        });
        // What concerns others.
        city.write(|tx| enter(tx, Channel::User(id(INSPECTOR_W)), 1));
        assert_eq!(now(&mut waiting), None);
        // A step that stands.
        city.write(|tx| tx.step(|tx| enter(tx, area(CITY), 1)));
        let heads: Heads = [(area(CITY).to_string(), 1)].into();
        assert_eq!(now(&mut waiting), Some(Woken::Moved { heads, crowd: 1 }));
        // A transaction that is run again tells of its last run only.
        if city.db.kind() == "postgres" {
            let mut again = seat.wait(device, look_of(city, &phone, None).heads);
            let mut run = 0;
            city.write(move |tx| {
                run += 1;
                let (channel, fails) = if run == 1 { (D_WEST, true) } else { (D_EAST, false) };
                enter(tx, area(channel), 2)?;
                let deadlock = diesel::result::DatabaseErrorKind::SerializationFailure;
                let cause = diesel::result::Error::DatabaseError(deadlock, Box::new("could not serialize".to_owned()));
                if fails { Err(Error::new(Code::Overloaded).caused_by(cause)) } else { Ok(()) }
            });
            let Some(Woken::Moved { heads, .. }) = now(&mut again) else { panic!("nobody was woken") };
            assert_eq!(heads.keys().cloned().collect::<Vec<_>>(), [area(D_EAST).to_string()]);
        }
    });
}

#[test]
fn what_another_process_writes_wakes_too() {
    on_both(|city| {
        // Another process on the same database: only the watch can tell it.
        let here = Db::open(&DbOptions { url: city.url.clone(), connections: 2 }).unwrap();
        let (phone, look) = level(city, INSPECTOR_W);
        let seat = here.hub().enter(10).unwrap();
        let mut waiting = seat.wait(phone.state.device.unwrap(), look.heads);
        runtime().block_on(async {
            let watch = tokio::spawn(wake::watch(here.clone()));
            assert!(timeout(Duration::from_millis(700), waiting.woken()).await.is_err(), "nothing has moved");
            city.db.write(|tx| enter(tx, area(D_WEST), 1)).await.unwrap();
            let woken = timeout(SOON, waiting.woken()).await.unwrap();
            assert!(matches!(woken, Woken::Moved { crowd: 1, .. }), "{woken:?}");
            watch.abort();
        });
    });
}

#[test]
fn five_hundred_who_wait_for_one_channel_are_woken_without_a_query_for_each() {
    const CROWD: usize = 500;
    on_both(|city| {
        let (_, look) = level(city, INSPECTOR_W);
        let heads = Arc::new(look.heads);
        runtime().block_on(async {
            let watch = tokio::spawn(wake::watch(city.db.clone()));
            let waits: Vec<_> = (0..CROWD)
                .map(|n| {
                    let seat = city.db.hub().enter(CROWD).unwrap();
                    let device: DeviceId = Id::new(Uuid::from_u128(0xc0ffee + u128::try_from(n).unwrap()));
                    let mut waiting = seat.wait(device, Heads::clone(&heads));
                    tokio::spawn(async move {
                        let woken = waiting.woken().await;
                        drop(seat);
                        woken
                    })
                })
                .collect();
            assert!(city.db.hub().enter(CROWD).is_none(), "there is no place for one more");
            assert_eq!(city.db.hub().waiting(), CROWD);
            let before = statements(&city.url);
            city.db.write(|tx| enter(tx, area(D_WEST), 1)).await.unwrap();
            for wait in waits {
                let woken = timeout(SOON, wait).await.unwrap().unwrap();
                assert!(matches!(woken, Woken::Moved { crowd: CROWD, .. }), "{woken:?}");
            }
            let took = statements(&city.url) - before;
            println!("{}: {took} statements", city.db.kind());
            assert!(took < CROWD / 5, "{took} statements");
            assert!(city.db.hub().enter(CROWD).is_some());
            watch.abort();
        });
    });
}
