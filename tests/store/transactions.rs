//! All or nothing, one at a time and in groups.

use std::{thread, time::Duration};

use bazdid_protocol::error::{Code, Error};
use bazdid_store::area::{find_area, list_areas, save_areas};

use crate::{
    common::TestDb,
    fixtures::{area, id},
};

#[test]
fn a_refused_closure_leaves_nothing_and_its_neighbours_stay() {
    for t in TestDb::both() {
        // Many threads at once, so that on SQLite refused and accepted closures share commits.
        let workers: Vec<_> = (1..=24_u128)
            .map(|n| {
                let db = t.db().clone();
                thread::spawn(move || {
                    db.write_blocking(move |tx| {
                        save_areas(tx, &[area(n)])?;
                        if n % 3 == 0 { Err(Error::new(Code::Conflict)) } else { Ok(n) }
                    })
                })
            })
            .collect();
        let accepted = workers.into_iter().map(|w| w.join().unwrap()).filter(Result::is_ok).count();
        assert_eq!(accepted, 16);
        assert_eq!(t.db().read_blocking(list_areas).unwrap().len(), 16);
        assert!(t.db().read_blocking(|tx| find_area(tx, id(3))).unwrap().is_none());
        assert_eq!(t.db().read_blocking(|tx| find_area(tx, id(4))).unwrap().unwrap(), area(4));
    }
}

#[test]
fn a_database_that_rested_takes_what_comes() {
    let both = TestDb::both();
    let write = |t: &TestDb, n: u128| t.db().write_blocking(move |tx| save_areas(tx, &[area(n)])).unwrap();
    both.iter().for_each(|t| write(t, 1));
    // SQLite's writer gives its pages back after five seconds without work.
    thread::sleep(Duration::from_millis(5_500));
    for t in &both {
        write(t, 2);
        assert_eq!(t.db().read_blocking(list_areas).unwrap(), [area(1), area(2)]);
    }
}

#[test]
fn a_taken_code_is_a_conflict_and_not_a_fault() {
    for t in TestDb::both() {
        t.db().write_blocking(|tx| save_areas(tx, &[area(1)])).unwrap();
        let mut twin = area(2);
        twin.code = "a1".into();
        let refusal = t.db().write_blocking(move |tx| save_areas(tx, std::slice::from_ref(&twin))).unwrap_err();
        assert_eq!(refusal.code, Code::AlreadyExists);
    }
}

#[test]
fn a_read_cannot_write() {
    for t in TestDb::both() {
        assert!(t.db().read_blocking(|tx| save_areas(tx, &[area(1)])).is_err());
        assert!(t.db().read_blocking(list_areas).unwrap().is_empty());
    }
}

#[test]
fn rows_of_any_number_are_all_written_and_written_over() {
    for t in TestDb::both() {
        // On SQLite: two groups of each size and three rows by themselves.
        let mut rows: Vec<_> = (1..=1_195_u128).map(area).collect();
        for round in 1..=2 {
            rows.iter_mut().for_each(|row| row.rev = round);
            let written = rows.clone();
            t.db().write_blocking(move |tx| save_areas(tx, &written)).unwrap();
            assert_eq!(t.db().read_blocking(list_areas).unwrap(), rows, "{}", t.db().kind());
        }
    }
}
