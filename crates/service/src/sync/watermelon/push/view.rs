//! The rows of a push as they stand here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use uuid::Uuid;

use crate::sync::{
    access::Standing,
    pull::scope::Scope,
    watermelon::push::envelope::{Sent, SentRow},
};
use bazdid_domain::{
    sync::cursor::Cursor,
    unit_of_work::UnitOfWork,
    watermelon::{
        Table, id,
        row::{Row, show, unmasked},
        row_command::{Known, RowCommand, Seen, Sender},
    },
};
use bazdid_protocol::{
    channel::Channel,
    error::Result,
    ids::{AccountId, Id},
    time::Timestamp,
};
use bazdid_store::{
    self as store, Tx,
    feed::{find_entries, list_channels},
    rows::load_rows,
};

/// The rows of a push that the device sees or has seen.
pub(super) struct View {
    /// As they are compared with what was sent.
    pub known: BTreeMap<(Table, Uuid), Known>,
    /// Those that the device does not see any more: they left its channels, or never came there and the account itself made them.
    hidden: BTreeSet<(Table, Uuid)>,
    /// Those of which the app cannot know the revision that stands.
    stale: BTreeSet<(Table, Uuid)>,
}

impl View {
    /// Loads the rows that are named. The tickets among them are locked: nobody changes what is compared here before the engine has decided.
    ///
    /// # Errors
    /// The database fails.
    pub fn load(tx: &mut Tx<'_>, scope: &Scope, cursor: &Cursor, sender: &Sender, sent: &Sent, standing: Standing) -> Result<Self> {
        let (known, hidden) = find_known(tx, scope, cursor, sender, sent)?;
        let mut view = Self { known, hidden, stale: BTreeSet::new() };
        view.take_as_seen(sent, standing);
        Ok(view)
    }

    /// Whether the device sees a row.
    pub fn is_visible(&self, row: (Table, Uuid)) -> bool {
        self.known.contains_key(&row) && !self.hidden.contains(&row)
    }

    /// The revisions that the author of a command can have had.
    pub fn set_base(&self, command: &mut RowCommand) {
        let order = command.entity.filter(|_| command.subject.0 == Table::WorkEvents).map(|order| (Table::WorkOrders, order));
        if command.subject.0 == Table::WorkEvents {
            let seen = order.and_then(|order| self.known.get(&order)).filter(|order| order.seen == Seen::AsItStands);
            command.base = seen.map(|o| o.rev);
            command.seen_ts = seen.and_then(|o| o.stamp);
        }
        if self.stale.contains(&command.subject) || order.is_some_and(|order| self.stale.contains(&order)) {
            command.base = None;
            command.seen_ts = None;
        }
    }

    /// Who cannot pull, and who cannot be told of a row any more, changed it as they saw it: what they did not change is as it stands, and
    /// of a row that has changed meanwhile they had no revision that is known here.
    fn take_as_seen(&mut self, sent: &Sent, standing: Standing) {
        let hidden = &self.hidden;
        let is_taken = |row: &(Table, Uuid)| standing == Standing::HandsIn || hidden.contains(row);
        for SentRow { table, id, columns } in sent.rows.iter().filter(|row| is_taken(&(row.table, row.id))) {
            if let Some(known) = self.known.get_mut(&(*table, *id)) {
                known.lay_over(columns);
            }
        }
        for (row, known) in self.known.iter_mut().filter(|(row, _)| is_taken(row)) {
            if known.seen == Seen::Before || hidden.contains(row) {
                self.stale.insert(*row);
            }
            known.seen = Seen::AsItStands;
        }
    }
}

type Found = (BTreeMap<(Table, Uuid), Known>, BTreeSet<(Table, Uuid)>);

/// The rows of a push as they stand here: those that the device may see, and which of them it saw once and does not see any more.
fn find_known(tx: &mut Tx<'_>, scope: &Scope, cursor: &Cursor, sender: &Sender, sent: &Sent) -> Result<Found> {
    let channels: BTreeMap<i64, (Channel, i64)> =
        scope.rows.iter().map(|(channel, row)| (row.no, (*channel, cursor.positions.get(channel).map_or(0, |at| at.seq)))).collect();
    let read_before = cursor.positions.keys().filter(|c| !scope.rows.contains_key(c) && !matches!(c, Channel::Device(_)));
    let left: BTreeSet<i64> =
        list_channels(tx, &read_before.map(ToString::to_string).collect::<Vec<_>>())?.iter().map(|row| row.no).collect();
    let numbers: Vec<i64> = channels.keys().chain(&left).copied().collect();
    let rows: BTreeSet<(Table, Uuid)> = sent.named().collect();
    let tickets: Vec<_> = rows.iter().filter(|(table, _)| *table == Table::Tickets).map(|(_, id)| Id::new(*id)).collect();
    let mut unit = store::aggregate::load_unit(tx, &tickets)?;
    let ids: Vec<Uuid> = rows.iter().map(|(_, id)| *id).collect();
    let mut visible: BTreeMap<(Table, Uuid), Seen> = BTreeMap::new();
    let mut later: BTreeSet<(Table, Uuid)> = BTreeSet::new();
    let mut carried: BTreeSet<(Table, Uuid)> = BTreeSet::new();
    for entry in find_entries(tx, &numbers, &ids)? {
        let Some(table) = Table::of(&entry.kind) else { continue };
        let row = (table, entry.entity);
        let Some((channel, position)) = channels.get(&entry.channel) else {
            carried.insert(row);
            continue;
        };
        if entry.seq > *position {
            later.insert(row);
        }
        if !matches!(channel, Channel::Device(_)) {
            carried.insert(row);
            if entry.present {
                visible.insert(row, Seen::AsItStands);
            }
        }
    }
    for row in later {
        visible.entry(row).and_modify(|seen| *seen = Seen::Before);
    }
    let mut wanted: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    for (table, id) in rows.iter().filter(|(table, _)| *table != Table::Tickets) {
        wanted.entry(table.kind()).or_default().push(*id);
    }
    unit.absorb(load_rows(tx, &wanted)?);
    let mut known = BTreeMap::new();
    let mut hidden = BTreeSet::new();
    for (table, id) in rows {
        let (Some((rev, stamp)), Some(row)) = (revision(&unit, table, id), show(&unit, table, id)) else { continue };
        let seen = visible.get(&(table, id)).copied();
        if seen.is_none() {
            if !carried.contains(&(table, id)) && !is_by(&row, sender.account) {
                continue;
            }
            hidden.insert((table, id));
        }
        let unmasked = unmasked(&unit, table, id);
        known.insert((table, id), Known { row, unmasked, seen: seen.unwrap_or(Seen::Before), rev, stamp });
    }
    Ok((known, hidden))
}

/// Whether an account made a row.
fn is_by(row: &Row, account: AccountId) -> bool {
    row.get("actor_id").and_then(Value::as_str) == Some(id::write(account.uuid()).as_str())
}

fn revision(unit: &UnitOfWork, table: Table, id: Uuid) -> Option<(i64, Option<Timestamp>)> {
    match table {
        Table::Tickets => unit.tickets.get(Id::new(id)).map(|t| (t.rev, Some(t.stamp))),
        Table::WorkOrders => unit.work_orders.get(Id::new(id)).map(|w| (w.rev, Some(w.stamp))),
        Table::WorkEvents => unit.work_events.get(Id::new(id)).map(|e| (e.rev, None)),
        Table::Visits => unit.visits.get(Id::new(id)).map(|v| (v.rev, None)),
        Table::Photos => unit.photos.get(Id::new(id)).map(|p| (p.rev, None)),
        Table::Measurements => unit.measurements.get(Id::new(id)).map(|m| (m.rev, None)),
        Table::Notes => unit.notes.get(Id::new(id)).map(|n| (n.rev, None)),
        Table::SyncMessages => unit.conflicts.get(Id::new(id)).map(|c| (c.rev, None)),
    }
}
