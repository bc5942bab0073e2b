//! JSON columns, and how a database error becomes ours.

use std::fmt;

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql},
    pg::{Pg, PgValue},
    result::{DatabaseErrorKind, Error as Diesel},
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
    sqlite::Sqlite,
};
use serde::{Serialize, de::DeserializeOwned};

pub use bazdid_protocol::sql::types;
use bazdid_protocol::{
    error::{Code, Error},
    sql::types::Doc,
    sql_expression,
};

/// A value that is stored as a JSON document.
#[derive(Debug, Clone, PartialEq)]
pub struct Json<T>(pub T);
sql_expression!([T] Json<T> => Doc);
impl<T: Serialize + fmt::Debug> ToSql<Doc, Pg> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        // Version 1 of the binary form of jsonb is the text with a byte before it.
        std::io::Write::write_all(out, &[1])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}
impl<T: DeserializeOwned> FromSql<Doc, Pg> for Json<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes().split_first() {
            Some((1, text)) => Ok(Self(serde_json::from_slice(text)?)),
            _ => Err("a jsonb value of an unknown version".into()),
        }
    }
}
impl<T: Serialize + fmt::Debug> ToSql<Doc, Sqlite> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}
impl<T: DeserializeOwned> FromSql<Doc, Sqlite> for Json<T> {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Ok(Self(serde_json::from_str(&text)?))
    }
}

/// Fails if not all rows were written: the others are in the table with a revision that is not older.
pub fn all_newer(written: usize, rows: usize, table: &str) -> bazdid_protocol::error::Result<()> {
    if written == rows {
        return Ok(());
    }
    let internal = Some(format!("{written} of {rows} rows of {table} were newer than what is there"));
    Err(Error { internal, ..Error::new(Code::AlreadyExists) })
}

/// Turns a database error into ours: away or busy is retryable, a broken unique constraint is a conflict, the rest is a fault.
pub fn db_error(error: Diesel) -> Error {
    let code = match &error {
        Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Code::AlreadyExists,
        Diesel::DatabaseError(DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand, _) => Code::Unavailable,
        e if is_transient(e) => Code::Overloaded,
        _ => Code::Internal,
    };
    Error { internal: Some(error.to_string()), ..Error::new(code) }.caused_by(error)
}

/// Whether running the transaction again may help: busy, deadlock, serialization failure, a lock that others kept for too long.
pub fn is_transient(error: &Diesel) -> bool {
    match error {
        Diesel::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        // SQLite gives busy no kind of its own, nor does diesel to PostgreSQL's deadlock (40P01) and lock timeout (55P03).
        Diesel::DatabaseError(_, info) => {
            let text = info.message();
            ["database is locked", "database table is locked", "deadlock detected", "due to lock timeout"].iter().any(|t| text.contains(t))
        }
        _ => false,
    }
}
