//! Uploads in the database: where they began and how they ended. How far one is says its part file.

use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Nullable},
};

use crate::{
    schema::{photos, uploads},
    sql::db_error,
    tx::{LIST, Tx},
};
use bazdid_domain::upload::{Upload, UploadState};
use bazdid_protocol::{
    error::Result,
    ids::{AccountId, DeviceId, PhotoId, TicketId, UploadId, WorkOrderId},
    time::Timestamp,
};

record! {
    /// Row of `uploads`.
    UploadRow of uploads, id: UploadId {
        photo_id: PhotoId,
        ticket_id: TicketId,
        account_id: AccountId,
        device_id: Option<DeviceId>,
        length: i64,
        metadata: String,
        state: UploadState,
        created_at: Timestamp,
        expires_at: Timestamp,
        ended_at: Option<Timestamp>,
        received_sha256: Option<String>,
        kept: bool,
    }
}

impl From<&Upload> for UploadRow {
    fn from(e: &Upload) -> Self {
        Self {
            id: e.id,
            photo_id: e.photo_id,
            ticket_id: e.ticket_id,
            account_id: e.account_id,
            device_id: e.device_id,
            length: e.length,
            metadata: e.metadata.clone(),
            state: e.state,
            created_at: e.created_at,
            expires_at: e.expires_at,
            ended_at: e.ended_at,
            received_sha256: e.received_sha256.clone(),
            kept: e.kept,
        }
    }
}

impl From<UploadRow> for Upload {
    fn from(r: UploadRow) -> Self {
        Self {
            id: r.id,
            photo_id: r.photo_id,
            ticket_id: r.ticket_id,
            account_id: r.account_id,
            device_id: r.device_id,
            length: r.length,
            metadata: r.metadata,
            state: r.state,
            created_at: r.created_at,
            expires_at: r.expires_at,
            ended_at: r.ended_at,
            received_sha256: r.received_sha256,
            kept: r.kept,
        }
    }
}

/// The upload with an id.
///
/// # Errors
/// The database fails.
pub fn find_upload(tx: &mut Tx<'_>, id: UploadId) -> Result<Option<Upload>> {
    let row: Option<UploadRow> =
        on!(tx, |c| uploads::table.filter(uploads::id.eq(id)).select(UploadRow::as_select()).first(c).optional()).map_err(db_error)?;
    Ok(row.map(Into::into))
}

/// Every upload of a photo, the oldest first.
///
/// # Errors
/// The database fails.
pub fn list_uploads_of(tx: &mut Tx<'_>, photo: PhotoId) -> Result<Vec<Upload>> {
    let rows: Vec<UploadRow> = on!(tx, |c| uploads::table
        .filter(uploads::photo_id.eq(photo))
        .order((uploads::created_at, uploads::id))
        .select(UploadRow::as_select())
        .load(c))
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Writes a new upload.
///
/// # Errors
/// The database fails.
pub fn insert_upload(tx: &mut Tx<'_>, upload: &Upload) -> Result<()> {
    UploadRow::save(tx, &[UploadRow::from(upload)])
}

/// Ends an upload that is open, as `ended` says; `false` if it was not open any more.
///
/// # Errors
/// The database fails.
pub fn end_upload(tx: &mut Tx<'_>, ended: &Upload) -> Result<bool> {
    on!(tx, |c| diesel::update(uploads::table.filter(uploads::id.eq(ended.id).and(uploads::state.eq(UploadState::Open))))
        .set((
            uploads::state.eq(ended.state),
            uploads::ended_at.eq(ended.ended_at),
            uploads::received_sha256.eq(ended.received_sha256.clone()),
            uploads::kept.eq(ended.kept),
        ))
        .execute(c))
    .map(|n| n == 1)
    .map_err(db_error)
}

/// Bytes that were announced since an instant for photos of a device; of an account for those that no device declared.
///
/// # Errors
/// The database fails.
pub fn bytes_since(tx: &mut Tx<'_>, device: Option<DeviceId>, account: AccountId, since: Timestamp) -> Result<i64> {
    let total = sql::<Nullable<BigInt>>("CAST(sum(length) AS bigint)");
    let rows = uploads::table.filter(uploads::created_at.gt(since)).select(total);
    let found: Option<i64> = match device {
        Some(device) => on!(tx, |c| rows.filter(uploads::device_id.eq(device)).get_result(c)),
        None => on!(tx, |c| rows.filter(uploads::device_id.is_null().and(uploads::account_id.eq(account))).get_result(c)),
    }
    .map_err(db_error)?;
    Ok(found.unwrap_or_default())
}

/// How many uploads an account has begun for the photos of an order, or of a ticket without an order.
///
/// # Errors
/// The database fails.
pub fn count_begun(tx: &mut Tx<'_>, account: AccountId, ticket: TicketId, order: Option<WorkOrderId>, since: Timestamp) -> Result<i64> {
    let rows = uploads::table
        .inner_join(photos::table.on(photos::id.eq(uploads::photo_id)))
        .filter(uploads::ticket_id.eq(ticket).and(uploads::account_id.eq(account)).and(uploads::created_at.gt(since)));
    match order {
        Some(order) => on!(tx, |c| rows.filter(photos::work_order_id.eq(order)).count().get_result(c)),
        None => on!(tx, |c| rows.filter(photos::work_order_id.is_null()).count().get_result(c)),
    }
    .map_err(db_error)
}

/// Open uploads whose time is over, the longest overdue first.
///
/// # Errors
/// The database fails.
pub fn list_overdue(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<Upload>> {
    let rows: Vec<UploadRow> = on!(tx, |c| uploads::table
        .filter(uploads::state.eq(UploadState::Open).and(uploads::expires_at.le(now)))
        .order((uploads::expires_at, uploads::id))
        .limit(limit)
        .select(UploadRow::as_select())
        .load(c))
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Uploads that ended before an instant; of those with wrong bytes that are kept before another one.
///
/// # Errors
/// The database fails.
pub fn list_ended(tx: &mut Tx<'_>, before: Timestamp, kept_before: Timestamp, limit: i64) -> Result<Vec<Upload>> {
    let due = (uploads::kept.eq(false).and(uploads::ended_at.lt(before))).or(uploads::ended_at.lt(kept_before));
    let rows: Vec<UploadRow> =
        on!(tx, |c| uploads::table.filter(due).order(uploads::ended_at).limit(limit).select(UploadRow::as_select()).load(c))
            .map_err(db_error)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The uploads among some ids that are open.
///
/// # Errors
/// The database fails.
pub fn list_open(tx: &mut Tx<'_>, ids: &[UploadId]) -> Result<Vec<Upload>> {
    let mut open = Vec::new();
    for ids in ids.chunks(LIST) {
        let found: Vec<UploadRow> = on!(tx, |c| uploads::table
            .filter(uploads::id.eq_any(ids).and(uploads::state.eq(UploadState::Open)))
            .select(UploadRow::as_select())
            .load(c))
        .map_err(db_error)?;
        open.extend(found.into_iter().map(Upload::from));
    }
    Ok(open)
}

/// Forgets uploads that have ended; says how many.
///
/// # Errors
/// The database fails.
pub fn delete_uploads(tx: &mut Tx<'_>, ids: &[UploadId]) -> Result<usize> {
    on!(tx, |c| diesel::delete(uploads::table.filter(uploads::id.eq_any(ids).and(uploads::state.ne(UploadState::Open)))).execute(c))
        .map_err(db_error)
}
