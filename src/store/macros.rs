//! `on!`: one query, type-checked once per concrete connection; `record!`: a row struct and its upsert.

/// Runs a query on whichever connection the transaction has. The second form is a fork: the two databases truly
/// differ there (the architecture test counts them).
macro_rules! on {
    ($tx:expr, |$c:ident| $q:expr) => {
        match $tx.conn() {
            $crate::store::tx::Conn::Pg(conn) => {
                let $c: &mut diesel::PgConnection = conn;
                $q
            }
            $crate::store::tx::Conn::Sqlite(conn) => {
                let $c: &mut diesel::SqliteConnection = conn;
                $q
            }
        }
    };
    ($tx:expr, pg |$p:ident| $a:expr, sqlite |$s:ident| $b:expr) => {
        match $tx.conn() {
            $crate::store::tx::Conn::Pg(conn) => {
                let $p: &mut diesel::PgConnection = conn;
                $a
            }
            $crate::store::tx::Conn::Sqlite(conn) => {
                let $s: &mut diesel::SqliteConnection = conn;
                $b
            }
        }
    };
}

/// Declares the row of an entity: the struct and `save` (a multi-row upsert by id).
macro_rules! record {
    ($(#[$meta:meta])* $row:ident of $table:ident, id: $id:ty { $($field:ident : $ty:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, diesel::Queryable, diesel::Selectable, diesel::Insertable)]
        #[diesel(table_name = $crate::store::schema::$table, treat_none_as_default_value = false)]
        pub(in $crate::store) struct $row {
            pub id: $id,
            $(pub $field: $ty),+
        }
        impl $row {
            /// Writes rows, each over the one that has its id.
            pub(in $crate::store) fn save(tx: &mut $crate::store::tx::Tx<'_>, rows: &[Self]) -> $crate::error::Result<()> {
                use diesel::prelude::*;
                use $crate::store::schema::$table::dsl;
                const COLUMNS: usize = 1 $(+ { let _ = stringify!($field); 1 })+;
                for chunk in rows.chunks($crate::store::tx::MAX_BINDS / COLUMNS) {
                    on!(tx, |c| diesel::insert_into(dsl::$table)
                        .values(chunk)
                        .on_conflict(dsl::id)
                        .do_update()
                        .set(($(dsl::$field.eq(diesel::upsert::excluded(dsl::$field))),+,))
                        .execute(c))
                    .map_err($crate::store::sql::db_error)?;
                }
                Ok(())
            }
        }
    };
}

/// Declares `find`, `list_all` and `save` of an entity in the terms of the domain.
macro_rules! entity_store {
    ($entity:ty, $row:ident of $table:ident, $find:ident($id:ty), $list:ident, $save:ident) => {
        /// The row with an id.
        ///
        /// # Errors
        /// The database fails.
        pub fn $find(tx: &mut $crate::store::tx::Tx<'_>, id: $id) -> $crate::error::Result<Option<$entity>> {
            use diesel::prelude::*;
            use $crate::store::schema::$table::dsl;
            let row: Option<$row> = on!(tx, |c| dsl::$table.filter(dsl::id.eq(id)).select($row::as_select()).first(c).optional())
                .map_err($crate::store::sql::db_error)?;
            Ok(row.map(Into::into))
        }

        /// Every row, by id: for tables that are small by nature.
        ///
        /// # Errors
        /// The database fails.
        pub fn $list(tx: &mut $crate::store::tx::Tx<'_>) -> $crate::error::Result<Vec<$entity>> {
            use diesel::prelude::*;
            use $crate::store::schema::$table::dsl;
            let rows: Vec<$row> =
                on!(tx, |c| dsl::$table.order(dsl::id).select($row::as_select()).load(c)).map_err($crate::store::sql::db_error)?;
            Ok(rows.into_iter().map(Into::into).collect())
        }

        /// Writes rows, each over the one that has its id.
        ///
        /// # Errors
        /// The database fails; a unique name or code is taken.
        pub fn $save(tx: &mut $crate::store::tx::Tx<'_>, rows: &[$entity]) -> $crate::error::Result<()> {
            $row::save(tx, &rows.iter().map(Into::into).collect::<Vec<_>>())
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
        pub fn $find(tx: &mut $crate::store::tx::Tx<'_>, text: &str) -> $crate::error::Result<Option<$entity>> {
            use diesel::prelude::*;
            use $crate::store::schema::$table::dsl;
            let row: Option<$row> = on!(tx, |c| dsl::$table.filter(dsl::$column.eq(text)).select($row::as_select()).first(c).optional())
                .map_err($crate::store::sql::db_error)?;
            Ok(row.map(Into::into))
        }
    };
}
