//! Rounds: what waits for a verdict, and the verdict.

use serde_json::json;

use crate::{
    domain::{
        ids::RoundId,
        office::round::{self, Share},
        policy::Permission,
        time::Timestamp,
        work_order::{Defect, Round},
    },
    error::{Error, Result},
    service::{
        Ctx,
        desk::{Decided, decide},
        reach::{Access, reach, readable, root_within, same_rev},
    },
    store::{
        Tx,
        work_order::search::{RoundFilter, list_rounds},
    },
};

/// A page of the rounds that the actor may know of, newest first.
///
/// # Errors
/// The database fails.
pub fn list(tx: &mut Tx<'_>, ctx: &Ctx, filter: &RoundFilter) -> Result<Vec<Round>> {
    let reference = ctx.reference(tx)?;
    list_rounds(tx, filter, &reach(ctx, &reference, Permission::WorkRead)?)
}

/// One round.
///
/// # Errors
/// There is no such round within reach; the database fails.
pub fn get(tx: &mut Tx<'_>, ctx: &Ctx, id: RoundId) -> Result<Round> {
    let world = root_within(tx, ctx, id.uuid(), Permission::WorkRead, Access::Read, "round")?;
    let reference = ctx.reference(tx)?;
    let readable = readable(ctx.actor()?, &reference, &world);
    let shown = readable.is_none_or(|rows| rows.contains(&("round", id.uuid())));
    world.rounds.get(id).filter(|_| shown).cloned().ok_or_else(|| Error::not_found("round"))
}

/// What is said of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted.
    Verify {
        /// All or part of it.
        share: Share,
        /// In words; of a part: which.
        note: Option<String>,
    },
    /// Returned.
    Rework {
        /// Why.
        defects: Vec<Defect>,
        /// When the next attempt is due.
        due: Option<Timestamp>,
        /// In words.
        note: Option<String>,
    },
}

/// Judges a round, on the revision that was read. Four eyes, always.
///
/// # Errors
/// There is no such round within reach; it has changed since; the rule refuses; the database fails.
pub fn judge(tx: &mut Tx<'_>, ctx: &Ctx, id: RoundId, rev: i64, verdict: &Verdict) -> Result<Round> {
    let mut world = root_within(tx, ctx, id.uuid(), Permission::RoundVerify, Access::Write, "round")?;
    let before = world.rounds.get(id).cloned().ok_or_else(|| Error::not_found("round"))?;
    same_rev(rev, before.rev)?;
    let (action, codes): (_, Vec<&str>) = match verdict {
        Verdict::Verify { .. } => ("round.verify", Vec::new()),
        Verdict::Rework { defects, .. } => ("round.rework", defects.iter().map(|d| d.code.as_str()).collect()),
    };
    let detail = json!({ "work_order": before.work_order_id, "number": before.number, "defects": codes });
    decide(tx, ctx, &mut world, Decided { action, kind: "round", id: id.uuid(), detail }, |world, desk| match verdict {
        Verdict::Verify { share, note } => round::verify(world, desk, id, *share, note.as_deref()),
        Verdict::Rework { defects, due, note } => round::rework(world, desk, id, defects, *due, note.as_deref()),
    })?;
    world.rounds.get(id).cloned().ok_or_else(|| Error::internal("a round left its world"))
}
