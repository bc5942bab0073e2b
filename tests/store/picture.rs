//! What is to be read: taken by one at a time, given back when a lease ends, and never forgotten when something comes up meanwhile.

use bazdid_domain::{
    evidence::reading::{Format, Gap, Reading},
    picture::{Found, LEASE_US, MAX_ATTEMPTS, Picture, PictureState, ReadFault, Small},
};
use bazdid_store::picture::{
    Looks, claim_pictures, count_waiting, end_lease, expect_pictures, find_picture, list_fingerprints, list_pictures, save_picture,
};

use crate::{common::TestDb, fixtures::at};

fn sha(n: u8) -> String {
    format!("{n:02x}").repeat(32)
}

fn found(fingerprint: Result<u64, Gap>) -> Found {
    let reading = Reading { format: Ok(Format::Jpeg), ..Reading::unknown(Gap::NoExif) };
    Found { reading, fingerprint, small: Some(Small { screen_bytes: 7, thumb_bytes: 3 }) }
}

#[test]
fn a_picture_is_taken_by_one_until_its_lease_ends() {
    for t in TestDb::both() {
        t.db()
            .write_blocking(|tx| {
                expect_pictures(tx, &[sha(1), sha(2)], at(0))?;
                expect_pictures(tx, &[sha(2)], at(5))?;
                assert_eq!((count_waiting(tx)?, claim_pictures(tx, at(-1), 9)?.len()), (2, 0), "nothing is due yet");
                let first = claim_pictures(tx, at(9), 1)?;
                assert_eq!(first, [Picture { attempts: 1, due_at: Some(at(9 + LEASE_US)), ..Picture::new(sha(1), at(0)) }]);
                let second = claim_pictures(tx, at(9), 9)?;
                assert_eq!(second.iter().map(|p| p.sha256.clone()).collect::<Vec<_>>(), [sha(2)], "the first is somebody's");
                assert!(claim_pictures(tx, at(8 + LEASE_US), 9)?.is_empty());
                // Who had them never came back.
                let again = claim_pictures(tx, at(9 + LEASE_US), 9)?;
                assert_eq!(again.iter().map(|p| p.attempts).collect::<Vec<_>>(), [2, 2]);
                assert!(!end_lease(tx, &sha(1), first[0].due_at, None)?, "the first one's lease is over");
                assert!(end_lease(tx, &sha(1), again[0].due_at, None)?);
                assert_eq!(count_waiting(tx)?, 1);
                // Something comes up while somebody is at it: it stays to be done.
                expect_pictures(tx, &[sha(2)], at(20))?;
                assert!(!end_lease(tx, &sha(2), again[1].due_at, None)?);
                assert_eq!(claim_pictures(tx, at(20), 9)?.len(), 1);
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn what_was_found_comes_back_as_it_was_saved() {
    for t in TestDb::both() {
        t.db()
            .write_blocking(|tx| {
                expect_pictures(tx, &[sha(1), sha(2), sha(3)], at(0))?;
                // The highest bit is a bit like any other.
                let saved: Vec<Picture> = [(1, Ok(u64::MAX - 5)), (2, Err(Gap::Featureless))]
                    .into_iter()
                    .map(|(n, fingerprint)| Picture::new(sha(n), at(0)).read(found(fingerprint), at(i64::from(n))))
                    .collect();
                for picture in &saved {
                    save_picture(tx, picture)?;
                    assert_eq!(find_picture(tx, &picture.sha256)?.as_ref(), Some(picture));
                }
                assert_eq!(list_fingerprints(tx, 0, 9)?, [Looks { number: 1, sha256: sha(1), bits: u64::MAX - 5 }]);
                assert!(list_fingerprints(tx, 1, 9)?.is_empty());
                // A picture that was read is not read again, whatever many photos come with it.
                expect_pictures(tx, &[sha(1)], at(30))?;
                let claimed: Vec<_> = claim_pictures(tx, at(30), 9)?.into_iter().map(|p| (p.sha256, p.state, p.attempts)).collect();
                let expected = [(2, PictureState::Read, 0), (3, PictureState::Waiting, 1), (1, PictureState::Read, 0)];
                assert_eq!(claimed, expected.map(|(n, state, attempts)| (sha(n), state, attempts)));
                let mut listed = list_pictures(tx, &[sha(1), sha(9)])?;
                assert_eq!(listed.len(), 1);
                assert_eq!((listed.remove(0).state, find_picture(tx, &sha(9))?), (PictureState::Read, None));
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn what_was_given_up_is_tried_again_only_if_its_bytes_had_been_gone() {
    for t in TestDb::both() {
        t.db()
            .write_blocking(|tx| {
                for (n, fault, state) in [(1, ReadFault::Panicked, PictureState::Failed), (2, ReadFault::Missing, PictureState::Waiting)] {
                    expect_pictures(tx, &[sha(n)], at(0))?;
                    let given_up = Picture { attempts: MAX_ATTEMPTS, ..Picture::new(sha(n), at(0)) }.failed(fault, at(1));
                    save_picture(tx, &given_up)?;
                    assert_eq!(find_picture(tx, &sha(n))?, Some(given_up));
                    expect_pictures(tx, &[sha(n)], at(2))?;
                    assert_eq!(find_picture(tx, &sha(n))?.unwrap().state, state, "{fault}");
                }
                Ok(())
            })
            .unwrap();
    }
}
