//! Verification by inspectors and supervisors in the field: accept a round or return it with defects. Four eyes, always.

use serde_json::json;

use crate::domain::{
    conflict::ConflictKind,
    ids::WorkOrderId,
    policy::Permission,
    sync::{
        command::{Command, RoundJudge},
        engine::{Act, Author, clash::Clash, clash::raise, target, unknown},
        outcome::{Outcome, OutcomeCode, Status},
    },
    work_order::{Round, RoundVerdict, WorkOrderState},
    work_order_graph::may_judge,
    world::World,
};

pub(super) fn decide(world: &mut World, author: &Author, act: &Act<'_>) -> Outcome {
    let (args, verdict) = match act.command {
        Command::RoundVerify(args) => (args, RoundVerdict::Accepted),
        Command::RoundRework(args) => (args, RoundVerdict::Rework),
        _ => return Outcome::rejected(OutcomeCode::UnknownCommand, "/cmd: not a verdict"),
    };
    if !author.may(Permission::RoundVerify) {
        return Outcome::rejected(OutcomeCode::NotPermitted, "your roles do not allow this");
    }
    let Some((_, Some(order))) = target(world, author, act.entity) else {
        return unknown(act.entity);
    };
    let order_id = order.id;
    let Some(round) = world.rounds.get(args.round).filter(|r| r.work_order_id == order_id).cloned() else {
        return unknown(args.round.uuid());
    };
    if !may_judge(round.submitted_by, round.submitted_org, author.account, &author.organisations) {
        return Outcome::rejected(OutcomeCode::NotPermitted, "nobody judges his own work, nor that of his organisation");
    }
    match round.verdict {
        RoundVerdict::Pending => pass(world, author, act, args, order_id, round, verdict),
        // The same verdict by another person asks for nothing more.
        same if same == verdict => Outcome::applied(round.rev),
        _ => disagree(world, author, act, args, order_id, round, verdict),
    }
}

fn pass(
    world: &mut World,
    author: &Author,
    act: &Act<'_>,
    args: &RoundJudge,
    order_id: WorkOrderId,
    mut round: Round,
    verdict: RoundVerdict,
) -> Outcome {
    let Some(mut order) = world.work_orders.get(order_id).cloned() else {
        return unknown(order_id.uuid());
    };
    // A round that was overtaken by a reassignment keeps its verdict to itself.
    let open = match order.state {
        WorkOrderState::Submitted => true,
        // The stricter of two verdicts stands.
        WorkOrderState::Verified => verdict == RoundVerdict::Rework,
        _ => false,
    };
    if !open || order.round != round.number || order.epoch != round.epoch {
        return Outcome::rejected(OutcomeCode::StaleEpoch, "the order has gone on since this round");
    }
    round.verdict = verdict;
    round.verdict_by = Some(author.account);
    round.verdict_at = Some(act.stamp.est);
    round.verdict_mutation = Some(act.id);
    round.defects.clone_from(&args.defects);
    round.note.clone_from(&args.note);
    world.rounds.put(round);
    if verdict == RoundVerdict::Rework {
        // A new round is a new epoch of the same party: what it still reports of the old one is late.
        order.state = WorkOrderState::Rework;
        order.round += 1;
        order.epoch += 1;
        order.submitted_by = None;
        order.submitted_org = None;
        let holder = order.assignment_id.and_then(|a| world.assignments.get(a)).cloned();
        if let Some(mut holder) = holder {
            holder.until_epoch = order.epoch;
            world.assignments.put(holder);
        }
    } else {
        order.state = WorkOrderState::Verified;
    }
    order.stamp = order.stamp.max(act.stamp.eff);
    order.updated_at = order.updated_at.max(act.received_at);
    Outcome::applied(world.work_orders.put(order))
}

/// Two people said different things of one round: the stricter stands until a supervisor decides, whichever came first.
fn disagree(
    world: &mut World,
    author: &Author,
    act: &Act<'_>,
    args: &RoundJudge,
    order: WorkOrderId,
    round: Round,
    came: RoundVerdict,
) -> Outcome {
    let (accepted_by, rework_by) = match came {
        RoundVerdict::Rework => (round.verdict_by, Some(author.account)),
        _ => (Some(author.account), round.verdict_by),
    };
    let what = round.number.to_string();
    let clash = Clash {
        theirs: json!({ "verdict": "accepted", "by": accepted_by }),
        mine: json!({ "verdict": "rework", "by": rework_by }),
        parties: round.verdict_mutation.into_iter().chain([act.id]).collect(),
        default_in_force: "the stricter verdict stands until a supervisor decides",
        ..Clash::hard(ConflictKind::VerdictDisagrees, round.ticket_id, Some(order), &what)
    };
    let conflict = raise(world, act, clash);
    if came == RoundVerdict::Rework {
        pass(world, author, act, args, order, round, came);
    }
    Outcome {
        conflict: Some(conflict),
        ..Outcome::of(Status::Conflict, OutcomeCode::ConcurrentEdit, "somebody else judged this round otherwise")
    }
}
