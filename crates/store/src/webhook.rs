//! Receivers of webhooks and their deliveries.

use diesel::{
    dsl::{exists, not},
    prelude::*,
};

use crate::{
    schema::{outbox, webhook_deliveries, webhooks},
    sql::{Json, db_error},
    tx::Tx,
};
use bazdid_domain::webhook::{Delivery, DeliveryFault, DeliveryState, Webhook, WebhookState};
use bazdid_protocol::{
    error::Result,
    event::EventKind,
    ids::{AccountId, TicketId, WebhookId},
    text_enum::TextEnum as _,
    time::Timestamp,
};

record! {
    /// Row of `webhooks`.
    WebhookRow of webhooks, id: WebhookId {
        rev: i64,
        url: String,
        description: String,
        kinds: Option<Json<Vec<String>>>,
        state: WebhookState,
        secret: Vec<u8>,
        old_secret: Option<Vec<u8>>,
        old_secret_until: Option<Timestamp>,
        failures: i64,
        failing_since: Option<Timestamp>,
        retry_at: Option<Timestamp>,
        succeeded_at: Option<Timestamp>,
        created_by: Option<AccountId>,
        created_at: Timestamp,
        updated_at: Timestamp,
    }
}

impl From<&Webhook> for WebhookRow {
    fn from(e: &Webhook) -> Self {
        let Webhook { id, rev, url, description, kinds, other_kinds, state, secret, old_secret, old_secret_until, .. } = e.clone();
        let Webhook { failures, failing_since, retry_at, succeeded_at, created_by, created_at, updated_at, .. } = *e;
        let kinds = kinds.map(|kinds| Json(kinds.into_iter().map(|kind| kind.to_string()).chain(other_kinds).collect()));
        Self {
            id,
            rev,
            url,
            description,
            kinds,
            state,
            secret,
            old_secret,
            old_secret_until,
            failures,
            failing_since,
            retry_at,
            succeeded_at,
            created_by,
            created_at,
            updated_at,
        }
    }
}

impl From<WebhookRow> for Webhook {
    fn from(r: WebhookRow) -> Self {
        // A newer server on the same database may know more kinds; it tells of these.
        let (known, other): (Vec<String>, Vec<String>) =
            r.kinds.iter().flat_map(|kinds| kinds.0.clone()).partition(|kind| EventKind::parse(kind).is_ok());
        Self {
            id: r.id,
            rev: r.rev,
            url: r.url,
            description: r.description,
            kinds: r.kinds.map(|_| known.iter().filter_map(|kind| EventKind::parse(kind).ok()).collect()),
            other_kinds: other,
            state: r.state,
            secret: r.secret,
            old_secret: r.old_secret,
            old_secret_until: r.old_secret_until,
            failures: r.failures,
            failing_since: r.failing_since,
            retry_at: r.retry_at,
            succeeded_at: r.succeeded_at,
            created_by: r.created_by,
            created_at: r.created_at,
            updated_at: r.updated_at,
        }
    }
}

entity_store!(Webhook, WebhookRow of webhooks, find_webhook(WebhookId), list_webhooks, save_webhooks);

/// Deletes a receiver with its deliveries.
///
/// # Errors
/// The database fails.
pub fn delete_webhook(tx: &mut Tx<'_>, id: WebhookId) -> Result<()> {
    on!(tx, |c| diesel::delete(webhooks::table.filter(webhooks::id.eq(id))).execute(c)).map(drop).map_err(db_error)
}

/// How it goes with a receiver, after an attempt: what administrators decide stays as it is.
///
/// # Errors
/// The database fails.
pub fn save_health(tx: &mut Tx<'_>, webhook: &Webhook) -> Result<()> {
    on!(tx, |c| diesel::update(webhooks::table.filter(webhooks::id.eq(webhook.id)))
        .set((
            webhooks::failures.eq(webhook.failures),
            webhooks::failing_since.eq(webhook.failing_since),
            webhooks::retry_at.eq(webhook.retry_at),
            webhooks::succeeded_at.eq(webhook.succeeded_at),
        ))
        .execute(c))
    .map(drop)
    .map_err(db_error)
}

/// Forgets the secrets before the present ones that sign no longer.
///
/// # Errors
/// The database fails.
pub fn forget_old_secrets(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize> {
    on!(tx, |c| diesel::update(webhooks::table.filter(webhooks::old_secret_until.le(now)))
        .set((webhooks::old_secret.eq(None::<Vec<u8>>), webhooks::old_secret_until.eq(None::<Timestamp>)))
        .execute(c))
    .map_err(db_error)
}

/// Gives a receiver up, unless an administrator has switched it off meanwhile; its revision rises. Answers whether it was.
///
/// # Errors
/// The database fails.
pub fn give_up(tx: &mut Tx<'_>, id: WebhookId) -> Result<bool> {
    on!(tx, |c| diesel::update(webhooks::table.filter(webhooks::id.eq(id).and(webhooks::state.eq(WebhookState::Active))))
        .set((webhooks::state.eq(WebhookState::Failed), webhooks::rev.eq(webhooks::rev + 1)))
        .execute(c))
    .map(|n| n == 1)
    .map_err(db_error)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = webhook_deliveries)]
struct DeliveryRow {
    position: i64,
    webhook_id: WebhookId,
    ticket_id: Option<TicketId>,
    state: DeliveryState,
    attempts: i64,
    due_at: Option<Timestamp>,
    fault: Option<DeliveryFault>,
    status: Option<i64>,
    tried_at: Option<Timestamp>,
}

impl From<&Delivery> for DeliveryRow {
    fn from(e: &Delivery) -> Self {
        let Delivery { position, webhook_id, ticket_id, state, attempts, due_at, fault, status, tried_at } = *e;
        Self { position, webhook_id, ticket_id, state, attempts, due_at, fault, status, tried_at }
    }
}

impl From<DeliveryRow> for Delivery {
    fn from(r: DeliveryRow) -> Self {
        let DeliveryRow { position, webhook_id, ticket_id, state, attempts, due_at, fault, status, tried_at } = r;
        Self { position, webhook_id, ticket_id, state, attempts, due_at, fault, status, tried_at }
    }
}

/// One statement for each way of meeting what is there already.
macro_rules! write_deliveries {
    ($tx:expr, $deliveries:expr, $known:expr) => {{
        let rows: Vec<DeliveryRow> = $deliveries.iter().map(DeliveryRow::from).collect();
        if rows.is_empty() {
            return Ok(());
        }
        bulk!(
            $tx,
            &rows,
            DeliveryRow => webhook_deliveries {
                position: i64,
                webhook_id: WebhookId,
                ticket_id: Option<TicketId>,
                state: DeliveryState,
                attempts: i64,
                due_at: Option<Timestamp>,
                fault: Option<DeliveryFault>,
                status: Option<i64>,
                tried_at: Option<Timestamp>,
            },
            $known
        )
        .map(drop)
    }};
}

/// Writes deliveries, each over the one of the same event and receiver.
///
/// # Errors
/// The database fails.
pub fn save_deliveries(tx: &mut Tx<'_>, deliveries: &[Delivery]) -> Result<()> {
    write_deliveries!(
        tx,
        deliveries,
        "ON CONFLICT (position, webhook_id) DO UPDATE SET state = excluded.state, attempts = excluded.attempts, due_at = excluded.due_at, \
         fault = excluded.fault, status = excluded.status, tried_at = excluded.tried_at"
    )
}

/// Writes deliveries of which there is none yet; what has become of the others stays.
///
/// # Errors
/// The database fails.
pub fn add_deliveries(tx: &mut Tx<'_>, deliveries: &[Delivery]) -> Result<()> {
    write_deliveries!(tx, deliveries, "ON CONFLICT (position, webhook_id) DO NOTHING")
}

/// What is due for a receiver, at most `limit`: nothing of a ticket of which an earlier event is still pending. What was tried least often
/// comes first, so that what a receiver refuses again and again holds up nothing else.
///
/// # Errors
/// The database fails.
pub fn list_due(tx: &mut Tx<'_>, webhook: WebhookId, now: Timestamp, limit: i64) -> Result<Vec<Delivery>> {
    let earlier = diesel::alias!(webhook_deliveries as earlier);
    let rows: Vec<DeliveryRow> = on!(tx, |c| {
        let before = earlier.filter(
            earlier
                .field(webhook_deliveries::webhook_id)
                .eq(webhook_deliveries::webhook_id)
                .and(earlier.field(webhook_deliveries::ticket_id).eq(webhook_deliveries::ticket_id))
                .and(earlier.field(webhook_deliveries::position).lt(webhook_deliveries::position))
                .and(diesel::dsl::sql::<diesel::sql_types::Bool>("earlier.state = 'pending'")),
        );
        webhook_deliveries::table
            .filter(webhook_deliveries::webhook_id.eq(webhook))
            // Written out, as the partial index has it.
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("webhook_deliveries.state = 'pending'"))
            .filter(webhook_deliveries::due_at.le(now))
            .filter(not(exists(before)))
            .filter(exists(outbox::table.filter(outbox::position.eq(webhook_deliveries::position)).filter(of_known_kind!())))
            .order((webhook_deliveries::attempts, webhook_deliveries::position))
            .limit(limit)
            .select(DeliveryRow::as_select())
            .load(c)
    })
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The deliveries of a receiver, newest first, of one state or of all, before a position, at most `limit`.
///
/// # Errors
/// The database fails.
pub fn page_deliveries(
    tx: &mut Tx<'_>,
    webhook: WebhookId,
    state: Option<DeliveryState>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Delivery>> {
    let rows: Vec<DeliveryRow> = on!(tx, |c| {
        let mut query =
            webhook_deliveries::table.filter(webhook_deliveries::webhook_id.eq(webhook)).select(DeliveryRow::as_select()).into_boxed();
        if let Some(state) = state {
            query = query.filter(webhook_deliveries::state.eq(state));
        }
        if let Some(before) = before {
            query = query.filter(webhook_deliveries::position.lt(before));
        }
        query.order(webhook_deliveries::position.desc()).limit(limit).load(c)
    })
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// A delivery.
///
/// # Errors
/// The database fails.
pub fn find_delivery(tx: &mut Tx<'_>, webhook: WebhookId, position: i64) -> Result<Option<Delivery>> {
    let row: Option<DeliveryRow> = on!(tx, |c| webhook_deliveries::table
        .filter(webhook_deliveries::position.eq(position).and(webhook_deliveries::webhook_id.eq(webhook)))
        .select(DeliveryRow::as_select())
        .first(c)
        .optional())
    .map_err(db_error)?;
    Ok(row.map(Into::into))
}

/// Has what is dead sent again, from now on with all its attempts; only one position, or all. Answers how many.
///
/// # Errors
/// The database fails.
pub fn revive(tx: &mut Tx<'_>, webhook: WebhookId, position: Option<i64>, now: Timestamp) -> Result<usize> {
    let from = position.unwrap_or(i64::MIN);
    let to = position.unwrap_or(i64::MAX);
    on!(tx, |c| diesel::update(
        webhook_deliveries::table
            .filter(webhook_deliveries::webhook_id.eq(webhook).and(webhook_deliveries::state.eq(DeliveryState::Dead)))
            .filter(webhook_deliveries::position.between(from, to))
    )
    .set((
        webhook_deliveries::state.eq(DeliveryState::Pending),
        webhook_deliveries::attempts.eq(0_i64),
        webhook_deliveries::due_at.eq(Some(now)),
    ))
    .execute(c))
    .map_err(db_error)
}

/// Has what waits for its next attempt sent from now on; only one position, or all. Answers how many.
///
/// # Errors
/// The database fails.
pub fn make_due(tx: &mut Tx<'_>, webhook: WebhookId, position: Option<i64>, now: Timestamp) -> Result<usize> {
    let from = position.unwrap_or(i64::MIN);
    let to = position.unwrap_or(i64::MAX);
    on!(tx, |c| diesel::update(
        webhook_deliveries::table
            .filter(webhook_deliveries::webhook_id.eq(webhook).and(webhook_deliveries::state.eq(DeliveryState::Pending)))
            .filter(webhook_deliveries::position.between(from, to).and(webhook_deliveries::due_at.gt(now)))
    )
    .set(webhook_deliveries::due_at.eq(Some(now)))
    .execute(c))
    .map_err(db_error)
}

/// Why the last attempt at what is still pending or dead failed.
///
/// # Errors
/// The database fails.
pub fn find_last_fault(tx: &mut Tx<'_>, webhook: WebhookId) -> Result<Option<DeliveryFault>> {
    let found: Option<Option<DeliveryFault>> = on!(tx, |c| webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(webhook).and(webhook_deliveries::fault.is_not_null()))
        .filter(webhook_deliveries::state.ne(DeliveryState::Delivered))
        .order((webhook_deliveries::tried_at.desc(), webhook_deliveries::position.desc()))
        .select(webhook_deliveries::fault)
        .first(c)
        .optional())
    .map_err(db_error)?;
    Ok(found.flatten())
}

/// When the oldest event happened that is still to be sent to one of some receivers.
///
/// # Errors
/// The database fails.
pub fn find_oldest_pending(tx: &mut Tx<'_>, webhooks: &[WebhookId]) -> Result<Option<Timestamp>> {
    on!(tx, |c| webhook_deliveries::table
        .inner_join(outbox::table.on(outbox::position.eq(webhook_deliveries::position)))
        .filter(webhook_deliveries::webhook_id.eq_any(webhooks).and(webhook_deliveries::state.eq(DeliveryState::Pending)))
        .order(webhook_deliveries::position)
        .select(outbox::occurred_at)
        .first(c)
        .optional())
    .map_err(db_error)
}

/// How many deliveries of each state a receiver has.
///
/// # Errors
/// The database fails.
pub fn count_deliveries(tx: &mut Tx<'_>, state: DeliveryState) -> Result<Vec<(WebhookId, i64)>> {
    on!(tx, |c| webhook_deliveries::table
        .filter(webhook_deliveries::state.eq(state))
        .group_by(webhook_deliveries::webhook_id)
        .select((webhook_deliveries::webhook_id, diesel::dsl::count_star()))
        .load(c))
    .map_err(db_error)
}
