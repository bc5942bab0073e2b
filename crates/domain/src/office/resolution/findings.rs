//! Two people said different things of what they saw: findings of an inspection, answers of a checklist, measurements.

use serde_json::Value;

use crate::{
    assigning::{round_of, touch},
    conflict::{Conflict, Resolution},
    office::resolution::{Decision, Refusal, chosen},
    unit_of_work::UnitOfWork,
    visit::{ChecklistAnswer, Measurement},
    work_order::{Round, Standing, WorkEvent, WorkOrder, WorkOrderState},
};
use bazdid_protocol::{
    ids::{AnswerId, MeasurementId},
    sides::{AnswerSide, FindingsSide, Sides},
};

fn third<'a>(decision: &Decision<'a>) -> Result<&'a Value, Refusal> {
    decision.value.ok_or_else(|| Refusal::argument("/value", "say which value is to be set"))
}

/// Other findings or another answer come into force.
pub(super) fn choose(unit: &mut UnitOfWork, conflict: &Conflict, decision: &Decision<'_>) -> Result<(), Refusal> {
    match &conflict.sides {
        Sides::Answers { theirs, mine, .. } => choose_answer(unit, theirs, mine, decision),
        Sides::Findings { theirs, mine, .. } => choose_findings(unit, theirs, mine, decision),
        _ => Err(Refusal::Unknown),
    }
}

/// The office's own answer, newer than all: the other one's value, or a third.
fn choose_answer(unit: &mut UnitOfWork, stands: &AnswerSide, others: &[AnswerSide], decision: &Decision<'_>) -> Result<(), Refusal> {
    let stands = unit.answers.get(stands.answer).cloned().ok_or(Refusal::Unknown)?;
    let value = match decision.resolution {
        Resolution::Set => third(decision)?.clone(),
        _ => chosen(others, "answer", |side| side.answer, decision)?.value.clone(),
    };
    let same: Vec<ChecklistAnswer> =
        unit.answers.iter().filter(|a| a.visit_id == stands.visit_id && a.item == stands.item).cloned().collect();
    let newest = same.iter().map(|a| a.eff).max().unwrap_or(decision.now);
    for old in same.into_iter().filter(|a| a.standing != Standing::Overruled) {
        unit.answers.put(ChecklistAnswer { standing: Standing::Overruled, ..old });
    }
    unit.answers.put(ChecklistAnswer {
        id: AnswerId::of(decision.command),
        rev: 0,
        value,
        actor: decision.by.account,
        organisation_id: None,
        mutation_id: decision.command,
        eff: decision.now.max(newest.plus_micros(1)),
        standing: Standing::Effective,
        ..stands
    });
    Ok(())
}

/// The other findings are in force; the first ones count no more. What follows from findings follows from these.
fn choose_findings(unit: &mut UnitOfWork, first: &FindingsSide, others: &[FindingsSide], decision: &Decision<'_>) -> Result<(), Refusal> {
    if decision.resolution == Resolution::Set {
        return Err(Refusal::State("findings are what an inspector saw; take the other, or keep the first"));
    }
    let other = chosen(others, "event", |side| side.event, decision)?;
    let other = unit.work_events.get(other.event).cloned().ok_or(Refusal::Unknown)?;
    let order = unit.work_orders.get(other.work_order_id).cloned().ok_or(Refusal::Unknown)?;
    let round = round_of(unit, order.id, order.round).filter(|r| r.epoch == order.epoch).cloned();
    let Some(round) = round.filter(|_| matches!(order.state, WorkOrderState::Submitted | WorkOrderState::Verified)) else {
        return Err(Refusal::State("the order has gone on since; keep what is in force"));
    };
    // Of the submissions of the attempt only the chosen one counts, so that deriving the state again finds the same.
    let overruled: Vec<WorkEvent> = std::iter::once(first)
        .chain(others)
        .filter_map(|side| unit.work_events.get(side.event))
        .filter(|e| e.id != other.id && matches!(e.standing, Standing::Effective | Standing::Redundant))
        .cloned()
        .collect();
    for event in overruled {
        unit.work_events.put(WorkEvent { standing: Standing::Overruled, ..event });
    }
    unit.rounds.put(Round {
        submitted_by: other.actor,
        submitted_org: other.organisation_id,
        submitted_at: other.at,
        event_id: other.id,
        ..round
    });
    let mut order =
        WorkOrder { findings: other.findings().cloned(), submitted_by: Some(other.actor), submitted_org: other.organisation_id, ..order };
    touch(&mut order, decision.now);
    unit.work_orders.put(order);
    unit.work_events.put(WorkEvent { standing: Standing::Effective, ..other });
    Ok(())
}

/// The office's own measurement, which corrects the one that the conflict names first.
pub(super) fn choose_measurement(unit: &mut UnitOfWork, conflict: &Conflict, decision: &Decision<'_>) -> Result<(), Refusal> {
    let Sides::Measurements { theirs, mine, .. } = &conflict.sides else { return Err(Refusal::Unknown) };
    let first = unit.measurements.get(theirs.measurement).cloned().ok_or(Refusal::Unknown)?;
    let quantity = match decision.resolution {
        Resolution::Set => third(decision)?.as_f64().filter(|q| q.is_finite() && *q >= 0.0),
        _ => Some(chosen(mine, "measurement", |side| side.measurement, decision)?.quantity),
    };
    let quantity = quantity.ok_or_else(|| Refusal::argument("/value", "must be a quantity, a number of at least 0"))?;
    unit.measurements.put(Measurement {
        id: MeasurementId::of(decision.command),
        rev: 0,
        visit_id: None,
        quantity,
        supersedes: Some(first.id),
        actor: decision.by.account,
        organisation_id: None,
        eff: decision.now,
        ..first
    });
    Ok(())
}
