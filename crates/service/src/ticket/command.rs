//! What the office decides about a ticket.

use serde_json::{Value, json};

use crate::{
    Ctx,
    decision::{Decided, decide},
    reach::{same_rev, tickets_within},
};
use bazdid_domain::{
    office::{
        DecisionContext, OfficeResult,
        ticket::{self, Triage},
    },
    policy::Permission,
    ticket::Ticket,
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::{
    error::{Error, Result},
    ids::{OrganisationId, TicketId},
    time::Timestamp,
};
use bazdid_store::Tx;

/// A decision about one ticket, made on the revision that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Look at it and put its fields right.
    Triage(Triage),
    /// Put it off.
    Defer {
        /// For the citizen.
        reason: String,
        /// First instant of the planned window.
        from: Timestamp,
        /// Last instant of it.
        to: Timestamp,
    },
    /// Pass it to a partner organisation.
    Refer {
        /// To whom.
        organisation: OrganisationId,
        /// Why.
        reason: String,
    },
    /// It will not be done.
    Reject {
        /// Coded reason.
        code: String,
        /// In words.
        note: Option<String>,
    },
    /// It is withdrawn.
    Cancel {
        /// Coded reason.
        code: String,
        /// In words.
        note: Option<String>,
    },
    /// It is the same as another.
    Merge {
        /// The other.
        into: TicketId,
        /// In words.
        note: Option<String>,
    },
    /// It is taken up again.
    Reopen {
        /// Why.
        reason: String,
    },
}

impl Command {
    fn action(&self) -> &'static str {
        match self {
            Self::Triage(_) => "ticket.triage",
            Self::Defer { .. } => "ticket.defer",
            Self::Refer { .. } => "ticket.refer",
            Self::Reject { .. } => "ticket.reject",
            Self::Cancel { .. } => "ticket.cancel",
            Self::Merge { .. } => "ticket.merge",
            Self::Reopen { .. } => "ticket.reopen",
        }
    }

    fn rule(&self, unit: &mut UnitOfWork, context: &DecisionContext<'_>, id: TicketId) -> OfficeResult {
        match self {
            Self::Triage(change) => ticket::triage(unit, context, id, change),
            Self::Defer { reason, from, to } => ticket::defer(unit, context, id, reason, (*from, *to)),
            Self::Refer { organisation, reason } => ticket::refer(unit, context, id, *organisation, reason),
            Self::Reject { code, note } => ticket::reject(unit, context, id, code, note.as_deref()),
            Self::Cancel { code, note } => ticket::cancel(unit, context, id, code, note.as_deref()),
            Self::Merge { into, note } => ticket::merge(unit, context, id, *into, note.as_deref()),
            Self::Reopen { reason } => ticket::reopen(unit, context, id, reason),
        }
    }

    fn detail(&self, before: &Ticket) -> Value {
        let code = match self {
            Self::Reject { code, .. } | Self::Cancel { code, .. } => Some(code.as_str()),
            _ => None,
        };
        let to = match self {
            Self::Refer { organisation, .. } => Some(organisation.uuid()),
            Self::Merge { into, .. } => Some(into.uuid()),
            _ => None,
        };
        json!({ "from": before.status, "code": code, "to": to })
    }
}

/// Decides about a ticket. Of two people at once the second is told that the ticket has changed since they read it.
///
/// # Errors
/// There is no such ticket within reach; it has changed since; the rule refuses; the database fails.
pub fn command(tx: &mut Tx<'_>, ctx: &Ctx, id: TicketId, rev: i64, command: &Command) -> Result<Ticket> {
    let mut named = vec![id];
    if let Command::Merge { into, .. } = command {
        named.push(*into);
    }
    let mut unit = tickets_within(tx, ctx, &named, Permission::TicketManage)?;
    // Taking a duplicate up again takes its callers from the other.
    if let Some(master) = unit.tickets.get(id).and_then(|t| t.duplicate_of).filter(|_| matches!(command, Command::Reopen { .. })) {
        named.push(master);
        unit = bazdid_store::aggregate::load_unit(tx, &named)?;
    }
    let before = unit.tickets.get(id).cloned().ok_or_else(|| Error::not_found("ticket"))?;
    same_rev(rev, before.rev)?;
    let decided = Decided { action: command.action(), kind: "ticket", id: id.uuid(), detail: command.detail(&before) };
    decide(tx, ctx, &mut unit, decided, |unit, context| command.rule(unit, context, id))?;
    unit.tickets.get(id).cloned().ok_or_else(|| Error::internal("a ticket left its unit of work"))
}
