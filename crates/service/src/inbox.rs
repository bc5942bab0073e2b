//! The office's inbox: what waits for a person, in one list.
//!
//! The list runs through the kinds in their order, and within a kind from what waits longest, or is due first, to the newest. It is read, not
//! stored: an item is there as long as its cause lasts. Only who looks after an item is stored, for half an hour ([`claim`]).

pub mod claim;
mod source;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use source::Key;

use crate::{
    Ctx,
    inbox::source::Reaches,
    summary::{References, Refers},
    work_order::Shown,
};
use bazdid_domain::{account::Device, conflict::Conflict, policy::Permission, sync::journal::Journaled, ticket::Ticket, work_order::Round};
use bazdid_protocol::{
    error::{Code, Error, Result},
    text_enum::TextEnum as _,
    time::Timestamp,
    words::inbox::InboxKind,
};
use bazdid_store::{Tx, inbox_claim::Claim, listing::Total};

/// What waits.
#[derive(Debug, Clone)]
pub enum Subject {
    /// An order.
    Order(Box<Shown>),
    /// A round.
    Round(Box<Round>),
    /// A ticket.
    Ticket(Box<Ticket>),
    /// A conflict.
    Conflict(Box<Conflict>),
    /// A mutation that is set aside.
    Kept(Box<Journaled>),
    /// A device.
    Device(Box<Device>),
}

impl Subject {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        match self {
            Self::Order(shown) => shown.order.id.uuid(),
            Self::Round(round) => round.id.uuid(),
            Self::Ticket(ticket) => ticket.id.uuid(),
            Self::Conflict(conflict) => conflict.id.uuid(),
            Self::Kept(kept) => kept.id.uuid(),
            Self::Device(device) => device.id.uuid(),
        }
    }
}

impl Refers for Subject {
    fn refer(&self, to: &mut References) {
        match self {
            Self::Order(shown) => shown.refer(to),
            Self::Round(round) => round.refer(to),
            Self::Ticket(ticket) => to.ticket(ticket.id),
            Self::Conflict(conflict) => conflict.refer(to),
            Self::Kept(kept) => to.person(kept.actor),
            Self::Device(device) => to.person(device.account_id),
        }
    }
}

/// The id of an item: stable while its cause lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemId {
    /// Why it waits.
    pub kind: InboxKind,
    /// What waits.
    pub subject: Uuid,
}

impl std::fmt::Display for ItemId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.kind, self.subject)
    }
}

impl std::str::FromStr for ItemId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = text.split_once('-').and_then(|(kind, id)| Some((InboxKind::parse(kind).ok()?, Uuid::parse_str(id).ok()?)));
        parts.map(|(kind, subject)| Self { kind, subject }).ok_or_else(|| Error::not_found("inbox item"))
    }
}

/// Something that waits.
#[derive(Debug, Clone)]
pub struct Item {
    /// Identity.
    pub id: ItemId,
    /// What waits.
    pub subject: Subject,
    /// Who looks after it.
    pub claim: Option<Claim>,
}

impl Refers for Claim {
    fn refer(&self, to: &mut References) {
        to.person(self.account_id);
    }
}

impl Item {
    /// The order that waits, if it is one.
    #[must_use]
    pub fn order(&self) -> Option<&Shown> {
        if let Subject::Order(shown) = &self.subject { Some(shown) } else { None }
    }

    /// Since when it waits.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        match &self.subject {
            Subject::Order(shown) if self.id.kind == InboxKind::Draft => shown.order.created_at,
            Subject::Order(shown) => shown.order.updated_at,
            Subject::Round(round) => round.submitted_at,
            Subject::Ticket(ticket) => ticket.due_at().filter(|_| is_about_time(self.id.kind)).unwrap_or(ticket.created_at),
            Subject::Conflict(conflict) => conflict.raised_at,
            Subject::Kept(kept) => kept.received_at,
            Subject::Device(device) => device.last_push_at.unwrap_or(device.enrolled_at),
        }
    }

    /// Until when something is to be done.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match &self.subject {
            Subject::Order(shown) => shown.order.due_at(),
            Subject::Ticket(ticket) => ticket.due_at(),
            Subject::Round(_) | Subject::Conflict(_) | Subject::Kept(_) | Subject::Device(_) => None,
        }
    }
}

/// Whether something waits because an instant has passed.
const fn is_about_time(kind: InboxKind) -> bool {
    matches!(kind, InboxKind::Overdue | InboxKind::DeferralDue)
}

/// Where a page begins: in a kind, after a row of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    kind: InboxKind,
    after: Option<Key>,
}

/// A page of the inbox.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// What waits.
    pub items: Vec<Item>,
    /// Where the next page begins, if there is more.
    pub next: Option<Place>,
}

/// A page of what waits within the reach of who asks: of all kinds, or of some.
///
/// # Errors
/// No permission; the database fails.
pub fn list(tx: &mut Tx<'_>, ctx: &Ctx, kinds: &[InboxKind], from: Option<Place>, limit: i64) -> Result<Page> {
    authorise(ctx)?;
    let reaches = Reaches::of(tx, ctx)?;
    let wanted = usize::try_from(limit).unwrap_or_default();
    let asked = InboxKind::ALL.iter().copied().filter(|k| kinds.is_empty() || kinds.contains(k));
    let mut found = Vec::new();
    let mut next = None;
    'kinds: for kind in asked.filter(|k| from.is_none_or(|from| *k >= from.kind)) {
        let mut after = from.filter(|from| from.kind == kind).and_then(|from| from.after);
        let left = limit - i64::try_from(found.len()).unwrap_or(limit);
        for row in source::page(tx, ctx, &reaches, kind, (after, None), left + 1)? {
            if found.len() == wanted {
                next = Some(Place { kind, after });
                break 'kinds;
            }
            after = Some(row.key);
            found.push((ItemId { kind, subject: row.row.id() }, row.row));
        }
    }
    let ids: Vec<String> = found.iter().map(|(id, _)| id.to_string()).collect();
    let claims = bazdid_store::inbox_claim::list_claims(tx, &ids, ctx.now)?;
    let mut claims: HashMap<String, Claim> = claims.into_iter().map(|c| (c.item.clone(), c)).collect();
    let items = found.into_iter().map(|(id, subject)| Item { id, subject, claim: claims.remove(&id.to_string()) }).collect();
    Ok(Page { items, next })
}

/// How many of each kind wait within the reach of who asks.
///
/// # Errors
/// No permission; the database fails.
pub fn count(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Vec<(InboxKind, Total)>> {
    authorise(ctx)?;
    let reaches = Reaches::of(tx, ctx)?;
    InboxKind::ALL.iter().map(|kind| Ok((*kind, source::count(tx, ctx, &reaches, *kind)?))).collect()
}

fn authorise(ctx: &Ctx) -> Result<()> {
    if ctx.actor()?.may(Permission::ConflictRead) { Ok(()) } else { Err(Error::new(Code::Forbidden)) }
}
