//! What a step of work needs beside its report, and what of that is not there.
//!
//! One function for phones, WatermelonDB and the office: [`awaited`] says what a report waits for, [`missing`] what a verifier is told
//! of. Devices work offline and nobody's work is lost: a report waits only while *nothing* of the kind is known of its party, because
//! then something that was done before it has not come yet. Whether there is enough of *this round* is told to the verifier and never
//! waited for: which round a thing belongs to follows from clocks, which may be wrong. `docs/evidence.md` shows the table.

use std::{collections::BTreeSet, ops::RangeInclusive};

use serde_json::Value;

use crate::{
    category::{EvidenceNeeds, EvidenceRule, Need, NeedLevel, Step},
    evidence::{
        arrival::{self, EvidenceState},
        rounds::Rounds,
    },
    reference::Reference,
    sync::engine::{counts, first_epoch},
    unit_of_work::UnitOfWork,
    work_order::{Round, Standing, WorkEvent, WorkEventKind, WorkOrder, WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::{
    ids::{AccountId, OrganisationId},
    time::Timestamp,
};

/// What becomes of a step without something, where the category does not say.
#[must_use]
pub const fn usual(step: Step, need: Need) -> NeedLevel {
    match (step, need) {
        (Step::Start, Need::Visit) | (Step::Submit, Need::Photos) => NeedLevel::Hold,
        (Step::Submit, Need::Visit | Need::Start | Need::Checklist)
        | (Step::FailVisit, Need::Visit | Need::Photos)
        | (Step::Inspect, Need::Visit | Need::Checklist) => NeedLevel::Flag,
        (Step::Start, Need::Start | Need::Photos | Need::Checklist | Need::Quantities)
        | (Step::Submit, Need::Quantities)
        | (Step::FailVisit, Need::Start | Need::Checklist | Need::Quantities)
        | (Step::Inspect, Need::Start | Need::Photos | Need::Quantities) => NeedLevel::Off,
    }
}

/// What becomes of a step without something.
#[must_use]
pub fn level(needs: &EvidenceNeeds, step: Step, need: Need) -> NeedLevel {
    needs.steps.get(step, need).unwrap_or_else(|| usual(step, need))
}

/// Who reports a step.
#[derive(Debug, Clone, Copy)]
pub struct Party {
    /// For which organisation.
    pub organisation: Option<OrganisationId>,
    /// Who.
    pub account: AccountId,
}

impl Party {
    /// Whether something was done by them: by their organisation's people, or by themselves.
    fn did(&self, organisation: Option<OrganisationId>, actor: AccountId) -> bool {
        actor == self.account || (self.organisation.is_some() && organisation == self.organisation)
    }
}

/// A report of a step at an order, against what the step needs.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The rows of the order's ticket.
    pub unit: &'a UnitOfWork,
    /// Categories and checklists.
    pub reference: &'a Reference,
    /// The order.
    pub order: &'a WorkOrder,
    /// What is needed.
    pub needs: &'a EvidenceNeeds,
    /// Which step.
    pub step: Step,
    /// Who reports it.
    pub party: Party,
    /// Whether the report itself brings quantities.
    pub brings_quantities: bool,
}

/// Of which rounds things count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// Of whatever round of the party.
    AnyRound,
    /// Of the one that is going on or waits for its verdict.
    ThisRound,
}

/// What a report waits for, in words: the first need for which the category lets it wait, and of which nothing is known.
#[must_use]
pub fn awaited(report: &Report<'_>) -> Option<String> {
    let holds = |need: &Need| level(report.needs, report.step, *need) == NeedLevel::Hold && report.lacks(*need, Of::AnyRound);
    let need = needs_of(report.step).find(holds)?;
    Some(match report.missing_rule(Of::AnyRound).filter(|_| need == Need::Photos) {
        Some(rule) => format!("waits for at least {} photo(s) of kind {}", rule.min, rule.kind),
        None => format!("waits for what the category asks for: {need}"),
    })
}

/// What a report lacks of what its category asks for, of this round.
#[must_use]
pub fn missing(report: &Report<'_>) -> Vec<Need> {
    let lacks = |need: &Need| level(report.needs, report.step, *need) != NeedLevel::Off && report.lacks(*need, Of::ThisRound);
    needs_of(report.step).filter(lacks).collect()
}

/// What the newest report of an order lacks of what its ticket's category asks for now: of a submission, of a visit at which nobody could
/// work, or of a start. Nothing for an order that has none of them.
#[must_use]
pub fn missing_of(unit: &UnitOfWork, reference: &Reference, order: &WorkOrder) -> Vec<Need> {
    let Some((step, party)) = reported(unit, order) else { return Vec::new() };
    let category = unit.tickets.get(order.ticket_id).and_then(|t| reference.categories.get(&t.category_id));
    let needs = category.map_or(&order.evidence, |c| &c.evidence);
    missing(&Report { unit, reference, order, needs, step, party, brings_quantities: false })
}

/// Whether quantities of what was submitted cannot be used: they count for nothing.
#[must_use]
pub fn has_unread_quantities(unit: &UnitOfWork, order: &WorkOrder) -> bool {
    let submitted = |e: &&WorkEvent| e.kind == WorkEventKind::Submit && e.standing == Standing::Effective;
    order.submitted_by.is_some()
        && attempt(unit, order)
            .filter(submitted)
            .filter_map(WorkEvent::quantities)
            .any(|said| bazdid_protocol::command::quantities(said).1 > 0)
}

/// The newest report of an order that needs something, and by whom: a submission, a visit at which nobody could work, or the start of what is
/// under way.
fn reported(unit: &UnitOfWork, order: &WorkOrder) -> Option<(Step, Party)> {
    if let Some(account) = order.submitted_by {
        let step = if order.kind == WorkOrderKind::Inspection { Step::Inspect } else { Step::Submit };
        return Some((step, Party { organisation: order.submitted_org, account }));
    }
    let (step, kind) = match order.state {
        WorkOrderState::FailedVisit => (Step::FailVisit, WorkEventKind::FailVisit),
        WorkOrderState::InProgress | WorkOrderState::OnHold => (Step::Start, WorkEventKind::Start),
        WorkOrderState::Draft
        | WorkOrderState::Offered
        | WorkOrderState::Accepted
        | WorkOrderState::Declined
        | WorkOrderState::Expired
        | WorkOrderState::Submitted
        | WorkOrderState::Verified
        | WorkOrderState::Rework
        | WorkOrderState::Closed
        | WorkOrderState::Cancelled => return None,
    };
    let event = attempt(unit, order).filter(|e| e.kind == kind && counts(e.standing)).max_by_key(|e| (e.eff, e.id))?;
    Some((step, Party { organisation: event.organisation_id, account: event.actor }))
}

/// The epochs of the attempt at an order that is going on; nothing if nobody holds it.
fn epochs(unit: &UnitOfWork, order: &WorkOrder) -> Option<RangeInclusive<i64>> {
    let held = order.assignment_id.and_then(|a| unit.assignments.get(a))?;
    Some(first_epoch(unit, order, held)..=order.epoch)
}

/// The events of the attempt at an order that is going on.
fn attempt<'u>(unit: &'u UnitOfWork, order: &'u WorkOrder) -> impl Iterator<Item = &'u WorkEvent> {
    let epochs = epochs(unit, order);
    unit.work_events.iter().filter(move |e| e.work_order_id == order.id && epochs.as_ref().is_some_and(|all| all.contains(&e.epoch)))
}

fn needs_of(step: Step) -> impl Iterator<Item = Need> {
    crate::category::StepNeeds::CELLS.iter().filter(move |(of, _)| *of == step).map(|(_, need)| *need)
}

impl<'a> Report<'a> {
    fn lacks(&self, need: Need, of: Of) -> bool {
        match need {
            Need::Visit => !self.has_visit(of),
            Need::Start => !self.starts(of).any(|_| true),
            Need::Photos => match self.step {
                Step::Submit => self.missing_rule(of).is_some(),
                Step::Start | Step::FailVisit | Step::Inspect => !self.has_photo(of),
            },
            Need::Checklist => !self.unanswered(of).is_empty(),
            Need::Quantities => !self.brings_quantities && !self.has_quantity(of),
        }
    }

    fn rounds(&self) -> Rounds<'a> {
        let order = self.order.id;
        Rounds::of(self.unit.rounds.iter().filter(move |r| r.work_order_id == order), self.party.organisation)
    }

    /// Whether something of an estimated time counts.
    fn when(&self, of: Of) -> impl Fn(Timestamp) -> bool + use<'a> {
        let rounds = self.rounds();
        move |at| of == Of::AnyRound || rounds.is_current(at)
    }

    /// Whether something of a stamp counts.
    fn stamped(&self, of: Of) -> impl Fn(Timestamp) -> bool + use<'a> {
        let (rounds, unit) = (self.rounds(), self.unit);
        let stamp = move |r: &Round| unit.work_events.get(r.event_id).map_or(r.submitted_at, |event| event.eff);
        move |at| of == Of::AnyRound || rounds.is_current_by_stamp(at, stamp)
    }

    /// A visit of the party at the ticket, or one that the work of this attempt began with, whenever that was.
    fn has_visit(&self, of: Of) -> bool {
        let counts = self.when(of);
        let began_with: BTreeSet<_> = self.starts(of).filter_map(|e| e.visit_id).collect();
        self.unit
            .visits
            .iter()
            .filter(|v| v.ticket_id == self.order.ticket_id && v.work_order_id.is_none_or(|o| o == self.order.id))
            .filter(|v| self.party.did(v.organisation_id, v.actor))
            .any(|v| counts(v.arrived_est) || began_with.contains(&v.id))
    }

    fn starts(&self, of: Of) -> impl Iterator<Item = &'a WorkEvent> + use<'a> {
        let (order, party) = (self.order, self.party);
        let epochs = epochs(self.unit, order);
        let counts = move |e: &&WorkEvent| {
            e.work_order_id == order.id
                && matches!(e.kind, WorkEventKind::Start | WorkEventKind::Resume)
                && counts(e.standing)
                && party.did(e.organisation_id, e.actor)
                && (of == Of::AnyRound || epochs.as_ref().is_some_and(|all| all.contains(&e.epoch)))
        };
        self.unit.work_events.iter().filter(counts)
    }

    /// The first rule of the category that the party's photos do not meet.
    fn missing_rule(&self, of: Of) -> Option<&'a EvidenceRule> {
        let (unit, order, party) = (self.unit, self.order, self.party.organisation);
        let there = match of {
            Of::AnyRound => arrival::tally(&self.needs.photos, arrival::photos_of(unit, order, party).map(|p| (p.kind, p.state))),
            Of::ThisRound => arrival::tally(&self.needs.photos, arrival::photos_of_round(unit, order, party).map(|p| (p.kind, p.state))),
        };
        self.needs.photos.iter().zip(there).find(|(_, there)| there.state() == EvidenceState::Missing).map(|(rule, _)| rule)
    }

    fn has_photo(&self, of: Of) -> bool {
        let counts = self.when(of);
        self.unit.photos.iter().any(|p| {
            p.ticket_id == self.order.ticket_id
                && p.work_order_id.is_none_or(|o| o == self.order.id)
                && p.removed_at.is_none()
                && self.party.did(p.organisation_id, p.actor)
                && counts(p.captured_est)
        })
    }

    /// The items of the category's checklist that nobody of the party has answered.
    fn unanswered(&self, of: Of) -> Vec<&'a str> {
        let ticket = self.unit.tickets.get(self.order.ticket_id);
        let category = ticket.and_then(|t| self.reference.categories.get(&t.category_id));
        let checklist = category.and_then(|c| c.checklist_id).and_then(|c| self.reference.checklists.get(&c));
        let counts = self.stamped(of);
        let answered: BTreeSet<&str> = self
            .unit
            .answers
            .iter()
            .filter(|a| a.ticket_id == self.order.ticket_id && a.work_order_id.is_none_or(|o| o == self.order.id))
            .filter(|a| a.standing == Standing::Effective && !a.value.is_null())
            .filter(|a| self.party.did(a.organisation_id, a.actor) && counts(a.eff))
            .map(|a| a.item.as_str())
            .collect();
        let items = checklist.and_then(|c| c.items.as_array()).into_iter().flatten();
        let needed = |item: &&Value| item.get("required").and_then(Value::as_bool) != Some(false);
        let codes = items.filter(needed).filter_map(|item| item.get("code").and_then(Value::as_str));
        codes.filter(|code| !answered.contains(code)).collect()
    }

    fn has_quantity(&self, of: Of) -> bool {
        let counts = self.stamped(of);
        self.unit
            .measurements
            .iter()
            .any(|m| m.work_order_id == Some(self.order.id) && self.party.did(m.organisation_id, m.actor) && counts(m.eff))
    }
}

#[cfg(test)]
mod tests;
