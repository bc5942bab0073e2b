//! Which areas hold which tickets, as rows: what searches and scopes are answered from.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::{
    schema::ticket_areas,
    sql::db_error,
    tx::{MAX_BINDS, Tx},
};
use bazdid_domain::{ticket::Ticket, unit_of_work::UnitOfWork};
use bazdid_protocol::{
    error::Result,
    ids::{AreaId, TicketId},
};

#[derive(Debug, Clone)]
struct NewTicketArea {
    area_id: AreaId,
    ticket_id: TicketId,
    /// Whether it is one of the smallest.
    leaf: bool,
}

/// Writes the areas of the unit of work's tickets that are new or lie in other areas than before.
pub(crate) fn save_ticket_areas(tx: &mut Tx<'_>, unit: &UnitOfWork) -> Result<()> {
    let moved: Vec<(Option<&Ticket>, &Ticket)> =
        unit.tickets.changed().filter(|(was, now)| was.is_none_or(|was| has_moved(was, now))).collect();
    let left: Vec<TicketId> = moved.iter().filter(|(was, _)| was.is_some()).map(|(_, now)| now.id).collect();
    for ids in left.chunks(MAX_BINDS) {
        on!(tx, |c| diesel::delete(ticket_areas::table.filter(ticket_areas::ticket_id.eq_any(ids))).execute(c)).map_err(db_error)?;
    }
    let rows: Vec<NewTicketArea> = moved.iter().flat_map(|(_, now)| rows_of(now)).collect();
    bulk!(tx, &rows, NewTicketArea => ticket_areas { area_id: AreaId, ticket_id: TicketId, leaf: bool }, "ON CONFLICT (area_id, ticket_id) DO NOTHING")
        .map(drop)
}

fn has_moved(was: &Ticket, now: &Ticket) -> bool {
    was.areas != now.areas || was.leaf_areas != now.leaf_areas
}

fn rows_of(ticket: &Ticket) -> impl Iterator<Item = NewTicketArea> {
    ticket.areas.iter().map(|area| NewTicketArea { area_id: *area, ticket_id: ticket.id, leaf: ticket.leaf_areas.contains(area) })
}

/// The smallest areas of tickets; one that lies outside every area is not among them.
///
/// # Errors
/// The database fails.
pub fn list_leaf_areas_of(tx: &mut Tx<'_>, of: &[TicketId]) -> Result<BTreeMap<TicketId, Vec<AreaId>>> {
    let mut areas: BTreeMap<TicketId, Vec<AreaId>> = BTreeMap::new();
    for ids in of.chunks(MAX_BINDS) {
        let rows: Vec<(TicketId, AreaId)> = on!(tx, |c| ticket_areas::table
            .filter(ticket_areas::ticket_id.eq_any(ids).and(ticket_areas::leaf.eq(true)))
            .select((ticket_areas::ticket_id, ticket_areas::area_id))
            .load(c))
        .map_err(db_error)?;
        for (ticket, area) in rows {
            areas.entry(ticket).or_default().push(area);
        }
    }
    Ok(areas)
}
