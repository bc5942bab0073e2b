//! Verification by the office: a round is accepted, all or part of it, or returned with defects. Four eyes, always.

use crate::{
    assigning::Heard,
    judging::{NotJudged, Verdict, judge},
    office::{DecisionContext, OfficeResult, Refusal, field, long, reason_given},
    unit_of_work::UnitOfWork,
    work_order::{Defect, RoundVerdict},
    work_order_graph::may_judge,
};
use bazdid_protocol::{fold::is_blank, ids::RoundId, time::Timestamp};

/// How much of a round is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// All of it.
    All,
    /// Part of the quantity; the note says which.
    Part,
}

/// Gives a verdict on a round that nobody has judged yet.
fn give(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: RoundId, said: Said<'_>, due: Option<Timestamp>) -> OfficeResult {
    let round = unit.rounds.get(id).cloned().ok_or(Refusal::Unknown("round"))?;
    if !may_judge(round.submitted_by, round.submitted_org, context.officer.account, &context.officer.organisations) {
        return Err(Refusal::OwnWork);
    }
    if round.verdict != RoundVerdict::Pending {
        return Err(GONE_ON);
    }
    let verdict = Verdict {
        verdict: said.verdict,
        by: Some(context.officer.account),
        at: context.now,
        command: Some(context.command),
        defects: said.defects.to_vec(),
        note: said.note.map(str::to_owned),
        without_bytes: said.without_bytes.map(str::to_owned),
    };
    judge(unit, context.reference, round, &verdict, (Heard::now(context.now), due), &context.mover()).map(drop).map_err(refusal)
}

const GONE_ON: Refusal = Refusal::State("the order has gone on since this round, or somebody has judged it");

fn refusal(why: NotJudged) -> Refusal {
    match why {
        NotJudged::NotAllowed(why) => why.into(),
        NotJudged::LeftBehind => GONE_ON,
        NotJudged::BytesAwaited(awaited) => Refusal::BytesAwaited(awaited),
    }
}

/// What is said of a round.
struct Said<'a> {
    verdict: RoundVerdict,
    defects: &'a [Defect],
    note: Option<&'a str>,
    without_bytes: Option<&'a str>,
}

/// What somebody says who accepts a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acceptance<'a> {
    /// All or part of it.
    pub share: Share,
    /// In words; of a part: which.
    pub note: Option<&'a str>,
    /// Why bytes of photos that the category asks for are not waited for.
    pub without_bytes: Option<&'a str>,
}

/// Accepts a round. Where the category says so the bytes of the photos that it asks for must be stored, unless there is a reason
/// not to wait for them: the round keeps it.
///
/// # Errors
/// Not theirs to judge; the order has gone on; part of it without saying which; bytes have not arrived.
pub fn verify(unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: RoundId, acceptance: Acceptance<'_>) -> OfficeResult {
    let Acceptance { share, note, without_bytes } = acceptance;
    long("/note", note)?;
    if let Some(reason) = without_bytes {
        reason_given("/without_bytes", reason)?;
    }
    if share == Share::Part && note.is_none_or(is_blank) {
        return field("/note", "say which part is accepted");
    }
    let verdict = if share == Share::All { RoundVerdict::Accepted } else { RoundVerdict::Partly };
    give(unit, context, id, Said { verdict, defects: &[], note, without_bytes }, None)
}

/// Returns a round with at least one coded defect: the next round of the same holder begins, under a new epoch.
///
/// # Errors
/// Not theirs to judge; the order has gone on; no defect; the date lies in the past.
pub fn rework(
    unit: &mut UnitOfWork,
    context: &DecisionContext<'_>,
    id: RoundId,
    defects: &[Defect],
    due: Option<Timestamp>,
    note: Option<&str>,
) -> OfficeResult {
    long("/note", note)?;
    if defects.is_empty() || defects.len() > 50 {
        return field("/defects", "name 1 to 50 defects");
    }
    for defect in defects {
        super::coded("/defects", &defect.code)?;
        long("/defects", defect.note.as_deref())?;
    }
    if due.is_some_and(|due| due <= context.now) {
        return field("/rework_due", "must lie in the future");
    }
    give(unit, context, id, Said { verdict: RoundVerdict::Rework, defects, note, without_bytes: None }, due)
}
