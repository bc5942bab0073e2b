//! A verdict on a round, whoever gives it: the office, somebody in the field, or the system for an inspection.

use crate::{
    assigning::{Heard, begin_rework, mark, round_of},
    evidence::arrival::{self, Awaited},
    reference::Reference,
    unit_of_work::UnitOfWork,
    work_order::{Defect, Round, RoundVerdict, WorkOrder, WorkOrderState},
    work_order_graph::{Mover, NotAllowed},
};
use bazdid_protocol::{
    ids::{AccountId, MutationId},
    time::Timestamp,
};

/// What is said of a round.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Accepted, partly accepted or returned.
    pub verdict: RoundVerdict,
    /// By whom; absent: the system.
    pub by: Option<AccountId>,
    /// When it was said.
    pub at: Timestamp,
    /// The command that says it.
    pub command: Option<MutationId>,
    /// Why it is returned.
    pub defects: Vec<Defect>,
    /// In words.
    pub note: Option<String>,
    /// Why bytes that the category asks for are not waited for.
    pub without_bytes: Option<String>,
}

impl Verdict {
    /// A round with this verdict.
    #[must_use]
    pub fn on(&self, round: Round) -> Round {
        Round {
            verdict: self.verdict,
            verdict_by: self.by,
            verdict_at: Some(self.at),
            verdict_mutation: self.command,
            defects: self.defects.clone(),
            note: self.note.clone(),
            without_bytes: self.without_bytes.clone(),
            rework_due: None,
            ..round
        }
    }
}

/// Why a verdict does not take its order on.
#[derive(Debug, Clone, PartialEq)]
pub enum NotJudged {
    /// The table does not allow it.
    NotAllowed(NotAllowed),
    /// The order has gone on since the round.
    LeftBehind,
    /// The category asks for stored bytes before a round is accepted, and they have not all arrived.
    BytesAwaited(Box<Awaited>),
}

impl From<NotAllowed> for NotJudged {
    fn from(why: NotAllowed) -> Self {
        Self::NotAllowed(why)
    }
}

/// Judges the round that an order waits for a verdict of, and takes the order on. `due` is when the next attempt is due; absent: as
/// the category says. Four eyes are the caller's to ask for. Answers the order's revision.
///
/// # Errors
/// The verdict does not take the order on; nothing has changed.
pub fn judge(
    unit: &mut UnitOfWork,
    reference: &Reference,
    round: Round,
    verdict: &Verdict,
    (heard, due): (Heard, Option<Timestamp>),
    by: &Mover<'_>,
) -> Result<i64, NotJudged> {
    let mut order = unit.work_orders.get(round.work_order_id).cloned().ok_or(NotJudged::LeftBehind)?;
    let to = match verdict.verdict {
        RoundVerdict::Accepted | RoundVerdict::Partly => WorkOrderState::Verified,
        RoundVerdict::Rework => WorkOrderState::Rework,
        RoundVerdict::Pending | RoundVerdict::Withdrawn => return Err(NotJudged::LeftBehind),
    };
    // A verdict is about work that was submitted, or that another verdict accepted.
    let open = matches!(order.state, WorkOrderState::Submitted | WorkOrderState::Verified);
    if !open || !by.may(order.state, to) {
        return Err(NotAllowed { from: order.state, to }.into());
    }
    if order.round != round.number || order.epoch != round.epoch {
        return Err(NotJudged::LeftBehind);
    }
    if to == WorkOrderState::Verified {
        return accept(unit, order, round, verdict, heard, by);
    }
    let due = begin_rework(unit, reference, &mut order, (heard, due), by)?;
    unit.rounds.put(Round { rework_due: due, ..verdict.on(round) });
    Ok(unit.work_orders.put(order))
}

/// Accepts a round of an order; of an order that is verified already only what is said of the round changes. Where the category says
/// so the bytes of the photos that it asks for must be stored, unless the verdict says why they are not waited for. Answers the
/// order's revision.
///
/// # Errors
/// The table does not allow it, or bytes have not arrived; nothing has changed.
pub fn accept(
    unit: &mut UnitOfWork,
    mut order: WorkOrder,
    round: Round,
    verdict: &Verdict,
    heard: Heard,
    by: &Mover<'_>,
) -> Result<i64, NotJudged> {
    if order.state != WorkOrderState::Verified {
        by.take(&mut order, WorkOrderState::Verified)?;
    }
    if verdict.without_bytes.is_none()
        && let Some(awaited) = arrival::awaited(unit, &order)
    {
        return Err(NotJudged::BytesAwaited(Box::new(awaited)));
    }
    unit.rounds.put(verdict.on(round));
    mark(&mut order, heard);
    Ok(unit.work_orders.put(order))
}

/// Accepts what was submitted of an inspection, in the name of the system: its findings decide what follows.
///
/// # Errors
/// It may not be accepted; nothing has changed.
pub fn accept_inspection(unit: &mut UnitOfWork, mut order: WorkOrder, now: Timestamp, by: &Mover<'_>) -> Result<WorkOrder, NotJudged> {
    let (id, heard) = (order.id, Heard::now(now));
    let Some(round) = round_of(unit, id, order.round).filter(|r| r.verdict == RoundVerdict::Pending).cloned() else {
        by.take(&mut order, WorkOrderState::Verified)?;
        mark(&mut order, heard);
        unit.work_orders.put(order.clone());
        return Ok(order);
    };
    let accepted = RoundVerdict::Accepted;
    let verdict = Verdict { verdict: accepted, by: None, at: now, command: None, defects: Vec::new(), note: None, without_bytes: None };
    accept(unit, order, round, &verdict, heard, by)?;
    unit.work_orders.get(id).cloned().ok_or(NotJudged::LeftBehind)
}
