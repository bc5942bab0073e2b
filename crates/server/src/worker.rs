//! Background work: what is due by the clock. `tick` does all of it once, so that a test needs no waiting.

pub mod pictures;
pub mod wake;
pub mod webhooks;

use std::{sync::Arc, time::Duration};

use crate::telemetry;
use bazdid_clock::{SharedClock, SharedIds};
use bazdid_protocol::{error::Result, time::MICROS_PER_SECOND};
use bazdid_service::{
    Ctx, Shared, auth, outbox, redispatch, sync,
    timers::{self, Step},
};
use bazdid_store::{self as store, Db, Tx, lease::Lease};
use bazdid_upload::{Swept, Uploads};

/// Time between two rounds.
const REST: Duration = Duration::from_secs(15);
/// How long a step may take; who dies in the middle of a round is followed by another process after so long.
const LEASE_US: i64 = 120 * MICROS_PER_SECOND;

/// Steps of the index in one round: what is due by the clock does not wait for a million tickets.
const INDEX_STEPS: usize = 100;

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Offers that expired.
    pub expired_offers: usize,
    /// Drafts that were decided again, and offers whose contract was not in force any more.
    pub dispatched_again: usize,
    /// Holds that ended.
    pub ended_holds: usize,
    /// Mutations that had waited for something that was there by now.
    pub released_mutations: usize,
    /// Mutations that waited too long and came into the office's inbox.
    pub overdue_mutations: usize,
    /// Photos whose bytes have not come for days: the office was told.
    pub missing_photos: usize,
    /// Answers under idempotency keys that were forgotten.
    pub forgotten_answers: usize,
    /// Claims of the inbox that had ended.
    pub forgotten_claims: usize,
    /// Channels of which the head was marked, so that the age of their entries is known.
    pub marked_heads: usize,
    /// Entries of the feed and marks that were older than the retention.
    pub forgotten_entries: usize,
    /// Events that were passed on long ago and forgotten.
    pub forgotten_events: usize,
    /// Counts of attempts and old tokens that were forgotten, keys that were replaced.
    pub tidied_logins: usize,
    /// Rows of lists, stored by a former version, that were given the instant of their storing.
    pub dated_rows: usize,
    /// Tables of which the planner's statistics were renewed.
    pub renewed_statistics: usize,
    /// Tickets that were brought into the index of words, and names that were folded anew.
    pub indexed_texts: usize,
}

/// Does what is due.
#[derive(Debug, Clone)]
pub struct Worker {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// New ids.
    pub ids: SharedIds,
    /// What the use cases share.
    pub shared: Arc<Shared>,
}

impl Worker {
    /// Does once all that is due. Blocks. Of several processes one does it at a time; the others do nothing.
    ///
    /// # Errors
    /// The database fails. What was done before stays done.
    pub fn tick(&self) -> Result<Round> {
        let now = self.clock.now();
        let lease = Lease { name: "worker".into(), holder: self.ids.uuid(now), lasts_us: LEASE_US };
        let round = self.round(&lease);
        // After a failure too: the next round is begun by another holder.
        let given_back = self.db.write_blocking(move |tx| store::lease::release(tx, &lease));
        let round = round?;
        given_back.map(|()| round)
    }

    fn round(&self, lease: &Lease) -> Result<Round> {
        Ok(Round {
            expired_offers: self.drain(lease, timers::expire_offers)?,
            dispatched_again: self.dispatch_again(lease)?,
            ended_holds: self.drain(lease, timers::end_holds)?,
            released_mutations: self.look_again(lease)?,
            overdue_mutations: self.drain(lease, sync::quarantine::set_overdue_aside)?,
            missing_photos: self.drain(lease, timers::ask_after_photos)?,
            forgotten_answers: self.drain(lease, timers::forget_answers)?,
            forgotten_claims: self.drain(lease, timers::forget_claims)?,
            marked_heads: self.drain(lease, sync::compact::mark_heads)?,
            forgotten_entries: self.drain(lease, sync::compact::compact)?,
            forgotten_events: self.drain(lease, outbox::forget)?,
            tidied_logins: self.drain(lease, auth::tidy)?,
            renewed_statistics: self.drain(lease, timers::renew_statistics)?,
            // Last: after an upgrade they may take a minute.
            dated_rows: self.drain(lease, timers::date_rows)?,
            indexed_texts: self.drain_some(lease, timers::index_texts, INDEX_STEPS)?,
        })
    }

    /// Runs a step under the lease, in one transaction with it. Nothing: another process holds it.
    fn leased<T: Send + 'static>(
        &self,
        lease: &Lease,
        mut step: impl FnMut(&mut Tx<'_>, &Ctx) -> Result<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let (ctx, lease) = (self.ctx(), lease.clone());
        self.db.write_blocking(move |tx| if store::lease::take(tx, &lease, ctx.now)? { step(tx, &ctx).map(Some) } else { Ok(None) })
    }

    /// Runs one kind of step until nothing of it is due, or the lease is another's.
    fn drain(&self, lease: &Lease, step: fn(&mut Tx<'_>, &Ctx) -> Result<Step>) -> Result<usize> {
        self.drain_some(lease, step, usize::MAX)
    }

    /// Runs one kind of step until nothing of it is due, or the lease is another's, at most a number of times.
    fn drain_some(&self, lease: &Lease, step: fn(&mut Tx<'_>, &Ctx) -> Result<Step>, most: usize) -> Result<usize> {
        let mut done = 0;
        for _ in 0..most {
            let Some(Step { done: n, more }) = self.leased(lease, step)? else { break };
            done += n;
            // A step that finds rows but changes none would find the same again.
            if !more || n == 0 {
                break;
            }
        }
        Ok(done)
    }

    /// Looks again at the drafts and unanswered offers, if a look is due.
    fn dispatch_again(&self, lease: &Lease) -> Result<usize> {
        let Some(Some(mark)) = self.leased(lease, redispatch::begin)? else { return Ok(0) };
        let (mut done, mut from) = (0, None);
        while let Some(look) = self.leased(lease, move |tx, ctx| redispatch::step(tx, ctx, from))? {
            done += look.step.done;
            from = look.next;
            if from.is_none() {
                self.leased(lease, move |tx, _| redispatch::finish(tx, &mark))?;
                break;
            }
        }
        Ok(done)
    }

    /// Looks again at what waits, until all of it was looked at.
    fn look_again(&self, lease: &Lease) -> Result<usize> {
        let Some(since) = self.leased(lease, sync::release::begin_look)? else { return Ok(0) };
        let (mut done, mut from) = (0, None);
        while let Some(look) = self.leased(lease, move |tx, ctx| sync::release::look_again(tx, ctx, since, from))? {
            done += look.step.done;
            from = look.next;
            if from.is_none() {
                break;
            }
        }
        Ok(done)
    }

    /// Does once what is due for uploads.
    ///
    /// # Errors
    /// The database or the disk fails. What was done before stays done.
    pub async fn sweep(&self, uploads: &Uploads) -> Result<Swept> {
        uploads.sweep(&self.ctx()).await
    }

    fn ctx(&self) -> Ctx {
        Ctx::of_system(&self.clock, &self.ids, &self.shared)
    }

    /// Does what is due again and again until the task is dropped.
    pub async fn run(self, uploads: Uploads) {
        loop {
            let worker = self.clone();
            match tokio::task::spawn_blocking(move || worker.tick()).await {
                Ok(Ok(round)) if round != Round::default() => {
                    tracing::info!(
                        worker.expired_offers = round.expired_offers,
                        worker.dispatched_again = round.dispatched_again,
                        worker.ended_holds = round.ended_holds,
                        worker.released_mutations = round.released_mutations,
                        worker.overdue_mutations = round.overdue_mutations,
                        worker.missing_photos = round.missing_photos,
                        worker.forgotten_answers = round.forgotten_answers,
                        worker.marked_heads = round.marked_heads,
                        worker.forgotten_entries = round.forgotten_entries,
                        worker.forgotten_events = round.forgotten_events,
                        worker.tidied_logins = round.tidied_logins,
                        worker.renewed_statistics = round.renewed_statistics,
                        worker.dated_rows = round.dated_rows,
                        worker.indexed_texts = round.indexed_texts,
                        "the worker did what was due"
                    );
                }
                Ok(Ok(_)) => {}
                Ok(Err(error)) => tracing::error!(error = %error, "the worker could not do what is due; it will try again"),
                Err(panic) => tracing::error!(error = %panic, "the worker panicked; it will try again"),
            }
            match self.sweep(&uploads).await {
                Ok(swept) if swept != Swept::default() => tracing::info!(
                    worker.finished_uploads = swept.finished,
                    worker.expired_uploads = swept.expired,
                    worker.orphaned_parts = swept.orphans,
                    worker.forgotten_uploads = swept.forgotten,
                    "the worker looked after uploads"
                ),
                Ok(_) => {}
                Err(error) => tracing::error!(error = %error, "the worker could not look after uploads; it will try again"),
            }
            telemetry::sum_up();
            tokio::time::sleep(REST).await;
        }
    }
}
