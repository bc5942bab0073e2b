//! A list of ids in a condition, said so that the statement's text does not depend on how many they are.
//!
//! PostgreSQL takes an array. SQLite would need a place for each id, hence another text, parsed and planned anew, for every length of the
//! list; it takes the ids as one JSON array of hex digits.

use diesel::{
    QueryResult,
    expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping},
    pg::Pg,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{Array, Bool, Text},
    sqlite::Sqlite,
};

use crate::{domain::ids::Id, store::sql::types::Key};

/// Ids to look for.
#[derive(Debug)]
pub(in crate::store) struct Keys<'a, T> {
    ids: &'a [Id<T>],
    /// The same as a JSON array of hex digits.
    hex: String,
}

impl<'a, T> Keys<'a, T> {
    /// Ids to look for; as many as one statement may take are the caller's care ([`crate::store::tx::LIST`]).
    pub(in crate::store) fn new(ids: &'a [Id<T>]) -> Self {
        let mut hex = String::with_capacity(ids.len() * 35 + 2);
        hex.push('[');
        for (n, id) in ids.iter().enumerate() {
            hex.push_str(if n == 0 { "\"" } else { ",\"" });
            hex.push_str(id.uuid().simple().encode_lower(&mut uuid::Uuid::encode_buffer()));
            hex.push('"');
        }
        hex.push(']');
        Self { ids, hex }
    }

    /// Whether a column holds one of the ids.
    pub(in crate::store) const fn hold<C>(&self, column: C) -> Held<'_, C, T> {
        Held { column, keys: self }
    }
}

/// Whether a column holds one of some ids.
#[derive(Debug)]
pub(in crate::store) struct Held<'a, C, T> {
    column: C,
    keys: &'a Keys<'a, T>,
}

impl<C: QueryId, T> QueryId for Held<'_, C, T> {
    type QueryId = Held<'static, C::QueryId, ()>;
    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID;
}

impl<C: Expression, T> Expression for Held<'_, C, T> {
    type SqlType = Bool;
}

impl<C: AppearsOnTable<QS>, QS, T> AppearsOnTable<QS> for Held<'_, C, T> {}

impl<C: SelectableExpression<QS>, QS, T> SelectableExpression<QS> for Held<'_, C, T> {}

impl<C: ValidGrouping<G>, G, T> ValidGrouping<G> for Held<'_, C, T> {
    type IsAggregate = C::IsAggregate;
}

impl<C: QueryFragment<Pg>, T: std::fmt::Debug> QueryFragment<Pg> for Held<'_, C, T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" = ANY(");
        out.push_bind_param::<Array<Key>, _>(self.keys.ids)?;
        out.push_sql(")");
        Ok(())
    }
}

impl<C: QueryFragment<Sqlite>, T> QueryFragment<Sqlite> for Held<'_, C, T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT unhex(value) FROM json_each(");
        out.push_bind_param::<Text, _>(&self.keys.hex)?;
        out.push_sql("))");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_one_whatever_the_number_of_ids() {
        use crate::store::schema::notes;
        let ids: Vec<Id<()>> = (1..4).map(|n| Id::new(uuid::Uuid::from_u128(n))).collect();
        let text = |ids: &[Id<()>]| {
            let keys = Keys::new(ids);
            let sql = diesel::debug_query::<Sqlite, _>(&keys.hold(notes::id)).to_string();
            (sql.split(" --").next().unwrap().to_owned(), keys.hex)
        };
        let (none, one, all) = (text(&[]), text(&ids[..1]), text(&ids));
        assert_eq!((&none.0, &one.0), (&all.0, &all.0));
        assert_eq!((none.1.as_str(), one.1.as_str()), ("[]", "[\"00000000000000000000000000000001\"]"));
        assert_eq!(serde_json::from_str::<Vec<String>>(&all.1).unwrap().len(), 3);
    }
}
