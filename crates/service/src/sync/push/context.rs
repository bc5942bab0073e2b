//! Fetches what a batch touches: the tickets that it names with all below them, and what the rules must know of the context around.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::sync::push::case::Case;
use bazdid_domain::{
    sync::merge_context::{CODE_ATTEMPTS, MergeContext},
    ticket_code::code_for,
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::{command::Command, error::Result, ids::TicketId};
use bazdid_store::{self as store, Tx, merge_context::Spots};

/// At most so many tickets are loaded because a photo of theirs shows the same bytes.
const SAME_BYTES: usize = 100;

/// Loads what cases need, as far as it is not here.
pub(super) fn fetch(tx: &mut Tx<'_>, unit: &mut UnitOfWork, context: &mut MergeContext<'_>, cases: &[Case]) -> Result<()> {
    let new: BTreeSet<Uuid> = cases.iter().filter_map(Case::creates).map(|new| new.id).collect();
    context.taken_ids.extend(store::aggregate::find_taken_ids(tx, &new.into_iter().collect::<Vec<_>>())?);
    let roots = store::aggregate::find_roots(tx, &named(cases).into_iter().collect::<Vec<_>>())?;
    // What was read whole stays whole.
    let whole = unit.tickets.iter().next().is_some() && unit.unread.is_empty();
    let with_notes = whole || cases.iter().any(reads_notes);
    let mut tickets: BTreeSet<TicketId> = roots.into_iter().map(|(_, ticket)| ticket).collect();
    let mut spots = Spots::default();
    let mut codes = BTreeSet::new();
    let mut hashes = BTreeSet::new();
    for case in cases {
        match &case.command {
            Ok(Command::TicketCreate(args)) => {
                spots.add(args.category, &args.point, case.row.est);
                codes.extend((0..CODE_ATTEMPTS).map(|attempt| code_for(TicketId::new(case.row.entity), attempt)));
            }
            Ok(Command::PhotoAdd(args)) => drop(hashes.insert(args.sha256.to_ascii_lowercase())),
            _ => {}
        }
    }
    if !codes.is_empty() {
        context.neighbours.extend(store::merge_context::list_neighbours(tx, &spots)?);
        context.codes_taken.extend(store::merge_context::list_codes_taken(tx, &codes.into_iter().collect::<Vec<_>>())?);
    }
    let twins = same_bytes(tx, context, hashes)?;
    tickets.extend(twins.into_iter().take(SAME_BYTES));
    load(tx, unit, tickets)?;
    // A ticket that was merged stands beside its master.
    let masters = unit.tickets.iter().filter_map(|t| t.duplicate_of).collect();
    load(tx, unit, masters)?;
    // Of evidence at what the office has ended a note may stand at the master.
    if with_notes || unit.tickets.iter().any(|t| t.status.is_shut_by_office()) {
        store::aggregate::load_notes(tx, unit)?;
    }
    // Every photo of the loaded tickets is judged anew, so all of their twins must be known.
    let all = unit.photos.iter().map(|p| p.sha256.clone()).collect();
    same_bytes(tx, context, all).map(drop)
}

/// The rows that cases are decided with, but for tickets that they make and that nobody else names.
fn named(cases: &[Case]) -> BTreeSet<Uuid> {
    let names = |case: &Case| {
        let new = case.creates_named();
        case.names().into_iter().filter(|id| new.is_none_or(|new| new.id != *id)).collect::<Vec<_>>()
    };
    cases.iter().flat_map(names).collect()
}

/// Learns which stored photos show the bytes; answers their tickets.
fn same_bytes(tx: &mut Tx<'_>, context: &mut MergeContext<'_>, hashes: BTreeSet<String>) -> Result<BTreeSet<TicketId>> {
    let unknown: Vec<String> = hashes.into_iter().filter(|h| !context.same_bytes.contains_key(h)).collect();
    let mut tickets = BTreeSet::new();
    if unknown.is_empty() {
        return Ok(tickets);
    }
    context.same_bytes.extend(unknown.iter().map(|h| (h.clone(), BTreeSet::new())));
    for (hash, photo, ticket) in store::merge_context::list_same_bytes(tx, &unknown)? {
        context.same_bytes.entry(hash).or_default().insert(photo);
        tickets.insert(ticket);
    }
    Ok(tickets)
}

/// Whether a case is decided by notes. Facts look at none.
const fn reads_notes(case: &Case) -> bool {
    !matches!(
        case.command,
        Ok(Command::NoteAdd(_)
            | Command::VisitRecord(_)
            | Command::VisitLeave(_)
            | Command::PatrolRecord(_)
            | Command::PhotoAdd(_)
            | Command::PhotoRemove(_)
            | Command::MeasurementAdd(_)
            | Command::ChecklistAnswer(_))
    )
}

/// Loads tickets that are not here, without their notes.
fn load(tx: &mut Tx<'_>, unit: &mut UnitOfWork, tickets: BTreeSet<TicketId>) -> Result<()> {
    let missing: Vec<TicketId> = tickets.into_iter().filter(|t| unit.tickets.get(*t).is_none()).collect();
    if !missing.is_empty() {
        unit.absorb(store::aggregate::load_unit_without_notes(tx, &missing)?);
    }
    Ok(())
}
