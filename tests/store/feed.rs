//! The change feed: compaction, digest, no gaps under many writers.

use std::thread;

use bazdid_protocol::channel::Channel;
use bazdid_store::feed::{Entry, Presence, append, find_memberships, list_after, list_channels};
use uuid::Uuid;

use crate::common::TestDb;

/// Any function of the row will do to test the arithmetic.
fn hash(kind: &str, entity: Uuid, v: i64) -> u64 {
    kind.len() as u64 + (entity.as_u128() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(v.cast_unsigned() << 40)
}

fn area(n: u128) -> Channel {
    Channel::Area(Uuid::from_u128(n).into())
}

fn entry(channel: Channel, n: u128, v: i64, presence: Presence) -> Entry {
    Entry { channel, kind: "ticket", entity: Uuid::from_u128(n), v, presence }
}

#[test]
fn an_entry_is_compacted_to_the_newest_and_the_digest_follows() {
    for t in TestDb::both() {
        let channel = t
            .db()
            .write_blocking(|tx| {
                append(tx, &[entry(area(1), 1, 1, Presence::Put), entry(area(1), 2, 1, Presence::Put)], hash)?;
                append(tx, &[entry(area(1), 1, 2, Presence::Put), entry(area(1), 2, 1, Presence::Drop)], hash)?;
                append(tx, &[entry(area(2), 1, 2, Presence::Echo)], hash)?;
                list_channels(tx, &[area(1), area(2), area(9)].map(|c| c.to_string()))
            })
            .unwrap();
        assert_eq!(channel.len(), 2);
        assert_eq!((channel[0].count, channel[0].head), (1, 4));
        assert_eq!(channel[0].digest.cast_unsigned(), hash("ticket", Uuid::from_u128(1), 2));
        assert_eq!((channel[1].count, channel[1].digest), (0, 0), "an echo does not count");
        let (no, first) = (channel[0].no, Uuid::from_u128(1));
        let (rows, members) =
            t.db().read_blocking(move |tx| Ok((list_after(tx, no, 2, 10)?, find_memberships(tx, &[no], &[first])?))).unwrap();
        let seen: Vec<_> = rows.iter().map(|r| (r.entity.as_u128(), r.seq, r.v, r.present)).collect();
        assert_eq!(seen, [(1, 3, 2, true), (2, 4, 1, false)]);
        assert_eq!(members, [(no, "ticket".to_owned(), first)]);
    }
}

#[test]
fn many_writers_leave_no_gap_and_no_deadlock() {
    for t in TestDb::both() {
        let writers: Vec<_> = (0..4_u128)
            .map(|w| {
                let db = t.db().clone();
                thread::spawn(move || {
                    for n in 0..10_u128 {
                        // Named in another order by every second writer: the locks are sorted all the same.
                        let mut batch = vec![
                            entry(area(3), w * 100 + n, 1, Presence::Put),
                            entry(Channel::Org(Uuid::from_u128(4).into()), w * 100 + n, 1, Presence::Put),
                        ];
                        if w % 2 == 0 {
                            batch.reverse();
                        }
                        db.write_blocking(move |tx| append(tx, &batch, hash)).unwrap();
                    }
                })
            })
            .collect();
        writers.into_iter().for_each(|w| w.join().unwrap());
        let channels = t
            .db()
            .read_blocking(|tx| list_channels(tx, &[area(3), Channel::Org(Uuid::from_u128(4).into())].map(|c| c.to_string())))
            .unwrap();
        for channel in channels {
            let no = channel.no;
            let rows = t.db().read_blocking(move |tx| list_after(tx, no, 0, 1000)).unwrap();
            assert_eq!(rows.iter().map(|r| r.seq).collect::<Vec<_>>(), (1..=40).collect::<Vec<_>>());
            let sum = rows.iter().fold(0_u64, |s, r| s.wrapping_add(hash(&r.kind, r.entity, r.v)));
            assert_eq!((channel.count, channel.digest.cast_unsigned()), (40, sum));
        }
    }
}
