//! The server's database is backed up and, later, put back: what came between is lost, and the operator says so (`bazdid restored`).

use std::sync::Arc;

use bazdid_service::{
    Settings, Shared,
    sync::{
        restore::{Sign, renew_feed},
        state::feed_epoch,
    },
};
use bazdid_store::{self as store, Db, DbOptions};
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, SqliteConnection};

use crate::{
    city::{City, SharedCity},
    simulation::day::Day,
};

/// The copies of a day's database.
#[derive(Default)]
pub struct Saved {
    /// Where the newest backup is.
    at: Option<String>,
    /// How many copies there are.
    copies: usize,
    folder: Option<tempfile::TempDir>,
    /// Databases to be dropped, with their server.
    databases: Vec<(String, String)>,
}

impl Drop for Saved {
    fn drop(&mut self) {
        for (server, name) in &self.databases {
            if let Ok(mut admin) = PgConnection::establish(&format!("{server}/postgres")) {
                drop(diesel::sql_query(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).execute(&mut admin));
            }
        }
    }
}

fn sql(server: &str, what: &str) {
    let mut admin = PgConnection::establish(&format!("{server}/postgres")).unwrap();
    diesel::sql_query(what).execute(&mut admin).unwrap();
}

/// Another process on a database: nothing is remembered but what stands in it.
fn open(before: &City, url: String) -> SharedCity {
    City {
        db: Db::open(&DbOptions { url: url.clone(), connections: 4 }).unwrap(),
        url,
        clock: Arc::clone(&before.clock),
        ids: Arc::clone(&before.ids),
        shared: Arc::new(Shared::new(Settings::default(), &[7; 32])),
    }
    .into()
}

impl Saved {
    /// A copy of a database as it stands.
    fn copy(&mut self, url: &str) -> String {
        self.copies += 1;
        if let Some(path) = url.strip_prefix("sqlite://") {
            let folder = self.folder.get_or_insert_with(|| tempfile::tempdir().unwrap());
            let copy = folder.path().join(format!("{}.db", self.copies)).display().to_string();
            let mut file = SqliteConnection::establish(path).unwrap();
            diesel::sql_query(format!("VACUUM INTO '{copy}'")).execute(&mut file).unwrap();
            return format!("sqlite://{copy}");
        }
        let (server, name) = url.rsplit_once('/').unwrap();
        let copy = format!("{name}_{}", self.copies);
        // Nobody may be at a database that is copied.
        sql(server, &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
        sql(server, &format!("CREATE DATABASE {copy} TEMPLATE {name}"));
        self.databases.push((server.to_owned(), copy.clone()));
        format!("{server}/{copy}")
    }
}

impl Day {
    /// The first time a backup is taken, the next it is put back.
    pub fn save_or_put_back(&mut self) {
        let Some(backup) = self.saved.at.take() else {
            let backup = self.saved.copy(&self.city.url);
            self.saved.at = Some(backup);
            // On PostgreSQL the copy has cut the lines.
            let city = open(&self.city, self.city.url.clone());
            self.move_to(&city);
            return self.tell("the server is backed up");
        };
        let copy = self.saved.copy(&backup);
        let city = open(&self.city, copy);
        self.move_to(&city);
        let ctx = city.ctx(None);
        city.write(move |tx| {
            let epoch = feed_epoch(tx)?;
            renew_feed(tx, &ctx, &epoch, Sign::Operator).map(drop)
        });
        // What the server issues it issues a second time; devices of the lost time are not there.
        self.epochs.clear();
        self.earlier.retain(|e| city.read(|tx| store::account::find_device(tx, e.device)).is_some());
        self.count("the server was put back");
        self.tell("the server is put back to its backup");
    }
}
