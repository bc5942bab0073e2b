//! Checklist answers: a register per visit and item. Every answer is kept; the newest stands.

use crate::{
    conflict::{Cause, ConflictKind},
    sync::engine::{
        Act, Author,
        clash::{Clash, raise},
        facts::Place,
    },
    unit_of_work::UnitOfWork,
    visit::ChecklistAnswer,
    work_order::Standing,
};
use bazdid_protocol::{
    command::ChecklistAnswerArgs,
    ids::{AnswerId, TicketId, VisitId},
    outcome::{Outcome, OutcomeCode, Status},
    sides::{AnswerSide, EmptySide, Sides},
};

/// `checklist.answer`. The visit must be known and at the same ticket.
pub(super) fn answer(unit: &mut UnitOfWork, author: &Author, act: &Act<'_>, place: &Place, args: &ChecklistAnswerArgs) -> Outcome {
    match unit.visits.get(args.visit) {
        None => {
            return Outcome::held(OutcomeCode::Dependency, "/args/visit: the server does not know this visit yet", args.visit.uuid());
        }
        Some(visit) if visit.ticket_id != place.ticket => {
            return Outcome::rejected(OutcomeCode::Validation, "/args/visit: this visit was at another ticket");
        }
        Some(_) => {}
    }
    let id = AnswerId::of(act.id);
    let v = unit.answers.put(ChecklistAnswer {
        id,
        rev: 0,
        ticket_id: place.ticket,
        work_order_id: place.order,
        visit_id: args.visit,
        checklist_id: args.checklist,
        item: args.item.clone(),
        value: args.value.clone(),
        actor: author.account,
        organisation_id: place.organisation,
        mutation_id: act.id,
        eff: act.stamp.eff,
        standing: Standing::Effective,
    });
    let all = answers_to(unit, args.visit, &args.item);
    let newest = all.last().map(|a| a.id);
    for old in all.iter().filter(|a| Some(a.id) != newest && a.standing != Standing::Overruled) {
        unit.answers.put(ChecklistAnswer { standing: Standing::Overruled, ..old.clone() });
    }
    if let Some(newest) = all.last().filter(|a| a.standing != Standing::Effective) {
        unit.answers.put(ChecklistAnswer { standing: Standing::Effective, ..newest.clone() });
    }
    let mine_stands = newest == Some(id);
    if let Some(conflict) = report_two(unit, act, place.ticket, args, &all) {
        let detail = "somebody else gave another answer on this visit; a supervisor decides";
        return Outcome { conflict: Some(conflict), v: Some(v), ..Outcome::of(Status::Conflict, OutcomeCode::AlreadySubmitted, detail) };
    }
    if mine_stands {
        return Outcome::applied(v);
    }
    Outcome { v: Some(v), ..Outcome::of(Status::Merged, OutcomeCode::ParallelUpdate, "a newer answer stands; yours is kept") }
}

/// All answers to one item on one visit, by stamp.
fn answers_to(unit: &UnitOfWork, visit: VisitId, item: &str) -> Vec<ChecklistAnswer> {
    let mut all: Vec<_> = unit.answers.iter().filter(|a| a.visit_id == visit && a.item == item).cloned().collect();
    all.sort_by_key(|a| (a.eff, a.mutation_id));
    all
}

/// Two people gave different answers: hard. Whose is newer is in force until somebody decides.
fn report_two(
    unit: &mut UnitOfWork,
    act: &Act<'_>,
    ticket: TicketId,
    args: &ChecklistAnswerArgs,
    all: &[ChecklistAnswer],
) -> Option<bazdid_protocol::ids::ConflictId> {
    let differ = |a: &ChecklistAnswer, b: &ChecklistAnswer| a.actor != b.actor && a.value != b.value;
    if !all.iter().any(|a| all.iter().any(|b| differ(a, b))) {
        return None;
    }
    let what = args.item.clone();
    let side = |a: &ChecklistAnswer| AnswerSide { answer: a.id, actor: a.actor, value: a.value.clone(), at: a.eff };
    let (newest, others) = all.split_last()?;
    let clash = Clash {
        subject: Some(args.visit.uuid()),
        sides: Sides::Answers { base: EmptySide {}, theirs: side(newest), mine: others.iter().map(side).collect() },
        parties: all.iter().map(|a| Cause::Command(a.mutation_id)).collect(),
        default_in_force: "the newest answer stands",
        ..Clash::hard(ConflictKind::AlreadySubmitted, ticket, all.first().and_then(|a| a.work_order_id), &what)
    };
    Some(raise(unit, act.received_at, clash))
}
