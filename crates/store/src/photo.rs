//! Photos in the database.

use diesel::prelude::*;

use crate::{
    listing::{Keyed, PageKey},
    schema::{photos, ticket_areas, tickets, work_orders},
    sql::{Json, db_error},
    tx::{LIST, MAX_BINDS, Tx},
};
use bazdid_domain::{
    photo::{Photo, PhotoKind, PhotoState, Verdict},
    visibility::Reach,
    visit::MockFlag,
};
use bazdid_protocol::{
    error::Result,
    geo::Point,
    ids::{AccountId, DeviceId, OrganisationId, PhotoId, TicketId, VisitId, WorkOrderId},
    time::Timestamp,
};

record! {
    /// Row of `photos`.
    PhotoRow of photos, id: PhotoId, listed newer {
        rev: i64,
        ticket_id: TicketId,
        work_order_id: Option<WorkOrderId>,
        visit_id: Option<VisitId>,
        kind: PhotoKind,
        actor: AccountId,
        organisation_id: Option<OrganisationId>,
        device_id: Option<DeviceId>,
        sha256: String,
        bytes: i64,
        mime: String,
        width: Option<i64>,
        height: Option<i64>,
        captured_at: Timestamp,
        captured_est: Timestamp,
        lat: Option<f64>,
        lon: Option<f64>,
        accuracy_m: Option<f64>,
        heading_deg: Option<f64>,
        mock: MockFlag,
        state: PhotoState,
        verdicts: Json<Vec<Verdict>>,
        eff: Timestamp,
        removed_at: Option<Timestamp>,
        received_at: Timestamp,
    }
}

impl From<&Photo> for PhotoRow {
    fn from(e: &Photo) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            ticket_id: e.ticket_id,
            work_order_id: e.work_order_id,
            visit_id: e.visit_id,
            kind: e.kind,
            actor: e.actor,
            organisation_id: e.organisation_id,
            device_id: e.device_id,
            sha256: e.sha256.clone(),
            bytes: e.bytes,
            mime: e.mime.clone(),
            width: e.width,
            height: e.height,
            captured_at: e.captured_at,
            captured_est: e.captured_est,
            lat: e.point.map(|p| p.lat),
            lon: e.point.map(|p| p.lon),
            accuracy_m: e.point.and_then(|p| p.accuracy_m),
            heading_deg: e.heading_deg,
            mock: e.mock,
            state: e.state,
            verdicts: Json(e.verdicts.clone()),
            eff: e.eff,
            removed_at: e.removed_at,
            received_at: e.received_at,
        }
    }
}

impl From<PhotoRow> for Photo {
    fn from(r: PhotoRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            ticket_id: r.ticket_id,
            work_order_id: r.work_order_id,
            visit_id: r.visit_id,
            kind: r.kind,
            actor: r.actor,
            organisation_id: r.organisation_id,
            device_id: r.device_id,
            sha256: r.sha256,
            bytes: r.bytes,
            mime: r.mime,
            width: r.width,
            height: r.height,
            captured_at: r.captured_at,
            captured_est: r.captured_est,
            point: r.lat.zip(r.lon).map(|(lat, lon)| Point { lat, lon, accuracy_m: r.accuracy_m }),
            heading_deg: r.heading_deg,
            mock: r.mock,
            state: r.state,
            verdicts: r.verdicts.0,
            eff: r.eff,
            removed_at: r.removed_at,
            received_at: r.received_at,
        }
    }
}

/// The photo with an id.
///
/// # Errors
/// The database fails.
pub fn find_photo(tx: &mut Tx<'_>, id: PhotoId) -> Result<Option<Photo>> {
    let row: Option<PhotoRow> =
        on!(tx, |c| photos::table.filter(photos::id.eq(id)).select(PhotoRow::as_select()).first(c).optional()).map_err(db_error)?;
    Ok(row.map(Into::into))
}

/// The place of a photo in a list.
pub type PhotoKey = PageKey<PhotoId, PhotoId>;

/// Which photos are asked for; what is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct PhotoFilter {
    /// This one.
    pub id: Option<PhotoId>,
    /// Of this ticket.
    pub ticket: Option<TicketId>,
    /// For this work order.
    pub work_order: Option<WorkOrderId>,
    /// On this visit.
    pub visit: Option<VisitId>,
    /// Meant to show this.
    pub kind: Option<PhotoKind>,
    /// With the bytes there.
    pub state: Option<PhotoState>,
    /// After this place of the list.
    pub before: Option<PhotoKey>,
    /// At most so many.
    pub limit: i64,
}

/// Photos by filter and reach, those first that were stored last.
///
/// # Errors
/// The database fails.
pub fn list_photos(tx: &mut Tx<'_>, filter: &PhotoFilter, reach: &Reach) -> Result<Vec<Keyed<Photo, PhotoKey>>> {
    let rows: Vec<(PhotoRow, Timestamp)> = on!(tx, |c| {
        let mut query = visible_photos!(photos::table.select((PhotoRow::as_select(), photos::stored_at)), reach);
        if let Some(id) = filter.id {
            query = query.filter(photos::id.eq(id));
        }
        if let Some(ticket) = filter.ticket {
            query = query.filter(photos::ticket_id.eq(ticket));
        }
        if let Some(order) = filter.work_order {
            query = query.filter(photos::work_order_id.eq(order));
        }
        if let Some(visit) = filter.visit {
            query = query.filter(photos::visit_id.eq(visit));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(photos::kind.eq(kind));
        }
        if let Some(state) = filter.state {
            query = query.filter(photos::state.eq(state));
        }
        newest_first!(query, photos, filter.before, former by id).limit(filter.limit).load(c)
    })
    .map_err(db_error)?;
    let keyed = |(row, at): (PhotoRow, Timestamp)| Keyed { key: PageKey::of(filter.before.as_ref(), at, row.id, row.id), row: row.into() };
    Ok(rows.into_iter().map(keyed).collect())
}

/// How far a photo of a work order has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrived {
    /// Of which work order.
    pub work_order: WorkOrderId,
    /// Of which organisation its author is.
    pub organisation: Option<OrganisationId>,
    /// What it is meant to show.
    pub kind: PhotoKind,
    /// Where its bytes are.
    pub state: PhotoState,
    /// Capture, corrected.
    pub captured_est: Timestamp,
}

/// How far the photos of some work orders, each named with its ticket, have come; removed ones are left out.
///
/// # Errors
/// The database fails.
pub fn list_arrived(tx: &mut Tx<'_>, orders: &[(WorkOrderId, TicketId)]) -> Result<Vec<Arrived>> {
    type Row = (Option<WorkOrderId>, Option<OrganisationId>, PhotoKind, PhotoState, Timestamp);
    let mut arrived = Vec::new();
    for orders in orders.chunks(MAX_BINDS / 2) {
        let (ids, tickets): (Vec<Option<WorkOrderId>>, Vec<TicketId>) = orders.iter().map(|(id, ticket)| (Some(*id), *ticket)).unzip();
        let rows: Vec<Row> = on!(tx, |c| photos::table
            .filter(photos::ticket_id.eq_any(&tickets).and(photos::work_order_id.eq_any(&ids)).and(photos::removed_at.is_null()))
            .select((photos::work_order_id, photos::organisation_id, photos::kind, photos::state, photos::captured_est))
            .load(c))
        .map_err(db_error)?;
        let of_order = |(work_order, organisation, kind, state, captured_est): Row| {
            Some(Arrived { work_order: work_order?, organisation, kind, state, captured_est })
        };
        arrived.extend(rows.into_iter().filter_map(of_order));
    }
    Ok(arrived)
}

/// The stored photos with some contents, removed ones too, by id.
///
/// # Errors
/// The database fails.
pub fn list_stored(tx: &mut Tx<'_>, hashes: &[String]) -> Result<Vec<Photo>> {
    let mut found = Vec::new();
    for hashes in hashes.chunks(LIST) {
        let rows: Vec<PhotoRow> = on!(tx, |c| photos::table
            .filter(photos::sha256.eq_any(hashes).and(photos::state.eq(PhotoState::Stored)))
            .order(photos::id)
            .select(PhotoRow::as_select())
            .load(c))
        .map_err(db_error)?;
        found.extend(rows.into_iter().map(Photo::from));
    }
    Ok(found)
}

/// The stored photos that the same device took somewhere just before and just after one: at most two.
///
/// # Errors
/// The database fails.
pub fn list_neighbours(tx: &mut Tx<'_>, photo: &Photo) -> Result<Vec<Photo>> {
    let Some(device) = photo.device_id else { return Ok(Vec::new()) };
    let (at, id) = (photo.captured_at, photo.id);
    let mut found = Vec::new();
    for before in [true, false] {
        let rows: Vec<PhotoRow> = on!(tx, |c| {
            // The index holds stored photos only, and is used only if the query says so in its own text.
            let stored = photos::table
                .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("state = 'stored'"))
                .filter(photos::device_id.eq(device).and(photos::removed_at.is_null()).and(photos::lat.is_not_null()))
                // Where both are 0 there was no fix: such a one says nothing, and hides no other.
                .filter(photos::lat.ne(0.0).or(photos::lon.ne(0.0)))
                .select(PhotoRow::as_select())
                .limit(1)
                .into_boxed();
            if before {
                let earlier = photos::captured_at.lt(at).or(photos::captured_at.eq(at).and(photos::id.lt(id)));
                stored.filter(earlier).order((photos::captured_at.desc(), photos::id.desc())).load(c)
            } else {
                let later = photos::captured_at.gt(at).or(photos::captured_at.eq(at).and(photos::id.gt(id)));
                stored.filter(later).order((photos::captured_at, photos::id)).load(c)
            }
        })
        .map_err(db_error)?;
        found.extend(rows.into_iter().map(Photo::from));
    }
    Ok(found)
}
