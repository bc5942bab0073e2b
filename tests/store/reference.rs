//! Finders by code, used counts of capacities, the server's own values.

use std::{collections::BTreeMap, thread};

use bazdid_store::{
    area::{find_area_by_code, save_areas},
    coverage_use::{add_use, list_use},
    state::{find_state, save_state},
};
use uuid::Uuid;

use crate::{
    common::TestDb,
    fixtures::{area, id},
};

#[test]
fn a_code_finds_its_row_and_only_that() {
    for t in TestDb::both() {
        t.db().write_blocking(|tx| save_areas(tx, &[area(1), area(2)])).unwrap();
        let found = t.db().read_blocking(|tx| Ok((find_area_by_code(tx, "a2")?, find_area_by_code(tx, "A2")?))).unwrap();
        assert_eq!((found.0.unwrap().id, found.1), (id(2), None));
    }
}

#[test]
fn used_counts_add_up_over_writers_that_name_them_in_any_order() {
    for t in TestDb::both() {
        let (coverage, contract) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let writers: Vec<_> = (0..8)
            .map(|_| {
                let db = t.db().clone();
                thread::spawn(move || {
                    let one = BTreeMap::from([((contract, 20_000), 1), ((coverage, 20_000), 2), ((coverage, 20_001), 1)]);
                    db.write_blocking(move |tx| add_use(tx, &one)).unwrap()[&(contract, 20_000)]
                })
            })
            .collect();
        let mut totals: Vec<i64> = writers.into_iter().map(|w| w.join().unwrap()).collect();
        totals.sort_unstable();
        assert_eq!(totals, (1..=8).collect::<Vec<_>>(), "no two writers were told the same total");
        let used = t.db().read_blocking(move |tx| list_use(tx, &[coverage, contract, Uuid::from_u128(3)], 20_000)).unwrap();
        assert_eq!(used, BTreeMap::from([(coverage, 16), (contract, 8)]));
    }
}

#[test]
fn a_value_of_the_server_is_replaced() {
    for t in TestDb::both() {
        t.db().write_blocking(|tx| save_state(tx, "x", "1").and_then(|()| save_state(tx, "x", "2"))).unwrap();
        assert_eq!(t.db().read_blocking(|tx| find_state(tx, "x")).unwrap().as_deref(), Some("2"));
        assert_eq!(t.db().read_blocking(|tx| find_state(tx, "y")).unwrap(), None);
    }
}
