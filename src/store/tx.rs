//! One transaction on either database.

use diesel::{PgConnection, SqliteConnection};

/// The concrete connection of a transaction.
pub(in crate::store) enum Conn<'a> {
    /// PostgreSQL.
    Pg(&'a mut PgConnection),
    /// SQLite.
    Sqlite(&'a mut SqliteConnection),
}

/// SQLite takes at most 32,766 bound values a statement; PostgreSQL takes 65,535.
pub(in crate::store) const MAX_BINDS: usize = 32_000;

/// A transaction. Use cases take `&mut Tx` and can neither open nor end one.
pub struct Tx<'a> {
    conn: Conn<'a>,
}

impl<'a> Tx<'a> {
    pub(in crate::store) const fn pg(conn: &'a mut PgConnection) -> Self {
        Self { conn: Conn::Pg(conn) }
    }

    pub(in crate::store) const fn sqlite(conn: &'a mut SqliteConnection) -> Self {
        Self { conn: Conn::Sqlite(conn) }
    }

    pub(in crate::store) const fn conn(&mut self) -> &mut Conn<'a> {
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
