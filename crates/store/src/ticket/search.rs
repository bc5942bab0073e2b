//! Questions about tickets: by filter, by code, by source, by neighbourhood.

pub mod index;

use diesel::prelude::*;

use crate::{
    listing::{COUNTED, Keyed, PageKey, Sort, Total},
    schema::{status_changes, ticket_areas, tickets, work_orders},
    sql::db_error,
    ticket::{StatusChangeRow, TicketRow},
    tx::{MAX_BINDS, Tx},
};
use bazdid_domain::{
    category::{Hazard, Priority},
    duplicate::{NEAR_M, Nearby},
    ticket::{Boundary, StatusChange, Ticket, TicketStatus},
    visibility::Reach,
    work_order::WorkOrderState,
};
use bazdid_protocol::{
    error::Result,
    geo::{Point, cells_within},
    ids::{AreaId, CategoryId, TicketId},
    time::Timestamp,
};
use uuid::Uuid;

/// Which of the codes are taken.
///
/// # Errors
/// The database fails.
pub fn list_codes(tx: &mut Tx<'_>, codes: &[&str]) -> Result<Vec<String>> {
    let mut taken = Vec::new();
    for codes in codes.chunks(MAX_BINDS) {
        let found: Vec<String> =
            on!(tx, |c| tickets::table.filter(tickets::code.eq_any(codes)).select(tickets::code).load(c)).map_err(db_error)?;
        taken.extend(found);
    }
    Ok(taken)
}

/// Which of the ids are tickets'.
///
/// # Errors
/// The database fails.
pub fn list_ids(tx: &mut Tx<'_>, ids: &[TicketId]) -> Result<Vec<TicketId>> {
    let mut known: Vec<TicketId> = Vec::new();
    for ids in ids.chunks(MAX_BINDS) {
        let found: Vec<TicketId> =
            on!(tx, |c| tickets::table.filter(tickets::id.eq_any(ids)).select(tickets::id).load(c)).map_err(db_error)?;
        known.extend(found);
    }
    Ok(known)
}

/// Those of some tickets that are within reach.
///
/// # Errors
/// The database fails.
pub fn list_tickets_of(tx: &mut Tx<'_>, ids: &[TicketId], reach: &Reach) -> Result<Vec<Ticket>> {
    let mut found = Vec::new();
    for ids in ids.chunks(MAX_BINDS) {
        let rows: Vec<TicketRow> =
            on!(tx, |c| visible_tickets!(tickets::table.select(TicketRow::as_select()), reach).filter(tickets::id.eq_any(ids)).load(c))
                .map_err(db_error)?;
        found.extend(rows.into_iter().map(Ticket::from));
    }
    Ok(found)
}

/// The tickets that were made of the given source references, with their texts.
///
/// # Errors
/// The database fails.
pub fn list_by_source(tx: &mut Tx<'_>, sources: &[&str]) -> Result<Vec<(String, TicketId, String)>> {
    let mut known = Vec::new();
    for sources in sources.chunks(MAX_BINDS) {
        let found: Vec<(Option<String>, TicketId, String)> = on!(tx, |c| tickets::table
            .filter(tickets::source_ref.eq_any(sources))
            .select((tickets::source_ref, tickets::id, tickets::text))
            .load(c))
        .map_err(db_error)?;
        known.extend(found.into_iter().filter_map(|(source, id, text)| Some((source?, id, text))));
    }
    Ok(known)
}

/// The place of a ticket in a list.
pub type TicketKey = PageKey<TicketId, TicketId>;

/// Which tickets are asked for; what is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct TicketFilter {
    /// This one.
    pub id: Option<TicketId>,
    /// In this area or below it.
    pub area: Option<AreaId>,
    /// Of one of these categories.
    pub categories: Option<Vec<CategoryId>>,
    /// In one of these statuses.
    pub statuses: Vec<TicketStatus>,
    /// With one of these as the reason of the status.
    pub reasons: Vec<String>,
    /// With all of these folded words in the text or the address.
    pub words: Vec<String>,
    /// With this code.
    pub code: Option<String>,
    /// Within (south, west, north, east), degrees.
    pub bbox: Option<[f64; 4]>,
    /// Created at or after.
    pub created_from: Option<Timestamp>,
    /// Created before.
    pub created_to: Option<Timestamp>,
    /// How clearly the point lies in the areas.
    pub boundary: Option<Boundary>,
    /// Held by nobody: new or triaged, without an order that somebody was asked to do.
    pub unassigned: bool,
    /// Of one of these priorities.
    pub priorities: Vec<Priority>,
    /// Of one of these hazards.
    pub hazards: Vec<Hazard>,
    /// With an order that this organisation or person holds: the same id names never both.
    pub held_by: Option<Uuid>,
    /// With something to be done before this instant.
    pub due_before: Option<Timestamp>,
    /// In which order.
    pub sort: Sort,
    /// After this place of the list, which fits the order.
    pub before: Option<TicketKey>,
    /// At most so many.
    pub limit: i64,
}

/// The states in which nobody was asked, or nothing more is asked.
const NOT_ASKED: [WorkOrderState; 6] = [
    WorkOrderState::Draft,
    WorkOrderState::Declined,
    WorkOrderState::Expired,
    WorkOrderState::Verified,
    WorkOrderState::Closed,
    WorkOrderState::Cancelled,
];

/// Tickets by filter and reach, those first that were stored last. Words are looked up in the index.
///
/// # Errors
/// The database fails.
pub fn list_tickets(tx: &mut Tx<'_>, filter: &TicketFilter, reach: &Reach) -> Result<Vec<Keyed<Ticket, TicketKey>>> {
    // The index answers in the order of storing, the newest first.
    let found = if filter.sort == Sort::default() { index::find(tx, filter, reach)? } else { None };
    found.map_or_else(|| scan_tickets(tx, filter, reach), Ok)
}

/// [`list_tickets`] without the index: the text of each ticket is looked at.
///
/// # Errors
/// The database fails.
pub fn scan_tickets(tx: &mut Tx<'_>, filter: &TicketFilter, reach: &Reach) -> Result<Vec<Keyed<Ticket, TicketKey>>> {
    select_tickets(tx, filter, reach, Among::All)
}

/// Among which tickets some are looked for.
#[derive(Debug, Clone, Copy)]
enum Among<'a> {
    All,
    /// Those with these ids.
    These(&'a [TicketId]),
}

diesel::define_sql_function! {
    /// A text in which one text stands in the place of each occurrence of another.
    fn replace(text: diesel::sql_types::Text, of: diesel::sql_types::Text, by: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// Keeps of a boxed query the rows whose folded text has some words, as [`bazdid_domain::search::finds`] says.
macro_rules! having_words {
    ($query:expr, $column:expr, $words:expr) => {{
        let mut query = $query;
        for word in $words {
            let pattern = $crate::ticket::search::like(word);
            let inside = $column.like(pattern.clone()).escape('\\');
            query = if bazdid_domain::search::is_across(word) {
                query.filter(inside.or($crate::ticket::search::replace($column, " ", "").like(pattern).escape('\\')))
            } else {
                query.filter(inside)
            };
        }
        query
    }};
}
use having_words;

/// Keeps of a query over `tickets` what a filter asks for, as far as a reach includes it.
macro_rules! filtered_tickets {
    ($query:expr, $filter:expr, $reach:expr, $among:expr) => {{
        let mut query = visible_tickets!($query, $reach);
        if let Some(area) = $filter.area {
            query = query.filter(diesel::dsl::exists(
                ticket_areas::table.filter(ticket_areas::ticket_id.eq(tickets::id).and(ticket_areas::area_id.eq(area))),
            ));
        }
        if let Some(categories) = &$filter.categories {
            query = query.filter(tickets::category_id.eq_any(categories));
        }
        if let Some(id) = $filter.id {
            query = query.filter(tickets::id.eq(id));
        }
        if !$filter.statuses.is_empty() {
            query = query.filter(tickets::status.eq_any(&$filter.statuses));
        }
        if !$filter.reasons.is_empty() {
            query = query.filter(tickets::status_reason.eq_any(&$filter.reasons));
        }
        if let Among::These(ids) = $among {
            query = query.filter(tickets::id.eq_any(ids));
        }
        query = having_words!(query, tickets::text_folded, &$filter.words);
        if let Some(code) = &$filter.code {
            query = query.filter(tickets::code.eq(code));
        }
        if let Some([south, west, north, east]) = $filter.bbox {
            query = query.filter(tickets::lat.between(south, north).and(tickets::lon.between(west, east)));
        }
        if let Some(from) = $filter.created_from {
            query = query.filter(tickets::created_at.ge(from));
        }
        if let Some(to) = $filter.created_to {
            query = query.filter(tickets::created_at.lt(to));
        }
        if let Some(boundary) = $filter.boundary {
            query = query.filter(tickets::boundary.eq(boundary));
        }
        // Of orders that the reader may not see nothing is said.
        if $filter.unassigned {
            let asked = visible_orders!(work_orders::table.select(work_orders::ticket_id), $reach);
            query = query
                .filter(tickets::status.eq_any([TicketStatus::New, TicketStatus::Triaged]))
                .filter(tickets::id.ne_all(asked.filter(work_orders::state.ne_all(NOT_ASKED))));
        }
        if !$filter.priorities.is_empty() {
            query = query.filter(tickets::priority.eq_any(&$filter.priorities));
        }
        if !$filter.hazards.is_empty() {
            query = query.filter(tickets::hazard.eq_any(&$filter.hazards));
        }
        if let Some(holder) = $filter.held_by {
            let held = visible_orders!(work_orders::table.select(work_orders::ticket_id), $reach);
            query = query.filter(tickets::id.eq_any(held.filter(held_by_either!(holder))));
        }
        if let Some(before) = $filter.due_before {
            query = query.filter(due_at!(tickets).lt(before));
        }
        if matches!($filter.sort, Sort::Due(_)) {
            query = query.filter(due_at!(tickets).is_not_null());
        }
        query
    }};
}

fn select_tickets(tx: &mut Tx<'_>, filter: &TicketFilter, reach: &Reach, among: Among<'_>) -> Result<Vec<Keyed<Ticket, TicketKey>>> {
    let rows: Vec<(TicketRow, Timestamp)> = on!(tx, |c| {
        let query = filtered_tickets!(tickets::table.select((TicketRow::as_select(), tickets::stored_at)), filter, reach, among);
        sorted!(query, tickets, filter.sort, filter.before, former by id).limit(filter.limit).load(c)
    })
    .map_err(db_error)?;
    let keyed = |(row, at): (TicketRow, Timestamp)| {
        let row = Ticket::from(row);
        Keyed { key: PageKey::sorted(filter.sort, filter.before.as_ref(), at, row.due_at(), row.id, row.id), row }
    };
    Ok(rows.into_iter().map(keyed).collect())
}

/// How many tickets a filter and a reach hold, as far as they are counted.
///
/// # Errors
/// The database fails.
pub fn count_tickets(tx: &mut Tx<'_>, filter: &TicketFilter, reach: &Reach) -> Result<Total> {
    let found: Vec<TicketId> =
        on!(tx, |c| filtered_tickets!(tickets::table.select(tickets::id), filter, reach, Among::All).limit(COUNTED + 1).load(c))
            .map_err(db_error)?;
    Ok(Total::of(found.len()))
}

/// A pattern that finds a text as it stands.
pub(crate) fn like(word: &str) -> String {
    let mut pattern = String::from("%");
    for c in word.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// A row of a neighbour: id, code, category, latitude, longitude, creation, status, folded text.
type NeighbourRow = (TicketId, String, CategoryId, f64, f64, Timestamp, TicketStatus, String);

/// At most so many neighbours are compared.
const NEIGHBOURS: i64 = 200;

/// Tickets within reach, of some categories, around a point, that were made after an instant and are not shut, the newest first.
///
/// # Errors
/// The database fails.
pub fn list_neighbours(tx: &mut Tx<'_>, around: &Point, categories: &[CategoryId], since: Timestamp, reach: &Reach) -> Result<Vec<Nearby>> {
    let shut = [TicketStatus::Cancelled, TicketStatus::Duplicate, TicketStatus::Rejected];
    let cells = cells_within(around, NEAR_M);
    let rows: Vec<NeighbourRow> = on!(tx, |c| {
        let near = tickets::table.select((
            tickets::id,
            tickets::code,
            tickets::category_id,
            tickets::lat,
            tickets::lon,
            tickets::created_at,
            tickets::status,
            tickets::text_folded,
        ));
        visible_tickets!(near, reach)
            .filter(tickets::cell.eq_any(&cells).and(tickets::category_id.eq_any(categories)))
            .filter(tickets::created_at.ge(since).and(tickets::status.ne_all(shut)))
            .order(tickets::id.desc())
            .limit(NEIGHBOURS)
            .load(c)
    })
    .map_err(db_error)?;
    Ok(rows
        .into_iter()
        .map(|(id, code, category, lat, lon, created_at, status, folded)| {
            let point = Point { lat, lon, accuracy_m: None };
            Nearby { id, code, category, point, created_at, status, folded }
        })
        .collect())
}

/// The history of a ticket's status, oldest first.
///
/// # Errors
/// The database fails.
pub fn list_status_changes(tx: &mut Tx<'_>, ticket: TicketId) -> Result<Vec<StatusChange>> {
    let rows: Vec<StatusChangeRow> = on!(tx, |c| status_changes::table
        .filter(status_changes::ticket_id.eq(ticket))
        .order(status_changes::at)
        .select(StatusChangeRow::as_select())
        .load(c))
    .map_err(db_error)?;
    let mut changes: Vec<StatusChange> = rows.into_iter().map(Into::into).collect();
    // Of changes at one instant the creation is the first.
    changes.sort_by_key(|s| (s.at, s.from.is_some(), s.to));
    Ok(changes)
}
