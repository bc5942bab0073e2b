//! What the person sees: the copy, and over it what they did and the server has not decided yet.
//!
//! It is computed and never written into the copy. Laws: with nothing open the view is the copy; otherwise it is the copy with what is open
//! done to it, in the order in which it was done. What was done is open from the moment it is recorded until its answer *and* what came of it
//! are there, whichever comes first, so the view never goes back and forth between old and new. What was refused shows no effect; it stays in
//! the journal with its reason ([`Device::refused`]).

mod effects;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::Value;
use uuid::Uuid;

use crate::{
    Device,
    copy::{Key, LocalCopy},
    outbox::{Entry, Outbox},
    transport::Transport,
};
use bazdid_protocol::{
    command::Command,
    ids::{MutationId, WorkEventId},
    outcome::Status,
};

/// A row as the person sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen<'v> {
    /// The row.
    pub row: Cow<'v, Value>,
    /// What of it is the person's own and open, oldest first; empty: it is the server's row.
    pub open: &'v [MutationId],
}

/// A row with what is open done to it.
#[derive(Debug, Clone, PartialEq)]
struct Changed {
    row: Value,
    open: Vec<MutationId>,
}

/// The copy with what is open done to it.
#[derive(Debug, Clone)]
pub struct View<'d> {
    copy: &'d LocalCopy,
    changed: BTreeMap<Key, Changed>,
}

impl Entry {
    /// Whether the server's rows do not show yet what came of it, for all that the device knows.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.settled && self.result.as_ref().is_none_or(|r| r.status != Status::Rejected)
    }
}

impl<'d> View<'d> {
    /// The view of a copy and an outbox.
    #[must_use]
    pub fn of(copy: &'d LocalCopy, outbox: &Outbox) -> Self {
        let mut view = Self { copy, changed: BTreeMap::new() };
        let open: Vec<(&Entry, Command)> = outbox.journal().filter(|e| e.is_open()).filter_map(|e| Some((e, parse(e)?))).collect();
        // What its author took back before anybody heard of it had no effect.
        let retracted: BTreeSet<Uuid> = open
            .iter()
            .filter_map(|(_, c)| if let Command::WorkRetract(a) = c { Some(WorkEventId::of(a.event).uuid()) } else { None })
            .collect();
        for (entry, command) in open.iter().filter(|(e, _)| !retracted.contains(&e.id.uuid())) {
            effects::show(&mut view, entry, command);
        }
        view
    }

    /// A row.
    #[must_use]
    pub fn get(&self, kind: &str, id: Uuid) -> Option<Seen<'_>> {
        match self.changed.get(&(kind.to_owned(), id)) {
            Some(changed) => Some(Seen { row: Cow::Borrowed(&changed.row), open: &changed.open }),
            None => self.copy.get(kind, id).map(|held| Seen { row: Cow::Borrowed(&held.row), open: &[] }),
        }
    }

    /// A field of a row, as text.
    #[must_use]
    pub fn text(&self, kind: &str, id: Uuid, field: &str) -> Option<&str> {
        self.row(kind, id)?.get(field)?.as_str()
    }

    /// The rows of one type, by id.
    #[must_use]
    pub fn list(&self, kind: &str) -> BTreeMap<Uuid, Seen<'_>> {
        self.rows().into_iter().filter(|((k, _), _)| *k == kind).map(|((_, id), seen)| (id, seen)).collect()
    }

    /// Every row, by type and id.
    #[must_use]
    pub fn rows(&self) -> BTreeMap<(&str, Uuid), Seen<'_>> {
        let held = self.copy.rows().map(|(kind, id, held)| ((kind, id), Seen { row: Cow::Borrowed(&held.row), open: &[] }));
        let changed = self.changed.iter().map(|((kind, id), changed)| {
            let seen = Seen { row: Cow::Borrowed(&changed.row), open: changed.open.as_slice() };
            ((kind.as_str(), *id), seen)
        });
        held.chain(changed).collect()
    }

    fn row(&self, kind: &str, id: Uuid) -> Option<&Value> {
        match self.changed.get(&(kind.to_owned(), id)) {
            Some(changed) => Some(&changed.row),
            None => Some(&self.copy.get(kind, id)?.row),
        }
    }

    /// Shows a row that somebody just made. If the server's is there already, that one stays.
    fn add(&mut self, entry: &Entry, kind: &str, id: Uuid, row: Value) {
        if self.row(kind, id).is_none() {
            self.changed.insert((kind.to_owned(), id), Changed { row, open: vec![entry.id] });
        }
    }

    /// Changes fields of a row, if it is there.
    fn change(&mut self, entry: &Entry, kind: &str, id: Uuid, fields: &[(&str, Value)]) {
        let Some(before) = self.row(kind, id).cloned() else { return };
        let changed = self.changed.entry((kind.to_owned(), id)).or_insert_with(|| Changed { row: before, open: Vec::new() });
        if let Some(row) = changed.row.as_object_mut() {
            row.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        }
        changed.open.push(entry.id);
    }
}

fn parse(entry: &Entry) -> Option<Command> {
    Command::parse(&entry.cmd, 1, &entry.args).ok()
}

impl<T: Transport> Device<T> {
    /// What the person sees. It is of this moment: an app asks again after an act or a step of a sync.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        View::of(&self.state.copy, &self.state.outbox)
    }

    /// What the server refused, with its reasons, oldest first.
    pub fn refused(&self) -> impl Iterator<Item = &Entry> {
        self.state.outbox.journal().filter(|e| e.result.as_ref().is_some_and(|r| r.status == Status::Rejected))
    }
}
