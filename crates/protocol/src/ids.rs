//! Typed identifiers.
//!
//! Every entity is named by a UUIDv7 that its creator made, devices included. The phantom tag keeps a
//! ticket's id from being passed where a work order's is meant; it costs nothing at run time.

use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// An identifier of an entity of the kind that the tag `T` stands for.
pub struct Id<T> {
    uuid: Uuid,
    tag: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// Wraps a UUID of whatever version; who makes ids is `IdSource` of the crate `clock` or a device.
    #[must_use]
    pub const fn new(uuid: Uuid) -> Self {
        Self { uuid, tag: PhantomData }
    }

    /// The bare UUID.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<T> hash::Hash for Id<T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.uuid, f)
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.uuid, f)
    }
}
impl<T> FromStr for Id<T> {
    type Err = uuid::Error;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(s).map(Self::new)
    }
}
impl<T> From<Uuid> for Id<T> {
    fn from(uuid: Uuid) -> Self {
        Self::new(uuid)
    }
}
impl<T> From<Id<T>> for Uuid {
    fn from(id: Id<T>) -> Self {
        id.uuid
    }
}
impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.uuid.serialize(serializer)
    }
}
impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::new)
    }
}

/// The UUIDv8 (RFC 9562) that a name determines: ids of rows that the system makes (orders, assignments, conflicts), so that they
/// depend neither on the order of arrival nor on the database.
#[must_use]
pub fn name_uuid(name: &str) -> Uuid {
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(Sha256::digest(name.as_bytes())) {
        *to = from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident of $tag:ident;)*) => {$(
        #[doc = concat!("Tag of [`", stringify!($id), "`].")]
        #[derive(Debug)]
        pub enum $tag {}
        $(#[$doc])*
        pub type $id = Id<$tag>;
    )*};
}

ids! {
    /// An organisation: municipality, office, partner, contractor, emergency group.
    OrganisationId of OrganisationTag;
    /// An account, the login of one person.
    AccountId of AccountTag;
    /// One grant of a role to an account.
    GrantId of GrantTag;
    /// A device enrolled by an account.
    DeviceId of DeviceTag;
    /// A family of rotating refresh tokens: one login on one device.
    SessionId of SessionTag;
    /// An area; stable over changes of its boundary.
    AreaId of AreaTag;
    /// One version of an area's boundary.
    AreaShapeId of AreaShapeTag;
    /// A category of requests.
    CategoryId of CategoryTag;
    /// One version of a checklist.
    ChecklistId of ChecklistTag;
    /// A call that an operator took.
    CallId of CallTag;
    /// A citizen's request at a place.
    TicketId of TicketTag;
    /// A change of a ticket's status.
    StatusChangeId of StatusChangeTag;
    /// What one party must do for a ticket.
    WorkOrderId of WorkOrderTag;
    /// One offer of a work order; the fencing token of field work.
    AssignmentId of AssignmentTag;
    /// One attempt at a work order.
    RoundId of RoundTag;
    /// An append-only event of field work.
    WorkEventId of WorkEventTag;
    /// A person's presence at a place.
    VisitId of VisitTag;
    /// A round through an area without a ticket.
    PatrolId of PatrolTag;
    /// A photo, by its metadata.
    PhotoId of PhotoTag;
    /// One attempt to send a photo's bytes.
    UploadId of UploadTag;
    /// A note by an actor or by the system.
    NoteId of NoteTag;
    /// A measured quantity.
    MeasurementId of MeasurementTag;
    /// An answer to one checklist item on one visit.
    AnswerId of AnswerTag;
    /// A contract with an organisation.
    ContractId of ContractTag;
    /// What a contract covers: area × category × rank.
    CoverageId of CoverageTag;
    /// A command that a device sent.
    MutationId of MutationTag;
    /// One write of a field of a ticket, as the ticket's history keeps it.
    FieldEditId of FieldEditTag;
    /// What wrote a value: a command, or the registration of the ticket.
    WriteId of WriteTag;
    /// What a conflict arose from (`Cause` of the domain): a command, or a row.
    CauseId of CauseTag;
    /// An all-or-nothing group of mutations.
    GroupId of GroupTag;
    /// Something that a person must decide.
    ConflictId of ConflictTag;
    /// An entry of the audit log.
    AuditId of AuditTag;
    /// Something that happened, as subscribers are told of it.
    EventId of EventTag;
    /// A receiver of webhooks.
    WebhookId of WebhookTag;
    /// A notice to the administrators.
    NoticeId of NoticeTag;
}

/// Where one thing has the id of another, the conversion has a name and a reason here.
impl WorkEventId {
    /// The event that a command makes: it has the command's id, so that a repeat never makes a second one.
    #[must_use]
    pub const fn of(command: MutationId) -> Self {
        Self::new(command.uuid())
    }

    /// The command that made the event. Events that the office repeats for an order's new epoch have ids of their own, which no
    /// command has.
    #[must_use]
    pub const fn command(self) -> MutationId {
        MutationId::new(self.uuid())
    }
}

impl AnswerId {
    /// The answer that a command gives: a row of its own for each command, so that a repeat never makes a second one.
    #[must_use]
    pub const fn of(command: MutationId) -> Self {
        Self::new(command.uuid())
    }
}

impl MeasurementId {
    /// The measurement by which a command of the office corrects others.
    #[must_use]
    pub const fn of(command: MutationId) -> Self {
        Self::new(command.uuid())
    }

    /// The measurement that a submission makes of one of its quantities: the same however often it is decided.
    #[must_use]
    pub fn submitted(command: MutationId, place: usize) -> Self {
        Self::new(name_uuid(&format!("measurement|{command}|{place}")))
    }
}

impl WriteId {
    /// A command wrote the value.
    #[must_use]
    pub const fn of_command(command: MutationId) -> Self {
        Self::new(command.uuid())
    }

    /// The value is as the ticket was registered with it, before its fields had a history.
    #[must_use]
    pub const fn of_registration(ticket: TicketId) -> Self {
        Self::new(ticket.uuid())
    }

    /// A work event brought the value.
    #[must_use]
    pub const fn of_event(event: WorkEventId) -> Self {
        Self::new(event.uuid())
    }
}

impl FieldEditId {
    /// The line of the history for what one write made of a field: the same write makes one line a field.
    #[must_use]
    pub fn of(write: WriteId, field: impl fmt::Display) -> Self {
        Self::new(name_uuid(&format!("edit|{write}|{field}")))
    }
}
