//! Work orders and rounds by filter, as far as somebody reaches.

use diesel::{
    prelude::*,
    sql_types::{Bool, Text},
};
use uuid::Uuid;

use crate::{
    listing::{COUNTED, Direction, Keyed, PageKey, Sort, Total},
    schema::{rounds, ticket_areas, tickets, work_orders},
    sql::db_error,
    ticket::search::like,
    tx::{MAX_BINDS, Tx},
    work_order::{RoundRow, WorkOrderRow},
};
use bazdid_domain::{
    category::{Hazard, Priority},
    visibility::Reach,
    work_order::{Round, RoundVerdict, WorkOrder, WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::{
    error::Result,
    ids::{AccountId, AreaId, OrganisationId, RoundId, TicketId, WorkOrderId},
    time::Timestamp,
};

/// The place of an order in a list; formerly by its creation.
pub type OrderKey = PageKey<WorkOrderId, (Timestamp, WorkOrderId)>;

/// Which orders are asked for; what is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    /// This one.
    pub id: Option<WorkOrderId>,
    /// In one of these states.
    pub states: Vec<WorkOrderState>,
    /// Of one of these kinds.
    pub kinds: Vec<WorkOrderKind>,
    /// Held by this organisation.
    pub organisation: Option<OrganisationId>,
    /// Held by this person.
    pub account: Option<AccountId>,
    /// Of a ticket in this area or below it.
    pub area: Option<AreaId>,
    /// Held now by this organisation or person: the same id names never both.
    pub held_by: Option<Uuid>,
    /// With this flag.
    pub flag: Option<String>,
    /// Of a ticket of one of these priorities.
    pub priorities: Vec<Priority>,
    /// Of a ticket of one of these hazards.
    pub hazards: Vec<Hazard>,
    /// With something to be done before this instant.
    pub due_before: Option<Timestamp>,
    /// In which order.
    pub sort: Sort,
    /// After this place of the list, which fits the order.
    pub before: Option<OrderKey>,
    /// At most so many.
    pub limit: i64,
}

/// Keeps of a query over `work_orders` what a filter asks for, as far as a reach includes it.
macro_rules! filtered_orders {
    ($query:expr, $filter:expr, $reach:expr) => {{
        let mut query = visible_orders!($query, $reach);
        if let Some(area) = $filter.area {
            query = query.filter(diesel::dsl::exists(
                ticket_areas::table.filter(ticket_areas::ticket_id.eq(work_orders::ticket_id).and(ticket_areas::area_id.eq(area))),
            ));
        }
        if !$filter.states.is_empty() {
            query = query.filter(work_orders::state.eq_any(&$filter.states));
        }
        if let Some(id) = $filter.id {
            query = query.filter(work_orders::id.eq(id));
        }
        if !$filter.kinds.is_empty() {
            query = query.filter(work_orders::kind.eq_any(&$filter.kinds));
        }
        if let Some(organisation) = $filter.organisation {
            query = query.filter(work_orders::organisation_id.eq(organisation));
        }
        if let Some(account) = $filter.account {
            query = query.filter(work_orders::account_id.eq(account));
        }
        if let Some(holder) = $filter.held_by {
            query = query.filter(held_by_either!(holder));
        }
        if let Some(flag) = &$filter.flag {
            query = query.filter(
                diesel::dsl::sql::<Bool>("CAST(work_orders.flags AS text) LIKE ")
                    .bind::<Text, _>(like(&format!("\"{flag}\"")))
                    .sql(" ESCAPE '\\'"),
            );
        }
        if !$filter.priorities.is_empty() {
            let of = tickets::table.filter(tickets::id.eq(work_orders::ticket_id).and(tickets::priority.eq_any(&$filter.priorities)));
            query = query.filter(diesel::dsl::exists(of));
        }
        if !$filter.hazards.is_empty() {
            let of = tickets::table.filter(tickets::id.eq(work_orders::ticket_id).and(tickets::hazard.eq_any(&$filter.hazards)));
            query = query.filter(diesel::dsl::exists(of));
        }
        if let Some(before) = $filter.due_before {
            query = query.filter(due_at!(work_orders).lt(before));
        }
        if matches!($filter.sort, Sort::Due(_)) {
            query = query.filter(due_at!(work_orders).is_not_null());
        }
        query
    }};
}

/// How many orders a filter and a reach hold, as far as they are counted.
///
/// # Errors
/// The database fails.
pub fn count_work_orders(tx: &mut Tx<'_>, filter: &OrderFilter, reach: &Reach) -> Result<Total> {
    let found: Vec<WorkOrderId> =
        on!(tx, |c| filtered_orders!(work_orders::table.select(work_orders::id), filter, reach).limit(COUNTED + 1).load(c))
            .map_err(db_error)?;
    Ok(Total::of(found.len()))
}

/// Orders by filter and reach, those first that were stored last.
///
/// # Errors
/// The database fails.
pub fn list_work_orders(tx: &mut Tx<'_>, filter: &OrderFilter, reach: &Reach) -> Result<Vec<Keyed<WorkOrder, OrderKey>>> {
    let rows: Vec<(WorkOrderRow, Timestamp)> = on!(tx, |c| {
        let query = filtered_orders!(work_orders::table.select((WorkOrderRow::as_select(), work_orders::stored_at)), filter, reach);
        sorted!(query, work_orders, filter.sort, filter.before, former by created_at).limit(filter.limit).load(c)
    })
    .map_err(db_error)?;
    let keyed = |(row, at): (WorkOrderRow, Timestamp)| {
        let row = WorkOrder::from(row);
        let former = (row.created_at, row.id);
        Keyed { key: PageKey::sorted(filter.sort, filter.before.as_ref(), at, row.due_at(), row.id, former), row }
    };
    Ok(rows.into_iter().map(keyed).collect())
}

/// The place of a round in a list; formerly by its submission.
pub type RoundKey = PageKey<RoundId, (Timestamp, RoundId)>;

/// Which rounds are asked for; what is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct RoundFilter {
    /// This one.
    pub id: Option<RoundId>,
    /// With this verdict.
    pub verdict: Option<RoundVerdict>,
    /// Submitted by people of this organisation.
    pub organisation: Option<OrganisationId>,
    /// Of a ticket in this area or below it.
    pub area: Option<AreaId>,
    /// Which way the list runs.
    pub direction: Direction,
    /// After this place of the list.
    pub before: Option<RoundKey>,
    /// At most so many.
    pub limit: i64,
}

/// The rounds of some work orders, each named with its ticket.
///
/// # Errors
/// The database fails.
pub fn list_rounds_of(tx: &mut Tx<'_>, orders: &[(WorkOrderId, TicketId)]) -> Result<Vec<Round>> {
    let mut found = Vec::new();
    for orders in orders.chunks(MAX_BINDS / 2) {
        let (ids, tickets): (Vec<WorkOrderId>, Vec<TicketId>) = orders.iter().copied().unzip();
        let rows: Vec<RoundRow> = on!(tx, |c| rounds::table
            .filter(rounds::ticket_id.eq_any(&tickets).and(rounds::work_order_id.eq_any(&ids)))
            .select(RoundRow::as_select())
            .load(c))
        .map_err(db_error)?;
        found.extend(rows.into_iter().map(Round::from));
    }
    Ok(found)
}

/// Keeps of a query over `rounds` what a filter asks for, as far as a reach includes it.
macro_rules! filtered_rounds {
    ($query:expr, $filter:expr, $reach:expr) => {{
        let mut query = visible_rounds!($query, $reach);
        if let Some(id) = $filter.id {
            query = query.filter(rounds::id.eq(id));
        }
        if let Some(area) = $filter.area {
            query = query.filter(diesel::dsl::exists(
                ticket_areas::table.filter(ticket_areas::ticket_id.eq(rounds::ticket_id).and(ticket_areas::area_id.eq(area))),
            ));
        }
        if let Some(verdict) = $filter.verdict {
            query = query.filter(rounds::verdict.eq(verdict));
        }
        if let Some(organisation) = $filter.organisation {
            query = query.filter(rounds::submitted_org.eq(organisation));
        }
        query
    }};
}

/// How many rounds a filter and a reach hold, as far as they are counted.
///
/// # Errors
/// The database fails.
pub fn count_rounds(tx: &mut Tx<'_>, filter: &RoundFilter, reach: &Reach) -> Result<Total> {
    let found: Vec<RoundId> =
        on!(tx, |c| filtered_rounds!(rounds::table.select(rounds::id), filter, reach).limit(COUNTED + 1).load(c)).map_err(db_error)?;
    Ok(Total::of(found.len()))
}

/// Rounds by filter and reach, by when they were stored.
///
/// # Errors
/// The database fails.
pub fn list_rounds(tx: &mut Tx<'_>, filter: &RoundFilter, reach: &Reach) -> Result<Vec<Keyed<Round, RoundKey>>> {
    let rows: Vec<(RoundRow, Timestamp)> = on!(tx, |c| {
        let query = filtered_rounds!(rounds::table.select((RoundRow::as_select(), rounds::stored_at)), filter, reach);
        match filter.direction {
            Direction::Descending => newest_first!(query, rounds, filter.before, former by submitted_at),
            Direction::Ascending => oldest_first!(query, rounds, filter.before),
        }
        .limit(filter.limit)
        .load(c)
    })
    .map_err(db_error)?;
    let keyed = |(row, at): (RoundRow, Timestamp)| Keyed {
        key: PageKey::of(filter.before.as_ref(), at, row.id, (row.submitted_at, row.id)),
        row: row.into(),
    };
    Ok(rows.into_iter().map(keyed).collect())
}
