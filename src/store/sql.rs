//! Our own SQL types (ids, instants, JSON), words, and how a database error becomes ours.

use std::fmt;

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql},
    expression::AsExpression,
    internal::derives::as_expression::Bound,
    pg::{Pg, PgValue},
    prelude::Queryable,
    result::{DatabaseErrorKind, Error as Diesel},
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{BigInt, Binary, Nullable, SingleValue, Text},
    sqlite::Sqlite,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    domain::{document::Document, ids::Id, time::Timestamp},
    error::{Code, Error},
};

/// SQL types that have one name and two shapes.
pub mod types {
    use diesel::sql_types::SqlType;
    /// `uuid` on PostgreSQL, a `BLOB` of 16 bytes on SQLite.
    #[derive(Debug, Clone, Copy, Default, SqlType, diesel::query_builder::QueryId)]
    #[diesel(postgres_type(oid = 2950, array_oid = 2951), sqlite_type(name = "Binary"))]
    pub struct Key;
    /// `timestamptz` on PostgreSQL, an `INTEGER` of microseconds on SQLite.
    #[derive(Debug, Clone, Copy, Default, SqlType, diesel::query_builder::QueryId)]
    #[diesel(postgres_type(oid = 1184, array_oid = 1185), sqlite_type(name = "Long"))]
    pub struct Micros;
    /// `jsonb` on PostgreSQL, `TEXT` on SQLite.
    #[derive(Debug, Clone, Copy, Default, SqlType, diesel::query_builder::QueryId)]
    #[diesel(postgres_type(oid = 3802, array_oid = 3807), sqlite_type(name = "Text"))]
    pub struct Doc;
    impl diesel::sql_types::SqlOrd for Micros {}
    impl diesel::sql_types::SqlOrd for Key {}
}
use types::{Doc, Key, Micros};

/// Gives a Rust type the traits that `derive(AsExpression, FromSqlRow)` would, without diesel on its definition.
macro_rules! expression {
    ([$($g:ident $(: $b:path)?)?] $ty:ty => $sql:ty) => {
        expression!(@one [$($g $(: $b)?)?] $ty => $sql);
        expression!(@one [$($g $(: $b)?)?] $ty => Nullable<$sql>);
        impl<DB: Backend, ST: SingleValue $(, $g $(: $b)?)?> Queryable<ST, DB> for $ty
        where
            Self: FromSql<ST, DB>,
        {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> { Ok(row) }
        }
        impl<$($g $(: $b)?)?> ToSql<Nullable<$sql>, Pg> for $ty where Self: ToSql<$sql, Pg> {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result { ToSql::<$sql, Pg>::to_sql(self, out) }
        }
        impl<$($g $(: $b)?)?> ToSql<Nullable<$sql>, Sqlite> for $ty where Self: ToSql<$sql, Sqlite> {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result { ToSql::<$sql, Sqlite>::to_sql(self, out) }
        }
    };
    (@one [$($g:ident $(: $b:path)?)?] $ty:ty => $sql:ty) => {
        impl<$($g $(: $b)?)?> AsExpression<$sql> for $ty {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression { Bound::new(self) }
        }
        impl<'e $(, $g $(: $b)?)?> AsExpression<$sql> for &'e $ty {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression { Bound::new(self) }
        }
    };
}

expression!([T] Id<T> => Key);
impl<T> ToSql<Key, Pg> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        std::io::Write::write_all(out, self.uuid().as_bytes())?;
        Ok(IsNull::No)
    }
}
impl<T> FromSql<Key, Pg> for Id<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self::new(uuid::Uuid::from_slice(value.as_bytes())?))
    }
}
impl<T> ToSql<Key, Sqlite> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.uuid().as_bytes().to_vec());
        Ok(IsNull::No)
    }
}
impl<T> FromSql<Key, Sqlite> for Id<T> {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
        Ok(Self::new(uuid::Uuid::from_slice(&bytes)?))
    }
}

/// PostgreSQL counts microseconds from 2000-01-01.
const PG_EPOCH_MICROS: i64 = 946_684_800_000_000;
expression!([] Timestamp => Micros);
impl ToSql<Micros, Pg> for Timestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        std::io::Write::write_all(out, &self.micros().saturating_sub(PG_EPOCH_MICROS).to_be_bytes())?;
        Ok(IsNull::No)
    }
}
impl FromSql<Micros, Pg> for Timestamp {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let micros = i64::from_be_bytes(value.as_bytes().try_into()?);
        Ok(Self::from_micros(micros.saturating_add(PG_EPOCH_MICROS)))
    }
}
impl ToSql<Micros, Sqlite> for Timestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.micros());
        Ok(IsNull::No)
    }
}
impl FromSql<Micros, Sqlite> for Timestamp {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <i64 as FromSql<BigInt, Sqlite>>::from_sql(value).map(Self::from_micros)
    }
}

/// A value that is stored as a JSON document.
#[derive(Debug, Clone, PartialEq)]
pub struct Json<T>(pub T);
expression!([T] Json<T> => Doc);
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

expression!([] Document => Doc);
impl ToSql<Doc, Pg> for Document {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        std::io::Write::write_all(out, &[1])?;
        std::io::Write::write_all(out, self.text().as_bytes())?;
        Ok(IsNull::No)
    }
}
impl FromSql<Doc, Pg> for Document {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes().split_first() {
            Some((1, text)) => Ok(Self::parse(std::str::from_utf8(text)?)?),
            _ => Err("a jsonb value of an unknown version".into()),
        }
    }
}
impl ToSql<Doc, Sqlite> for Document {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.text());
        Ok(IsNull::No)
    }
}
impl FromSql<Doc, Sqlite> for Document {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Ok(Self::parse(&text)?)
    }
}

macro_rules! words {
    ($($ty:ty),+ $(,)?) => {$(
        expression!([] $ty => Text);
        impl ToSql<Text, Pg> for $ty {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                std::io::Write::write_all(out, crate::domain::text_enum::TextEnum::as_str(*self).as_bytes())?;
                Ok(IsNull::No)
            }
        }
        impl ToSql<Text, Sqlite> for $ty {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                out.set_value(crate::domain::text_enum::TextEnum::as_str(*self));
                Ok(IsNull::No)
            }
        }
        impl<DB: Backend> FromSql<Text, DB> for $ty
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let word = <String as FromSql<Text, DB>>::from_sql(value)?;
                Ok(crate::domain::text_enum::TextEnum::parse(&word)?)
            }
        }
    )+};
}
words! {
    crate::domain::account::Role, crate::domain::account::ClockTrust,
    crate::domain::organisation::OrganisationKind, crate::domain::organisation::ActiveState,
    crate::domain::area::AreaKind,
    crate::domain::category::Hazard, crate::domain::category::Priority,
    crate::domain::contract::ContractStatus, crate::domain::contract::Descent,
    crate::domain::ticket::TicketStatus, crate::domain::ticket::PointSource, crate::domain::ticket::Boundary,
    crate::domain::ticket::TicketOrigin, crate::domain::ticket::TicketField, crate::domain::ticket::CallOutcome,
    crate::domain::work_order::WorkOrderKind, crate::domain::work_order::WorkOrderState, crate::domain::work_order::Answer,
    crate::domain::work_order::WorkEventKind, crate::domain::work_order::Standing, crate::domain::work_order::RoundVerdict,
    crate::domain::visit::VisitKind, crate::domain::visit::VisitOutcome, crate::domain::visit::MockFlag, crate::domain::visit::Audience,
    crate::domain::photo::PhotoKind, crate::domain::photo::PhotoState, crate::domain::upload::UploadState,
    crate::domain::picture::PictureState, crate::domain::picture::ReadFault, crate::domain::evidence::reading::Gap,
    crate::domain::conflict::ConflictKind, crate::domain::conflict::Severity, crate::domain::conflict::ConflictStatus,
    crate::domain::conflict::Resolution,
    crate::domain::sync::outcome::Status, crate::domain::sync::outcome::OutcomeCode,
}

/// Fails if not all rows were written: the others are in the table with a revision that is not older.
pub fn all_newer(written: usize, rows: usize, table: &str) -> crate::error::Result<()> {
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
