//! What the office decides online, as rules over a world. PURE.
//!
//! Every change of an order's state is asked of the graph ([`crate::work_order_graph`]); what the graph or a rule beside it
//! does not allow is a [`Refusal`], and nothing has changed.

pub mod order;
pub mod resolution;
pub mod round;
pub mod ticket;

use crate::{
    account::Role,
    evidence::arrival::Awaited,
    reference::Reference,
    ticket::TicketStatus,
    work_order::{WorkOrder, WorkOrderState},
    work_order_graph::{Party, may},
};
use bazdid_protocol::{
    command::{MAX_SHORT, MAX_TEXT},
    ids::{AccountId, MutationId, OrganisationId},
    time::Timestamp,
};

/// Who decides.
#[derive(Debug, Clone)]
pub struct Officer {
    /// The person.
    pub account: AccountId,
    /// For which organisations he acts: four eyes are asked of all of them.
    pub organisations: Vec<OrganisationId>,
    /// His roles.
    pub roles: Vec<Role>,
}

impl Officer {
    /// The parties of the graph as which he acts.
    fn parties(&self) -> impl Iterator<Item = Party> {
        self.roles.iter().filter_map(|role| match role {
            // Who runs the installation may do what the centre does.
            Role::Operator | Role::Admin => Some(Party::Operator),
            Role::Supervisor => Some(Party::Supervisor),
            Role::Inspector => Some(Party::Inspector),
            // The field's people decide nothing for the office, and auditors nothing at all.
            Role::ContractorManager | Role::Crew | Role::Auditor => None,
        })
    }
}

/// A decision under way.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// Who decides.
    pub officer: &'a Officer,
    /// Areas, categories, contracts.
    pub reference: &'a Reference,
    /// When.
    pub now: Timestamp,
    /// The decision as a command: names the rows that it makes.
    pub command: MutationId,
}

/// Why something is not done.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// There is no such thing here.
    Unknown(&'static str),
    /// The graph has no such line for this person.
    Transition {
        /// The order's state.
        from: WorkOrderState,
        /// The state that was wanted.
        to: WorkOrderState,
    },
    /// The ticket's status does not allow it.
    Status {
        /// The ticket's status.
        from: TicketStatus,
        /// The status that was wanted.
        to: TicketStatus,
    },
    /// The state does not allow it: why, and what would do.
    State(&'static str),
    /// Nobody judges his own work, nor that of his organisation.
    OwnWork,
    /// The category asks for stored bytes before a round is accepted, and they have not all arrived.
    BytesAwaited(Box<Awaited>),
    /// An argument cannot be accepted.
    Field {
        /// JSON pointer.
        pointer: &'static str,
        /// What would be right.
        detail: &'static str,
    },
}

/// What a rule answers.
pub type Ruled<T = ()> = Result<T, Refusal>;

const fn field<T>(pointer: &'static str, detail: &'static str) -> Ruled<T> {
    Err(Refusal::Field { pointer, detail })
}

/// Whether the officer may take an order to a state.
fn allow(order: &WorkOrder, to: WorkOrderState, desk: &Desk<'_>) -> Ruled {
    if desk.officer.parties().any(|party| may(order.state, to, party)) {
        return Ok(());
    }
    Err(Refusal::Transition { from: order.state, to })
}

/// A reason in words: there must be one.
fn reason_given(pointer: &'static str, reason: &str) -> Ruled {
    if reason.trim().is_empty() {
        return field(pointer, "say why");
    }
    short(pointer, reason)
}

fn short(pointer: &'static str, text: &str) -> Ruled {
    if text.contains('\0') || text.chars().count() > MAX_SHORT {
        return field(pointer, "must have at most 400 characters, none of them NUL");
    }
    Ok(())
}

fn long(pointer: &'static str, text: Option<&str>) -> Ruled {
    if text.is_some_and(|t| t.contains('\0') || t.chars().count() > MAX_TEXT) {
        return field(pointer, "must have at most 4000 characters, none of them NUL");
    }
    Ok(())
}

/// A coded reason: a word of small letters, digits and underscores.
fn coded(pointer: &'static str, code: &str) -> Ruled {
    let word = code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !word || code.is_empty() || code.len() > 60 {
        return field(pointer, "must be a code such as not_needed: small letters, digits, underscores");
    }
    Ok(())
}

/// A code with its words, as it is kept.
fn with_words(code: &str, note: Option<&str>) -> String {
    match note.map(str::trim).filter(|n| !n.is_empty()) {
        Some(note) => format!("{code}: {note}"),
        None => code.to_owned(),
    }
}

#[cfg(test)]
mod tests;
