//! What each kind of the inbox is: which rows wait, in which order, and how many there are.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Ctx,
    inbox::Subject,
    quarantine,
    reach::{people_within, reach},
};
use bazdid_domain::{
    account::Device,
    conflict::{ConflictKind, ConflictStatus},
    policy::Permission,
    sync::engine::flags::HOLD_REQUESTED,
    ticket::{Boundary, TicketStatus},
    visibility::{Reach, Reader},
    work_order::{RoundVerdict, WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::{
    command::Findings,
    error::Result,
    ids::{AccountId, DeviceId, Id, MutationId},
    text_enum::TextEnum as _,
    time::Timestamp,
    words::inbox::InboxKind,
};
use bazdid_store::{
    self as store, Tx,
    conflict::{ConflictFilter, ConflictKey, count_conflicts, list_conflicts},
    listing::{Direction, Keyed, Sort, Total},
    ticket::search::{TicketFilter, TicketKey, count_tickets, list_tickets},
    work_order::search::{OrderFilter, OrderKey, RoundFilter, RoundKey, count_rounds, count_work_orders, list_rounds, list_work_orders},
};

/// How long before its end an offer is shown, minutes.
const EXPIRES_WITHIN_MIN: i64 = 30;
/// Devices with a wrong clock that are looked at.
const DEVICES: i64 = 1_000;
/// Rows that are counted where they are looked through one by one.
const COUNTED_SINGLY: i64 = 200;
/// Tickets that nobody has placed yet.
const UNPLACED: [TicketStatus; 3] = [TicketStatus::New, TicketStatus::Triaged, TicketStatus::ReopenRequested];
/// What is repaired, not only looked at.
const WORK: [WorkOrderKind; 2] = [WorkOrderKind::Repair, WorkOrderKind::Emergency];

/// The place of a row in the list of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// Of an order.
    Order(OrderKey),
    /// Of a ticket.
    Ticket(TicketKey),
    /// Of a round.
    Round(RoundKey),
    /// Of a conflict.
    Conflict(ConflictKey),
    /// Of what is set aside, the newest first.
    Kept(Timestamp, MutationId),
    /// Of a device.
    Device(DeviceId),
}

/// The list behind a kind.
enum Source {
    Orders(Box<OrderFilter>),
    Tickets(Box<TicketFilter>),
    Rounds(RoundFilter),
    Conflicts(ConflictFilter),
    Kept,
    Devices,
}

/// The list behind a kind: the oldest first, or where something is due the earliest. With `only` nothing but the row with this id.
fn source(kind: InboxKind, only: Option<Uuid>, now: Timestamp) -> Source {
    let oldest = Sort::Stored(Direction::Ascending);
    let order = OrderFilter { id: only.map(Id::new), sort: oldest, ..OrderFilter::default() };
    let in_state = |state| Source::Orders(Box::new(OrderFilter { states: vec![state], ..order.clone() }));
    let ticket = TicketFilter { id: only.map(Id::new), sort: oldest, ..TicketFilter::default() };
    let due = Sort::Due(Direction::Ascending);
    let conflict = ConflictFilter {
        id: only.map(Id::new),
        status: Some(ConflictStatus::Open),
        direction: Direction::Ascending,
        ..ConflictFilter::default()
    };
    match kind {
        InboxKind::Draft => in_state(WorkOrderState::Draft),
        InboxKind::FailedVisit => in_state(WorkOrderState::FailedVisit),
        InboxKind::HoldRequest => Source::Orders(Box::new(OrderFilter {
            states: vec![WorkOrderState::Accepted, WorkOrderState::InProgress],
            flag: Some(HOLD_REQUESTED.to_owned()),
            ..order
        })),
        InboxKind::OfferExpiring => Source::Orders(Box::new(OrderFilter {
            states: vec![WorkOrderState::Offered],
            due_before: Some(now.plus_minutes(EXPIRES_WITHIN_MIN)),
            sort: due,
            ..order
        })),
        InboxKind::ReadyToClose => {
            Source::Orders(Box::new(OrderFilter { states: vec![WorkOrderState::Verified], kinds: WORK.to_vec(), ..order }))
        }
        InboxKind::Round => Source::Rounds(RoundFilter {
            id: only.map(Id::new),
            verdict: Some(RoundVerdict::Pending),
            direction: Direction::Ascending,
            ..RoundFilter::default()
        }),
        InboxKind::Finding => {
            Source::Tickets(Box::new(TicketFilter { statuses: vec![TicketStatus::Triaged], reasons: undecided_findings(), ..ticket }))
        }
        InboxKind::DeferralDue => {
            Source::Tickets(Box::new(TicketFilter { statuses: vec![TicketStatus::Deferred], due_before: Some(now), sort: due, ..ticket }))
        }
        InboxKind::Overdue => {
            let statuses = TicketStatus::ALL.iter().copied().filter(|s| *s != TicketStatus::Deferred).collect();
            Source::Tickets(Box::new(TicketFilter { statuses, due_before: Some(now), sort: due, ..ticket }))
        }
        InboxKind::Outside => {
            Source::Tickets(Box::new(TicketFilter { statuses: UNPLACED.to_vec(), boundary: Some(Boundary::Outside), ..ticket }))
        }
        InboxKind::Evidence => Source::Conflicts(ConflictFilter { kind: Some(ConflictKind::PhotoMissing), ..conflict }),
        InboxKind::Conflict => Source::Conflicts(ConflictFilter { other_than: Some(ConflictKind::PhotoMissing), ..conflict }),
        InboxKind::Quarantine => Source::Kept,
        InboxKind::Clock => Source::Devices,
    }
}

/// The reasons of the tickets of which an inspection has found something that a person decides.
fn undecided_findings() -> Vec<String> {
    let decided = |found: &&Findings| **found != Findings::Confirmed;
    Findings::ALL.iter().filter(decided).map(|found| format!("inspection_{found}")).collect()
}

/// How far who asks reaches, by what is asked for.
pub(super) struct Reaches {
    orders: Reach,
    tickets: Reach,
    conflicts: Reach,
}

impl Reaches {
    /// Of who asks.
    ///
    /// # Errors
    /// Nobody has logged in; the database fails.
    pub(super) fn of(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Self> {
        let reference = ctx.reference(tx)?;
        let to = |permission| reach(ctx, &reference, permission);
        Ok(Self { orders: to(Permission::WorkRead)?, tickets: to(Permission::TicketRead)?, conflicts: to(Permission::ConflictRead)? })
    }

    /// Tickets outside every area are everybody's only in an office.
    fn includes(&self, kind: InboxKind) -> bool {
        kind != InboxKind::Outside || self.tickets.includes(Reader::EveryOffice)
    }
}

/// The rows of a kind after a place, at most `limit`.
///
/// # Errors
/// The database fails.
pub(super) fn page(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    reaches: &Reaches,
    kind: InboxKind,
    (after, only): (Option<Key>, Option<Uuid>),
    limit: i64,
) -> Result<Vec<Keyed<Subject, Key>>> {
    if !reaches.includes(kind) {
        return Ok(Vec::new());
    }
    match source(kind, only, ctx.now) {
        Source::Orders(filter) => {
            let before = if let Some(Key::Order(key)) = after { Some(key) } else { None };
            let found = list_work_orders(tx, &OrderFilter { before, limit, ..*filter }, &reaches.orders)?;
            let (keys, orders): (Vec<_>, Vec<_>) = found.into_iter().map(|o| (Key::Order(o.key), o.row)).unzip();
            let shown = crate::work_order::show(tx, orders)?;
            Ok(keys.into_iter().zip(shown).map(|(key, row)| Keyed { row: Subject::Order(Box::new(row)), key }).collect())
        }
        Source::Tickets(filter) => {
            let before = if let Some(Key::Ticket(key)) = after { Some(key) } else { None };
            let found = list_tickets(tx, &TicketFilter { before, limit, ..*filter }, &reaches.tickets)?;
            Ok(found.into_iter().map(|t| Keyed { key: Key::Ticket(t.key), row: Subject::Ticket(Box::new(t.row)) }).collect())
        }
        Source::Rounds(filter) => {
            let before = if let Some(Key::Round(key)) = after { Some(key) } else { None };
            let found = list_rounds(tx, &RoundFilter { before, limit, ..filter }, &reaches.orders)?;
            Ok(found.into_iter().map(|r| Keyed { key: Key::Round(r.key), row: Subject::Round(Box::new(r.row)) }).collect())
        }
        Source::Conflicts(filter) => {
            let before = if let Some(Key::Conflict(key)) = after { Some(key) } else { None };
            let found = list_conflicts(tx, &ConflictFilter { before, limit, ..filter }, &reaches.conflicts)?;
            Ok(found.into_iter().map(|c| Keyed { key: Key::Conflict(c.key), row: Subject::Conflict(Box::new(c.row)) }).collect())
        }
        Source::Kept => {
            let before = if let Some(Key::Kept(at, id)) = after { Some((at, id)) } else { None };
            let found = quarantine::list(tx, ctx, before, limit)?;
            let found = found.into_iter().filter(|m| only.is_none_or(|id| id == m.id.uuid()));
            Ok(found.map(|m| Keyed { key: Key::Kept(m.received_at, m.id), row: Subject::Kept(Box::new(m)) }).collect())
        }
        Source::Devices => {
            let after = if let Some(Key::Device(id)) = after { Some(id) } else { None };
            let found = wrong_clocks(tx, ctx, &reaches.conflicts)?;
            let wanted = |d: &Device| after.is_none_or(|a| d.id > a) && only.is_none_or(|id| id == d.id.uuid());
            let found = found.into_iter().filter(wanted).take(usize::try_from(limit).unwrap_or_default());
            Ok(found.map(|d| Keyed { key: Key::Device(d.id), row: Subject::Device(Box::new(d)) }).collect())
        }
    }
}

/// How many rows of a kind there are.
///
/// # Errors
/// The database fails.
pub(super) fn count(tx: &mut Tx<'_>, ctx: &Ctx, reaches: &Reaches, kind: InboxKind) -> Result<Total> {
    if !reaches.includes(kind) {
        return Ok(Total { count: 0, is_exact: true });
    }
    match source(kind, None, ctx.now) {
        Source::Orders(filter) => count_work_orders(tx, &filter, &reaches.orders),
        Source::Tickets(filter) => count_tickets(tx, &filter, &reaches.tickets),
        Source::Rounds(filter) => count_rounds(tx, &filter, &reaches.orders),
        Source::Conflicts(filter) => count_conflicts(tx, &filter, &reaches.conflicts),
        Source::Kept => {
            let found = quarantine::list(tx, ctx, None, COUNTED_SINGLY + 1)?.len();
            let found = i64::try_from(found).unwrap_or(i64::MAX);
            Ok(Total { count: found.min(COUNTED_SINGLY), is_exact: found <= COUNTED_SINGLY })
        }
        Source::Devices => {
            let found = wrong_clocks(tx, ctx, &reaches.conflicts)?.len();
            Ok(Total { count: i64::try_from(found).unwrap_or(i64::MAX), is_exact: true })
        }
    }
}

/// Devices with a wrong clock of people who work within a reach: in its areas, or for a contractor with orders there. By id.
fn wrong_clocks(tx: &mut Tx<'_>, ctx: &Ctx, reach: &Reach) -> Result<Vec<Device>> {
    let reference = ctx.reference(tx)?;
    let devices = store::inbox::list_wrong_clocks(tx, DEVICES)?;
    if *reach == Reach::Everything {
        return Ok(devices);
    }
    let owners: std::collections::BTreeSet<AccountId> = devices.iter().map(|d| d.account_id).collect();
    let within = people_within(tx, &reference, reach, &owners.into_iter().collect::<Vec<_>>(), Some(ctx.now))?;
    Ok(devices.into_iter().filter(|d| within.contains(&d.account_id)).collect())
}
