//! The state graph of work orders, as a table: who may take an order from where to where.
//!
//! The table is asked for every change of an order's state, by [`Mover::take`]; the rules that look at more than the state (evidence,
//! four eyes, the epoch) stand beside their commands. Inside an epoch the stage that the field reports is the maximum of its
//! events: [`fold_stage`]. `docs/work-orders.md` shows it; `work_order_graph/tests.rs` drives every path through every
//! state and compares.

use std::collections::BTreeSet;

use crate::{
    account::Role,
    work_order::{WorkOrder, WorkOrderState},
};
use bazdid_protocol::ids::{AccountId, OrganisationId};
pub use bazdid_protocol::stage::{Hold, StageEvent, fold_stage, state_after, stays};

bazdid_protocol::text_enum! {
    /// Who moves an order.
    Party {
        /// A manager of the organisation that holds it.
        Contractor = "contractor",
        /// The contractor's crew.
        Crew = "crew",
        /// An inspector.
        Inspector = "inspector",
        /// The centre.
        Operator = "operator",
        /// Who verifies completion.
        Supervisor = "supervisor",
        /// The crew of the executive emergency group.
        EmergencyGroup = "emergency_group",
        /// The system itself: a timer or a policy.
        System = "system",
    }
}

bazdid_protocol::text_enum! {
    /// How the server hears of a transition.
    Mode {
        /// By a request or a timer: who asks has seen the state.
        Online = "online",
        /// By a device that may have been out of reach: the state may have changed meanwhile.
        Offline = "offline",
    }
}

/// One question to the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// From which state.
    pub from: WorkOrderState,
    /// To which state.
    pub to: WorkOrderState,
    /// By whom.
    pub party: Party,
    /// How the server hears of it.
    pub mode: Mode,
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
struct Line {
    from: &'static [WorkOrderState],
    to: WorkOrderState,
    mode: Mode,
    who: &'static [Party],
}

const fn online(from: &'static [WorkOrderState], to: WorkOrderState, who: &'static [Party]) -> Line {
    Line { from, to, mode: Mode::Online, who }
}

const fn offline(from: &'static [WorkOrderState], to: WorkOrderState, who: &'static [Party]) -> Line {
    Line { from, to, mode: Mode::Offline, who }
}

use Party::{Contractor as C, Crew as W, EmergencyGroup as E, Inspector as I, Operator as O, Supervisor as S, System as Y};
use WorkOrderState::{
    Accepted, Cancelled, Closed, Declined, Draft, Expired, FailedVisit, InProgress, Offered, OnHold, Rework, Submitted, Verified,
};

/// Who holds an order, or is asked to.
const HOLDERS: &[Party] = &[C, W, I, E];

/// The table. What the field reports is folded ([`fold_stage`]) and may skip steps, because reports may be lost or late: who submits
/// what they were offered has accepted and begun.
const LINES: &[Line] = &[
    // The office or the dispatch asks somebody, or the next; an emergency group and the city's own staff are not asked.
    online(&[Draft, Declined, Expired], Offered, &[O, S, Y]),
    online(&[Draft, Declined, Expired], Accepted, &[O, S, Y]),
    online(&[Offered], Expired, &[Y]),
    // Nobody is left to ask, or the office wants to decide itself.
    online(&[Declined, Expired], Draft, &[O, S, Y]),
    // Taken from its holder.
    online(&[Offered, Accepted, InProgress, OnHold, Submitted, FailedVisit, Rework], Draft, &[O, S]),
    // Nobody has begun, and the ticket was corrected or the contract is not in force any more.
    online(&[Offered, Accepted], Draft, &[Y]),
    // Called off, as long as nobody says that it is done.
    online(&[Draft, Offered, Accepted, Declined, Expired, InProgress, OnHold, FailedVisit, Rework], Cancelled, &[O, S]),
    // Late work counts after all: the order is given to who did it, and its reports count.
    online(&[Cancelled], Draft, &[S]),
    online(&[Accepted], InProgress, &[S]),
    online(&[Accepted], FailedVisit, &[S]),
    online(&[Accepted], Submitted, &[S]),
    // The field asks for a hold; only the office's leave makes it one. When it ends the order is where its holder's reports put
    // it, less what was taken back meanwhile.
    online(&[Accepted, InProgress], OnHold, &[S]),
    online(&[OnHold], InProgress, &[S, Y]),
    online(&[OnHold], Accepted, &[S, Y]),
    online(&[OnHold], Offered, &[S, Y]),
    online(&[OnHold], Declined, &[S, Y]),
    online(&[OnHold], Rework, &[S, Y]),
    online(&[OnHold], FailedVisit, &[S, Y]),
    // A request for relief is granted, or a decline stands against a submission.
    online(&[Offered, Submitted], Declined, &[S]),
    // A verdict: never by the submitter, nor by anyone of the same organisation. Of two the stricter stands, until a supervisor
    // takes the milder, whatever was begun of the next round. The system verifies inspections.
    online(&[Submitted], Verified, &[S, I, Y]),
    offline(&[Submitted], Verified, &[S, I]),
    online(&[Submitted], Rework, &[S, I]),
    offline(&[Submitted, Verified], Rework, &[S, I]),
    online(&[Rework, InProgress, OnHold, FailedVisit], Verified, &[S]),
    online(&[Verified], Closed, &[S]),
    // A citizen objected.
    online(&[Verified, Closed], Rework, &[S]),
    // The holder reports. An acceptance in time that is heard of late reinstates an offer that nobody else has accepted.
    offline(&[Draft, Offered, Declined, Expired], Accepted, HOLDERS),
    // Of crew it is a request to be relieved.
    offline(&[Offered], Declined, &[C, I]),
    offline(&[Offered, Accepted, Declined, Expired, OnHold, FailedVisit, Rework], InProgress, HOLDERS),
    offline(&[Offered, Accepted, Declined, Expired, InProgress, OnHold, Rework], FailedVisit, HOLDERS),
    offline(&[Offered, Accepted, Declined, Expired, InProgress, OnHold, FailedVisit, Rework], Submitted, HOLDERS),
    // The holder takes a report back: the order is where the others put it.
    offline(&[Declined], Offered, &[C, I]),
    offline(&[Accepted, InProgress, FailedVisit, Submitted], Offered, HOLDERS),
    offline(&[Accepted, InProgress, FailedVisit, Submitted], Declined, HOLDERS),
    offline(&[InProgress, FailedVisit, Submitted], Accepted, HOLDERS),
    offline(&[Submitted], InProgress, HOLDERS),
    offline(&[Submitted], FailedVisit, HOLDERS),
    offline(&[InProgress, FailedVisit], Rework, HOLDERS),
    // Of inspectors it stands above: they return rounds.
    offline(&[Submitted], Rework, &[C, W, E]),
];

/// The table in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransitionTable(BTreeSet<Cell>);

impl Default for TransitionTable {
    fn default() -> Self {
        let cells = |line: &'static Line| {
            line.from.iter().flat_map(|from| line.who.iter().map(|party| Cell { from: *from, to: line.to, party: *party, mode: line.mode }))
        };
        Self(LINES.iter().flat_map(cells).collect())
    }
}

impl TransitionTable {
    /// Whether the table allows a transition.
    #[must_use]
    pub fn allows(&self, cell: Cell) -> bool {
        let allowed = self.0.contains(&cell);
        #[cfg(test)]
        tests::note(cell, allowed);
        allowed
    }
}

/// Who takes an order from one state to another, and how the server hears of it.
#[derive(Debug, Clone)]
pub struct Mover<'t> {
    table: &'t TransitionTable,
    parties: Vec<Party>,
    mode: Mode,
}

/// The table has no such line for who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAllowed {
    /// The order's state.
    pub from: WorkOrderState,
    /// The state that was wanted.
    pub to: WorkOrderState,
}

impl<'t> Mover<'t> {
    /// Somebody who acts as one or more parties: what one of them may do they may do.
    pub fn new(table: &'t TransitionTable, parties: impl IntoIterator<Item = Party>, mode: Mode) -> Self {
        Self { table, parties: parties.into_iter().collect(), mode }
    }

    /// The system: a timer or a policy.
    #[must_use]
    pub fn system(table: &'t TransitionTable) -> Self {
        Self::new(table, [Party::System], Mode::Online)
    }

    /// Whether they may take an order from one state to another.
    #[must_use]
    pub fn may(&self, from: WorkOrderState, to: WorkOrderState) -> bool {
        self.parties.iter().any(|party| self.table.allows(Cell { from, to, party: *party, mode: self.mode }))
    }

    /// Takes an order to another state: the one place where the state of an order is changed.
    ///
    /// # Errors
    /// The table does not allow it; nothing has changed.
    pub fn take(&self, order: &mut WorkOrder, to: WorkOrderState) -> Result<(), NotAllowed> {
        if !self.may(order.state, to) {
            return Err(NotAllowed { from: order.state, to });
        }
        order.state = to;
        Ok(())
    }
}

/// The party as which somebody with a role decides in the office or judges a round.
#[must_use]
pub const fn party_of(role: Role) -> Option<Party> {
    match role {
        // Who runs the installation may do what the centre does.
        Role::Operator | Role::Admin => Some(Party::Operator),
        Role::Supervisor => Some(Party::Supervisor),
        Role::Inspector => Some(Party::Inspector),
        // The field's people decide nothing for the office, and auditors nothing at all.
        Role::ContractorManager | Role::Crew | Role::Auditor => None,
    }
}

/// Four eyes: whether somebody may verify or return a round that `submitter` of `submitter_org` submitted.
#[must_use]
pub fn may_judge(submitter: AccountId, submitter_org: Option<OrganisationId>, judge: AccountId, judge_orgs: &[OrganisationId]) -> bool {
    submitter != judge && submitter_org.is_none_or(|org| !judge_orgs.contains(&org))
}

#[cfg(test)]
mod tests;
