//! What PostgreSQL's planner knows of tables that have grown.

use bazdid_store as store;

use crate::common::TestDb;

fn renew(t: &TestDb) -> usize {
    t.db().write_blocking(store::statistics::renew).unwrap()
}

/// Fills a table; PostgreSQL counts at once what was written.
fn fill(t: &TestDb, from: i64, to: i64) {
    t.run_sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to}) \
         INSERT INTO login_throttles (subject, failures, last_at) SELECT 'k' || i, 1, [i|to_timestamp(i)] FROM n; \
         SELECT [1|pg_stat_force_next_flush()];"
    ));
}

#[test]
fn statistics_are_renewed_of_what_has_doubled() {
    let Some(t) = TestDb::postgres() else { return };
    fill(&t, 1, 900);
    assert_eq!(renew(&t), 0, "a small table");
    fill(&t, 901, 2_000);
    assert_eq!(renew(&t), 1, "it has grown from nothing");
    assert_eq!(renew(&t), 0, "nothing happened since");
    fill(&t, 2_001, 3_500);
    assert_eq!(renew(&t), 0, "less than half of its rows are new");
    fill(&t, 3_501, 5_000);
    assert_eq!(renew(&t), 1, "more than half of its rows are new");
}

#[test]
fn sqlite_needs_no_statistics() {
    let t = TestDb::sqlite();
    fill(&t, 1, 5_000);
    assert_eq!(renew(&t), 0);
}
