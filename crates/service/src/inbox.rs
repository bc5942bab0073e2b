//! The office's inbox: what waits for a person and for nobody else.

use std::collections::BTreeSet;

use crate::{
    Ctx, quarantine,
    reach::{people_within, reach},
    work_order::{self, Shown},
};
use bazdid_domain::{
    account::Device,
    conflict::{Conflict, ConflictKind, ConflictStatus, Severity},
    policy::Permission,
    reference::Reference,
    sync::journal::Journaled,
    ticket::{Boundary, Ticket, TicketStatus},
    visibility::{Reach, Reader},
    work_order::WorkOrderKind,
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::AccountId,
};
use bazdid_store::{
    self as store, Tx,
    conflict::ConflictFilter,
    ticket::search::{TicketFilter, list_tickets},
};

/// Rows of each kind that are shown; the counts are of all.
const SHOWN: i64 = 50;
/// Devices with a wrong clock that are looked at.
const DEVICES: i64 = 1_000;
/// Tickets that nobody has placed yet.
const UNPLACED: [TicketStatus; 3] = [TicketStatus::New, TicketStatus::Triaged, TicketStatus::ReopenRequested];

/// What waits.
#[derive(Debug, Clone, Default)]
pub struct Inbox {
    /// Orders that nobody could be asked to do, the oldest first.
    pub drafts: Vec<Shown>,
    /// How many of each kind.
    pub draft_counts: Vec<(WorkOrderKind, i64)>,
    /// Open hard conflicts, the newest first.
    pub conflicts: Vec<Conflict>,
    /// How many conflicts of each kind and severity are open.
    pub conflict_counts: Vec<(ConflictKind, Severity, i64)>,
    /// Tickets outside every area, the newest first.
    pub outside: Vec<Ticket>,
    /// How many.
    pub outside_count: i64,
    /// Devices whose clock was off by more than a day.
    pub wrong_clocks: Vec<Device>,
    /// Mutations that are set aside and belong to nothing that the server knows, the newest first.
    pub kept: Vec<Journaled>,
}

/// What waits within the reach of who asks.
///
/// # Errors
/// No permission; the database fails.
pub fn get(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Inbox> {
    if !ctx.actor()?.may(Permission::ConflictRead) {
        return Err(Error::new(Code::Forbidden));
    }
    let reference = ctx.reference(tx)?;
    let reach = reach(ctx, &reference, Permission::ConflictRead)?;
    let hard =
        ConflictFilter { status: Some(ConflictStatus::Open), severity: Some(Severity::Hard), limit: SHOWN, ..ConflictFilter::default() };
    let sees_outside = reach.includes(Reader::EveryOffice);
    let outside = TicketFilter { boundary: Some(Boundary::Outside), statuses: UNPLACED.to_vec(), limit: SHOWN, ..TicketFilter::default() };
    let drafts = store::inbox::list_drafts(tx, &reach, SHOWN)?;
    Ok(Inbox {
        drafts: work_order::show(tx, drafts)?,
        draft_counts: store::inbox::count_drafts(tx, &reach)?,
        conflicts: store::conflict::list_conflicts(tx, &hard, &reach)?.into_iter().map(|c| c.row).collect(),
        conflict_counts: store::conflict::count_open(tx, &reach)?,
        outside: if sees_outside { list_tickets(tx, &outside, &reach)?.into_iter().map(|t| t.row).collect() } else { Vec::new() },
        outside_count: if sees_outside { store::inbox::count_outside(tx, &UNPLACED)? } else { 0 },
        wrong_clocks: wrong_clocks(tx, ctx, &reference, &reach)?,
        kept: quarantine::list(tx, ctx, None, SHOWN)?,
    })
}

/// Devices with a wrong clock of people who work within a reach: in its areas, or for a contractor with orders there.
fn wrong_clocks(tx: &mut Tx<'_>, ctx: &Ctx, reference: &Reference, reach: &Reach) -> Result<Vec<Device>> {
    let devices = store::inbox::list_wrong_clocks(tx, DEVICES)?;
    if *reach == Reach::Everything {
        return Ok(devices);
    }
    let owners: BTreeSet<AccountId> = devices.iter().map(|d| d.account_id).collect();
    let within = people_within(tx, reference, reach, &owners.into_iter().collect::<Vec<_>>(), Some(ctx.now))?;
    Ok(devices.into_iter().filter(|d| within.contains(&d.account_id)).collect())
}
