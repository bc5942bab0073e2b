//! What the journal keeps for a person: mutations that were set aside, and those that waited too long. A supervisor lets them in
//! or leaves them out; here they are found, made ready for the rules and given their new answer.

use uuid::Uuid;

use crate::{
    Ctx,
    change::{self, Change},
    outbox,
    sync::{
        access::{Done, Grants},
        limits::{HELD_DAYS, OVERDUE_STEP},
        push::{
            case::{Case, waiting},
            context,
        },
    },
    timers::Step,
};
use bazdid_domain::{
    conflict::{Cause, Conflict, ConflictKind, ConflictStatus, Severity},
    office::resolution::Kept,
    reference::Reference,
    sync::{
        engine::{Act, Author, Authority},
        journal::Journaled,
        merge_context::MergeContext,
        stamp::{Skew, Stamp},
    },
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::{
    error::{Error, Result},
    ids::{AccountId, AreaId, ConflictId, MutationId, TicketId, WorkOrderId, name_uuid},
    outcome::{Outcome, OutcomeCode, Status},
    sides::{EmptySide, HeldSide, Sides},
};
use bazdid_store::{self as store, Tx};

/// The mutations of one conflict, in the order of their stamps, with their authors as adopted.
#[derive(Debug, Default)]
pub struct KeptMutations(Vec<Aside>);

/// One of them: with its author as adopted, and what it is decided about.
#[derive(Debug)]
struct Aside {
    case: Case,
    author: Author,
    entity: Uuid,
}

/// Finds the mutations that a conflict keeps aside.
///
/// # Errors
/// The database fails.
pub fn find_kept(tx: &mut Tx<'_>, reference: &Reference, conflict: ConflictId) -> Result<KeptMutations> {
    let rows = store::mutation::list_kept(tx, conflict)?;
    adoptable(tx, reference, rows)
}

fn adoptable(tx: &mut Tx<'_>, reference: &Reference, rows: Vec<Journaled>) -> Result<KeptMutations> {
    let mut grants = Grants::default();
    grants.learn(tx, &rows.iter().map(|r| r.actor).collect::<Vec<_>>())?;
    let with_author = |row: Journaled| {
        let author = grants.author(row.actor, row.device_id, Done::from(&row), reference);
        Aside { entity: row.entity, case: waiting(row), author: Author { authority: Authority::Adopted, ..author } }
    };
    Ok(KeptMutations(rows.into_iter().map(with_author).collect()))
}

/// Makes one mutation ready that stands by itself. `about`: what a person says that it is about, with the areas of that; only what
/// somebody saw can be given to another thing than its author named.
///
/// # Errors
/// It is no evidence and cannot be given to another thing; the database fails.
pub fn ready(tx: &mut Tx<'_>, reference: &Reference, row: Journaled, about: Option<(Uuid, Vec<AreaId>)>) -> Result<KeptMutations> {
    let mut kept = adoptable(tx, reference, vec![row])?;
    for one in &mut kept.0 {
        let Some((entity, areas)) = &about else { continue };
        if !one.case.is_about_a_place() {
            return Err(Error::field("/about", "only a note, visit, photo, measurement or answer can be given to another thing"));
        }
        one.entity = *entity;
        one.author.reach.extend_areas(areas.iter().copied());
    }
    Ok(kept)
}

impl KeptMutations {
    /// Loads what the mutations touch, beside what is loaded.
    ///
    /// # Errors
    /// The database fails.
    pub fn fetch(&self, tx: &mut Tx<'_>, unit: &mut UnitOfWork, context: &mut MergeContext<'_>) -> Result<()> {
        let cases: Vec<Case> = self.0.iter().map(|one| one.case.clone()).collect();
        context::fetch(tx, unit, context, &cases)
    }

    /// The mutations as the rules see them. What no rule can read stays aside.
    #[must_use]
    pub fn acts(&self) -> Vec<Kept<'_>> {
        self.0.iter().filter_map(|one| Some(Kept { author: one.author.clone(), act: act(one)? })).collect()
    }

    /// Gives the mutations their new answers; their devices hear of them with the results. Those without a new answer were left
    /// out by a person.
    ///
    /// # Errors
    /// The database fails.
    pub fn settle(self, tx: &mut Tx<'_>, ctx: &Ctx, outcomes: &[(MutationId, Outcome)]) -> Result<()> {
        let left_out =
            Outcome::rejected(OutcomeCode::Quarantined, "a supervisor decided that it does not count; it is kept in the journal");
        let rows: Vec<Journaled> = self
            .0
            .into_iter()
            .map(|one| {
                let mut row = one.case.row;
                row.settle(outcomes.iter().find(|(id, _)| *id == row.id).map_or(&left_out, |(_, outcome)| outcome));
                row.revised_at = Some(ctx.now);
                row
            })
            .collect();
        store::mutation::update_mutations(tx, &rows)
    }
}

fn act(Aside { case, entity, .. }: &Aside) -> Option<Act<'_>> {
    let row = &case.row;
    Some(Act {
        id: row.id,
        entity: *entity,
        base: row.base,
        epoch: row.epoch,
        command: case.command.as_ref().ok()?,
        args: case.args(),
        stamp: Stamp { est: row.est, eff: row.eff, skew_us: row.skew_us, skew: Skew::of(row.skew_us) },
        received_at: row.received_at,
        office: false,
    })
}

/// What waited too long comes into the office's inbox: one conflict for all that one person sent of one thing; what waits for an
/// unknown epoch has one already. What names nothing that the server knows stands there by itself.
///
/// # Errors
/// The database fails.
pub fn set_overdue_aside(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Step> {
    let rows = store::mutation::list_overdue(tx, ctx.now.plus_days(-HELD_DAYS), OVERDUE_STEP)?;
    let more = i64::try_from(rows.len()).is_ok_and(|n| n >= OVERDUE_STEP);
    if rows.is_empty() {
        return Ok(Step { done: 0, more: false });
    }
    let entities: Vec<Uuid> = rows.iter().map(|r| r.entity).collect();
    let roots = store::aggregate::find_roots(tx, &entities)?;
    let mut unit = store::aggregate::load_unit(tx, &roots.iter().map(|(_, ticket)| *ticket).collect::<Vec<_>>())?;
    // Read again under the lock of the tickets: a push may have released some of them.
    let ids: Vec<MutationId> = rows.iter().map(|r| r.id).collect();
    let mut held: Vec<Journaled> = store::mutation::find_mutations(tx, &ids)?;
    held.retain(|row| row.status == Status::Held);
    for row in &mut held {
        let root = roots.iter().find(|(id, _)| *id == row.entity).map(|(_, ticket)| *ticket);
        let conflict = row.conflict_id.or_else(|| root.and_then(|ticket| raise(&mut unit, ctx, row, ticket)));
        let code = row.code.unwrap_or(OutcomeCode::Dependency);
        let outcome = Outcome::of(Status::Conflict, code, "what it waits for did not come; a person decides");
        row.settle(&Outcome { conflict, ..outcome });
        row.revised_at = Some(ctx.now);
    }
    store::mutation::update_mutations(tx, &held)?;
    outbox::record_quarantined(tx, ctx, &held)?;
    change::keep(tx, ctx, &mut unit, Change::default())?;
    Ok(Step { done: held.len(), more })
}

fn raise(unit: &mut UnitOfWork, ctx: &Ctx, row: &Journaled, ticket: TicketId) -> Option<ConflictId> {
    let areas = unit.tickets.get(ticket)?.leaf_areas.clone();
    let order = unit.work_orders.get(WorkOrderId::new(row.entity)).map(|o| o.id);
    let key = overdue_key(row.entity, row.actor);
    let id = ConflictId::new(name_uuid(&key));
    let cause = Cause::Command(row.id).id();
    let before = unit.conflicts.get(id).cloned();
    let mut mine = match before.as_ref().map(|b| &b.sides) {
        Some(Sides::Held { mine, .. }) => mine.clone(),
        _ => Vec::new(),
    };
    mine.push(HeldSide { mutation: row.id, cmd: row.cmd.clone(), at: row.est, actor: row.actor, waits_for: row.waits_for });
    unit.conflicts.put(Conflict {
        id,
        rev: 0,
        key,
        kind: ConflictKind::HeldTooLong,
        severity: Severity::Hard,
        ticket_id: ticket,
        work_order_id: order,
        areas,
        sides: Sides::Held { base: EmptySide {}, theirs: EmptySide {}, mine },
        mutation_id: before.as_ref().map_or(cause, |b| b.mutation_id.min(cause)),
        other_mutation_id: before.as_ref().map(|b| b.mutation_id.max(cause)),
        default_in_force: "nothing of it counts; the journal keeps it".to_owned(),
        status: ConflictStatus::Open,
        resolution: None,
        resolved_by: None,
        resolved_at: None,
        note: None,
        raised_at: before.as_ref().map_or(ctx.now, |b| b.raised_at),
    });
    Some(id)
}

fn overdue_key(entity: Uuid, actor: AccountId) -> String {
    format!("{}|{entity}|{actor}", ConflictKind::HeldTooLong)
}
