//! Many tickets at once, for importers: one query a table for the whole batch.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::{
    Ctx,
    change::{Change, keep},
    ticket::{NewTicket, check_place, intake_of, invalid, phone_of, sealed_call},
};
use bazdid_domain::{
    intake::{self, Intake},
    ticket_flow::{Because, file_closed},
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::TicketId,
    time::Timestamp,
};
use bazdid_store::{
    self as store, Tx,
    ticket::search::{list_by_source, list_ids},
};

/// A ticket of another system.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// What it is made of.
    pub new: NewTicket,
    /// Until when the citizen was promised an answer; absent: as its category says.
    pub due_at: Option<Timestamp>,
    /// When it was closed there; absent: it is open, and somebody is asked to work on it.
    pub closed_at: Option<Closed>,
}

/// When a ticket was closed in another system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// At an instant.
    At(Timestamp),
    /// Nobody has written down when.
    Sometime,
}

/// Reason of the status of a ticket that was closed before it was imported.
const CLOSED_BEFORE: &str = "closed_before_import";
/// The same where nobody has written down when: the history has the instant at which it was opened.
const CLOSED_SOMETIME: &str = "closed_before_import_at_unknown_time";

impl From<NewTicket> for Imported {
    fn from(new: NewTicket) -> Self {
        Self { new, due_at: None, closed_at: None }
    }
}

/// Registers many tickets; each row has an answer of its own. A row whose source reference is known already is answered with
/// the ticket that was made of it then: an import is safe to run twice. Duplicates are not looked for: rows of another system
/// were told apart there. What was closed there is filed with its history; nobody is asked to work on it. A phone that cannot be read is
/// left out.
///
/// # Errors
/// The database fails, or nobody may write at all; then nothing is kept.
pub fn create_batch(tx: &mut Tx<'_>, ctx: &Ctx, rows: &[Imported]) -> Result<Vec<Result<TicketId, Error>>> {
    let reference = ctx.reference(tx)?;
    let sources: Vec<&str> = rows.iter().filter_map(|r| r.new.source_ref.as_deref()).collect();
    let mut known: BTreeMap<String, TicketId> = list_by_source(tx, &sources)?.into_iter().map(|(key, id, _)| (key, id)).collect();
    let named: Vec<TicketId> = rows.iter().filter_map(|r| r.new.id).collect();
    let mut taken: BTreeSet<TicketId> = list_ids(tx, &named)?.into_iter().collect();
    let mut unit = UnitOfWork::default();
    let mut calls = Vec::new();
    let mut answers = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(id) = row.new.source_ref.as_ref().and_then(|s| known.get(s)) {
            answers.push(Ok(*id));
            continue;
        }
        let accepted = check(ctx, &reference, &row.new).and_then(|(intake, phone)| {
            if taken.insert(intake.id) {
                Ok((intake, phone))
            } else {
                Err(Error::with(Code::AlreadyExists, "a ticket with this id exists"))
            }
        });
        answers.push(match accepted {
            Ok((intake, phone)) => {
                let id = intake.id;
                known.extend(intake.source_ref.clone().map(|s| (s, id)));
                if let Some(phone) = phone {
                    calls.push(sealed_call(ctx, Some(id), bazdid_domain::ticket::CallOutcome::Registered, Some(&phone))?);
                }
                intake::register(&mut unit, &reference, intake);
                file(&mut unit, id, row);
                Ok(id)
            }
            Err(fault) => Err(fault),
        });
    }
    let made = unit.tickets.iter().count();
    if made > 0 {
        let mut change = Change::default();
        change.audit(ctx, "ticket.create_batch", "request", ctx.request_id, json!({ "rows": rows.len(), "made": made }));
        keep(tx, ctx, &mut unit, change)?;
        store::ticket::save_calls(tx, &calls, ctx.now)?;
    }
    Ok(answers)
}

/// What the other system knows of a ticket beyond its first words.
fn file(unit: &mut UnitOfWork, id: TicketId, row: &Imported) {
    let Some(mut ticket) = unit.tickets.get(id).cloned() else { return };
    let opened = ticket.created_at;
    if row.due_at.is_some() {
        ticket.promise_at = row.due_at;
        unit.tickets.put(ticket);
    }
    let (at, reason) = match row.closed_at {
        None => return,
        Some(Closed::At(at)) => (at, CLOSED_BEFORE),
        Some(Closed::Sometime) => (opened, CLOSED_SOMETIME),
    };
    file_closed(unit, id, Because { actor: None, reason: Some(reason), at });
}

fn check(ctx: &Ctx, reference: &bazdid_domain::reference::Reference, row: &NewTicket) -> Result<(Intake, Option<String>)> {
    let intake = intake_of(ctx, row)?;
    // A phone that cannot be read costs the call, never the request: see `import::request::unread_phone`.
    let phone = phone_of(ctx, row).unwrap_or_default();
    let faults = intake::faults(&intake, reference);
    if !faults.is_empty() {
        return Err(invalid(faults));
    }
    if ctx.actor.is_some() {
        check_place(ctx, reference, &reference.locate(&intake.point))?;
    }
    Ok((intake, phone))
}
