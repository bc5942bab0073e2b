//! The order of what an app sent at once: as it was done, and nothing before what it rests on.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::watermelon::{Table, row_command::RowCommand};
use bazdid_protocol::time::Timestamp;

/// Sorts commands as they were done. An app's instants may be missing or wrong by a little: what rests on something is never put
/// before it, and a submission not before the photos of its order, without which it would be held.
pub fn sort(commands: &mut [RowCommand]) {
    commands.sort_by_key(|command| (layer(command), command.at, command.id));
    let mut done: BTreeMap<Uuid, Timestamp> = BTreeMap::new();
    let mut shown: BTreeMap<Uuid, Timestamp> = BTreeMap::new();
    let mut places = BTreeMap::new();
    for command in commands.iter() {
        let rests_on = command.needs.iter().filter_map(|row| done.get(row)).max().copied();
        let photos = command.entity.filter(|_| command.cmd == "work.submit").and_then(|order| shown.get(&order)).copied();
        let when = [Some(command.at), rests_on, photos].into_iter().flatten().max().unwrap_or(command.at);
        done.entry(command.subject.1).and_modify(|at| *at = when.max(*at)).or_insert(when);
        if let (Table::Photos, Some(order)) = (command.subject.0, command.entity) {
            shown.entry(order).and_modify(|at| *at = when.max(*at)).or_insert(when);
        }
        places.insert(command.id, (when, layer(command), stage(command), command.id));
    }
    commands.sort_by_key(|command| places.get(&command.id).copied());
}

/// What can rest on what: a command only rests on those of earlier layers, or on an earlier one of its own.
fn layer(command: &RowCommand) -> u8 {
    match (command.subject.0, command.cmd) {
        (Table::Tickets, _) => 0,
        (_, "visit.record") => 1,
        (_, "visit.leave" | "note.edit" | "note.remove" | "photo.remove") => 4,
        (Table::WorkEvents, _) => 3,
        _ => 2,
    }
}

/// Of one instant: the earlier stage first.
fn stage(command: &RowCommand) -> u8 {
    match command.cmd {
        "work.accept" | "work.decline" => 0,
        "work.start" => 1,
        "work.request_hold" => 2,
        "work.resume" => 3,
        _ => 4,
    }
}
