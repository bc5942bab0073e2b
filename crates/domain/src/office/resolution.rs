//! Resolutions: what a person decides of a conflict, and what follows from it. PURE over a unit of work and the reference data.
//!
//! | conflict | accepts |
//! |---|---|
//! | `stale_epoch`, `deleted_entity` | `accept_work`, `dismiss`, `pay_both`, `reassign_back` |
//! | `parallel_update`, `category_proposal`, `point_moved`, `proposal` | `keep`, `take_other`, `set` |
//! | `already_submitted`, `measurement_disagrees` | `keep`, `take_other`, `set` |
//! | `verdict_disagrees`, `declined_vs_submitted` | `keep`, `take_other` |
//! | `assignment_outdated` | `keep`, `take_other` |
//! | `relief_requested` | `decline`, `keep` |
//! | `possible_duplicate` | `merge_into`, `not_duplicate` |
//! | `epoch_unknown`, `quarantined`, `held_too_long` | `adopt`, `discard` |
//! | `photo_missing` | `dismiss`, `discard` |
//!
//! - A conflict is decided once. What comes in later and is new opens it again.
//! - Nobody decides about their own work, or their organisation's.
//! - A decision is written as rows and events like any other, so that whoever derives the state again finds the same.

mod duplicate;
mod field;
mod findings;
mod outdated;
mod parties;
mod relief;
#[cfg(test)]
mod tests;
mod verdict;
mod work;

use serde_json::{Value, json};

use crate::{
    conflict::{Conflict, ConflictKind, ConflictStatus, Resolution},
    office::online,
    photo::Photo,
    sync::{
        engine::{self, Act, Author},
        merge_context::MergeContext,
    },
    unit_of_work::UnitOfWork,
    work_order_graph::{Mover, NotAllowed},
};
use bazdid_protocol::{
    ids::{ConflictId, MutationId, TicketId},
    outcome::{Outcome, Status},
    time::Timestamp,
};

/// The resolutions that a kind of conflict accepts.
#[must_use]
pub const fn accepted(kind: ConflictKind) -> &'static [Resolution] {
    use ConflictKind as K;
    use Resolution as R;
    match kind {
        // Somebody worked: the work counts, or not, or both are paid, or the order goes back to them.
        K::StaleEpoch | K::DeletedEntity => &[R::AcceptWork, R::Dismiss, R::PayBoth, R::ReassignBack],
        // Two values of one thing: the one in force, the other, or a third.
        K::ParallelUpdate | K::CategoryProposal | K::PointMoved | K::Proposal | K::AlreadySubmitted | K::MeasurementDisagrees => {
            &[R::Keep, R::TakeOther, R::Set]
        }
        // Two words that exclude each other: there is no third.
        K::VerdictDisagrees | K::DeclinedVsSubmitted | K::AssignmentOutdated => &[R::Keep, R::TakeOther],
        // The party is relieved of the order, or goes on.
        K::ReliefRequested => &[R::Decline, R::Keep],
        // One thing, or two.
        K::PossibleDuplicate => &[R::MergeInto, R::NotDuplicate],
        // What does not count yet is let in, or stays out.
        K::EpochUnknown | K::Quarantined | K::HeldTooLong => &[R::Adopt, R::Discard],
        // Nobody waits for the bytes any more: should they come, they are taken; or the photo does not count as declared either.
        K::PhotoMissing => &[R::Dismiss, R::Discard],
    }
}

/// What a person decided, and what the rules need to carry it out.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'a> {
    /// How.
    pub resolution: Resolution,
    /// Why, in words.
    pub note: Option<&'a str>,
    /// The third value of `set`; of `take_other` which of several others is taken, by its id.
    pub value: Option<&'a Value>,
    /// Of `merge_into`: the ticket that stays; absent: the older one.
    pub into: Option<TicketId>,
    /// Who decides, with what they hold.
    pub by: &'a Author,
    /// When.
    pub now: Timestamp,
    /// The decision as a command: names the rows that it makes.
    pub command: MutationId,
    /// Of `adopt`: what the journal keeps, in the order of the stamps, with its authors.
    pub kept: &'a [Kept<'a>],
}

/// A mutation of the journal that waits for a decision.
#[derive(Debug, Clone)]
pub struct Kept<'a> {
    /// Who did it, as adopted.
    pub author: Author,
    /// What.
    pub act: Act<'a>,
}

/// What came of a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The conflict's new revision.
    pub rev: i64,
    /// What became of adopted mutations.
    pub outcomes: Vec<(MutationId, Outcome)>,
}

/// Why a decision is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such conflict here.
    Unknown,
    /// It was decided already.
    Decided,
    /// Conflicts of its kind are not decided like that.
    NotAccepted(ConflictKind),
    /// The one who decides is a party, or one of the party's organisation.
    OwnWork,
    /// The state does not allow it (any more): why, and what would do.
    State(&'static str),
    /// An argument is missing or wrong.
    Argument {
        /// JSON pointer.
        pointer: &'static str,
        /// What is wrong.
        detail: String,
    },
}

impl From<NotAllowed> for Refusal {
    fn from(_: NotAllowed) -> Self {
        Self::State("the order's state does not allow this any more; keep what is in force")
    }
}

impl Decision<'_> {
    /// As whom who decides takes orders on.
    fn mover<'t>(&self, context: &MergeContext<'t>) -> Mover<'t> {
        online(&context.reference.transitions, &self.by.roles)
    }
}

impl Refusal {
    fn argument(pointer: &'static str, detail: impl Into<String>) -> Self {
        Self::Argument { pointer, detail: detail.into() }
    }
}

/// Decides a conflict. The unit of work changes only if the decision is carried out.
///
/// # Errors
/// It is not: see [`Refusal`].
pub fn resolve(unit: &mut UnitOfWork, context: &MergeContext<'_>, id: ConflictId, decision: &Decision<'_>) -> Result<Resolved, Refusal> {
    let conflict = unit.conflicts.get(id).cloned().ok_or(Refusal::Unknown)?;
    if conflict.status == ConflictStatus::Resolved {
        return Err(Refusal::Decided);
    }
    if !accepted(conflict.kind).contains(&decision.resolution) {
        return Err(Refusal::NotAccepted(conflict.kind));
    }
    if parties::is_party(unit, &conflict, decision) {
        return Err(Refusal::OwnWork);
    }
    let mark = unit.mark();
    match effect(unit, context, &conflict, decision) {
        Ok(outcomes) => {
            close(unit, id, decision);
            engine::settle(unit, context, decision.now);
            let rev = unit.conflicts.get(id).map_or(conflict.rev, |c| c.rev);
            Ok(Resolved { rev, outcomes })
        }
        Err(refusal) => {
            unit.rollback(mark);
            Err(refusal)
        }
    }
}

/// Writes down that, how and by whom the conflict was decided.
fn close(unit: &mut UnitOfWork, id: ConflictId, decision: &Decision<'_>) {
    if let Some(conflict) = unit.conflicts.get(id).cloned() {
        unit.conflicts.put(Conflict {
            status: ConflictStatus::Resolved,
            resolution: Some(decision.resolution),
            resolved_by: Some(decision.by.account),
            resolved_at: Some(decision.now),
            note: decision.note.map(str::to_owned).or(conflict.note.clone()),
            ..conflict
        });
    }
}

fn effect(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    conflict: &Conflict,
    decision: &Decision<'_>,
) -> Result<Vec<(MutationId, Outcome)>, Refusal> {
    use ConflictKind as K;
    use Resolution as R;
    match (conflict.kind, decision.resolution) {
        (_, R::AcceptWork) => work::accept(unit, context, conflict, decision)?,
        (_, R::ReassignBack) => work::reassign_back(unit, context, conflict, decision)?,
        (_, R::PayBoth) => work::pay_both(unit, conflict)?,
        (K::DeclinedVsSubmitted, _) => work::decline_or_submission(unit, context, conflict, decision)?,
        (K::ReliefRequested, _) => relief::answer(unit, context, conflict, decision)?,
        (K::AssignmentOutdated, R::TakeOther) => outdated::take_back(unit, context, conflict, decision)?,
        (K::VerdictDisagrees, R::TakeOther) => verdict::take_milder(unit, context, conflict, decision)?,
        (K::AlreadySubmitted, R::TakeOther | R::Set) => findings::choose(unit, conflict, decision)?,
        (K::MeasurementDisagrees, R::TakeOther | R::Set) => findings::choose_measurement(unit, conflict, decision)?,
        (K::Proposal, R::TakeOther | R::Set) => field::follow_proposal(unit, context, conflict, decision)?,
        (_, R::TakeOther | R::Set) => field::choose(unit, context, conflict, decision)?,
        (_, R::MergeInto) => duplicate::merge(unit, context, conflict, decision)?,
        (K::PhotoMissing, R::Discard) => remove_photo(unit, conflict, decision)?,
        (_, R::Adopt) => return adopt(unit, context, decision),
        // What is in force stays so: late events stay late, both values stay where they are, what was set aside stays aside.
        (_, R::Decline) => return Err(Refusal::NotAccepted(conflict.kind)),
        (_, R::Keep | R::Dismiss | R::NotDuplicate | R::Discard) => {}
    }
    Ok(Vec::new())
}

/// The photo whose bytes do not come is taken back; its declaration is kept.
fn remove_photo(unit: &mut UnitOfWork, conflict: &Conflict, decision: &Decision<'_>) -> Result<(), Refusal> {
    let photo = conflict.missing_photo().and_then(|id| unit.photos.get(id)).cloned().ok_or(Refusal::Unknown)?;
    unit.photos.put(Photo { removed_at: photo.removed_at.or(Some(decision.now)), ..photo });
    Ok(())
}

/// Lets in what had been set aside: each is decided as if it came now, by who its author was then.
fn adopt(unit: &mut UnitOfWork, context: &MergeContext<'_>, decision: &Decision<'_>) -> Result<Vec<(MutationId, Outcome)>, Refusal> {
    if decision.kept.is_empty() {
        return Err(Refusal::State("nothing waits here any more; discard it"));
    }
    let outcomes: Vec<_> = decision.kept.iter().map(|kept| (kept.act.id, engine::decide(unit, context, &kept.author, &kept.act))).collect();
    if outcomes.iter().any(|(_, outcome)| outcome.status == Status::Held) {
        return Err(Refusal::State("the server still does not know what this waits for; discard it, or wait"));
    }
    Ok(outcomes)
}

/// The side of a conflict that is taken: the only other one, or the one that `value` names by its id under `key`.
fn chosen<'s, S, I: serde::Serialize>(others: &'s [S], key: &str, id: impl Fn(&S) -> I, decision: &Decision<'_>) -> Result<&'s S, Refusal> {
    match (decision.value, others) {
        (None, [only]) => Ok(only),
        (None, _) => Err(Refusal::argument("/value", format!("there are several others; name the one to take by its {key}"))),
        (Some(name), _) => others
            .iter()
            .find(|side| json!(id(side)) == *name)
            .ok_or_else(|| Refusal::argument("/value", format!("none of the others has this {key}"))),
    }
}
