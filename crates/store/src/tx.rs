//! One transaction on either database.

use diesel::{PgConnection, SqliteConnection, connection::SimpleConnection as _};

use crate::{db::transaction, feed::Later, hub::Heads, open_order_counts::OpenOrderCounts, sql::db_error};
use bazdid_protocol::error::Result;

/// The concrete connection of a transaction.
pub(crate) enum Conn<'a> {
    /// PostgreSQL.
    Pg(&'a mut PgConnection),
    /// SQLite.
    Sqlite(&'a mut SqliteConnection),
}

/// SQLite takes at most 32,766 bound values a statement; PostgreSQL takes 65,535.
pub(crate) const MAX_BINDS: usize = 32_000;
/// Rows of one statement that takes an array a column.
pub(crate) const MAX_ROWS: usize = 5_000;
/// Values of one list in a query.
pub(crate) const LIST: usize = 5_000;
/// Rows of the smallest group on SQLite: at most three rows of a batch go by themselves.
pub(crate) const FEW: usize = 4;
/// Rows of a small group on SQLite: what a batch leaves over goes in few statements.
pub(crate) const SMALL_GROUP: usize = 16;
/// Rows of a group on SQLite.
pub(crate) const GROUP: usize = 64;
/// Rows of a large group on SQLite: with the widest table (32 columns) still half of the values that a statement may bind.
pub(crate) const LARGE_GROUP: usize = 512;

/// What a closure noted beside what it wrote.
#[derive(Debug)]
pub(crate) struct Noted {
    /// Channels that were written into, with their heads.
    pub moved: Heads,
    /// What is to be entered in the feed at the end of the group, if it is one closure of a group.
    pub later: Option<Later>,
    /// What was counted, for the next closure of the transaction.
    pub open_order_counts: OpenOrderCounts,
}

/// A transaction. Use cases take `&mut Tx` and can neither open nor end one.
pub struct Tx<'a> {
    conn: Conn<'a>,
    /// Channels that were written into, with their heads: who waits for them is told after the commit.
    moved: Heads,
    /// Where what is entered in the feed waits for the end of the group, if this is one closure of a group.
    later: Option<Later>,
    /// What was counted in this transaction.
    open_order_counts: OpenOrderCounts,
}

impl<'a> Tx<'a> {
    pub(crate) fn pg(conn: &'a mut PgConnection) -> Self {
        Self { conn: Conn::Pg(conn), moved: Heads::new(), later: None, open_order_counts: OpenOrderCounts::default() }
    }

    /// One closure of a group that PostgreSQL commits as one: what it enters in the feed waits for the end of the group.
    pub(crate) fn pg_group(conn: &'a mut PgConnection) -> Self {
        Self { later: Some(Later::default()), ..Self::pg(conn) }
    }

    pub(crate) fn sqlite(conn: &'a mut SqliteConnection) -> Self {
        Self { conn: Conn::Sqlite(conn), moved: Heads::new(), later: None, open_order_counts: OpenOrderCounts::default() }
    }

    /// The same transaction with what was counted in it before.
    pub(crate) fn counted(self, open_order_counts: OpenOrderCounts) -> Self {
        Self { open_order_counts, ..self }
    }

    /// Runs a step of the transaction: what it wrote is taken back if it fails, and the transaction goes on.
    ///
    /// # Errors
    /// The step's, or the database fails.
    pub fn step<T>(&mut self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let grouped = self.later.is_some();
        // If the step is taken back nobody knows what was counted in it.
        let open_order_counts = std::mem::take(&mut self.open_order_counts);
        let outcome = match &mut self.conn {
            Conn::Pg(conn) => {
                transaction(conn, |c| if grouped { Tx::pg_group(c) } else { Tx::pg(c) }.counted(open_order_counts).run_noting(f))
            }
            // The writer begins and ends SQLite's transactions by hand, so their steps are made by hand too.
            Conn::Sqlite(conn) => {
                conn.batch_execute("SAVEPOINT step").map_err(db_error)?;
                let outcome = Tx::sqlite(conn).counted(open_order_counts).run_noting(f);
                let end = if outcome.is_ok() { "RELEASE step" } else { "ROLLBACK TO step; RELEASE step" };
                conn.batch_execute(end).map_err(db_error)?;
                outcome
            }
        };
        let (value, noted) = outcome?;
        self.moved.extend(noted.moved);
        self.open_order_counts = noted.open_order_counts;
        if let (Some(later), Some(more)) = (&mut self.later, noted.later) {
            later.extend(more);
        }
        Ok(value)
    }

    /// Runs a closure; with its result the channels that it wrote into.
    pub(crate) fn run<T>(self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<(T, Heads)> {
        self.run_noting(f).map(|(value, noted)| (value, noted.moved))
    }

    /// Runs a closure; with its result all that it noted.
    pub(crate) fn run_noting<T>(mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<(T, Noted)> {
        f(&mut self).map(|value| (value, Noted { moved: self.moved, later: self.later, open_order_counts: self.open_order_counts }))
    }

    /// Where entries of the feed wait for the end of the group, if they do.
    pub(crate) const fn later(&mut self) -> Option<&mut Later> {
        self.later.as_mut()
    }

    /// What was counted in this transaction.
    pub(crate) const fn open_order_counts(&mut self) -> &mut OpenOrderCounts {
        &mut self.open_order_counts
    }

    /// Notes that a channel has a new head.
    pub(crate) fn note_head(&mut self, channel: &str, head: i64) {
        self.moved.insert(channel.to_owned(), head);
    }

    pub(crate) const fn conn(&mut self) -> &mut Conn<'a> {
        &mut self.conn
    }
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.conn {
            Conn::Pg(_) => "Tx(postgres)",
            Conn::Sqlite(_) => "Tx(sqlite)",
        })
    }
}
