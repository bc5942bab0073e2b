//! SQLite's one writer: a thread that runs queued closures as savepoints of one transaction and answers all of them
//! after its commit (group commit). With `synchronous=FULL`, what was answered survives a power cut.

use std::{fs::OpenOptions, io::ErrorKind, path::Path, sync::mpsc, thread, time::Duration};

use diesel::{Connection, RunQueryDsl, SqliteConnection, connection::SimpleConnection};

use crate::{
    open_order_counts::OpenOrderCounts,
    sql::{db_error, is_transient},
};
use bazdid_protocol::error::{Code, Error, Result};

/// How many closures one commit carries at most.
const GROUP: usize = 256;
/// How many closures may wait; more are told that the server is busy.
const QUEUE: usize = 4096;

/// After so long without work the writer gives back the memory that it keeps pages in.
const REST: Duration = Duration::from_secs(5);

/// A closure's two calls: run it on the connection, then tell its caller what came of the commit.
pub(crate) trait Job: Send {
    /// Runs the closure, which goes on with what the ones before counted; keeps its result for [`Job::answer`].
    fn run(&mut self, conn: &mut SqliteConnection, open_order_counts: &mut OpenOrderCounts) -> Result<()>;
    /// Tells the caller: the kept result if `commit` is fine, otherwise the commit's error.
    fn answer(self: Box<Self>, commit: std::result::Result<(), String>);
}

/// The sending half of the writer's queue.
#[derive(Debug, Clone)]
pub(crate) struct Writer(mpsc::SyncSender<Box<dyn Job>>);

impl Writer {
    /// Starts the thread; it ends when the last `Writer` is gone and its queue is empty.
    pub(crate) fn start(conn: SqliteConnection) -> Result<Self> {
        let (sender, queue) = mpsc::sync_channel(QUEUE);
        thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || run(conn, &queue))
            .map_err(|e| Error::internal("the writer thread could not be started").caused_by(e))?;
        Ok(Self(sender))
    }

    /// Queues a closure.
    pub(crate) fn send(&self, job: Box<dyn Job>) -> Result<()> {
        self.0.try_send(job).map_err(|e| match e {
            mpsc::TrySendError::Full(_) => Error::new(Code::Overloaded).retry_after(1),
            mpsc::TrySendError::Disconnected(_) => Error::internal("the writer thread has ended"),
        })
    }
}

fn run(mut conn: SqliteConnection, queue: &mpsc::Receiver<Box<dyn Job>>) {
    while let Some(first) = next(&mut conn, queue) {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = queue.try_recv()
        {
            group.push(next);
        }
        let commit = commit_group(&mut conn, &mut group).map_err(|e| e.to_string());
        for job in group {
            job.answer(commit.clone());
        }
    }
}

/// The next closure, however long it takes to come; nothing at the end.
fn next(conn: &mut SqliteConnection, queue: &mpsc::Receiver<Box<dyn Job>>) -> Option<Box<dyn Job>> {
    match queue.recv_timeout(REST) {
        Ok(job) => Some(job),
        Err(mpsc::RecvTimeoutError::Disconnected) => None,
        Err(mpsc::RecvTimeoutError::Timeout) => {
            if let Err(e) = conn.batch_execute("PRAGMA shrink_memory") {
                tracing::warn!(error = %e, "SQLite did not give memory back");
            }
            queue.recv().ok()
        }
    }
}

fn commit_group(conn: &mut SqliteConnection, group: &mut [Box<dyn Job>]) -> Result<()> {
    // Another process may hold the lock for longer than the busy timeout; a few more waits are cheap.
    let mut tries = 0;
    while let Err(e) = diesel::sql_query("BEGIN IMMEDIATE").execute(conn) {
        tries += 1;
        if tries == 5 || !is_transient(&e) {
            return Err(db_error(e));
        }
    }
    let mut open_order_counts = OpenOrderCounts::default();
    for job in group.iter_mut() {
        let step = conn.batch_execute("SAVEPOINT job").map_err(db_error).and_then(|()| {
            let end = if job.run(conn, &mut open_order_counts).is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
            conn.batch_execute(end).map_err(db_error)
        });
        if let Err(e) = step {
            // The transaction itself is broken: nothing of the group was kept.
            drop(conn.batch_execute("ROLLBACK"));
            return Err(e);
        }
    }
    conn.batch_execute("COMMIT").map_err(|e| {
        drop(conn.batch_execute("ROLLBACK"));
        db_error(e)
    })
}

/// Makes the file with its folder, if it is not there, for its owner alone: SQLite gives the files beside it the same rights. A database in memory has
/// none. A file that is there is not opened: closing it would end the locks that SQLite holds on it for this process.
fn make(path: &str) -> std::io::Result<()> {
    if path == ":memory:" {
        return Ok(());
    }
    if let Some(folder) = Path::new(path).parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

/// Opens a connection with the settings that every connection needs.
pub(crate) fn open(path: &str) -> Result<SqliteConnection> {
    make(path).map_err(|e| {
        Error { internal: Some(format!("cannot make the SQLite file {path}")), ..Error::new(Code::Unavailable) }.caused_by(e)
    })?;
    let mut conn = SqliteConnection::establish(path).map_err(|e| {
        Error { internal: Some(format!("cannot open the SQLite file {path}")), ..Error::new(Code::Unavailable) }.caused_by(e)
    })?;
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32000; PRAGMA mmap_size = 268435456; PRAGMA wal_autocheckpoint = 4000;",
    )
    .map_err(db_error)?;
    Ok(conn)
}

#[cfg(test)]
mod tests {
    use diesel::{QueryableByName, sql_types::Text};

    use super::*;

    #[derive(QueryableByName)]
    struct Compiled {
        #[diesel(sql_type = Text)]
        compile_options: String,
    }

    /// A build without these works, but slowly, and nothing else would tell.
    #[test]
    fn sqlite_is_compiled_as_the_project_says() {
        let mut conn = open(":memory:").unwrap();
        let compiled: Vec<Compiled> = diesel::sql_query("PRAGMA compile_options").load(&mut conn).unwrap();
        let has = |option: &str| compiled.iter().any(|c| c.compile_options == option);
        let missing: Vec<&str> = ["ENABLE_QPSG", "THREADSAFE=2", "DEFAULT_MEMSTATUS=0"].into_iter().filter(|o| !has(o)).collect();
        assert!(missing.is_empty(), "missing: {missing:?}; .cargo/config.toml holds for builds inside the project's folder");
    }
}
