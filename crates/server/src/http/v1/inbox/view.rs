//! An item of the inbox, for people.

use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

use super::action::{ActionView, actions};
use crate::http::v1::{
    conflict::ConflictView,
    device::DeviceView,
    quarantine::QuarantinedView,
    round::RoundView,
    summary::{self, PersonView, TicketSummaryView},
    ticket::view::TicketView,
    work_order::WorkOrderView,
};
use bazdid_domain::actor::Actor;
use bazdid_protocol::{error::Result, ids::WorkOrderId, time::Timestamp, words::inbox::InboxKind};
use bazdid_service::{
    inbox::{Item, Subject},
    summary::Names,
};
use bazdid_store::inbox_claim::Claim;
use bazdid_texts::Language;

/// Who looks after an item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InboxOwner)]
pub struct OwnerView {
    /// Who.
    pub person: PersonView,
    /// Until when, unless they prolong it.
    pub until: Timestamp,
}

impl OwnerView {
    /// Of a claim.
    pub fn new(claim: &Claim, names: &Names) -> Self {
        Self { person: summary::person(names, claim.account_id), until: claim.ends_at }
    }
}

/// What waits, whole.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum InboxSubject {
    /// An order.
    WorkOrder(Box<WorkOrderView>),
    /// A round.
    Round(Box<RoundView>),
    /// A ticket.
    Ticket(Box<TicketView>),
    /// A conflict.
    Conflict(Box<ConflictView>),
    /// What a device sent that is set aside.
    Quarantined(Box<QuarantinedView>),
    /// A device.
    Device(Box<DeviceView>),
}

/// Something that waits for a person of the office.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboxItem {
    /// Identity: the same as long as its cause lasts.
    #[schema(example = "draft-0197a000-0000-7000-8000-000000000001")]
    pub id: String,
    /// Why it waits.
    pub kind: InboxKind,
    /// Since when it waits.
    pub since: Timestamp,
    /// Until when something is to be done.
    #[schema(required = true)]
    pub due_at: Option<Timestamp>,
    /// The ticket; `null` where there is none.
    #[schema(required = true)]
    pub ticket: Option<TicketSummaryView>,
    /// Who looks after it; `null`: nobody.
    #[schema(required = true)]
    pub owner: Option<OwnerView>,
    /// What waits.
    pub subject: InboxSubject,
    /// What you may do about it.
    pub actions: Vec<ActionView>,
}

impl InboxItem {
    /// As `actor` reads it; of the explained orders with why somebody was asked.
    ///
    /// # Errors
    /// A name was not looked up.
    pub fn new(item: Item, actor: &Actor, explained: &BTreeSet<WorkOrderId>, names: &Names, language: Language) -> Result<Self> {
        let (id, kind) = (item.id.to_string(), item.id.kind);
        let (since, due_at, actions) = (item.since(), item.due_at(), actions(&item, actor));
        let owner = item.claim.as_ref().map(|claim| OwnerView::new(claim, names));
        let ticket = match &item.subject {
            Subject::Order(shown) => Some(summary::ticket(names, shown.order.ticket_id)?),
            Subject::Round(round) => Some(summary::ticket(names, round.ticket_id)?),
            Subject::Ticket(ticket) => Some(summary::ticket(names, ticket.id)?),
            Subject::Conflict(conflict) => Some(summary::ticket(names, conflict.ticket_id)?),
            Subject::Kept(_) | Subject::Device(_) => None,
        };
        let subject = match item.subject {
            Subject::Order(shown) => {
                let explained = explained.contains(&shown.order.id);
                InboxSubject::WorkOrder(Box::new(WorkOrderView::as_read(*shown, names, explained)?))
            }
            Subject::Round(round) => InboxSubject::Round(Box::new(RoundView::new(*round, names)?)),
            Subject::Ticket(ticket) => InboxSubject::Ticket(Box::new(TicketView::from(*ticket))),
            Subject::Conflict(conflict) => InboxSubject::Conflict(Box::new(ConflictView::new(*conflict, names)?)),
            Subject::Kept(kept) => InboxSubject::Quarantined(Box::new(QuarantinedView::of(*kept, language))),
            Subject::Device(device) => InboxSubject::Device(Box::new(DeviceView::from(*device))),
        };
        Ok(Self { id, kind, since, due_at, ticket, owner, subject, actions })
    }
}
