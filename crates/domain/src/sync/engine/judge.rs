//! Verification by inspectors and supervisors in the field: accept a round or return it with defects. Four eyes, always.
//!
//! - Of two verdicts on one round the stricter stands until a supervisor decides (accepted < partly < rework), whichever came
//!   first. Of two equal ones the earlier stands, with the defects of both.
//! - A round that the order has left behind (it went to somebody else, a newer round exists, its author took it back) keeps the
//!   verdict as an inspection of its own, and a supervisor hears of it.
//! - Where the category asks for stored bytes an acceptance waits for them; a return never does.

use crate::{
    assigning::Heard,
    conflict::{Cause, ConflictKind},
    evidence::arrival::{Awaited, EvidenceState},
    judging::{NotJudged, Verdict, judge},
    sync::{
        engine::{
            Act, Author, answers_for,
            clash::{Clash, raise},
            target, unknown,
        },
        merge_context::MergeContext,
    },
    unit_of_work::UnitOfWork,
    work_order::{Defect, Round, RoundVerdict},
    work_order_graph::{Mode, Mover, may_judge, party_of},
};
use bazdid_protocol::{
    command::{Command, RoundJudge},
    ids::WorkOrderId,
    outcome::{Outcome, OutcomeCode, Status},
    sides::{EpochRound, LateVerdict, RoundBase, Sides, VerdictSide},
};

pub(super) fn decide(unit: &mut UnitOfWork, context: &MergeContext<'_>, author: &Author, act: &Act<'_>) -> Outcome {
    let (args, verdict) = match act.command {
        Command::RoundVerify(args) => (args, RoundVerdict::Accepted),
        Command::RoundRework(args) => (args, RoundVerdict::Rework),
        _ => return Outcome::rejected(OutcomeCode::UnknownCommand, "/cmd: not a verdict"),
    };
    let Some((ticket, Some(order))) = target(unit, context, author, act.entity) else {
        return unknown(act.entity);
    };
    if !answers_for(unit, context, author, ticket) {
        return Outcome::rejected(OutcomeCode::NotPermitted, "the ticket lies in no area where you judge work");
    }
    let order_id = order.id;
    let Some(round) = unit.rounds.get(args.round).filter(|r| r.work_order_id == order_id).cloned() else {
        return unknown(args.round.uuid());
    };
    if !may_judge(round.submitted_by, round.submitted_org, author.account, &author.organisations) {
        return Outcome::rejected(OutcomeCode::NotPermitted, "nobody judges their own work, nor that of their organisation");
    }
    let said = Said { verdict, args };
    match round.verdict {
        RoundVerdict::Withdrawn => left_behind(unit, author, act, order_id, &round, &said),
        RoundVerdict::Pending => match pass(unit, context, (author, act), round.clone(), &said) {
            Some(outcome) => outcome,
            None => left_behind(unit, author, act, order_id, &round, &said),
        },
        same if same == verdict => second(unit, author, act, round, &said),
        RoundVerdict::Accepted | RoundVerdict::Partly | RoundVerdict::Rework => disagree(unit, context, (author, act), round, &said),
    }
}

/// A verdict with its reasons.
struct Said<'a> {
    verdict: RoundVerdict,
    args: &'a RoundJudge,
}

impl Said<'_> {
    fn by(&self, author: &Author, act: &Act<'_>) -> Verdict {
        Verdict {
            verdict: self.verdict,
            by: Some(author.account),
            at: act.stamp.est,
            command: Some(act.id),
            defects: self.args.defects.clone(),
            note: self.args.note.clone(),
            without_bytes: None,
        }
    }
}

/// How strict a verdict is.
const fn strictness(verdict: RoundVerdict) -> u8 {
    match verdict {
        RoundVerdict::Pending | RoundVerdict::Withdrawn => 0,
        RoundVerdict::Accepted => 1,
        RoundVerdict::Partly => 2,
        RoundVerdict::Rework => 3,
    }
}

/// The verdict takes the order on. `None`: the order has left this round behind.
fn pass(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    (author, act): (&Author, &Act<'_>),
    round: Round,
    said: &Said<'_>,
) -> Option<Outcome> {
    let order = round.work_order_id;
    let by = Mover::new(&context.reference.transitions, author.roles.iter().filter_map(|r| party_of(*r)), Mode::Offline);
    let heard = Heard { at: act.received_at, stamp: act.stamp.eff };
    match judge(unit, context.reference, round, &said.by(author, act), (heard, None), &by) {
        Ok(rev) => Some(Outcome::applied(rev)),
        Err(NotJudged::BytesAwaited(awaited)) => Some(wait(&awaited, order)),
        Err(NotJudged::NotAllowed(_) | NotJudged::LeftBehind) => None,
    }
}

/// What somebody accepts in the field counts when the bytes are there that the category asks for, and waits until then.
fn wait(awaited: &Awaited, order: WorkOrderId) -> Outcome {
    let photos = awaited.photos.iter().map(|p| format!("{} ({} {})", p.id, p.kind, p.state));
    let missing = awaited
        .tallies
        .iter()
        .filter(|t| t.state() == EvidenceState::Missing)
        .map(|t| format!("{} more photo(s) of kind {}", t.min.saturating_sub(t.declared), t.kind));
    let waited: Vec<String> = photos.chain(missing).collect();
    let detail = format!("waits for the bytes of the photos that the category asks for: {}", waited.join(", "));
    Outcome::held(OutcomeCode::Dependency, detail, order.uuid())
}

/// The same verdict by another person asks for nothing more; what they found is added.
fn second(unit: &mut UnitOfWork, author: &Author, act: &Act<'_>, mut round: Round, said: &Said<'_>) -> Outcome {
    let before = round.clone();
    let mut defects: Vec<Defect> = round.defects.iter().chain(&said.args.defects).cloned().collect();
    defects.sort_by(|a, b| (&a.code, &a.note).cmp(&(&b.code, &b.note)));
    defects.dedup();
    if (act.stamp.est, act.id) < (round.verdict_at.unwrap_or(act.stamp.est), round.verdict_mutation.unwrap_or(act.id)) {
        round.verdict_by = Some(author.account);
        round.verdict_at = Some(act.stamp.est);
        round.verdict_mutation = Some(act.id);
        round.note.clone_from(&said.args.note);
    }
    round.defects = defects;
    if round == before {
        return Outcome::applied(round.rev);
    }
    Outcome::applied(unit.rounds.put(round))
}

/// Two people said different things of one round.
fn disagree(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    (author, act): (&Author, &Act<'_>),
    round: Round,
    said: &Said<'_>,
) -> Outcome {
    let came = VerdictSide { verdict: said.verdict, by: Some(author.account), at: act.stamp.est, mutation: act.id };
    let stood = VerdictSide {
        verdict: round.verdict,
        by: round.verdict_by,
        at: round.verdict_at.unwrap_or(act.stamp.est),
        mutation: round.verdict_mutation.unwrap_or(act.id),
    };
    let stricter = strictness(came.verdict) > strictness(stood.verdict);
    let (strict, mild) = if stricter { (&came, &stood) } else { (&stood, &came) };
    let what = round.number.to_string();
    let clash = Clash::hard(ConflictKind::VerdictDisagrees, round.ticket_id, Some(round.work_order_id), &what);
    let (mild_before, strict_before) = match unit.conflicts.get(clash.id()).map(|c| &c.sides) {
        Some(Sides::Verdicts { theirs, mine, .. }) => (Some(theirs), Some(mine)),
        _ => (None, None),
    };
    let clash = Clash {
        sides: Sides::Verdicts {
            base: RoundBase { round: round.id, epoch: round.epoch },
            theirs: earlier(mild, mild_before),
            mine: earlier(strict, strict_before),
        },
        parties: [came.mutation, stood.mutation].map(Cause::Command).into(),
        cumulative: true,
        default_in_force: "the stricter verdict stands until a supervisor decides",
        ..clash
    };
    let conflict = raise(unit, act.received_at, clash);
    if stricter && pass(unit, context, (author, act), round.clone(), said).is_none() {
        unit.rounds.put(said.by(author, act).on(round));
    }
    Outcome {
        conflict: Some(conflict),
        ..Outcome::of(Status::Conflict, OutcomeCode::ConcurrentEdit, "somebody else judged this round otherwise")
    }
}

/// This side of a disagreement, or the one that the conflict has already if that one spoke earlier: the same whatever came first.
fn earlier(side: &VerdictSide, known: Option<&VerdictSide>) -> VerdictSide {
    let spoke = |s: &VerdictSide| (s.at, s.mutation);
    known.filter(|k| k.verdict == side.verdict && spoke(k) < spoke(side)).unwrap_or(side).clone()
}

/// The order has left the round behind: each verdict on it is kept, in the order of their stamps.
fn left_behind(unit: &mut UnitOfWork, author: &Author, act: &Act<'_>, order: WorkOrderId, round: &Round, said: &Said<'_>) -> Outcome {
    let Some(now) = unit.work_orders.get(order).cloned() else { return unknown(order.uuid()) };
    let what = format!("round {}", round.number);
    let clash = Clash::hard(ConflictKind::StaleEpoch, now.ticket_id, Some(order), &what);
    let key = |v: &LateVerdict| (v.at, v.mutation);
    let mine =
        LateVerdict { verdict: said.verdict, by: author.account, at: act.stamp.est, mutation: act.id, defects: said.args.defects.clone() };
    let mut verdicts = match unit.conflicts.get(clash.id()).map(|c| &c.sides) {
        Some(Sides::LateVerdicts { mine, .. }) => mine.clone(),
        _ => Vec::new(),
    };
    verdicts.retain(|v| key(v) != key(&mine));
    verdicts.push(mine);
    verdicts.sort_by_key(key);
    let clash = Clash {
        sides: Sides::LateVerdicts {
            base: RoundBase { round: round.id, epoch: round.epoch },
            theirs: EpochRound { epoch: now.epoch, round: now.round },
            mine: verdicts,
        },
        parties: vec![Cause::Command(act.id)],
        cumulative: true,
        default_in_force: "the order goes on; the verdict is kept as an inspection of its round",
        ..clash
    };
    let conflict = raise(unit, act.received_at, clash);
    let detail = "the order has gone on since this round; your verdict is kept as an inspection of it";
    Outcome { conflict: Some(conflict), ..Outcome::of(Status::Conflict, OutcomeCode::StaleEpoch, detail) }
}

#[cfg(test)]
mod tests;
