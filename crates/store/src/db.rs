//! The database as the rest of the program sees it: `read` and `write`, each one closure over one transaction.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use diesel::{
    Connection, PgConnection, SqliteConnection,
    connection::SimpleConnection,
    r2d2::{ConnectionManager, Pool, PooledConnection},
};
use tokio::sync::{Semaphore, oneshot};

use crate::{
    group_commit::{LANES, Lanes, Member},
    hub::{Heads, Hub},
    open_order_counts::OpenOrderCounts,
    sql::{db_error, is_transient},
    sqlite_writer::{self, Job, Writer},
    tx::{Noted, Tx},
};
use bazdid_clock::Stopwatch;
use bazdid_protocol::error::{Code, Error, Result};

/// Times a PostgreSQL transaction is run again after a deadlock, a serialization failure or a lost race.
const RETRIES: u32 = 16;

/// After so long without work a reader of SQLite is closed, with the pages and statements that it keeps; opening one is cheap.
const REST: Duration = Duration::from_secs(20);

/// How to reach the database.
#[derive(Debug, Clone)]
pub struct DbOptions {
    /// `sqlite://path` or `postgres://…`.
    pub url: String,
    /// Connections for reading (on PostgreSQL: for everything).
    pub connections: u32,
}

/// A database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    backend: Backend,
    /// Who waits for channels to move.
    hub: Arc<Hub>,
    /// A fair queue before the pool: r2d2 alone lets some waiters starve.
    permits: Arc<Semaphore>,
}

#[derive(Debug, Clone)]
enum Backend {
    Pg { pool: Pool<ConnectionManager<PgConnection>>, lanes: Lanes },
    Sqlite { readers: Pool<ConnectionManager<SqliteConnection>>, writer: Writer },
}

/// Which database a URL names.
pub(crate) enum Target<'a> {
    Pg(&'a str),
    Sqlite(&'a str),
}

/// Reads the URL's scheme.
pub(crate) fn target(url: &str) -> Result<Target<'_>> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        Ok(Target::Pg(url))
    } else if let Some(path) = url.strip_prefix("sqlite://") {
        Ok(Target::Sqlite(path))
    } else {
        Err(Error::with(Code::Validation, "the database URL must begin with sqlite:// or postgres://"))
    }
}

#[derive(Debug)]
struct SqliteSettings;
impl diesel::r2d2::CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for SqliteSettings {
    fn on_acquire(&self, conn: &mut SqliteConnection) -> std::result::Result<(), diesel::r2d2::Error> {
        conn.batch_execute(
            "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA query_only = ON; PRAGMA cache_size = -8000; \
             PRAGMA mmap_size = 268435456;",
        )
        .map_err(diesel::r2d2::Error::QueryError)
    }
}

#[derive(Debug)]
struct PostgresSettings;
impl diesel::r2d2::CustomizeConnection<PgConnection, diesel::r2d2::Error> for PostgresSettings {
    /// Compiling a statement, and starting processes that help with it, costs more than any of ours takes; the planner does either where it
    /// thinks that a hundred rows of the feed are a hundred thousand.
    fn on_acquire(&self, conn: &mut PgConnection) -> std::result::Result<(), diesel::r2d2::Error> {
        conn.batch_execute("SET jit = off; SET max_parallel_workers_per_gather = 0").map_err(diesel::r2d2::Error::QueryError)
    }
}

impl Db {
    /// Opens the database; an SQLite file is created with its folder. Migrations are not run: see [`crate::migrate`].
    ///
    /// # Errors
    /// The URL is of no known kind, or the database cannot be reached.
    pub fn open(options: &DbOptions) -> Result<Self> {
        let unavailable = |e: diesel::r2d2::PoolError| Error::new(Code::Unavailable).caused_by(e);
        let size = options.connections.clamp(1, 256);
        let hub = Arc::<Hub>::default();
        let backend = match target(&options.url)? {
            Target::Pg(url) => {
                let pool = Pool::builder()
                    .max_size(size.saturating_add(LANES))
                    .min_idle(Some(1))
                    .connection_timeout(Duration::from_secs(5))
                    .test_on_check_out(false)
                    .connection_customizer(Box::new(PostgresSettings))
                    .build(ConnectionManager::new(url))
                    .map_err(unavailable)?;
                Backend::Pg { lanes: Lanes::start(&pool, &hub)?, pool }
            }
            Target::Sqlite(path) => {
                let writer = Writer::start(sqlite_writer::open(path)?)?;
                let readers = Pool::builder()
                    .max_size(size)
                    .min_idle(Some(1))
                    .idle_timeout(Some(REST))
                    .test_on_check_out(false)
                    .connection_customizer(Box::new(SqliteSettings))
                    .build(ConnectionManager::new(path))
                    .map_err(unavailable)?;
                Backend::Sqlite { readers, writer }
            }
        };
        let permits = usize::try_from(size).unwrap_or(1);
        Ok(Self { backend, hub, permits: Arc::new(Semaphore::new(permits)) })
    }

    /// `sqlite` or `postgres`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.backend {
            Backend::Pg { .. } => "postgres",
            Backend::Sqlite { .. } => "sqlite",
        }
    }

    /// Who waits for channels to move: told of every write of this process once it is committed.
    #[must_use]
    pub const fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Runs a closure over one snapshot. It can change nothing.
    ///
    /// # Errors
    /// The closure's, or the database cannot be reached.
    pub async fn read<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        let db = self.clone();
        let waits = Stopwatch::start();
        let _permit = self.permits.acquire().await.map_err(|e| Error::internal("the pool is closed").caused_by(e))?;
        waited("read", waits);
        tokio::task::spawn_blocking(move || db.read_blocking(f)).await.map_err(panicked)?
    }

    /// Runs a closure in one read-write transaction; all of it is kept or nothing. It is run again after a deadlock, so it
    /// must have no effect outside the transaction.
    ///
    /// # Errors
    /// The closure's, or the database cannot be reached.
    pub async fn write<T: Send + 'static>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        match &self.backend {
            Backend::Pg { .. } => {
                let db = self.clone();
                let waits = Stopwatch::start();
                let _permit = self.permits.acquire().await.map_err(|e| Error::internal("the pool is closed").caused_by(e))?;
                waited("write", waits);
                tokio::task::spawn_blocking(move || db.write_blocking(f)).await.map_err(panicked)?
            }
            Backend::Sqlite { writer, .. } => queue(writer, &self.hub, f)?.await.map_err(writer_gone)?.0,
        }
    }

    /// [`Db::write`] for what many devices send at once: on PostgreSQL too several closures share a transaction and its commit, each
    /// in a savepoint of its own. What it enters in the feed is there only after the commit. It may be run again though its first run was
    /// kept, if the database went away while it committed, so it must find out that it was run before.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_together<T: Send + 'static>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        match &self.backend {
            Backend::Pg { lanes, .. } => {
                let (reply, receiver) = oneshot::channel();
                lanes.send(Box::new(Together { f, waits: Some(Stopwatch::start()), outcome: None, reply }))?;
                receiver.await.map_err(writer_gone)?.0
            }
            Backend::Sqlite { .. } => self.write(f).await,
        }
    }

    /// [`Db::read`] for threads that may block.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_blocking<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        match &self.backend {
            Backend::Pg { pool, .. } => {
                let mut conn = checkout(pool)?;
                snapshot(&mut *conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", |c| f(&mut Tx::pg(c)))
            }
            Backend::Sqlite { readers, .. } => {
                let mut conn = checkout(readers)?;
                snapshot(&mut *conn, "BEGIN", |c| f(&mut Tx::sqlite(c)))
            }
        }
    }

    /// [`Db::write`] for threads that may block.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_blocking<T: Send + 'static>(&self, mut f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        match &self.backend {
            Backend::Pg { pool, .. } => with_retries(&mut *checkout(pool)?, &self.hub, &mut f),
            Backend::Sqlite { writer, .. } => queue(writer, &self.hub, f)?.blocking_recv().map_err(writer_gone)?.0,
        }
    }
}

/// Runs a closure in a transaction of its own, again and again as long as its error may pass.
fn with_retries<T>(conn: &mut PgConnection, hub: &Hub, f: &mut impl FnMut(&mut Tx<'_>) -> Result<T>) -> Result<T> {
    let mut tries = 0;
    loop {
        // Each try begins without what the one before noted.
        match transaction(conn, |c| Tx::pg(c).run(&mut *f)) {
            Ok((value, moved)) => {
                hub.moved(&moved);
                return Ok(value);
            }
            Err(e) if tries < RETRIES && worth_retrying(&e) => tries += 1,
            Err(e) => return Err(e),
        }
    }
}

/// A transaction had to wait for its turn: for a connection, or on SQLite for the writer.
fn waited(kind: &'static str, since: Stopwatch) {
    metrics::histogram!("bazdid_store_wait_seconds", "kind" => kind).record(since.elapsed());
}

fn panicked(e: tokio::task::JoinError) -> Error {
    Error::internal("a database closure panicked").caused_by(e)
}

fn writer_gone(e: oneshot::error::RecvError) -> Error {
    Error::internal("the writer dropped a closure").caused_by(e)
}

/// Whether an error may pass when the closure is run again.
fn worth_retrying(e: &Error) -> bool {
    let Some(source) = e.source.as_deref().filter(|_| e.code == Code::Overloaded) else { return false };
    source.downcast_ref::<diesel::result::Error>().is_some_and(is_transient) || source.is::<RaceLost>()
}

/// Another transaction was faster.
#[derive(Debug, thiserror::Error)]
#[error("another transaction was faster")]
struct RaceLost;

/// The error of a closure that decided by what another transaction has changed meanwhile: it is run again. After too many
/// times the caller is told to come back. On SQLite nobody can be faster: there is one writer.
#[must_use]
pub fn race_lost(detail: &'static str) -> Error {
    Error::with(Code::Overloaded, detail).retry_after(1).caused_by(RaceLost)
}

pub(crate) fn checkout<C: diesel::r2d2::R2D2Connection + 'static>(
    pool: &Pool<ConnectionManager<C>>,
) -> Result<PooledConnection<ConnectionManager<C>>> {
    pool.get().map_err(|e| Error::new(Code::Unavailable).retry_after(2).caused_by(e))
}

/// A read always ends in ROLLBACK: there is nothing to keep.
fn snapshot<C: SimpleConnection, T>(conn: &mut C, begin: &str, f: impl FnOnce(&mut C) -> Result<T>) -> Result<T> {
    conn.batch_execute(begin).map_err(db_error)?;
    let outcome = f(conn);
    let end = conn.batch_execute("ROLLBACK").map_err(db_error);
    let value = outcome?;
    end?;
    Ok(value)
}

/// One transaction, or a savepoint inside one.
pub(crate) fn transaction<T>(conn: &mut PgConnection, f: impl FnOnce(&mut PgConnection) -> Result<T>) -> Result<T> {
    /// Diesel wants an error that its own errors convert into.
    struct Wrap(Error);
    impl From<diesel::result::Error> for Wrap {
        fn from(e: diesel::result::Error) -> Self {
            Self(db_error(e))
        }
    }
    conn.transaction(|c| f(c).map_err(Wrap)).map_err(|Wrap(e)| e)
}

/// An answer with its closure: what that carries is taken apart by who made it, not by the thread that all others wait for.
type Answered<T, F> = (Result<T>, F);

struct Queued<T, F> {
    f: F,
    hub: Arc<Hub>,
    /// Since when it waits; nothing once it was run.
    waits: Option<Stopwatch>,
    outcome: Option<Result<(T, Heads)>>,
    reply: oneshot::Sender<Answered<T, F>>,
}

impl<T: Send, F: FnMut(&mut Tx<'_>) -> Result<T> + Send> Job for Queued<T, F> {
    fn run(&mut self, conn: &mut SqliteConnection, open_order_counts: &mut OpenOrderCounts) -> Result<()> {
        if let Some(since) = self.waits.take() {
            waited("write", since);
        }
        let counted = std::mem::take(open_order_counts);
        let outcome = catch_panic(|| Tx::sqlite(conn).counted(counted).run_noting(&mut self.f));
        let fine = outcome.is_ok();
        self.outcome = Some(outcome.map(|(value, noted)| {
            *open_order_counts = noted.open_order_counts;
            (value, noted.moved)
        }));
        if fine { Ok(()) } else { Err(Error::new(Code::Internal)) }
    }

    fn answer(self: Box<Self>, commit: std::result::Result<(), String>) {
        let Self { f, hub, outcome, reply, .. } = *self;
        let answer = match (commit, outcome) {
            (Ok(()), Some(outcome)) => outcome.map(|(value, moved)| {
                hub.moved(&moved);
                value
            }),
            // A refusal stands whether or not the others were kept.
            (Err(_), Some(Err(refusal))) => Err(refusal),
            (Err(message), _) => Err(Error { internal: Some(message), ..Error::new(Code::Overloaded) }.retry_after(1)),
            (Ok(()), None) => Err(Error::internal("a queued closure was not run")),
        };
        // A caller that went away has nobody to tell.
        drop(reply.send((answer, f)));
    }
}

/// A closure that shares a transaction of PostgreSQL with others.
struct Together<T, F> {
    f: F,
    /// Since when it waits; nothing once it was run.
    waits: Option<Stopwatch>,
    outcome: Option<Result<T>>,
    reply: oneshot::Sender<Answered<T, F>>,
}

impl<T: Send, F: FnMut(&mut Tx<'_>) -> Result<T> + Send> Member for Together<T, F> {
    fn run(&mut self, tx: Tx<'_>) -> Result<Noted> {
        if let Some(since) = self.waits.take() {
            waited("write", since);
        }
        let (value, noted) = match tx.run_noting(&mut self.f) {
            Ok(done) => done,
            Err(error) => {
                let told = Error::new(error.code);
                self.outcome = Some(Err(error));
                return Err(told);
            }
        };
        self.outcome = Some(Ok(value));
        Ok(noted)
    }

    fn is_transient(&self) -> bool {
        matches!(&self.outcome, Some(Err(error)) if worth_retrying(error))
    }

    fn run_alone(&mut self, conn: &mut PgConnection, hub: &Hub) {
        self.outcome = Some(catch_panic(|| with_retries(conn, hub, &mut self.f)));
    }

    fn fail(&mut self, error: Error) {
        self.outcome = Some(Err(error));
    }

    fn answer(self: Box<Self>) {
        let Self { f, outcome, reply, .. } = *self;
        let answer = outcome.unwrap_or_else(|| Err(Error::internal("a queued closure was not run")));
        // A caller that went away has nobody to tell.
        drop(reply.send((answer, f)));
    }
}

/// A closure that panics fails by itself: the thread that runs it has others to run.
fn catch_panic<T>(f: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|_| Err(Error::internal("a database closure panicked")))
}

fn queue<T, F>(writer: &Writer, hub: &Arc<Hub>, f: F) -> Result<oneshot::Receiver<Answered<T, F>>>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
{
    let (reply, receiver) = oneshot::channel();
    writer.send(Box::new(Queued { f, hub: Arc::clone(hub), waits: Some(Stopwatch::start()), outcome: None, reply }))?;
    Ok(receiver)
}
