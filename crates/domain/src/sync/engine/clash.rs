//! Conflicts: raised once whatever came first, brought up to date by what comes later.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::{
    conflict::{Cause, Conflict, ConflictKind, ConflictStatus, Resolution, Severity},
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::{
    ids::{AreaId, ConflictId, TicketId, WorkOrderId, name_uuid},
    sides::Sides,
    time::Timestamp,
};

/// What a conflict is about.
pub(super) struct Clash<'a> {
    pub kind: ConflictKind,
    pub severity: Severity,
    pub ticket: TicketId,
    pub order: Option<WorkOrderId>,
    /// Whose name the key begins with, if neither the order nor the ticket.
    pub subject: Option<Uuid>,
    /// Field or epoch, part of the key.
    pub what: &'a str,
    pub sides: Sides,
    /// What it arose from, as far as this decision knows.
    pub parties: Vec<Cause>,
    /// Whether those named by earlier decisions are involved too; otherwise `parties` are all.
    pub cumulative: bool,
    pub default_in_force: &'a str,
    /// The areas of the ticket, if it is not loaded.
    pub areas: &'a [AreaId],
}

impl<'a> Clash<'a> {
    /// A hard conflict at a ticket or an order, still without its two sides.
    pub fn hard(kind: ConflictKind, ticket: TicketId, order: Option<WorkOrderId>, what: &'a str) -> Self {
        Self {
            kind,
            severity: Severity::Hard,
            ticket,
            order,
            subject: None,
            what,
            sides: Sides::default(),
            parties: Vec::new(),
            cumulative: false,
            default_in_force: "",
            areas: &[],
        }
    }

    /// A soft one.
    pub fn soft(kind: ConflictKind, ticket: TicketId, order: Option<WorkOrderId>, what: &'a str) -> Self {
        Self { severity: Severity::Soft, ..Self::hard(kind, ticket, order, what) }
    }

    fn key(&self) -> String {
        let subject = self.subject.or(self.order.map(WorkOrderId::uuid)).unwrap_or(self.ticket.uuid());
        format!("{}|{subject}|{}", self.kind, self.what)
    }

    /// The id that the conflict has or will have.
    pub fn id(&self) -> ConflictId {
        ConflictId::new(name_uuid(&self.key()))
    }
}

/// Raises a conflict, or brings the one with the same key up to date: once, whatever came first. Hard never becomes soft. What
/// a person decided stays decided until something new comes in; what was only withdrawn is open again when its cause comes back.
pub(super) fn raise(unit: &mut UnitOfWork, now: Timestamp, clash: Clash<'_>) -> ConflictId {
    let id = clash.id();
    let before = unit.conflicts.get(id).cloned();
    // The two smallest ids involved: the same whatever came first.
    let known = before.iter().filter(|_| clash.cumulative).flat_map(|b| [Some(b.mutation_id), b.other_mutation_id]).flatten();
    let key = clash.key();
    let mut parties = known.chain(clash.parties.into_iter().map(Cause::id)).collect::<BTreeSet<_>>().into_iter();
    let (mutation_id, other_mutation_id) = (parties.next().unwrap_or(Cause::Ticket(clash.ticket).id()), parties.next());
    let areas = unit.tickets.get(clash.ticket).map_or_else(|| clash.areas.to_vec(), |t| t.leaf_areas.clone());
    let decided =
        before.as_ref().filter(|b| b.status == ConflictStatus::Resolved && b.resolved_by.is_some() && b.sides.mine() == clash.sides.mine());
    let conflict = Conflict {
        id,
        rev: before.as_ref().map_or(0, |b| b.rev),
        key,
        kind: clash.kind,
        severity: before.as_ref().map_or(clash.severity, |b| b.severity.max(clash.severity)),
        ticket_id: clash.ticket,
        work_order_id: clash.order,
        areas,
        sides: clash.sides,
        mutation_id,
        other_mutation_id,
        default_in_force: clash.default_in_force.to_owned(),
        status: decided.map_or(ConflictStatus::Open, |d| d.status),
        resolution: decided.and_then(|d| d.resolution),
        resolved_by: decided.and_then(|d| d.resolved_by),
        resolved_at: decided.and_then(|d| d.resolved_at),
        note: before.as_ref().and_then(|b| b.note.clone()),
        raised_at: before.as_ref().map_or(now, |b| b.raised_at.min(now)),
    };
    if before.as_ref() != Some(&conflict) {
        unit.conflicts.put(conflict);
    }
    id
}
/// Closes a conflict whose cause is gone: a correction agrees by now, the late work was taken back. The system decided nothing,
/// so that nobody stands as the one who did.
pub(super) fn withdraw(unit: &mut UnitOfWork, id: ConflictId, resolution: Resolution, at: Timestamp) {
    if let Some(conflict) = unit.conflicts.get(id).filter(|c| c.status == ConflictStatus::Open).cloned() {
        unit.conflicts.put(Conflict {
            status: ConflictStatus::Resolved,
            resolution: Some(resolution),
            resolved_by: None,
            resolved_at: Some(at),
            ..conflict
        });
    }
}
