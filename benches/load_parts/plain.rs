//! The same rows by plain batched SQL: what the database alone can do, through the same driver.
//!
//! The rows are taken from the database that was loaded, as literals, and written into a copy of it from before the load: one
//! multi-row `INSERT` a table and a transaction for each batch. No rule, no journal look-up, no digest: only the rows.

use std::{path::PathBuf, time::Instant};

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, SqliteConnection, connection::SimpleConnection as _, sql_types::Text,
};

use super::bench::Bench;

/// The tables that a push writes, parents first.
const TABLES: [&str; 6] = ["mutations", "notes", "visits", "photos", "measurements", "feed"];

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// A copy of the bench's database: a file, or a database's URL.
pub enum Copy {
    File(PathBuf),
    Url(String),
}

/// Copies the database; nobody may be connected to it.
pub fn copy_of(bench: &Bench, name: &str) -> Copy {
    match bench.copy_database(name) {
        Some(url) => Copy::Url(url),
        None => {
            let to = bench.file(&format!("{name}.db"));
            // The last connection has gone, so the file is whole.
            let mut conn = SqliteConnection::establish(bench.data().join("bazdid.db").to_str().unwrap()).unwrap();
            conn.batch_execute(&format!("VACUUM INTO '{}'", to.display())).unwrap();
            Copy::File(to)
        }
    }
}

/// Rows of each table that the copy does not have, as literals.
fn new_rows(bench: &Bench, before: &Copy) -> Vec<(&'static str, Vec<String>)> {
    match before {
        Copy::File(path) => {
            let mut conn = SqliteConnection::establish(bench.data().join("bazdid.db").to_str().unwrap()).unwrap();
            conn.batch_execute(&format!("ATTACH '{}' AS old", path.display())).unwrap();
            let quoted = |conn: &mut SqliteConnection, table: &str| {
                let sql =
                    format!("SELECT '(' || group_concat('quote(' || name || ')', '||'',''||') AS line FROM pragma_table_info('{table}')");
                let rows: Vec<Line> = diesel::sql_query(sql).load(conn).unwrap();
                rows[0].line.trim_start_matches('(').to_owned()
            };
            TABLES
                .map(|table| {
                    let key = if table == "feed" { "(channel, seq)" } else { "id" };
                    let columns = quoted(&mut conn, table);
                    let sql = format!("SELECT '(' || {columns} || ')' AS line FROM main.{table} WHERE {key} NOT IN (SELECT {} FROM old.{table}) ORDER BY rowid", key.trim_matches(['(', ')']));
                    let rows: Vec<Line> = diesel::sql_query(sql).load(&mut conn).unwrap();
                    (table, rows.into_iter().map(|r| r.line).collect())
                })
                .to_vec()
        }
        Copy::Url(url) => {
            let (mut now, mut old) = (PgConnection::establish(bench.url()).unwrap(), PgConnection::establish(url).unwrap());
            TABLES
                .map(|table| {
                    let sql = format!(
                        "SELECT '(' || string_agg('coalesce(quote_literal(' || column_name || '::text), ''NULL'')', '||'',''||' ORDER BY ordinal_position) AS line \
                         FROM information_schema.columns WHERE table_name = '{table}' AND table_schema = 'public'"
                    );
                    let columns: Vec<Line> = diesel::sql_query(sql).load(&mut now).unwrap();
                    let columns = columns[0].line.trim_start_matches('(');
                    let key = if table == "feed" { "channel::text || ' ' || seq::text" } else { "id::text" };
                    let known: Vec<Line> = diesel::sql_query(format!("SELECT {key} AS line FROM {table}")).load(&mut old).unwrap();
                    let known: std::collections::BTreeSet<String> = known.into_iter().map(|k| k.line).collect();
                    let order = if table == "feed" { "seq" } else { "id" };
                    let keys: Vec<Line> = diesel::sql_query(format!("SELECT {key} AS line FROM {table} ORDER BY {order}, 1")).load(&mut now).unwrap();
                    let rows: Vec<Line> = diesel::sql_query(format!("SELECT '(' || {columns} || ')' AS line FROM {table} ORDER BY {order}, {key}")).load(&mut now).unwrap();
                    let rows = keys.into_iter().zip(rows).filter(|(k, _)| !known.contains(&k.line)).map(|(_, r)| r.line).collect();
                    (table, rows)
                })
                .to_vec()
        }
    }
}

/// Writes the rows that the bench's database got since `before` into that copy, in batches.
pub fn run(bench: &Bench, before: &Copy, batch: usize) {
    let rows = new_rows(bench, before);
    let mutations = rows[0].1.len();
    let batches = mutations.div_ceil(batch);
    let scripts: Vec<String> = (0..batches)
        .map(|n| {
            rows.iter()
                .filter_map(|(table, rows)| {
                    let share = |n: usize| rows.len() * n / batches;
                    let rows = &rows[share(n)..share(n + 1)];
                    (!rows.is_empty()).then(|| {
                        // A row of the feed that was entered before moves up.
                        let twice = if *table == "feed" {
                            " ON CONFLICT (channel, kind, entity) DO UPDATE SET seq = excluded.seq, v = excluded.v"
                        } else {
                            ""
                        };
                        format!("INSERT INTO {table} VALUES {}{twice};", rows.join(","))
                    })
                })
                .collect()
        })
        .collect();
    let began = Instant::now();
    match before {
        Copy::File(path) => {
            let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
            conn.batch_execute(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32000; PRAGMA foreign_keys = OFF;",
            )
            .unwrap();
            for script in &scripts {
                conn.batch_execute(&format!("BEGIN IMMEDIATE; {script} COMMIT;")).unwrap();
            }
        }
        Copy::Url(url) => {
            let mut conn = PgConnection::establish(url).unwrap();
            // The devices of the load are not in the copy.
            conn.batch_execute("SET session_replication_role = replica").unwrap();
            for script in &scripts {
                conn.batch_execute(&format!("BEGIN; {script} COMMIT;")).unwrap();
            }
        }
    }
    let took = began.elapsed();
    println!(
        "plain SQL: the {} rows of these {mutations} mutations in {batches} transactions by one connection: {:.0} mutations/s",
        rows.iter().map(|(_, r)| r.len()).sum::<usize>(),
        mutations as f64 / took.as_secs_f64()
    );
}
