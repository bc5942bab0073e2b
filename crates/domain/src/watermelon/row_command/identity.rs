//! By what a command is known again when its row is sent again.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Author, Pushed, Reading, Sender};
use crate::watermelon::{Table, columns::Columns};
use bazdid_protocol::ids::{MutationId, name_uuid};

/// Identities of the commands that a row can come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identities {
    /// Of the commands if the row is new: they follow from its content alone.
    pub new: Vec<MutationId>,
    /// Of the commands if the row changes one that the app had: they follow from the content as it was pushed and the app's snapshot. They
    /// do not depend on the server's row, so the same push sent again has them again, whatever became of that row.
    pub changes: Vec<MutationId>,
}

/// The identities that a row has which the app sent as new or as changed.
#[must_use]
pub fn identities(sender: &Sender, pushed: &Pushed<'_>) -> Identities {
    let author = Author { sender, pushed, columns: Columns(pushed.columns) };
    let new = match author.read(None) {
        Reading::Deeds(commands) => commands.into_iter().map(|command| command.id).collect(),
        Reading::Same | Reading::NotWritable | Reading::Outdated => Vec::new(),
    };
    Identities { new, changes: author.change_ids() }
}

/// The identities that a row has which the app deleted.
#[must_use]
pub fn identities_deleted(sender: &Sender, table: Table, id: Uuid) -> Identities {
    let nothing = Map::new();
    let pushed = Pushed { table, id, columns: &nothing };
    let author = Author { sender, pushed: &pushed, columns: Columns(&nothing) };
    Identities { new: Vec::new(), changes: author.change_ids() }
}

/// The commands that change a row of a table.
const fn changes_of(table: Table) -> &'static [&'static str] {
    match table {
        Table::Tickets => &["ticket.edit"],
        Table::Visits => &["visit.leave"],
        Table::Photos => &["photo.remove"],
        Table::Notes => &["note.edit", "note.remove"],
        Table::WorkOrders | Table::WorkEvents | Table::Measurements | Table::SyncMessages => &[],
    }
}

impl Author<'_> {
    pub(super) fn change_id(&self, cmd: &str) -> MutationId {
        // Whether the library calls a row created or updated makes no difference.
        let content: BTreeMap<&String, &Value> =
            self.pushed.columns.iter().filter(|(name, _)| !matches!(name.as_str(), "_status" | "_changed")).collect();
        let (device, table, row, snapshot) = (self.sender.device, self.pushed.table, self.pushed.id, self.sender.snapshot);
        MutationId::new(name_uuid(&format!("watermelon|{device}|{table}|{row}|{cmd}|{snapshot}|{}", json!(content))))
    }

    fn change_ids(&self) -> Vec<MutationId> {
        changes_of(self.pushed.table).iter().map(|cmd| self.change_id(cmd)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bazdid_protocol::{
        ids::{AccountId, DeviceId},
        time::Timestamp,
    };

    fn sender(snapshot: i64) -> Sender {
        let id = Uuid::from_u128;
        Sender { device: DeviceId::new(id(1)), account: AccountId::new(id(2)), snapshot, sent_at: Timestamp::from_micros(1_000_000) }
    }

    fn of(table: Table, row: &Value, snapshot: i64) -> Identities {
        identities(&sender(snapshot), &Pushed { table, id: Uuid::from_u128(7), columns: row.as_object().unwrap() })
    }

    #[test]
    fn a_new_row_is_known_from_any_snapshot_and_a_change_from_its_own() {
        let visit = json!({ "id": "x", "_status": "created", "kind": "work", "arrived_at": 5, "left_at": 9 });
        let sent = of(Table::Visits, &visit, 1);
        assert_eq!((sent.new.len(), sent.changes.len()), (2, 1));
        let marked = json!({ "id": "x", "_status": "updated", "_changed": "left_at", "kind": "work", "arrived_at": 5, "left_at": 9 });
        assert_eq!(of(Table::Visits, &marked, 1), sent, "what the library notes of a row is no content");
        let later = of(Table::Visits, &visit, 2);
        assert_eq!(later.new, sent.new);
        assert_ne!(later.changes, sent.changes);
        let left_later = json!({ "id": "x", "kind": "work", "arrived_at": 5, "left_at": 10 });
        let other = of(Table::Visits, &left_later, 1);
        assert_eq!(other.new[0], sent.new[0], "the arrival is the same");
        assert_ne!((other.new[1], other.changes[0]), (sent.new[1], sent.changes[0]));
        assert_eq!(identities_deleted(&sender(1), Table::Notes, Uuid::from_u128(7)).changes.len(), 2);
        assert_eq!(of(Table::WorkOrders, &visit, 1), Identities::default(), "the server's own");
    }
}
