//! Pages of lists: rows in the order in which this server first stored them, the newest first.
//!
//! Each listed table has a column `stored_at`: the instant of the transaction that inserted the row. The store sets it, no client
//! can. Rows of one transaction have the same instant; their ids order them. Rows that were stored before the column existed have 1970
//! until [`crate::backfill`] has dated them; until then they come after all others.

use serde::{Deserialize, Serialize};

use bazdid_protocol::time::Timestamp;

/// Where a page of a list begins: after the row with this key. `I` is the row's id, `F` the key by which the former version ordered
/// the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PageKey<I, F> {
    /// By when the row was first stored.
    Stored {
        /// When this server first stored the row.
        stored_at: Timestamp,
        /// The row.
        id: I,
    },
    /// By when something is to be done, the earliest first.
    Due {
        /// Until when.
        due_at: Timestamp,
        /// The row.
        id: I,
    },
    /// From a cursor of the former version: the list goes on in the order of that version. Read for one version.
    Former(F),
}

impl<I, F> PageKey<I, F> {
    /// The key of a row on the page that begins at `before`, in the same order as that page.
    pub(crate) const fn of(before: Option<&Self>, stored_at: Timestamp, id: I, former: F) -> Self
    where
        I: Copy,
        F: Copy,
    {
        match before {
            Some(Self::Former(_)) => Self::Former(former),
            Some(Self::Stored { .. } | Self::Due { .. }) | None => Self::Stored { stored_at, id },
        }
    }

    /// The key of a row on a page in an order: a row that is listed by when it is due has such an instant.
    pub(crate) const fn sorted(sort: Sort, before: Option<&Self>, stored_at: Timestamp, due_at: Option<Timestamp>, id: I, former: F) -> Self
    where
        I: Copy,
        F: Copy,
    {
        match (sort, due_at) {
            (Sort::Due(_), Some(due_at)) => Self::Due { due_at, id },
            (Sort::Due(_) | Sort::Stored(_), _) => Self::of(before, stored_at, id, former),
        }
    }

    /// Whether a page in an order may begin after this key. A key has no direction: the same place is one of both.
    #[must_use]
    pub const fn fits(&self, sort: Sort) -> bool {
        match self {
            Self::Due { .. } => matches!(sort, Sort::Due(_)),
            Self::Stored { .. } => matches!(sort, Sort::Stored(_)),
            Self::Former(_) => matches!(sort, Sort::Stored(Direction::Descending)),
        }
    }
}

/// Which way a list runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Direction {
    /// The smallest first.
    Ascending,
    /// The largest first.
    #[default]
    Descending,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// By when this server first stored the rows.
    Stored(Direction),
    /// By when something is to be done; rows of which nothing is to be done are not listed. The instant changes with the row's state, so a row
    /// may be met twice or be missed when it changes between two pages.
    Due(Direction),
}

impl Default for Sort {
    fn default() -> Self {
        Self::Stored(Direction::Descending)
    }
}

/// Rows that are counted; of more it is only said that there are more.
pub const COUNTED: i64 = 10_000;

/// How many rows a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// So many, or more.
    pub count: i64,
    /// Whether there are not more.
    pub is_exact: bool,
}

impl Total {
    /// Of rows of which one more than is counted was looked for.
    pub(crate) fn of(found: usize) -> Self {
        let found = i64::try_from(found).unwrap_or(i64::MAX);
        Self { count: found.min(COUNTED), is_exact: found <= COUNTED }
    }
}

/// A row of a list with the key after which the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyed<T, K> {
    /// The row.
    pub row: T,
    /// Its key.
    pub key: K,
}

impl<T, K> std::ops::Deref for Keyed<T, K> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.row
    }
}

impl<T, K> Keyed<T, K> {
    /// The same place with another row.
    pub fn with<U>(self, f: impl FnOnce(T) -> U) -> Keyed<U, K> {
        Keyed { row: f(self.row), key: self.key }
    }
}

/// The column `due_at` of a table, which the database derives: see `due_at` of tickets and orders in the domain. It stands beside the table's
/// declaration, which has as many columns as diesel takes without a slower build.
macro_rules! due_at {
    ($table:ident) => {
        diesel::dsl::sql::<diesel::sql_types::Nullable<$crate::sql::types::Micros>>(concat!(stringify!($table), ".due_at"))
    };
}

/// Orders a query over a listed table with `due_at` from a key on, which fits the order: see [`PageKey::fits`].
macro_rules! sorted {
    ($query:expr, $table:ident, $sort:expr, $before:expr, former by $former:ident) => {{
        use $crate::listing::{Direction, PageKey, Sort};
        match ($sort, $before) {
            (Sort::Stored(Direction::Descending), before) => newest_first!($query, $table, before, former by $former),
            (Sort::Stored(Direction::Ascending), before) => oldest_first!($query, $table, before),
            (Sort::Due(Direction::Ascending), Some(PageKey::Due { due_at, id })) => $query
                .filter(due_at!($table).ge(due_at))
                .filter(due_at!($table).gt(due_at).or($table::id.gt(id)))
                .order((due_at!($table).asc(), $table::id.asc())),
            (Sort::Due(Direction::Ascending), _) => $query.order((due_at!($table).asc(), $table::id.asc())),
            (Sort::Due(Direction::Descending), Some(PageKey::Due { due_at, id })) => $query
                .filter(due_at!($table).le(due_at))
                .filter(due_at!($table).lt(due_at).or($table::id.lt(id)))
                .order((due_at!($table).desc(), $table::id.desc())),
            (Sort::Due(Direction::Descending), _) => $query.order((due_at!($table).desc(), $table::id.desc())),
        }
    }};
}

/// Orders a query over a listed table, the oldest first, from a key on. A key of another order begins at the beginning: see [`PageKey::fits`].
macro_rules! oldest_first {
    ($query:expr, $table:ident, $before:expr) => {
        match $before {
            Some($crate::listing::PageKey::Stored { stored_at, id }) => $query
                .filter($table::stored_at.ge(stored_at))
                .filter($table::stored_at.gt(stored_at).or($table::id.gt(id)))
                .order(($table::stored_at.asc(), $table::id.asc())),
            _ => $query.order(($table::stored_at.asc(), $table::id.asc())),
        }
    };
}

/// Orders a query over a listed table, the newest first, from a key on. The former order was by id, or by the named column and id.
macro_rules! newest_first {
    ($query:expr, $table:ident, $before:expr, former by id) => {
        newest_first!(@ $query, $table, $before, former => |query, id| query.filter($table::id.lt(id)).order($table::id.desc()))
    };
    ($query:expr, $table:ident, $before:expr, former by $column:ident) => {
        newest_first!(@ $query, $table, $before, former => |query, place| {
            let (at, id) = place;
            query
                .filter($table::$column.lt(at).or($table::$column.eq(at).and($table::id.lt(id))))
                .order(($table::$column.desc(), $table::id.desc()))
        })
    };
    (@ $query:expr, $table:ident, $before:expr, former => |$q:ident, $key:ident| $former:expr) => {
        match $before {
            None => $query.order(($table::stored_at.desc(), $table::id.desc())),
            Some($crate::listing::PageKey::Stored { stored_at, id }) => $query
                // The first condition alone lets the index be entered at the place.
                .filter($table::stored_at.le(stored_at))
                .filter($table::stored_at.lt(stored_at).or($table::id.lt(id)))
                .order(($table::stored_at.desc(), $table::id.desc())),
            // A key of another order: see `PageKey::fits`.
            Some($crate::listing::PageKey::Due { .. }) => $query.order(($table::stored_at.desc(), $table::id.desc())),
            Some($crate::listing::PageKey::Former($key)) => {
                let $q = $query;
                $former
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use bazdid_protocol::ids::TicketId;
    use uuid::Uuid;

    #[test]
    fn keys_of_both_versions_are_told_apart_by_their_form() {
        let (id, at) = (TicketId::new(Uuid::from_u128(7)), Timestamp::from_micros(5));
        let by_id: PageKey<TicketId, TicketId> = serde_json::from_value(serde_json::json!(id)).unwrap();
        assert_eq!(by_id, PageKey::Former(id));
        let by_time: PageKey<TicketId, (Timestamp, TicketId)> = serde_json::from_value(serde_json::json!([at, id])).unwrap();
        assert_eq!(by_time, PageKey::Former((at, id)));
        let new: PageKey<TicketId, TicketId> = PageKey::Stored { stored_at: at, id };
        assert_eq!(serde_json::from_value::<PageKey<TicketId, TicketId>>(serde_json::to_value(new).unwrap()).unwrap(), new);
        assert_eq!(PageKey::of(Some(&by_id), at, id, id), by_id, "a page of the former order goes on in it");
        assert_eq!(PageKey::of(None, at, id, id), new);
    }
}
