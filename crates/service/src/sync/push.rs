//! Push: the server takes what a device did, answers each mutation and remembers each answer.
//!
//! One transaction: journal, effects, answers, the device's seq and chain, feed and digest are kept together or not at all.

mod batch;
mod case;
mod context;
mod echo;
mod group;
pub mod quarantine;
mod receive;
pub mod release;

pub use receive::Batch;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    Ctx,
    sync::{
        access::{Grants, Standing, check_sender},
        limits::RETRY_AFTER_MS,
        push::receive::{Item, carry, chain_of, receive},
        state::feed_epoch,
    },
};
use bazdid_domain::{
    account::{ClockTrust, Device},
    reference::Reference,
    sync::{engine::Authority, journal::Journaled, stamp::Skew},
};
use bazdid_protocol::{
    envelope::{PushRequest, PushResponse, PushedDevice, ResultItem},
    error::{Code, Error, Result},
    outcome::Status,
    time::Timestamp,
};
use bazdid_store::{self as store, Tx};

/// What is the same for the whole push.
struct Push<'a> {
    ctx: &'a Ctx,
    request: &'a PushRequest,
    device: Device,
    reference: Arc<Reference>,
    grants: Grants,
    /// What stands in place of the authority that the grants give: who only hands in what they have is allowed nothing by themselves.
    authority: Option<Authority>,
    /// Places whose group is torn: another part of it stands elsewhere in this push, or came with an earlier one.
    torn: BTreeSet<usize>,
}

/// What a step of the push came to: the answers by their place, and the newest stamp that it gave.
struct Settled {
    answers: BTreeMap<usize, ResultItem>,
    last_eff: Timestamp,
}

/// Takes a push.
///
/// # Errors
/// The envelope cannot be accepted: see the codes in `api-spec/sync.md`. What becomes of single mutations is never an error.
pub fn push(tx: &mut Tx<'_>, ctx: &Ctx, batch: &Batch) -> Result<PushResponse> {
    let request = &batch.request;
    ctx.account()?;
    // Of two pushes of one device the second waits here and then finds the answers of the first.
    let device = store::account::lock_device(tx, request.device)?;
    let (device, standing) = check_sender(tx, ctx, device)?;
    let items = receive(&device, batch)?;
    let authority = match standing {
        Standing::InService => None,
        Standing::HandsIn => Some(Authority::Revoked),
    };
    let mut push =
        Push { ctx, request, reference: ctx.reference(tx)?, grants: Grants::default(), authority, device, torn: BTreeSet::new() };
    push.grants.learn(tx, &[push.device.account_id])?;
    push.torn = group::find_torn(tx, push.device.account_id, &items)?;
    let (answers, deferred_from) = push.decide(tx, &items)?;
    push.close(tx, &items, &answers, deferred_from)?;
    let feed_epoch = feed_epoch(tx)?;
    Ok(PushResponse {
        feed_epoch,
        server_time: ctx.now,
        device: PushedDevice { applied_through: push.device.applied_through, chain: chain_of(&push.device)? },
        results: answers.into_values().collect(),
        deferred_from,
        retry_after_ms: if deferred_from.is_some() { RETRY_AFTER_MS } else { 0 },
    })
}

impl Push<'_> {
    /// Answers every item; also the first seq that was put off.
    fn decide(&mut self, tx: &mut Tx<'_>, items: &[Item<'_>]) -> Result<(BTreeMap<usize, ResultItem>, Option<i64>)> {
        let all: Vec<usize> = (0..items.len()).collect();
        if all.is_empty() {
            return Ok((BTreeMap::new(), None));
        }
        match self.step(tx, items, &all) {
            Ok(settled) => {
                self.device.last_eff = settled.last_eff;
                return Ok((settled.answers, None));
            }
            Err(error) if !is_unexpected(&error) => return Err(error),
            Err(_) => {}
        }
        // Something failed that should not have: group by group, down to the one that is to blame.
        let mut answers = BTreeMap::new();
        for unit in units(self, items) {
            match self.step(tx, items, &unit) {
                Ok(settled) => {
                    self.device.last_eff = settled.last_eff;
                    answers.extend(settled.answers);
                }
                Err(error) if !is_unexpected(&error) => return Err(error),
                Err(_) => {
                    let settled = self.set_aside(tx, items, &unit)?;
                    let deferred = settled.values().any(|a| a.status == Status::Deferred);
                    answers.extend(settled);
                    if deferred {
                        return Ok(self.defer_rest(items, answers));
                    }
                }
            }
        }
        Ok((answers, None))
    }

    /// Decides and writes some of the items, or leaves everything as it was. Somebody else may have added a mutation since it
    /// was looked up: then its answer is found at the next try.
    fn step(&mut self, tx: &mut Tx<'_>, items: &[Item<'_>], places: &[usize]) -> Result<Settled> {
        let mut tries = 0;
        loop {
            match tx.step(|tx| batch::settle(tx, self, items, places)) {
                Err(error) if error.code == Code::AlreadyExists && tries < 2 => tries += 1,
                outcome => return outcome,
            }
        }
    }

    /// A group that failed for no reason of its own is put off, and the third time set aside with its payload.
    fn set_aside(&mut self, tx: &mut Tx<'_>, items: &[Item<'_>], unit: &[usize]) -> Result<BTreeMap<usize, ResultItem>> {
        tx.step(|tx| case::set_aside(tx, self, items, unit))
    }

    /// What comes after a group that was put off is put off too: a device's order is kept.
    fn defer_rest(&self, items: &[Item<'_>], mut answers: BTreeMap<usize, ResultItem>) -> (BTreeMap<usize, ResultItem>, Option<i64>) {
        let from = answers.values().filter(|a| a.status == Status::Deferred).filter_map(|a| a.seq).min();
        for (place, item) in items.iter().enumerate() {
            if from.is_some_and(|from| item.seq >= from) {
                answers.insert(place, case::deferred(item));
            }
        }
        (answers, from)
    }

    /// Writes how far the device is.
    fn close(
        &mut self,
        tx: &mut Tx<'_>,
        items: &[Item<'_>],
        answers: &BTreeMap<usize, ResultItem>,
        deferred_from: Option<i64>,
    ) -> Result<()> {
        let (now, before) = (self.ctx.now, self.device.applied_through);
        let taken = |i: &&Item<'_>| i.seq > before && deferred_from.is_none_or(|from| i.seq < from);
        self.device.chain = carry(chain_of(&self.device)?, items.iter().filter(taken)).to_string();
        self.device.applied_through = items.iter().filter(taken).map(|i| i.seq).max().unwrap_or(before).max(before);
        // No answer of this very push has arrived yet.
        let acked = self.request.acked_through.unwrap_or(0).min(before);
        self.device.acked_through = self.device.acked_through.max(acked);
        // The device counts what it sends among what waits; what has an answer waits no more.
        let answered = i64::try_from(answers.values().filter(|a| a.status != Status::Deferred).count()).unwrap_or(i64::MAX);
        self.device.pending = self.request.pending.unwrap_or(0).saturating_sub(answered).max(0);
        self.device.last_push_at = Some(now);
        // A clock that cannot be read says nothing new of itself.
        if let Some(sent_at) = self.request.sent_at {
            self.device.clock_offset_us = sent_at - now;
            self.device.clock_trust = match Skew::of(self.device.clock_offset_us) {
                Skew::Fine => ClockTrust::Good,
                Skew::Suspect => ClockTrust::Suspect,
                Skew::Wrong => ClockTrust::Wrong,
            };
        }
        self.device.rev += 1;
        store::account::save_devices(tx, std::slice::from_ref(&self.device))
    }
}

/// Whether an error says something of the mutations rather than of the database or the envelope.
const fn is_unexpected(error: &Error) -> bool {
    matches!(error.code, Code::Internal | Code::AlreadyExists)
}

/// The places that stand and fall together.
fn units(push: &Push<'_>, items: &[Item<'_>]) -> Vec<Vec<usize>> {
    let group = |(place, item): (usize, &Item<'_>)| item.group().filter(|_| !push.torn.contains(&place));
    group::units_of(&items.iter().enumerate().map(group).collect::<Vec<_>>())
}

/// A mutation that was sent before gets the first answer; with other content it is a mistake of the device.
fn known_again(known: &Journaled, push: &Push<'_>, item: &Item<'_>) -> Option<ResultItem> {
    (known.actor == push.device.account_id && known.content_hash == item.read.hash).then(|| known.replay(item.seq))
}
