//! Receivers of webhooks, as administrators run them. What is sent to them stands in [`delivery`].

pub mod delivery;

use serde_json::json;

use crate::{Ctx, change::entry, faults::Faults, outbox::bump, reference_change::expect_rev};
use bazdid_domain::{
    event::DomainEvent,
    webhook::{Delivery, DeliveryFault, DeliveryState, MAX_WEBHOOKS, Webhook, WebhookState, url},
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    event::EventKind,
    ids::{EventId, WebhookId},
    phrase::Phrase,
    time::Timestamp,
};
use bazdid_security::webhook::{SECRET_BYTES, WebhookSecret};
use bazdid_store::{self as store, Tx, outbox::StoredEvent};

/// Longest description, characters.
const MAX_DESCRIPTION: usize = 500;
/// How long the old secret signs beside the new one at most, hours.
pub const MAX_OVERLAP_HOURS: i64 = 24 * 14;
/// How long it does when nobody says, hours.
pub const OVERLAP_HOURS: i64 = 24;

/// What an administrator says of a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookData {
    /// Where events are posted.
    pub url: String,
    /// What it is.
    pub description: String,
    /// Which events; nothing: every kind.
    pub events: Option<Vec<EventKind>>,
    /// Whether it is to be sent anything.
    pub is_active: bool,
}

/// A receiver with how it goes with its deliveries.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// The receiver.
    pub webhook: Webhook,
    /// Deliveries that are to be sent.
    pub pending: i64,
    /// Deliveries that nobody sends any more until an administrator asks for it.
    pub dead: i64,
    /// Why the last attempt failed, while attempts fail.
    pub fault: Option<DeliveryFault>,
}

/// A delivery with its event.
#[derive(Debug, Clone, PartialEq)]
pub struct EventDelivery {
    /// The delivery.
    pub delivery: Delivery,
    /// The event.
    pub event: StoredEvent,
}

/// Every receiver, the oldest first.
///
/// # Errors
/// The database fails.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Overview>> {
    let pending = store::webhook::count_deliveries(tx, DeliveryState::Pending)?;
    let dead = store::webhook::count_deliveries(tx, DeliveryState::Dead)?;
    let of = |counts: &[(WebhookId, i64)], id| counts.iter().find(|(of, _)| *of == id).map_or(0, |(_, n)| *n);
    let mut webhooks = store::webhook::list_webhooks(tx)?;
    webhooks.sort_by_key(|w| (w.created_at, w.id));
    let overview = |webhook: Webhook| {
        let fault = if webhook.failures > 0 { store::webhook::find_last_fault(tx, webhook.id)? } else { None };
        Ok(Overview { pending: of(&pending, webhook.id), dead: of(&dead, webhook.id), fault, webhook })
    };
    webhooks.into_iter().map(overview).collect()
}

/// A receiver.
///
/// # Errors
/// There is none; the database fails.
pub fn get(tx: &mut Tx<'_>, id: WebhookId) -> Result<Overview> {
    list(tx)?.into_iter().find(|o| o.webhook.id == id).ok_or_else(unknown)
}

fn unknown() -> Error {
    Error::not_found("webhook")
}

fn find(tx: &mut Tx<'_>, id: WebhookId) -> Result<Webhook> {
    store::webhook::find_webhook(tx, id)?.ok_or_else(unknown)
}

/// Adds a receiver; its secret is shown this once.
///
/// # Errors
/// A field is wrong; there are [`MAX_WEBHOOKS`] already; the database fails.
pub fn create(tx: &mut Tx<'_>, ctx: &Ctx, data: &WebhookData) -> Result<(Overview, WebhookSecret)> {
    bump(tx, ctx)?;
    check(ctx, data, &[])?;
    if store::webhook::list_webhooks(tx)?.len() >= MAX_WEBHOOKS {
        return Err(Error::with(
            Code::Conflict,
            Phrase::with("there are {max} receivers, which is as many as there may be", &[("max", &MAX_WEBHOOKS)]),
        ));
    }
    let id: WebhookId = ctx.ids.id(ctx.now);
    let (secret, sealed) = new_secret(ctx, id)?;
    let webhook = Webhook {
        id,
        rev: 1,
        url: data.url.clone(),
        description: data.description.clone(),
        kinds: kinds(data),
        other_kinds: Vec::new(),
        state: state(data),
        secret: sealed,
        old_secret: None,
        old_secret_until: None,
        failures: 0,
        failing_since: None,
        retry_at: None,
        succeeded_at: None,
        created_by: ctx.actor.as_ref().filter(|a| !a.is_system()).map(|a| a.account_id),
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    save(tx, ctx, "webhook.create", &webhook)?;
    Ok((get(tx, id)?, secret))
}

/// Changes a receiver. What is switched on again, or goes elsewhere now, begins without what failed before, and what is pending for it is
/// sent at once.
///
/// # Errors
/// A field is wrong; it has changed since it was read; there is none; the database fails.
pub fn update(tx: &mut Tx<'_>, ctx: &Ctx, id: WebhookId, rev: i64, data: &WebhookData) -> Result<Overview> {
    bump(tx, ctx)?;
    let before = find(tx, id)?;
    expect_rev(before.rev, rev)?;
    check(ctx, data, &before.other_kinds)?;
    let mut made = Webhook {
        url: data.url.clone(),
        description: data.description.clone(),
        kinds: kinds(data),
        state: state(data),
        rev: before.rev + 1,
        updated_at: ctx.now,
        ..before.clone()
    };
    if before.kinds != made.kinds {
        made.other_kinds.clear();
    }
    if before.url != made.url || before.state != made.state {
        made = made.with_fresh_health();
        store::webhook::make_due(tx, id, None, ctx.now)?;
    }
    save(tx, ctx, "webhook.update", &made)?;
    get(tx, id)
}

/// Removes a receiver with its deliveries.
///
/// # Errors
/// There is none; the database fails.
pub fn remove(tx: &mut Tx<'_>, ctx: &Ctx, id: WebhookId) -> Result<()> {
    bump(tx, ctx)?;
    let webhook = find(tx, id)?;
    store::webhook::delete_webhook(tx, id)?;
    audit(tx, ctx, "webhook.remove", &webhook)
}

/// Gives a receiver a new secret. The one before it signs too for some hours, so that the receiver can be told in between; if it does not
/// open, because it was sealed with another master key, only the new one signs.
///
/// # Errors
/// It has changed since it was read, so a repeated request does not drop the secret that the receiver still knows; there is none; the
/// database fails.
pub fn rotate(tx: &mut Tx<'_>, ctx: &Ctx, id: WebhookId, rev: i64, overlap_hours: i64) -> Result<(Overview, WebhookSecret)> {
    let mut faults = Faults::default();
    faults.range("/overlap_hours", overlap_hours, 0..=MAX_OVERLAP_HOURS);
    faults.finish()?;
    bump(tx, ctx)?;
    let before = find(tx, id)?;
    expect_rev(before.rev, rev)?;
    let old = delivery::open(ctx, id, SECRET, &before.secret).ok().filter(|_| overlap_hours > 0);
    let (secret, sealed) = new_secret(ctx, id)?;
    let made = Webhook {
        secret: sealed,
        old_secret_until: old.as_ref().map(|_| ctx.now.plus_minutes(overlap_hours * 60)),
        old_secret: old.map(|old| seal(ctx, id, OLD_SECRET, &old)).transpose()?,
        rev: before.rev + 1,
        updated_at: ctx.now,
        ..before
    };
    save(tx, ctx, "webhook.rotate", &made)?;
    Ok((get(tx, id)?, secret))
}

/// Sends a receiver a test, by the way that events go.
///
/// # Errors
/// There is none, or it is switched off; the database fails.
pub fn ping(tx: &mut Tx<'_>, ctx: &Ctx, id: WebhookId) -> Result<EventDelivery> {
    let webhook = find(tx, id)?;
    if webhook.state != WebhookState::Active {
        return Err(Error::with(Code::InvalidTransition, "nothing is sent to a receiver that is switched off"));
    }
    let event: EventId = ctx.ids.id(ctx.now);
    store::outbox::append(tx, &[DomainEvent::ping(event, id, ctx.now)])?;
    let missing = || Error::internal("an event left the outbox");
    let position = store::outbox::find_position(tx, event)?.ok_or_else(missing)?;
    store::outbox::set_relayed(tx, &[position], ctx.now)?;
    let delivery = Delivery::new(position, id, None, ctx.now);
    store::webhook::save_deliveries(tx, std::slice::from_ref(&delivery))?;
    audit(tx, ctx, "webhook.ping", &webhook)?;
    let event = store::outbox::list_events(tx, &[position])?.into_iter().next().ok_or_else(missing)?;
    Ok(EventDelivery { delivery, event })
}

/// The deliveries of a receiver with their events, newest first.
///
/// # Errors
/// There is none; the database fails.
pub fn deliveries(
    tx: &mut Tx<'_>,
    id: WebhookId,
    state: Option<DeliveryState>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<EventDelivery>> {
    find(tx, id)?;
    let found = store::webhook::page_deliveries(tx, id, state, before, limit)?;
    let events = store::outbox::list_events(tx, &found.iter().map(|d| d.position).collect::<Vec<_>>())?;
    let sent = found.into_iter().filter_map(|delivery| {
        let event = events.iter().find(|e| e.seq == delivery.position)?.clone();
        Some(EventDelivery { delivery, event })
    });
    Ok(sent.collect())
}

/// Has deliveries sent now: what is dead, with all its attempts again, and what waits for its next attempt; one by its position, or all.
/// The receiver rests no longer. Answers how many.
///
/// # Errors
/// There is none; the one that is named is neither dead nor waits; the database fails.
pub fn retry(tx: &mut Tx<'_>, ctx: &Ctx, id: WebhookId, position: Option<i64>) -> Result<usize> {
    let webhook = find(tx, id)?;
    // What waits first: what was dead a moment ago does not.
    let again = store::webhook::make_due(tx, id, position, ctx.now)? + store::webhook::revive(tx, id, position, ctx.now)?;
    if again == 0 && position.is_some() {
        return Err(Error::with(Code::InvalidTransition, "only what is dead or waits for its next attempt is sent again"));
    }
    let detail = json!({ "position": position, "deliveries": again });
    store::audit::save_audit_entries(tx, &[entry(ctx, "webhook.retry", "webhook", webhook.id.uuid(), detail)])?;
    store::webhook::save_health(tx, &Webhook { retry_at: None, ..webhook })?;
    Ok(again)
}

/// Looks for faults in what a receiver is to be, which may also be sent events of `other` kinds.
fn check(ctx: &Ctx, data: &WebhookData, other: &[String]) -> Result<()> {
    let mut faults = Faults::default();
    if let Some(fault) = url::fault(&data.url, ctx.shared.settings.webhooks.allow_private) {
        faults.add("/url", fault);
    }
    let plain = data.description.chars().count() <= MAX_DESCRIPTION && !data.description.chars().any(char::is_control);
    if !plain {
        faults.add("/description", Phrase::with("must be one line of at most {max} characters", &[("max", &MAX_DESCRIPTION)]));
    }
    if let Some(events) = &data.events {
        faults.unless(|| !events.is_empty() || !other.is_empty(), "/events", "must name an event; leave it out for every event");
        faults.unless(|| events.iter().all(|kind| kind.is_subscribable()), "/events", "nobody subscribes to tests");
    }
    faults.finish()
}

fn kinds(data: &WebhookData) -> Option<Vec<EventKind>> {
    data.events.clone().map(|mut kinds| {
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    })
}

const fn state(data: &WebhookData) -> WebhookState {
    if data.is_active { WebhookState::Active } else { WebhookState::Disabled }
}

/// Column of the secret, to seal it by.
const SECRET: &str = "secret";
/// Column of the secret before it.
const OLD_SECRET: &str = "old_secret";

fn new_secret(ctx: &Ctx, id: WebhookId) -> Result<(WebhookSecret, Vec<u8>)> {
    let mut bytes = vec![0; SECRET_BYTES];
    ctx.ids.fill(&mut bytes);
    let secret = WebhookSecret::new(bytes);
    let sealed = seal(ctx, id, SECRET, &secret)?;
    Ok((secret, sealed))
}

fn seal(ctx: &Ctx, id: WebhookId, column: &str, secret: &WebhookSecret) -> Result<Vec<u8>> {
    let mut nonce = [0; 12];
    ctx.ids.fill(&mut nonce);
    ctx.shared.vault.seal(secret.bytes(), nonce, &aad(id, column))
}

fn aad(id: WebhookId, column: &str) -> Vec<u8> {
    format!("webhooks.{column}:{id}").into_bytes()
}

/// The secrets that sign at an instant are the secret and, for the time of the overlap, the one before.
fn signs_too(webhook: &Webhook, now: Timestamp) -> Option<&[u8]> {
    webhook.old_secret.as_deref().filter(|_| webhook.old_secret_until.is_some_and(|until| now < until))
}

fn save(tx: &mut Tx<'_>, ctx: &Ctx, action: &str, webhook: &Webhook) -> Result<()> {
    store::webhook::save_webhooks(tx, std::slice::from_ref(webhook))?;
    audit(tx, ctx, action, webhook)
}

/// The URL may hold a key, so the log says only which host it names.
fn audit(tx: &mut Tx<'_>, ctx: &Ctx, action: &str, webhook: &Webhook) -> Result<()> {
    let detail = json!({ "host": url::authority(&webhook.url), "events": webhook.kinds, "state": webhook.state, "rev": webhook.rev });
    store::audit::save_audit_entries(tx, &[entry(ctx, action, "webhook", webhook.id.uuid(), detail)])
}
