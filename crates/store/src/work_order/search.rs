//! Work orders and rounds by filter, as far as somebody reaches.

use diesel::prelude::*;

use crate::{
    listing::{Keyed, PageKey},
    schema::{rounds, ticket_areas, tickets, work_orders},
    sql::db_error,
    tx::{MAX_BINDS, Tx},
    work_order::{RoundRow, WorkOrderRow},
};
use bazdid_domain::{
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
    /// In one of these states.
    pub states: Vec<WorkOrderState>,
    /// Of this kind.
    pub kind: Option<WorkOrderKind>,
    /// Held by this organisation.
    pub organisation: Option<OrganisationId>,
    /// Held by this person.
    pub account: Option<AccountId>,
    /// Of a ticket in this area or below it.
    pub area: Option<AreaId>,
    /// After this place of the list.
    pub before: Option<OrderKey>,
    /// At most so many.
    pub limit: i64,
}

/// Orders by filter and reach, those first that were stored last.
///
/// # Errors
/// The database fails.
pub fn list_work_orders(tx: &mut Tx<'_>, filter: &OrderFilter, reach: &Reach) -> Result<Vec<Keyed<WorkOrder, OrderKey>>> {
    let rows: Vec<(WorkOrderRow, Timestamp)> = on!(tx, |c| {
        let mut query = visible_orders!(work_orders::table.select((WorkOrderRow::as_select(), work_orders::stored_at)), reach);
        if let Some(area) = filter.area {
            query = query.filter(diesel::dsl::exists(
                ticket_areas::table.filter(ticket_areas::ticket_id.eq(work_orders::ticket_id).and(ticket_areas::area_id.eq(area))),
            ));
        }
        if !filter.states.is_empty() {
            query = query.filter(work_orders::state.eq_any(&filter.states));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(work_orders::kind.eq(kind));
        }
        if let Some(organisation) = filter.organisation {
            query = query.filter(work_orders::organisation_id.eq(organisation));
        }
        if let Some(account) = filter.account {
            query = query.filter(work_orders::account_id.eq(account));
        }
        newest_first!(query, work_orders, filter.before, former by created_at).limit(filter.limit).load(c)
    })
    .map_err(db_error)?;
    let keyed = |(row, at): (WorkOrderRow, Timestamp)| Keyed {
        key: PageKey::of(filter.before.as_ref(), at, row.id, (row.created_at, row.id)),
        row: row.into(),
    };
    Ok(rows.into_iter().map(keyed).collect())
}

/// The place of a round in a list; formerly by its submission.
pub type RoundKey = PageKey<RoundId, (Timestamp, RoundId)>;

/// Which rounds are asked for; what is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct RoundFilter {
    /// With this verdict.
    pub verdict: Option<RoundVerdict>,
    /// Submitted by people of this organisation.
    pub organisation: Option<OrganisationId>,
    /// Of a ticket in this area or below it.
    pub area: Option<AreaId>,
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

/// Rounds by filter and reach, those first that were stored last.
///
/// # Errors
/// The database fails.
pub fn list_rounds(tx: &mut Tx<'_>, filter: &RoundFilter, reach: &Reach) -> Result<Vec<Keyed<Round, RoundKey>>> {
    let rows: Vec<(RoundRow, Timestamp)> = on!(tx, |c| {
        let mut query = visible_rounds!(rounds::table.select((RoundRow::as_select(), rounds::stored_at)), reach);
        if let Some(area) = filter.area {
            query = query.filter(diesel::dsl::exists(
                ticket_areas::table.filter(ticket_areas::ticket_id.eq(rounds::ticket_id).and(ticket_areas::area_id.eq(area))),
            ));
        }
        if let Some(verdict) = filter.verdict {
            query = query.filter(rounds::verdict.eq(verdict));
        }
        if let Some(organisation) = filter.organisation {
            query = query.filter(rounds::submitted_org.eq(organisation));
        }
        newest_first!(query, rounds, filter.before, former by submitted_at).limit(filter.limit).load(c)
    })
    .map_err(db_error)?;
    let keyed = |(row, at): (RoundRow, Timestamp)| Keyed {
        key: PageKey::of(filter.before.as_ref(), at, row.id, (row.submitted_at, row.id)),
        row: row.into(),
    };
    Ok(rows.into_iter().map(keyed).collect())
}
