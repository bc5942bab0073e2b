//! What was sent before: a push whose answer was lost is answered as the first time.

use std::collections::{BTreeMap, BTreeSet};

use crate::sync::watermelon::push::{
    RowResult,
    envelope::{Sent, SentRow},
};
use bazdid_domain::{
    sync::journal::Journaled,
    watermelon::{
        Table, id,
        row_command::{Identities, Pushed, Sender, identities, identities_deleted},
    },
};
use bazdid_protocol::{error::Result, ids::MutationId, outcome::Status};
use bazdid_store::{self as store, Tx};

/// The commands of a push that the journal has from this account, whoever sees their rows now.
pub(super) struct Replays {
    journal: BTreeMap<MutationId, Journaled>,
    subjects: BTreeMap<MutationId, (Table, String)>,
}

impl Replays {
    /// Looks up everything that the rows can come to.
    ///
    /// # Errors
    /// The database fails.
    pub fn find(tx: &mut Tx<'_>, sender: &Sender, sent: &Sent) -> Result<Self> {
        let rows = sent.rows.iter().map(|SentRow { table, id, columns }| {
            let pushed = Pushed { table: *table, id: *id, columns };
            ((*table, *id), identities(sender, &pushed))
        });
        let deleted = sent.deleted.iter().map(|(table, id)| ((*table, *id), identities_deleted(sender, *table, *id)));
        let unread = sent.unread.iter().map(|row| (row.mutation_id(sender), (row.table, row.sent_id.clone())));
        let subjects: BTreeMap<MutationId, (Table, String)> = rows
            .chain(deleted)
            .flat_map(|((table, row), Identities { new, changes })| {
                new.into_iter().chain(changes).map(move |m| (m, (table, id::write(row))))
            })
            .chain(unread)
            .collect();
        let ids: Vec<MutationId> = subjects.keys().copied().collect();
        let journal = store::mutation::find_mutations(tx, &ids)?
            .into_iter()
            .filter(|m| m.actor == sender.account && m.status != Status::Deferred)
            .map(|m| (m.id, m))
            .collect();
        Ok(Self { journal, subjects })
    }

    /// Whether a command was answered before.
    pub fn has(&self, id: MutationId) -> bool {
        self.journal.contains_key(&id)
    }

    /// The commands that a row came to the first time, or none if it was not sent before. `alone`: whether the content of the row decides;
    /// otherwise the row may say again what it said before another change, and only the same push from the same snapshot is the same.
    pub fn of_row(&self, identities: &Identities, alone: bool) -> Vec<MutationId> {
        let had = |ids: &[MutationId]| -> Vec<MutationId> { ids.iter().copied().filter(|id| self.has(*id)).collect() };
        let (new, changes) = (had(&identities.new), had(&identities.changes));
        let is_same_fact = alone && !new.is_empty() && new.len() == identities.new.len();
        match (changes.is_empty(), is_same_fact) {
            (false, _) => changes,
            (true, true) => new,
            (true, false) => Vec::new(),
        }
    }

    /// The stored answers, in the order in which the commands were taken.
    pub fn answers(&self, ids: &BTreeSet<MutationId>) -> Vec<RowResult> {
        let mut found: Vec<(&Journaled, &(Table, String))> =
            ids.iter().filter_map(|id| Some((self.journal.get(id)?, self.subjects.get(id)?))).collect();
        found.sort_by_key(|(m, _)| m.seq);
        let answer = |(m, (table, row)): (&Journaled, &(Table, String))| RowResult {
            table: *table,
            id: row.clone(),
            warnings: m.warnings.clone(),
            status: m.status,
            code: m.code,
            detail: m.detail.clone(),
            replayed: true,
        };
        found.into_iter().map(answer).collect()
    }
}
