//! The embedded migrations of both databases.

use diesel::{Connection, PgConnection, migration::MigrationSource};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::{
    db::{Target, target},
    sqlite_writer,
};
use bazdid_protocol::error::{Code, Error, Result, Source};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

fn fault(e: Source) -> Error {
    Error::internal("a migration failed").caused_by(e)
}

fn with<T>(url: &str, f: impl FnOnce(&mut dyn Harness) -> Result<T>) -> Result<T> {
    match target(url)? {
        Target::Pg(url) => {
            let mut conn = PgConnection::establish(url).map_err(|e| Error::new(Code::Unavailable).caused_by(e))?;
            f(&mut Pg(&mut conn))
        }
        Target::Sqlite(path) => f(&mut Sqlite(&mut sqlite_writer::open(path)?)),
    }
}

/// The three things we do with migrations, without diesel's generics.
trait Harness {
    fn up(&mut self) -> std::result::Result<Vec<String>, Source>;
    fn down(&mut self) -> std::result::Result<Vec<String>, Source>;
    fn waiting(&mut self) -> std::result::Result<Vec<String>, Source>;
}

struct Pg<'a>(&'a mut PgConnection);
struct Sqlite<'a>(&'a mut diesel::SqliteConnection);

macro_rules! harness {
    ($ty:ident, $source:expr, $db:ty) => {
        impl Harness for $ty<'_> {
            fn up(&mut self) -> std::result::Result<Vec<String>, Source> {
                Ok(self.0.run_pending_migrations($source)?.iter().map(ToString::to_string).collect())
            }
            fn down(&mut self) -> std::result::Result<Vec<String>, Source> {
                Ok(self.0.revert_all_migrations($source)?.iter().map(ToString::to_string).collect())
            }
            fn waiting(&mut self) -> std::result::Result<Vec<String>, Source> {
                // Asks the source once so that a broken embedding is an error and not an empty list.
                MigrationSource::<$db>::migrations(&$source)?;
                Ok(self.0.pending_migrations($source)?.iter().map(|m| m.name().to_string()).collect())
            }
        }
    };
}
harness!(Pg, POSTGRES, diesel::pg::Pg);
harness!(Sqlite, SQLITE, diesel::sqlite::Sqlite);

/// Runs the migrations that have not run; returns their versions.
///
/// # Errors
/// The database cannot be reached, or a migration failed (it is rolled back).
pub fn migrate(url: &str) -> Result<Vec<String>> {
    with(url, |h| h.up().map_err(fault))
}

/// Reverts every migration, newest first: the database is empty afterwards.
///
/// # Errors
/// As [`migrate`].
pub fn revert_all(url: &str) -> Result<Vec<String>> {
    with(url, |h| h.down().map_err(fault))
}

/// Names of the migrations that have not run.
///
/// # Errors
/// The database cannot be reached.
pub fn pending(url: &str) -> Result<Vec<String>> {
    with(url, |h| h.waiting().map_err(fault))
}
