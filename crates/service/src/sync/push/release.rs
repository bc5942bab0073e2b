//! What waits is decided again when what it waits for may have come, whoever made it: another push, the office, the system's own
//! follow-up. [`crate::change::keep`] asks for it, so no path can forget it; [`look_again`] finds what slipped between
//! two transactions.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::{
    Ctx,
    change::{self, Change, Echo},
    sync::push::{
        batch::PushBatch,
        case::{Origin, waiting},
        context,
        echo::echoes,
    },
    timers::Step,
};
use bazdid_domain::{
    sync::{
        engine::{self, alarm},
        journal::Journaled,
    },
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::{
    error::Result,
    ids::MutationId,
    outcome::{OutcomeCode, Status},
    time::{MICROS_PER_HOUR, MICROS_PER_MINUTE, Timestamp},
};
use bazdid_store::{self as store, Tx};

/// How often held mutations are looked for again: each time something that others wait for may have come.
const ROUNDS: usize = 8;
/// For so long after its receipt is a held mutation looked at in each round of the worker, minutes: two transactions that could not
/// see each other have both ended by then.
const FRESH_MINUTES: i64 = 10;
/// Held mutations that are looked at in one step.
const LOOK: i64 = 200;
/// Name of the last look at everything among the server's own values.
const LOOKED_AT: &str = "held_looked_at";

/// What came of decisions about mutations that waited.
#[derive(Debug)]
pub struct Released {
    /// Rows that devices are told again.
    pub echoes: Vec<Echo>,
}

/// Decides again what waits for something that a unit of work has: a row that changed, or a ticket or order at which something changed.
/// Nothing if nobody waits any less.
///
/// # Errors
/// The database fails.
pub fn release(tx: &mut Tx<'_>, ctx: &Ctx, unit: &mut UnitOfWork) -> Result<Option<Released>> {
    let mut things: BTreeSet<Uuid> = unit.changed().into_iter().map(|(_, id)| id).collect();
    if things.is_empty() {
        return Ok(None);
    }
    things.extend(unit.tickets.iter().map(|t| t.id.uuid()));
    things.extend(unit.work_orders.iter().map(|o| o.id.uuid()));
    let waits = store::mutation::list_waiting(tx, &things.iter().copied().collect::<Vec<_>>())?;
    if waits.is_empty() {
        return Ok(None);
    }
    let reference = ctx.reference(tx)?;
    let mut batch = PushBatch::new(ctx, &reference, std::mem::take(unit));
    batch.release(tx, things)?;
    batch.sound_alarms();
    let changed = batch.released();
    let outcome = if changed.is_empty() {
        None
    } else {
        engine::settle(&mut batch.unit, &batch.context, ctx.now);
        store::mutation::update_mutations(tx, &changed)?;
        Some(Released { echoes: echoes(&batch) })
    };
    *unit = batch.unit;
    Ok(outcome)
}

impl PushBatch<'_> {
    /// Decides again what was held, of this batch and of earlier ones, as long as something that it waits for may have come.
    pub(super) fn release(&mut self, tx: &mut Tx<'_>, names: BTreeSet<Uuid>) -> Result<()> {
        let mut asked = BTreeSet::new();
        let mut things = names;
        for _ in 0..ROUNDS {
            things.extend(self.unit.changed().into_iter().map(|(_, id)| id));
            let open: Vec<Uuid> = things.difference(&asked).copied().collect();
            asked.extend(open.iter().copied());
            let found = if open.is_empty() { Vec::new() } else { store::mutation::list_waiting(tx, &open)? };
            let found: Vec<Journaled> = found.into_iter().filter(|f| !self.cases.iter().any(|c| c.row.id == f.id)).collect();
            let nothing_new = found.is_empty();
            if !nothing_new {
                self.take_in(tx, found)?;
            }
            let mut held: Vec<usize> = self.cases.iter().enumerate().filter(|(_, c)| c.is_held()).map(|(n, _)| n).collect();
            held.sort_by_key(|n| self.cases.get(*n).map(|c| (c.row.eff, c.row.id)));
            if held.is_empty() || (!self.decide_all(held)? && nothing_new) {
                break;
            }
        }
        Ok(())
    }

    /// Takes held mutations to the desk with all that they touch. Read again under the lock of the tickets: somebody else may have
    /// released them meanwhile.
    fn take_in(&mut self, tx: &mut Tx<'_>, found: Vec<Journaled>) -> Result<()> {
        self.grants.learn(tx, &found.iter().map(|f| f.actor).collect::<Vec<_>>())?;
        let order: Vec<MutationId> = found.iter().map(|f| f.id).collect();
        let cases: Vec<_> = found.into_iter().map(waiting).collect();
        context::fetch(tx, &mut self.unit, &mut self.context, &cases)?;
        let mut still = store::mutation::find_mutations(tx, &order)?;
        still.retain(|row| row.status == Status::Held);
        still.sort_by_key(|row| order.iter().position(|id| *id == row.id));
        self.cases.extend(still.into_iter().map(waiting));
        Ok(())
    }

    /// An event of an epoch that the server has not issued says that the server lost data: the office hears of it while it waits, and
    /// no longer when it does not.
    pub(super) fn sound_alarms(&mut self) {
        for case in &mut self.cases {
            let Some(outcome) = &mut case.outcome else { continue };
            if outcome.status == Status::Held && outcome.code == Some(OutcomeCode::EpochUnknown) {
                outcome.conflict = alarm::raise(&mut self.unit, self.ctx.now, &case.row);
            } else if let (Origin::Waiting, Some(conflict)) = (case.origin, case.row.conflict_id) {
                alarm::lower(&mut self.unit, self.ctx.now, conflict, case.row.id);
            }
        }
    }

    /// The journal's rows of earlier pushes whose answer is another one now.
    pub(super) fn released(&self) -> Vec<Journaled> {
        let waited = self.cases.iter().filter(|c| c.origin == Origin::Waiting);
        let settled = waited.filter_map(|case| {
            let outcome = case.outcome.as_ref()?;
            let mut row = case.row.clone();
            row.settle(outcome);
            if outcome.status != Status::Held {
                row.revised_at = Some(self.ctx.now);
            }
            (row != case.row).then_some(row)
        });
        settled.collect()
    }
}

/// How far a look at what waits has come.
pub type Looked = Option<(Timestamp, MutationId)>;

/// What a look at what waits came to, and where the next one begins; none: at the end.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// What was done.
    pub step: Step,
    /// Where to go on.
    pub next: Looked,
}

/// From where on the worker looks at what waits: everything once an hour, otherwise what came lately.
///
/// # Errors
/// The database fails.
pub fn begin_look(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Timestamp> {
    let last = store::state::find_state(tx, LOOKED_AT)?.and_then(|text| Timestamp::parse(&text).ok());
    if last.is_some_and(|at| (0..MICROS_PER_HOUR).contains(&(ctx.now - at))) {
        return Ok(ctx.now.plus_micros(-FRESH_MINUTES * MICROS_PER_MINUTE));
    }
    store::state::save_state(tx, LOOKED_AT, &ctx.now.to_string())?;
    Ok(Timestamp::default())
}

/// Looks again at mutations that wait and were received since an instant, from a place on. A push whose mutation had to wait and
/// another transaction that made what it waits for may have run at once, and neither saw the other.
///
/// # Errors
/// The database fails.
pub fn look_again(tx: &mut Tx<'_>, ctx: &Ctx, since: Timestamp, from: Looked) -> Result<Look> {
    let rows = store::mutation::list_held(tx, since, from, LOOK)?;
    let full = i64::try_from(rows.len()).is_ok_and(|n| n >= LOOK);
    let next = rows.last().filter(|_| full).map(|last| (last.received_at, last.id));
    let things: Vec<Uuid> = rows.iter().filter_map(|r| r.waits_for).collect();
    let known: BTreeSet<Uuid> = store::aggregate::find_roots(tx, &things)?.into_iter().map(|(id, _)| id).collect();
    let rows: Vec<Journaled> = rows.into_iter().filter(|r| r.waits_for.is_some_and(|thing| known.contains(&thing))).collect();
    if rows.is_empty() {
        return Ok(Look { step: Step::default(), next });
    }
    let reference = ctx.reference(tx)?;
    let mut batch = PushBatch::new(ctx, &reference, UnitOfWork::default());
    batch.release(tx, known)?;
    batch.sound_alarms();
    let changed = batch.released();
    let done = changed.iter().filter(|row| row.status != Status::Held).count();
    if !changed.is_empty() {
        engine::settle(&mut batch.unit, &batch.context, ctx.now);
        store::mutation::update_mutations(tx, &changed)?;
        let echoes = echoes(&batch);
        change::keep(tx, ctx, &mut batch.unit, Change { echoes, ..Change::default() })?;
    }
    Ok(Look { step: Step { done, more: next.is_some() }, next })
}
