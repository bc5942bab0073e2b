//! Tickets: a citizen's request at a place.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::category::{Hazard, Priority};
pub use bazdid_protocol::words::ticket::{Boundary, PointSource, TicketField, TicketOrigin, TicketStatus};
use bazdid_protocol::{
    geo::Point,
    ids::{AccountId, AreaId, CallId, CategoryId, DeviceId, FieldEditId, OrganisationId, StatusChangeId, TicketId, WriteId},
    time::Timestamp,
};

/// Who set a field last, and how: what the merge needs to judge the next write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Register {
    /// Effective stamp of the write that stands, microseconds.
    pub eff: i64,
    /// The write.
    pub by: WriteId,
    /// Who wrote.
    pub actor: AccountId,
    /// Revision of the row when it was written.
    pub v: i64,
}

/// A ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    /// Identity.
    pub id: TicketId,
    /// Revision.
    pub rev: i64,
    /// Newest effective stamp that the server issued for this row.
    pub stamp: Timestamp,
    /// Code that can be said by phone; digits with a check digit. See [`crate::ticket_code`].
    pub code: String,
    /// What it is about.
    pub category_id: CategoryId,
    /// The citizen's words.
    pub text: String,
    /// Where, in words.
    pub address_text: Option<String>,
    /// Where.
    pub point: Point,
    /// Where the point came from.
    pub point_source: PointSource,
    /// Every area that contained the point at creation (or after a move).
    pub areas: Vec<AreaId>,
    /// The smallest of them: whose channels carry the ticket.
    pub leaf_areas: Vec<AreaId>,
    /// How clearly the point lies in them.
    pub boundary: Boundary,
    /// Priority; the office's alone.
    pub priority: Priority,
    /// Hazard, from the category.
    pub hazard: Hazard,
    /// Status.
    pub status: TicketStatus,
    /// Coded or free reason of the status.
    pub status_reason: Option<String>,
    /// Where it came from.
    pub origin: TicketOrigin,
    /// Who created it.
    pub created_by: AccountId,
    /// On which device.
    pub created_device: Option<DeviceId>,
    /// The contractor whose people registered it in the field; its channel carries the ticket.
    pub created_org: Option<OrganisationId>,
    /// When, estimated by the server.
    pub created_at: Timestamp,
    /// Until when the citizen was promised an answer.
    pub promise_at: Option<Timestamp>,
    /// The ticket that it duplicates.
    pub duplicate_of: Option<TicketId>,
    /// How many citizens asked for it.
    pub supporters: i64,
    /// Identity in the system it was imported from, unique.
    pub source_ref: Option<String>,
    /// Who set `text`, `address_text`, `category`, `point` last.
    pub registers: BTreeMap<String, Register>,
    /// Last change, server time.
    pub updated_at: Timestamp,
}

/// What follows from the category unless the office says something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetByHand {
    /// How urgent it is.
    Priority,
    /// Until when an answer is promised.
    Promise,
}

impl SetByHand {
    /// Its name among the ticket's registers.
    const fn name(self) -> &'static str {
        match self {
            Self::Priority => "priority",
            Self::Promise => "promise_at",
        }
    }
}

impl Ticket {
    /// Keeps that a person of the office has said how something is: it does not follow the category any more.
    pub fn set_by_hand(&mut self, what: SetByHand, by: Register) {
        self.registers.insert(what.name().to_owned(), by);
    }

    /// Whether a person of the office has said how something is.
    #[must_use]
    pub fn is_set_by_hand(&self, what: SetByHand) -> bool {
        self.registers.contains_key(what.name())
    }

    /// Until when somebody is to do something about it: its promise while it is open.
    #[must_use]
    pub const fn due_at(&self) -> Option<Timestamp> {
        match self.status {
            TicketStatus::New
            | TicketStatus::Triaged
            | TicketStatus::InWork
            | TicketStatus::WaitingCitizen
            | TicketStatus::Deferred
            | TicketStatus::ReopenRequested => self.promise_at,
            TicketStatus::Resolved
            | TicketStatus::Closed
            | TicketStatus::Referred
            | TicketStatus::Duplicate
            | TicketStatus::Rejected
            | TicketStatus::Cancelled => None,
        }
    }

    /// A ticket with what each must have. What else is known of one is set beside it; what is not set is so: a call, one citizen, in no area, of
    /// ordinary priority and low hazard, promised nothing.
    #[must_use]
    pub fn new(
        id: TicketId,
        code: String,
        category_id: CategoryId,
        text: String,
        point: Point,
        created_by: AccountId,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            rev: 0,
            stamp: at,
            code,
            category_id,
            text,
            address_text: None,
            point,
            point_source: PointSource::Map,
            areas: Vec::new(),
            leaf_areas: Vec::new(),
            boundary: Boundary::Outside,
            priority: Priority::Normal,
            hazard: Hazard::Low,
            status: TicketStatus::New,
            status_reason: None,
            origin: TicketOrigin::Call,
            created_by,
            created_device: None,
            created_org: None,
            created_at: at,
            promise_at: None,
            duplicate_of: None,
            supporters: 1,
            source_ref: None,
            registers: BTreeMap::new(),
            updated_at: at,
        }
    }
}

/// One change of a ticket's status.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusChange {
    /// Identity.
    pub id: StatusChangeId,
    /// Of which ticket.
    pub ticket_id: TicketId,
    /// Before; absent at creation.
    pub from: Option<TicketStatus>,
    /// After.
    pub to: TicketStatus,
    /// Who changed it; absent: the system.
    pub actor: Option<AccountId>,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// One write of one field, kept for ever: accepted values are current or in this history.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldEdit {
    /// Identity of the row.
    pub id: FieldEditId,
    /// What wrote it.
    pub mutation_id: WriteId,
    /// Of which ticket.
    pub ticket_id: TicketId,
    /// Which field.
    pub field: TicketField,
    /// The value, as on the wire.
    pub value: Value,
    /// Who.
    pub actor: AccountId,
    /// Whether the office wrote it: its category wins over concurrent field edits.
    pub office: bool,
    /// The revision that the writer had seen.
    pub base: i64,
    /// The revision that the write produced.
    pub v: i64,
    /// Effective stamp.
    pub eff: Timestamp,
    /// On which device; absent: the office, or from before it was kept.
    pub device_id: Option<DeviceId>,
}

bazdid_protocol::text_enum! {
    /// How a call ended.
    CallOutcome {
        /// A ticket was registered.
        Registered = "registered",
        /// The caller was told what they wanted to know.
        InformationOnly = "information_only",
        /// The thing was known already.
        Duplicate = "duplicate",
        /// Not the municipality's business.
        NotMunicipal = "not_municipal",
        /// The caller hung up.
        Abandoned = "abandoned",
    }
}

/// A call that an operator took. The caller's phone is a keyed hash and an encrypted value.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Identity.
    pub id: CallId,
    /// The ticket that came of it.
    pub ticket_id: Option<TicketId>,
    /// How it ended.
    pub outcome: CallOutcome,
    /// Keyed hash of the caller's phone (HMAC-SHA-256), to find the caller's other calls.
    pub caller_hash: Option<Vec<u8>>,
    /// The caller's phone, encrypted.
    pub caller_encrypted: Option<Vec<u8>>,
    /// Who took it.
    pub taken_by: AccountId,
    /// When.
    pub taken_at: Timestamp,
}
