//! Calls: what an operator took. Who called is sealed; a reveal is a permission of its own and stands in the audit log.

use serde_json::json;
use uuid::Uuid;

use crate::{
    Ctx,
    change::entry,
    phone,
    reach::{Access, reach, ticket_within},
    ticket::sealed_call,
};
use bazdid_domain::{
    policy::Permission,
    ticket::{Call, CallOutcome},
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    fold::is_blank,
    ids::{CallId, TicketId},
};
use bazdid_store::{
    self as store, Tx,
    listing::Keyed,
    ticket::call::{CallFilter, CallKey, list_calls_by},
};

/// Longest reason of a reveal, characters.
const MAX_REASON: usize = 400;

/// A call that did not register a ticket, or belongs to one that exists.
#[derive(Debug, Clone)]
pub struct NewCall {
    /// How it ended.
    pub outcome: CallOutcome,
    /// The ticket that it was about.
    pub ticket: Option<TicketId>,
    /// Who called.
    pub phone: Option<String>,
}

/// Records a call.
///
/// # Errors
/// The ticket is not within reach; the phone is none; the database fails.
pub fn record(tx: &mut Tx<'_>, ctx: &Ctx, new: &NewCall) -> Result<Call> {
    if let Some(ticket) = new.ticket {
        ticket_within(tx, ctx, ticket, Permission::CallManage, Access::Write)?;
    }
    if new.ticket.is_none() && matches!(new.outcome, CallOutcome::Registered | CallOutcome::Duplicate) {
        return Err(Error::field("/ticket", "name the ticket that the call was about"));
    }
    let phone = new.phone.as_deref().map(|typed| phone::read(ctx, typed, "/phone")).transpose()?;
    let call = sealed_call(ctx, new.ticket, new.outcome, phone.as_deref())?;
    store::ticket::save_calls(tx, std::slice::from_ref(&call), ctx.now)?;
    let detail = json!({ "outcome": new.outcome, "ticket": new.ticket });
    store::audit::save_audit_entries(tx, &[entry(ctx, "call.record", "call", call.id.uuid(), detail)])?;
    Ok(call)
}

/// A page of calls, newest first: those of a ticket within reach, or one's own.
///
/// # Errors
/// The ticket is not within reach; the database fails.
pub fn list(tx: &mut Tx<'_>, ctx: &Ctx, filter: &CallFilter) -> Result<Vec<Keyed<Call, CallKey>>> {
    let mut filter = filter.clone();
    match filter.ticket {
        Some(ticket) => drop(ticket_within(tx, ctx, ticket, Permission::CallManage, Access::Read)?),
        None => filter.taken_by = Some(ctx.account()?),
    }
    list_calls_by(tx, &filter)
}

/// The calls of the caller with a phone, newest first, as far as their tickets are within reach. The audit log says who looked, and not for whom.
///
/// # Errors
/// The phone is none; the database fails.
pub fn of_caller(tx: &mut Tx<'_>, ctx: &Ctx, typed: &str, limit: i64) -> Result<Vec<Call>> {
    let hash = ctx.shared.vault.phone_hash(&phone::read(ctx, typed, "/phone")?);
    let found = list_calls_by(tx, &CallFilter { caller_hash: Some(hash), limit, ..CallFilter::default() })?;
    let found: Vec<Call> = found.into_iter().map(|c| c.row).collect();
    let tickets: Vec<TicketId> = found.iter().filter_map(|c| c.ticket_id).collect();
    let unit = store::aggregate::read_unit(tx, &tickets)?;
    let reference = ctx.reference(tx)?;
    let reach = reach(ctx, &reference, Permission::CallManage)?;
    let reached = |id| unit.tickets.get(id).is_some_and(|t| reach.reads(&unit, t));
    let found: Vec<Call> = found.into_iter().filter(|c| c.ticket_id.is_none_or(reached)).collect();
    let detail = json!({ "calls": found.len() });
    store::audit::save_audit_entries(tx, &[entry(ctx, "call.find", "caller", Uuid::nil(), detail)])?;
    Ok(found)
}

/// Who called, with a reason that stands in the audit log.
///
/// # Errors
/// There is no such call within reach; no phone was kept; no reason; the database fails.
pub fn reveal(tx: &mut Tx<'_>, ctx: &Ctx, id: CallId, reason: &str) -> Result<String> {
    if is_blank(reason) || reason.contains('\0') || reason.chars().count() > MAX_REASON {
        return Err(Error::field("/reason", "say why, in at most 400 characters"));
    }
    let call = store::ticket::find_call(tx, id)?.ok_or_else(|| Error::not_found("call"))?;
    match call.ticket_id {
        Some(ticket) => {
            drop(ticket_within(tx, ctx, ticket, Permission::CallerReveal, Access::Write).map_err(|_| Error::not_found("call"))?)
        }
        None if call.taken_by != ctx.account()? => return Err(Error::not_found("call")),
        None => {}
    }
    let sealed = call.caller_encrypted.ok_or_else(|| Error::not_found("phone of this call"))?;
    if !ctx.shared.vault.is_of_this_key(&sealed) {
        return Err(Error::with(Code::NotFound, "the phone was sealed with a master key that was lost: nobody can read it any more"));
    }
    let phone = ctx.shared.vault.open(&sealed, id.uuid().as_bytes())?;
    let phone = String::from_utf8(phone).map_err(|e| Error::internal("calls.caller_encrypted holds no text").caused_by(e))?;
    store::audit::save_audit_entries(tx, &[entry(ctx, "call.reveal", "call", id.uuid(), json!({ "reason": reason }))])?;
    Ok(phone)
}
