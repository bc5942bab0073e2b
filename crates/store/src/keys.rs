//! A list of values in a condition, said so that the statement's text does not depend on how many they are.
//!
//! PostgreSQL takes an array. SQLite would need a place for each value, hence another text, parsed and planned anew, for every length
//! of the list; it takes them as one JSON array, ids as hex digits.

use std::fmt;

use diesel::{
    QueryResult,
    expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping},
    pg::Pg,
    query_builder::{AstPass, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{Array, BigInt, Bool, HasSqlType, Text},
    sqlite::Sqlite,
};

use crate::sql::types::Key;
use bazdid_protocol::ids::Id;

/// What a list may hold.
pub(crate) trait Listed {
    /// Its type in the database.
    type Sql: 'static;
    /// How SQLite reads it from an element of the JSON array.
    const READ: &'static str;
    /// Writes it as an element of the JSON array.
    fn write(&self, json: &mut String);
}

impl<T> Listed for Id<T> {
    type Sql = Key;
    const READ: &'static str = "unhex(value)";
    fn write(&self, json: &mut String) {
        json.push('"');
        json.push_str(self.uuid().simple().encode_lower(&mut uuid::Uuid::encode_buffer()));
        json.push('"');
    }
}

impl Listed for String {
    type Sql = Text;
    const READ: &'static str = "value";
    fn write(&self, json: &mut String) {
        json.push_str(&serde_json::Value::from(self.as_str()).to_string());
    }
}

impl Listed for i64 {
    type Sql = BigInt;
    const READ: &'static str = "value";
    fn write(&self, json: &mut String) {
        json.push_str(&self.to_string());
    }
}

/// Values to look for.
#[derive(Debug)]
pub(crate) struct Keys<'a, L> {
    items: &'a [L],
    /// The same as a JSON array.
    json: String,
}

impl<'a, L: Listed> Keys<'a, L> {
    /// Values to look for; as many as one statement may take are the caller's care ([`crate::tx::LIST`]).
    pub(crate) fn new(items: &'a [L]) -> Self {
        let mut json = String::with_capacity(items.len() * 35 + 2);
        json.push('[');
        for (n, item) in items.iter().enumerate() {
            if n > 0 {
                json.push(',');
            }
            item.write(&mut json);
        }
        json.push(']');
        Self { items, json }
    }

    /// Whether a column holds one of the values.
    pub(crate) const fn hold<C>(&self, column: C) -> Held<'_, C, L> {
        Held { column, keys: self }
    }
}

/// Whether a column holds one of some values.
#[derive(Debug)]
pub(crate) struct Held<'a, C, L> {
    column: C,
    keys: &'a Keys<'a, L>,
}

impl<C: QueryId, L: Listed> QueryId for Held<'_, C, L>
where
    L::Sql: QueryId,
{
    type QueryId = (C::QueryId, <L::Sql as QueryId>::QueryId, Held<'static, (), ()>);
    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID;
}

impl<C: Expression, L> Expression for Held<'_, C, L> {
    type SqlType = Bool;
}

impl<C: AppearsOnTable<QS>, QS, L> AppearsOnTable<QS> for Held<'_, C, L> {}

impl<C: SelectableExpression<QS>, QS, L> SelectableExpression<QS> for Held<'_, C, L> {}

impl<C: ValidGrouping<G>, G, L> ValidGrouping<G> for Held<'_, C, L> {
    type IsAggregate = C::IsAggregate;
}

impl<C: QueryFragment<Pg>, L: Listed> QueryFragment<Pg> for Held<'_, C, L>
where
    L: fmt::Debug + ToSql<L::Sql, Pg>,
    [L]: ToSql<Array<L::Sql>, Pg>,
    Pg: HasSqlType<L::Sql> + HasSqlType<Array<L::Sql>>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" = ANY(");
        out.push_bind_param::<Array<L::Sql>, _>(self.keys.items)?;
        out.push_sql(")");
        Ok(())
    }
}

impl<C: QueryFragment<Sqlite>, L: Listed> QueryFragment<Sqlite> for Held<'_, C, L> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT ");
        out.push_sql(L::READ);
        out.push_sql(" FROM json_each(");
        out.push_bind_param::<Text, _>(&self.keys.json)?;
        out.push_sql("))");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_one_whatever_the_number_of_ids() {
        use crate::schema::notes;
        let ids: Vec<Id<()>> = (1..4).map(|n| Id::new(uuid::Uuid::from_u128(n))).collect();
        let text = |ids: &[Id<()>]| {
            let keys = Keys::new(ids);
            let sql = diesel::debug_query::<Sqlite, _>(&keys.hold(notes::id)).to_string();
            (sql.split(" --").next().unwrap().to_owned(), keys.json)
        };
        let (none, one, all) = (text(&[]), text(&ids[..1]), text(&ids));
        assert_eq!((&none.0, &one.0), (&all.0, &all.0));
        assert_eq!((none.1.as_str(), one.1.as_str()), ("[]", "[\"00000000000000000000000000000001\"]"));
        assert_eq!(serde_json::from_str::<Vec<String>>(&all.1).unwrap().len(), 3);
    }

    #[test]
    fn texts_and_numbers_are_json_whatever_they_hold() {
        let texts = ["", "a\"b\\", "تهران\n"].map(String::from);
        assert_eq!(serde_json::from_str::<Vec<String>>(&Keys::new(&texts).json).unwrap(), texts);
        let numbers = [i64::MIN, -1, 0, i64::MAX];
        assert_eq!(serde_json::from_str::<Vec<i64>>(&Keys::new(&numbers).json).unwrap(), numbers);
    }
}
