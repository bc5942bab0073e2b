//! Decides mutations against a world, one after another, without I/O.
//!
//! Evidence is always kept; only a transition can be refused. What the author may not know of is answered as what the server
//! does not know: held. Who may write is judged by history: the holder of an epoch may report what was done in it, whoever
//! he is now.

mod facts;
mod judge;
mod work;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::domain::{
    account::Role,
    conflict::{Conflict, ConflictKind, ConflictStatus, Severity},
    ids::{AccountId, AreaId, ConflictId, DeviceId, MutationId, OrganisationId, TicketId, WorkOrderId, name_uuid},
    policy::{Permission, role_allows},
    sync::{
        command::Command,
        outcome::{Outcome, OutcomeCode},
        stamp::Stamp,
    },
    ticket::Ticket,
    time::Timestamp,
    work_order::WorkOrder,
    world::World,
};

/// Who acted, with what he held at the true time of the act.
#[derive(Debug, Clone)]
pub struct Author {
    /// The person.
    pub account: AccountId,
    /// The device; absent for the office.
    pub device: Option<DeviceId>,
    /// Roles.
    pub roles: Vec<Role>,
    /// Areas of the grants with all that lie below them.
    pub areas: Vec<AreaId>,
    /// Organisations of the grants.
    pub organisations: Vec<OrganisationId>,
}

impl Author {
    /// Whether one of the roles carries a permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|r| role_allows(*r, permission))
    }
}

/// A mutation as the engine sees it: read, stamped, its author known.
#[derive(Debug, Clone)]
pub struct Act<'a> {
    /// Its id.
    pub id: MutationId,
    /// What it is about.
    pub entity: Uuid,
    /// The epoch that the author knew.
    pub epoch: Option<i64>,
    /// What is to be done.
    pub command: &'a Command,
    /// The arguments as sent.
    pub args: &'a Value,
    /// When it was done.
    pub stamp: Stamp,
    /// When the server heard of it.
    pub received_at: Timestamp,
}

/// Decides one mutation. The world changes only as far as the outcome says; the caller takes a group back as a whole.
pub fn decide(world: &mut World, author: &Author, act: &Act<'_>) -> Outcome {
    match act.command {
        Command::NoteAdd(_)
        | Command::NoteEdit(_)
        | Command::NoteRemove(_)
        | Command::VisitRecord(_)
        | Command::VisitLeave(_)
        | Command::PhotoAdd(_)
        | Command::PhotoRemove(_)
        | Command::MeasurementAdd(_) => facts::decide(world, author, act),
        Command::WorkAccept
        | Command::WorkDecline(_)
        | Command::WorkStart(_)
        | Command::WorkRequestHold(_)
        | Command::WorkResume
        | Command::WorkSubmit(_)
        | Command::WorkFailVisit(_) => work::decide(world, author, act),
        Command::RoundVerify(_) | Command::RoundRework(_) => judge::decide(world, author, act),
        Command::TicketCreate(_)
        | Command::TicketEdit(_)
        | Command::TicketPropose(_)
        | Command::ChecklistAnswer(_)
        | Command::WorkRetract(_)
        | Command::InspectionSubmit(_) => {
            Outcome::rejected(OutcomeCode::UnknownCommand, "/cmd: this server does not decide this command yet")
        }
    }
}

/// The ticket, and the work order if the entity is one, as far as the author may know of it.
fn target<'w>(world: &'w World, author: &Author, entity: Uuid) -> Option<(&'w Ticket, Option<&'w WorkOrder>)> {
    let order = world.work_orders.get(WorkOrderId::new(entity));
    let ticket = world.tickets.get(order.map_or_else(|| TicketId::new(entity), |o| o.ticket_id))?;
    let in_area = author.may(Permission::TicketRead) && ticket.areas.iter().any(|a| author.areas.contains(a));
    let held = |o: WorkOrderId| world.assignments.iter().any(|a| a.work_order_id == o && is_party(author, a.organisation_id, a.account_id));
    let has_held = match order {
        Some(order) => held(order.id),
        None => world.work_orders.iter().any(|o| o.ticket_id == ticket.id && held(o.id)),
    };
    (in_area || has_held).then_some((ticket, order))
}

/// Whether the author is, or belongs to, the party that an assignment names.
fn is_party(author: &Author, organisation: Option<OrganisationId>, account: Option<AccountId>) -> bool {
    account == Some(author.account) || (account.is_none() && organisation.is_some_and(|o| author.organisations.contains(&o)))
}

/// What is said of a thing that is not there, or that the author may not know of: the same.
fn unknown(entity: Uuid) -> Outcome {
    Outcome::held(OutcomeCode::UnknownEntity, "/entity: the server does not know this thing yet", entity)
}

/// What a conflict is about.
struct Clash<'a> {
    kind: ConflictKind,
    severity: Severity,
    ticket: TicketId,
    order: Option<WorkOrderId>,
    /// Field or epoch, part of the key.
    what: &'a str,
    theirs: Value,
    mine: Value,
    /// The mutations involved, as far as this decision knows (of measurements: the rows).
    parties: Vec<MutationId>,
    default_in_force: &'a str,
}

/// Raises a conflict, or brings the one with the same key up to date: once, whatever came first. Hard never becomes soft.
fn raise(world: &mut World, act: &Act<'_>, clash: Clash<'_>) -> ConflictId {
    let subject = clash.order.map_or_else(|| clash.ticket.uuid(), WorkOrderId::uuid);
    let key = format!("{}|{subject}|{}", clash.kind, clash.what);
    let id = ConflictId::new(name_uuid(&key));
    let before = world.conflicts.get(id).cloned();
    // The two smallest ids ever involved: the same whatever came first.
    let known = before.iter().flat_map(|b| [Some(b.mutation_id), b.other_mutation_id]).flatten();
    let mut parties = known.chain(clash.parties).collect::<std::collections::BTreeSet<_>>().into_iter();
    let (mutation_id, other_mutation_id) = (parties.next().unwrap_or(act.id), parties.next());
    let areas = world.tickets.get(clash.ticket).map(|t| t.leaf_areas.clone()).unwrap_or_default();
    let conflict = Conflict {
        id,
        rev: 0,
        key,
        kind: clash.kind,
        severity: before.as_ref().map_or(clash.severity, |b| b.severity.max(clash.severity)),
        ticket_id: clash.ticket,
        work_order_id: clash.order,
        areas,
        base: json!({ "epoch": act.epoch }),
        theirs: clash.theirs,
        mine: clash.mine,
        mutation_id,
        other_mutation_id,
        default_in_force: clash.default_in_force.to_owned(),
        status: ConflictStatus::Open,
        resolution: None,
        resolved_by: None,
        resolved_at: None,
        note: before.as_ref().and_then(|b| b.note.clone()),
        raised_at: before.as_ref().map_or(act.received_at, |b| b.raised_at.min(act.received_at)),
    };
    world.conflicts.put(conflict);
    id
}

#[cfg(test)]
mod tests;
