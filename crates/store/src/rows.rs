//! Single rows of many kinds by their ids, one query a kind: what a page of the feed is joined with.

use std::collections::BTreeMap;

use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    conflict::ConflictRow,
    keys::Keys,
    patrol::PatrolRow,
    photo::PhotoRow,
    schema,
    sql::db_error,
    ticket::TicketRow,
    tx::{LIST, Tx},
    visit::{ChecklistAnswerRow, MeasurementRow, NoteRow, VisitRow},
    work_order::{RoundRow, WorkEventRow, WorkOrderRow},
};
use bazdid_domain::{
    conflict::Conflict,
    patrol::Patrol,
    photo::Photo,
    ticket::Ticket,
    unit_of_work::{Entity, UnitOfWork},
    visit::{ChecklistAnswer, Measurement, Note, Visit},
    work_order::{Round, WorkEvent, WorkOrder},
};
use bazdid_protocol::{error::Result, ids::Id};

macro_rules! load {
    ($tx:ident, $unit:ident, $wanted:ident, $($entity:ty => $field:ident, $table:ident, $row:ty;)+) => {$(
        for ids in $wanted.get(<$entity as Entity>::KIND).map_or(&[][..], |ids| ids.as_slice()).chunks(LIST) {
            let ids: Vec<Id<<$entity as Entity>::Tag>> = ids.iter().copied().map(Id::new).collect();
            let keys = Keys::new(&ids);
            let rows: Vec<$row> =
                on!($tx, |c| schema::$table::table.filter(keys.hold(schema::$table::id)).select(<$row>::as_select()).load(c))
                    .map_err(db_error)?;
            $unit.$field.load(rows.into_iter().map(Into::into));
        }
    )+};
}

/// Loads the rows of each kind that channels carry; other kinds are left out. The result holds only what was asked for, so
/// nothing can be decided about it.
///
/// # Errors
/// The database fails.
pub fn load_rows(tx: &mut Tx<'_>, wanted: &BTreeMap<&str, Vec<Uuid>>) -> Result<UnitOfWork> {
    let mut unit = UnitOfWork::default();
    load! { tx, unit, wanted,
        Ticket => tickets, tickets, TicketRow;
        WorkOrder => work_orders, work_orders, WorkOrderRow;
        WorkEvent => work_events, work_events, WorkEventRow;
        Round => rounds, rounds, RoundRow;
        Visit => visits, visits, VisitRow;
        Note => notes, notes, NoteRow;
        Measurement => measurements, measurements, MeasurementRow;
        ChecklistAnswer => answers, checklist_answers, ChecklistAnswerRow;
        Photo => photos, photos, PhotoRow;
        Conflict => conflicts, conflicts, ConflictRow;
        Patrol => patrols, patrols, PatrolRow;
    }
    Ok(unit)
}
