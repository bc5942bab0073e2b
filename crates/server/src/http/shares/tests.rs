use std::sync::Arc;

use super::*;
use bazdid_clock::ManualClock;
use bazdid_protocol::ids::{AccountId, DeviceId};
use uuid::Uuid;

fn account(n: u128) -> AccountId {
    AccountId::new(Uuid::from_u128(n))
}

fn shares() -> (LocalShares, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_790_000_000_000_000)));
    let load = Load { account_requests: 60, account_mutations: 3_600, device_mutations: 1_800, ..Load::default() };
    (LocalShares::new(&load, clock.clone()), clock)
}

#[test]
fn who_has_used_a_share_waits_and_nobody_else() {
    let (shares, clock) = shares();
    let take = |n| shares.take_now(Party::Account(account(n)), Share::Requests, 1).unwrap();
    assert_eq!((0..60).filter(|_| take(1).refused_s.is_none()).count(), 60);
    assert_eq!(take(1).refused_s, Some(1));
    assert_eq!(take(2).left, 59);
    clock.advance_micros(1_000_000);
    assert_eq!(take(1).refused_s, None);
    assert_eq!(take(1).refused_s, Some(1));
}

#[test]
fn after_the_wait_there_is_as_much_as_was_asked_for_so_all_of_an_outbox_is_taken_in_the_end() {
    let (shares, clock) = shares();
    let device = Party::Device(account(1), DeviceId::new(Uuid::from_u128(7)));
    let (mut sent, mut waited) = (0, 0);
    while sent < 10_000 {
        let taken = shares.take_now(device, Share::Mutations, 500).unwrap();
        match taken.refused_s {
            None => sent += 500,
            Some(seconds) => {
                clock.advance_micros(i64::try_from(seconds).unwrap() * 1_000_000);
                waited += seconds;
                assert_eq!(shares.take_now(device, Share::Mutations, 500).unwrap().refused_s, None);
                sent += 500;
            }
        }
    }
    // 1,800 at once, and one each two seconds.
    assert!((16_400..=16_600).contains(&waited), "{waited}");
}

#[test]
fn more_than_the_whole_share_counts_as_the_whole_and_is_not_refused_for_good() {
    let (shares, clock) = shares();
    let party = Party::Account(account(1));
    assert_eq!(shares.take_now(party, Share::Mutations, 1_000_000).unwrap().left, 0);
    let wait = shares.take_now(party, Share::Mutations, 1_000_000).unwrap().refused_s.unwrap();
    clock.advance_micros(i64::try_from(wait).unwrap() * 1_000_000);
    assert_eq!(shares.take_now(party, Share::Mutations, 1_000_000).unwrap().refused_s, None);
}

#[test]
fn a_clock_that_is_set_back_makes_nobody_wait() {
    let (shares, clock) = shares();
    let party = Party::Account(account(1));
    clock.advance_minutes(60);
    assert_eq!(shares.take_now(party, Share::Requests, 1).unwrap().refused_s, None);
    clock.advance_minutes(-120);
    assert_eq!(shares.take_now(party, Share::Requests, 1).unwrap().refused_s, None);
    clock.advance_micros(2_000_000);
    assert_eq!(shares.take_now(party, Share::Requests, 1).unwrap().left, 59);
}

#[test]
fn nobody_is_remembered_for_ever() {
    let (shares, clock) = shares();
    for n in 0..3_000 {
        shares.take_now(Party::Account(account(n)), Share::Requests, 1);
    }
    clock.advance_minutes(10);
    for _ in 0..2_000 {
        shares.take_now(Party::Account(account(1)), Share::Requests, 1);
    }
    let kept = shares.of[&(Kind::Account, Share::Requests)].limiter.len();
    assert!(kept < 100, "{kept}");
}
