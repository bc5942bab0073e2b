//! Backups of a test's database, as an operator makes them.

use std::{fs, path::Path, thread, time::Duration};

use diesel::{Connection as _, PgConnection, RunQueryDsl as _};

use super::TestDb;

/// Copies a database that nobody uses; answers the copy's URL. On SQLite the file itself is copied.
pub fn back_up(t: &TestDb, folder: &Path) -> String {
    if let Some(path) = t.url.strip_prefix("sqlite://") {
        wait_until_closed(path);
        let copy = folder.join("backup.db");
        fs::copy(path, &copy).unwrap();
        return format!("sqlite://{}", copy.display());
    }
    let (server, name) = t.url.rsplit_once('/').unwrap();
    let mut admin = PgConnection::establish(&format!("{server}/postgres")).unwrap();
    let copy = format!("CREATE DATABASE {name}_backup TEMPLATE {name}");
    for _ in 0..100 {
        // The connections of the stopped server take a moment to be gone.
        if diesel::sql_query(&copy).execute(&mut admin).is_ok() {
            return format!("{server}/{name}_backup");
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("the database could not be copied");
}

/// Waits until a stopped server has put its log into the file and closed it: then there is no log any more. On a busy machine its
/// last readers close only after they have been idle for 20 s.
fn wait_until_closed(path: &str) {
    for _ in 0..1_200 {
        if !fs::exists(format!("{path}-wal")).unwrap() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("the file is still in use");
}

/// Puts the copy in the place of the database.
pub fn put_back(t: &TestDb, copy: &str) {
    if let Some(path) = t.url.strip_prefix("sqlite://") {
        wait_until_closed(path);
        fs::remove_file(path).unwrap();
        fs::copy(copy.strip_prefix("sqlite://").unwrap(), path).unwrap();
        return;
    }
    let (server, name) = t.url.rsplit_once('/').unwrap();
    let mut admin = PgConnection::establish(&format!("{server}/postgres")).unwrap();
    diesel::sql_query(format!("DROP DATABASE {name} WITH (FORCE)")).execute(&mut admin).unwrap();
    diesel::sql_query(format!("ALTER DATABASE {name}_backup RENAME TO {name}")).execute(&mut admin).unwrap();
}
