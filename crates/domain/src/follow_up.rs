//! What the system does after any change of a ticket, whoever made it: opens orders, asks the next, lets findings follow, derives
//! the ticket's status. PURE over a unit of work and the reference data.
//!
//! - A new ticket inside an area gets its order: emergency where minutes count, inspection where the category asks for a look
//!   first, else repair. Outside every area it stays new, in nobody's hands, and says why.
//! - Contract work is offered to the first candidate; an emergency group and the city's own inspectors are not asked.
//! - Declined and expired offers go to the next candidate. Nobody left: a draft with its explanation, for the office.
//! - What was corrected is decided again as long as nobody has begun ([`reconsider`]); what can be decided by now is ([`wake`]); an offer
//!   under a contract that is not in force any more goes to the next ([`take_offer_back`]).
//! - An inspection with findings is verified by the system, unless it lacks what its category asks for: a visit, say. Confirmed: the repair order. Anything else is proposed to the office
//!   as the ticket's reason, a duplicate as a conflict too.
//! - Ids follow from what they are for, so that the outcome depends neither on the order of arrival nor on the database.

mod again;
mod choice;
mod corrected;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use crate::{
    assigning::{Party, Terms, assign, round_of, withdraw},
    category::{Category, EvidenceNeeds, Hazard},
    conflict::{Cause, Conflict, ConflictKind, ConflictStatus, Severity},
    dispatch::{
        Choice, Usage,
        explanation::{Explanation, by_inspector},
    },
    evidence::needs::missing_of,
    judging::accept_inspection,
    organisation::OrganisationKind,
    reference::Reference,
    ticket::{Boundary, Ticket, TicketStatus},
    ticket_flow::{Because, derived, is_open, record_creation, set_status},
    unit_of_work::UnitOfWork,
    work_event::inspection,
    work_order::{WorkOrder, WorkOrderKind, WorkOrderState},
    work_order_graph::{Mover, NotAllowed},
};
use bazdid_protocol::{
    command::Findings,
    document::Document,
    geo::Point,
    ids::{AccountId, AreaId, ConflictId, TicketId, WorkOrderId, name_uuid},
    sides::{EmptySide, Sides, TicketSide},
    time::Timestamp,
};

/// Reason of a ticket that lies in nobody's area.
pub const OUTSIDE_AREAS: &str = "outside_areas";

pub use again::{is_offer_in_force, take_offer_back, wake};
use choice::{contractor_for, inspector_for};
pub use corrected::reconsider;

/// An inspector by a grant in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspector {
    /// Who.
    pub account: AccountId,
    /// The areas of the grant.
    pub areas: Vec<AreaId>,
    /// Open orders in hand.
    pub load: i64,
    /// Where the inspector was last.
    pub position: Option<Point>,
}

/// What the follow-up must know beyond the unit of work. Loads and used capacities are counted on while it works.
#[derive(Debug)]
pub struct FollowUpContext<'a> {
    /// Areas, categories, contracts.
    pub reference: &'a Reference,
    /// The instant of the change.
    pub now: Timestamp,
    /// Used capacities of the day.
    pub usage: Usage,
    /// Inspectors whose grants may reach the tickets; only asked for where [`Plan::inspection`] says so.
    pub inspectors: Vec<Inspector>,
}

/// What a follow-up will ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Tickets that changed.
    pub tickets: Vec<TicketId>,
    /// Areas in which contractors will be asked; empty: none will be.
    pub dispatch: BTreeSet<AreaId>,
    /// Areas in which inspectors will be asked; empty: none will be.
    pub inspection: BTreeSet<AreaId>,
}

/// Capacities taken, by coverage or contract: those with a cap only.
pub type Taken = BTreeMap<Uuid, i64>;

/// Finds out what a follow-up of a unit of work's changes will ask for, without changing anything.
#[must_use]
pub fn plan(unit: &UnitOfWork, reference: &Reference) -> Plan {
    let changed = unit.tickets.changed().map(|(_, t)| t.id).chain(unit.work_orders.changed().map(|(_, o)| o.ticket_id));
    let tickets: Vec<TicketId> = changed.collect::<BTreeSet<_>>().into_iter().collect();
    let orders = by_ticket(unit);
    let mut plan = Plan::default();
    for ticket in tickets.iter().filter_map(|t| unit.tickets.get(*t)) {
        let orders: Vec<&WorkOrder> = orders.get(&ticket.id).into_iter().flatten().filter_map(|o| unit.work_orders.get(*o)).collect();
        let asks = |kinds: &[WorkOrderKind]| {
            first_kind(unit, reference, ticket, &orders).is_some_and(|k| kinds.contains(&k))
                || orders.iter().any(|o| kinds.contains(&o.kind) && is_undecided(o))
        };
        if asks(&[WorkOrderKind::Inspection]) {
            plan.inspection.extend(&ticket.areas);
        }
        let after_findings = orders.iter().any(|o| o.kind == WorkOrderKind::Inspection && o.state == WorkOrderState::Submitted);
        if after_findings || asks(&[WorkOrderKind::Repair, WorkOrderKind::Emergency]) {
            plan.dispatch.extend(&ticket.areas);
        }
    }
    plan.tickets = tickets;
    plan
}

/// Follows up the changes of the plan's tickets.
pub fn run(unit: &mut UnitOfWork, context: &mut FollowUpContext<'_>, plan: &Plan) -> Taken {
    let mut orders = by_ticket(unit);
    let mut taken = Taken::new();
    for ticket in &plan.tickets {
        follow(unit, context, &mut taken, *ticket, orders.remove(ticket).unwrap_or_default());
    }
    taken
}

fn by_ticket(unit: &UnitOfWork) -> HashMap<TicketId, Vec<WorkOrderId>> {
    let mut map: HashMap<TicketId, Vec<WorkOrderId>> = HashMap::new();
    for order in unit.work_orders.iter() {
        map.entry(order.ticket_id).or_default().push(order.id);
    }
    map
}

/// Whether the system is to find somebody for an order: refused, expired, or a draft that nobody has looked at.
fn is_undecided(order: &WorkOrder) -> bool {
    match order.state {
        WorkOrderState::Declined | WorkOrderState::Expired => true,
        WorkOrderState::Draft => order.explanation.is_null(),
        _ => false,
    }
}

/// The kind of the order that a ticket without orders, or one that was taken up again, is to get.
fn first_kind(unit: &UnitOfWork, reference: &Reference, ticket: &Ticket, orders: &[&WorkOrder]) -> Option<WorkOrderKind> {
    let again = ticket.status == TicketStatus::New && unit.tickets.before(ticket.id).is_some_and(|was| was.status != TicketStatus::New);
    let wanted = match ticket.status {
        TicketStatus::New => orders.is_empty() || (again && !orders.iter().any(|o| is_open(o.state))),
        // Looked at by the office before it lay in an area.
        TicketStatus::Triaged => orders.is_empty(),
        _ => false,
    };
    if !wanted || ticket.areas.is_empty() {
        return None;
    }
    let category = reference.categories.get(&ticket.category_id)?;
    let seen = orders.iter().any(|o| o.kind == WorkOrderKind::Inspection && o.state == WorkOrderState::Verified);
    Some(kind_for(ticket, category, if seen { Look::Done } else { Look::First }))
}

/// Whether somebody has looked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    First,
    Done,
}

fn kind_for(ticket: &Ticket, category: &Category, look: Look) -> WorkOrderKind {
    if ticket.hazard == Hazard::Critical {
        WorkOrderKind::Emergency
    } else if look == Look::First && category.needs_inspection {
        WorkOrderKind::Inspection
    } else {
        WorkOrderKind::Repair
    }
}

fn follow(unit: &mut UnitOfWork, context: &mut FollowUpContext<'_>, taken: &mut Taken, id: TicketId, mut orders: Vec<WorkOrderId>) {
    let Some(ticket) = unit.tickets.get(id).cloned() else { return };
    if unit.tickets.before(id).is_none() {
        record_creation(unit, &ticket);
    }
    if ticket.areas.is_empty() {
        if ticket.boundary == Boundary::Outside && ticket.status == TicketStatus::New {
            let why = Because { actor: None, reason: Some(OUTSIDE_AREAS), at: context.now };
            set_status(unit, id, TicketStatus::New, why);
        }
    } else {
        let rows: Vec<&WorkOrder> = orders.iter().filter_map(|o| unit.work_orders.get(*o)).collect();
        if let Some(kind) = first_kind(unit, context.reference, &ticket, &rows) {
            orders.push(open_order(unit, context, &ticket, kind));
        }
        for order in orders.clone() {
            if let Some(next) = conclude_inspection(unit, context, &ticket, order) {
                orders.push(open_order(unit, context, &ticket, next));
            }
        }
        if !ticket.status.is_shut_by_office() {
            for order in &orders {
                place(unit, context, taken, &ticket, *order);
            }
        }
    }
    settle(unit, context.now, id, &orders);
}

/// Sets the status that follows from the orders.
fn settle(unit: &mut UnitOfWork, now: Timestamp, id: TicketId, orders: &[WorkOrderId]) {
    let Some(ticket) = unit.tickets.get(id) else { return };
    let rows = orders.iter().filter_map(|o| unit.work_orders.get(*o));
    let Some(status) = derived(ticket, rows) else { return };
    if status != ticket.status {
        // What was proposed or noted of an earlier status ends with it, unless it says why nobody has the ticket.
        let reason = ticket.status_reason.clone().filter(|r| status == TicketStatus::Triaged && r != OUTSIDE_AREAS);
        set_status(unit, id, status, Because { actor: None, reason: reason.as_deref(), at: now });
    }
}

/// A new order of a ticket; its id counts the orders of its kind.
fn open_order(unit: &mut UnitOfWork, context: &FollowUpContext<'_>, ticket: &Ticket, kind: WorkOrderKind) -> WorkOrderId {
    let number = (1..).find(|n| unit.work_orders.get(order_id(ticket.id, kind, *n)).is_none()).unwrap_or(1);
    let id = order_id(ticket.id, kind, number);
    unit.work_orders.put(WorkOrder {
        id,
        rev: 0,
        stamp: context.now,
        ticket_id: ticket.id,
        kind,
        state: WorkOrderState::Draft,
        epoch: 0,
        round: 1,
        assignment_id: None,
        organisation_id: None,
        account_id: None,
        contract_id: None,
        coverage_id: None,
        explanation: Document::default(),
        evidence: evidence_of(context.reference, ticket, kind),
        flags: Vec::new(),
        accept_due: None,
        resolve_due: None,
        reason: None,
        review_at: None,
        submitted_by: None,
        submitted_org: None,
        findings: None,
        created_at: context.now,
        updated_at: context.now,
    });
    id
}

/// The evidence that an order of a kind needs for a ticket.
#[must_use]
pub fn evidence_of(reference: &Reference, ticket: &Ticket, kind: WorkOrderKind) -> EvidenceNeeds {
    let needs = reference.categories.get(&ticket.category_id).map(|c| c.evidence.clone()).unwrap_or_default();
    match kind {
        // The photos are those of work.
        WorkOrderKind::Inspection => EvidenceNeeds { steps: needs.steps, ..EvidenceNeeds::default() },
        WorkOrderKind::Repair | WorkOrderKind::Emergency => needs,
    }
}

fn order_id(ticket: TicketId, kind: WorkOrderKind, number: u32) -> WorkOrderId {
    WorkOrderId::new(name_uuid(&format!("order|{ticket}|{kind}|{number}")))
}

/// Verifies an inspection that was submitted with findings, and answers what order follows from them.
fn conclude_inspection(unit: &mut UnitOfWork, context: &FollowUpContext<'_>, ticket: &Ticket, id: WorkOrderId) -> Option<WorkOrderKind> {
    let mut order = unit.work_orders.get(id).filter(|o| o.kind == WorkOrderKind::Inspection).cloned()?;
    let said = order.findings.as_ref().and_then(inspection)?;
    let changed = unit.work_orders.before(id).is_none_or(|was| was.findings != order.findings || was.state != order.state);
    let is_due = order.state == WorkOrderState::Submitted || (changed && order.state == WorkOrderState::Verified);
    if !is_due {
        return None;
    }
    if order.state == WorkOrderState::Submitted {
        // What is missing may still come; else a person decides.
        if !missing_of(unit, context.reference, &order).is_empty() {
            return None;
        }
        order = accept_inspection(unit, order, context.now, &Mover::system(&context.reference.transitions)).ok()?;
    }
    if ticket.status.is_shut_by_office() {
        return None;
    }
    let has_work = unit
        .work_orders
        .iter()
        .any(|o| o.ticket_id == ticket.id && o.kind != WorkOrderKind::Inspection && o.state != WorkOrderState::Cancelled);
    if said.findings == Findings::Confirmed {
        let category = context.reference.categories.get(&ticket.category_id)?;
        return (!has_work).then(|| kind_for(ticket, category, Look::Done));
    }
    if let (Findings::DuplicateOf, Some(other)) = (said.findings, said.duplicate_of) {
        propose_duplicate(unit, context.now, ticket, &order, other);
    }
    let reason = format!("inspection_{}", said.findings);
    set_status(unit, ticket.id, TicketStatus::Triaged, Because { actor: None, reason: Some(&reason), at: context.now });
    None
}

/// An inspector says that two tickets are one: a person decides.
fn propose_duplicate(unit: &mut UnitOfWork, now: Timestamp, ticket: &Ticket, order: &WorkOrder, other: TicketId) {
    let key = format!("{}|{}|{other}", ConflictKind::PossibleDuplicate, ticket.id);
    let id = ConflictId::new(name_uuid(&key));
    let Some(event) = round_of(unit, order.id, order.round).map(|r| r.event_id) else { return };
    if other == ticket.id || unit.conflicts.get(id).is_some() {
        return;
    }
    unit.conflicts.put(Conflict {
        id,
        rev: 0,
        key,
        kind: ConflictKind::PossibleDuplicate,
        severity: Severity::Soft,
        ticket_id: ticket.id,
        work_order_id: Some(order.id),
        areas: ticket.leaf_areas.clone(),
        sides: Sides::Tickets {
            base: EmptySide {},
            theirs: TicketSide { ticket: other, created_at: None, distance_m: None, by: None },
            mine: TicketSide { ticket: ticket.id, created_at: None, distance_m: None, by: order.submitted_by },
        },
        mutation_id: Cause::Event(event).id(),
        other_mutation_id: None,
        default_in_force: "both tickets stand".into(),
        status: ConflictStatus::Open,
        resolution: None,
        resolved_by: None,
        resolved_at: None,
        note: None,
        raised_at: now,
    });
}

/// Finds somebody for an order that nobody has, and writes down why.
fn place(unit: &mut UnitOfWork, context: &mut FollowUpContext<'_>, taken: &mut Taken, ticket: &Ticket, id: WorkOrderId) {
    let Some(order) = unit.work_orders.get(id).filter(|o| is_undecided(o)).cloned() else { return };
    let Some(category) = context.reference.categories.get(&ticket.category_id) else { return };
    let placed = if order.kind == WorkOrderKind::Inspection {
        place_inspection(unit, context, ticket, category, order)
    } else {
        place_work(unit, context, taken, ticket, category, order)
    };
    // What the system may not do waits for the office.
    placed.unwrap_or_default();
}

fn place_inspection(
    unit: &mut UnitOfWork,
    context: &mut FollowUpContext<'_>,
    ticket: &Ticket,
    category: &Category,
    mut order: WorkOrder,
) -> Result<(), NotAllowed> {
    let decision = inspector_for(unit, context, ticket, order.id);
    let by = Mover::system(&context.reference.transitions);
    order.explanation = Document::from(&by_inspector(&decision, context.now));
    match decision.chosen {
        Some(account) => {
            let terms = Terms { at: context.now, accept_minutes: None, resolve_minutes: category.resolve_minutes };
            let to = Party { account: Some(account), ..Party::default() };
            assign(unit, &mut order, &to, &terms, &by)?;
            context.inspectors.iter_mut().filter(|i| i.account == account).for_each(|i| i.load += 1);
        }
        None => back_to_draft(unit, &mut order, context.now, &by)?,
    }
    unit.work_orders.put(order);
    Ok(())
}

fn place_work(
    unit: &mut UnitOfWork,
    context: &mut FollowUpContext<'_>,
    taken: &mut Taken,
    ticket: &Ticket,
    category: &Category,
    mut order: WorkOrder,
) -> Result<(), NotAllowed> {
    let decision = contractor_for(unit, context, ticket, order.id);
    let by = Mover::system(&context.reference.transitions);
    order.explanation = Document::from(&Explanation::of(&decision, context.now).to_value());
    match decision.chosen {
        Some(choice) => {
            let kind = context.reference.organisations.get(&choice.organisation).map(|o| o.kind);
            let at_once = order.kind == WorkOrderKind::Emergency && kind == Some(OrganisationKind::EmergencyGroup);
            let terms = Terms {
                at: context.now,
                accept_minutes: (!at_once).then_some(category.accept_minutes),
                resolve_minutes: category.resolve_minutes,
            };
            assign(unit, &mut order, &party(&choice), &terms, &by)?;
            context.usage.take(&choice);
            count(context.reference, taken, &choice);
        }
        None => back_to_draft(unit, &mut order, context.now, &by)?,
    }
    unit.work_orders.put(order);
    Ok(())
}

/// Nobody is left to ask: the order waits for the office, and its last holder's epoch has passed.
fn back_to_draft(unit: &mut UnitOfWork, order: &mut WorkOrder, at: Timestamp, by: &Mover<'_>) -> Result<(), NotAllowed> {
    if order.state != WorkOrderState::Draft {
        by.take(order, WorkOrderState::Draft)?;
    }
    withdraw(unit, order, at, None);
    Ok(())
}

/// The party that a choice names.
#[must_use]
pub fn party(choice: &Choice) -> Party {
    Party {
        organisation: Some(choice.organisation),
        account: None,
        contract: Some(choice.contract),
        coverage: Some(choice.coverage),
        rank: choice.rank,
    }
}

fn count(reference: &Reference, taken: &mut Taken, choice: &Choice) {
    for subject in [choice.coverage.uuid(), choice.contract.uuid()] {
        if reference.book.cap(subject).is_some() {
            *taken.entry(subject).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests;
