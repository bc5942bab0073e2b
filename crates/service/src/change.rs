//! The one way to keep what rules changed in a unit of work: rows, events, audit and, last in the transaction, the feed.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::{Ctx, outbox, sync::release};
use bazdid_domain::{
    audit::AuditEntry,
    dispatch::Usage,
    follow_up::{self, FollowUpContext},
    membership::{self, Stay, moves},
    photo::PhotoState,
    reference::Reference,
    sync::{
        self,
        engine::{absent, flags},
    },
    ticket::Ticket,
    ticket_code::code_for,
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::{
    channel::Channel,
    digest::row_hash,
    error::Result,
    ids::{AreaId, AuditId, ContractId, CoverageId, DeviceId},
};
use bazdid_store::{
    self as store, Tx,
    feed::{Entry, Presence},
};

/// A row that is sent to a device again, whatever the device thinks it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echo {
    /// To which device.
    pub device: DeviceId,
    /// Kind of the row.
    pub kind: &'static str,
    /// The row.
    pub entity: Uuid,
    /// Its revision.
    pub v: i64,
}

/// What is kept beside the unit of work's own rows.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Rows to send again.
    pub echoes: Vec<Echo>,
    /// What goes into the audit log.
    pub audit: Vec<AuditEntry>,
    /// Entries of the feed that no unit of work holds (reference data, a person's own channel).
    pub feed: Vec<Entry>,
}

impl Change {
    /// Adds an entry to the audit log.
    pub fn audit(&mut self, ctx: &Ctx, action: &str, entity_kind: &str, entity_id: Uuid, detail: serde_json::Value) {
        self.audit.push(entry(ctx, action, entity_kind, entity_id, detail));
    }
}

/// An entry of the audit log by who asks; `detail` never holds personal data.
#[must_use]
pub fn entry(ctx: &Ctx, action: &str, entity_kind: &str, entity_id: Uuid, detail: serde_json::Value) -> AuditEntry {
    AuditEntry {
        id: AuditId::new(ctx.ids.uuid(ctx.now)),
        at: ctx.now,
        actor: ctx.actor.as_ref().filter(|a| !a.is_system()).map(|a| a.account_id),
        action: action.to_owned(),
        entity_kind: entity_kind.to_owned(),
        entity_id,
        detail,
        request_id: Some(ctx.request_id),
    }
}

/// Keeps a unit of work, after the system has followed up what changed ([`follow_up`]) and what waited for it was decided again
/// ([`release`]): no path can forget it. Call it once, last in the transaction: the channels' counters stay locked to its end.
///
/// # Errors
/// The database fails; a source reference exists already.
pub fn keep(tx: &mut Tx<'_>, ctx: &Ctx, unit: &mut UnitOfWork, mut change: Change) -> Result<()> {
    name_tickets(tx, unit)?;
    absent::settle(unit, ctx.now);
    let mut taken = BTreeMap::new();
    follow(tx, ctx, unit, &mut taken)?;
    for _ in 0..RELEASES {
        let Some(released) = release::release(tx, ctx, unit)? else { break };
        change.echoes.extend(released.echoes);
        follow(tx, ctx, unit, &mut taken)?;
    }
    derive_flags(tx, ctx, unit)?;
    if membership::may_move(unit) {
        store::aggregate::load_notes(tx, unit)?;
    }
    store::aggregate::save_unit(tx, unit, ctx.now)?;
    outbox::record(tx, ctx, unit)?;
    expect_pictures(tx, ctx, unit)?;
    store::audit::save_audit_entries(tx, &change.audit)?;
    // The counts of a busy contractor are everybody's next lock: they are taken late, so that they are held for a short time.
    take(tx, ctx, &taken)?;
    let mut feed: Vec<Entry> = moves(unit)
        .into_iter()
        .map(|m| Entry {
            channel: m.channel,
            kind: m.kind,
            entity: m.entity,
            v: m.v,
            presence: match m.stays {
                Stay::Carried => Presence::Put,
                Stay::Gone => Presence::Drop,
            },
        })
        .collect();
    feed.extend(change.echoes.into_iter().map(|e| Entry {
        channel: Channel::Device(e.device),
        kind: e.kind,
        entity: e.entity,
        v: e.v,
        presence: Presence::Echo,
    }));
    feed.extend(change.feed);
    store::feed::append(tx, &feed, row_hash)
}

/// Brings up to date what a verifier is told of the orders. Nothing follows from it, so it comes last.
fn derive_flags(tx: &mut Tx<'_>, ctx: &Ctx, unit: &mut UnitOfWork) -> Result<()> {
    let concerned = flags::concerned(unit);
    if !concerned.is_empty() {
        let reference = ctx.reference(tx)?;
        flags::derive(unit, &sync::merge_context::MergeContext::new(&reference), &concerned, ctx.now);
    }
    Ok(())
}

/// Has the worker read what has been stored, and judge anew what others' content is compared with: a photo that was removed stops
/// counting for those around it, and another category has other thresholds.
fn expect_pictures(tx: &mut Tx<'_>, ctx: &Ctx, unit: &UnitOfWork) -> Result<()> {
    let moved: BTreeSet<_> = unit
        .tickets
        .changed()
        .filter(|(was, now)| was.is_some_and(|was| was.category_id != now.category_id))
        .map(|(_, now)| now.id)
        .collect();
    let news = unit.photos.changed().filter(|(was, now)| was.is_none_or(|was| was.state != now.state || was.removed_at != now.removed_at));
    let of_moved = unit.photos.iter().filter(|p| moved.contains(&p.ticket_id));
    let due = news.map(|(_, now)| now).chain(of_moved).filter(|p| p.state == PhotoState::Stored);
    let hashes: BTreeSet<String> = due.map(|p| p.sha256.clone()).collect();
    if hashes.is_empty() { Ok(()) } else { store::picture::expect_pictures(tx, &hashes.into_iter().collect::<Vec<_>>(), ctx.now) }
}

/// Gives new tickets another code where theirs is another ticket's.
fn name_tickets(tx: &mut Tx<'_>, unit: &mut UnitOfWork) -> Result<()> {
    let mut open: Vec<Ticket> = unit.tickets.changed().filter(|(was, _)| was.is_none()).map(|(_, now)| now.clone()).collect();
    let mut used = BTreeSet::new();
    for attempt in 1.. {
        let codes: Vec<&str> = open.iter().map(|t| t.code.as_str()).collect();
        if codes.is_empty() {
            break;
        }
        used.extend(store::ticket::search::list_codes(tx, &codes)?);
        open.retain(|t| !used.insert(t.code.clone()));
        for ticket in &mut open {
            ticket.code = code_for(ticket.id, attempt);
            unit.tickets.put(ticket.clone());
        }
    }
    Ok(())
}

/// How often what waits is asked for again after the system has followed up.
const RELEASES: usize = 4;

/// What the system would make of a unit of work if it were kept; nothing is kept.
///
/// # Errors
/// The database fails.
pub fn foresee(tx: &mut Tx<'_>, ctx: &Ctx, unit: &mut UnitOfWork) -> Result<()> {
    follow(tx, ctx, unit, &mut BTreeMap::new())
}

/// Lets the system follow up what changed, within the day's capacities as they are now less what this transaction has `taken`.
fn follow(tx: &mut Tx<'_>, ctx: &Ctx, unit: &mut UnitOfWork, taken: &mut BTreeMap<Uuid, i64>) -> Result<()> {
    if unit.tickets.changed().next().is_none() && unit.work_orders.changed().next().is_none() {
        return Ok(());
    }
    let reference = ctx.reference(tx)?;
    follow_up::reconsider(unit, &reference, ctx.now);
    let plan = follow_up::plan(unit, &reference);
    let inspectors =
        if plan.inspection.is_empty() { Vec::new() } else { store::inspector::list_inspectors(tx, &plan.inspection, ctx.now)? };
    let mut used = used(tx, ctx, &reference, &plan.dispatch)?;
    add(&mut used, taken);
    let mut context = FollowUpContext { reference: &reference, now: ctx.now, usage: usage(&used), inspectors };
    add(taken, &follow_up::run(unit, &mut context, &plan));
    Ok(())
}

/// Capacities of the day that are used of those who may be asked in some areas.
pub(crate) fn used(tx: &mut Tx<'_>, ctx: &Ctx, reference: &Reference, areas: &BTreeSet<AreaId>) -> Result<BTreeMap<Uuid, i64>> {
    let subjects = reference.book.capped_in(areas);
    if subjects.is_empty() { Ok(BTreeMap::new()) } else { store::coverage_use::list_use(tx, &subjects, ctx.civil_day(ctx.now)) }
}

fn add(counts: &mut BTreeMap<Uuid, i64>, more: &BTreeMap<Uuid, i64>) {
    for (subject, n) in more {
        *counts.entry(*subject).or_default() += n;
    }
}

/// Takes of the day's capacities. If somebody else has meanwhile taken the last of one, the transaction is run again and
/// chooses with the new counts.
fn take(tx: &mut Tx<'_>, ctx: &Ctx, taken: &BTreeMap<Uuid, i64>) -> Result<()> {
    if taken.is_empty() {
        return Ok(());
    }
    let reference = ctx.reference(tx)?;
    let day = ctx.civil_day(ctx.now);
    let totals = store::coverage_use::add_use(tx, &taken.iter().map(|(subject, n)| ((*subject, day), *n)).collect())?;
    let full = totals.iter().any(|((subject, _), total)| reference.book.cap(*subject).is_some_and(|cap| *total > cap));
    if full { Err(store::race_lost("the capacities of the day are being taken at this moment")) } else { Ok(()) }
}

/// Used counts as the choice wants them; an id names a coverage or a contract, never both.
pub(crate) fn usage(used: &BTreeMap<Uuid, i64>) -> Usage {
    Usage {
        coverages: used.iter().map(|(id, n)| (CoverageId::new(*id), *n)).collect(),
        contracts: used.iter().map(|(id, n)| (ContractId::new(*id), *n)).collect(),
    }
}
