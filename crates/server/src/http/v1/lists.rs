//! What the lists of the office share: their order, what is late, and how many rows there are.

use serde::Serialize;
use utoipa::ToSchema;

use bazdid_protocol::{
    error::{Error, Result},
    ids::Id,
    phrase::Phrase,
    text_enum::TextEnum,
    time::Timestamp,
};
use bazdid_store::listing::{Direction, PageKey, Sort, Total};
use uuid::Uuid;

use crate::http::params::Listed;

/// The order that a list is asked for; `-` reverses.
///
/// # Errors
/// There is no such order.
pub fn sort(asked: Option<&str>) -> Result<Sort> {
    match asked {
        None | Some("age") => Ok(Sort::Stored(Direction::Descending)),
        Some("-age") => Ok(Sort::Stored(Direction::Ascending)),
        Some("due") => Ok(Sort::Due(Direction::Ascending)),
        Some("-due") => Ok(Sort::Due(Direction::Descending)),
        Some(other) => Err(Error::field("?sort", Phrase::with("expected age, -age, due or -due, found \"{found}\"", &[("found", &other)]))),
    }
}

/// A cursor that was made in the same order.
///
/// # Errors
/// It was made in another one.
pub fn fitting<I, F>(before: Option<PageKey<I, F>>, sort: Sort) -> Result<Option<PageKey<I, F>>> {
    match before {
        Some(key) if !key.fits(sort) => Err(Error::field("?cursor", "this cursor belongs to another order of the list; begin without one")),
        fitting => Ok(fitting),
    }
}

/// Before which instant something must be due, at `now`.
#[must_use]
pub fn due_before(late: Option<bool>, before: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    late.unwrap_or_default().then_some(now).into_iter().chain(before).min()
}

/// Words of an enumeration, separated by commas.
///
/// # Errors
/// One of them is none of its words.
pub fn words<T: TextEnum>(asked: Option<&str>, name: &str) -> Result<Vec<T>> {
    let read = |word: &str| T::parse(word.trim()).map_err(|e| Error::field(format!("?{name}"), e.to_string()));
    asked.map_or(Ok(Vec::new()), |text| text.split(',').map(read).collect())
}

/// An organisation or a person.
///
/// # Errors
/// This is no UUID.
pub fn holder(asked: Option<&str>) -> Result<Option<Uuid>> {
    let read = |text: &str| text.parse::<Id<()>>().map(Id::uuid);
    asked.map(read).transpose().map_err(|_| Error::field("?held_by", "expected the id of an organisation or a person"))
}

/// How many rows there are.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = Total)]
pub struct TotalView {
    /// So many rows; 10,000 if there are more.
    #[schema(example = 137)]
    pub count: i64,
    /// Whether there are not more.
    pub is_exact: bool,
}

impl From<Total> for TotalView {
    fn from(Total { count, is_exact }: Total) -> Self {
        Self { count, is_exact }
    }
}

/// A page with the number of all rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct Counted<T> {
    /// The page.
    #[serde(flatten)]
    pub page: Listed<T>,
    /// How many rows there are on all pages; `null` if `total=true` did not ask for it.
    #[schema(required = true)]
    pub total: Option<TotalView>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_have_names_and_cursors_fit_one_of_them() {
        assert!(matches!(sort(Some("-due")), Ok(Sort::Due(Direction::Descending))));
        assert!(sort(Some("rank")).is_err());
        let due: PageKey<i64, i64> = PageKey::Due { due_at: Timestamp::from_micros(5), id: 7 };
        assert!(fitting(Some(due), Sort::Due(Direction::Ascending)).is_ok());
        assert!(fitting(Some(due), Sort::default()).is_err());
        assert!(fitting(Some(PageKey::<i64, i64>::Former(3)), Sort::Stored(Direction::Ascending)).is_err());
    }

    #[test]
    fn what_is_late_was_due_before_now() {
        let (now, soon) = (Timestamp::from_micros(10), Timestamp::from_micros(20));
        assert_eq!(due_before(Some(true), Some(soon), now), Some(now));
        assert_eq!(due_before(Some(false), Some(soon), now), Some(soon));
        assert_eq!(due_before(None, None, now), None);
    }
}
