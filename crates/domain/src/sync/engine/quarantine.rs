//! Mutations of somebody who was no longer allowed to act: account or device taken out of service, or the contract ended before the
//! true time of the act. Nothing of them counts until a supervisor adopts them; the journal keeps them whole. A contract that
//! ended after the true time does not matter.

use crate::{
    conflict::{Cause, ConflictKind},
    sync::{
        engine::{
            Act, Author, Authority,
            clash::{Clash, raise},
            is_party, target,
        },
        merge_context::MergeContext,
    },
    unit_of_work::UnitOfWork,
    work_order::Assignment,
};
use bazdid_protocol::{
    ids::{TicketId, WorkOrderId},
    outcome::{Outcome, OutcomeCode, Status},
    sides::{KnownEpoch, QuarantineReason, QuarantinedSide, Sides},
    time::Timestamp,
};

/// The answer to a mutation that is set aside; `None`: it is to be decided as usual.
pub(super) fn check(unit: &mut UnitOfWork, context: &MergeContext<'_>, author: &Author, act: &Act<'_>) -> Option<Outcome> {
    let place = target(unit, context, author, act.entity).map(|(ticket, order)| (ticket.id, order.map(|o| o.id)));
    let why = match author.authority {
        Authority::Adopted => return None,
        Authority::Revoked => QuarantineReason { revoked: Some(true), contract_ended_at: None },
        Authority::InForce => {
            let (ticket, order) = place?;
            QuarantineReason { revoked: None, contract_ended_at: Some(contract_ended(unit, context, author, act, ticket, order)?) }
        }
    };
    let detail = "you were no longer allowed to do this; a supervisor may let it in";
    let conflict = place.map(|(ticket, order)| set_aside(unit, author, act, ticket, order, why));
    Some(Outcome { conflict, ..Outcome::of(Status::Conflict, OutcomeCode::Quarantined, detail) })
}

/// When the contract under which a contractor's people acted had ended, if that was before they acted. Of an order the assignment
/// of the epoch that they knew counts, else their last one; of a ticket all that they had: one contract in force is enough.
fn contract_ended(
    unit: &UnitOfWork,
    context: &MergeContext<'_>,
    author: &Author,
    act: &Act<'_>,
    ticket: TicketId,
    order: Option<WorkOrderId>,
) -> Option<Timestamp> {
    let mine = |a: &&Assignment| {
        a.ticket_id == ticket && order.is_none_or(|o| a.work_order_id == o) && is_party(author, a.organisation_id, a.account_id)
    };
    let mut held: Vec<&Assignment> = unit.assignments.iter().filter(mine).collect();
    if order.is_some() {
        let in_epoch = |a: &&&Assignment| act.epoch.is_some_and(|e| (a.epoch..=a.until_epoch).contains(&e));
        let last = held.iter().copied().max_by_key(|a| a.epoch);
        held = held.iter().filter(in_epoch).copied().max_by_key(|a| a.epoch).or(last).into_iter().collect();
    }
    let ends = held.iter().map(|a| Some(context.contract(a.contract_id?)?.ends_at())).collect::<Option<Vec<_>>>()?;
    ends.into_iter().max().filter(|end| *end <= act.stamp.est)
}

/// One conflict for all that one person sent of one order or ticket.
fn set_aside(
    unit: &mut UnitOfWork,
    author: &Author,
    act: &Act<'_>,
    ticket: TicketId,
    order: Option<WorkOrderId>,
    why: QuarantineReason,
) -> bazdid_protocol::ids::ConflictId {
    let what = author.account.to_string();
    let clash = Clash::hard(ConflictKind::Quarantined, ticket, order, &what);
    let mut mine = match unit.conflicts.get(clash.id()).map(|c| &c.sides) {
        Some(Sides::Quarantined { mine, .. }) => mine.clone(),
        _ => Vec::new(),
    };
    mine.push(QuarantinedSide { mutation: act.id, at: act.stamp.est });
    mine.sort_by_key(|one| (one.at, one.mutation));
    mine.dedup();
    let clash = Clash {
        sides: Sides::Quarantined { base: KnownEpoch { epoch: act.epoch }, theirs: why, mine },
        parties: vec![Cause::Command(act.id)],
        cumulative: true,
        default_in_force: "nothing of it counts until a supervisor adopts it",
        ..clash
    };
    raise(unit, act.received_at, clash)
}
