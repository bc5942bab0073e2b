//! From entries of the feed to the changes of a page: the rows are joined when they are read, one query a table.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use uuid::Uuid;

use crate::sync::pull::scope::Scope;
use bazdid_domain::{
    reference::Reference,
    unit_of_work::{Entity, Table, UnitOfWork},
    wire,
};
use bazdid_protocol::{
    channel::Channel,
    envelope::{Change, ChangeOp},
    error::Result,
    ids::Id,
    rows::{AreaRow, CategoryRow, ChecklistRow, OrganisationRow, WireRow},
};
use bazdid_store::{
    Tx,
    feed::{FeedRow, find_memberships},
    rows::load_rows,
};

/// A row as it stands on the wire.
pub(super) struct Shown {
    /// Revision.
    pub v: i64,
    /// Stamp, microseconds.
    pub ts: Option<i64>,
    /// The row.
    pub row: Value,
}

/// The order of kinds on a page: what others refer to comes first.
const ORDER: &[&str] =
    &["organisation", "area", "checklist", "category", "ticket", "work_order", "visit", "photo", "note", "measurement", "answer"];

/// The changes that entries mean to a device. A row is sent once, with all of the device's channels that carry it; a channel
/// that it left is named in a drop. Channels of which nothing was read yet are not named: the device would not be told when
/// they lose the row before their turn comes.
pub(super) fn render(tx: &mut Tx<'_>, scope: &Scope, read_to: &BTreeMap<Channel, i64>, entries: Vec<FeedRow>) -> Result<Vec<Change>> {
    let channels = &scope.channels;
    let begun: BTreeSet<usize> =
        channels.iter().enumerate().filter(|(_, c)| read_to.get(c).is_some_and(|at| *at > 0)).map(|(place, _)| place).collect();
    let places = scope.places();
    let own: BTreeSet<usize> =
        channels.iter().enumerate().filter(|(_, c)| matches!(c, Channel::Device(_))).map(|(place, _)| place).collect();
    // By row: the places that it left, and whether it is to be sent.
    let mut touched: BTreeMap<(String, Uuid), Touched> = BTreeMap::new();
    for entry in entries {
        let Some(place) = places.get(&entry.channel) else { continue };
        let touched = touched.entry((entry.kind, entry.entity)).or_default();
        touched.v = touched.v.max(entry.v);
        if entry.present || own.contains(place) {
            touched.sent = true;
            touched.echoed |= own.contains(place);
        } else {
            touched.left.insert(*place);
        }
    }
    let ids: Vec<Uuid> = touched.iter().filter(|(_, t)| t.sent).map(|((_, id), _)| *id).collect();
    let mut carriers = carriers(tx, &places, &ids)?;
    let unit = load(tx, carriers.keys())?;
    let mut changes = Vec::with_capacity(touched.len());
    for ((t, id), touched) in touched {
        let key = (t, id);
        let mut c = carriers.remove(&key).unwrap_or_default();
        let nowhere = c.is_empty();
        c.retain(|place| begun.contains(place));
        c.sort_unstable();
        let (t, id) = key;
        let shown = if touched.sent && !c.is_empty() { show(&unit, &scope.reference, &t, id) } else { None };
        let mut left = touched.left;
        // What a channel carries whose turn is still to come is neither sent now nor taken away.
        if shown.is_none() && touched.echoed && (nowhere || !c.is_empty()) {
            left.extend(&own);
        }
        if !left.is_empty() {
            let c = left.into_iter().collect();
            changes.push(Change { c, op: ChangeOp::Drop, t: t.clone(), id, v: touched.v, ts: None, row: None });
        }
        if let Some(Shown { v, ts, row }) = shown {
            changes.push(Change { c, op: ChangeOp::Put, t, id, v, ts, row: Some(row) });
        }
    }
    changes.sort_by_key(|c| ORDER.iter().position(|kind| *kind == c.t).unwrap_or(ORDER.len()));
    Ok(changes)
}

#[derive(Default)]
struct Touched {
    v: i64,
    sent: bool,
    echoed: bool,
    left: BTreeSet<usize>,
}

/// Which of the channels carry rows of some ids: their places, by type and id.
pub(super) fn carriers(tx: &mut Tx<'_>, places: &BTreeMap<i64, usize>, ids: &[Uuid]) -> Result<BTreeMap<(String, Uuid), Vec<usize>>> {
    let numbers: Vec<i64> = places.keys().copied().collect();
    let mut carriers: BTreeMap<(String, Uuid), Vec<usize>> = BTreeMap::new();
    for (channel, kind, id) in find_memberships(tx, &numbers, ids)? {
        carriers.entry((kind, id)).or_default().extend(places.get(&channel));
    }
    Ok(carriers)
}

/// Loads rows by type and id.
pub(super) fn load<'k>(tx: &mut Tx<'_>, keys: impl Iterator<Item = &'k (String, Uuid)>) -> Result<UnitOfWork> {
    let mut wanted: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    for (kind, id) in keys {
        wanted.entry(kind).or_default().push(*id);
    }
    load_rows(tx, &wanted)
}

/// A loaded row as it stands on the wire.
pub(super) fn show(unit: &UnitOfWork, reference: &Reference, kind: &str, id: Uuid) -> Option<Shown> {
    fn of<E: Entity, R: WireRow>(
        table: &Table<E>,
        kind: &str,
        id: Uuid,
        row: impl Fn(&E) -> R,
        ts: impl Fn(&E) -> Option<i64>,
    ) -> Option<Shown> {
        table.get(Id::new(id)).filter(|_| kind == E::KIND).map(|e| Shown { v: e.rev(), ts: ts(e), row: row(e).to_value() })
    }
    let plain = |v, row| Some(Shown { v, ts: None, row });
    match kind {
        AreaRow::KIND => reference.areas.area(Id::new(id)).and_then(|a| plain(a.rev, wire::area(a).to_value())),
        CategoryRow::KIND => reference.categories.get(&Id::new(id)).and_then(|c| plain(c.rev, wire::category(c).to_value())),
        ChecklistRow::KIND => reference.checklists.get(&Id::new(id)).and_then(|c| plain(c.rev, wire::checklist(c).to_value())),
        OrganisationRow::KIND => reference.organisations.get(&Id::new(id)).and_then(|o| plain(o.rev, wire::organisation(o).to_value())),
        _ => of(&unit.tickets, kind, id, wire::ticket, |t| Some(t.stamp.micros()))
            .or_else(|| of(&unit.work_orders, kind, id, wire::work_order, |o| Some(o.stamp.micros())))
            .or_else(|| of(&unit.work_events, kind, id, wire::work_event, |e| Some(e.eff.micros())))
            .or_else(|| of(&unit.rounds, kind, id, wire::round, |_| None))
            .or_else(|| of(&unit.visits, kind, id, wire::visit, |v| Some(v.eff.micros())))
            .or_else(|| of(&unit.notes, kind, id, wire::note, |n| Some(n.eff.micros())))
            .or_else(|| of(&unit.measurements, kind, id, wire::measurement, |m| Some(m.eff.micros())))
            .or_else(|| of(&unit.answers, kind, id, wire::answer, |a| Some(a.eff.micros())))
            .or_else(|| of(&unit.photos, kind, id, wire::photo, |p| Some(p.eff.micros())))
            .or_else(|| of(&unit.conflicts, kind, id, wire::conflict, |_| None))
            .or_else(|| of(&unit.patrols, kind, id, wire::patrol, |p| Some(p.eff.micros()))),
    }
}
