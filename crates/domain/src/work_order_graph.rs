//! The state graph of work orders, as a table: who may take an order from where to where.
//!
//! The table is asked for every change of an order's state, by [`Mover::take`]; the rules that look at more than the state (evidence,
//! four eyes, the epoch) stand beside their commands. Inside an epoch the stage that the field reports is the maximum of its
//! events: [`fold_stage`]. `docs/work-orders.md` shows it; `work_order_graph/tests.rs` drives every path through every
//! state and compares.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::{
    account::Role,
    work_order::{WorkEventKind, WorkOrder, WorkOrderState},
};
use bazdid_protocol::{
    ids::{AccountId, OrganisationId, WorkEventId},
    time::Timestamp,
};

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

/// What counts of an event when the stage is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageEvent {
    /// What was done.
    pub kind: WorkEventKind,
    /// Effective stamp.
    pub eff: Timestamp,
    /// Breaks ties.
    pub id: WorkEventId,
}

/// The stage of one epoch from its effective events; `start` is the state in which the epoch began (offered, accepted,
/// rework). The order of the events does not matter.
///
/// - Submitted beats everything: work that was done is seen.
/// - Of a failed visit and a start, the later one stands.
/// - Started beats accepted; accepted beats declined: a party that began has not refused. Who goes on has begun.
#[must_use]
pub fn fold_stage(start: WorkOrderState, events: &[StageEvent]) -> WorkOrderState {
    let newest = |kind| events.iter().filter(|e| e.kind == kind).map(|e| (e.eff, e.id)).max();
    if newest(WorkEventKind::Submit).is_some() {
        return Submitted;
    }
    match (newest(WorkEventKind::FailVisit), newest(WorkEventKind::Start).max(newest(WorkEventKind::Resume))) {
        (Some(failed), started) if started.is_none_or(|s| s < failed) => FailedVisit,
        (_, Some(_)) => InProgress,
        _ if newest(WorkEventKind::Accept).is_some() && start == Offered => Accepted,
        // What the office had accepted for its holder is not theirs to decline.
        _ if newest(WorkEventKind::Decline).is_some() && start == Offered => Declined,
        _ => start,
    }
}

/// What becomes of a hold when something is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It stays.
    Stays,
    /// Going on, or submitting, ends it: at the true time of the report.
    Ends,
}

impl Hold {
    /// What becomes of a hold by a report of a kind. Only the office's leave makes a hold: a request alone changes nothing.
    #[must_use]
    pub const fn after(kind: WorkEventKind) -> Self {
        match kind {
            WorkEventKind::Resume | WorkEventKind::Submit => Self::Ends,
            WorkEventKind::Accept
            | WorkEventKind::Decline
            | WorkEventKind::RequestRelief
            | WorkEventKind::Start
            | WorkEventKind::RequestHold
            | WorkEventKind::FailVisit
            | WorkEventKind::Retract => Self::Stays,
        }
    }
}

/// Whether an order stays where it is, whatever `stage` its holder's reports amount to: it is judged or ended, on hold, or its offer
/// has expired and nothing says that it was accepted in time.
#[must_use]
pub const fn stays(state: WorkOrderState, stage: WorkOrderState, hold: Hold) -> bool {
    match state {
        Verified | Closed | Cancelled => true,
        OnHold => matches!(hold, Hold::Stays),
        // Declining what has expired asks for nothing more.
        Expired => matches!(stage, Offered | Declined),
        Draft | Offered | Accepted | Declined | InProgress | Submitted | FailedVisit | Rework => false,
    }
}

/// The state of an order after one more report of its holder, newer than all others: as much as a device can know. Whether an offer
/// that has expired was accepted in time, and whose decline counts, the server tells.
#[must_use]
pub fn state_after(state: WorkOrderState, kind: WorkEventKind) -> WorkOrderState {
    use WorkEventKind::{Accept, Decline, FailVisit, RequestHold, RequestRelief, Resume, Retract, Start, Submit};
    let (began, before) = match state {
        Draft | Expired | Verified | Closed | Cancelled => return state,
        Offered | Accepted | Rework => (state, None),
        Declined => (Offered, None),
        OnHold => (Accepted, None),
        InProgress => (Accepted, Some(Start)),
        FailedVisit => (Accepted, Some(FailVisit)),
        Submitted => (Accepted, Some(Submit)),
    };
    match kind {
        Decline | RequestRelief | RequestHold | Retract => return state,
        Accept | Start | Resume | Submit | FailVisit => {}
    }
    let event = |kind, eff| StageEvent { kind, eff: Timestamp::from_micros(eff), id: WorkEventId::new(Uuid::nil()) };
    let events: Vec<StageEvent> = before.map(|kind| event(kind, 0)).into_iter().chain([event(kind, 1)]).collect();
    let stage = fold_stage(began, &events);
    if stays(state, stage, Hold::after(kind)) { state } else { stage }
}

/// Four eyes: whether somebody may verify or return a round that `submitter` of `submitter_org` submitted.
#[must_use]
pub fn may_judge(submitter: AccountId, submitter_org: Option<OrganisationId>, judge: AccountId, judge_orgs: &[OrganisationId]) -> bool {
    submitter != judge && submitter_org.is_none_or(|org| !judge_orgs.contains(&org))
}

#[cfg(test)]
mod tests;
