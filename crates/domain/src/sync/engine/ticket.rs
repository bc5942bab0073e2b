//! Tickets that people in the field register.

use std::collections::BTreeMap;

use crate::{
    conflict::{Cause, ConflictKind},
    duplicate::{SAME_PLACE_M, SAME_TIME_US},
    intake::{CreatingMutation, Intake, contractor_of, point_source, register},
    policy::Permission,
    sync::{
        engine::{
            Act, Author,
            clash::{Clash, raise},
            unknown,
        },
        merge_context::{CODE_ATTEMPTS, MergeContext, Neighbour},
    },
    ticket::TicketOrigin,
    ticket_code::code_for,
    unit_of_work::UnitOfWork,
    visibility::{Reader, at_place},
};
use bazdid_protocol::{
    command::TicketCreate,
    geo::Point,
    ids::{CategoryId, ConflictId, TicketId},
    outcome::{Outcome, OutcomeCode},
    sides::{EmptySide, Sides, TicketSide},
    time::Timestamp,
};

/// `ticket.create`. The device made the id; everything else is as for any new ticket ([`register`]). A point outside every area is
/// accepted all the same: nothing that somebody saw is lost, and the office finds out where it belongs. So is a category that went
/// out of use while the device was away.
pub(super) fn create(unit: &mut UnitOfWork, context: &MergeContext<'_>, author: &Author, act: &Act<'_>, args: &TicketCreate) -> Outcome {
    let id = TicketId::new(act.entity);
    if context.category(args.category).is_none() {
        return Outcome::rejected(OutcomeCode::Validation, "/args/category: the server does not know this category");
    }
    let Some(code) = free_code(unit, context, id) else {
        return Outcome::rejected(OutcomeCode::IdReuse, "/entity: no code is free for this id, make another");
    };
    let office = act.office || author.may(Permission::TicketManage);
    let mutation = CreatingMutation { id: act.id, device: author.device, eff: act.stamp.eff, office };
    let intake = Intake {
        id,
        category: args.category,
        text: args.text.clone(),
        address_text: args.address_text.clone(),
        point: args.point,
        point_source: point_source(&args.point),
        origin: TicketOrigin::Field,
        created_by: author.account,
        created_org: contractor_of(&author.roles, &author.organisations),
        created_at: act.stamp.est,
        source_ref: None,
        now: act.received_at,
        code: Some(code),
        mutation: Some(mutation),
    };
    register(unit, context.reference, intake);
    let Some(me) = unit.tickets.get(id).map(Neighbour::from) else { return unknown(act.entity) };
    let conflict = report_duplicates(unit, context, author, act, &me);
    Outcome { conflict, ..Outcome::applied(unit.tickets.get(id).map_or(1, |t| t.rev)) }
}

/// The first code of a new ticket that no other ticket has.
fn free_code(unit: &UnitOfWork, context: &MergeContext<'_>, id: TicketId) -> Option<String> {
    (0..CODE_ATTEMPTS)
        .map(|attempt| code_for(id, attempt))
        .find(|code| !context.codes_taken.contains(code) && !unit.tickets.iter().any(|t| t.code == *code && t.id != id))
}

/// Every pair of a new ticket and one near it is a soft conflict at the younger of the two, whichever arrived first. Both stay;
/// only a person merges them. What counts is where and what the other is when the later of the two arrives. The author hears of
/// a pair whose other ticket lies where they look after tickets.
fn report_duplicates(
    unit: &mut UnitOfWork,
    context: &MergeContext<'_>,
    author: &Author,
    act: &Act<'_>,
    me: &Neighbour,
) -> Option<ConflictId> {
    let is_same = |ticket: TicketId, category: CategoryId, created_at: Timestamp, point: &Point| {
        let apart_us = (created_at - me.created_at).saturating_abs();
        ticket != me.ticket && category == me.category && apart_us <= SAME_TIME_US && point.distance_m(&me.point) <= SAME_PLACE_M
    };
    // What was loaded is newer than what was fetched beforehand.
    let fetched: BTreeMap<TicketId, &Neighbour> =
        context.neighbours.iter().filter(|n| unit.tickets.get(n.ticket).is_none()).map(|n| (n.ticket, n)).collect();
    let mut same: BTreeMap<TicketId, Neighbour> =
        fetched.into_values().filter(|n| is_same(n.ticket, n.category, n.created_at, &n.point)).map(|n| (n.ticket, n.clone())).collect();
    let loaded = unit.tickets.iter().filter(|t| is_same(t.id, t.category_id, t.created_at, &t.point));
    same.extend(loaded.map(|t| (t.id, Neighbour::from(t))));
    let mut told = None;
    for other in same.values() {
        let distance_m = other.point.distance_m(&me.point);
        let (older, younger) = if (other.created_at, other.ticket) < (me.created_at, me.ticket) { (other, me) } else { (me, other) };
        let side = |n: &Neighbour| TicketSide { ticket: n.ticket, created_at: Some(n.created_at), distance_m: Some(distance_m), by: None };
        let (first, second) = (older.ticket.min(younger.ticket), older.ticket.max(younger.ticket));
        let what = second.to_string();
        let clash = Clash {
            subject: Some(first.uuid()),
            sides: Sides::Tickets { base: EmptySide {}, theirs: side(older), mine: side(younger) },
            parties: vec![Cause::Ticket(older.ticket), Cause::Ticket(younger.ticket)],
            default_in_force: "both tickets stand until a person says that they are one",
            areas: &younger.leaf_areas,
            ..Clash::soft(ConflictKind::PossibleDuplicate, younger.ticket, None, &what)
        };
        let conflict = raise(unit, act.received_at, clash);
        if author.reach.includes_any(at_place(&other.leaf_areas, Reader::Area)) {
            told = Some(conflict);
        }
    }
    told
}

#[cfg(test)]
mod tests;
