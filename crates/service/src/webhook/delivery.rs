//! Sending: what is due for a receiver, taken under a lease, and what became of it. The request itself is made by the worker.
//!
//! One process at a time sends to a receiver, so what is of one ticket arrives in order; what failed is sent again before anything
//! later of its ticket. An attempt of which nobody knows the outcome is made again: a receiver may get an event twice.

use super::{OLD_SECRET, SECRET, aad, audit, signs_too};
use crate::{Ctx, outbox::bump};
use bazdid_domain::webhook::{Attempt, Delivery, DeliveryFault, DeliveryState, Webhook, WebhookState};
use bazdid_protocol::{
    error::{Error, Result},
    ids::WebhookId,
    time::Timestamp,
};
use bazdid_security::webhook::{WebhookSecret, signatures};
use bazdid_store::{self as store, Tx, lease::Lease};

/// Deliveries that are taken at once.
const BATCH: i64 = 20;

/// A message, ready to be sent.
#[derive(Debug, Clone)]
pub struct Message {
    /// The delivery.
    pub delivery: Delivery,
    /// Revision of the receiver that it is made for.
    pub rev: i64,
    /// Identity of the event: `webhook-id`.
    pub id: String,
    /// The body.
    pub body: Vec<u8>,
}

/// What is to be sent to a receiver.
#[derive(Debug)]
pub struct Batch {
    /// Where to.
    pub url: String,
    /// By what it signs.
    secrets: Vec<WebhookSecret>,
    /// What, each of another ticket.
    pub messages: Vec<Message>,
}

impl Batch {
    /// The header `webhook-signature` of a message that is sent at an instant.
    #[must_use]
    pub fn signatures(&self, message: &Message, timestamp: i64) -> String {
        signatures(&self.secrets, &message.id, timestamp, &message.body)
    }
}

/// Receivers to which something is to be sent now.
///
/// # Errors
/// The database fails.
pub fn list_ready(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<WebhookId>> {
    let mut ready = Vec::new();
    for webhook in store::webhook::list_webhooks(tx)?.into_iter().filter(|w| w.is_ready(now)) {
        if !store::webhook::list_due(tx, webhook.id, now, 1)?.is_empty() {
            ready.push(webhook.id);
        }
    }
    Ok(ready)
}

/// The lease under which a process sends to a receiver.
#[must_use]
pub fn lease(webhook: WebhookId, holder: uuid::Uuid, lasts_us: i64) -> Lease {
    Lease { name: format!("webhook:{webhook}"), holder, lasts_us }
}

/// Takes what is due for a receiver. Nothing: another process sends to it, it rests, nothing is due, or its secret does not open, which
/// counts as a failure of the first that is due.
///
/// # Errors
/// The database fails.
pub fn begin(tx: &mut Tx<'_>, ctx: &Ctx, webhook: WebhookId, lease: &Lease) -> Result<Option<Batch>> {
    if !store::lease::take(tx, lease, ctx.now)? {
        return Ok(None);
    }
    let Some(webhook) = store::webhook::find_webhook(tx, webhook)?.filter(|w| w.is_ready(ctx.now)) else { return Ok(None) };
    let due = store::webhook::list_due(tx, webhook.id, ctx.now, BATCH)?;
    if due.is_empty() {
        return Ok(None);
    }
    let secrets = match secrets(ctx, &webhook) {
        Ok(secrets) => secrets,
        Err(error) => {
            tracing::error!(webhook.id = %webhook.id, error = %error, "a receiver's secret does not open; exchange it by `bazdid webhook rotate`");
            for first in due.into_iter().take(1) {
                keep(tx, ctx, webhook.clone(), first, &Attempt::failed(DeliveryFault::Secret))?;
            }
            return Ok(None);
        }
    };
    let events = store::outbox::list_events(tx, &due.iter().map(|d| d.position).collect::<Vec<_>>())?;
    let mut messages = Vec::new();
    for delivery in due {
        let Some(event) = events.iter().find(|e| e.seq == delivery.position) else { continue };
        let body = serde_json::to_vec(event).map_err(|e| Error::internal("an event cannot be written").caused_by(e))?;
        messages.push(Message { id: event.id.to_string(), delivery, rev: webhook.rev, body });
    }
    Ok((!messages.is_empty()).then_some(Batch { url: webhook.url, secrets, messages }))
}

fn secrets(ctx: &Ctx, webhook: &Webhook) -> Result<Vec<WebhookSecret>> {
    let mut secrets = vec![open(ctx, webhook.id, SECRET, &webhook.secret)?];
    if let Some(old) = signs_too(webhook, ctx.now) {
        secrets.push(open(ctx, webhook.id, OLD_SECRET, old)?);
    }
    Ok(secrets)
}

/// Keeps what became of an attempt, if the lease is still held and the receiver is as it was: what was sent to where it is no more, or
/// signed by what it knows no more, says nothing of it and is sent again. Answers whether the next message may be sent.
///
/// # Errors
/// The database fails.
pub fn settle(tx: &mut Tx<'_>, ctx: &Ctx, lease: &Lease, sent: &Message, attempt: &Attempt) -> Result<bool> {
    let Message { delivery: sent, rev, .. } = sent;
    if !store::lease::take(tx, lease, ctx.now)? {
        return Ok(false);
    }
    let Some(webhook) = store::webhook::find_webhook(tx, sent.webhook_id)?.filter(|w| w.rev == *rev) else { return Ok(false) };
    let known = store::webhook::find_delivery(tx, sent.webhook_id, sent.position)?;
    // Whoever had it sent again meanwhile counts anew.
    let Some(delivery) = known.filter(|d| d.state == DeliveryState::Pending && d.attempts == sent.attempts) else { return Ok(true) };
    keep(tx, ctx, webhook, delivery, attempt)
}

/// Keeps what became of an attempt. Answers whether the receiver may be sent something else now.
fn keep(tx: &mut Tx<'_>, ctx: &Ctx, webhook: Webhook, delivery: Delivery, attempt: &Attempt) -> Result<bool> {
    store::webhook::save_deliveries(tx, &[delivery.tried(attempt, ctx.now, jitter(ctx))])?;
    let health: Webhook = if attempt.fault.is_none() {
        webhook.succeeded(ctx.now)
    } else {
        let give_up_days = ctx.shared.settings.webhooks.give_up_days;
        webhook.failed(attempt, ctx.now, give_up_days, jitter(ctx))
    };
    store::webhook::save_health(tx, &health)?;
    if health.state == WebhookState::Failed && store::webhook::give_up(tx, health.id)? {
        bump(tx, ctx)?;
        audit(tx, ctx, "webhook.give_up", &Webhook { rev: health.rev + 1, ..health })?;
        return Ok(false);
    }
    Ok(health.is_ready(ctx.now))
}

/// From 0 to 1.
fn jitter(ctx: &Ctx) -> f64 {
    let mut byte = [0];
    ctx.ids.fill(&mut byte);
    f64::from(byte[0]) / 255.0
}

/// Opens a sealed secret.
///
/// # Errors
/// It does not open: another master key.
pub(super) fn open(ctx: &Ctx, id: WebhookId, column: &str, sealed: &[u8]) -> Result<WebhookSecret> {
    ctx.shared.vault.open(sealed, &aad(id, column)).map(WebhookSecret::new)
}
