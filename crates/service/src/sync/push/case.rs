//! One mutation on its way to an answer.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use crate::{
    outbox,
    sync::{
        limits::MAX_ATTEMPTS,
        push::{
            Push,
            receive::{Item, ReadCommand, read_command},
        },
    },
};
use bazdid_domain::sync::{
    engine::Authority,
    journal::Journaled,
    stamp::{Reading, stamp},
};
use bazdid_protocol::{
    command::{Command, Fault, NewRow},
    envelope::ResultItem,
    error::Result,
    ids::{GroupId, MutationId},
    mutation::Mutation,
    outcome::{Outcome, OutcomeCode, Status},
    time::{MICROS_PER_DAY, Timestamp},
};
use bazdid_store::{self as store, Tx};

/// Where a case comes from, and so how its row is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A place of this push; the journal does not have it.
    Fresh(usize),
    /// A place of this push that was put off before; the journal has a row for its attempts.
    Again(usize),
    /// A place of this push whose id the journal has with other content: nothing is written.
    Reused(usize),
    /// Held since an earlier push, of this device or another.
    Waiting,
}

/// A mutation on its way to an answer.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub origin: Origin,
    pub row: Journaled,
    /// The id that the device gave it, if that could be read.
    pub given: Option<MutationId>,
    /// The command, or why there is none.
    pub command: Result<Command, Fault>,
    /// The arguments in the newest version of the command, if they were sent in another.
    pub newer: Option<Value>,
    /// What is known before the rules are asked.
    pub preset: Option<Outcome>,
    /// What stands in place of the authority that the grants give.
    pub authority: Option<Authority>,
    pub outcome: Option<Outcome>,
}

impl Case {
    /// Whether it still waits.
    pub fn is_held(&self) -> bool {
        self.outcome.as_ref().is_none_or(|o| o.status == Status::Held)
    }

    /// The arguments as the rules read them.
    pub fn args(&self) -> &Value {
        self.newer.as_ref().unwrap_or(&self.row.args)
    }

    pub const fn group(&self) -> Option<GroupId> {
        self.row.group_id
    }

    /// The row that the command would make.
    pub fn creates(&self) -> Option<NewRow> {
        self.command.as_ref().ok()?.creates(self.row.entity, self.row.id)
    }

    /// The row that the command would make, if others can name it: its id is not the mutation's.
    pub fn creates_named(&self) -> Option<NewRow> {
        self.creates().filter(|new| new.id != self.row.id.uuid())
    }

    /// Whether it says what somebody saw or did, which is kept whatever else is refused.
    pub const fn is_evidence(&self) -> bool {
        matches!(
            self.command,
            Ok(Command::NoteAdd(_)
                | Command::VisitRecord(_)
                | Command::VisitLeave(_)
                | Command::PatrolRecord(_)
                | Command::PhotoAdd(_)
                | Command::MeasurementAdd(_)
                | Command::ChecklistAnswer(_))
        )
    }

    /// Whether it says what somebody saw or did at a ticket or order, and may be given to another.
    pub const fn is_about_a_place(&self) -> bool {
        self.is_evidence() && !matches!(self.command, Ok(Command::PatrolRecord(_)))
    }

    /// What becomes of it if what it rests on was refused.
    pub fn orphaned(&self) -> Outcome {
        if self.is_evidence() {
            return Outcome::of(
                Status::Conflict,
                OutcomeCode::Quarantined,
                "what it rests on, or another of its group, was refused; it is kept for the office",
            );
        }
        Outcome::rejected(OutcomeCode::Dependency, "what it rests on, or another of its group, was refused")
    }

    /// The rows that it is decided with: the entity and those that its arguments refer to.
    pub fn names(&self) -> Vec<Uuid> {
        let mut names = self.command.as_ref().map(Command::refers_to).unwrap_or_default();
        names.push(self.row.entity);
        names
    }
}

/// The case of an item that the journal does not have, or has a row of attempts of.
pub(super) fn open(push: &Push<'_>, item: &Item<'_>, place: usize, before: Option<&Journaled>) -> Case {
    let given = item.chained.then_some(item.id);
    let origin = if before.is_some() { Origin::Again(place) } else { Origin::Fresh(place) };
    let now = push.ctx.now;
    let (command, newer) = (item.read.command.clone(), item.read.newer.clone());
    match &item.read.mutation {
        Ok(mutation) => {
            // When it was done is known from the clocks alone, and says what must be loaded; where it stands in the order is not yet.
            let stamp = stamp(&reading(push, mutation), max_offline_us(push), None, push.device.last_eff);
            let mut row = Journaled::first(push.device.id, push.device.account_id, mutation, item.read.hash, now, &stamp);
            if let Some(before) = before {
                row.attempts = before.attempts;
                (row.received_at, row.est, row.eff, row.skew_us) = (before.received_at, before.est, before.eff, before.skew_us);
            }
            let authority = push.authority;
            let preset = if push.torn.contains(&place) {
                row.group_id = None;
                let detail = "/group: a group stands in one push, its members one after another; another part of this one came before";
                Some(Outcome::rejected(OutcomeCode::Malformed, detail))
            } else {
                (mutation.actor.is_some_and(|a| a != push.device.account_id))
                    .then(|| Outcome::rejected(OutcomeCode::ActorMismatch, "/actor: not the account that pushes"))
            };
            Case { origin, row, given, command, newer, preset, authority, outcome: None }
        }
        Err(_) => Case { origin, row: unread(push, item), given, command, newer, preset: None, authority: None, outcome: None },
    }
}

/// The case of an item whose id names something else.
pub(super) fn reused(push: &Push<'_>, item: &Item<'_>, place: usize) -> Case {
    let outcome = Outcome::rejected(OutcomeCode::IdReuse, "/id: this id was used with other content");
    Case { origin: Origin::Reused(place), preset: Some(outcome), ..open(push, item, place, None) }
}

/// The case of a mutation that the journal holds.
pub(super) fn waiting(row: Journaled) -> Case {
    let ReadCommand { command, newer, .. } = read_command(&row.cmd, row.version, &row.args);
    Case { origin: Origin::Waiting, given: Some(row.id), command, newer, row, preset: None, authority: None, outcome: None }
}

/// The journal's row of an item that could not be read.
fn unread(push: &Push<'_>, item: &Item<'_>) -> Journaled {
    Journaled {
        id: item.id,
        device_id: push.device.id,
        seq: item.seq,
        group_id: None,
        cmd: "?".to_owned(),
        version: 0,
        entity: Uuid::nil(),
        base: None,
        seen_ts: None,
        epoch: None,
        at: push.ctx.now,
        up: None,
        boot: None,
        actor: push.device.account_id,
        args: item.read.raw.clone(),
        content_hash: item.read.hash.to_vec(),
        received_at: push.ctx.now,
        est: push.ctx.now,
        eff: push.ctx.now,
        skew_us: 0,
        status: Status::Deferred,
        code: None,
        conflict_id: None,
        result_v: None,
        detail: None,
        waits_for: None,
        attempts: 0,
        revised_at: None,
        warnings: Vec::new(),
    }
}

/// Gives a fresh case its stamp, once and for ever. `issued` is the newest stamp of the row that it is about.
pub(super) fn give_stamp(push: &Push<'_>, case: &mut Case, item: &Item<'_>, issued: Option<Timestamp>, last_eff: Timestamp) {
    let Ok(mutation) = &item.read.mutation else { return };
    if case.row.attempts > 0 {
        return;
    }
    // A device cannot have seen what the server has not issued.
    let seen = mutation.seen_ts.map(Timestamp::from_micros).zip(issued).map(|(seen, issued)| seen.min(issued));
    let stamp = stamp(&reading(push, mutation), max_offline_us(push), seen, last_eff);
    (case.row.est, case.row.eff, case.row.skew_us) = (stamp.est, stamp.eff, stamp.skew_us);
    case.row.at = mutation.at.unwrap_or(stamp.est);
}

/// What is known of the clocks.
fn reading<'a>(push: &'a Push<'_>, mutation: &'a Mutation) -> Reading<'a> {
    Reading {
        received_at: push.ctx.now,
        sent_at: push.request.sent_at,
        push_uptime_ms: push.request.uptime_ms,
        push_boot: push.request.boot.as_deref(),
        at: mutation.at,
        up: mutation.up,
        boot: mutation.boot.as_deref(),
    }
}

/// How far back a wall clock is believed.
fn max_offline_us(push: &Push<'_>) -> i64 {
    push.ctx.shared.settings.max_offline_days.saturating_mul(MICROS_PER_DAY)
}

/// The answer to what was put off.
pub(super) fn deferred(item: &Item<'_>) -> ResultItem {
    let id = item.chained.then_some(item.id);
    ResultItem::first(
        Some(item.seq),
        id,
        &Outcome { code: None, ..Outcome::of(Status::Deferred, OutcomeCode::Dependency, "send it again") },
    )
}

/// Counts another attempt of a group that failed for no reason of its own; the third time it is set aside.
pub(super) fn set_aside(tx: &mut Tx<'_>, push: &Push<'_>, items: &[Item<'_>], unit: &[usize]) -> Result<BTreeMap<usize, ResultItem>> {
    let ids: Vec<_> = unit.iter().filter_map(|p| items.get(*p)).map(|i| i.id).collect();
    let known = store::mutation::find_mutations(tx, &ids)?;
    let mut rows = Vec::new();
    let mut answers = BTreeMap::new();
    for (place, item) in unit.iter().filter_map(|p| Some((*p, items.get(*p)?))) {
        let before = known.iter().find(|k| k.id == item.id);
        if let Some(stands) = before.filter(|b| b.status != Status::Deferred) {
            answers.insert(place, stands.replay(item.seq));
            continue;
        }
        let mut case = open(push, item, place, before);
        give_stamp(push, &mut case, item, None, push.device.last_eff);
        let mut row = case.row;
        row.attempts += 1;
        if row.attempts >= MAX_ATTEMPTS {
            let outcome =
                Outcome::of(Status::Conflict, OutcomeCode::Quarantined, "the server could not decide this; it is kept for the office");
            row.settle(&outcome);
            let answer = ResultItem::first(Some(item.seq), item.chained.then_some(item.id), &outcome);
            answers.insert(place, ResultItem { warnings: row.warnings.clone(), ..answer });
        } else {
            answers.insert(place, deferred(item));
        }
        rows.push(row);
    }
    store::mutation::update_mutations(tx, &rows)?;
    outbox::record_quarantined(tx, push.ctx, &rows)?;
    Ok(answers)
}
