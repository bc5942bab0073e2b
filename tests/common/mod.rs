//! Databases for tests: a temporary SQLite file is the fake, PostgreSQL is real or skipped with a line.

#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

pub mod backup;

use std::{collections::BTreeSet, io::Write as _, sync::Mutex};

use bazdid_store::{Db, DbOptions, migrate};
use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection, connection::SimpleConnection as _};

/// Says once in a run what is skipped and why, past the test harness, which shows the output of failed tests only.
pub fn tell_skipped(what: &'static str) {
    static TOLD: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
    if TOLD.lock().unwrap().insert(what) {
        std::io::stderr().write_all(format!("{what}\n").as_bytes()).unwrap();
    }
}

/// A database of its own for one test, empty but migrated; gone when dropped.
pub struct TestDb {
    pub db: Option<Db>,
    pub url: String,
    admin: Option<(String, String)>,
    files: tempfile::TempDir,
}

impl TestDb {
    pub fn db(&self) -> &Db {
        self.db.as_ref().unwrap()
    }

    /// Runs statements on a connection of their own; what differs between the databases is written `[SQLite|PostgreSQL]`.
    pub fn run_sql(&self, sql: &str) {
        match self.url.strip_prefix("sqlite://") {
            Some(path) => SqliteConnection::establish(path).unwrap().batch_execute(&dialect(sql, 0)).unwrap(),
            None => PgConnection::establish(&self.url).unwrap().batch_execute(&dialect(sql, 1)).unwrap(),
        }
    }

    /// A folder of its own, gone with it.
    pub fn folder(&self) -> &std::path::Path {
        self.files.path()
    }

    fn open(url: String, admin: Option<(String, String)>, folder: tempfile::TempDir) -> Self {
        migrate(&url).unwrap();
        let db = Db::open(&DbOptions { url: url.clone(), connections: 4 }).unwrap();
        Self { db: Some(db), url, admin, files: folder }
    }

    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self::open(url, None, folder)
    }

    /// A database on the server of `BAZDID_TEST_POSTGRES`, or nothing where no server is reachable.
    pub fn postgres() -> Option<Self> {
        let server = std::env::var("BAZDID_TEST_POSTGRES").unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".into());
        let mut admin = match PgConnection::establish(&server) {
            Ok(conn) => conn,
            Err(e) if std::env::var("BAZDID_REQUIRE_POSTGRES").is_ok() => panic!("PostgreSQL is required and not reachable: {e}"),
            Err(_) => {
                tell_skipped("skipped on PostgreSQL: no server at BAZDID_TEST_POSTGRES");
                return None;
            }
        };
        let name = format!("bazdid_test_{}", uuid::Uuid::new_v4().simple());
        diesel::sql_query(format!("CREATE DATABASE {name}")).execute(&mut admin).unwrap();
        let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
        Some(Self::open(url, Some((server, name)), tempfile::tempdir().unwrap()))
    }

    /// Both databases, the second one only where it is reachable.
    pub fn both() -> Vec<Self> {
        [Some(Self::sqlite()), Self::postgres()].into_iter().flatten().collect()
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        self.db = None;
        if let Some((server, name)) = &self.admin
            && let Ok(mut admin) = PgConnection::establish(server)
        {
            drop(diesel::sql_query(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).execute(&mut admin));
        }
    }
}

/// The part of SQL for one of the two databases: see [`TestDb::run_sql`].
pub fn dialect(sql: &str, which: usize) -> String {
    let choose = |part: &str| match part.split_once(']') {
        Some((choice, rest)) => format!("{}{rest}", choice.split('|').nth(which).unwrap()),
        None => part.to_owned(),
    };
    sql.split('[').map(choose).collect()
}
