//! Loads and saves whole tickets: one query a table to load, one multi-row statement a table to save.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    conflict::ConflictRow,
    keys::Keys,
    patrol::PatrolRow,
    photo::PhotoRow,
    schema,
    sql::db_error,
    ticket::{FieldEditRow, StatusChangeRow, TicketRow},
    tx::{LIST, Tx},
    visit::{ChecklistAnswerRow, MeasurementRow, NoteRow, VisitRow},
    work_order::{AssignmentRow, RoundRow, WorkEventRow, WorkOrderRow},
};
use bazdid_domain::{
    unit_of_work::{Entity, Table, UnitOfWork},
    work_order::Assignment,
};
use bazdid_protocol::{
    error::Result,
    ids::{Id, TicketId},
    time::Timestamp,
};

macro_rules! load {
    ($tx:ident, $unit:ident . $field:ident, $table:ident, $row:ty, $ids:expr) => {
        let rows: Vec<$row> =
            on!($tx, |c| schema::$table::table.filter($ids.hold(schema::$table::ticket_id)).select(<$row>::as_select()).load(c))
                .map_err(db_error)?;
        $unit.$field.load(rows.into_iter().map(Into::into));
    };
}

/// Loads tickets with everything below them. On PostgreSQL the tickets' rows are locked, in the order of their ids, until
/// the transaction ends: the ticket is the root that every writer of its children locks first.
///
/// # Errors
/// The database fails.
pub fn load_unit(tx: &mut Tx<'_>, tickets: &[TicketId]) -> Result<UnitOfWork> {
    let mut unit = load_unit_without_notes(tx, tickets)?;
    load_notes(tx, &mut unit)?;
    Ok(unit)
}

/// As [`load_unit`], but the notes stay in the database until somebody asks for them: [`load_notes`].
///
/// # Errors
/// The database fails.
pub fn load_unit_without_notes(tx: &mut Tx<'_>, tickets: &[TicketId]) -> Result<UnitOfWork> {
    let mut unit = UnitOfWork::default();
    for ids in sorted(tickets).chunks(LIST) {
        let keys = Keys::new(ids);
        let rows: Vec<TicketRow> = on!(
            tx,
            pg | c
                | schema::tickets::table
                    .filter(keys.hold(schema::tickets::id))
                    .order(schema::tickets::id)
                    .for_update()
                    .select(TicketRow::as_select())
                    .load(c),
            sqlite | c | schema::tickets::table.filter(keys.hold(schema::tickets::id)).select(TicketRow::as_select()).load(c)
        )
        .map_err(db_error)?;
        unit.tickets.load(rows.into_iter().map(Into::into));
        load_below(tx, &mut unit, ids, &keys)?;
    }
    Ok(unit)
}

/// Loads tickets with everything below them, to be read only.
///
/// # Errors
/// The database fails.
pub fn read_unit(tx: &mut Tx<'_>, tickets: &[TicketId]) -> Result<UnitOfWork> {
    let mut unit = UnitOfWork::default();
    for ids in sorted(tickets).chunks(LIST) {
        let keys = Keys::new(ids);
        let rows: Vec<TicketRow> =
            on!(tx, |c| schema::tickets::table.filter(keys.hold(schema::tickets::id)).select(TicketRow::as_select()).load(c))
                .map_err(db_error)?;
        unit.tickets.load(rows.into_iter().map(Into::into));
        load_below(tx, &mut unit, ids, &keys)?;
    }
    load_notes(tx, &mut unit)?;
    Ok(unit)
}

/// Loads the notes that a unit of work was loaded without.
///
/// # Errors
/// The database fails.
pub fn load_notes(tx: &mut Tx<'_>, unit: &mut UnitOfWork) -> Result<()> {
    let unread: Vec<TicketId> = std::mem::take(&mut unit.unread).into_iter().collect();
    for ids in unread.chunks(LIST) {
        load!(tx, unit.notes, notes, NoteRow, Keys::new(ids));
    }
    Ok(())
}

fn sorted(tickets: &[TicketId]) -> Vec<TicketId> {
    let mut ids = tickets.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Everything but the notes.
fn load_below(tx: &mut Tx<'_>, unit: &mut UnitOfWork, ids: &[TicketId], keys: &Keys<'_, TicketId>) -> Result<()> {
    // Only of tickets that the office has ended does anybody ask when that was.
    let ended: Vec<TicketId> =
        ids.iter().copied().filter(|id| unit.tickets.get(*id).is_some_and(|t| t.status.is_shut_by_office())).collect();
    if !ended.is_empty() {
        load!(tx, unit.status_changes, status_changes, StatusChangeRow, Keys::new(&ended));
    }
    load!(tx, unit.field_edits, field_edits, FieldEditRow, keys);
    load!(tx, unit.work_orders, work_orders, WorkOrderRow, keys);
    load!(tx, unit.assignments, assignments, AssignmentRow, keys);
    load!(tx, unit.work_events, work_events, WorkEventRow, keys);
    load!(tx, unit.rounds, rounds, RoundRow, keys);
    load!(tx, unit.visits, visits, VisitRow, keys);
    load!(tx, unit.measurements, measurements, MeasurementRow, keys);
    load!(tx, unit.answers, checklist_answers, ChecklistAnswerRow, keys);
    load!(tx, unit.photos, photos, PhotoRow, keys);
    load!(tx, unit.conflicts, conflicts, ConflictRow, keys);
    unit.unread.extend(ids);
    Ok(())
}

fn changed<'w, E: Entity + 'w, R: From<&'w E>>(table: &'w Table<E>) -> Vec<R> {
    table.changed().map(|(_, now)| R::from(now)).collect()
}

/// Writes every row that differs from what was loaded; rows that are new are stored at `now`. The feed is the caller's:
/// [`crate::feed`].
///
/// # Errors
/// The database fails; a code or source reference exists already.
pub fn save_unit(tx: &mut Tx<'_>, unit: &UnitOfWork, now: Timestamp) -> Result<()> {
    TicketRow::save(tx, &changed(&unit.tickets), now)?;
    crate::ticket::area::save_ticket_areas(tx, unit)?;
    StatusChangeRow::save(tx, &changed(&unit.status_changes))?;
    FieldEditRow::save(tx, &changed(&unit.field_edits))?;
    WorkOrderRow::save(tx, &changed(&unit.work_orders), now)?;
    tx.open_order_counts().forget(unit);
    AssignmentRow::save(tx, &changed(&unit.assignments))?;
    WorkEventRow::save(tx, &changed(&unit.work_events))?;
    RoundRow::save(tx, &changed(&unit.rounds), now)?;
    VisitRow::save(tx, &changed(&unit.visits))?;
    NoteRow::save(tx, &changed(&unit.notes))?;
    MeasurementRow::save(tx, &changed(&unit.measurements))?;
    ChecklistAnswerRow::save(tx, &changed(&unit.answers))?;
    PhotoRow::save(tx, &changed(&unit.photos), now)?;
    ConflictRow::save(tx, &changed(&unit.conflicts), now)?;
    PatrolRow::save(tx, &changed(&unit.patrols), now)
}

macro_rules! roots {
    ($tx:ident, $found:ident, $open:ident, $($table:ident),+) => {$(
        let ids: Vec<Id<()>> = $open.iter().copied().map(Id::new).collect();
        if !ids.is_empty() {
            let keys = Keys::new(&ids);
            let rows: Vec<(Id<()>, TicketId)> = on!($tx, |c| schema::$table::table
                .filter(keys.hold(schema::$table::id))
                .select((schema::$table::id, schema::$table::ticket_id))
                .load(c))
            .map_err(db_error)?;
            for (id, ticket) in rows {
                $open.remove(&id.uuid());
                $found.push((id.uuid(), ticket));
            }
        }
    )+};
}

/// Which tickets the given ids belong to, whatever they name: tickets, work orders, visits, photos, notes, measurements,
/// rounds or answers. Ids that name nothing are left out.
///
/// # Errors
/// The database fails.
pub fn find_roots(tx: &mut Tx<'_>, ids: &[Uuid]) -> Result<Vec<(Uuid, TicketId)>> {
    let mut found = Vec::new();
    for ids in ids.chunks(LIST) {
        // What was found is not asked for again: mostly tickets and orders are named.
        let mut open: BTreeSet<Uuid> = ids.iter().copied().collect();
        let ids: Vec<TicketId> = ids.iter().copied().map(Id::new).collect();
        let keys = Keys::new(&ids);
        let tickets: Vec<TicketId> =
            on!(tx, |c| schema::tickets::table.filter(keys.hold(schema::tickets::id)).select(schema::tickets::id).load(c))
                .map_err(db_error)?;
        for ticket in tickets {
            open.remove(&ticket.uuid());
            found.push((ticket.uuid(), ticket));
        }
        roots!(tx, found, open, work_orders, visits, photos, notes, measurements, rounds, checklist_answers);
    }
    Ok(found)
}

/// Which of the given ids name a row already, each with the kind of that row. Every row that a device may read stands in the
/// feed with at least one channel, so one look-up there covers all of those kinds; assignments are never sent and are looked up
/// in their own table.
///
/// # Errors
/// The database fails.
pub fn find_taken_ids(tx: &mut Tx<'_>, ids: &[Uuid]) -> Result<BTreeMap<Uuid, String>> {
    let mut taken = BTreeMap::new();
    for ids in ids.chunks(LIST) {
        let ids: Vec<Id<()>> = ids.iter().copied().map(Id::new).collect();
        let keys = Keys::new(&ids);
        let sent: Vec<(Id<()>, String)> = on!(tx, |c| schema::feed::table
            .filter(keys.hold(schema::feed::entity).and(schema::feed::present.eq(true)))
            .select((schema::feed::entity, schema::feed::kind))
            .load(c))
        .map_err(db_error)?;
        taken.extend(sent.into_iter().map(|(id, kind)| (id.uuid(), kind)));
        let assignments: Vec<Id<()>> =
            on!(tx, |c| schema::assignments::table.filter(keys.hold(schema::assignments::id)).select(schema::assignments::id).load(c))
                .map_err(db_error)?;
        taken.extend(assignments.into_iter().map(|id| (id.uuid(), Assignment::KIND.to_owned())));
    }
    Ok(taken)
}
