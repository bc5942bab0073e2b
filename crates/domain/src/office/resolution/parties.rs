//! Four eyes: whose work a conflict is about.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::{
    conflict::{Conflict, ConflictKind},
    office::resolution::Decision,
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::ids::AccountId;

/// Whether who decides took part in the work that a conflict is about, or acts for an organisation that did. What is written into a
/// ticket's fields is nobody's work, and the office corrects itself.
pub(super) fn is_party(unit: &UnitOfWork, conflict: &Conflict, decision: &Decision<'_>) -> bool {
    use ConflictKind as K;
    if matches!(conflict.kind, K::ParallelUpdate | K::CategoryProposal | K::PointMoved | K::Proposal | K::PossibleDuplicate) {
        return false;
    }
    let mut people = BTreeSet::new();
    let mut organisations = BTreeSet::new();
    // One person's work stands under their name in the key.
    people.extend(conflict.key.rsplit('|').next().and_then(|p| Uuid::parse_str(p).ok()));
    people.extend(conflict.sides.people().into_iter().map(AccountId::uuid));
    if let Some(order) = conflict.work_order_id {
        for held in unit.assignments.iter().filter(|a| a.work_order_id == order) {
            people.extend(held.account_id.map(|a| a.uuid()));
            organisations.extend(held.organisation_id);
        }
        for event in unit.work_events.iter().filter(|e| e.work_order_id == order) {
            people.insert(event.actor.uuid());
            organisations.extend(event.organisation_id);
        }
    }
    for kept in decision.kept {
        people.insert(kept.author.account.uuid());
        organisations.extend(&kept.author.organisations);
    }
    people.contains(&decision.by.account.uuid()) || decision.by.organisations.iter().any(|o| organisations.contains(o))
}
