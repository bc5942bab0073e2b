//! What the office decides online, as rules over a unit of work. PURE.
//!
//! What the table of transitions ([`crate::work_order_graph`]) or a rule beside it does not allow is a [`Refusal`], and
//! nothing has changed.

pub mod order;
pub mod resolution;
pub mod round;
pub mod ticket;

use crate::{
    account::Role,
    evidence::arrival::Awaited,
    reference::Reference,
    ticket::TicketStatus,
    work_order::WorkOrderState,
    work_order_graph::{Mode, Mover, NotAllowed, TransitionTable, party_of},
};
use bazdid_protocol::{
    command::{MAX_SHORT, MAX_TEXT},
    fold::{is_blank, trim},
    ids::{AccountId, MutationId, OrganisationId},
    time::Timestamp,
};

/// Who decides.
#[derive(Debug, Clone)]
pub struct Officer {
    /// The person.
    pub account: AccountId,
    /// For which organisations they act: four eyes are asked of all of them.
    pub organisations: Vec<OrganisationId>,
    /// Their roles.
    pub roles: Vec<Role>,
}

/// A decision under way.
#[derive(Debug, Clone, Copy)]
pub struct DecisionContext<'a> {
    /// Who decides.
    pub officer: &'a Officer,
    /// Areas, categories, contracts.
    pub reference: &'a Reference,
    /// When.
    pub now: Timestamp,
    /// The decision as a command: names the rows that it makes.
    pub command: MutationId,
}

impl<'a> DecisionContext<'a> {
    /// As whom they take orders on.
    fn mover(&self) -> Mover<'a> {
        online(&self.reference.transitions, &self.officer.roles)
    }
}

/// Somebody of the office, online.
fn online<'t>(table: &'t TransitionTable, roles: &[Role]) -> Mover<'t> {
    Mover::new(table, roles.iter().filter_map(|role| party_of(*role)), Mode::Online)
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
    /// Nobody judges their own work, nor that of their organisation.
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
pub type OfficeResult<T = ()> = Result<T, Refusal>;

const fn field<T>(pointer: &'static str, detail: &'static str) -> OfficeResult<T> {
    Err(Refusal::Field { pointer, detail })
}

impl From<NotAllowed> for Refusal {
    fn from(why: NotAllowed) -> Self {
        Self::Transition { from: why.from, to: why.to }
    }
}

/// A reason in words: there must be one.
fn reason_given(pointer: &'static str, reason: &str) -> OfficeResult {
    if is_blank(reason) {
        return field(pointer, "say why");
    }
    short(pointer, reason)
}

fn short(pointer: &'static str, text: &str) -> OfficeResult {
    if text.contains('\0') || text.chars().count() > MAX_SHORT {
        return field(pointer, "must have at most 400 characters, none of them NUL");
    }
    Ok(())
}

fn long(pointer: &'static str, text: Option<&str>) -> OfficeResult {
    if text.is_some_and(|t| t.contains('\0') || t.chars().count() > MAX_TEXT) {
        return field(pointer, "must have at most 4000 characters, none of them NUL");
    }
    Ok(())
}

/// Whether a text is a code: a word of small letters, digits and underscores. Devices may send any short text in its place.
#[must_use]
pub fn is_code(text: &str) -> bool {
    (1..=60).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// A coded reason: a word of small letters, digits and underscores.
fn coded(pointer: &'static str, code: &str) -> OfficeResult {
    if !is_code(code) {
        return field(pointer, "must be a code such as not_needed: small letters, digits, underscores");
    }
    Ok(())
}

/// A code with its words, as it is kept.
fn with_words(code: &str, note: Option<&str>) -> String {
    match note.map(trim).filter(|n| !is_blank(n)) {
        Some(note) => format!("{code}: {note}"),
        None => code.to_owned(),
    }
}

#[cfg(test)]
mod tests;
