//! `on!`: one query, type-checked once per concrete connection; `bulk!`: many rows into a table; `record!`: a row struct and its
//! upsert.

/// Runs a query on whichever connection the transaction has. The second form is a fork: the two databases truly
/// differ there (the architecture test counts them).
macro_rules! on {
    ($tx:expr, |$c:ident| $q:expr) => {
        match $tx.conn() {
            $crate::tx::Conn::Pg(conn) => {
                let $c: &mut diesel::PgConnection = conn;
                $q
            }
            $crate::tx::Conn::Sqlite(conn) => {
                let $c: &mut diesel::SqliteConnection = conn;
                $q
            }
        }
    };
    ($tx:expr, pg |$p:ident| $a:expr, sqlite |$s:ident| $b:expr) => {
        match $tx.conn() {
            $crate::tx::Conn::Pg(conn) => {
                let $p: &mut diesel::PgConnection = conn;
                $a
            }
            $crate::tx::Conn::Sqlite(conn) => {
                let $s: &mut diesel::SqliteConnection = conn;
                $b
            }
        }
    };
}

/// Writes many rows by a statement whose text does not depend on their number, so that it is parsed and planned once a
/// connection: on PostgreSQL one statement with an array a column, on SQLite, which has no way to the server to save, one for
/// a group of rows of each of four sizes and one for a single row (each statement inside a large transaction costs a savepoint there). A list of `VALUES`
/// of any length would be parsed anew each time.
/// Answers how many rows were written; `$tail` says what happens to a row that exists. `and stored_at = …` gives all rows of a listed
/// table the instant at which they are first stored: `$tail` must leave it as it is.
macro_rules! bulk {
    ($tx:expr, $rows:expr, $row:ty => $table:ident { $first:ident : $first_ty:ty $(, $field:ident : $ty:ty)* $(,)? } $(and $stored:ident = $now:expr)?, $tail:expr) => {{
        use diesel::{
            QueryResult, RunQueryDsl,
            dsl::SqlTypeOf,
            pg::{Pg, PgConnection},
            query_builder::{AstPass, QueryFragment, QueryId},
            sql_types::Array,
            sqlite::{Sqlite, SqliteConnection},
        };
        use $crate::{schema::$table::dsl, tx::{FEW, GROUP, LARGE_GROUP, SMALL_GROUP}};
        const HEAD: &str = concat!("INSERT INTO ", stringify!($table), " (\"", stringify!($first), "\"" $(, ", \"", stringify!($field), "\"")* $(, ", \"", stringify!($stored), "\"")?, ") ");
        struct Columns<'r> {
            $first: Vec<&'r $first_ty>,
            $($field: Vec<&'r $ty>,)*
            $($stored: bazdid_protocol::time::Timestamp)?
        }
        impl QueryId for Columns<'_> {
            type QueryId = Columns<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }
        impl QueryFragment<Pg> for Columns<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                out.push_sql(HEAD);
                out.push_sql("SELECT *");
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<SqlTypeOf<dsl::$stored>, _>(&self.$stored)?;
                )?
                out.push_sql(" FROM unnest(");
                out.push_bind_param::<Array<SqlTypeOf<dsl::$first>>, _>(&self.$first)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<Array<SqlTypeOf<dsl::$field>>, _>(&self.$field)?;
                )*
                out.push_sql(") ");
                out.push_sql($tail);
                Ok(())
            }
        }
        impl RunQueryDsl<PgConnection> for Columns<'_> {}
        /// Rows of one statement on SQLite: a whole group, or one. Each text is parsed once.
        struct Rows<'r, const N: usize> {
            rows: &'r [$row],
            $($stored: bazdid_protocol::time::Timestamp)?
        }
        impl<const N: usize> QueryId for Rows<'_, N> {
            type QueryId = Rows<'static, N>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }
        impl<const N: usize> QueryFragment<Sqlite> for Rows<'_, N> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                out.push_sql(HEAD);
                out.push_sql("VALUES ");
                for (n, row) in self.rows.iter().enumerate() {
                    out.push_sql(if n == 0 { "(" } else { ", (" });
                    out.push_bind_param::<SqlTypeOf<dsl::$first>, _>(&row.$first)?;
                    $(
                        out.push_sql(", ");
                        out.push_bind_param::<SqlTypeOf<dsl::$field>, _>(&row.$field)?;
                    )*
                    $(
                        out.push_sql(", ");
                        out.push_bind_param::<SqlTypeOf<dsl::$stored>, _>(&self.$stored)?;
                    )?
                    out.push_sql(")");
                }
                out.push_sql(" ");
                out.push_sql($tail);
                Ok(())
            }
        }
        impl<const N: usize> RunQueryDsl<SqliteConnection> for Rows<'_, N> {}
        let rows: &[$row] = $rows;
        let written = match $tx.conn() {
            $crate::tx::Conn::Pg(conn) => rows
                .chunks($crate::tx::MAX_ROWS)
                .map(|rows| {
                    let columns = Columns {
                        $first: rows.iter().map(|r| &r.$first).collect(),
                        $($field: rows.iter().map(|r| &r.$field).collect(),)*
                        $($stored: $now)?
                    };
                    columns.execute(conn)
                })
                .sum::<QueryResult<usize>>(),
            $crate::tx::Conn::Sqlite(conn) => {
                let large = rows.chunks_exact(LARGE_GROUP);
                let groups = large.remainder().chunks_exact(GROUP);
                let small = groups.remainder().chunks_exact(SMALL_GROUP);
                let few = small.remainder().chunks_exact(FEW);
                let rest = few.remainder().chunks(1);
                let write = |rows: &[$row]| match rows.len() {
                    LARGE_GROUP => Rows::<LARGE_GROUP> { rows, $($stored: $now)? }.execute(conn),
                    GROUP => Rows::<GROUP> { rows, $($stored: $now)? }.execute(conn),
                    SMALL_GROUP => Rows::<SMALL_GROUP> { rows, $($stored: $now)? }.execute(conn),
                    FEW => Rows::<FEW> { rows, $($stored: $now)? }.execute(conn),
                    _ => Rows::<1> { rows, $($stored: $now)? }.execute(conn),
                };
                large.chain(groups).chain(small).chain(few).chain(rest).map(write).sum::<QueryResult<usize>>()
            }
        };
        written.map_err($crate::sql::db_error)
    }};
}

/// Declares the row of an entity: the struct and `save` (an upsert by id); with `added on` a key also `add`, which leaves what
/// has that key as it is. With `newer`, for rows whose ids devices choose, `save` writes only over an older revision and fails if there is
/// another: somebody else has given the id away at the same time, and was not seen. With `listed` (and `listed newer`) `save` takes
/// the instant of the transaction and notes it as `stored_at` of the rows that are new.
macro_rules! record {
    ($(#[$meta:meta])* $row:ident of $table:ident, id: $id:ty, added on $key:literal $fields:tt) => {
        record!($(#[$meta])* $row of $table, id: $id $fields);
        record!(@add $row of $table, id: $id, $key $fields);
    };
    ($(#[$meta:meta])* $row:ident of $table:ident, id: $id:ty, newer $fields:tt) => {
        record!(@row $(#[$meta])* $row of $table, id: $id $fields);
        record!(@newer $row of $table, id: $id $fields);
    };
    ($(#[$meta:meta])* $row:ident of $table:ident, id: $id:ty, listed newer $fields:tt) => {
        record!(@row $(#[$meta])* $row of $table, id: $id $fields);
        record!(@listed_newer $row of $table, id: $id $fields);
    };
    ($(#[$meta:meta])* $row:ident of $table:ident, id: $id:ty, listed $fields:tt) => {
        record!(@row $(#[$meta])* $row of $table, id: $id $fields);
        record!(@listed $row of $table, id: $id $fields);
    };
    ($(#[$meta:meta])* $row:ident of $table:ident, id: $id:ty { $($fields:tt)* }) => {
        record!(@row $(#[$meta])* $row of $table, id: $id { $($fields)* });
        record!(@save $row of $table, id: $id { $($fields)* });
    };
    (@add $row:ident of $table:ident, id: $id:ty, $key:literal { $($field:ident : $ty:ty),+ $(,)? }) => {
        impl $row {
            /// Adds rows whose keys are new; answers how many were.
            pub(in $crate) fn add(tx: &mut $crate::tx::Tx<'_>, rows: &[Self]) -> bazdid_protocol::error::Result<usize> {
                bulk!(tx, rows, $row => $table { id: $id $(, $field: $ty)+ }, concat!("ON CONFLICT ", $key, " DO NOTHING"))
            }
        }
    };
    (@row $(#[$meta:meta])* $row:ident of $table:ident, id: $id:ty { $($field:ident : $ty:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, diesel::Queryable, diesel::Selectable)]
        #[diesel(table_name = $crate::schema::$table)]
        pub(in $crate) struct $row {
            pub id: $id,
            $(pub $field: $ty),+
        }
    };
    (@save $row:ident of $table:ident, id: $id:ty { $first:ident : $first_ty:ty $(, $field:ident : $ty:ty)* $(,)? }) => {
        impl $row {
            /// Writes rows, each over the one that has its id.
            pub(in $crate) fn save(tx: &mut $crate::tx::Tx<'_>, rows: &[Self]) -> bazdid_protocol::error::Result<()> {
                const TAIL: &str = upsert!($first $(, $field)*);
                bulk!(tx, rows, $row => $table { id: $id, $first: $first_ty $(, $field: $ty)* }, TAIL).map(drop)
            }
        }
    };
    (@newer $row:ident of $table:ident, id: $id:ty { $first:ident : $first_ty:ty $(, $field:ident : $ty:ty)* $(,)? }) => {
        impl $row {
            /// Writes rows, each over an older one that has its id; fails if one is there that is not older.
            pub(in $crate) fn save(tx: &mut $crate::tx::Tx<'_>, rows: &[Self]) -> bazdid_protocol::error::Result<()> {
                const TAIL: &str = concat!(upsert!($first $(, $field)*), " WHERE ", stringify!($table), ".rev < excluded.rev");
                let written = bulk!(tx, rows, $row => $table { id: $id, $first: $first_ty $(, $field: $ty)* }, TAIL)?;
                $crate::sql::all_newer(written, rows.len(), stringify!($table))
            }
        }
    };
    (@listed $row:ident of $table:ident, id: $id:ty { $first:ident : $first_ty:ty $(, $field:ident : $ty:ty)* $(,)? }) => {
        impl $row {
            /// Writes rows, each over the one that has its id; new ones are stored at `now`.
            pub(in $crate) fn save(
                tx: &mut $crate::tx::Tx<'_>,
                rows: &[Self],
                now: bazdid_protocol::time::Timestamp,
            ) -> bazdid_protocol::error::Result<()> {
                const TAIL: &str = upsert!($first $(, $field)*);
                bulk!(tx, rows, $row => $table { id: $id, $first: $first_ty $(, $field: $ty)* } and stored_at = now, TAIL).map(drop)
            }
        }
    };
    (@listed_newer $row:ident of $table:ident, id: $id:ty { $first:ident : $first_ty:ty $(, $field:ident : $ty:ty)* $(,)? }) => {
        impl $row {
            /// Writes rows, each over an older one that has its id; new ones are stored at `now`. Fails if one is there that is not older.
            pub(in $crate) fn save(
                tx: &mut $crate::tx::Tx<'_>,
                rows: &[Self],
                now: bazdid_protocol::time::Timestamp,
            ) -> bazdid_protocol::error::Result<()> {
                const TAIL: &str = concat!(upsert!($first $(, $field)*), " WHERE ", stringify!($table), ".rev < excluded.rev");
                let written = bulk!(tx, rows, $row => $table { id: $id, $first: $first_ty $(, $field: $ty)* } and stored_at = now, TAIL)?;
                $crate::sql::all_newer(written, rows.len(), stringify!($table))
            }
        }
    };
}

/// What an insert does to a row that has its id: writes every other column over it.
macro_rules! upsert {
    ($first:ident $(, $field:ident)*) => {
        concat!(
            "ON CONFLICT (id) DO UPDATE SET \"", stringify!($first), "\" = excluded.\"", stringify!($first), "\""
            $(, ", \"", stringify!($field), "\" = excluded.\"", stringify!($field), "\"")*
        )
    };
}

/// Declares `find`, `list_all` and `save` of an entity in the terms of the domain.
macro_rules! entity_store {
    ($entity:ty, $row:ident of $table:ident, $find:ident($id:ty), $list:ident, $save:ident) => {
        entity_store!(@read $entity, $row of $table, $find($id), $list);

        /// Writes rows, each over the one that has its id.
        ///
        /// # Errors
        /// The database fails; a unique name or code is taken.
        pub fn $save(tx: &mut $crate::tx::Tx<'_>, rows: &[$entity]) -> bazdid_protocol::error::Result<()> {
            $row::save(tx, &rows.iter().map(Into::into).collect::<Vec<_>>())
        }
    };
    ($entity:ty, $row:ident of $table:ident, $find:ident($id:ty), $list:ident, listed $save:ident) => {
        entity_store!(@read $entity, $row of $table, $find($id), $list);

        /// Writes rows, each over the one that has its id; new ones are stored at `now`.
        ///
        /// # Errors
        /// The database fails.
        pub fn $save(
            tx: &mut $crate::tx::Tx<'_>,
            rows: &[$entity],
            now: bazdid_protocol::time::Timestamp,
        ) -> bazdid_protocol::error::Result<()> {
            $row::save(tx, &rows.iter().map(Into::into).collect::<Vec<_>>(), now)
        }
    };
    (@read $entity:ty, $row:ident of $table:ident, $find:ident($id:ty), $list:ident) => {
        /// The row with an id.
        ///
        /// # Errors
        /// The database fails.
        pub fn $find(tx: &mut $crate::tx::Tx<'_>, id: $id) -> bazdid_protocol::error::Result<Option<$entity>> {
            use diesel::prelude::*;
            use $crate::schema::$table::dsl;
            let row: Option<$row> = on!(tx, |c| dsl::$table.filter(dsl::id.eq(id)).select($row::as_select()).first(c).optional())
                .map_err($crate::sql::db_error)?;
            Ok(row.map(Into::into))
        }

        /// Every row, by id: for tables that are small by nature.
        ///
        /// # Errors
        /// The database fails.
        pub fn $list(tx: &mut $crate::tx::Tx<'_>) -> bazdid_protocol::error::Result<Vec<$entity>> {
            use diesel::prelude::*;
            use $crate::schema::$table::dsl;
            let rows: Vec<$row> =
                on!(tx, |c| dsl::$table.order(dsl::id).select($row::as_select()).load(c)).map_err($crate::sql::db_error)?;
            Ok(rows.into_iter().map(Into::into).collect())
        }
    };
}

/// Declares a finder of an entity by a unique text column.
macro_rules! find_by {
    ($entity:ty, $row:ident of $table:ident . $column:ident, $find:ident) => {
        #[doc = concat!("The row whose `", stringify!($column), "` is a text.")]
        ///
        /// # Errors
        /// The database fails.
        pub fn $find(tx: &mut $crate::tx::Tx<'_>, text: &str) -> bazdid_protocol::error::Result<Option<$entity>> {
            use diesel::prelude::*;
            use $crate::schema::$table::dsl;
            let row: Option<$row> = on!(tx, |c| dsl::$table.filter(dsl::$column.eq(text)).select($row::as_select()).first(c).optional())
                .map_err($crate::sql::db_error)?;
            Ok(row.map(Into::into))
        }
    };
}

/// The events of the outbox whose kind this version knows; a newer server on the same database tells of the others.
macro_rules! of_known_kind {
    () => {{
        use bazdid_protocol::text_enum::TextEnum as _;
        let known: Vec<&str> = bazdid_protocol::event::EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
        diesel::dsl::sql::<diesel::sql_types::Text>("outbox.kind").eq_any(known)
    }};
}
