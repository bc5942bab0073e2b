//! What a file has to know of the outbox and the journal: how they are taken apart, and put together again.

use std::collections::BTreeSet;

use crate::{
    marks::Marks,
    outbox::{Entry, Outbox},
};
use bazdid_protocol::{digest::Chain, ids::MutationId};

/// Where the sequence is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sequence {
    /// How many sequences were begun before this one.
    pub numbering: i64,
    /// The last seq that was forgotten.
    pub before_seq: i64,
    /// The chain after it.
    pub before_chain: Option<Chain>,
}

/// The entries to write: those that are there, and those that were forgotten.
#[derive(Debug, Default)]
pub(crate) struct Entries<'o> {
    /// Entries as they are now.
    pub put: Vec<&'o Entry>,
    /// Entries that are no more.
    pub gone: Vec<MutationId>,
    /// Whether whatever else a file holds goes.
    pub all: bool,
}

impl Outbox {
    /// Where the sequence is.
    pub(crate) const fn sequence(&self) -> Sequence {
        Sequence { numbering: self.numbering, before_seq: self.before.0, before_chain: self.before.1 }
    }

    /// The entries that a file does not hold as they are.
    pub(crate) fn unwritten(&self) -> Entries<'_> {
        let Marks::Only(keys) = &self.marks else {
            return Entries { put: self.journal().collect(), gone: Vec::new(), all: true };
        };
        // What changes is mostly what came last.
        let mut left: BTreeSet<MutationId> = keys.clone();
        let mut put = Vec::new();
        let mut from_the_end = self.journal().rev();
        while !left.is_empty()
            && let Some(entry) = from_the_end.next()
        {
            if left.remove(&entry.id) {
                put.push(entry);
            }
        }
        Entries { put, gone: left.into_iter().collect(), all: false }
    }

    /// The file holds all of it now.
    pub(crate) fn is_written(&mut self) {
        self.marks = Marks::none();
    }

    /// An outbox as a file holds it: entries in the order of their sequences, and in those in the order of their places.
    pub(crate) fn put_together(entries: Vec<Entry>, sequence: Sequence) -> Self {
        let Sequence { numbering, before_seq, before_chain } = sequence;
        let (history, entries) = entries.into_iter().partition(|e| e.numbering < numbering);
        Self { history, entries, before: (before_seq, before_chain), numbering, marks: Marks::none() }
    }
}
