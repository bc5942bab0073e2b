//! What PostgreSQL's planner knows of tables that have grown.

use std::time::Duration;

use bazdid_store as store;

use crate::common::TestDb;

/// Renews once the database has counted what was written, which it does some time after a commit.
fn renewed(t: &TestDb, wanted: usize) -> bool {
    (0..200).any(|_| {
        let is_renewed = t.db().write_blocking(store::statistics::renew).unwrap() == wanted;
        if !is_renewed {
            std::thread::sleep(Duration::from_millis(100));
        }
        is_renewed
    })
}

fn fill(t: &TestDb, from: i64, to: i64) {
    t.run_sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to}) \
         INSERT INTO login_throttles (subject, failures, last_at) SELECT 'k' || i, 1, [i|to_timestamp(i)] FROM n"
    ));
}

#[test]
fn statistics_are_renewed_of_what_has_doubled() {
    let Some(t) = TestDb::postgres() else { return };
    assert!(renewed(&t, 0));
    fill(&t, 1, 900);
    assert!(renewed(&t, 0), "a small table");
    fill(&t, 901, 2_000);
    assert!(renewed(&t, 1), "it has grown from nothing");
    assert!(renewed(&t, 0), "nothing happened since");
    fill(&t, 2_001, 5_000);
    assert!(renewed(&t, 1), "more than half of its rows are new");
}

#[test]
fn sqlite_needs_no_statistics() {
    let t = TestDb::sqlite();
    fill(&t, 1, 5_000);
    assert!(renewed(&t, 0));
}
