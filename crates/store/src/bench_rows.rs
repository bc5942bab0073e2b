//! What the load bench (`bazdid bench`) needs of a database beside the server: one of its own on PostgreSQL, a copy of it, and the same
//! rows written once more by plain batched SQL, which is what the database alone can do through the same driver.
//!
//! The rows are taken from the database that was loaded, as literals, and written into a copy of it from before the load: one multi-row
//! `INSERT` a table and a transaction for each batch. No rule, no look into the journal, no digest: only the rows.

use std::{collections::BTreeSet, path::Path, time::Duration};

use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _, sql_types::Text};

use crate::{
    db::{Target, target},
    sql::db_error,
    sqlite_writer,
};
use bazdid_clock::Stopwatch;
use bazdid_protocol::error::{Code, Error, Result};

/// The tables that a push writes, with what tells their rows apart.
const TABLES: [(&str, &str); 6] =
    [("mutations", "id"), ("notes", "id"), ("visits", "id"), ("photos", "id"), ("measurements", "id"), ("feed", "channel, seq")];

/// What becomes of a row of the feed that was entered before: it moves up.
const FEED_AGAIN: &str = " ON CONFLICT (channel, kind, entity) DO UPDATE SET seq = excluded.seq, v = excluded.v";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// A database of its own on a PostgreSQL server, with copies; all of it is dropped with this.
#[derive(Debug)]
pub struct Scratch {
    server: String,
    name: String,
    copies: Vec<String>,
}

impl Scratch {
    /// Makes the database. `server` is the URL of any database of that server whose user may create databases.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn create(server: &str, name: &str) -> Result<Self> {
        execute(server, &format!("CREATE DATABASE {name}"))?;
        Ok(Self { server: server.to_owned(), name: name.to_owned(), copies: Vec::new() })
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of(&self.name)
    }

    fn url_of(&self, name: &str) -> String {
        let (address, parameters) = self.server.split_once('?').map_or((self.server.as_str(), None), |(a, p)| (a, Some(p)));
        let (scheme, rest) = address.split_once("://").unwrap_or(("postgres", address));
        let host = rest.split_once('/').map_or(rest, |(host, _)| host);
        format!("{scheme}://{host}/{name}{}", parameters.map(|p| format!("?{p}")).unwrap_or_default())
    }

    /// Copies the database on its server; nobody may be connected to it. The copy's URL.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn copy(&mut self, name: &str) -> Result<String> {
        let copy = format!("{}_{name}", self.name);
        execute(&self.server, &format!("CREATE DATABASE {copy} TEMPLATE {}", self.name))?;
        let url = self.url_of(&copy);
        self.copies.push(copy);
        Ok(url)
    }

    /// Drops the databases, whoever is connected to them.
    ///
    /// # Errors
    /// The server cannot be reached or refuses; what was not dropped stays listed.
    pub fn drop_all(&mut self) -> Result<()> {
        while let Some(copy) = self.copies.last() {
            execute(&self.server, &format!("DROP DATABASE IF EXISTS {copy} WITH (FORCE)"))?;
            self.copies.pop();
        }
        if !self.name.is_empty() {
            execute(&self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name))?;
            self.name.clear();
        }
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = self.drop_all() {
            tracing::warn!(database.name = %self.name, error = %error, "a database of the bench could not be dropped");
        }
    }
}

fn execute(url: &str, sql: &str) -> Result<()> {
    postgres(url)?.batch_execute(sql).map_err(db_error)
}

fn postgres(url: &str) -> Result<PgConnection> {
    PgConnection::establish(url).map_err(|e| {
        Error { internal: Some("the PostgreSQL server cannot be reached".into()), ..Error::new(Code::Unavailable) }.caused_by(e)
    })
}

/// Copies a SQLite file whole; the copy's URL.
///
/// # Errors
/// The file cannot be read or the copy not be written.
pub fn copy_file(url: &str, to: &Path) -> Result<String> {
    let Target::Sqlite(path) = target(url)? else { return Err(Error::internal("only a file can be copied to a file")) };
    let to = to.display().to_string();
    sqlite_writer::open(path)?.batch_execute(&format!("VACUUM INTO '{}'", to.replace('\'', "''"))).map_err(db_error)?;
    Ok(format!("sqlite://{to}"))
}

/// Rows as literals, by table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlainRows(Vec<(&'static str, Vec<String>)>);

impl PlainRows {
    /// All rows.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.iter().map(|(_, rows)| rows.len()).sum()
    }

    /// Rows of the journal: one a mutation.
    #[must_use]
    pub fn mutations(&self) -> usize {
        self.0.iter().find(|(table, _)| *table == "mutations").map_or(0, |(_, rows)| rows.len())
    }

    /// One script for each batch: the same share of every table.
    fn scripts(&self, batch: usize) -> Vec<String> {
        let batches = self.mutations().div_ceil(batch.max(1)).max(1);
        let script = |n: usize| -> String {
            let insert = |(table, rows): &(&str, Vec<String>)| {
                let share = |n: usize| rows.len() * n / batches;
                let rows = rows.get(share(n)..share(n + 1)).filter(|rows| !rows.is_empty())?;
                let again = if *table == "feed" { FEED_AGAIN } else { "" };
                Some(format!("INSERT INTO {table} VALUES {}{again};", rows.join(",")))
            };
            self.0.iter().filter_map(insert).collect()
        };
        (0..batches).map(script).collect()
    }
}

/// The rows that a database has and an earlier copy of it does not.
///
/// # Errors
/// One of them cannot be read.
pub fn rows_since(url: &str, before: &str) -> Result<PlainRows> {
    let rows = |(table, key): (&'static str, &str)| {
        let rows = match (target(url)?, target(before)?) {
            (Target::Sqlite(now), Target::Sqlite(old)) => sqlite_rows(now, old, table, key),
            (Target::Pg(now), Target::Pg(old)) => postgres_rows(now, old, table, key),
            _ => Err(Error::internal("the two databases are of different kinds")),
        }?;
        Ok((table, rows))
    };
    Ok(PlainRows(TABLES.into_iter().map(rows).collect::<Result<_>>()?))
}

fn sqlite_rows(now: &str, old: &str, table: &str, key: &str) -> Result<Vec<String>> {
    let mut conn = sqlite_writer::open(now)?;
    conn.batch_execute(&format!("ATTACH '{}' AS old", old.replace('\'', "''"))).map_err(db_error)?;
    let columns = format!("SELECT group_concat('quote(' || name || ')', '||'',''||') AS line FROM pragma_table_info('{table}')");
    let columns: Line = diesel::sql_query(columns).get_result(&mut conn).map_err(db_error)?;
    let sql = format!(
        "SELECT '(' || {} || ')' AS line FROM main.{table} WHERE ({key}) NOT IN (SELECT {key} FROM old.{table}) ORDER BY rowid",
        columns.line
    );
    let rows: Vec<Line> = diesel::sql_query(sql).load(&mut conn).map_err(db_error)?;
    Ok(rows.into_iter().map(|r| r.line).collect())
}

fn postgres_rows(now: &str, old: &str, table: &str, key: &str) -> Result<Vec<String>> {
    let (mut now, mut old) = (postgres(now)?, postgres(old)?);
    let columns = format!(
        "SELECT string_agg('coalesce(quote_literal(' || column_name || '::text), ''NULL'')', '||'',''||' ORDER BY ordinal_position) AS line \
         FROM information_schema.columns WHERE table_name = '{table}' AND table_schema = 'public'"
    );
    let columns: Line = diesel::sql_query(columns).get_result(&mut now).map_err(db_error)?;
    // Two databases of PostgreSQL do not see each other: the keys are compared here.
    let keys = format!("SELECT concat_ws(' ', {key}) AS line FROM {table} ORDER BY {key}");
    let known: Vec<Line> = diesel::sql_query(&keys).load(&mut old).map_err(db_error)?;
    let known: BTreeSet<String> = known.into_iter().map(|k| k.line).collect();
    let keys: Vec<Line> = diesel::sql_query(&keys).load(&mut now).map_err(db_error)?;
    let rows = format!("SELECT '(' || {} || ')' AS line FROM {table} ORDER BY {key}", columns.line);
    let rows: Vec<Line> = diesel::sql_query(rows).load(&mut now).map_err(db_error)?;
    Ok(keys.into_iter().zip(rows).filter(|(k, _)| !known.contains(&k.line)).map(|(_, r)| r.line).collect())
}

/// Writes the rows into the earlier copy in batches, by one connection; how long each batch took.
///
/// # Errors
/// The database refuses.
pub fn write_plain(before: &str, rows: &PlainRows, batch: usize) -> Result<Vec<Duration>> {
    let scripts = rows.scripts(batch);
    match target(before)? {
        Target::Sqlite(path) => {
            let mut conn = sqlite_writer::open(path)?;
            // The devices of the load are not in the copy.
            conn.batch_execute("PRAGMA foreign_keys = OFF").map_err(db_error)?;
            run(&scripts, |script| conn.batch_execute(&format!("BEGIN IMMEDIATE; {script} COMMIT;")))
        }
        Target::Pg(url) => {
            let mut conn = postgres(url)?;
            conn.batch_execute("SET session_replication_role = replica").map_err(db_error)?;
            run(&scripts, |script| conn.batch_execute(&format!("BEGIN; {script} COMMIT;")))
        }
    }
}

fn run(scripts: &[String], mut write: impl FnMut(&str) -> diesel::QueryResult<()>) -> Result<Vec<Duration>> {
    let timed = |script: &String| {
        let watch = Stopwatch::start();
        write(script).map_err(db_error)?;
        Ok(watch.elapsed())
    };
    scripts.iter().map(timed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_script_whatever_the_batch() {
        let literals = |many: usize| (0..many).map(|n| format!("({n})")).collect::<Vec<_>>();
        let rows = PlainRows(vec![("mutations", literals(10)), ("notes", literals(7)), ("visits", Vec::new()), ("feed", literals(23))]);
        assert_eq!((rows.mutations(), rows.count()), (10, 40));
        for (batch, scripts) in [(0, 10), (1, 10), (3, 4), (10, 1), (99, 1)] {
            let made = rows.scripts(batch);
            assert_eq!(made.len(), scripts);
            assert_eq!(made.concat().matches('(').count() - made.concat().matches("CONFLICT (").count(), 40, "{batch}");
            assert!(!made.concat().contains("visits"));
        }
    }

    #[test]
    fn a_database_is_named_on_its_server_whatever_the_server_s_url() {
        let cases = [
            ("postgres://u:p@127.0.0.1:5432/postgres", "postgres://u:p@127.0.0.1:5432/x"),
            ("postgresql://localhost", "postgresql://localhost/x"),
            ("postgres://localhost/a?sslmode=disable", "postgres://localhost/x?sslmode=disable"),
        ];
        for (server, url) in cases {
            let scratch = Scratch { server: server.into(), name: String::new(), copies: Vec::new() };
            assert_eq!(scratch.url_of("x"), url);
        }
    }
}
