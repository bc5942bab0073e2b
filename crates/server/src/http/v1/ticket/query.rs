//! What a list of tickets is asked for.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::http::v1::lists;
use bazdid_domain::{search, ticket::Boundary, ticket_code};
use bazdid_protocol::{
    error::{Error, Result},
    fold,
    phrase::Phrase,
    time::Timestamp,
};
use bazdid_service::ticket::lookup::Asked;
use bazdid_store::ticket::search::{TicketFilter, TicketKey};

/// Most characters of a query for words.
const MAX_QUERY: usize = 200;

/// How tickets are answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A page of tickets.
    #[default]
    Json,
    /// A GeoJSON FeatureCollection.
    Geojson,
}

/// Which tickets.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TicketQuery {
    /// In this area (id or code) or below it.
    area: Option<String>,
    /// Of this category (id or code) or one below it.
    category: Option<String>,
    /// In one of these statuses, separated by commas.
    #[param(example = "new,triaged")]
    status: Option<String>,
    /// With all of these words in the text or the address (digits for the office only: outside it numbers are masked); how ye, kaf, digits, marks, half-spaces and spaces are typed does not matter.
    q: Option<String>,
    /// With this code, as people say it.
    code: Option<String>,
    /// Within west, south, east, north, degrees.
    #[param(example = "49.9,36.2,50.1,36.3")]
    bbox: Option<String>,
    /// Created at or after.
    created_from: Option<Timestamp>,
    /// Created before.
    created_to: Option<Timestamp>,
    /// How clearly the point lies in the areas.
    boundary: Option<Boundary>,
    /// Of one of these priorities, separated by commas.
    #[param(example = "high,urgent")]
    priority: Option<String>,
    /// Of one of these hazards, separated by commas.
    #[param(example = "critical")]
    hazard: Option<String>,
    /// Only new and triaged ones without an order that somebody was asked to do.
    unassigned: Option<bool>,
    /// With an order that this organisation or person holds.
    held_by: Option<String>,
    /// Only open ones whose promise has passed.
    late: Option<bool>,
    /// Only open ones that were promised before this instant.
    due_before: Option<Timestamp>,
    /// `age`: the newest first (as without it); `due`: open ones with a promise, the earliest first. `-` reverses. A row that changes between two pages
    /// may be met twice or be missed by `due`.
    #[param(example = "due")]
    sort: Option<String>,
    /// Whether to count the rows of all pages; not together with `q`: every text would have to be read.
    #[serde(default)]
    #[param(default = false)]
    pub(super) total: bool,
    /// How to answer.
    #[serde(default)]
    #[param(inline)]
    pub(super) format: Format,
}

impl TicketQuery {
    /// The query in the terms of the use case.
    ///
    /// # Errors
    /// A parameter cannot be read.
    pub(super) fn asked(&self, before: Option<TicketKey>, limit: i64, now: Timestamp) -> Result<Asked> {
        let sort = lists::sort(self.sort.as_deref())?;
        let filter = TicketFilter {
            statuses: lists::words(self.status.as_deref(), "status")?,
            words: self.q.as_deref().map_or(Ok(Vec::new()), words)?,
            code: self.code.as_deref().map(code).transpose()?,
            bbox: self.bbox.as_deref().map(bbox).transpose()?,
            created_from: self.created_from,
            created_to: self.created_to,
            boundary: self.boundary,
            priorities: lists::words(self.priority.as_deref(), "priority")?,
            hazards: lists::words(self.hazard.as_deref(), "hazard")?,
            unassigned: self.unassigned.unwrap_or_default(),
            held_by: lists::holder(self.held_by.as_deref())?,
            due_before: lists::due_before(self.late, self.due_before, now),
            sort,
            before: lists::fitting(before, sort)?,
            limit,
            ..TicketFilter::default()
        };
        Ok(Asked { area: self.area.clone(), category: self.category.clone(), filter })
    }
}

fn words(text: &str) -> Result<Vec<String>> {
    if text.chars().count() > MAX_QUERY {
        return Err(Error::field("?q", Phrase::with("must have at most {max} characters", &[("max", &MAX_QUERY)])));
    }
    Ok(search::words(text))
}

fn code(text: &str) -> Result<String> {
    ticket_code::parse(text)
        .ok_or_else(|| Error::field("?code", "this is no code of a ticket: ten digits, the last of which checks the others"))
}

fn bbox(text: &str) -> Result<[f64; 4]> {
    let fault = || Error::field("?bbox", "expected west,south,east,north in degrees, west below east and south below north");
    let numbers: Vec<f64> = text.split(',').map(fold::number).collect::<Option<_>>().ok_or_else(fault)?;
    match numbers.as_slice() {
        &[west, south, east, north] if west <= east && south <= north => Ok([south, west, north, east]),
        _ => Err(fault()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bazdid_domain::ticket::TicketStatus;

    #[test]
    fn a_box_is_read_as_geojson_orders_it() {
        assert_eq!(bbox("49.9, 36.2,50.1,36.3").unwrap(), [36.2, 49.9, 36.3, 50.1]);
        for wrong in ["", "1,2,3", "1,2,3,x", "50,36,49,37", "1,2,3,NaN"] {
            assert!(bbox(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn words_of_a_query_are_folded_and_statuses_known() {
        assert_eq!(
            words(" چاله‌ي  بزرگ بزرگ").unwrap(),
            ["بزرگ", "ی", "چاله"].map(str::to_owned).into_iter().collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        );
        assert!(words(&"چ".repeat(201)).is_err() && words("\u{200c}").unwrap().is_empty());
        let statuses = |text| lists::words::<TicketStatus>(Some(text), "status");
        assert_eq!(statuses("new, in_work").unwrap(), [TicketStatus::New, TicketStatus::InWork]);
        assert!(statuses("old").unwrap_err().fields[0].detail.contains("expected one of"));
        assert!(code("123").is_err());
    }
}
