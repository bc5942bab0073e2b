//! Ids are unique over all kinds: a command cannot make a row under an id that any other row has.

use crate::{
    sync::{engine::Act, merge_context::MergeContext},
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::outcome::{Outcome, OutcomeCode};

/// Refuses a command that would make a row under the id of another row. Nothing of that row is told, not even its kind.
///
/// A work event or an answer has the id of its mutation, which the journal keeps unique: a row of the same kind with this id is
/// the command's own, made when it was decided before.
pub(super) fn refuse(unit: &UnitOfWork, context: &MergeContext<'_>, act: &Act<'_>) -> Option<Outcome> {
    let new = act.command.creates(act.entity, act.id)?;
    let may_be_own = new.pointer == "/id";
    let is_other = |kind: &str| !(may_be_own && kind == new.kind);
    let is_taken = context.taken_ids.get(&new.id).is_some_and(|kind| is_other(kind)) || unit.kinds_of(new.id).any(is_other);
    is_taken.then(|| Outcome::rejected(OutcomeCode::IdReuse, format!("{}: this id names something that exists; make another", new.pointer)))
}
