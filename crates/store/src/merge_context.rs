//! What the sync's rules must know of the context around the tickets of a batch, one query a table.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::{
    keys::Keys,
    schema::{photos, tickets},
    sql::{Json, db_error},
    tx::{LIST, Tx},
};
use bazdid_domain::{
    duplicate::{SAME_PLACE_M, SAME_TIME_US},
    sync::merge_context::Neighbour,
};
use bazdid_protocol::{
    error::Result,
    geo::{Point, cells_within},
    ids::{AreaId, CategoryId, PhotoId, TicketId},
    time::Timestamp,
};

/// Columns of a neighbour.
type Near = (TicketId, CategoryId, f64, f64, Option<f64>, Timestamp, Json<Vec<AreaId>>);

/// Where, about what and when tickets are looked for that may be the same as new ones.
#[derive(Debug, Default)]
pub struct Spots {
    /// Cells of the grid.
    cells: BTreeSet<i64>,
    /// Categories.
    categories: BTreeSet<CategoryId>,
    /// The first and the last instant of creation, inclusive.
    created: Option<(Timestamp, Timestamp)>,
}

impl Spots {
    /// Adds what may be the same as a ticket.
    pub fn add(&mut self, category: CategoryId, point: &Point, created_at: Timestamp) {
        self.cells.extend(cells_within(point, SAME_PLACE_M));
        self.categories.insert(category);
        let (from, to) = (created_at.plus_micros(-SAME_TIME_US), created_at.plus_micros(SAME_TIME_US));
        self.created = Some(self.created.map_or((from, to), |(first, last)| (first.min(from), last.max(to))));
    }
}

/// The tickets in the cells, of the categories and of that time, of any status.
///
/// # Errors
/// The database fails.
pub fn list_neighbours(tx: &mut Tx<'_>, spots: &Spots) -> Result<Vec<Neighbour>> {
    let Some((from, to)) = spots.created else { return Ok(Vec::new()) };
    let (cells, categories) = (Vec::from_iter(spots.cells.iter().copied()), Vec::from_iter(spots.categories.iter().copied()));
    let of_category = Keys::new(&categories);
    let mut found = Vec::new();
    for cells in cells.chunks(LIST) {
        let in_cell = Keys::new(cells);
        let rows: Vec<Near> = on!(tx, |c| tickets::table
            .filter(in_cell.hold(tickets::cell).and(of_category.hold(tickets::category_id)))
            .filter(tickets::created_at.between(from, to))
            .select((
                tickets::id,
                tickets::category_id,
                tickets::lat,
                tickets::lon,
                tickets::accuracy_m,
                tickets::created_at,
                tickets::leaf_areas
            ))
            .load(c))
        .map_err(db_error)?;
        found.extend(rows.into_iter().map(|(ticket, category, lat, lon, accuracy_m, created_at, leaf_areas)| Neighbour {
            ticket,
            category,
            point: Point { lat, lon, accuracy_m },
            created_at,
            leaf_areas: leaf_areas.0,
        }));
    }
    Ok(found)
}

/// The photos whose bytes have one of the hashes: hash, photo, ticket. Removed ones too.
///
/// # Errors
/// The database fails.
pub fn list_same_bytes(tx: &mut Tx<'_>, hashes: &[String]) -> Result<Vec<(String, PhotoId, TicketId)>> {
    let mut found = Vec::new();
    for hashes in hashes.chunks(LIST) {
        let keys = Keys::new(hashes);
        let rows: Vec<(String, PhotoId, TicketId)> = on!(tx, |c| photos::table
            .filter(keys.hold(photos::sha256))
            .order((photos::sha256, photos::id))
            .select((photos::sha256, photos::id, photos::ticket_id))
            .load(c))
        .map_err(db_error)?;
        found.extend(rows);
    }
    Ok(found)
}

/// Those of the codes that tickets have.
///
/// # Errors
/// The database fails.
pub fn list_codes_taken(tx: &mut Tx<'_>, codes: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for codes in codes.chunks(LIST) {
        let keys = Keys::new(codes);
        let rows: Vec<String> =
            on!(tx, |c| tickets::table.filter(keys.hold(tickets::code)).select(tickets::code).load(c)).map_err(db_error)?;
        found.extend(rows);
    }
    Ok(found)
}
