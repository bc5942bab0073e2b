//! Sends webhooks, beside the requests: a few receivers at once, each by a thread that may block.
//!
//! Several processes may do it: a lease says who passes events on and who sends to a receiver ([`bazdid_store::lease`]), so that what is of
//! one ticket arrives in order. A receiver that hangs costs one of the threads, for as long as an attempt may take, and nobody else anything.

pub mod send;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bazdid_clock::Stopwatch;
use futures_util::future::join_all;
use tokio::{
    sync::Semaphore,
    task::{AbortHandle, JoinSet},
};
use uuid::Uuid;

use crate::worker::webhooks::send::{Request, Sender};
use bazdid_clock::{SharedClock, SharedIds};
use bazdid_protocol::{
    error::{Error, Result},
    ids::WebhookId,
    time::MICROS_PER_SECOND,
};
use bazdid_service::{
    Ctx, Shared,
    outbox::{self, LEASE_US},
    webhook::delivery::{self, Batch},
};
use bazdid_store::{self as store, Db, lease::Lease};

/// Time between two rounds: an event may be sent so much later.
const REST: Duration = Duration::from_secs(1);
/// After a round that failed.
const REST_AFTER_FAULT: Duration = Duration::from_secs(15);
/// How long a receiver keeps one of the threads while others wait for it; the attempt under way is finished.
const TURN: Duration = Duration::from_secs(5);

/// What the deliverer is built from.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// New ids.
    pub ids: SharedIds,
    /// What the use cases share.
    pub shared: Arc<Shared>,
    /// Receivers to which is sent at once; none: another process does it.
    pub senders: usize,
    /// How long one attempt may take.
    pub timeout: Duration,
}

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Events that were passed on to the receivers.
    pub relayed: usize,
    /// Deliveries that were confirmed.
    pub confirmed: usize,
    /// Attempts that failed.
    pub failed: usize,
}

/// Passes events on and sends them; cheap to clone.
#[derive(Debug, Clone)]
pub struct Deliverer {
    setup: Setup,
    sender: Sender,
    /// Who holds the leases.
    holder: Uuid,
    threads: Arc<Semaphore>,
}

impl Deliverer {
    /// One that has sent nothing yet.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let holder = setup.ids.uuid(setup.clock.now());
        let sender = Sender::new(setup.timeout, setup.shared.settings.webhooks.allow_private);
        let threads = Arc::new(Semaphore::new(setup.senders));
        Self { setup, sender, holder, threads }
    }

    /// What it is built from.
    #[must_use]
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Passes on what has happened and sends what is due. Several processes may do it at once.
    ///
    /// # Errors
    /// The database fails. What was done before stays done.
    pub async fn run_due(&self) -> Result<Delivered> {
        let mut done = Delivered::default();
        if self.setup.senders == 0 {
            return Ok(done);
        }
        done.relayed = self.relay().await?;
        let ready = self.list_ready().await?;
        for Delivered { confirmed, failed, .. } in join_all(ready.into_iter().map(|webhook| self.send_all(webhook))).await {
            done.confirmed += confirmed;
            done.failed += failed;
        }
        Ok(done)
    }

    async fn list_ready(&self) -> Result<Vec<WebhookId>> {
        let now = self.setup.clock.now();
        self.setup.db.read(move |tx| delivery::list_ready(tx, now)).await
    }

    async fn relay(&self) -> Result<usize> {
        let lease = Lease { name: "outbox".into(), holder: self.holder, lasts_us: LEASE_US };
        let mut done = 0;
        // Most of the time nothing has happened: no transaction that writes is begun for that.
        while !self.setup.db.read(|tx| store::outbox::list_open(tx, 1)).await?.is_empty() {
            let (ctx, held) = (self.ctx(), lease.clone());
            let step = self.setup.db.write(move |tx| outbox::relay(tx, &ctx, &held)).await?;
            done += step.done;
            if !step.more {
                break;
            }
        }
        // Another process need not wait for the end of the lease when this one is stopped.
        if done > 0 {
            self.setup.db.write(move |tx| store::lease::release(tx, &lease)).await?;
        }
        Ok(done)
    }

    /// Sends what is due for a receiver, until nothing is, it is to be left alone for a while, or another process sends to it. What goes wrong here is of this
    /// receiver alone.
    async fn send_all(&self, webhook: WebhookId) -> Delivered {
        let mut done = Delivered::default();
        let lease = delivery::lease(webhook, self.holder, self.lease_us());
        let outcome = self.take_turns(webhook, &lease, &mut done).await;
        let given_back = self.setup.db.write(move |tx| store::lease::release(tx, &lease)).await;
        if let Err(error) = outcome.and(given_back) {
            tracing::error!(webhook.id = %webhook, error = %error, "nothing could be sent to a receiver; it will be tried again");
        }
        done
    }

    /// After each turn whoever waits for a thread comes first.
    async fn take_turns(&self, webhook: WebhookId, lease: &Lease, done: &mut Delivered) -> Result<()> {
        loop {
            let _permit = self.threads.acquire().await.map_err(|e| Error::internal("the deliverer is closed").caused_by(e))?;
            let (ctx, held) = (self.ctx(), lease.clone());
            let Some(batch) = self.setup.db.write(move |tx| delivery::begin(tx, &ctx, webhook, &held)).await? else { return Ok(()) };
            if !self.send_batch(webhook, batch, lease, done).await? {
                return Ok(());
            }
        }
    }

    /// Sends the messages of a batch one after the other, for one turn. Answers whether the receiver takes more.
    async fn send_batch(&self, webhook: WebhookId, batch: Batch, lease: &Lease, done: &mut Delivered) -> Result<bool> {
        let turn = Stopwatch::start();
        for message in &batch.messages {
            let timestamp = self.setup.clock.now().micros() / MICROS_PER_SECOND;
            let request = Request {
                url: batch.url.clone(),
                id: message.id.clone(),
                timestamp,
                signatures: batch.signatures(message, timestamp),
                body: message.body.clone(),
            };
            let sender = self.sender.clone();
            let attempt = tokio::task::spawn_blocking(move || sender.send(&request))
                .await
                .map_err(|e| Error::internal("a sender panicked").caused_by(e))?;
            let outcome = if attempt.fault.is_none() { "confirmed" } else { "failed" };
            metrics::counter!("bazdid_webhook_attempts_total", "outcome" => outcome).increment(1);
            done.confirmed += usize::from(attempt.fault.is_none());
            done.failed += usize::from(attempt.fault.is_some());
            if let Some(fault) = attempt.fault {
                tracing::warn!(webhook.id = %webhook, webhook.fault = %fault, webhook.status = attempt.status, "a delivery failed");
            }
            let (ctx, held, sent) = (self.ctx(), lease.clone(), message.clone());
            if !self.setup.db.write(move |tx| delivery::settle(tx, &ctx, &held, &sent, &attempt)).await? {
                return Ok(false);
            }
            if turn.elapsed() > TURN {
                break;
            }
        }
        Ok(true)
    }

    /// A lease of which less than half is left is prolonged when an attempt is settled; so at the beginning of the next one at least twice
    /// the time is left that it may take.
    fn lease_us(&self) -> i64 {
        let timeout = i64::try_from(self.setup.timeout.as_micros()).unwrap_or(LEASE_US);
        timeout.saturating_mul(4).max(LEASE_US)
    }

    fn ctx(&self) -> Ctx {
        let Setup { clock, ids, shared, .. } = &self.setup;
        Ctx::of_system(clock, ids, shared)
    }

    /// Sends what is due, again and again until the task is dropped. A receiver that is slow or has much to catch up with keeps neither the
    /// others waiting nor what is to be passed on.
    pub async fn run(self) {
        if self.setup.senders == 0 {
            return;
        }
        let mut sending = JoinSet::new();
        let mut busy: BTreeMap<WebhookId, AbortHandle> = BTreeMap::new();
        loop {
            let rest = match self.pass_on(&mut sending, &mut busy).await {
                Ok(()) => REST,
                Err(error) => {
                    tracing::error!(error = %error, "webhooks could not be sent; it will be tried again");
                    REST_AFTER_FAULT
                }
            };
            tokio::time::sleep(rest).await;
        }
    }

    /// Passes on what has happened and sees to it that somebody sends to each receiver that is ready.
    async fn pass_on(&self, sending: &mut JoinSet<Delivered>, busy: &mut BTreeMap<WebhookId, AbortHandle>) -> Result<()> {
        while let Some(ended) = sending.try_join_next() {
            if let Err(panic) = ended {
                tracing::error!(error = %panic, "who sent to a receiver panicked; it will be tried again");
            }
        }
        busy.retain(|_, task| !task.is_finished());
        self.relay().await?;
        for webhook in self.list_ready().await? {
            busy.entry(webhook).or_insert_with(|| {
                let deliverer = self.clone();
                sending.spawn(async move { deliverer.send_all(webhook).await })
            });
        }
        Ok(())
    }
}
