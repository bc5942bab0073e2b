//! What the journal keeps aside and no conflict names: it belongs to nothing that the server knows. The office finds it here and lets
//! it in or leaves it out.

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;

use crate::{
    Ctx,
    change::{Change, keep},
    conflict::know_epoch,
    reach::{Access, people_within, reach, root_within},
    sync::quarantine::ready,
};
use bazdid_domain::{
    policy::Permission,
    sync::{engine, journal::Journaled},
    unit_of_work::UnitOfWork,
    visibility::Reach,
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{AccountId, MutationId},
    outcome::Status,
    time::Timestamp,
};
use bazdid_store::{self as store, Tx};

/// Rows that are read at once while those within reach are looked for.
const CHUNK: i64 = 200;
/// Chunks that one page may cost.
const CHUNKS: usize = 25;

/// What becomes of a mutation that is kept aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is decided as if its author were allowed; evidence may be given to a ticket or work order that its author did not name.
    Adopt {
        /// What it is about, in place of what its author named.
        about: Option<Uuid>,
    },
    /// It does not count; the journal keeps it.
    Discard,
}

/// A page of what is kept aside by people within reach, newest first.
///
/// # Errors
/// No permission; the database fails.
pub fn list(tx: &mut Tx<'_>, ctx: &Ctx, before: Option<(Timestamp, MutationId)>, limit: i64) -> Result<Vec<Journaled>> {
    let reach = allowed(tx, ctx, Permission::ConflictRead)?;
    let reference = ctx.reference(tx)?;
    let limit = usize::try_from(limit).unwrap_or_default();
    let (mut found, mut from) = (Vec::new(), before);
    for _ in 0..CHUNKS {
        let rows = store::mutation::list_unplaced(tx, from, CHUNK)?;
        let more = i64::try_from(rows.len()).is_ok_and(|n| n >= CHUNK);
        from = rows.last().map(|last| (last.received_at, last.id));
        let authors: BTreeSet<AccountId> = rows.iter().map(|r| r.actor).collect();
        let within = people_within(tx, &reference, &reach, &authors.into_iter().collect::<Vec<_>>(), None)?;
        found.extend(rows.into_iter().filter(|r| within.contains(&r.actor)));
        if found.len() >= limit || !more {
            break;
        }
    }
    found.truncate(limit);
    Ok(found)
}

/// Decides about a mutation that is kept aside, once: of two who decide at once the second is told that it is decided.
///
/// # Errors
/// There is none within reach; it was decided; the decider is its author or of their organisation; what it waits for is still not known;
/// the database fails.
pub fn decide(tx: &mut Tx<'_>, ctx: &Ctx, id: MutationId, decision: Decision) -> Result<Journaled> {
    let reach = allowed(tx, ctx, Permission::ConflictResolve)?;
    let reference = ctx.reference(tx)?;
    let row = one(tx, id)?.ok_or_else(unknown)?;
    if people_within(tx, &reference, &reach, &[row.actor], None)?.is_empty() {
        return Err(unknown());
    }
    if row.status != Status::Conflict || !store::mutation::claim_unplaced(tx, id, ctx.now)? {
        return Err(Error::with(Code::Conflict, "this was decided already"));
    }
    let about = match decision {
        Decision::Adopt { about } => about,
        Decision::Discard => None,
    };
    let mut unit = place_of(tx, ctx, &row, about)?;
    let areas = unit.tickets.iter().flat_map(|t| t.leaf_areas.clone()).collect();
    let kept = ready(tx, &reference, row.clone(), about.map(|entity| (entity, areas)))?;
    let mut outcomes = Vec::new();
    if decision != Decision::Discard {
        let mut context = ctx.merge_context(&reference);
        kept.fetch(tx, &mut unit, &mut context)?;
        for mut one in kept.acts() {
            four_eyes(ctx, &one.author)?;
            know_epoch(&mut one, &unit);
            let outcome = engine::decide(&mut unit, &context, &one.author, &one.act);
            if outcome.status == Status::Held {
                let why = "the server still does not know what this belongs to; say what it is about, discard it, or wait";
                return Err(Error::with(Code::InvalidTransition, why));
            }
            outcomes.push((one.act.id, outcome));
        }
        if outcomes.is_empty() {
            return Err(Error::with(Code::InvalidTransition, "no rule can read this; discard it, the journal keeps it"));
        }
        engine::settle(&mut unit, &context, ctx.now);
    }
    kept.settle(tx, ctx, &outcomes)?;
    let mut change = Change::default();
    let action = if decision == Decision::Discard { "mutation.discard" } else { "mutation.adopt" };
    change.audit(ctx, action, "mutation", id.uuid(), json!({ "cmd": row.cmd, "author": row.actor, "about": about }));
    keep(tx, ctx, &mut unit, change)?;
    one(tx, id)?.ok_or_else(|| Error::internal("a mutation left the journal"))
}

fn one(tx: &mut Tx<'_>, id: MutationId) -> Result<Option<Journaled>> {
    // A conflict of its own decides about what it names.
    let known = |r: &Journaled| r.conflict_id.is_none() && (r.status == Status::Conflict || r.revised_at.is_some());
    Ok(store::mutation::find_mutations(tx, &[id])?.into_iter().next().filter(known))
}

fn unknown() -> Error {
    Error::not_found("quarantined mutation")
}

fn allowed(tx: &mut Tx<'_>, ctx: &Ctx, permission: Permission) -> Result<Reach> {
    if !ctx.actor()?.may(permission) {
        return Err(Error::new(Code::Forbidden));
    }
    let reference = ctx.reference(tx)?;
    reach(ctx, &reference, permission)
}

/// The ticket that it is decided about, locked, if there is one: it must lie within reach too.
fn place_of(tx: &mut Tx<'_>, ctx: &Ctx, row: &Journaled, about: Option<Uuid>) -> Result<UnitOfWork> {
    if let Some(entity) = about {
        return root_within(tx, ctx, entity, Permission::ConflictResolve, Access::Write, "ticket or work order");
    }
    let known = !store::aggregate::find_roots(tx, &[row.entity])?.is_empty();
    if known { root_within(tx, ctx, row.entity, Permission::ConflictResolve, Access::Write, "ticket") } else { Ok(UnitOfWork::default()) }
}

fn four_eyes(ctx: &Ctx, author: &engine::Author) -> Result<()> {
    let by = ctx.actor()?;
    let organisations = by.organisations();
    if author.account == by.account_id || author.organisations.iter().any(|o| organisations.contains(o)) {
        return Err(Error::with(Code::Forbidden, "nobody decides about their own work, nor about their organisation's"));
    }
    Ok(())
}
