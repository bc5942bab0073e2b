//! Conflicts: found within one's reach, looked at, decided once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    Ctx,
    change::{Change, keep},
    reach::{reach, same_rev},
    sync::push::quarantine::{KeptMutations, find_kept},
};
use bazdid_domain::{
    conflict::{Conflict, Resolution},
    office::resolution::{self, Decision, Kept, Refusal},
    policy::Permission,
    reference::Reference,
    sync::engine::{Author, Authority},
    unit_of_work::UnitOfWork,
    visibility::Reach,
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{ConflictId, TicketId, WorkOrderId},
    phrase::Phrase,
    text_enum::TextEnum as _,
};
use bazdid_store::{
    self as store, Tx,
    conflict::{ConflictFilter, ConflictKey},
    listing::Keyed,
};

/// Longest note of a decision, characters.
const MAX_NOTE: usize = 2_000;

/// A page of conflicts within reach, newest first.
///
/// # Errors
/// No permission; the database fails.
pub fn list(tx: &mut Tx<'_>, ctx: &Ctx, filter: &ConflictFilter) -> Result<Vec<Keyed<Conflict, ConflictKey>>> {
    let reach = allowed(tx, ctx, Permission::ConflictRead)?;
    store::conflict::list_conflicts(tx, filter, &reach)
}

/// A conflict.
///
/// # Errors
/// There is none within reach; the database fails.
pub fn get(tx: &mut Tx<'_>, ctx: &Ctx, id: ConflictId) -> Result<Conflict> {
    let reach = allowed(tx, ctx, Permission::ConflictRead)?;
    one(tx, id, &reach)
}

fn one(tx: &mut Tx<'_>, id: ConflictId, reach: &Reach) -> Result<Conflict> {
    let filter = ConflictFilter { id: Some(id), limit: 1, ..ConflictFilter::default() };
    store::conflict::list_conflicts(tx, &filter, reach)?.into_iter().next().map(|c| c.row).ok_or_else(unknown)
}

fn unknown() -> Error {
    Error::not_found("conflict")
}

fn allowed(tx: &mut Tx<'_>, ctx: &Ctx, permission: Permission) -> Result<Reach> {
    if !ctx.actor()?.may(permission) {
        return Err(Error::new(Code::Forbidden));
    }
    let reference = ctx.reference(tx)?;
    reach(ctx, &reference, permission)
}

/// A decision.
#[derive(Debug, Clone)]
pub struct Resolve {
    /// How.
    pub resolution: Resolution,
    /// Why, in words.
    pub note: Option<String>,
    /// The third value of `set`; of `take_other` the id of the side that is taken, where there are several.
    pub value: Option<Value>,
    /// Of `merge_into`: the ticket that stays.
    pub into: Option<TicketId>,
}

/// Decides a conflict that the person has read at a revision. Of two who decide at once the second is told that it has changed.
///
/// # Errors
/// There is none within reach; it has changed or was decided; it is not decided like that; it is about the person's own work; the
/// database fails.
pub fn resolve(tx: &mut Tx<'_>, ctx: &Ctx, id: ConflictId, seen: i64, command: &Resolve) -> Result<Conflict> {
    let reach = allowed(tx, ctx, Permission::ConflictResolve)?;
    if command.note.as_deref().is_some_and(|n| n.chars().count() > MAX_NOTE) {
        return Err(Error::field("/note", Phrase::with("may have at most {max} characters", &[("max", &MAX_NOTE)])));
    }
    let reference = ctx.reference(tx)?;
    let found = one(tx, id, &reach)?;
    let mut unit = store::aggregate::load_unit(tx, &tickets_of(&found).into_iter().collect::<Vec<_>>())?;
    // The tickets are locked now: what was read before may have changed.
    let conflict = unit.conflicts.get(id).cloned().ok_or_else(unknown)?;
    let mine = |t: TicketId| unit.tickets.get(t).is_some_and(|t| reach.is_office_of(t));
    if !mine(conflict.ticket_id) {
        return Err(unknown());
    }
    same_rev(seen, conflict.rev)?;
    if command.resolution == Resolution::MergeInto && !tickets_of(&conflict).into_iter().all(mine) {
        return Err(Error::with(Code::Forbidden, "the other ticket lies outside your areas; somebody who answers for both decides"));
    }
    let waiting = match command.resolution {
        Resolution::Adopt | Resolution::Discard => find_kept(tx, &reference, id)?,
        _ => KeptMutations::default(),
    };
    let mut context = ctx.merge_context(&reference);
    waiting.fetch(tx, &mut unit, &mut context)?;
    let by = judge(ctx, &reference)?;
    let mut acts = waiting.acts();
    acts.iter_mut().for_each(|kept| know_epoch(kept, &unit));
    let decision = Decision {
        resolution: command.resolution,
        note: command.note.as_deref(),
        value: command.value.as_ref(),
        into: command.into,
        by: &by,
        now: ctx.now,
        command: ctx.ids.id(ctx.now),
        kept: &acts,
    };
    let resolved = resolution::resolve(&mut unit, &context, id, &decision).map_err(|r| refused(r, command.resolution))?;
    drop(acts);
    waiting.settle(tx, ctx, &resolved.outcomes)?;
    let mut change = Change::default();
    change.audit(ctx, "conflict.resolve", "conflict", id.uuid(), detail(&conflict, command));
    keep(tx, ctx, &mut unit, change)?;
    unit.conflicts.get(id).cloned().ok_or_else(unknown)
}

fn detail(conflict: &Conflict, command: &Resolve) -> Value {
    json!({
        "kind": conflict.kind, "resolution": command.resolution, "ticket": conflict.ticket_id, "work_order": conflict.work_order_id,
        "into": command.into,
    })
}

/// The tickets that a decision may change: the conflict's own, and of a possible duplicate both.
fn tickets_of(conflict: &Conflict) -> BTreeSet<TicketId> {
    let mut tickets = BTreeSet::from([conflict.ticket_id]);
    tickets.extend(conflict.sides.tickets().into_iter().flat_map(|(one, other)| [one, other]));
    tickets
}

/// Who decides, as the rules see them: what they correct is an edit of the office.
fn judge(ctx: &Ctx, reference: &Reference) -> Result<Author> {
    let actor = ctx.actor()?;
    Ok(Author {
        account: actor.account_id,
        device: None,
        roles: actor.roles().into_iter().collect(),
        reach: reach(ctx, reference, Permission::ConflictResolve)?,
        organisations: actor.organisations().into_iter().collect(),
        manages: Vec::new(),
        authority: Authority::InForce,
    })
}

fn refused(refusal: Refusal, resolution: Resolution) -> Error {
    match refusal {
        Refusal::Unknown => Error::with(Code::InvalidTransition, "what this conflict is about is not there any more; keep or dismiss it"),
        Refusal::Decided => Error::with(Code::Conflict, "this conflict was decided already"),
        Refusal::NotAccepted(kind) => {
            let words: Vec<&str> = resolution::accepted(kind).iter().map(|r| r.as_str()).collect();
            Error::field(
                "/resolution",
                Phrase::with(
                    "a conflict of kind {kind} is not decided by {resolution}; it takes {words}",
                    &[("kind", &kind), ("resolution", &resolution), ("words", &words.join(", "))],
                ),
            )
        }
        Refusal::OwnWork => Error::with(Code::Forbidden, "nobody decides about their own work, nor about their organisation's"),
        Refusal::State(why) => Error::with(Code::InvalidTransition, why),
        Refusal::Argument { pointer, detail } => Error::field(pointer, detail),
    }
}

/// Of an epoch that this server never issued the newest that the author's party held counts, or the order's own: who lets the work in
/// has seen what was done.
pub(super) fn know_epoch(kept: &mut Kept<'_>, unit: &UnitOfWork) {
    let Some(order) = unit.work_orders.get(WorkOrderId::new(kept.act.entity)) else { return };
    if kept.act.epoch.is_none_or(|epoch| epoch <= order.epoch) {
        return;
    }
    let author = &kept.author;
    let held = unit.assignments.iter().filter(|a| {
        a.work_order_id == order.id
            && (a.account_id == Some(author.account) || a.organisation_id.is_some_and(|o| author.organisations.contains(&o)))
    });
    kept.act.epoch = Some(held.map(|a| a.until_epoch.min(order.epoch)).max().unwrap_or(order.epoch));
}
