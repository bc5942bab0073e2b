//! What the sync's rules must know of the world around the tickets of a batch, one query a table.

use diesel::prelude::*;

use crate::{
    domain::{
        geo::Point,
        ids::{AreaId, CategoryId, PhotoId, TicketId},
        sync::surroundings::Neighbour,
        time::Timestamp,
    },
    error::Result,
    store::{
        keys::Keys,
        schema::{photos, tickets},
        sql::{Json, db_error},
        tx::{LIST, Tx},
    },
};

/// Columns of a neighbour.
type Near = (TicketId, CategoryId, f64, f64, Option<f64>, Timestamp, Json<Vec<AreaId>>);

/// The tickets in some cells of the grid, of any status.
///
/// # Errors
/// The database fails.
pub fn list_neighbours(tx: &mut Tx<'_>, cells: &[i64]) -> Result<Vec<Neighbour>> {
    let mut found = Vec::new();
    for cells in cells.chunks(LIST) {
        let keys = Keys::new(cells);
        let rows: Vec<Near> = on!(tx, |c| tickets::table
            .filter(keys.hold(tickets::cell))
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
