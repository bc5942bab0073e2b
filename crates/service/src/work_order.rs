//! Work orders: found, looked at, decided about by the office.

pub mod evidence;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    Ctx,
    decision::{Decided, decide},
    reach::{Access, reach, reaches_order, readable, root_within, same_rev},
    ticket::Detail,
};
use bazdid_domain::{
    account::Role,
    evidence::{
        arrival::{self, EvidenceState},
        rounds::Rounds,
    },
    office::{
        DecisionContext, OfficeResult,
        order::{self, Target},
    },
    policy::Permission,
    unit_of_work::UnitOfWork,
    visibility::{Reader, at_place},
    work_order::WorkOrder,
};
use bazdid_protocol::{
    error::{Error, Result},
    ids::{AccountId, TicketId, WorkOrderId},
    time::Timestamp,
};
use bazdid_store::{
    self as store, Tx,
    listing::Total,
    photo::Arrived,
    work_order::search::{OrderFilter, OrderKey, count_work_orders, list_rounds_of, list_work_orders},
};

/// Orders that are looked at for one page of those whose evidence has come so far.
const LOOKED_AT: i64 = 2_000;

/// An order with how far its evidence has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The order.
    pub order: WorkOrder,
    /// How far the photos that it asks for have come.
    pub evidence: EvidenceState,
}

impl Shown {
    /// An order of a unit of work with all below its ticket.
    #[must_use]
    pub fn within(unit: &UnitOfWork, order: WorkOrder) -> Self {
        Self { evidence: arrival::state(&arrival::of_order(unit, &order)), order }
    }

    /// A new order, of which no photo can be there yet.
    #[must_use]
    pub fn new(order: WorkOrder) -> Self {
        Self::within(&UnitOfWork::default(), order)
    }
}

/// Orders with how far their evidence has come.
///
/// # Errors
/// The database fails.
pub fn show(tx: &mut Tx<'_>, orders: Vec<WorkOrder>) -> Result<Vec<Shown>> {
    let keys: Vec<_> = orders.iter().map(|o| (o.id, o.ticket_id)).collect();
    let arrived = store::photo::list_arrived(tx, &keys)?;
    let all_rounds = list_rounds_of(tx, &keys)?;
    let shown = orders.into_iter().map(|order| {
        let party = arrival::party(&order);
        let rounds = Rounds::of(all_rounds.iter().filter(|r| r.work_order_id == order.id), party);
        let counts = |a: &&Arrived| a.work_order == order.id && a.organisation == party && rounds.is_current(a.captured_est);
        let of_order = arrived.iter().filter(counts);
        let tallies = arrival::tally(&order.evidence.photos, of_order.map(|a| (a.kind, a.state)));
        Shown { evidence: arrival::state(&tallies), order }
    });
    Ok(shown.collect())
}

/// A page of orders.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The orders.
    pub orders: Vec<Shown>,
    /// The key of the last that was looked at, if there are more.
    pub next: Option<OrderKey>,
}

/// A page of the orders that the actor may know of, newest first. How far evidence has come is derived and not stored: for a page
/// of those that have come so far a bounded number of orders is looked at, and the page may be short though there are more.
///
/// # Errors
/// The database fails.
pub fn list(tx: &mut Tx<'_>, ctx: &Ctx, filter: &OrderFilter, evidence: Option<EvidenceState>) -> Result<Page> {
    let reference = ctx.reference(tx)?;
    let reach = reach(ctx, &reference, Permission::WorkRead)?;
    let wanted = usize::try_from(filter.limit).unwrap_or_default();
    let mut left = if evidence.is_some() { LOOKED_AT } else { filter.limit };
    let mut page = Page { orders: Vec::new(), next: filter.before };
    loop {
        let asked = OrderFilter { before: page.next, limit: filter.limit + 1, ..filter.clone() };
        let mut found = list_work_orders(tx, &asked, &reach)?;
        let more = found.len() > wanted;
        found.truncate(wanted);
        left -= filter.limit;
        let (keys, orders): (Vec<OrderKey>, Vec<WorkOrder>) = found.into_iter().map(|o| (o.key, o.row)).unzip();
        for (key, shown) in keys.into_iter().zip(show(tx, orders)?) {
            if page.orders.len() == wanted {
                return Ok(page);
            }
            page.next = Some(key);
            if evidence.is_none_or(|e| e == shown.evidence) {
                page.orders.push(shown);
            }
        }
        if !more {
            page.next = None;
        }
        if page.next.is_none() || page.orders.len() == wanted || left <= 0 {
            return Ok(page);
        }
    }
}

/// How many orders of a filter the actor may know of, as far as they are counted.
///
/// # Errors
/// The database fails.
pub fn count(tx: &mut Tx<'_>, ctx: &Ctx, filter: &OrderFilter) -> Result<Total> {
    let reference = ctx.reference(tx)?;
    count_work_orders(tx, filter, &reach(ctx, &reference, Permission::WorkRead)?)
}

/// Those of some orders whose explanations who asks may read: who else was considered is for the office of the ticket's place to know.
///
/// # Errors
/// Nobody has logged in; the database fails.
pub fn explained(tx: &mut Tx<'_>, ctx: &Ctx, orders: &[Shown]) -> Result<BTreeSet<WorkOrderId>> {
    let reference = ctx.reference(tx)?;
    let reach = reach(ctx, &reference, Permission::ConflictRead)?;
    let tickets: BTreeSet<TicketId> = orders.iter().map(|o| o.order.ticket_id).collect();
    let places = store::ticket::area::list_leaf_areas_of(tx, &tickets.into_iter().collect::<Vec<_>>())?;
    let is_office = |ticket| reach.includes_any(at_place(places.get(&ticket).map_or(&[], Vec::as_slice), Reader::Office));
    Ok(orders.iter().map(|o| &o.order).filter(|o| is_office(o.ticket_id)).map(|o| o.id).collect())
}

/// An order with what lies below its ticket, as far as the actor may read it.
///
/// # Errors
/// There is no such order within reach; the database fails.
pub fn get(tx: &mut Tx<'_>, ctx: &Ctx, id: WorkOrderId) -> Result<(WorkOrder, Detail)> {
    let unit = within(tx, ctx, id, Permission::WorkRead, Access::Read)?;
    let reference = ctx.reference(tx)?;
    let order = unit.work_orders.get(id).cloned().ok_or_else(|| Error::not_found("work order"))?;
    let readable = readable(ctx, &reference, &unit)?;
    Ok((order, Detail { unit, readable, history: Vec::new(), values: Vec::new() }))
}

fn within(tx: &mut Tx<'_>, ctx: &Ctx, id: WorkOrderId, permission: Permission, access: Access) -> Result<UnitOfWork> {
    let unit = root_within(tx, ctx, id.uuid(), permission, access, "work order")?;
    let reference = ctx.reference(tx)?;
    if reaches_order(&reach(ctx, &reference, permission)?, &unit, id) {
        return Ok(unit);
    }
    Err(Error::not_found("work order"))
}

/// A decision about one order, made on the revision that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Offer it to somebody by hand.
    Offer {
        /// To whom.
        to: Target,
        /// Why.
        reason: String,
    },
    /// Take it from its holder; without a target the next candidate is asked.
    Reassign {
        /// To whom.
        to: Option<Target>,
        /// Why.
        reason: String,
    },
    /// Call it off.
    Cancel {
        /// Coded reason.
        code: String,
        /// In words.
        note: Option<String>,
    },
    /// Grant a hold.
    Hold {
        /// Why.
        reason: String,
        /// When it is looked at again.
        review_at: Timestamp,
    },
    /// Refuse the holds that were asked for.
    RefuseHold {
        /// Why.
        reason: String,
    },
    /// End a hold.
    Resume,
    /// Close verified work.
    Close,
    /// Take verified work up again after an objection.
    Object {
        /// Why.
        reason: String,
        /// When the next attempt is due.
        due: Option<Timestamp>,
    },
}

impl Command {
    fn action(&self) -> &'static str {
        match self {
            Self::Offer { .. } => "work_order.offer",
            Self::Reassign { .. } => "work_order.reassign",
            Self::Cancel { .. } => "work_order.cancel",
            Self::Hold { .. } => "work_order.hold",
            Self::RefuseHold { .. } => "work_order.refuse_hold",
            Self::Resume => "work_order.resume",
            Self::Close => "work_order.close",
            Self::Object { .. } => "work_order.object",
        }
    }

    fn target(&self) -> Option<Target> {
        match self {
            Self::Offer { to, .. } => Some(*to),
            Self::Reassign { to, .. } => *to,
            _ => None,
        }
    }

    fn rule(&self, unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: WorkOrderId) -> OfficeResult {
        match self {
            Self::Offer { to, reason } => order::offer(unit, context, id, *to, reason),
            Self::Reassign { to, reason } => order::reassign(unit, context, id, *to, reason),
            Self::Cancel { code, note } => order::cancel(unit, context, id, code, note.as_deref()),
            Self::Hold { reason, review_at } => order::hold(unit, context, id, reason, *review_at),
            Self::RefuseHold { reason } => order::refuse_hold(unit, context, id, reason),
            Self::Resume => order::resume(unit, context, id),
            Self::Close => order::close(unit, context, id),
            Self::Object { reason, due } => order::object(unit, context, id, reason, *due),
        }
    }

    fn detail(&self, before: &WorkOrder) -> Value {
        let code = if let Self::Cancel { code, .. } = self { Some(code) } else { None };
        let to = self.target().map(|t| match t {
            Target::Organisation(id) => id.uuid(),
            Target::Inspector(id) => id.uuid(),
        });
        json!({ "from": before.state, "epoch": before.epoch, "code": code, "to": to })
    }
}

/// Decides about an order. Of two people at once the second is told that the order has changed since they read it.
///
/// # Errors
/// There is no such order within reach; it has changed since; the rule refuses; the database fails.
pub fn command(tx: &mut Tx<'_>, ctx: &Ctx, id: WorkOrderId, rev: i64, command: &Command) -> Result<Shown> {
    let mut unit = within(tx, ctx, id, Permission::WorkManage, Access::Write)?;
    let before = unit.work_orders.get(id).cloned().ok_or_else(|| Error::not_found("work order"))?;
    same_rev(rev, before.rev)?;
    if let Some(Target::Inspector(account)) = command.target() {
        inspector_of(tx, ctx, &unit, before.ticket_id, account)?;
    }
    let decided = Decided { action: command.action(), kind: "work_order", id: id.uuid(), detail: command.detail(&before) };
    decide(tx, ctx, &mut unit, decided, |unit, context| command.rule(unit, context, id))?;
    let order = unit.work_orders.get(id).cloned().ok_or_else(|| Error::internal("an order left its unit of work"))?;
    Ok(Shown::within(&unit, order))
}

/// Somebody named by hand must be an inspector of the ticket's areas.
fn inspector_of(tx: &mut Tx<'_>, ctx: &Ctx, unit: &UnitOfWork, ticket: TicketId, account: AccountId) -> Result<()> {
    let areas = unit.tickets.get(ticket).map(|t| t.areas.clone()).unwrap_or_default();
    let grants = store::account::list_grants_of(tx, &[account])?;
    let fits = grants.iter().any(|g| g.role == Role::Inspector && g.in_force_at(ctx.now) && g.areas.iter().any(|a| areas.contains(a)));
    if fits { Ok(()) } else { Err(Error::field("/account", "must be an inspector of an area that holds the ticket")) }
}
