//! Decides a batch as a set: loads what it touches with one query a table, asks the rules in memory, keeps everything once.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
};

use uuid::Uuid;

use crate::{
    Ctx,
    change::{self, Change},
    outbox,
    sync::{
        access::{Done, Grants},
        push::{
            Push, Settled,
            case::{Case, Origin, give_stamp, open, reused},
            context,
            echo::echoes,
            group::units_of,
            known_again,
            receive::{Item, forked},
        },
    },
};
use bazdid_domain::{
    membership::carried,
    reference::Reference,
    sync::{
        engine::{self, Act, Author, Authority},
        journal::Journaled,
        merge_context::MergeContext,
        stamp::{Skew, Stamp},
    },
    unit_of_work::UnitOfWork,
    wire,
};
use bazdid_protocol::{
    channel::Channel,
    envelope::ResultItem,
    error::{Code, Error, Result},
    ids::{AccountId, DeviceId, GrantId, GroupId, TicketId, WorkOrderId},
    outcome::{Outcome, OutcomeCode, Status},
    rows::WireRow as _,
    time::Timestamp,
};
use bazdid_store::{self as store, Tx};

/// Who acted on which device, and which grants count.
type AuthorKey = (AccountId, DeviceId, (Authority, Vec<GrantId>));

/// A batch on the desk.
pub(super) struct PushBatch<'a> {
    pub unit: UnitOfWork,
    pub cases: Vec<Case>,
    pub grants: Grants,
    pub ctx: &'a Ctx,
    pub reference: &'a Reference,
    pub context: MergeContext<'a>,
    /// What refused commands would have made.
    refused: BTreeSet<Uuid>,
    authors: BTreeMap<AuthorKey, Author>,
}

/// What the journal says of the places: answers that it has, cases to decide, rows that change their device, places that repeat
/// an earlier place.
#[derive(Default)]
struct Sorted {
    answers: BTreeMap<usize, ResultItem>,
    cases: Vec<Case>,
    moved: Vec<Journaled>,
    repeats: Vec<(usize, usize)>,
}

/// Decides some places of a push and keeps what comes of it.
pub(super) fn settle(tx: &mut Tx<'_>, push: &Push<'_>, items: &[Item<'_>], places: &[usize]) -> Result<Settled> {
    let Sorted { mut answers, cases, moved, repeats } = sort_out(tx, push, items, places)?;
    let mut last_eff = push.device.last_eff;
    if cases.is_empty() {
        store::mutation::update_mutations(tx, &moved)?;
    } else {
        let names: BTreeSet<Uuid> = cases.iter().flat_map(Case::names).collect();
        let mut batch =
            PushBatch { cases, grants: push.grants.clone(), ..PushBatch::new(push.ctx, &push.reference, UnitOfWork::default()) };
        context::fetch(tx, &mut batch.unit, &mut batch.context, &batch.cases)?;
        batch.find_refused(tx)?;
        last_eff = batch.give_stamps(push, items, last_eff);
        batch.decide_all((0..batch.cases.len()).collect())?;
        batch.release(tx, names)?;
        batch.sound_alarms();
        engine::settle(&mut batch.unit, &batch.context, push.ctx.now);
        answers.extend(batch.finish(tx, push, moved)?);
    }
    for (place, first) in repeats {
        let answer = answers.get(&first).map(|a| ResultItem { replayed: true, seq: items.get(place).map(|i| i.seq), ..a.clone() });
        answers.extend(answer.map(|a| (place, a)));
    }
    Ok(Settled { answers, last_eff })
}

fn sort_out(tx: &mut Tx<'_>, push: &Push<'_>, items: &[Item<'_>], places: &[usize]) -> Result<Sorted> {
    let chosen: Vec<(usize, &Item<'_>)> = places.iter().filter_map(|p| Some((*p, items.get(*p)?))).collect();
    let ids: Vec<_> = chosen.iter().map(|(_, i)| i.id).collect();
    let known: BTreeMap<_, Journaled> = store::mutation::find_mutations(tx, &ids)?.into_iter().map(|k| (k.id, k)).collect();
    let mut sorted = Sorted::default();
    let mut first_places = BTreeMap::new();
    for (place, item) in chosen {
        let before = known.get(&item.id);
        if let Some(stands) = before.filter(|b| b.status != Status::Deferred) {
            match known_again(stands, push, item) {
                Some(answer) => {
                    sorted.answers.insert(place, answer);
                    // A device that registered anew takes its mutations along.
                    if stands.device_id != push.device.id {
                        sorted.moved.push(Journaled { device_id: push.device.id, seq: item.seq, ..stands.clone() });
                    }
                }
                None => sorted.cases.push(reused(push, item, place)),
            }
        } else if item.seq <= push.device.applied_through {
            return Err(forked());
        } else if let Some((first, hash)) = first_places.get(&item.id) {
            if *hash == item.read.hash {
                sorted.repeats.push((place, *first));
            } else {
                sorted.cases.push(reused(push, item, place));
            }
        } else {
            first_places.insert(item.id, (place, item.read.hash));
            sorted.cases.push(open(push, item, place, before));
        }
    }
    Ok(sorted)
}

impl<'a> PushBatch<'a> {
    /// An empty desk over a unit of work.
    pub fn new(ctx: &'a Ctx, reference: &'a Reference, unit: UnitOfWork) -> Self {
        Self {
            unit,
            cases: Vec::new(),
            grants: Grants::default(),
            ctx,
            reference,
            context: ctx.merge_context(reference),
            refused: BTreeSet::new(),
            authors: BTreeMap::new(),
        }
    }
}

impl PushBatch<'_> {
    /// Looks up which unknown entities are unknown because their creation was refused.
    fn find_refused(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let known =
            |id: Uuid| self.unit.tickets.get(TicketId::new(id)).is_some() || self.unit.work_orders.get(WorkOrderId::new(id)).is_some();
        let made: BTreeSet<Uuid> = self.cases.iter().filter_map(Case::creates_named).map(|new| new.id).collect();
        let unknown: BTreeSet<Uuid> = self.cases.iter().map(|c| c.row.entity).filter(|e| !known(*e) && !made.contains(e)).collect();
        if !unknown.is_empty() {
            self.refused.extend(store::mutation::list_refused_creations(tx, &unknown.into_iter().collect::<Vec<_>>())?);
        }
        Ok(())
    }

    /// Stamps the fresh cases in the order of their seq.
    fn give_stamps(&mut self, push: &Push<'_>, items: &[Item<'_>], mut last_eff: Timestamp) -> Timestamp {
        for case in &mut self.cases {
            let (Origin::Fresh(place) | Origin::Again(place)) = case.origin else { continue };
            let Some(item) = items.get(place) else { continue };
            let entity = case.row.entity;
            let ticket = self.unit.tickets.get(TicketId::new(entity)).map(|t| t.stamp);
            let issued = ticket.or_else(|| self.unit.work_orders.get(WorkOrderId::new(entity)).map(|o| o.stamp));
            give_stamp(push, case, item, issued, last_eff);
            if item.read.mutation.is_ok() {
                last_eff = last_eff.max(case.row.eff);
            }
        }
        last_eff
    }

    /// Decides cases by their numbers, groups as one; whether one of them no longer waits.
    pub fn decide_all(&mut self, numbers: Vec<usize>) -> Result<bool> {
        let groups: Vec<Option<GroupId>> = numbers.iter().map(|n| self.cases.get(*n).and_then(Case::group)).collect();
        let mut moved = false;
        for unit in units_of(&groups) {
            let unit: Vec<usize> = unit.into_iter().filter_map(|at| numbers.get(at).copied()).collect();
            moved |= self.decide_unit(&unit)?;
        }
        Ok(moved)
    }

    /// Decides what stands and falls together; whether it no longer waits.
    fn decide_unit(&mut self, unit: &[usize]) -> Result<bool> {
        let mark = self.unit.mark();
        let mut stopped = None;
        for n in unit {
            // Lent out: the rules change the unit of work, not the cases.
            let cases = std::mem::take(&mut self.cases);
            let judged = cases.get(*n).map(|case| self.judge(case));
            self.cases = cases;
            let Some(outcome) = judged.transpose()? else { continue };
            if matches!(outcome.status, Status::Rejected | Status::Held)
                && stopped.as_ref().is_none_or(|(_, o): &(usize, Outcome)| o.status == Status::Held)
            {
                stopped = Some((*n, outcome.clone()));
            }
            if outcome.status == Status::Rejected || outcome.code == Some(OutcomeCode::Quarantined) {
                self.refused.extend(self.cases.get(*n).and_then(Case::creates_named).map(|new| new.id));
            }
            if let Some(case) = self.cases.get_mut(*n) {
                case.outcome = Some(outcome);
            }
            if unit.len() > 1 && stopped.as_ref().is_some_and(|(_, o)| o.status == Status::Rejected) {
                break;
            }
        }
        if let Some((to_blame, outcome)) = stopped {
            self.unit.rollback(mark);
            self.hold_or_refuse_others(unit, to_blame, &outcome);
        }
        Ok(unit.iter().filter_map(|n| self.cases.get(*n)).any(|c| !c.is_held()))
    }

    /// A group is all or nothing: one refused refuses the others, one that waits lets the others wait. Evidence is kept for the office
    /// whatever is refused.
    fn hold_or_refuse_others(&mut self, unit: &[usize], to_blame: usize, outcome: &Outcome) {
        for n in unit.iter().filter(|n| **n != to_blame) {
            let Some(case) = self.cases.get_mut(*n) else { continue };
            let other = match (outcome.status, outcome.waits_for) {
                (Status::Held, Some(thing)) => Outcome::held(OutcomeCode::Dependency, "waits for another mutation of its group", thing),
                _ => case.orphaned(),
            };
            if other.status != Status::Held {
                self.refused.extend(case.creates_named().map(|new| new.id));
            }
            case.outcome = Some(other);
        }
    }

    /// Asks the rules about one case.
    fn judge(&mut self, case: &Case) -> Result<Outcome> {
        if let Some(preset) = &case.preset {
            return Ok(preset.clone());
        }
        let command = match &case.command {
            Ok(command) => command,
            Err(fault) => return Ok(Outcome::rejected(fault.code, fault.detail.clone())),
        };
        let row = &case.row;
        let done = Done::from(row);
        let key = (row.actor, row.device_id, self.grants.held(row.actor, done));
        let by_grants = self.authors.entry(key).or_insert_with(|| self.grants.author(row.actor, row.device_id, done, self.reference));
        let author = match case.authority {
            Some(authority) => &Author { authority, ..by_grants.clone() },
            None => by_grants,
        };
        let skew = Skew::of(row.skew_us);
        let act = Act {
            id: row.id,
            entity: row.entity,
            base: row.base,
            epoch: row.epoch,
            command,
            args: case.args(),
            stamp: Stamp { est: row.est, eff: row.eff, skew_us: row.skew_us, skew },
            received_at: row.received_at,
            office: false,
        };
        // A mistake in a rule is to blame on one group, not on everybody who waits for the database.
        let asked = catch_unwind(AssertUnwindSafe(|| engine::decide(&mut self.unit, &self.context, author, &act)));
        let mut outcome = asked.map_err(|_| Error::internal(format!("the rules panicked at mutation {}", row.id)))?;
        if outcome.status == Status::Held && outcome.waits_for.is_some_and(|thing| self.refused.contains(&thing)) {
            outcome = case.orphaned();
        }
        if outcome.status == Status::Applied && outcome.code.is_none() && (skew != Skew::Fine || row.is_undated()) {
            outcome.code = Some(OutcomeCode::ClockSuspect);
        }
        Ok(outcome)
    }

    /// Writes journal, rows, echoes and feed; answers the places.
    fn finish(mut self, tx: &mut Tx<'_>, push: &Push<'_>, moved: Vec<Journaled>) -> Result<BTreeMap<usize, ResultItem>> {
        let echoes = echoes(&self);
        self.journal(tx, moved)?;
        change::keep(tx, self.ctx, &mut self.unit, Change { echoes, ..Change::default() })?;
        // Who only hands in reads nothing.
        let own = match push.authority {
            Some(Authority::Revoked) => BTreeSet::new(),
            _ => self.channels_of(push.device.account_id, push.device.id),
        };
        let mut answers = BTreeMap::new();
        let mut informed = Vec::new();
        for case in &self.cases {
            if let (Origin::Fresh(place) | Origin::Again(place) | Origin::Reused(place), Some(outcome)) = (case.origin, &case.outcome) {
                let answer = ResultItem::first(Some(case.row.seq), case.given, outcome);
                let mut answer = ResultItem { warnings: case.row.warnings.clone(), ..answer };
                self.inform(case, outcome, &own, &mut answer);
                // The same revision is told when the mutation is sent again; it is known only now that all is kept.
                if answer.v != outcome.v && !matches!(case.origin, Origin::Reused(_)) {
                    informed.push(Journaled { result_v: answer.v, ..case.row.clone() });
                }
                answers.insert(place, answer);
            }
        }
        store::mutation::update_mutations(tx, &informed)?;
        Ok(answers)
    }

    /// Writes into the journal what became of the cases, and the rows that `moved` to another device.
    fn journal(&mut self, tx: &mut Tx<'_>, moved: Vec<Journaled>) -> Result<()> {
        let mut changed = moved;
        changed.extend(self.released());
        for case in &mut self.cases {
            if let (Origin::Fresh(_) | Origin::Again(_), Some(outcome)) = (case.origin, &case.outcome) {
                case.row.settle(outcome);
            }
        }
        let settled = |case: &&Case| case.outcome.is_some();
        changed.extend(self.cases.iter().filter(settled).filter(|c| matches!(c.origin, Origin::Again(_))).map(|c| c.row.clone()));
        let fresh = self.cases.iter().filter(settled).filter(|c| matches!(c.origin, Origin::Fresh(_)));
        let added: Vec<&Journaled> = fresh.map(|c| &c.row).collect();
        if store::mutation::insert_mutations(tx, &added)? != added.len() {
            // Another device of the same person sent the same just now.
            return Err(Error { internal: Some("a mutation came twice at once".to_owned()), ..Error::new(Code::AlreadyExists) });
        }
        let decided = self.cases.iter().filter(settled).filter(|c| matches!(c.origin, Origin::Fresh(_) | Origin::Again(_)));
        outbox::record_quarantined(tx, self.ctx, decided.map(|c| &c.row))?;
        store::mutation::update_mutations(tx, &changed)
    }

    /// The channels that a device reads now.
    pub fn channels_of(&self, account: AccountId, device: DeviceId) -> BTreeSet<Channel> {
        self.grants.channels(account, device, self.ctx.now, self.reference)
    }

    /// Tells the device how the entity stands if its mutation did not simply go through, and only if the device reads it.
    fn inform(&self, case: &Case, outcome: &Outcome, own: &BTreeSet<Channel>, answer: &mut ResultItem) {
        if matches!(outcome.status, Status::Applied | Status::Held) || outcome.code == Some(OutcomeCode::IdReuse) {
            return;
        }
        let id = case.row.entity;
        let shown = |kind| carried(&self.unit, kind, id).filter(|(_, channels)| !channels.is_disjoint(own));
        if let Some((v, _)) = shown("work_order") {
            answer.state = self.unit.work_orders.get(WorkOrderId::new(id)).map(|o| wire::work_order(o).to_value());
            answer.v = answer.v.or(Some(v));
        } else if let Some((v, _)) = shown("ticket") {
            answer.state = self.unit.tickets.get(TicketId::new(id)).map(|t| wire::ticket(t).to_value());
            answer.v = answer.v.or(Some(v));
        }
    }
}
