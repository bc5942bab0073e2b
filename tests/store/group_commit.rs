//! What many devices send at once shares commits: each stands or falls by itself, and nobody waits for another's lock.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use bazdid_protocol::{
    channel::Channel,
    error::{Code, Error, Result},
};
use bazdid_store::{
    Db, Tx,
    area::{find_area, list_areas, save_areas},
    feed::{Entry, Presence, append, list_after, list_channels},
};
use tokio::{runtime::Runtime, task::JoinHandle};
use uuid::Uuid;

use crate::{
    common::TestDb,
    fixtures::{area, id},
};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn hash(_: &str, entity: Uuid, v: i64) -> u64 {
    (entity.as_u128() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(v.cast_unsigned() << 40)
}

fn channel() -> Channel {
    Channel::Area(Uuid::from_u128(1).into())
}

fn keep(tx: &mut Tx<'_>, n: u128) -> Result<()> {
    save_areas(tx, &[area(n)])?;
    append(tx, &[Entry { channel: channel(), kind: "area", entity: Uuid::from_u128(n), v: 1, presence: Presence::Put }], hash)
}

pub type Closure<T> = Box<dyn FnMut(&mut Tx<'_>) -> Result<T> + Send>;

/// Sends closures while all that run them are busy, so that they meet in groups; then lets them go.
pub fn meet<T: Send + 'static>(runtime: &Runtime, db: &Db, closures: Vec<Closure<T>>) -> Vec<JoinHandle<Result<T>>> {
    let (open, busy) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let lanes = if db.kind() == "sqlite" { 1 } else { 2 };
    for nth in 1..=lanes {
        let (db, open, taken) = (db.clone(), Arc::clone(&open), Arc::clone(&busy));
        runtime.spawn(async move {
            db.write_together(move |_| {
                taken.fetch_add(1, Ordering::SeqCst);
                while !open.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(1));
                }
                Ok(())
            })
            .await
        });
        while busy.load(Ordering::SeqCst) < nth {
            thread::sleep(Duration::from_millis(1));
        }
    }
    let sent: Vec<_> = closures
        .into_iter()
        .map(|closure| {
            let db = db.clone();
            runtime.spawn(async move { db.write_together(closure).await })
        })
        .collect();
    // The queue is filled by the runtime's own threads.
    thread::sleep(Duration::from_millis(200));
    open.store(true, Ordering::SeqCst);
    sent
}

#[test]
fn each_stands_or_falls_by_itself_and_the_feed_has_what_stands() {
    stand_or_fall(|_| false);
}

#[test]
fn who_panics_takes_nobody_with_him() {
    stand_or_fall(|n| n % 10 == 7);
}

/// Forty closures, of which every third is refused after it has written, and some panic there.
fn stand_or_fall(panics: fn(u128) -> bool) {
    let runtime = Runtime::new().unwrap();
    for t in TestDb::both() {
        let (shared, db) = (Arc::new(AtomicUsize::new(0)), t.db().clone());
        let closures = (1..=40_u128).map(|n| {
            let (shared, db) = (Arc::clone(&shared), db.clone());
            let run = move |tx: &mut Tx<'_>| {
                // What it sees and nobody else does was written by those with whom it shares the transaction.
                if list_areas(tx)?.len() > db.read_blocking(list_areas)?.len() {
                    shared.fetch_add(1, Ordering::SeqCst);
                }
                tx.step(|tx| keep(tx, n))?;
                assert!(!panics(n), "a mistake in a closure");
                if n % 3 == 0 { Err(Error::new(Code::Conflict)) } else { Ok(n) }
            };
            Box::new(run) as Closure<u128>
        });
        let sent = meet(&runtime, t.db(), closures.collect());
        let answers: Vec<Result<u128>> = sent.into_iter().map(|s| runtime.block_on(s).unwrap()).collect();
        let mut stands = Vec::new();
        for (n, answer) in (1_u128..).zip(answers) {
            match answer {
                Ok(told) => stands.push(told),
                Err(e) if panics(n) => assert_eq!(e.code, Code::Internal, "{e}"),
                Err(e) => assert_eq!((e.code, n % 3), (Code::Conflict, 0), "{e}"),
            }
        }
        let expected: Vec<u128> = (1..=40).filter(|n| n % 3 != 0 && !panics(*n)).collect();
        assert_eq!(stands, expected, "{}", t.db().kind());
        assert!(shared.load(Ordering::SeqCst) > 0, "nobody shared a transaction on {}", t.db().kind());

        let kept: Vec<_> = t.db().read_blocking(list_areas).unwrap().into_iter().map(|a| a.id).collect();
        assert_eq!(kept, expected.iter().map(|n| id(*n)).collect::<Vec<_>>());
        let (counter, rows) = t
            .db()
            .read_blocking(|tx| {
                let counter = list_channels(tx, &[channel().to_string()])?.remove(0);
                let rows = list_after(tx, counter.no, 0, 100)?;
                Ok((counter, rows))
            })
            .unwrap();
        assert_eq!(rows.iter().map(|r| r.seq).collect::<Vec<_>>(), (1..=counter.head).collect::<Vec<_>>(), "no gap");
        let mut entered: Vec<u128> = rows.iter().map(|r| r.entity.as_u128()).collect();
        entered.sort_unstable();
        assert_eq!(entered, expected);
        let digest = expected.iter().fold(0_u64, |sum, n| sum.wrapping_add(hash("area", Uuid::from_u128(*n), 1)));
        assert_eq!((counter.count, counter.digest.cast_unsigned()), (expected.len() as i64, digest));
    }
}

#[test]
fn who_has_to_wait_for_a_lock_holds_nobody_else_up() {
    let runtime = Runtime::new().unwrap();
    let Some(t) = TestDb::postgres() else { return };
    t.db().write_blocking(|tx| save_areas(tx, &[area(1)])).unwrap();
    let (release, locked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let holder = {
        let (db, release, locked) = (t.db().clone(), Arc::clone(&release), Arc::clone(&locked));
        thread::spawn(move || {
            db.write_blocking(move |tx| {
                let mut row = area(1);
                row.rev = 2;
                save_areas(tx, &[row])?;
                locked.store(true, Ordering::SeqCst);
                while !release.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(1));
                }
                Ok(())
            })
        })
    };
    while !locked.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_millis(1));
    }
    let closures = [10, 11, 1, 12, 13].map(|n| {
        let run = move |tx: &mut Tx<'_>| {
            let mut row = area(n);
            row.rev = 3;
            save_areas(tx, &[row])
        };
        Box::new(run) as Closure<()>
    });
    let mut sent = meet(&runtime, t.db(), closures.into());
    let waits = sent.remove(2);
    for other in sent {
        runtime.block_on(async { tokio::time::timeout(PATIENCE, other).await }).expect("answered while the lock is held").unwrap().unwrap();
    }
    assert!(!waits.is_finished(), "it has what somebody else had locked");
    release.store(true, Ordering::SeqCst);
    holder.join().unwrap().unwrap();
    runtime.block_on(waits).unwrap().unwrap();
    assert_eq!(t.db().read_blocking(|tx| find_area(tx, id(1))).unwrap().unwrap().rev, 3, "it came after");
}
