//! The order of what an app sent at once: as it was done, and nothing before what it rests on.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::watermelon::{Table, deed::Deed};
use bazdid_protocol::time::Timestamp;

/// Sorts commands as they were done. An app's instants may be missing or wrong by a little: what rests on something is never put
/// before it, and a submission not before the photos of its order, without which it would be held.
pub fn sort(deeds: &mut [Deed]) {
    deeds.sort_by_key(|deed| (layer(deed), deed.at, deed.id));
    let mut done: BTreeMap<Uuid, Timestamp> = BTreeMap::new();
    let mut shown: BTreeMap<Uuid, Timestamp> = BTreeMap::new();
    let mut places = BTreeMap::new();
    for deed in deeds.iter() {
        let rests_on = deed.needs.iter().filter_map(|row| done.get(row)).max().copied();
        let photos = deed.entity.filter(|_| deed.cmd == "work.submit").and_then(|order| shown.get(&order)).copied();
        let when = [Some(deed.at), rests_on, photos].into_iter().flatten().max().unwrap_or(deed.at);
        done.entry(deed.subject.1).and_modify(|at| *at = when.max(*at)).or_insert(when);
        if let (Table::Photos, Some(order)) = (deed.subject.0, deed.entity) {
            shown.entry(order).and_modify(|at| *at = when.max(*at)).or_insert(when);
        }
        places.insert(deed.id, (when, layer(deed), stage(deed), deed.id));
    }
    deeds.sort_by_key(|deed| places.get(&deed.id).copied());
}

/// What can rest on what: a command only rests on those of earlier layers, or on an earlier one of its own.
fn layer(deed: &Deed) -> u8 {
    match (deed.subject.0, deed.cmd) {
        (Table::Tickets, _) => 0,
        (_, "visit.record") => 1,
        (_, "visit.leave" | "note.edit" | "note.remove" | "photo.remove") => 4,
        (Table::WorkEvents, _) => 3,
        _ => 2,
    }
}

/// Of one instant: the earlier stage first.
fn stage(deed: &Deed) -> u8 {
    match deed.cmd {
        "work.accept" | "work.decline" => 0,
        "work.start" => 1,
        "work.request_hold" => 2,
        "work.resume" => 3,
        _ => 4,
    }
}
