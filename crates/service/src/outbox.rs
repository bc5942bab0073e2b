//! Domain events on their way to who subscribes to them: written by [`crate::change::keep`], passed on by the worker.
//!
//! What nobody subscribes to is not written at all, so an installation without receivers pays one look-up for each transaction.

use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError, RwLock},
};

use crate::{Ctx, timers::Step};
use bazdid_domain::{
    event::{self, DomainEvent},
    sync::journal::Journaled,
    unit_of_work::UnitOfWork,
    webhook::Delivery,
};
use bazdid_protocol::{error::Result, event::EventKind, text_enum::TextEnum as _, time::MICROS_PER_SECOND};
use bazdid_store::{self as store, Tx, lease::Lease};

/// Name of the version of the receivers among the server's own values; it changes with every change of one.
const VERSION: &str = "webhooks_version";
/// Events that are passed on in one transaction.
const RELAY_STEP: i64 = 500;
/// How long who passes events on may take for one step, microseconds.
pub const LEASE_US: i64 = 60 * MICROS_PER_SECOND;
/// How long events are kept with their deliveries, days.
const KEEP_DAYS: i64 = 30;
/// Events that are looked at in one step of forgetting.
const FORGET_STEP: i64 = 500;

/// The kinds of events that somebody subscribes to, as of the version that a transaction of this process saw last.
#[derive(Debug, Default)]
pub struct Subscriptions(RwLock<Option<(String, Arc<BTreeSet<EventKind>>)>>);

impl Subscriptions {
    /// The kinds in force in a transaction.
    ///
    /// # Errors
    /// The database fails.
    pub fn get(&self, tx: &mut Tx<'_>) -> Result<Arc<BTreeSet<EventKind>>> {
        let version = store::state::find_state(tx, VERSION)?.unwrap_or_default();
        let cached = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, kinds)) = cached.filter(|(of, _)| *of == version) {
            return Ok(kinds);
        }
        let webhooks = store::webhook::list_webhooks(tx)?;
        let kinds = EventKind::ALL.iter().copied().filter(|kind| webhooks.iter().any(|w| w.subscribes(*kind)));
        let kinds: Arc<BTreeSet<_>> = Arc::new(kinds.collect());
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((version, Arc::clone(&kinds)));
        Ok(kinds)
    }
}

/// Says that receivers are changed, and makes such changes wait for each other: first in the transaction of each.
///
/// # Errors
/// The database fails.
pub fn bump(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<()> {
    store::state::save_state(tx, VERSION, &ctx.ids.uuid(ctx.now).to_string())
}

/// Writes the events of a unit of work that somebody subscribes to.
///
/// # Errors
/// The database fails.
pub fn record(tx: &mut Tx<'_>, ctx: &Ctx, unit: &UnitOfWork) -> Result<()> {
    let subscribed = ctx.shared.subscriptions.get(tx)?;
    if subscribed.is_empty() {
        return Ok(());
    }
    append(tx, &subscribed, event::derive(unit, ctx.now))
}

/// Writes, if somebody subscribes to it, which rows of the journal were set aside just now.
///
/// # Errors
/// The database fails.
pub fn record_quarantined<'r>(tx: &mut Tx<'_>, ctx: &Ctx, rows: impl IntoIterator<Item = &'r Journaled>) -> Result<()> {
    let events: Vec<_> = rows.into_iter().filter_map(|row| DomainEvent::quarantined(row, ctx.now)).collect();
    if events.is_empty() {
        return Ok(());
    }
    let subscribed = ctx.shared.subscriptions.get(tx)?;
    append(tx, &subscribed, events)
}

fn append(tx: &mut Tx<'_>, subscribed: &BTreeSet<EventKind>, mut events: Vec<DomainEvent>) -> Result<()> {
    events.retain(|event| subscribed.contains(&event.kind()));
    store::outbox::append(tx, &events)
}

/// Makes the deliveries of events that were not passed on yet. One process at a time does it.
///
/// # Errors
/// The database fails.
pub fn relay(tx: &mut Tx<'_>, ctx: &Ctx, lease: &Lease) -> Result<Step> {
    let open = store::outbox::list_open(tx, RELAY_STEP)?;
    if open.is_empty() || !store::lease::take(tx, lease, ctx.now)? {
        return Ok(Step::default());
    }
    // Read again under the lease: another process may have passed some of them on.
    let open = store::outbox::list_open(tx, RELAY_STEP)?;
    let webhooks = store::webhook::list_webhooks(tx)?;
    let deliveries: Vec<Delivery> = open
        .iter()
        .flat_map(|event| {
            let of = webhooks.iter().filter(|w| w.subscribes(event.kind));
            of.map(|w| Delivery::new(event.seq, w.id, event.ticket, ctx.now))
        })
        .collect();
    store::webhook::add_deliveries(tx, &deliveries)?;
    store::outbox::set_relayed(tx, &open.iter().map(|e| e.seq).collect::<Vec<_>>(), ctx.now)?;
    Ok(Step { done: open.len(), more: i64::try_from(open.len()).is_ok_and(|n| n >= RELAY_STEP) })
}

/// Old events are forgotten, with their deliveries, also those that nobody has passed on in all the time (`webhooks.senders = 0`
/// everywhere); and secrets of receivers that sign no longer.
///
/// # Errors
/// The database fails.
pub fn forget(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Step> {
    store::webhook::forget_old_secrets(tx, ctx.now)?;
    let before = ctx.now.plus_days(-KEEP_DAYS);
    // Otherwise these would stand before all that may be forgotten.
    let lost = store::outbox::forget_open(tx, before, FORGET_STEP)?;
    if lost > 0 {
        tracing::warn!(
            outbox.events = lost,
            outbox.days = KEEP_DAYS,
            "events that no process has passed on are forgotten; see webhooks.senders"
        );
    }
    let done = lost + store::outbox::forget_relayed(tx, before, FORGET_STEP)?;
    Ok(Step { done, more: i64::try_from(done).is_ok_and(|n| n >= FORGET_STEP) })
}
