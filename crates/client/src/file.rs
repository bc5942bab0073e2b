//! The file of a device: an SQLite database with everything that it keeps over a restart.
//!
//! The rules of copy and outbox are not here: they run in memory, and each step of theirs is written as one transaction. So the file always
//! holds the state after some step, whole: what a person recorded, a page with its cursor, the answers of a push. Which step that is depends on
//! when the process was killed, and on nothing else.
//!
//! This is the one place outside the server's store that speaks SQL: a field app links the library without the server's database, configuration
//! or pools.

mod load;
mod write;

use std::{fmt, path::Path};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection,
    connection::SimpleConnection as _,
    sql_types::{BigInt, Text},
};

use crate::DeviceState;

/// Marks an SQLite file as one of ours: "bzdd".
const APPLICATION: i64 = 0x627a_6464;
/// The format that this version writes.
const FORMAT: i64 = 1;
/// The tables of it.
const SCHEMA: &str = include_str!("file/schema.sql");

/// Why the file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// Another process, or another device of this one, has it.
    #[error("the device's file is in use")]
    InUse,
    /// It is something else.
    #[error("the file is not that of a device")]
    NotADevice,
    /// It was written by a newer version.
    #[error("the device's file has format {0}; this version reads {FORMAT} at most")]
    Newer(i64),
    /// It belongs to somebody else's registration.
    #[error("the device's file belongs to another account")]
    OtherAccount,
    /// What stands in it cannot be read.
    #[error("the device's file is damaged: {0}")]
    Damaged(String),
    /// The disk is full, the file cannot be opened or written.
    #[error("the device's file cannot be used: {0}")]
    Failed(String),
}

impl From<diesel::result::Error> for StorageError {
    fn from(error: diesel::result::Error) -> Self {
        let text = error.to_string();
        if text.contains("database is locked") {
            Self::InUse
        } else if text.contains("file is not a database") {
            Self::NotADevice
        } else if text.contains("malformed") {
            Self::Damaged(text)
        } else {
            Self::Failed(text)
        }
    }
}

/// Result of using the file.
pub type Result<T, E = StorageError> = std::result::Result<T, E>;

/// How much a transaction has to outlive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outlives {
    /// A power cut: nobody else has it. What a person did, and who the device is.
    PowerCut,
    /// The end of the process. After a power cut the server says it again: pages and answers.
    Process,
}

/// An open file. Nobody else can open it.
pub(super) struct DeviceFile {
    conn: SqliteConnection,
    /// What the connection is set to.
    outlives: Option<Outlives>,
    /// The row of the device as the file has it.
    device: Option<write::DeviceRow>,
    /// Whether the file may hold unconfirmed memberships.
    unconfirmed: bool,
}

impl fmt::Debug for DeviceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceFile").finish_non_exhaustive()
    }
}

#[derive(QueryableByName)]
struct About {
    #[diesel(sql_type = BigInt)]
    application: i64,
    #[diesel(sql_type = BigInt)]
    format: i64,
    #[diesel(sql_type = BigInt)]
    tables: i64,
}

#[derive(QueryableByName)]
struct Mode {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

impl DeviceFile {
    /// Opens a file, or makes one; what it holds, if it is not new.
    ///
    /// # Errors
    /// Somebody has it, or it is not a device's or from a newer version.
    pub(super) fn open(path: &Path) -> Result<(Self, Option<DeviceState>)> {
        let path = path.to_str().ok_or_else(|| StorageError::Failed("the path is not UTF-8".to_owned()))?;
        let mut conn = SqliteConnection::establish(path).map_err(|e| StorageError::Failed(e.to_string()))?;
        // The lock is kept until the connection is closed. Who comes second is told so at once, not made to wait. What a person reads is
        // in memory: the cache of pages is for writing only, and some hundred devices fit into one process.
        conn.batch_execute("PRAGMA busy_timeout = 200; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -512;")?;
        let new = is_new(&mut conn)?;
        let Mode { journal_mode } = diesel::sql_query("PRAGMA journal_mode = WAL").get_result(&mut conn)?;
        if journal_mode != "wal" {
            return Err(StorageError::Failed(format!("the journal stays in mode {journal_mode}")));
        }
        conn.exclusive_transaction::<_, diesel::result::Error, _>(|conn| {
            if new {
                conn.batch_execute(SCHEMA)?;
                conn.batch_execute(&format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT};"))?;
            }
            Ok(())
        })?;
        let mut file = Self { conn, outlives: None, device: None, unconfirmed: true };
        let state = file.load()?;
        Ok((file, state))
    }

    /// Sets how much the next transactions have to outlive.
    fn set(&mut self, outlives: Outlives) -> Result<()> {
        if self.outlives != Some(outlives) {
            let level = match outlives {
                Outlives::PowerCut => "FULL",
                Outlives::Process => "NORMAL",
            };
            self.conn.batch_execute(&format!("PRAGMA synchronous = {level}"))?;
            self.outlives = Some(outlives);
        }
        Ok(())
    }
}

/// Whether there is nothing in the file yet.
fn is_new(conn: &mut SqliteConnection) -> Result<bool> {
    const ABOUT: &str = "SELECT a.application_id AS application, u.user_version AS format, (SELECT count(*) FROM sqlite_master) AS tables \
        FROM pragma_application_id a, pragma_user_version u";
    let About { application, format, tables } = diesel::sql_query(ABOUT).get_result(conn)?;
    match (application, format) {
        (0, 0) if tables == 0 => Ok(true),
        (APPLICATION, FORMAT) => Ok(false),
        (APPLICATION, newer) if newer > FORMAT => Err(StorageError::Newer(newer)),
        _ => Err(StorageError::NotADevice),
    }
}

#[cfg(test)]
mod tests;
