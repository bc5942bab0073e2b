//! The part of the database that one transaction decides about, held in memory.
//!
//! A world holds whole aggregates: tickets with everything below them, and patrols, which stand by themselves. Rules read and write it; a refused group is
//! undone by [`UnitOfWork::rollback`]; the store writes back what differs. Knows nothing of where rows come from.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry as Slot};

use uuid::Uuid;

use crate::{
    conflict::Conflict,
    patrol::Patrol,
    photo::Photo,
    ticket::{FieldEdit, StatusChange, Ticket},
    visit::{ChecklistAnswer, Measurement, Note, Visit},
    work_order::{Assignment, Round, WorkEvent, WorkOrder},
};
use bazdid_protocol::{
    ids::{Id, TicketId},
    rows::{
        AnswerRow, ConflictRow, MeasurementRow, NoteRow, PatrolRow, PhotoRow, RoundRow, TicketRow, VisitRow, WireRow as _, WorkEventRow,
        WorkOrderRow,
    },
};

/// A row of one of the tables of a unit of work.
pub trait Entity: Clone + PartialEq {
    /// Tag of its id.
    type Tag;
    /// The word for it on the wire.
    const KIND: &'static str;
    /// Identity.
    fn id(&self) -> Id<Self::Tag>;
    /// The ticket it belongs to; absent: it stands by itself.
    fn ticket_id(&self) -> Option<TicketId>;
    /// Revision.
    fn rev(&self) -> i64;
    /// Sets the revision.
    fn set_rev(&mut self, rev: i64);
}

macro_rules! entities {
    ($($ty:ty, $tag:ident, $kind:expr, $ticket:ident $(, $rev:ident)?;)+) => {$(
        impl Entity for $ty {
            type Tag = bazdid_protocol::ids::$tag;
            const KIND: &'static str = $kind;
            fn id(&self) -> Id<Self::Tag> { self.id }
            fn ticket_id(&self) -> Option<TicketId> { Some(self.$ticket) }
            entities!(@rev $($rev)?);
        }
    )+};
    (@rev $rev:ident) => {
        fn rev(&self) -> i64 { self.$rev }
        fn set_rev(&mut self, rev: i64) { self.$rev = rev; }
    };
    (@rev) => {
        fn rev(&self) -> i64 { 1 }
        fn set_rev(&mut self, _: i64) {}
    };
}

entities! {
    Ticket, TicketTag, TicketRow::KIND, id, rev;
    StatusChange, StatusChangeTag, "status_change", ticket_id;
    FieldEdit, FieldEditTag, "field_edit", ticket_id;
    WorkOrder, WorkOrderTag, WorkOrderRow::KIND, ticket_id, rev;
    Assignment, AssignmentTag, "assignment", ticket_id, rev;
    WorkEvent, WorkEventTag, WorkEventRow::KIND, ticket_id, rev;
    Round, RoundTag, RoundRow::KIND, ticket_id, rev;
    Visit, VisitTag, VisitRow::KIND, ticket_id, rev;
    Note, NoteTag, NoteRow::KIND, ticket_id, rev;
    Measurement, MeasurementTag, MeasurementRow::KIND, ticket_id, rev;
    ChecklistAnswer, AnswerTag, AnswerRow::KIND, ticket_id, rev;
    Photo, PhotoTag, PhotoRow::KIND, ticket_id, rev;
    Conflict, ConflictTag, ConflictRow::KIND, ticket_id, rev;
}

/// A patrol stands by itself.
impl Entity for Patrol {
    type Tag = bazdid_protocol::ids::PatrolTag;
    const KIND: &'static str = PatrolRow::KIND;
    fn id(&self) -> Id<Self::Tag> {
        self.id
    }
    fn ticket_id(&self) -> Option<TicketId> {
        None
    }
    entities!(@rev rev);
}

/// A row of a table. Most of what is loaded is never written, so it is held once and needs no comparison.
#[derive(Debug, Clone)]
enum Entry<E> {
    /// As the database has it.
    Loaded(E),
    /// Written since; it may have been written back to what it was.
    Written {
        /// As it was loaded; nothing if it is new.
        was: Option<E>,
        now: E,
    },
}

impl<E> Entry<E> {
    const fn now(&self) -> &E {
        match self {
            Self::Loaded(now) | Self::Written { now, .. } => now,
        }
    }

    const fn was(&self) -> Option<&E> {
        match self {
            Self::Loaded(row) => Some(row),
            Self::Written { was, .. } => was.as_ref(),
        }
    }
}

impl<E: PartialEq> Entry<E> {
    fn is_changed(&self) -> bool {
        matches!(self, Self::Written { was, now } if was.as_ref() != Some(now))
    }
}

/// The rows of one kind.
#[derive(Debug, Clone)]
pub struct Table<E: Entity> {
    rows: BTreeMap<Uuid, Entry<E>>,
    undo: Vec<(Uuid, Option<Entry<E>>)>,
}

impl<E: Entity> Default for Table<E> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), undo: Vec::new() }
    }
}

impl<E: Entity> Table<E> {
    /// Adds rows as the database has them; what was written since stays.
    pub fn load(&mut self, rows: impl IntoIterator<Item = E>) {
        for row in rows {
            match self.rows.entry(row.id().uuid()) {
                Slot::Occupied(here) if matches!(here.get(), Entry::Written { .. }) => {}
                Slot::Occupied(mut here) => drop(here.insert(Entry::Loaded(row))),
                Slot::Vacant(free) => {
                    free.insert(Entry::Loaded(row));
                }
            }
        }
    }

    /// A row by its id.
    #[must_use]
    pub fn get(&self, id: Id<E::Tag>) -> Option<&E> {
        self.rows.get(&id.uuid()).map(Entry::now)
    }

    /// Every row, by id.
    pub fn iter(&self) -> impl Iterator<Item = &E> {
        self.rows.values().map(Entry::now)
    }

    /// Writes a row. Its revision becomes one more than the loaded one's, however often it is written.
    /// Returns that revision.
    pub fn put(&mut self, mut row: E) -> i64 {
        let key = row.id().uuid();
        let was = self.rows.get(&key).and_then(Entry::was).cloned();
        let rev = was.as_ref().map_or(1, |w| w.rev() + 1);
        row.set_rev(rev);
        let before = self.rows.insert(key, Entry::Written { was, now: row });
        self.undo.push((key, before));
        rev
    }

    /// Rows that differ from what was loaded: (before, now).
    pub fn changed(&self) -> impl Iterator<Item = (Option<&E>, &E)> {
        self.rows.values().filter(|e| e.is_changed()).map(|e| (e.was(), e.now()))
    }

    /// Rows that are as they were loaded.
    pub fn unchanged(&self) -> impl Iterator<Item = &E> {
        self.rows.values().filter(|e| !e.is_changed()).map(Entry::now)
    }

    /// The row as it was loaded.
    #[must_use]
    pub fn before(&self, id: Id<E::Tag>) -> Option<&E> {
        self.rows.get(&id.uuid()).and_then(Entry::was)
    }

    /// Every row as it was loaded.
    pub fn all_before(&self) -> impl Iterator<Item = &E> {
        self.rows.values().filter_map(Entry::was)
    }

    fn rollback(&mut self, mark: usize) {
        while self.undo.len() > mark {
            match self.undo.pop() {
                Some((key, Some(entry))) => drop(self.rows.insert(key, entry)),
                Some((key, None)) => drop(self.rows.remove(&key)),
                None => break,
            }
        }
    }
}

macro_rules! unit {
    ($($(#[$doc:meta])* $field:ident : $ty:ty),+ $(,)?) => {
        /// The loaded aggregates.
        #[derive(Debug, Clone, Default)]
        pub struct UnitOfWork {
            $($(#[$doc])* pub $field: Table<$ty>,)+
            /// Tickets whose notes were left in the database: much text, which hardly anything is decided by.
            pub unread: BTreeSet<TicketId>,
        }

        /// A point in the history of a unit of work that it can be taken back to.
        #[derive(Debug, Clone, Copy)]
        pub struct Mark { $($field: usize),+ }

        impl UnitOfWork {
            /// Remembers this point.
            #[must_use]
            pub fn mark(&self) -> Mark {
                Mark { $($field: self.$field.undo.len()),+ }
            }

            /// Kind and id of every row that differs from what was loaded.
            #[must_use]
            pub fn changed(&self) -> Vec<(&'static str, Uuid)> {
                let mut out = Vec::new();
                $(out.extend(self.$field.changed().map(|(_, now)| (<$ty as Entity>::KIND, now.id().uuid())));)+
                out
            }

            /// Adds aggregates that were loaded later; they must be others than those that are here.
            pub fn absorb(&mut self, other: Self) {
                $(self.$field.rows.extend(other.$field.rows);)+
                self.unread.extend(other.unread);
            }

            /// The kinds of the rows with this id that are here: one at most, where ids are unique over all kinds.
            pub fn kinds_of(&self, id: Uuid) -> impl Iterator<Item = &'static str> {
                [$((<$ty as Entity>::KIND, self.$field.rows.contains_key(&id))),+].into_iter().filter_map(|(kind, here)| here.then_some(kind))
            }

            /// Takes everything back that was written after a mark.
            pub fn rollback(&mut self, mark: Mark) {
                $(self.$field.rollback(mark.$field);)+
            }
        }
    };
}

unit! {
    /// Tickets, the roots.
    tickets: Ticket,
    /// History of their statuses.
    status_changes: StatusChange,
    /// History of the fields that the field may write.
    field_edits: FieldEdit,
    /// Work orders.
    work_orders: WorkOrder,
    /// Their offers.
    assignments: Assignment,
    /// What the field did with them.
    work_events: WorkEvent,
    /// Attempts.
    rounds: Round,
    /// Presences.
    visits: Visit,
    /// Notes.
    notes: Note,
    /// Quantities.
    measurements: Measurement,
    /// Checklist answers.
    answers: ChecklistAnswer,
    /// Photos.
    photos: Photo,
    /// Conflicts.
    conflicts: Conflict,
    /// Rounds without a ticket.
    patrols: Patrol,
}

impl UnitOfWork {
    /// The notes, for who looks for one that may have been there before: none may be unread.
    #[must_use]
    pub fn all_notes(&self) -> &Table<Note> {
        debug_assert!(self.unread.is_empty(), "the notes of {:?} were not read", self.unread);
        &self.notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visit::Audience;
    use bazdid_protocol::{ids::NoteId, time::Timestamp};

    fn note(n: u128, text: &str) -> Note {
        Note {
            id: NoteId::new(Uuid::from_u128(n)),
            rev: 0,
            ticket_id: TicketId::new(Uuid::from_u128(9)),
            work_order_id: None,
            actor: None,
            organisation_id: None,
            audience: Audience::Field,
            text: text.into(),
            eff: Timestamp::default(),
            removed_at: None,
            writes: vec![],
        }
    }

    #[test]
    fn a_rollback_restores_what_stood_and_forgets_what_was_new() {
        let mut unit = UnitOfWork::default();
        unit.notes.load([Note { rev: 4, ..note(1, "loaded") }]);
        assert_eq!(unit.notes.put(note(1, "kept")), 5);
        let mark = unit.mark();
        assert_eq!(unit.notes.put(note(1, "refused")), 5, "one transaction raises a revision once");
        unit.notes.put(note(2, "refused too"));
        unit.rollback(mark);
        let texts: Vec<_> = unit.notes.iter().map(|n| n.text.as_str()).collect();
        assert_eq!(texts, ["kept"]);
        assert_eq!(unit.notes.changed().count(), 1);
    }
}
