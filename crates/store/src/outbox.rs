//! The outbox: domain events that somebody subscribes to, until they were passed on, and for some time after.

use diesel::prelude::*;
use serde_json::Value;

use crate::{
    keys::Keys,
    schema::outbox,
    sql::{Json, db_error},
    tx::{LIST, Tx},
};
use bazdid_domain::event::DomainEvent;
use bazdid_protocol::{
    error::{Error, Result},
    event::{Envelope, EventKind},
    ids::{EventId, TicketId},
    time::Timestamp,
};

struct NewEvent {
    id: EventId,
    ticket_id: Option<TicketId>,
    kind: EventKind,
    occurred_at: Timestamp,
    data: Json<Value>,
}

/// An event in the outbox, as it is delivered; its `seq` is its position.
pub type StoredEvent = Envelope<Value>;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = outbox)]
struct EventRow {
    position: i64,
    id: EventId,
    ticket_id: Option<TicketId>,
    kind: EventKind,
    occurred_at: Timestamp,
    data: Json<Value>,
}

impl From<EventRow> for StoredEvent {
    fn from(r: EventRow) -> Self {
        Self { id: r.id, kind: r.kind, timestamp: r.occurred_at, ticket: r.ticket_id, seq: r.position, data: r.data.0 }
    }
}

/// Appends events, in their order. Who appends holds the locks of their tickets, so that positions rise within a ticket in the order of
/// the commits; of different tickets a lower position may become visible after a higher one.
///
/// # Errors
/// The database fails.
pub fn append(tx: &mut Tx<'_>, events: &[DomainEvent]) -> Result<()> {
    let rows = events
        .iter()
        .map(|e| {
            let data = serde_json::to_value(&e.payload).map_err(|e| Error::internal("an event cannot be written").caused_by(e))?;
            Ok(NewEvent { id: e.id, ticket_id: e.ticket, kind: e.kind(), occurred_at: e.occurred_at, data: Json(data) })
        })
        .collect::<Result<Vec<_>>>()?;
    if rows.is_empty() {
        return Ok(());
    }
    bulk!(
        tx,
        &rows,
        NewEvent => outbox { id: EventId, ticket_id: Option<TicketId>, kind: EventKind, occurred_at: Timestamp, data: Json<Value> },
        ""
    )
    .map(drop)
}

/// Events that were not passed on yet, by position, at most `limit`. Kinds that this version does not know are left to the newer server
/// that wrote them.
///
/// # Errors
/// The database fails.
pub fn list_open(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<StoredEvent>> {
    let rows: Vec<EventRow> = on!(tx, |c| outbox::table
        .filter(outbox::relayed_at.is_null().and(of_known_kind!()))
        .order(outbox::position)
        .limit(limit)
        .select(EventRow::as_select())
        .load(c))
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Events by their positions, without those of kinds that this version does not know.
///
/// # Errors
/// The database fails.
pub fn list_events(tx: &mut Tx<'_>, positions: &[i64]) -> Result<Vec<StoredEvent>> {
    let mut found = Vec::new();
    for positions in positions.chunks(LIST) {
        let keys = Keys::new(positions);
        let rows: Vec<EventRow> =
            on!(tx, |c| outbox::table.filter(keys.hold(outbox::position)).filter(of_known_kind!()).select(EventRow::as_select()).load(c))
                .map_err(db_error)?;
        found.extend(rows.into_iter().map(StoredEvent::from));
    }
    Ok(found)
}

/// The position of an event.
///
/// # Errors
/// The database fails.
pub fn find_position(tx: &mut Tx<'_>, id: EventId) -> Result<Option<i64>> {
    on!(tx, |c| outbox::table.filter(outbox::id.eq(id).and(outbox::relayed_at.is_null())).select(outbox::position).first(c).optional())
        .map_err(db_error)
}

/// Notes that events were passed on.
///
/// # Errors
/// The database fails.
pub fn set_relayed(tx: &mut Tx<'_>, positions: &[i64], now: Timestamp) -> Result<()> {
    for positions in positions.chunks(LIST) {
        let keys = Keys::new(positions);
        on!(tx, |c| diesel::update(outbox::table.filter(keys.hold(outbox::position))).set(outbox::relayed_at.eq(Some(now))).execute(c))
            .map_err(db_error)?;
    }
    Ok(())
}

fn list_oldest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<i64>> {
    on!(tx, |c| outbox::table.order(outbox::position).limit(limit).select(outbox::position).load(c)).map_err(db_error)
}

/// Forgets events, with their deliveries, that were passed on before an instant; looks at the oldest `limit` only.
///
/// # Errors
/// The database fails.
pub fn forget_relayed(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<usize> {
    let oldest = list_oldest(tx, limit)?;
    let keys = Keys::new(&oldest);
    on!(tx, |c| diesel::delete(outbox::table.filter(keys.hold(outbox::position).and(outbox::relayed_at.lt(before)))).execute(c))
        .map_err(db_error)
}

/// Forgets events that happened before an instant and that nobody has passed on since; looks at the oldest `limit` only.
///
/// # Errors
/// The database fails.
pub fn forget_open(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<usize> {
    let oldest = list_oldest(tx, limit)?;
    let keys = Keys::new(&oldest);
    on!(tx, |c| diesel::delete(
        outbox::table.filter(keys.hold(outbox::position).and(outbox::relayed_at.is_null()).and(outbox::occurred_at.lt(before)))
    )
    .execute(c))
    .map_err(db_error)
}
