//! Rounds: what waits for a verdict, and the verdict.

use serde_json::{Value, json};

use crate::{
    Ctx,
    decision::{Decided, decide},
    reach::{Access, reach, reaches_order, readable, root_within, same_rev},
};
use bazdid_domain::{
    evidence::arrival,
    office::round::{self, Acceptance, Share},
    policy::Permission,
    unit_of_work::UnitOfWork,
    work_order::{Defect, Round},
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::RoundId,
    time::Timestamp,
};
use bazdid_store::{
    Tx,
    listing::Keyed,
    work_order::search::{RoundFilter, RoundKey, list_rounds},
};

/// A page of the rounds that the actor may know of, newest first.
///
/// # Errors
/// The database fails.
pub fn list(tx: &mut Tx<'_>, ctx: &Ctx, filter: &RoundFilter) -> Result<Vec<Keyed<Round, RoundKey>>> {
    let reference = ctx.reference(tx)?;
    list_rounds(tx, filter, &reach(ctx, &reference, Permission::WorkRead)?)
}

/// One round.
///
/// # Errors
/// There is no such round within reach; the database fails.
pub fn get(tx: &mut Tx<'_>, ctx: &Ctx, id: RoundId) -> Result<Round> {
    let unit = root_within(tx, ctx, id.uuid(), Permission::WorkRead, Access::Read, "round")?;
    let reference = ctx.reference(tx)?;
    let readable = readable(ctx, &reference, &unit)?;
    let shown = readable.is_none_or(|rows| rows.contains(&("round", id.uuid())));
    unit.rounds.get(id).filter(|_| shown).cloned().ok_or_else(|| Error::not_found("round"))
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
        /// Why bytes are not waited for.
        without_bytes: Option<String>,
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
    let mut unit = root_within(tx, ctx, id.uuid(), Permission::RoundVerify, Access::Write, "round")?;
    let before = unit.rounds.get(id).cloned().ok_or_else(|| Error::not_found("round"))?;
    same_rev(rev, before.rev)?;
    let detail = detail(tx, ctx, &unit, &before, verdict)?;
    let action = match verdict {
        Verdict::Verify { .. } => "round.verify",
        Verdict::Rework { .. } => "round.rework",
    };
    decide(tx, ctx, &mut unit, Decided { action, kind: "round", id: id.uuid(), detail }, |unit, decision| match verdict {
        Verdict::Verify { share, note, without_bytes } => {
            round::verify(unit, decision, id, Acceptance { share: *share, note: note.as_deref(), without_bytes: without_bytes.as_deref() })
        }
        Verdict::Rework { defects, due, note } => round::rework(unit, decision, id, defects, *due, note.as_deref()),
    })?;
    unit.rounds.get(id).cloned().ok_or_else(|| Error::internal("a round left its unit of work"))
}

/// What a reader of the log must know: the defects, and the photos that were not waited for. Their reason stands with the round.
fn detail(tx: &mut Tx<'_>, ctx: &Ctx, unit: &UnitOfWork, round: &Round, verdict: &Verdict) -> Result<Value> {
    let mut detail = json!({ "work_order": round.work_order_id, "number": round.number });
    let (key, value) = match verdict {
        Verdict::Rework { defects, .. } => ("defects", json!(defects.iter().map(|d| &d.code).collect::<Vec<_>>())),
        Verdict::Verify { without_bytes: None, .. } => return Ok(detail),
        Verdict::Verify { without_bytes: Some(_), .. } => {
            let reference = ctx.reference(tx)?;
            if !reaches_order(&reach(ctx, &reference, Permission::WorkManage)?, unit, round.work_order_id) {
                return Err(Error::with(Code::Forbidden, "only who manages the order may accept it without waiting for bytes"));
            }
            let awaited = unit.work_orders.get(round.work_order_id).and_then(|order| arrival::awaited(unit, order));
            ("without_bytes_of", json!(awaited.map(|a| a.photos.iter().map(|p| p.id).collect::<Vec<_>>()).unwrap_or_default()))
        }
    };
    if let Some(detail) = detail.as_object_mut() {
        detail.insert(key.to_owned(), value);
    }
    Ok(detail)
}
