//! Conflicts: what a person must decide.

pub use bazdid_protocol::words::conflict::{ConflictKind, ConflictStatus, Resolution, Severity};
use bazdid_protocol::{
    ids::{AccountId, AreaId, CauseId, ConflictId, MeasurementId, MutationId, PhotoId, TicketId, WorkEventId, WorkOrderId, WriteId},
    sides::Sides,
    time::Timestamp,
};

/// What a conflict arose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A command, which may have had no effect.
    Command(MutationId),
    /// What was done in the field.
    Event(WorkEventId),
    /// A value that was written to a field of a ticket.
    Write(WriteId),
    /// A ticket, of a possible duplicate.
    Ticket(TicketId),
    /// A measurement that disagrees with another.
    Measurement(MeasurementId),
    /// A photo whose bytes do not come.
    Photo(PhotoId),
}

impl Cause {
    /// The id by which the conflict names it. Which kind of thing it is follows from the conflict's kind and sides.
    #[must_use]
    pub const fn id(self) -> CauseId {
        CauseId::new(match self {
            Self::Command(id) => id.uuid(),
            Self::Event(id) => id.uuid(),
            Self::Write(id) => id.uuid(),
            Self::Ticket(id) => id.uuid(),
            Self::Measurement(id) => id.uuid(),
            Self::Photo(id) => id.uuid(),
        })
    }
}

/// A conflict. Its key is unordered, so that it is raised once whatever came first.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// Identity, derived from the key.
    pub id: ConflictId,
    /// Revision; `If-Match` of a resolution.
    pub rev: i64,
    /// (kind, entity, field or epoch, the two mutations in order), unique.
    pub key: String,
    /// Class.
    pub kind: ConflictKind,
    /// How much it matters.
    pub severity: Severity,
    /// At which ticket.
    pub ticket_id: TicketId,
    /// At which work order.
    pub work_order_id: Option<WorkOrderId>,
    /// Whose office sees it.
    pub areas: Vec<AreaId>,
    /// What both had seen, what stood and what came.
    pub sides: Sides,
    /// The first of its causes, by id.
    pub mutation_id: CauseId,
    /// The second.
    pub other_mutation_id: Option<CauseId>,
    /// What holds until somebody decides.
    pub default_in_force: String,
    /// Decided or not.
    pub status: ConflictStatus,
    /// How.
    pub resolution: Option<Resolution>,
    /// By whom.
    pub resolved_by: Option<AccountId>,
    /// When.
    pub resolved_at: Option<Timestamp>,
    /// In words.
    pub note: Option<String>,
    /// When it was raised.
    pub raised_at: Timestamp,
}

impl Conflict {
    /// The photo whose bytes do not come, if that is what it is about.
    #[must_use]
    pub fn missing_photo(&self) -> Option<PhotoId> {
        (self.kind == ConflictKind::PhotoMissing).then(|| PhotoId::new(self.mutation_id.uuid()))
    }
}
