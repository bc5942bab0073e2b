//! How ids, instants, documents and words are bound and read as columns of both databases.

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql},
    pg::{Pg, PgValue},
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{BigInt, Binary, Text},
    sqlite::Sqlite,
};

#[doc(hidden)]
pub use diesel;

use crate::{document::Document, ids::Id, time::Timestamp};

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
#[doc(hidden)]
#[macro_export]
macro_rules! sql_expression {
    ([$($g:ident $(: $b:path)?)?] $ty:ty => $sql:ty) => {
        $crate::sql_expression!(@one [$($g $(: $b)?)?] $ty => $sql);
        $crate::sql_expression!(@one [$($g $(: $b)?)?] $ty => $crate::sql::diesel::sql_types::Nullable<$sql>);
        impl<DB: $crate::sql::diesel::backend::Backend, ST: $crate::sql::diesel::sql_types::SingleValue $(, $g $(: $b)?)?> $crate::sql::diesel::deserialize::Queryable<ST, DB> for $ty
        where
            Self: $crate::sql::diesel::deserialize::FromSql<ST, DB>,
        {
            type Row = Self;
            fn build(row: Self) -> $crate::sql::diesel::deserialize::Result<Self> { Ok(row) }
        }
        impl<$($g $(: $b)?)?> $crate::sql::diesel::serialize::ToSql<$crate::sql::diesel::sql_types::Nullable<$sql>, $crate::sql::diesel::pg::Pg> for $ty where Self: $crate::sql::diesel::serialize::ToSql<$sql, $crate::sql::diesel::pg::Pg> {
            fn to_sql<'b>(&'b self, out: &mut $crate::sql::diesel::serialize::Output<'b, '_, $crate::sql::diesel::pg::Pg>) -> $crate::sql::diesel::serialize::Result { $crate::sql::diesel::serialize::ToSql::<$sql, $crate::sql::diesel::pg::Pg>::to_sql(self, out) }
        }
        impl<$($g $(: $b)?)?> $crate::sql::diesel::serialize::ToSql<$crate::sql::diesel::sql_types::Nullable<$sql>, $crate::sql::diesel::sqlite::Sqlite> for $ty where Self: $crate::sql::diesel::serialize::ToSql<$sql, $crate::sql::diesel::sqlite::Sqlite> {
            fn to_sql<'b>(&'b self, out: &mut $crate::sql::diesel::serialize::Output<'b, '_, $crate::sql::diesel::sqlite::Sqlite>) -> $crate::sql::diesel::serialize::Result { $crate::sql::diesel::serialize::ToSql::<$sql, $crate::sql::diesel::sqlite::Sqlite>::to_sql(self, out) }
        }
    };
    (@one [$($g:ident $(: $b:path)?)?] $ty:ty => $sql:ty) => {
        impl<$($g $(: $b)?)?> $crate::sql::diesel::expression::AsExpression<$sql> for $ty {
            type Expression = $crate::sql::diesel::internal::derives::as_expression::Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression { $crate::sql::diesel::internal::derives::as_expression::Bound::new(self) }
        }
        impl<'e $(, $g $(: $b)?)?> $crate::sql::diesel::expression::AsExpression<$sql> for &'e $ty {
            type Expression = $crate::sql::diesel::internal::derives::as_expression::Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression { $crate::sql::diesel::internal::derives::as_expression::Bound::new(self) }
        }
    };
}

sql_expression!([T] Id<T> => Key);
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
sql_expression!([] Timestamp => Micros);
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

sql_expression!([] Document => Doc);
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

/// Binds and reads the words of a [`text_enum!`](crate::text_enum!) as `TEXT` columns.
#[doc(hidden)]
#[macro_export]
macro_rules! text_enum_columns {
    ($ty:ty) => {
        $crate::sql_expression!([] $ty => $crate::sql::diesel::sql_types::Text);
        impl $crate::sql::diesel::serialize::ToSql<$crate::sql::diesel::sql_types::Text, $crate::sql::diesel::pg::Pg> for $ty {
            fn to_sql<'b>(&'b self, out: &mut $crate::sql::diesel::serialize::Output<'b, '_, $crate::sql::diesel::pg::Pg>) -> $crate::sql::diesel::serialize::Result {
                std::io::Write::write_all(out, $crate::text_enum::TextEnum::as_str(*self).as_bytes())?;
                Ok($crate::sql::diesel::serialize::IsNull::No)
            }
        }
        impl $crate::sql::diesel::serialize::ToSql<$crate::sql::diesel::sql_types::Text, $crate::sql::diesel::sqlite::Sqlite> for $ty {
            fn to_sql<'b>(&'b self, out: &mut $crate::sql::diesel::serialize::Output<'b, '_, $crate::sql::diesel::sqlite::Sqlite>) -> $crate::sql::diesel::serialize::Result {
                out.set_value($crate::text_enum::TextEnum::as_str(*self));
                Ok($crate::sql::diesel::serialize::IsNull::No)
            }
        }
        impl<DB: $crate::sql::diesel::backend::Backend> $crate::sql::diesel::deserialize::FromSql<$crate::sql::diesel::sql_types::Text, DB> for $ty
        where
            String: $crate::sql::diesel::deserialize::FromSql<$crate::sql::diesel::sql_types::Text, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> $crate::sql::diesel::deserialize::Result<Self> {
                let word = <String as $crate::sql::diesel::deserialize::FromSql<$crate::sql::diesel::sql_types::Text, DB>>::from_sql(value)?;
                Ok($crate::text_enum::TextEnum::parse(&word)?)
            }
        }
    };
}
