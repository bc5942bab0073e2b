//! What the sync asks of the database does not grow with the city: each statement finds its rows by an index.

use std::collections::BTreeSet;

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, SqliteConnection, connection::SimpleConnection as _, sql_types::Text,
};

use crate::{
    common::TestDb,
    load::{count_statements, watch, watched},
    simulation::play_seed,
};

/// Tables with a row for each ticket, mutation, change or device.
const GROWING: &[&str] = &[
    "tickets",
    "ticket_areas",
    "status_changes",
    "field_edits",
    "calls",
    "work_orders",
    "assignments",
    "work_events",
    "rounds",
    "visits",
    "patrols",
    "notes",
    "measurements",
    "checklist_answers",
    "photos",
    "conflicts",
    "audit_entries",
    "mutations",
    "feed",
    "feed_marks",
    "channels",
    "devices",
    "sessions",
    "idempotency_keys",
    "refresh_tokens",
    "uploads",
    "pictures",
];

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// What walks all the same, with why it may.
const ALLOWED: &[(&str, &str)] =
    &[("SELECT `channels`.`no`, `channels`.`head` FROM `channels`", "once a day the worker marks the channels that moved")];

/// What a push asks in a crowded city, by the statement's beginning and its last condition, and the index with the conditions that
/// answers it: another would find the same rows among many more.
const BY_INDEX: &[(&str, &str, &str)] = &[
    (
        "SELECT `tickets`.`id`, `tickets`.`category_id`, `tickets`.`lat`",
        "`created_at` BETWEEN",
        "tickets_cell_category_id_created_at (cell=? AND category_id=? AND created_at>? AND created_at<?)",
    ),
    (
        "SELECT `accounts`.`id`, (SELECT COUNT(*) FROM `work_orders`",
        "`accounts`.`id`",
        "work_orders_account_id_state (account_id=? AND state=?)",
    ),
    ("SELECT (SELECT `visits`.`id` FROM", "`accounts`.`id`", "visits_actor_arrived_est (actor=? AND arrived_est>?)"),
];

fn plan(conn: &mut SqliteConnection, statement: &str) -> Vec<String> {
    let plan: Vec<Step> =
        diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load(conn).unwrap_or_else(|e| panic!("{e}: {statement}"));
    plan.into_iter().map(|step| step.detail).collect()
}

/// The steps of a statement's plan that walk through a whole table that grows, or through a whole index of it.
fn walks(conn: &mut SqliteConnection, statement: &str) -> Vec<String> {
    let walks = |step: &String| {
        let table = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
        table.is_some_and(|t| GROWING.contains(&t))
    };
    plan(conn, statement).into_iter().filter(walks).collect()
}

/// Reads, and writes that look for their rows; an insert looks for nothing.
fn reads(text: &str) -> bool {
    ["SELECT", "UPDATE", "DELETE", "WITH"].iter().any(|word| text.starts_with(word))
        && !ALLOWED.iter().any(|(allowed, _)| text.replace('"', "`").starts_with(allowed))
}

/// Plays histories and gives what they asked of the database.
fn played(mut databases: Vec<TestDb>) -> (Vec<TestDb>, BTreeSet<String>) {
    for (t, seed) in databases.iter_mut().zip(1..) {
        watch(&t.url);
        play_seed(t, seed);
    }
    let statements: BTreeSet<String> = databases.iter().flat_map(|t| watched(&t.url)).filter(|text| reads(text)).collect();
    println!("{} statements", statements.len());
    assert!(statements.len() > 100, "too few statements were seen: {}", statements.len());
    (databases, statements)
}

/// Plans do not depend on what is bound, so unbound statements are planned as those that were sent.
#[test]
fn no_statement_of_the_sync_walks_through_a_table_that_grows_on_sqlite() {
    count_statements();
    let (databases, statements) = played((1..5).map(|_| TestDb::sqlite()).collect());
    let mut conn = SqliteConnection::establish(databases[0].url.trim_start_matches("sqlite://")).unwrap();
    let found: Vec<String> = statements.iter().flat_map(|s| walks(&mut conn, s).into_iter().map(move |w| format!("{w}: {s}"))).collect();
    assert!(found.is_empty(), "{}", found.join("\n\n"));
    for (begins, has, index) in BY_INDEX {
        let mut asked = statements.iter().filter(|s| s.starts_with(begins) && s.contains(has)).peekable();
        assert!(asked.peek().is_some(), "nothing asked {begins}");
        for statement in asked {
            let plan = plan(&mut conn, statement);
            assert!(plan.iter().any(|step| step.contains(&format!("INDEX {index}"))), "{statement}\n{}", plan.join("\n"));
        }
    }
    assert_eq!(walks(&mut conn, "SELECT count(*) FROM notes WHERE text = ?1"), ["SCAN notes"], "the test sees a walk");
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// The steps of PostgreSQL's plan that walk through a table that grows, or through a whole index of it. The planner may not walk where it can do
/// otherwise: what is left has no index to find its rows by.
fn walks_on_postgres(conn: &mut PgConnection, statement: &str) -> Vec<String> {
    let bound = (1..100).rev().find(|n| statement.contains(&format!("${n}"))).unwrap_or(0);
    let values = if bound == 0 { String::new() } else { format!("({})", vec!["NULL"; bound].join(", ")) };
    conn.batch_execute(&format!("DEALLOCATE ALL; PREPARE asked AS {statement}")).unwrap_or_else(|e| panic!("{e}: {statement}"));
    let plan: Vec<Line> =
        diesel::sql_query(format!("EXPLAIN EXECUTE asked{values}")).load(conn).unwrap_or_else(|e| panic!("{e}: {statement}"));
    let plan: Vec<&str> = plan.iter().map(|l| l.line.trim().trim_start_matches("->").trim()).collect();
    let grows = |step: &str| step.split_once(" on ").and_then(|(_, rest)| rest.split(' ').next()).is_some_and(|t| GROWING.contains(&t));
    let is_walk = |n: usize, step: &str| {
        let found = plan.get(n + 1).is_some_and(|next| next.starts_with("Index Cond"));
        step.starts_with("Seq Scan") || ((step.starts_with("Index Scan") || step.starts_with("Index Only Scan")) && !found)
    };
    plan.iter().enumerate().filter(|(n, step)| grows(step) && is_walk(*n, step)).map(|(_, step)| (*step).to_owned()).collect()
}

#[test]
fn no_statement_of_the_sync_walks_through_a_table_that_grows_on_postgres() {
    count_statements();
    let databases: Vec<TestDb> = (1..5).filter_map(|_| TestDb::postgres()).collect();
    if databases.is_empty() {
        return;
    }
    let (databases, statements) = played(databases);
    let mut conn = PgConnection::establish(&databases[0].url).unwrap();
    conn.batch_execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan").unwrap();
    let found: Vec<String> =
        statements.iter().flat_map(|s| walks_on_postgres(&mut conn, s).into_iter().map(move |w| format!("{w}: {s}"))).collect();
    assert!(found.is_empty(), "{}", found.join("\n\n"));
    assert_eq!(walks_on_postgres(&mut conn, "SELECT count(*) FROM notes WHERE text = $1").len(), 1, "the test sees a walk");
}
