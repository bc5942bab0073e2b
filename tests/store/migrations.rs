//! Up, down and up again.

use crate::common::TestDb;
use bazdid_store::{migrate, pending, revert_all};

#[test]
fn migrations_go_up_down_and_up_again() {
    for t in TestDb::both() {
        assert!(pending(&t.url).unwrap().is_empty());
        assert_eq!(migrate(&t.url).unwrap(), Vec::<String>::new(), "a second run does nothing");
        let down = revert_all(&t.url).unwrap();
        assert_eq!(pending(&t.url).unwrap().len(), down.len());
        assert!(t.db().read_blocking(bazdid_store::area::list_areas).is_err(), "the tables are gone");
        assert_eq!(migrate(&t.url).unwrap().len(), down.len());
        assert!(t.db().read_blocking(bazdid_store::area::list_areas).unwrap().is_empty());
    }
}

#[test]
fn an_unknown_scheme_is_refused_with_what_would_be_right() {
    let refusal = migrate("mysql://x").unwrap_err();
    assert!(refusal.detail.unwrap().contains("sqlite:// or postgres://"));
}
